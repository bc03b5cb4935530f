/** The length of a gradient. */
import { eachNumber } from "./structure.js";

/**
 * The Euclidean norm of all numbers in a gradient taken as one vector; 0 for none.
 *
 * Neither overflows nor underflows where the result does not. An object that is reached twice counts once. Infinity where a
 * number is infinite, else NaN where one is NaN.
 */
export function norm(gradient: unknown): number {
  // As in BLAS's dnrm2: a sum of squares relative to the largest number met so far.
  let largest = 0;
  let sum = 0;
  let isUnknown = false;
  eachNumber(gradient, (x) => {
    const size = Math.abs(x);
    if (size > largest) {
      const ratio = largest / size;
      sum = 1 + sum * ratio * ratio;
      largest = size;
    } else if (size > 0) {
      const ratio = size / largest;
      sum += ratio * ratio;
    } else if (size !== 0) isUnknown = true;
  });
  if (largest === Infinity) return Infinity;
  return isUnknown ? NaN : largest * Math.sqrt(sum);
}
