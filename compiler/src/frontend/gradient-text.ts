/**
 * How `Gradient<T>` and `Jacobian<T, G>` are written in a signature: plainly where T is numbers and arrays of them, else by the
 * type of that name. These types cannot tell a getter of a class from a field, so where there are getters the fields are spelled out.
 */
import { ts } from "ts-morph";
import type { Type, TypeText } from "../ir/ir.js";
import { isDifferentiable, present, type Records } from "../ir/types.js";
import { hasModifier } from "./source.js";
import { arrayText, combine, plain } from "./type-text.js";
import type { TypeMapper } from "./types.js";

/** What stands where the type has numbers. */
interface Replaced {
  readonly number: TypeText;
  readonly typed: (name: string) => TypeText;
  readonly named: (own: TypeText) => TypeText;
}

const partials: Replaced = {
  number: plain("number"),
  typed: plain,
  named: (own) => combine([own, fromRuntime("Gradient")], ([t]) => `Gradient<${t ?? ""}>`),
};

function fromRuntime(name: string): TypeText {
  return { text: name, imports: [{ name, from: "@adc/runtime" }] };
}

/** `own` is how the type itself is written. */
export function gradientText(type: Type, own: TypeText, types: TypeMapper): TypeText {
  return replacedText(type, own, types, partials);
}

/** The type with each number replaced by a gradient. */
export function jacobianText(type: Type, own: TypeText, gradient: TypeText, types: TypeMapper): TypeText {
  if (gradient.text === "number") return gradientText(type, own, types);
  return replacedText(type, own, types, {
    number: gradient,
    typed: () => arrayText(gradient),
    named: (text) => combine([text, gradient, fromRuntime("Jacobian")], ([t, g]) => `Jacobian<${t ?? ""}, ${g ?? ""}>`),
  });
}

function replacedText(type: Type, own: TypeText, types: TypeMapper, by: Replaced): TypeText {
  const { records } = types;
  if (own.isOpen === true) return by.named(own);
  const owners = gettersIn(type, types, new Set());
  const fields = owners.length > 0 ? structure(type, records, new Set(), by) : undefined;
  // What cannot be spelled out is declared to be more than it is.
  if (fields === undefined) for (const name of owners) guard(types, name);
  return fields ?? plainly(type, records, by) ?? by.named(own);
}

function plainly(type: Type, records: Records, by: Replaced): TypeText | undefined {
  switch (type.kind) {
    case "num":
      return by.number;
    case "typed":
      return by.typed(type.name);
    case "array": {
      if (type.or !== undefined && by === partials) return plain(`${type.or} | number[]`);
      const element = plainly(type.elem, records, by);
      return element === undefined ? undefined : arrayText(element);
    }
    case "dict": {
      const element =
        type.loose === true || (type.elem.kind === "maybe" && type.elem.absent === "both")
          ? undefined
          : plainly(present(type.elem), records, by);
      const key = type.key === "num" ? "number" : "string";
      return element === undefined ? undefined : combine([element], ([text]) => `Record<${key}, ${text ?? ""}>`);
    }
    case "tuple": {
      if (!type.elems.every((e) => isDifferentiable(e, records))) return undefined;
      const elems = type.elems.map((e) => plainly(e, records, by));
      const known = elems.filter((e) => e !== undefined);
      return known.length === elems.length ? combine(known, (texts) => `[${texts.join(", ")}]`) : undefined;
    }
    default:
      return undefined;
  }
}

/** The fields of the gradient, spelled out; absent for unions and for what contains itself. */
function structure(type: Type, records: Records, around: ReadonlySet<string>, by: Replaced): TypeText | undefined {
  if (!isDifferentiable(type, records)) return plain("number");
  switch (type.kind) {
    case "array": {
      const element = structure(type.elem, records, around, by);
      return element === undefined ? undefined : arrayText(element);
    }
    case "dict": {
      const of = structure(type.loose === true ? type.elem : present(type.elem), records, around, by);
      const key = type.key === "num" ? "number" : "string";
      return of === undefined ? undefined : combine([of], ([text]) => `Record<${key}, ${text ?? ""}>`);
    }
    case "maybe": {
      const of = structure(type.of, records, around, by);
      const absent = type.absent === "both" ? "null | undefined" : type.absent;
      return of === undefined ? undefined : combine([of], ([text]) => `${text ?? ""} | ${absent}`);
    }
    case "tuple": {
      const elems = type.elems.flatMap((e) => structure(e, records, around, by) ?? []);
      return elems.length === type.elems.length ? combine(elems, (texts) => `[${texts.join(", ")}]`) : undefined;
    }
    case "record": {
      const decl = records.get(type.name);
      if (decl === undefined || decl.variants !== undefined || around.has(type.name)) return undefined;
      const inside = new Set(around).add(type.name);
      const fields = decl.fields.filter((f) => f.noDiff !== true && isDifferentiable(f.type, records));
      const parts = fields.flatMap((f) => {
        const isOptional = f.optional === true && f.type.kind === "maybe" && f.type.absent === "undefined";
        return structure(isOptional && f.type.kind === "maybe" ? f.type.of : f.type, records, inside, by) ?? [];
      });
      if (parts.length < fields.length) return undefined;
      const names = fields.map((f) => {
        const key = /^[A-Za-z_$][\w$]*$/.test(f.name) ? f.name : JSON.stringify(f.name);
        return `${key}${f.optional === true ? "?" : ""}`;
      });
      return combine(parts, (texts) => `{ ${texts.map((t, i) => `${names[i] ?? ""}: ${t}`).join("; ")} }`);
    }
    default:
      return plainly(type, records, by);
  }
}

/** The records in a value of this type that have a getter which looks like a field a derivative flows into. */
function gettersIn(type: Type, types: TypeMapper, seen: Set<string>): readonly string[] {
  switch (type.kind) {
    case "array":
    case "dict":
      return gettersIn(type.elem, types, seen);
    case "maybe":
      return gettersIn(type.of, types, seen);
    case "tuple":
      return type.elems.flatMap((e) => gettersIn(e, types, seen));
    case "record": {
      if (seen.has(type.name)) return [];
      seen.add(type.name);
      const instance = types.classes.get(type.name);
      const members = instance === undefined ? [] : types.table.chain(instance.node).flatMap((c) => [...c.members]);
      const isOwner =
        instance !== undefined && members.some((m) => types.withBindings(instance.bindings, () => isGetter(types, m)));
      const held = (types.records.get(type.name)?.fields ?? []).filter((f) => f.noDiff !== true);
      return [...(isOwner ? [type.name] : []), ...held.flatMap((f) => gettersIn(f.type, types, seen))];
    }
    default:
      return [];
  }
}

/** Instances are seen as plain objects through a cast, as if they had private members. */
function guard(types: TypeMapper, name: string): void {
  const decl = types.records.get(name);
  if (decl !== undefined) types.records.set(name, { ...decl, instance: { ...decl.instance, isGuarded: true } });
}

function isGetter(types: TypeMapper, member: ts.ClassElement): boolean {
  if (!ts.isAccessor(member) || ts.isPrivateIdentifier(member.name)) return false;
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.StaticKeyword] as const;
  if (hidden.some((kind) => hasModifier(member, kind))) return false;
  const mapped = types.map(types.checker.getTypeAtLocation(member));
  return !("type" in mapped) || isDifferentiable(mapped.type, types.records);
}
