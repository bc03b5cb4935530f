/** The part of the verifier that looks at types: their records, which of them are alike. The numbers are those of `verify.ts`. */
import type { Program, RecordDecl, Type, Value } from "./ir.js";
import { isReference, present, sameType, shadowName, shadowRecord, typeText } from "./types.js";

export interface Problem {
  readonly invariant: number;
  readonly message: string;
}

export const problem = (invariant: number, message: string): Problem => ({ invariant, message });

/** `sameType`, without making text for the commonest types. */
export const same = (a: Type | undefined, b: Type | undefined): boolean => {
  if (a === undefined || b === undefined) return false;
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  return a.kind === "num" || a.kind === "bool" || a.kind === "str" || sameType(a, b);
};

/** Are the values of the same types, one by one? */
export const sameTypes = (a: readonly Value[] | undefined, b: readonly Value[] | undefined): boolean =>
  a !== undefined && b !== undefined && a.length === b.length && a.every((v, i) => same(v.type, b[i]?.type));

/** Questions about the types of one program; what it learns about them it keeps. */
export class VerifiedTypes {
  private readonly known = new Set<Type>();
  private readonly shadowsChecked = new Set<string>();

  constructor(private readonly program: Program) {}

  /** The name of a record that the type mentions and the program does not declare. */
  unknownRecord(type: Type): string | undefined {
    if (this.known.has(type)) return undefined;
    const missing = this.findUnknown(type);
    if (missing === undefined) this.known.add(type);
    return missing;
  }

  private findUnknown(type: Type): string | undefined {
    switch (type.kind) {
      case "array":
      case "dict":
        return this.unknownRecord(type.elem);
      case "maybe":
        return this.unknownRecord(type.of);
      case "tuple":
        return this.firstUnknown(type.elems);
      case "record":
        return this.program.records.has(type.name) ? undefined : type.name;
      case "closure":
        return this.firstUnknown([...type.params, ...type.results]);
      default:
        return undefined;
    }
  }

  /** Is this a maybe of what is already absent, or may be? */
  isMalformed(type: Type): boolean {
    if (type.kind === "dict") return type.elem.kind !== "maybe" || this.isMalformed(type.elem);
    return type.kind === "maybe" && (type.of.kind === "maybe" || type.of.kind === "void");
  }

  /** What a wide record lacks of its variants. */
  variantProblem(decl: RecordDecl): string | undefined {
    for (const name of decl.variants ?? []) {
      const variant = this.program.records.get(name);
      if (variant === undefined) return `record ${decl.name}: variant ${name} is not declared`;
      const missing = variant.fields.find((f) => {
        if (decl.apart?.includes(f.name) === true) return false;
        const found = decl.fields.find((g) => g.name === f.name)?.type;
        return found === undefined || !this.castable(f.type, found);
      });
      if (missing !== undefined) return `record ${decl.name} has no field for ${missing.name} of ${name}`;
    }
    return undefined;
  }

  /** Can one value have both types? */
  castable(a: Type, b: Type): boolean {
    if (same(a, b)) return true;
    if (b.kind === "maybe" && a.kind === "void") return b.absent !== "null";
    if (a.kind === "maybe" || b.kind === "maybe") return this.castable(present(a), present(b));
    if (a.kind === "opaque" && b.kind === "opaque") return true;
    if (a.kind === "array" && b.kind === "array") return this.castable(a.elem, b.elem);
    if (a.kind === "dict" && b.kind === "dict") return a.key === b.key && this.castable(a.elem, b.elem);
    if (a.kind === "tuple" && b.kind === "tuple")
      return a.elems.length === b.elems.length && a.elems.every((t, i) => this.castable(t, b.elems[i] ?? t));
    if (a.kind !== "record" || b.kind !== "record") return false;
    const ofA = this.narrowest(a.name);
    return this.narrowest(b.name).some((name) => ofA.includes(name));
  }

  /** The record and its variants, at any depth. */
  private narrowest(name: string, found: string[] = []): readonly string[] {
    if (found.includes(name)) return found;
    found.push(name);
    for (const variant of this.program.records.get(name)?.variants ?? []) this.narrowest(variant, found);
    return found;
  }

  private firstUnknown(types: readonly Type[]): string | undefined {
    for (const type of types) {
      const missing = this.unknownRecord(type);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }

  /** Are the shadow records of a type what they should be? */
  shadowRecords(type: Type): Problem | undefined {
    const { records } = this.program;
    if (type.kind === "array" || type.kind === "dict") return this.shadowRecords(type.elem);
    if (type.kind === "maybe") return this.shadowRecords(type.of);
    if (type.kind === "tuple") return firstProblem(type.elems, (t) => this.shadowRecords(t));
    if (type.kind !== "record" || this.shadowsChecked.has(type.name)) return undefined;
    this.shadowsChecked.add(type.name);
    const decl = records.get(type.name);
    const shadow = records.get(shadowName(type.name));
    if (decl === undefined || shadow === undefined)
      return problem(2, `record ${shadowName(type.name)} is not declared`);
    const wanted = fieldsText(shadowRecord(decl, records));
    if (wanted !== fieldsText(shadow))
      return problem(26, `record ${shadow.name} should be (${wanted}), not (${fieldsText(shadow)})`);
    const inner = decl.fields.filter((f) => shadow.fields.some((s) => s.name === f.name));
    return firstProblem(inner, (f) => this.shadowRecords(f.type));
  }

  /** Can `source` flow into `target` number by number? Their records may differ in name and in members that carry no derivative. */
  shaped(target: Type, source: Type, seen: ReadonlySet<string> = new Set()): boolean {
    if (target === source || !isReference(target))
      return target === source || !isReference(source) || target.kind === "num";
    if (target.kind === "maybe")
      return source.kind === "maybe" && target.absent === source.absent && this.shaped(target.of, source.of, seen);
    if (target.kind === "typed") return source.kind === "typed";
    if (target.kind === "array") return source.kind === "array" && this.shaped(target.elem, source.elem, seen);
    if (target.kind === "dict") return source.kind === "dict" && this.shaped(target.elem, source.elem, seen);
    if (target.kind === "tuple")
      return (
        source.kind === "tuple" &&
        target.elems.length === source.elems.length &&
        target.elems.every((t, i) => this.shaped(t, source.elems[i] ?? t, seen))
      );
    if (target.kind !== "record" || source.kind !== "record") return false;
    const pair = `${target.name} ${source.name}`;
    if (target.name === source.name || seen.has(pair)) return true;
    const inside = new Set(seen).add(pair);
    const from = this.program.records.get(source.name)?.fields ?? [];
    return (this.program.records.get(target.name)?.fields ?? []).every((f) => {
      const field = from.find((g) => g.name === f.name);
      return field !== undefined && this.shaped(f.type, field.type, inside);
    });
  }
}

const fieldsText = (decl: RecordDecl): string => decl.fields.map((f) => `${f.name}: ${typeText(f.type)}`).join(", ");

function firstProblem<T>(items: readonly T[], check: (item: T) => Problem | undefined): Problem | undefined {
  for (const item of items) {
    const found = check(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
