/** A gradient of zeros. */
import type { Gradient } from "./gradient.js";
import { leftOut, mapNumbers } from "./structure.js";

/**
 * Zeros in the shape of the gradient with respect to `value`: what gradients are added into.
 *
 * ```ts
 * const total = zerosLike(params);
 * for (const batch of batches) addInto(total, loss_grad(params, batch));
 * ```
 *
 * @param value Anything differentiable, or a gradient. Not changed. Text, booleans and functions are left out (in tuples
 * and arrays: 0). A type says which numbers are `NoDiff`, a value does not: they have zeros too, which nothing is added to.
 * @returns A new structure. What `value` shares inside itself is shared in the result.
 * @throws TypeError when nothing in `value` is differentiable.
 */
export function zerosLike<T>(value: T): Gradient<T> {
  const zeros = mapNumbers(value, () => 0);
  if (zeros === leftOut) throw new TypeError(`zerosLike: a ${typeof value} is not differentiable`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is what Gradient says
  return zeros as Gradient<T>;
}
