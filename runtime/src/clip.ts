/** Keeping gradients within bounds. */
import { norm } from "./norm.js";
import { mapped } from "./scale.js";

/**
 * The gradient itself where its norm is at most `limit`, else the one of norm `limit` in the same direction.
 *
 * All parameters are clipped together, by the norm of the whole (Pascanu, Mikolov and Bengio 2013). A gradient with a number
 * that is not finite has no direction: the result then has NaN, so that it is noticed.
 *
 * @param gradient A number, float array, array, tuple or object of these. Not changed.
 * @param limit The largest norm, at least 0.
 * @returns A new structure of the same shape.
 * @throws RangeError when `limit` is negative or NaN.
 */
export function clipByNorm<G>(gradient: G, limit: number): G {
  if (!(limit >= 0)) throw new RangeError(`clipByNorm: the largest norm is ${limit}; it must be at least 0`);
  const length = norm(gradient);
  if (length <= limit) return mapped("clipByNorm", gradient, (x) => x);
  // In this order `x / length` is at most 1, whatever the two are.
  return mapped("clipByNorm", gradient, (x) => (x / length) * limit);
}

/**
 * Each number of a gradient brought into [`low`, `high`]; with one bound, into [−`low`, `low`]. NaN stays.
 *
 * @param gradient A number, float array, array, tuple or object of these. Not changed.
 * @returns A new structure of the same shape.
 * @throws RangeError when the bounds are not in order.
 */
export function clipByValue<G>(gradient: G, low: number, high?: number): G {
  const [bottom, top] = high === undefined ? [-low, low] : [low, high];
  if (!(bottom <= top)) throw new RangeError(`clipByValue: no number lies between ${bottom} and ${top}`);
  return mapped("clipByValue", gradient, (x) => (x < bottom ? bottom : x > top ? top : x));
}
