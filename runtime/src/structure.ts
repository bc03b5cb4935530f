/** Walking the structures gradients are made of: numbers, float arrays, arrays, tuples and objects, with what they share. */

export type Floats = Float64Array | Float32Array;
export type Members = Record<string | number, unknown>;

export const isFloats = (x: unknown): x is Floats => x instanceof Float64Array || x instanceof Float32Array;

/** An array or object whose members may hold numbers; not one that only looks like an object (`Map`, `Int32Array`, `Date` …). */
export const isContainer = (x: unknown): x is Members =>
  typeof x === "object" &&
  x !== null &&
  !ArrayBuffer.isView(x) &&
  !(x instanceof Map || x instanceof Set || x instanceof Date || x instanceof RegExp || x instanceof ArrayBuffer);

/**
 * A new structure in the shape of `value` with `change` of each number. What is not differentiable (text, booleans,
 * functions …) is left out of objects; in arrays and tuples, whose positions count, it becomes 0. What is absent (`null`,
 * `undefined`) stays absent. What is one object in `value` is one object in the result, also where it leads back to itself.
 */
export function mapNumbers(value: unknown, change: (x: number) => number, made = new Map<object, unknown>()): unknown {
  if (typeof value === "number") return change(value);
  if (value === undefined || value === null) return value;
  if (typeof value !== "object") return leftOut;
  const known = made.get(value);
  if (known !== undefined) return known;
  if (isFloats(value)) {
    const floats = value.map(change);
    made.set(value, floats);
    return floats;
  }
  if (!isContainer(value)) return leftOut;
  if (Array.isArray(value)) {
    const elements: unknown[] = [];
    made.set(value, elements);
    for (const element of value) {
      const changed = mapNumbers(element, change, made);
      elements.push(changed === leftOut ? 0 : changed);
    }
    return elements;
  }
  const members: Members = {};
  made.set(value, members);
  for (const [name, member] of Object.entries(value)) {
    const changed = mapNumbers(member, change, made);
    if (changed !== leftOut) members[name] = changed;
  }
  return members;
}

/** What `mapNumbers` returns for something no derivative belongs to. */
export const leftOut: unique symbol = Symbol("not differentiable");

/** Calls `visit` with each number; those of an object that is reached twice, once. */
export function eachNumber(value: unknown, visit: (x: number) => void, seen = new Set<object>()): void {
  if (typeof value === "number") {
    visit(value);
    return;
  }
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (isFloats(value)) value.forEach(visit);
  else if (isContainer(value)) for (const member of Object.values(value)) eachNumber(member, visit, seen);
}
