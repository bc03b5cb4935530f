/** Values made up from types: arguments to try, and directions in the shape of a gradient. */
import type { RecordDecl, Type, TypeImport } from "../ir/ir.js";
import { isDifferentiable } from "../ir/types.js";
import { assertNever } from "../support/invariant.js";

/** The same numbers on every run: mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How values are made up in one attempt. */
export interface Attempt {
  /** Lengths of arrays, and counts. */
  readonly size: number;
  /** Length of an array of numbers at the top of a parameter, where it is not `size`. */
  readonly length?: number;
  /** Of numbers that are differentiated. */
  readonly number: () => number;
  /** Of numbers that are not: counts, indices, settings. */
  readonly constant: () => number;
  readonly isPresent: boolean;
  readonly truth: boolean;
  /** One of the texts that mean something to the program. */
  readonly text: () => string;
  /** One of so many. */
  readonly choice: (count: number) => number;
  /** The prototype of a class that is exported. */
  readonly prototypeOf: (cls: TypeImport) => object | undefined;
}

/** There is no way to make up a value of this type. */
export class CannotMakeUp extends Error {}

type Records = ReadonlyMap<string, RecordDecl>;

/** A value of a type; numbers under `NoDiff` are constants. */
export function madeUp(type: Type, records: Records, attempt: Attempt, isConstant: boolean, depth = 0): unknown {
  const inside = (t: Type, constant = isConstant) =>
    madeUp(t, records, { ...attempt, length: attempt.size }, constant, depth + 1);
  switch (type.kind) {
    case "num":
      return isConstant ? attempt.constant() : attempt.number();
    case "bool":
      return attempt.truth;
    case "typed": {
      const length = depth === 0 ? (attempt.length ?? attempt.size) : attempt.size;
      if (type.name === "Float64Array") return Float64Array.from({ length }, () => attempt.number());
      if (type.name === "Float32Array") return Float32Array.from({ length }, () => attempt.number());
      return integers(type.name, length, attempt.size);
    }
    case "array": {
      const length = depth === 0 ? (attempt.length ?? attempt.size) : attempt.size;
      if (depth > 4) return [];
      return Array.from({ length }, () => inside(type.elem));
    }
    case "tuple":
      return type.elems.map((t) => inside(t));
    case "record":
      return madeUpRecord(type.name, records, attempt, inside, depth);
    case "maybe":
      if (attempt.isPresent && depth < 3 && canBeMadeUp(type.of, records)) return inside(type.of);
      return type.absent === "null" ? null : undefined;
    case "void":
      return undefined;
    case "dict": {
      const keys = Array.from({ length: depth > 4 ? 0 : attempt.size }, (_, i) =>
        type.key === "num" ? String(i) : (letters[i % letters.length] ?? "a"),
      );
      return Object.fromEntries(keys.map((key) => [key, inside(type.elem)]));
    }
    case "str":
      return attempt.text();
    case "opaque":
    case "tape":
    case "closure":
      throw new CannotMakeUp(type.kind === "opaque" ? `\`${type.text}\`` : "a function");
    default:
      return assertNever(type, "type");
  }
}

const letters = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** Whether what may be absent must be so: nobody can make it up. */
function canBeMadeUp(type: Type, records: Records): boolean {
  if (type.kind === "opaque" || type.kind === "closure" || type.kind === "tape") return false;
  if (type.kind !== "record") return true;
  const decl = records.get(type.name);
  return decl !== undefined && (decl.instance === undefined || decl.instance.exportedFrom !== undefined);
}

function madeUpRecord(
  name: string,
  records: Records,
  attempt: Attempt,
  inside: (type: Type, isConstant?: boolean) => unknown,
  depth: number,
): unknown {
  const decl = records.get(name);
  if (decl === undefined || depth > 6) throw new CannotMakeUp("a structure without end");
  if (decl.variants !== undefined) {
    const chosen = decl.variants[attempt.choice(decl.variants.length)];
    return chosen === undefined ? undefined : madeUpRecord(chosen, records, attempt, inside, depth);
  }
  const cls = decl.instance?.exportedFrom;
  const prototype = decl.instance === undefined ? {} : cls === undefined ? undefined : attempt.prototypeOf(cls);
  if (prototype === undefined) throw new CannotMakeUp("an instance of a class");
  const members: Record<string, unknown> = {};
  for (const { name: field, type, noDiff } of decl.fields) {
    const literal = literalOf(decl, field);
    const value = literal ?? inside(type, noDiff === true ? true : undefined);
    if (value !== undefined) members[field] = value;
  }
  return decl.instance === undefined ? members : Object.assign(Object.create(prototype), members);
}

/** The only text that a member can be, where the type is written out and says so. */
function literalOf({ text }: RecordDecl, field: string): string | undefined {
  const found = new RegExp(
    `(?:^\\{|;) *(?:readonly )?${field.replaceAll("$", String.raw`\$`)}: "([^"]*)"(?:;| \\})`,
  ).exec(text?.text ?? "");
  return found?.[1];
}

/** Indices below `size`, again and again. */
function integers(name: string, length: number, size: number): unknown {
  const values = Array.from({ length }, (_, i) => i % Math.max(1, size));
  switch (name) {
    case "Int8Array":
      return Int8Array.from(values);
    case "Uint8Array":
      return Uint8Array.from(values);
    case "Uint8ClampedArray":
      return Uint8ClampedArray.from(values);
    case "Int16Array":
      return Int16Array.from(values);
    case "Uint16Array":
      return Uint16Array.from(values);
    case "Uint32Array":
      return Uint32Array.from(values);
    default:
      return Int32Array.from(values);
  }
}

/** A direction in the shape of the gradient of `value`: numbers where a derivative can be, nothing elsewhere. */
export function directionFor(type: Type, records: Records, value: unknown, next: () => number): unknown {
  switch (type.kind) {
    case "num":
      return next();
    case "typed":
      if (value instanceof Float64Array || value instanceof Float32Array) return value.map(() => next());
      return undefined;
    case "array":
      if (!Array.isArray(value)) return undefined;
      return value.map((element) => directionFor(type.elem, records, element, next) ?? 0);
    case "tuple":
      if (!Array.isArray(value)) return undefined;
      return type.elems.map((t, i) => directionFor(t, records, value[i], next) ?? 0);
    case "record": {
      if (typeof value !== "object" || value === null) return undefined;
      const members: Record<string, unknown> = {};
      for (const { name, type: own, noDiff } of records.get(type.name)?.fields ?? []) {
        const member: unknown = Reflect.get(value, name);
        const direction = noDiff === true ? undefined : directionFor(own, records, member, next);
        if (direction !== undefined) members[name] = direction;
      }
      return isDifferentiable(type, records) ? members : undefined;
    }
    case "dict":
      if (typeof value !== "object" || value === null) return undefined;
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [key, directionFor(type.elem, records, member, next)]),
      );
    case "maybe":
      return value === undefined || value === null ? value : directionFor(type.of, records, value, next);
    case "bool":
    case "str":
    case "void":
    case "opaque":
    case "tape":
    case "closure":
      return undefined;
    default:
      return assertNever(type, "type");
  }
}

/** The numbers in a value of a type that a derivative can be in, in the order of elements and declared fields. */
export function numbersIn(type: Type, records: Records, value: unknown): readonly number[] {
  switch (type.kind) {
    case "num":
      return typeof value === "number" ? [value] : [];
    case "typed":
      return value instanceof Float64Array || value instanceof Float32Array ? Array.from(value) : [];
    case "array":
      return Array.isArray(value) ? value.flatMap((element) => numbersIn(type.elem, records, element)) : [];
    case "tuple":
      return Array.isArray(value) ? type.elems.flatMap((t, i) => numbersIn(t, records, value[i])) : [];
    case "record":
    case "dict": {
      if (typeof value !== "object" || value === null) return [];
      if (type.kind === "dict") return Object.values(value).flatMap((member) => numbersIn(type.elem, records, member));
      return (records.get(type.name)?.fields ?? []).flatMap((f) =>
        f.noDiff === true ? [] : numbersIn(f.type, records, Reflect.get(value, f.name)),
      );
    }
    case "maybe":
      return value === undefined || value === null ? [] : numbersIn(type.of, records, value);
    default:
      return [];
  }
}
