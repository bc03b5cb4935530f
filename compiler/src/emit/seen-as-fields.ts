/**
 * Objects that hold instances. Generated code makes an instance as the plain object of its fields, so an object that holds
 * one is not of the type that the user declared, which asks for the class: its type is spelled out.
 */
import type { Program, Type } from "../ir/ir.js";
import type { Records } from "../ir/types.js";

export function withoutClassesInTexts(program: Program): Program {
  const { records } = program;
  const changed = [...records.values()].filter(
    (d) =>
      d.text !== undefined && d.variants === undefined && d.instance === undefined && holdsInstance(records, d.name),
  );
  if (changed.length === 0) return program;
  const all = new Map(records);
  for (const { text: _, ...decl } of changed) all.set(decl.name, decl);
  return { ...program, records: all };
}

/** Is a record that of instances, does it hold some, or a variant of it? */
export function holdsInstance(records: Records, name: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  const decl = records.get(name);
  if (decl === undefined) return false;
  if (decl.instance !== undefined && decl.text === undefined) return true;
  const holds = (type: Type): boolean => {
    switch (type.kind) {
      case "array":
      case "dict":
        return holds(type.elem);
      case "maybe":
        return holds(type.of);
      case "tuple":
        return type.elems.some(holds);
      case "record":
        return holdsInstance(records, type.name, seen);
      default:
        return false;
    }
  };
  return decl.fields.some((f) => holds(f.type)) || (decl.variants ?? []).some((v) => holdsInstance(records, v, seen));
}
