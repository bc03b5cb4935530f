/** What takes the place of numbers where a sweep makes it, or one for several numbers. */
import type { Builder } from "../ir/build.js";
import { num, shadowType, type Records } from "../ir/types.js";
import type { Type, Value } from "../ir/ir.js";
import { invariant } from "../support/invariant.js";
import { type Environment, type Filling, type Numbered, whereThere } from "./replaced.js";

/**
 * The sources are structures of zeros, seeds: each number in turn is set to 1, what belongs there is made by a sweep with
 * that seed, and the number is set to 0 again. A sweep of several directions has a seed for each, in which one number is set;
 * it makes what belongs to the first, then what belongs to the next.
 */
export function bySweeps(
  primal: Records,
  leaves: readonly Type[],
  run: (b: Builder, environment: Environment) => readonly Value[],
  width = 1,
): Filling {
  const fill = (b: Builder, numbers: readonly Numbered[], held: Type, environment: Environment): readonly Value[][] => {
    const set = (to: 0 | 1): void => {
      for (const { place, isThere } of numbers)
        whereThere(b, isThere, (at) => {
          at.store(place, at.cast(at.const(to), held));
        });
    };
    set(1);
    const made = run(b, environment);
    set(0);
    return numbers.map((_, k) => made.slice(k * leaves.length, (k + 1) * leaves.length));
  };
  const one: Filling = {
    leaves,
    sourceType: (type) => shadowType(type, primal),
    fill: (b, [place], held, environment) => {
      invariant(place !== undefined, "a seed");
      return fill(b, [{ place }], held, environment)[0] ?? [];
    },
  };
  if (width === 1) return one;
  return { ...one, several: { width, fill: (b, numbers, environment) => fill(b, numbers, num, environment) } };
}
