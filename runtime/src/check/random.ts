/** Directions for checks: the same on every run. */
import { leftOut, mapNumbers } from "../structure.js";

/** Numbers in (−1, 1), none near 0, from a linear congruential generator (Numerical Recipes' constants). */
function directions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const part = state / 2 ** 32;
    return part < 0.5 ? -1 + 1.8 * part : 0.1 + 1.8 * (part - 0.5);
  };
}

/** A structure like `shape` with such numbers. */
export function randomLike(shape: unknown, seed = 1): unknown {
  const next = directions(seed);
  const made = mapNumbers(shape, next);
  return made === leftOut ? undefined : made;
}
