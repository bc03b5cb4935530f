/** Facts about types: equality, printing, and the shadow type an adjoint of a type lives in. */
import type { RecordDecl, Type } from "./ir.js";

export const num: Type = { kind: "num" };
export const bool: Type = { kind: "bool" };
export const str: Type = { kind: "str" };
export const voidType: Type = { kind: "void" };
export const tapeType: Type = { kind: "tape" };
export const float64Array: Type = { kind: "typed", name: "Float64Array" };
export const arrayOf = (elem: Type): Type => ({ kind: "array", elem });
export const tupleOf = (elems: readonly Type[]): Type => ({ kind: "tuple", elems });
export const record = (name: string): Type => ({ kind: "record", name });
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
    case "typed":
      return type.name;
    case "tuple":
      return `(${type.elems.map(typeText).join(", ")})`;
    case "record":
      return `%${/^[A-Za-z_$][\w$]*$/.test(type.name) ? type.name : JSON.stringify(type.name)}`;
    case "opaque":
      return `opaque ${JSON.stringify(type.text)}`;
    case "closure":
      return `fn(${type.params.map(typeText).join(", ")}) -> (${type.results.map(typeText).join(", ")})`;
  }
}

export function sameType(a: Type, b: Type): boolean {
  return a === b || typeText(a) === typeText(b);
}

/** Is a value of this type a reference into memory the IR looks into? */
export function isReference(type: Type): boolean {
  return type.kind === "array" || type.kind === "typed" || type.kind === "tuple" || type.kind === "record";
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
      return isDifferentiable(type.elem, records, seen);
    case "tuple":
      return type.elems.some((elem) => isDifferentiable(elem, records, seen));
    case "record": {
      if (seen.has(type.name)) return false;
      const inside = new Set(seen).add(type.name);
      return (records.get(type.name)?.fields ?? []).some(
        (f) => f.noDiff !== true && isDifferentiable(f.type, records, inside),
      );
    }
    default:
      return false;
  }
}

/** The name of the shadow record of a record: one that no TypeScript type can have. */
export const shadowName = (name: string): string => `${name}.adjoint`;

/**
 * The type adjoints of a type accumulate in: the same shape with what is not differentiable left out. A `Float32Array`
 * has a `Float64Array` shadow, so that adjoints are not rounded. Tuple positions that are not differentiable stay, as
 * numbers nobody reads.
 */
export function shadowType(type: Type, records: Records): Type {
  switch (type.kind) {
    case "typed":
      return float64Array;
    case "array":
      return arrayOf(shadowType(type.elem, records));
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
    case "tuple":
      return tupleOf(type.elems.map((elem) => (isDifferentiable(elem, records) ? gradientType(elem, records) : num)));
    case "record":
      return record(holdsSinglePrecision(type, records, new Set()) ? gradientName(type.name) : shadowName(type.name));
    default:
      return num;
  }
}

const gradientName = (name: string): string => `${name}.gradient`;

function holdsSinglePrecision(type: Type, records: Records, seen: Set<string>): boolean {
  if (type.kind === "typed") return type.name === "Float32Array";
  if (type.kind === "array") return holdsSinglePrecision(type.elem, records, seen);
  if (type.kind === "tuple") return type.elems.some((elem) => holdsSinglePrecision(elem, records, seen));
  if (type.kind !== "record" || seen.has(type.name)) return false;
  seen.add(type.name);
  return (records.get(type.name)?.fields ?? []).some(
    (f) => f.noDiff !== true && holdsSinglePrecision(f.type, records, seen),
  );
}

/** The record declaration of the gradient of `decl`, where it differs from its shadow. */
export function gradientRecord(decl: RecordDecl, records: Records): RecordDecl {
  return {
    name: gradientName(decl.name),
    fields: decl.fields
      .filter((f) => f.noDiff !== true && isDifferentiable(f.type, records))
      .map((f) => ({ name: f.name, type: gradientType(f.type, records) })),
  };
}

/** The record declaration of the shadow of `decl`. */
export function shadowRecord(decl: RecordDecl, records: Records): RecordDecl {
  return {
    name: shadowName(decl.name),
    fields: decl.fields
      .filter((f) => f.noDiff !== true && isDifferentiable(f.type, records))
      .map((f) => ({ name: f.name, type: shadowType(f.type, records) })),
  };
}
