/**
 * The functions of `@adc/runtime` as the compiler knows them: what they compute, and their rules. Calls of those in
 * `externalFunctions` stay calls of the runtime; here they stand in their plainest form, with which they are only read.
 * `Runtime.…` are primitives.
 */

import { runtimeRules } from "./runtime-rules.js";

/** As much of the runtime as there are primitives for. */
export const runtimeLibrary = `
declare const noDiff: unique symbol;
type NoDiff<T> = T & { readonly [noDiff]?: true };
declare namespace Runtime {
  function sigmoid(x: number): number; function softplus(x: number): number; function logAddExp(x: number, y: number): number;
}
`;

/** Functions that generated code imports from the runtime. */
export const externalFunctions: ReadonlySet<string> = new Set([
  "logSumExp",
  "softmax",
  "matmul",
  "matvec",
  "outer",
  "transpose",
  "cholesky",
  "solve",
  "logDet",
]);

/** Functions of the runtime that have a meaning here. */
export const runtimeFunctions: ReadonlySet<string> = new Set([
  ...externalFunctions,
  "relu",
  "leakyRelu",
  "sigmoid",
  "softplus",
  "logAddExp",
]);

export const runtimeSource = `
export function relu(x: number): number { return Math.max(x, 0); }
export function leakyRelu(x: number, slope = 0.01): number { return x > 0 ? x : slope * x; }
export function sigmoid(x: number): number { return Runtime.sigmoid(x); }
export function softplus(x: number): number { return Runtime.softplus(x); }
export function logAddExp(x: number, y: number): number { return Runtime.logAddExp(x, y); }

function largestOf(xs: readonly number[]): number {
  let largest = -1 / 0;
  for (let i = 0; i < xs.length; i++) largest = Math.max(largest, held(xs[i]));
  return largest;
}

export function logSumExp(xs: readonly number[]): number {
  const largest = largestOf(xs);
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += Math.exp(xs[i] - largest);
  return largest + Math.log(sum);
}

export function softmax(xs: readonly number[]): number[] {
  const largest = largestOf(xs);
  const result = alike(xs, xs.length);
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    const e = Math.exp(xs[i] - largest);
    result[i] = e;
    sum += e;
  }
  for (let i = 0; i < xs.length; i++) result[i] /= sum;
  return result;
}

export function matmul(a: Float64Array, b: Float64Array, m: NoDiff<number>, k: NoDiff<number>, n: NoDiff<number>): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
      c[i * n + j] = sum;
    }
  }
  return c;
}

export function matvec(a: Float64Array, x: Float64Array, m: NoDiff<number>, n: NoDiff<number>): Float64Array {
  const y = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j] * x[j];
    y[i] = sum;
  }
  return y;
}

export function outer(x: Float64Array, y: Float64Array): Float64Array {
  const m = x.length;
  const n = y.length;
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) c[i * n + j] = x[i] * y[j];
  return c;
}

export function transpose(a: Float64Array, m: NoDiff<number>, n: NoDiff<number>): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) c[j * m + i] = a[i * n + j];
  return c;
}

export function cholesky(a: Float64Array, n: NoDiff<number>): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let p = 0; p < j; p++) sum -= l[i * n + p] * l[j * n + p];
      if (i !== j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else throw new RangeError("cholesky: the matrix is not positive definite");
    }
  }
  return l;
}

// Rows of a are swapped together with those of b, and eliminated; what is left of a is upper triangular.
function eliminate(a: Float64Array, b: Float64Array, n: number, columns: number): void {
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(held(a[i * n + k])) > Math.abs(held(a[best * n + k]))) best = i;
    for (let j = 0; j < n; j++) {
      const kept = a[k * n + j];
      a[k * n + j] = a[best * n + j];
      a[best * n + j] = kept;
    }
    for (let j = 0; j < columns; j++) {
      const kept = b[k * columns + j];
      b[k * columns + j] = b[best * columns + j];
      b[best * columns + j] = kept;
    }
    const pivot = a[k * n + k];
    if (pivot === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const quotient = a[i * n + k] / pivot;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= quotient * a[k * n + j];
      for (let j = 0; j < columns; j++) b[i * columns + j] -= quotient * b[k * columns + j];
    }
  }
}

function copyOf(a: Float64Array): Float64Array {
  const c = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) c[i] = a[i];
  return c;
}

export function solve(a: Float64Array, b: Float64Array, n: NoDiff<number>): Float64Array {
  const columns = n === 0 ? 0 : b.length / n;
  const u = copyOf(a);
  const x = copyOf(b);
  eliminate(u, x, n, columns);
  for (let i = n - 1; i >= 0; i--) {
    const pivot = u[i * n + i];
    if (pivot === 0) throw new RangeError("solve: the matrix is singular");
    for (let j = 0; j < columns; j++) {
      let sum = x[i * columns + j];
      for (let p = i + 1; p < n; p++) sum -= u[i * n + p] * x[p * columns + j];
      x[i * columns + j] = sum / pivot;
    }
  }
  return x;
}

export function logDet(a: Float64Array, n: NoDiff<number>): number {
  const u = copyOf(a);
  eliminate(u, new Float64Array(0), n, 0);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(Math.abs(u[i * n + i]));
  return sum;
}
${runtimeRules}`;
