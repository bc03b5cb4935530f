/**
 * The prelude: functions of JavaScript's library that take functions, written in the language themselves. They are
 * lowered like any function of the user, one instance for each callback, and inlined.
 *
 * `alike(xs, n)`, known to the frontend alone, is a new array of `n` elements of the kind of `xs`.
 */
import { collectionLibrary, collections } from "./collections.js";
import { dictionaries } from "./dictionaries.js";
import { reductions } from "./reductions.js";
import { specialSource } from "./special.js";
import { runtimeLibrary, runtimeSource } from "./runtime.js";

/** As much of the library as the prelude uses. */
export const preludeLibrary = `
interface Array<T> { length: number; [n: number]: T; push(x: T): number; }
interface ReadonlyArray<T> { readonly length: number; readonly [n: number]: T; }
interface ArrayConstructor { new <T>(n: number): T[]; }
declare const Array: ArrayConstructor;
interface Int32Array { readonly length: number; [n: number]: number; }
interface Int32ArrayConstructor { new (n: number): Int32Array; }
declare const Int32Array: Int32ArrayConstructor;
interface Float64Array { readonly length: number; [n: number]: number; }
interface Float64ArrayConstructor { new (n: number): Float64Array; }
declare const Float64Array: Float64ArrayConstructor;
interface Boolean {}
interface CallableFunction {}
interface Function {}
interface IArguments {}
interface NewableFunction {}
interface Number {}
interface Object {}
interface RegExp {}
interface String {}
interface TypeError {}
declare const TypeError: { new (text: string): TypeError };
interface RangeError {}
declare const RangeError: { new (text: string): RangeError };
interface Math {
  readonly E: number; readonly LN2: number; readonly LN10: number; readonly LOG2E: number; readonly LOG10E: number;
  readonly PI: number; readonly SQRT1_2: number; readonly SQRT2: number;
  abs(x: number): number; acos(x: number): number; acosh(x: number): number; asin(x: number): number;
  asinh(x: number): number; atan(x: number): number; atanh(x: number): number; cbrt(x: number): number;
  ceil(x: number): number; clz32(x: number): number; cos(x: number): number; cosh(x: number): number;
  exp(x: number): number; expm1(x: number): number; floor(x: number): number; fround(x: number): number;
  log(x: number): number; log10(x: number): number; log1p(x: number): number; log2(x: number): number;
  round(x: number): number; sign(x: number): number; sin(x: number): number; sinh(x: number): number;
  sqrt(x: number): number; tan(x: number): number; tanh(x: number): number; trunc(x: number): number;
  random(): number;
  atan2(y: number, x: number): number; pow(x: number, y: number): number; imul(x: number, y: number): number;
  hypot(...x: number[]): number; max(...x: number[]): number; min(...x: number[]): number;
}
declare const Math: Math;
declare function Number(x: unknown): number;
declare namespace Number {
  function isFinite(x: unknown): boolean; function isInteger(x: unknown): boolean; function isNaN(x: unknown): boolean;
}
declare function Boolean(x: unknown): boolean;
declare function String(x: unknown): string;
declare function isNaN(x: number): boolean;
declare function isFinite(x: number): boolean;
declare function parseFloat(x: string): number;
declare function parseInt(x: string, radix?: number): number;
declare function alike<T>(xs: readonly T[], n: number): T[];
declare function held<T>(x: T): T;
${collectionLibrary}${runtimeLibrary}`;

/** Functions of the library that may stand for a value, by the number of their parameters. */
const unary =
  "abs acos acosh asin asinh atan atanh cbrt ceil clz32 cos cosh exp expm1 floor fround log log10 log1p log2 round sign sin sinh sqrt tan tanh trunc";
const binary = "atan2 pow imul hypot max min";

/** How a function of the library is called in the prelude. */
export const preludeName = (library: string): string => library.replaceAll(".", "_");

/** The name of a function of the prelude for calls with another number of arguments than one has parameters. */
export const anyNumber = (name: string): string => `${name}_of`;

const wrappers = [
  ...unary.split(" ").map((f) => `export function Math_${f}(x: number): number { return Math.${f}(x); }`),
  ...binary
    .split(" ")
    .map((f) => `export function Math_${f}(x: number, y: number): number { return Math.${f}(x, y); }`),
  ...["isFinite", "isInteger", "isNaN"].map(
    (f) => `export function Number_${f}(x: number): boolean { return Number.${f}(x); }`,
  ),
  "export function Math_random(): number { return Math.random(); }",
  "export function Number_(x: unknown): number { return Number(x); }",
  "export function Boolean_(x: unknown): boolean { return Boolean(x); }",
  "export function String_(x: unknown): string { return String(x); }",
  "export function isNaN_(x: number): boolean { return isNaN(x); }",
  "export function isFinite_(x: number): boolean { return isFinite(x); }",
  "export function parseFloat_(x: string): number { return parseFloat(x); }",
  "export function parseInt_(x: string, radix?: number): number { return parseInt(x, radix); }",
  ...["max", "min", "hypot"].map(
    (f) => `export function ${anyNumber(`Math_${f}`)}(...xs: number[]): number { return Math.${f}(...xs); }`,
  ),
  "export function stopGradient_<T>(x: T): T { return held(x); }",
].join("\n");

export const preludeSource = `
type Callback<T, R> = (x: T, i: number, xs: readonly T[]) => R;
type Step<T, A> = (all: A, x: T, i: number, xs: readonly T[]) => A;

export function map<T, U>(xs: readonly T[], f: Callback<T, U>): U[] {
  const n = xs.length;
  const out = new Array<U>(n);
  for (let i = 0; i < n; i++) out[i] = f(xs[i], i, xs);
  return out;
}

export function mapInto<T, U>(out: U[], xs: readonly T[], f: Callback<T, U>): U[] {
  const n = xs.length;
  for (let i = 0; i < n; i++) out[i] = f(xs[i], i, xs);
  return out;
}

export function from<T, U>(xs: readonly T[], f: (x: T, i: number) => U): U[] {
  const n = xs.length;
  const out = new Array<U>(n);
  for (let i = 0; i < n; i++) out[i] = f(xs[i], i);
  return out;
}

export function fromInto<T, U>(out: U[], xs: readonly T[], f: (x: T, i: number) => U): U[] {
  const n = xs.length;
  for (let i = 0; i < n; i++) out[i] = f(xs[i], i);
  return out;
}

export function build<U>(n: number, f: (x: undefined, i: number) => U): U[] {
  const out = new Array<U>(n);
  for (let i = 0; i < n; i++) out[i] = f(undefined, i);
  return out;
}

export function buildInto<U>(out: U[], n: number, f: (x: undefined, i: number) => U): U[] {
  for (let i = 0; i < n; i++) out[i] = f(undefined, i);
  return out;
}

export function reduce<T>(xs: readonly T[], f: Step<T, T>): T {
  const n = xs.length;
  if (n === 0) throw new TypeError("Reduce of empty array with no initial value");
  let all = xs[0];
  for (let i = 1; i < n; i++) all = f(all, xs[i], i, xs);
  return all;
}

export function reduceFrom<T, A>(xs: readonly T[], f: Step<T, A>, start: A): A {
  const n = xs.length;
  let all = start;
  for (let i = 0; i < n; i++) all = f(all, xs[i], i, xs);
  return all;
}

export function reduceRight<T>(xs: readonly T[], f: Step<T, T>): T {
  const n = xs.length;
  if (n === 0) throw new TypeError("Reduce of empty array with no initial value");
  let all = xs[n - 1];
  for (let i = n - 2; i >= 0; i--) all = f(all, xs[i], i, xs);
  return all;
}

export function reduceRightFrom<T, A>(xs: readonly T[], f: Step<T, A>, start: A): A {
  let all = start;
  for (let i = xs.length - 1; i >= 0; i--) all = f(all, xs[i], i, xs);
  return all;
}

export function forEach<T>(xs: readonly T[], f: Callback<T, unknown>): void {
  const n = xs.length;
  for (let i = 0; i < n; i++) f(xs[i], i, xs);
}

export function forEachEntry<K, V>(entries: readonly (readonly [K, V])[], f: (value: V, key: K) => unknown): void {
  for (const [key, value] of entries) f(value, key);
}

export function forEachMember<T>(members: readonly T[], f: (value: T, key: T) => unknown): void {
  for (const value of members) f(value, value);
}

export function indexed<T>(xs: readonly T[]): [number, T][] {
  const n = xs.length;
  const out = new Array<[number, T]>(n);
  for (let i = 0; i < n; i++) out[i] = [i, xs[i]];
  return out;
}

export function filter<T>(xs: readonly T[], f: Callback<T, unknown>): T[] {
  const n = xs.length;
  const out: T[] = [];
  for (let i = 0; i < n; i++) {
    const x = xs[i];
    if (f(x, i, xs)) out.push(x);
  }
  return out;
}

export function filterTyped(xs: readonly number[], f: Callback<number, unknown>): number[] {
  const kept = filter(xs, f);
  const n = kept.length;
  const out = alike(xs, n);
  for (let i = 0; i < n; i++) out[i] = kept[i];
  return out;
}

export function some<T>(xs: readonly T[], f: Callback<T, unknown>): boolean {
  const n = xs.length;
  for (let i = 0; i < n; i++) if (f(xs[i], i, xs)) return true;
  return false;
}

export function every<T>(xs: readonly T[], f: Callback<T, unknown>): boolean {
  const n = xs.length;
  for (let i = 0; i < n; i++) if (!f(xs[i], i, xs)) return false;
  return true;
}

export function find<T>(xs: readonly T[], f: Callback<T, unknown>): T | undefined {
  const n = xs.length;
  for (let i = 0; i < n; i++) {
    const x = xs[i];
    if (f(x, i, xs)) return x;
  }
  return undefined;
}

export function findLast<T>(xs: readonly T[], f: Callback<T, unknown>): T | undefined {
  for (let i = xs.length - 1; i >= 0; i--) {
    const x = xs[i];
    if (f(x, i, xs)) return x;
  }
  return undefined;
}

export function findIndex<T>(xs: readonly T[], f: Callback<T, unknown>): number {
  const n = xs.length;
  for (let i = 0; i < n; i++) if (f(xs[i], i, xs)) return i;
  return -1;
}

export function findLastIndex<T>(xs: readonly T[], f: Callback<T, unknown>): number {
  for (let i = xs.length - 1; i >= 0; i--) if (f(xs[i], i, xs)) return i;
  return -1;
}

export function flatMap<T, U>(xs: readonly T[], f: Callback<T, readonly U[]>): U[] {
  const n = xs.length;
  const out: U[] = [];
  for (let i = 0; i < n; i++) {
    const part = f(xs[i], i, xs);
    const m = part.length;
    for (let j = 0; j < m; j++) out.push(part[j]);
  }
  return out;
}

// Positions in the order of the elements: what is compared is read where it stands, so that only the moves are differentiated.
function order<T>(xs: readonly T[], compare: (a: T, b: T) => number): Int32Array {
  const n = xs.length;
  const from = new Int32Array(n);
  const to = new Int32Array(n);
  for (let k = 0; k < n; k++) from[k] = k;
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = start + width < n ? start + width : n;
      const end = start + 2 * width < n ? start + 2 * width : n;
      let i = start;
      let j = middle;
      for (let k = start; k < end; k++) {
        const right = j < end && (i >= middle || compare(xs[from[j]], xs[from[i]]) < 0);
        if (right) {
          to[k] = from[j];
          j++;
        } else {
          to[k] = from[i];
          i++;
        }
      }
    }
    for (let k = 0; k < n; k++) from[k] = to[k];
  }
  return from;
}

export function sort<T>(xs: T[], compare: (a: T, b: T) => number): T[] {
  const places = order(xs, compare);
  const n = xs.length;
  const before = alike(xs, n);
  for (let i = 0; i < n; i++) before[i] = xs[i];
  for (let i = 0; i < n; i++) xs[i] = before[places[i]];
  return xs;
}

export function toSorted<T>(xs: readonly T[], compare: (a: T, b: T) => number): T[] {
  const places = order(xs, compare);
  const n = xs.length;
  const out = alike(xs, n);
  for (let i = 0; i < n; i++) out[i] = xs[places[i]];
  return out;
}

export function ascending(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function alphabetical(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

${collections}${dictionaries}
${reductions}
${runtimeSource}
${specialSource}
${wrappers}

export function noFunction(name: string): never {
  throw new TypeError(name + " is not a function");
}

export function apart<T>(a: T, b: T): void {
  if (a === b) throw new TypeError("structuredClone: an object that is held twice cannot be differentiated");
}

export function distinct<T>(xs: readonly T[]): void {
  for (let i = 0; i < xs.length; i++) {
    for (let k = 0; k < i; k++) {
      if (xs[i] === xs[k]) throw new TypeError("structuredClone: an object that is held twice cannot be differentiated");
    }
  }
}
`;
