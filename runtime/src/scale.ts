/** A gradient times a number. */
import { leftOut, mapNumbers } from "./structure.js";

/**
 * `factor` times a gradient, or any structure of numbers: `scale(total, 1 / batches.length)`.
 *
 * @param gradient A number, float array, array, tuple or object of these, members may be absent. Not changed.
 * @returns A new structure of the same shape.
 */
export function scale<G>(gradient: G, factor: number): G {
  return mapped("scale", gradient, (x) => x * factor);
}

/** A new structure with each number changed; the helpers that return a gradient of the shape they are given. */
export function mapped<G>(name: string, gradient: G, change: (x: number) => number): G {
  const result = mapNumbers(gradient, change);
  if (result === leftOut) throw new TypeError(`${name}: a ${typeof gradient} is not a gradient`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a gradient has nothing that is left out
  return result as G;
}
