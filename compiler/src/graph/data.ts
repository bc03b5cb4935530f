/** Arrays and objects of a run of the IR: allocating, copying, zeros in a shape, adding one to another. */
import type { Type } from "../ir/ir.js";
import { isDifferentiable, isFloatArray, type Records } from "../ir/types.js";

/** Something that cannot be evaluated here; the message says what. */
export class CannotEvaluate extends Error {}

export type Data = unknown;

export function container(data: Data): object {
  if (typeof data !== "object" || data === null)
    throw new CannotEvaluate("an array or object is missing: do the arguments fit the parameters?");
  return data;
}

export const lengthOf = (data: Data): number => Number(Reflect.get(container(data), "length"));

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
} as const;

export function allocated(type: Type, length: number, fill: number | undefined): Data {
  if (type.kind === "typed") return new typedArrays[type.name](length).fill(fill ?? 0);
  const made: unknown[] = Array.from({ length });
  return fill === undefined ? made : made.fill(fill);
}

export function copied(data: Data): Data {
  if (ArrayBuffer.isView(data)) return structuredClone(data);
  if (Array.isArray(data)) return data.map(copied);
  if (typeof data !== "object" || data === null || Object.getPrototypeOf(data) !== Object.prototype) return data;
  return Object.fromEntries(Object.entries(data).map(([key, member]) => [key, copied(member)]));
}

export function zeros(data: Data, type: Type, records: Records): Data {
  if (data === undefined || data === null) return data;
  switch (type.kind) {
    case "num":
      return 0;
    case "maybe":
      return zeros(data, type.of, records);
    case "typed":
      return isFloatArray(type) ? new typedArrays[type.name](lengthOf(data)) : data;
    case "array":
      return Array.isArray(data) ? data.map((member) => zeros(member, type.elem, records)) : data;
    case "tuple":
      return type.elems.map((elem, i) => zeros(Reflect.get(container(data), i), elem, records));
    case "record": {
      const fields = (records.get(type.name)?.fields ?? []).filter(
        (f) => f.noDiff !== true && isDifferentiable(f.type, records),
      );
      return Object.fromEntries(
        fields.map((f) => [f.name, zeros(Reflect.get(container(data), f.name), f.type, records)]),
      );
    }
    default:
      return undefined;
  }
}

export function addInto(target: Data, source: Data): void {
  if (typeof target !== "object" || target === null || typeof source !== "object" || source === null) return;
  const into = container(target);
  for (const [key, given] of Object.entries(source)) {
    const before: unknown = Reflect.get(into, key);
    if (typeof given === "number") Reflect.set(into, key, Number(before ?? 0) + given);
    else addInto(before, given);
  }
}

export function clear(target: Data): void {
  if (typeof target !== "object" || target === null) return;
  const into = container(target);
  for (const [key, held] of Object.entries(target)) {
    if (typeof held === "number") Reflect.set(into, key, 0);
    else clear(held);
  }
}

/** Ones in the shape of a result. */
export function ones(data: Data): Data {
  if (typeof data === "number") return 1;
  if (ArrayBuffer.isView(data)) return Float64Array.from({ length: lengthOf(data) }, () => 1);
  if (Array.isArray(data)) return data.map(ones);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, member]) => [key, ones(member)]));
}
