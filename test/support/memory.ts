/**
 * The memory of an interpreted program. Arrays and objects are JavaScript's own and hold plain values, so that foreign code
 * and the caller see nothing unusual; the tangents of the numbers in them are kept beside, by object and key.
 */
import type { Field, Program, Type, TypedArrayName } from "../../compiler/src/ir/ir.js";
import { Dual, dual, type JsValue, primal, tangent } from "./dual.js";

export type Key = string | number;
/** What was made for which object. */
type Memo = Map<unknown, JsValue>;
type TypedArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

const typedArrays = {
  Float64Array,
  Float32Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
};

export const isTypedArray = (x: JsValue): x is TypedArray => ArrayBuffer.isView(x) && !(x instanceof DataView);
const holdsReals = (x: JsValue): boolean => !isTypedArray(x) || x instanceof Float64Array || x instanceof Float32Array;
/** An object of the program: a literal, or an instance of a class of the program's own. */
const isPlainObject = (x: JsValue): x is Record<string, JsValue> =>
  typeof x === "object" &&
  x !== null &&
  !Array.isArray(x) &&
  !ArrayBuffer.isView(x) &&
  ![Map, Set, Date, RegExp, Error].some((builtIn) => x instanceof builtIn);

/** Typed arrays may be views of one buffer: what they hold belongs to that. */
const owner = (base: JsValue): object => (isTypedArray(base) ? base.buffer : (base as object));
const keyIn = (base: JsValue, key: Key): Key =>
  isTypedArray(base)
    ? base.byteOffset / base.BYTES_PER_ELEMENT + Number(key)
    : Array.isArray(base)
      ? Number(key)
      : String(key);

export class Memory {
  private readonly tangents = new WeakMap<object, Map<Key, number>>();
  /** Nothing to look up while no tangent was ever stored. */
  private anyTangent = false;

  constructor(private readonly program: Program) {}

  /** `base[key]`, with its tangent. Reading from `undefined` throws as in JavaScript. */
  get(base: JsValue, key: Key): JsValue {
    const content = (base as Record<Key, JsValue>)[key];
    if (!this.anyTangent || typeof content !== "number") return content;
    const d = this.tangents.get(owner(base))?.get(keyIn(base, key));
    return d === undefined ? content : dual(content, d);
  }

  /** `base[key] = x`, with its tangent. */
  set(base: JsValue, key: Key, x: JsValue): void {
    (base as Record<Key, JsValue>)[key] = primal(x);
    const d = tangent(x);
    if (d === 0 && !this.anyTangent) return;
    if (d !== 0 && (!holdsReals(base) || (isTypedArray(base) && !(Number(key) in base)))) return;
    const known = this.tangents.get(owner(base));
    const at = keyIn(base, key);
    if (d === 0) known?.delete(at);
    else if (known !== undefined) known.set(at, d);
    else {
      this.anyTangent = true;
      this.tangents.set(owner(base), new Map([[at, d]]));
    }
  }

  /** `array.length = length`; what is cut off is forgotten with its tangents. */
  resize(array: JsValue, length: number): void {
    (array as JsValue[]).length = length;
    const known = this.tangents.get(array as object);
    for (const key of known?.keys() ?? []) if (Number(key) >= length) known?.delete(key);
  }

  /** A fresh typed array of zeros. */
  typedArray(name: TypedArrayName, length: number): TypedArray {
    return new typedArrays[name](length);
  }

  private fields(name: string): readonly Field[] {
    const decl = this.program.records.get(name);
    if (decl === undefined) throw new Error(`record ${name} is not declared`);
    return decl.fields;
  }

  /** Can a derivative live in a value of this type? */
  isDifferentiable(type: Type, seen: readonly string[] = []): boolean {
    switch (type.kind) {
      case "num":
        return true;
      case "typed":
        return type.name === "Float64Array" || type.name === "Float32Array";
      case "array":
      case "dict":
        return this.isDifferentiable(type.elem, seen);
      case "maybe":
        return this.isDifferentiable(type.of, seen);
      case "tuple":
        return type.elems.some((t) => this.isDifferentiable(t, seen));
      case "record":
        return !seen.includes(type.name) && this.fields(type.name).some((f) => this.carries(f, [...seen, type.name]));
      default:
        return false;
    }
  }

  private carries(f: Field, seen: readonly string[] = []): boolean {
    return f.noDiff !== true && this.isDifferentiable(f.type, seen);
  }

  /** A deep copy by type; what is not looked into is shared. */
  copy(type: Type, x: JsValue): JsValue {
    return this.rebuild(type, x);
  }

  /** A shadow as the structure of `type` (the same shape, perhaps another kind of typed array or fewer fields). */
  export(type: Type, x: JsValue): JsValue {
    return this.rebuild(type, x);
  }

  /** A copy, zeros or a gradient that shares what the source shares; `type` is the source's, of a gradient the result's. */
  share(make: "copy" | "zeros" | "export", type: Type, x: JsValue, memo: Memo): JsValue {
    return make === "zeros" ? this.zeros(type, x, memo) : this.rebuild(type, x, memo);
  }

  /** Zeros in the shape of `x`: doubles in typed arrays, fields without a derivative left out, other tuple members 0. */
  zeros(type: Type, x: JsValue, memo?: Memo): JsValue {
    if (!this.isDifferentiable(type)) return 0;
    if (x === undefined || x === null) return type.kind === "num" ? 0 : x;
    const known = memo?.get(x);
    if (known !== undefined) return known;
    const note = <T extends JsValue>(made: T): T => {
      memo?.set(x, made);
      return made;
    };
    switch (type.kind) {
      case "maybe":
        return this.zeros(type.of, x, memo);
      case "typed":
        return note(new Float64Array(lengthOf(x)));
      case "array": {
        const made = note<JsValue[]>([]);
        for (let i = 0; i < lengthOf(x); i++) made.push(this.zeros(type.elem, this.get(x, i), memo));
        return made;
      }
      case "dict": {
        const made = note<Record<string, JsValue>>({});
        for (const key of keysOf(x)) made[key] = this.zeros(type.elem, this.get(x, key), memo);
        return made;
      }
      case "tuple": {
        const made = note<JsValue[]>([]);
        type.elems.forEach((t, i) => made.push(this.zeros(t, this.get(x, i), memo)));
        return made;
      }
      case "record": {
        const made = note<Record<string, JsValue>>({});
        for (const f of this.fields(type.name))
          if (this.carries(f) && isHeld(f, x)) made[f.name] = this.zeros(f.type, this.get(x, f.name), memo);
        return made;
      }
      default:
        return 0;
    }
  }

  /** `target += source`, number by number; `type` is the type of `target`. */
  addInto(type: Type, target: JsValue, source: JsValue, memo?: Memo): void {
    const add = (a: JsValue, b: JsValue): JsValue =>
      dual((primal(a) as number) + (primal(b) as number), tangent(a) + tangent(b));
    this.update(type, target, source, add, memo);
  }

  clear(type: Type, target: JsValue, memo?: Memo): void {
    this.update(type, target, target, () => 0, memo);
  }

  private update(
    type: Type,
    target: JsValue,
    source: JsValue,
    change: (a: JsValue, b: JsValue) => JsValue,
    memo: Memo | undefined,
  ): void {
    if (target === undefined || target === null || source === undefined || source === null) return;
    if (type.kind === "maybe") return this.update(type.of, target, source, change, memo);
    if (memo?.has(target) === true) return;
    memo?.set(target, target);
    const member = (t: Type, key: Key): void => {
      const a = this.get(target, key);
      const b = this.get(source, key);
      const held = t.kind === "maybe" ? t.of : t;
      if (held.kind !== "num") this.update(held, a, b, change, memo);
      else if (typeof primal(b) === "number") this.set(target, key, change(t.kind === "maybe" ? (a ?? 0) : a, b));
    };
    if (type.kind === "typed" || type.kind === "array") {
      const elem: Type = type.kind === "array" ? type.elem : { kind: "num" };
      for (let i = 0; i < lengthOf(target); i++) member(elem, i);
    } else if (type.kind === "dict") for (const key of keysOf(target)) member(type.elem, key);
    else if (type.kind === "tuple") type.elems.forEach((t, i) => member(t, i));
    else if (type.kind === "record") for (const f of this.fields(type.name)) member(f.type, f.name);
  }

  private rebuild(type: Type, x: JsValue, memo?: Memo): JsValue {
    if (x === undefined || x === null) return x;
    const known = memo?.get(x);
    if (known !== undefined) return known;
    const note = <T extends JsValue>(made: T): T => {
      memo?.set(x, made);
      return made;
    };
    switch (type.kind) {
      case "typed": {
        const made = note(new typedArrays[type.name](lengthOf(x)));
        for (let i = 0; i < made.length; i++) this.set(made, i, this.get(x, i));
        return made;
      }
      case "array": {
        const made = note<JsValue[]>([]);
        for (let i = 0; i < lengthOf(x); i++) this.set(made, i, this.rebuild(type.elem, this.get(x, i), memo));
        return made;
      }
      case "dict": {
        const made = note<Record<string, JsValue>>({});
        for (const key of keysOf(x)) this.set(made, key, this.rebuild(type.elem, this.get(x, key), memo));
        return made;
      }
      case "tuple": {
        const made = note<JsValue[]>([]);
        type.elems.forEach((t, i) => this.set(made, i, this.rebuild(t, this.get(x, i), memo)));
        return made;
      }
      case "maybe":
        return this.rebuild(type.of, x, memo);
      case "record": {
        const made = note<Record<string, JsValue>>({});
        for (const f of this.fields(type.name))
          if (isHeld(f, x)) this.set(made, f.name, this.rebuild(f.type, this.get(x, f.name), memo));
        return made;
      }
      default:
        return x;
    }
  }

  /** The tangents in a value, in the shape of the gradient the user gets (typed arrays always as doubles). */
  tangentOf(type: Type, x: JsValue): JsValue {
    switch (type.kind) {
      case "num":
        return tangent(x);
      case "maybe":
        return x === undefined || x === null ? x : this.tangentOf(type.of, x);
      case "typed":
        return isTypedArray(x) ? Float64Array.from({ length: x.length }, (_, i) => tangent(this.get(x, i))) : undefined;
      case "array":
        if (isTypedArray(x)) return this.tangentOf({ kind: "typed", name: "Float64Array" }, x);
        return Array.isArray(x) ? x.map((_: JsValue, i) => this.tangentOf(type.elem, this.get(x, i))) : undefined;
      case "dict": {
        const made: Record<string, JsValue> = {};
        for (const key of keysOf(x)) made[key] = this.tangentOf(type.elem, this.get(x, key));
        return made;
      }
      case "tuple":
        return Array.isArray(x)
          ? type.elems.map((t, i) => (this.isDifferentiable(t) ? this.tangentOf(t, this.get(x, i)) : 0))
          : undefined;
      case "record": {
        if (typeof x !== "object" || x === null) return undefined;
        const made: Record<string, JsValue> = {};
        for (const f of this.fields(type.name)) {
          const content = f.name in x ? this.get(x, f.name) : undefined;
          if (this.carries(f) && content !== undefined) made[f.name] = this.tangentOf(f.type, content);
        }
        return made;
      }
      default:
        return undefined;
    }
  }

  /** The value with the tangents of a structure of that shape put on its numbers: in place, except for a number itself. */
  withTangent(type: Type, x: JsValue, d: JsValue): JsValue {
    if (x === undefined || x === null || d === undefined || d === null) return x;
    const member = (t: Type, key: Key): void => {
      const content = this.get(x, key);
      const changed = this.withTangent(t, content, (d as Record<Key, JsValue>)[key]);
      if (changed instanceof Dual) this.set(x, key, changed);
    };
    if (type.kind === "maybe") return this.withTangent(type.of, x, d);
    if (type.kind === "num") return typeof x === "number" ? dual(x, Number(d)) : x;
    if (!this.isDifferentiable(type)) return x;
    if (type.kind === "typed") for (let i = 0; i < lengthOf(x); i++) member({ kind: "num" }, i);
    else if (type.kind === "array") for (let i = 0; i < lengthOf(x); i++) member(type.elem, i);
    else if (type.kind === "dict") for (const key of keysOf(x)) member(type.elem, key);
    else if (type.kind === "tuple") type.elems.forEach((t, i) => member(t, i));
    else if (type.kind === "record")
      for (const f of this.fields(type.name)) if (this.carries(f)) member(f.type, f.name);
    return x;
  }

  /** Where the differentiable numbers of a value are, as paths of keys; the empty path is the value itself. */
  paths(type: Type, x: JsValue): readonly (readonly Key[])[] {
    if (!this.isDifferentiable(type) || x === undefined || x === null) return [];
    const below = (key: Key, t: Type): (readonly Key[])[] =>
      this.paths(t, (x as Record<Key, JsValue>)[key]).map((p) => [key, ...p]);
    switch (type.kind) {
      case "maybe":
        return this.paths(type.of, x);
      case "num":
        return typeof x === "number" ? [[]] : [];
      case "typed":
        return Array.from({ length: lengthOf(x) }, (_, i) => [i]);
      case "array":
        return Array.from({ length: lengthOf(x) }, (_, i) => below(i, type.elem)).flat();
      case "dict":
        return keysOf(x).flatMap((key) => below(key, type.elem));
      case "tuple":
        return type.elems.flatMap((t, i) => below(i, t));
      case "record":
        return this.fields(type.name).flatMap((f) => (this.carries(f) ? below(f.name, f.type) : []));
      default:
        return [];
    }
  }
}

/** The keys of an object with arbitrary keys. */
const keysOf = (x: JsValue): readonly string[] => (typeof x === "object" && x !== null ? Object.keys(x) : []);

/** Has an object this field? What is absent from an optional one is left out. */
export const isHeld = (f: Field, x: JsValue): boolean =>
  f.name in (x as object) && !(f.optional === true && (x as Record<string, JsValue>)[f.name] === undefined);

export function lengthOf(x: JsValue): number {
  if (Array.isArray(x) || isTypedArray(x)) return x.length;
  throw new TypeError(`a ${typeof x} is not an array`);
}

/** A copy of arrays, typed arrays and plain objects at any depth; what was shared stays shared, anything else is kept. */
export function clone(x: JsValue, seen: Map<object, object> = new Map()): JsValue {
  if (typeof x !== "object" || x === null) return x;
  const before = seen.get(x);
  if (before !== undefined) return before;
  if (isTypedArray(x)) {
    const made = x.slice();
    seen.set(x, made);
    return made;
  }
  if (Array.isArray(x)) {
    const made: JsValue[] = [];
    seen.set(x, made);
    for (const member of x as JsValue[]) made.push(clone(member, seen));
    return made;
  }
  if (!isPlainObject(x)) return x;
  const made = Object.create(Object.getPrototypeOf(x) as object | null) as Record<string, JsValue>;
  seen.set(x, made);
  for (const [key, member] of Object.entries(x)) made[key] = clone(member, seen);
  return made;
}
