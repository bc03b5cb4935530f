/** The types of a random program's data: how each is written, and what it can be used for. */

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
  /** An array of some length; with `filled`, of at least one element. */
  | { readonly kind: "grown"; readonly elem: Shape; readonly filled: boolean }
  | { readonly kind: "tuple"; readonly elems: readonly Shape[] }
  | {
      readonly kind: "record";
      readonly name: string;
      readonly fields: readonly RecordField[];
      readonly inline: boolean;
    }
  /** An instance of a class, or of one that extends it. */
  | { readonly kind: "class"; readonly info: ClassInfo }
  /** A value that may be missing. */
  | { readonly kind: "maybe"; readonly of: Shape; readonly absent: "undefined" | "null" }
  /** The first node of a list (`next`), or the root of a tree (`left`, `right`), there at least once. */
  | {
      readonly kind: "node";
      readonly name: string;
      readonly links: readonly string[];
      readonly absent: "undefined" | "null";
    }
  /** One of several object types, told apart by `kind`. */
  | { readonly kind: "union"; readonly name: string; readonly variants: readonly Variant[] }
  /** An object with arbitrary keys, any of which may be missing. */
  | { readonly kind: "dict"; readonly elem: Shape }
  /** A function of numbers to a number. */
  | { readonly kind: "func"; readonly arity: number }
  /** A string: one of `values`. */
  | { readonly kind: "text"; readonly type: string; readonly values: readonly string[] }
  | { readonly kind: "void" };

export interface RecordField {
  readonly name: string;
  readonly shape: Shape;
  readonly readonly?: boolean;
  /** Declared `name?: …`; the shape is then a maybe. */
  readonly optional?: boolean;
}

export interface Variant {
  readonly tag: string;
  readonly name: string;
  readonly fields: readonly RecordField[];
}

export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  /** How it is declared when a call may leave it out. */
  readonly given?: { readonly as: "optional" | "rest" } | { readonly as: "default"; readonly value: string };
}

export interface Method {
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly returns: Shape;
  readonly cost: number;
  readonly mutates: boolean;
  /** Returns `this`. */
  readonly fluent: boolean;
}

export interface ClassInfo {
  readonly name: string;
  /** With those inherited. */
  readonly fields: readonly RecordField[];
  readonly constructorParameters: readonly Shape[];
  /** With those inherited; grows while the class is being written. */
  readonly methods: Method[];
  readonly getters: { readonly name: string; readonly cost: number }[];
  readonly setters: string[];
  /** Static functions that return an instance: `P.of(…)`. */
  readonly makers: { readonly name: string; readonly params: readonly Shape[] }[];
  /** Classes that extend it; of an abstract class or an interface, those to take. */
  readonly subclasses: ClassInfo[];
  /** Those that are private too. */
  readonly fieldNames: readonly string[];
  readonly isAbstract: boolean;
  /** Has private members: not for arguments of the differentiated function. */
  readonly isPrivate: boolean;
}

/** The keys that dictionaries have, some of them; JavaScript lists those that are whole numbers first. */
export const dictionaryKeys: readonly string[] = ["a", "b", "k0", "k1", "k2", "2", "gb-p"];

export const num: Shape = { kind: "num" };
export const bool: Shape = { kind: "bool" };
export const index: Shape = { kind: "int", range: "index" };
export const loose: Shape = { kind: "int", range: "loose" };
export const voidShape: Shape = { kind: "void" };
export const float64: Shape = { kind: "floats", name: "Float64Array" };
export const numbers: Shape = { kind: "array", elem: num };
export const point: Shape = {
  kind: "record",
  name: "",
  inline: true,
  fields: [
    { name: "x", shape: num },
    { name: "y", shape: num },
  ],
};

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
    case "array":
    case "grown": {
      const elem = typeText(shape.elem);
      const wrapped = /[{|]|=>|^readonly/.test(elem) ? `(${elem})` : elem;
      return `${shape.kind === "array" && shape.readonly === true ? "readonly " : ""}${wrapped}[]`;
    }
    case "tuple":
      return `[${shape.elems.map(typeText).join(", ")}]`;
    case "record":
      return shape.inline ? recordBody(shape.fields) : shape.name;
    case "class":
      return shape.info.name;
    case "maybe": {
      const of = typeText(shape.of);
      return `${of.includes("=>") ? `(${of})` : of} | ${shape.absent}`;
    }
    case "node":
    case "union":
      return shape.name;
    case "dict":
      return `Record<string, ${typeText(shape.elem)}>`;
    case "func":
      return `(${["a", "b", "c"]
        .slice(0, shape.arity)
        .map((name) => `${name}: number`)
        .join(", ")}) => number`;
    case "text":
      return shape.type;
    case "void":
      return "void";
  }
}

/** `name: T`, or `name?: T` with the `undefined` left out. */
export const fieldText = ({ name, shape, optional, readonly }: RecordField): string =>
  `${readonly === true ? "readonly " : ""}${name}${optional === true && shape.kind === "maybe" ? `?: ${typeText(shape.of)}` : `: ${typeText(shape)}`}`;

const recordBody = (fields: readonly RecordField[]): string => `{ ${fields.map(fieldText).join("; ")} }`;

/** `interface P { … }` or `type P = { … }` for a named record. */
export function declaration(shape: Shape, asInterface: boolean): string {
  if (shape.kind !== "record") return "";
  return asInterface
    ? `interface ${shape.name} ${recordBody(shape.fields)}`
    : `type ${shape.name} = ${recordBody(shape.fields)};`;
}

/** Are the two written the same way and used the same way? */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.kind === b.kind &&
  typeText(a) === typeText(b) &&
  (a.kind !== "grown" || b.kind !== "grown" || a.filled === b.filled);

/** Does a value of this shape live in memory that can be shared? */
export const isReference = (shape: Shape): boolean =>
  shape.kind === "floats" ||
  shape.kind === "ints" ||
  shape.kind === "array" ||
  shape.kind === "grown" ||
  shape.kind === "tuple" ||
  shape.kind === "record" ||
  shape.kind === "class" ||
  shape.kind === "node" ||
  shape.kind === "union" ||
  shape.kind === "dict" ||
  (shape.kind === "maybe" && isReference(shape.of));

/** Can a derivative live in it? */
export function isDifferentiable(shape: Shape): boolean {
  switch (shape.kind) {
    case "num":
    case "floats":
    case "node":
    case "union":
      return true;
    case "array":
    case "grown":
    case "dict":
      return isDifferentiable(shape.elem);
    case "tuple":
      return shape.elems.some(isDifferentiable);
    case "record":
      return shape.fields.some((field) => isDifferentiable(field.shape));
    case "class":
      return shape.info.fields.some((field) => isDifferentiable(field.shape));
    case "maybe":
      return isDifferentiable(shape.of);
    default:
      return false;
  }
}
