/** Structured data (numbers, arrays, typed arrays, tuples, plain objects): copying, walking, comparing, printing as source. */

export type Path = readonly (string | number)[];

/** One number inside a structure. */
export interface Leaf {
  readonly path: Path;
  readonly value: number;
}

/** An instance of a class of the program under test, described by its name and the arguments of its constructor. */
export class Made {
  constructor(
    readonly className: string,
    readonly args: readonly unknown[],
  ) {}
}

/** The value with every description replaced by an instance of the class that `classes` exports. */
export function materialise(value: unknown, classes: Readonly<Record<string, unknown>>): unknown {
  if (value instanceof Made) {
    const args = value.args.map((argument) => materialise(argument, classes));
    const found = classes[value.className];
    if (typeof found === "function") return Reflect.construct(found, args);
    // A class may have been rewritten as functions.
    const maker = classes[`${value.className}_new`];
    if (typeof maker !== "function") throw new Error(`no exported class ${value.className}`);
    const made: unknown = Reflect.apply(maker, undefined, args);
    return made;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => materialise(item, classes));
  if (isTypedArray(value) || !isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, materialise(item, classes)]));
}

export function isTypedArray(value: unknown): value is Float64Array {
  // Said to be a Float64Array: every typed array reads and writes numbers by index, which is all we do with it.
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

const isFloatTypedArray = (value: unknown): boolean => value instanceof Float64Array || value instanceof Float32Array;

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A deep copy; what is shared inside `value` is shared inside the copy. */
export function cloneData<T>(value: T): T {
  return copyOf(value, new Map()) as T;
}

function copyOf(value: unknown, seen: Map<unknown, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (isTypedArray(value)) {
    const copy = value.slice();
    seen.set(value, copy);
    return copy;
  }
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    seen.set(value, copy);
    for (const item of value) copy.push(copyOf(item, seen));
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // An instance of a class of the program is copied with its methods; what JavaScript itself makes is kept.
  if (isBuiltIn(value)) return value;
  const copy: Record<string, unknown> =
    prototype === Object.prototype || prototype === null
      ? {}
      : (Object.create(prototype as object) as object as Record<string, unknown>);
  seen.set(value, copy);
  for (const [key, item] of Object.entries(value)) copy[key] = copyOf(item, seen);
  return copy;
}

const isBuiltIn = (value: object): boolean =>
  value instanceof Map ||
  value instanceof Set ||
  value instanceof Date ||
  value instanceof RegExp ||
  value instanceof Error ||
  value instanceof Made ||
  typeof value === "function";

/** The members of an aggregate with their keys; nothing for anything else. */
export function members(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (isTypedArray(value)) return Array.from(value, (item, i) => [i, item] as const);
  if (Array.isArray(value)) return value.map((item: unknown, i) => [i, item] as const);
  if (isPlainObject(value)) return Object.entries(value);
  return [];
}

/** Every number a derivative can belong to: integer typed arrays are left out. */
export function leaves(value: unknown, path: Path = []): Leaf[] {
  if (typeof value === "number") return [{ path, value }];
  if (isTypedArray(value) && !isFloatTypedArray(value)) return [];
  return members(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

export function memberAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (isTypedArray(current) || Array.isArray(current)) current = (current as unknown[])[Number(key)];
    else if (isPlainObject(current)) current = current[key];
    else return undefined;
  }
  return current;
}

/** Of places in a structure that shares, each once: a test whether a place is met for the first time. */
export function firstTime(root: unknown): (path: Path) => boolean {
  const seen = new Map<unknown, Set<string | number | undefined>>();
  return (path) => {
    const holder = memberAt(root, path.slice(0, -1));
    const keys = seen.get(holder) ?? new Set();
    seen.set(holder, keys);
    const key = path.at(-1);
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  };
}

/** The number at `path`; NaN when there is none, which every comparison notices. */
export function numberAt(value: unknown, path: Path): number {
  const found = memberAt(value, path);
  return typeof found === "number" ? found : NaN;
}

/** Writes a number in place. `path` is not empty. */
export function setNumber(value: unknown, path: Path, number: number): void {
  const holder = memberAt(value, path.slice(0, -1));
  const key = path[path.length - 1];
  if (key === undefined) throw new Error("a number by itself cannot be written in place");
  if (isTypedArray(holder) || Array.isArray(holder)) (holder as unknown[])[Number(key)] = number;
  else if (isPlainObject(holder)) holder[key] = number;
  else throw new Error(`nothing to write at ${pathText(path)}`);
}

/** The same structure of numbers with each replaced; what is not differentiable is left out of objects. */
export function mapLeaves(value: unknown, map: (value: number, path: Path) => number, path: Path = []): unknown {
  if (typeof value === "number") return map(value, path);
  if (isFloatTypedArray(value) && isTypedArray(value)) return value.map((item, i) => map(item, [...path, i]));
  if (Array.isArray(value)) return value.map((item: unknown, i) => mapLeaves(item, map, [...path, i]));
  if (isPlainObject(value)) {
    const kept = Object.entries(value).filter(([, item]) => leaves(item).length > 0 || members(item).length === 0);
    return Object.fromEntries(
      kept
        .filter(([, item]) => typeof item === "number" || (typeof item === "object" && item !== null))
        .map(([key, item]) => [key, mapLeaves(item, map, [...path, key])]),
    );
  }
  return value;
}

/** Same structure, same constructors, same bits. Returns where they differ, or undefined. */
export function difference(a: unknown, b: unknown, path: Path = []): string | undefined {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    return Object.is(a, b) ? undefined : `${pathText(path)}: ${text(a)} and ${text(b)}`;
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) {
    return `${pathText(path)}: a ${a.constructor?.name} and a ${b.constructor?.name}`;
  }
  const left = members(a);
  const right = new Map(members(b));
  if (left.length !== right.size) return `${pathText(path)}: ${left.length} members and ${right.size}`;
  for (const [key, item] of left) {
    if (!right.has(key)) return `${pathText([...path, key])}: missing`;
    const found = difference(item, right.get(key), [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every object reachable from `value`, itself included. */
export function references(value: unknown, found: Set<unknown> = new Set()): Set<unknown> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  found.add(value);
  if (isTypedArray(value)) return found;
  for (const [, item] of members(value)) references(item, found);
  return found;
}

/** As a JavaScript expression. */
export function text(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (isTypedArray(value)) return `new ${value.constructor.name}([${Array.from(value, text).join(", ")}])`;
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (value instanceof Made) return `new ${value.className}(${value.args.map(text).join(", ")})`;
  if (isPlainObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => `${key}: ${text(item)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return String(value);
}

/** `[0].position[3]` */
export function pathText(path: Path): string {
  const shown = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return shown === "" ? "result" : shown;
}
