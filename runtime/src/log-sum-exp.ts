/** Sums of exponentials, relative to the largest, so that nothing overflows. adc knows their derivatives. */

/** log(eˣ + eʸ). Derivatives `sigmoid(x − y)` and `sigmoid(y − x)`. */
export function logAddExp(x: number, y: number): number {
  // Equal infinities: their difference would be NaN.
  if (x === y) return x + Math.LN2;
  return Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)));
}

/**
 * log Σ e^xs[i]. Its gradient is `softmax(xs)`.
 *
 * @param xs Any number of them; −Infinity for none.
 */
export function logSumExp(xs: Float64Array | readonly number[]): number {
  let largest = -Infinity;
  for (let i = 0; i < xs.length; i++) largest = Math.max(largest, xs[i]!);
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += Math.exp(xs[i]! - largest);
  return largest + Math.log(sum);
}

/**
 * e^xs[i] / Σ e^xs[j]: positive numbers that add up to 1.
 *
 * @param xs Finite numbers, or −Infinity for what is impossible (not all of them).
 * @returns A new array of the same length and kind.
 */
export function softmax(xs: Float64Array): Float64Array;
export function softmax(xs: readonly number[]): number[];
export function softmax(xs: Float64Array | readonly number[]): Float64Array | number[] {
  let largest = -Infinity;
  for (let i = 0; i < xs.length; i++) largest = Math.max(largest, xs[i]!);
  const result = xs instanceof Float64Array ? new Float64Array(xs.length) : new Array<number>(xs.length).fill(0);
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    const e = Math.exp(xs[i]! - largest);
    result[i] = e;
    sum += e;
  }
  for (let i = 0; i < xs.length; i++) result[i]! /= sum;
  return result;
}
