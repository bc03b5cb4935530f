/** The types of a random program's data: how each is written, sampled and built. */
import type { Random } from "../random.js";

export type Shape =
  | { readonly kind: "num" }
  /** An integer. `index`: in [0, n); `loose`: not negative and small. Never differentiated. */
  | { readonly kind: "int"; readonly range: "index" | "loose" }
  | { readonly kind: "bool" }
  /** A typed array of reals, of the program's length n. */
  | { readonly kind: "floats"; readonly name: "Float64Array" | "Float32Array" }
  /** An `Int32Array` of indices in [0, n). */
  | { readonly kind: "ints" }
  /** An array of n elements. */
  | { readonly kind: "array"; readonly elem: Shape; readonly readonly?: boolean }
  | { readonly kind: "tuple"; readonly elems: readonly Shape[] }
  | {
      readonly kind: "record";
      readonly name: string;
      readonly fields: readonly RecordField[];
      readonly inline: boolean;
    }
  | { readonly kind: "void" };

export interface RecordField {
  readonly name: string;
  readonly shape: Shape;
}

export const num: Shape = { kind: "num" };
export const bool: Shape = { kind: "bool" };
export const index: Shape = { kind: "int", range: "index" };
export const loose: Shape = { kind: "int", range: "loose" };
export const voidShape: Shape = { kind: "void" };
export const float64: Shape = { kind: "floats", name: "Float64Array" };
export const numbers: Shape = { kind: "array", elem: num };

export function typeText(shape: Shape): string {
  switch (shape.kind) {
    case "num":
    case "int":
      return "number";
    case "bool":
      return "boolean";
    case "floats":
      return shape.name;
    case "ints":
      return "Int32Array";
    case "array": {
      const elem = typeText(shape.elem);
      const wrapped = elem.includes("{") || elem.startsWith("readonly") ? `(${elem})` : elem;
      return `${shape.readonly === true ? "readonly " : ""}${wrapped}[]`;
    }
    case "tuple":
      return `[${shape.elems.map(typeText).join(", ")}]`;
    case "record":
      return shape.inline ? recordBody(shape.fields) : shape.name;
    case "void":
      return "void";
  }
}

const recordBody = (fields: readonly RecordField[]): string =>
  `{ ${fields.map((field) => `${field.name}: ${typeText(field.shape)}`).join("; ")} }`;

/** `interface P { … }` or `type P = { … }` for a named record. */
export function declaration(shape: Shape, asInterface: boolean): string {
  if (shape.kind !== "record") return "";
  return asInterface
    ? `interface ${shape.name} ${recordBody(shape.fields)}`
    : `type ${shape.name} = ${recordBody(shape.fields)};`;
}

/** Are the two written the same way and used the same way? */
export const sameShape = (a: Shape, b: Shape): boolean => typeText(a) === typeText(b) && a.kind === b.kind;

/** Does a value of this shape live in memory that can be shared? */
export const isReference = (shape: Shape): boolean =>
  shape.kind === "floats" ||
  shape.kind === "ints" ||
  shape.kind === "array" ||
  shape.kind === "tuple" ||
  shape.kind === "record";

/** Can a derivative live in it? */
export function isDifferentiable(shape: Shape): boolean {
  switch (shape.kind) {
    case "num":
    case "floats":
      return true;
    case "array":
      return isDifferentiable(shape.elem);
    case "tuple":
      return shape.elems.some(isDifferentiable);
    case "record":
      return shape.fields.some((field) => isDifferentiable(field.shape));
    default:
      return false;
  }
}

/** A value to call the program with. Reals are kept away from 0 and from round numbers, where branches might tie. */
export function sample(shape: Shape, random: Random, length: number): unknown {
  switch (shape.kind) {
    case "num":
      return sampleReal(random);
    case "int":
      return shape.range === "index" ? random.integer(0, length - 1) : random.integer(0, length + 2);
    case "bool":
      return random.chance(0.5);
    case "floats": {
      const values = Array.from({ length }, () => sampleReal(random));
      return shape.name === "Float64Array" ? new Float64Array(values) : new Float32Array(values);
    }
    case "ints":
      return new Int32Array(Array.from({ length }, () => random.integer(0, length - 1)));
    case "array":
      return Array.from({ length }, () => sample(shape.elem, random, length));
    case "tuple":
      return shape.elems.map((elem) => sample(elem, random, length));
    case "record":
      return Object.fromEntries(shape.fields.map((field) => [field.name, sample(field.shape, random, length)]));
    case "void":
      return undefined;
  }
}

function sampleReal(random: Random): number {
  const magnitude = (random.integer(1000, 19000) * 10 + 3) / 1e5;
  return random.chance(0.6) ? magnitude : -magnitude;
}
