/** Facts about types: equality, printing, and the shadow type an adjoint of a type lives in. */
import type { Absence, Field, RecordDecl, Type, TypedArrayName } from "./ir.js";

export const num: Type = { kind: "num" };
export const bool: Type = { kind: "bool" };
export const str: Type = { kind: "str" };
export const voidType: Type = { kind: "void" };
export const tapeType: Type = { kind: "tape" };
export const float64Array: Type = { kind: "typed", name: "Float64Array" };
export const arrayOf = (elem: Type): Type => ({ kind: "array", elem });
/** An object with arbitrary keys; loose where the type of its members says that they may be `undefined`. */
export const dictOf = (elem: Type, key: "str" | "num" = "str"): Type => ({
  kind: "dict",
  key,
  elem: maybe(elem),
  ...(mayBeAbsent(elem, undefined) ? { loose: true } : {}),
});
export const tupleOf = (elems: readonly Type[]): Type => ({ kind: "tuple", elems });
export const record = (name: string): Type => ({ kind: "record", name });
const typedArrays: ReadonlySet<string> = new Set<TypedArrayName>([
  "Float64Array",
  "Float32Array",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
]);
export const isTypedArrayName = (name: string): name is TypedArrayName => typedArrays.has(name);

/** A value of `of` or its absence; a maybe of a maybe is one that may be absent either way. */
export const maybe = (of: Type, absent: Absence = "undefined"): Type =>
  of.kind === "maybe"
    ? { kind: "maybe", of: of.of, absent: bothAbsences(of.absent, absent) }
    : { kind: "maybe", of, absent };
const bothAbsences = (a: Absence, b: Absence): Absence => (a === b ? a : "both");
const asMaybe = (type: Type): Type => (type.kind === "maybe" ? type : maybe(type));
/** What is left of a type when absence is ruled out. */
export const present = (type: Type): Type => (type.kind === "maybe" ? type.of : type);
/** May a value of this type be this? */
export const mayBeAbsent = (type: Type, as: undefined | null): boolean =>
  type.kind === "maybe" && (type.absent === "both" || type.absent === (as === null ? "null" : "undefined"));
export const opaque = (text: string): Type => ({ kind: "opaque", text });

/** The text form of a type, as in the IR's text form. Equal types have equal text. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "num":
    case "bool":
    case "str":
    case "void":
    case "tape":
      return type.kind;
    case "array":
      return `[${typeText(type.elem)}]`;
    case "dict":
      return `{${type.loose === true ? "loose " : ""}${type.key}: ${typeText(type.elem)}}`;
    case "typed":
      return type.name;
    case "tuple":
      return `(${type.elems.map(typeText).join(", ")})`;
    case "record":
      return `%${/^[A-Za-z_$][\w$]*$/.test(type.name) ? type.name : JSON.stringify(type.name)}`;
    case "opaque":
      return `opaque ${JSON.stringify(type.text)}`;
    case "maybe":
      return `${typeText(type.of)}?${type.absent === "undefined" ? "" : type.absent}`;
    case "closure":
      return `fn(${type.params.map(typeText).join(", ")}) -> (${type.results.map(typeText).join(", ")})`;
  }
}

export function sameType(a: Type, b: Type): boolean {
  return a === b || typeText(a) === typeText(b);
}

/** Is a value of this type a reference into memory the IR looks into (or the absence of one)? */
export function isReference(type: Type): boolean {
  if (type.kind === "maybe") return isReference(type.of);
  switch (type.kind) {
    case "array":
    case "typed":
    case "dict":
    case "tuple":
    case "record":
      return true;
    default:
      return false;
  }
}

/** What the elements of an array, or the members of an object with arbitrary keys are; absent for other types. */
export function elementOf(type: Type): Type | undefined {
  if (type.kind === "array" || type.kind === "dict") return type.elem;
  return type.kind === "typed" ? num : undefined;
}

/** Is a value of this type a number, or the absence of one? Its adjoint is a number. */
export function isNumber(type: Type): boolean {
  return type.kind === "num" || (type.kind === "maybe" && type.of.kind === "num");
}

/** Can a typed array of this kind carry a derivative? Integer stores are steps (derivative 0). */
export function isFloatArray(type: Type): boolean {
  return type.kind === "typed" && (type.name === "Float64Array" || type.name === "Float32Array");
}

export type Records = ReadonlyMap<string, RecordDecl>;

/** Can a derivative live in a value of this type, at any depth? */
export function isDifferentiable(type: Type, records: Records, seen: ReadonlySet<string> = new Set()): boolean {
  switch (type.kind) {
    case "num":
      return true;
    case "typed":
      return isFloatArray(type);
    case "array":
    case "dict":
      return isDifferentiable(type.elem, records, seen);
    case "maybe":
      return isDifferentiable(type.of, records, seen);
    case "tuple":
      return type.elems.some((elem) => isDifferentiable(elem, records, seen));
    case "record": {
      if (seen.has(type.name)) return false;
      const inside = new Set(seen).add(type.name);
      return fieldsWithin(type.name, records).some(
        (f) => f.noDiff !== true && isDifferentiable(f.type, records, inside),
      );
    }
    default:
      return false;
  }
}

/** The fields that objects of a record may have; those that are apart once for each type. */
export function fieldsWithin(name: string, records: Records): readonly Field[] {
  const decl = records.get(name);
  if (decl?.apart === undefined) return decl?.fields ?? [];
  const ofVariants = (decl.variants ?? []).flatMap((v) => fieldsWithin(v, records));
  return [...decl.fields, ...ofVariants.filter((f) => decl.apart?.includes(f.name) === true)];
}

/** Is it a union that does not tell all fields of its objects, where the other type does? */
export function tellsLess(union: Type, than: Type, records: Records): boolean {
  const isApart = (type: Type): boolean => type.kind === "record" && records.get(type.name)?.apart !== undefined;
  return isApart(present(union)) && !isApart(present(than));
}

/** Is this true of the type, or of one of those that a value of it leads to? Where the answer is open, what is inside decides. */
export function holds(
  type: Type,
  records: Records,
  isWanted: (type: Type) => boolean | undefined,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  const found = isWanted(type);
  if (found !== undefined) return found;
  const inside = (inner: Type): boolean => holds(inner, records, isWanted, seen);
  switch (type.kind) {
    case "array":
    case "dict":
      return inside(type.elem);
    case "maybe":
      return inside(type.of);
    case "tuple":
      return type.elems.some(inside);
    case "record": {
      if (seen.has(type.name)) return false;
      const entered = new Set(seen).add(type.name);
      return fieldsWithin(type.name, records).some((f) => holds(f.type, records, isWanted, entered));
    }
    default:
      return false;
  }
}

/** Do instances of classes belong to values of this type? */
export const holdsInstances = (type: Type, records: Records): boolean =>
  holds(type, records, (t) => (t.kind === "record" && records.get(t.name)?.instance !== undefined ? true : undefined));

/**
 * The name of the shadow record of a record: one that no TypeScript type can have. A shadow is its own shadow: it has
 * nothing but what a derivative can live in.
 */
export const shadowName = (name: string): string => (name.endsWith(".adjoint") ? name : `${name}.adjoint`);

/**
 * The type adjoints of a type accumulate in: the same shape with what is not differentiable left out. A `Float32Array`
 * has a `Float64Array` shadow, so that adjoints are not rounded. Tuple positions that are not differentiable stay, as
 * numbers nobody reads. What may be absent has a shadow that may be: a reference where the primal is, a number until
 * something is added to it.
 */
export function shadowType(type: Type, records: Records): Type {
  switch (type.kind) {
    case "typed":
      return float64Array;
    case "array":
      return arrayOf(shadowType(type.elem, records));
    case "dict":
      return { ...type, elem: asMaybe(shadowType(type.elem, records)) };
    case "maybe":
      return isDifferentiable(type.of, records) ? maybe(shadowType(type.of, records), type.absent) : num;
    case "tuple":
      return tupleOf(type.elems.map((elem) => (isDifferentiable(elem, records) ? shadowType(elem, records) : num)));
    case "record":
      return record(shadowName(type.name));
    default:
      return num;
  }
}

/**
 * The type of what the user gets, or gives as a seed: `Gradient<T>`. The shadow type, but single precision where the
 * primal is.
 */
export function gradientType(type: Type, records: Records): Type {
  switch (type.kind) {
    case "typed":
      return isFloatArray(type) ? type : float64Array;
    case "array":
      return arrayOf(gradientType(type.elem, records));
    case "dict":
      return { ...type, elem: asMaybe(gradientType(type.elem, records)) };
    case "maybe":
      return isDifferentiable(type.of, records) ? maybe(gradientType(type.of, records), type.absent) : num;
    case "tuple":
      return tupleOf(type.elems.map((elem) => (isDifferentiable(elem, records) ? gradientType(elem, records) : num)));
    case "record":
      return record(holdsSinglePrecision(type, records, new Set()) ? gradientName(type.name) : shadowName(type.name));
    default:
      return num;
  }
}

const gradientName = (name: string): string => `${name}.gradient`;

/** The record that this one is the shadow or the gradient of, or itself. */
export const primalName = (name: string): string => name.replace(/\.(?:adjoint|gradient)$/, "");

function holdsSinglePrecision(type: Type, records: Records, seen: Set<string>): boolean {
  if (type.kind === "typed") return type.name === "Float32Array";
  if (type.kind === "array" || type.kind === "dict") return holdsSinglePrecision(type.elem, records, seen);
  if (type.kind === "maybe") return holdsSinglePrecision(type.of, records, seen);
  if (type.kind === "tuple") return type.elems.some((elem) => holdsSinglePrecision(elem, records, seen));
  if (type.kind !== "record" || seen.has(type.name)) return false;
  seen.add(type.name);
  return fieldsWithin(type.name, records).some((f) => f.noDiff !== true && holdsSinglePrecision(f.type, records, seen));
}

/** The record declaration of the gradient of `decl`, where it differs from its shadow. */
export function gradientRecord(decl: RecordDecl, records: Records): RecordDecl {
  const variant = (name: string): string => {
    const type = gradientType(record(name), records);
    return type.kind === "record" ? type.name : name;
  };
  return derivedRecord(decl, records, gradientName(decl.name), gradientType, variant);
}

/** The record declaration of the shadow of `decl`. */
export function shadowRecord(decl: RecordDecl, records: Records): RecordDecl {
  return derivedRecord(decl, records, shadowName(decl.name), shadowType, shadowName);
}

function derivedRecord(
  decl: RecordDecl,
  records: Records,
  name: string,
  derive: (type: Type, records: Records) => Type,
  variant: (name: string) => string,
): RecordDecl {
  const fields = decl.fields
    .filter((f) => f.noDiff !== true && isDifferentiable(f.type, records))
    .map((f) => {
      const type = derive(f.type, records);
      return f.optional === true ? { name: f.name, type, optional: f.optional } : { name: f.name, type };
    });
  if (decl.variants === undefined) return { name, fields };
  const apart = decl.apart === undefined ? {} : { apart: decl.apart };
  return { name, fields, variants: decl.variants.map(variant), ...apart };
}
