/** The type of Jacobians: `Jacobian<R, G>`. */
import type { Gradient, IsAny, IsDifferentiable, Opaque } from "./gradient.js";
import type { noDiff } from "./markers.js";

/**
 * The type of the Jacobian of a function that returns an `R`, whose gradient has the type `G`: the shape of `R` with a gradient
 * in the place of each number, mutable, and without what no derivative flows into.
 *
 * | `R` | `Jacobian<R, G>` |
 * | --- | --- |
 * | `number` | `G` |
 * | `Float64Array`, `Float32Array` | `G[]`: an array of rows |
 * | `E[]`, `readonly E[]` | `Jacobian<E, G>[]` |
 * | a tuple | the tuple of Jacobians, labels kept; `number` (always 0) at a position that is not differentiable |
 * | an object type, interface or class | its differentiable members; optional ones stay optional |
 * | `R \| null`, `R \| undefined` | `Jacobian<R, G> \| null`, `Jacobian<R, G> \| undefined` |
 *
 * With respect to one number, that is with `G = number`, it is `Gradient<R>`.
 */
export type Jacobian<R, G> = [G] extends [number] ? Gradient<R> : Replaced<R, G>;

type Replaced<R, G> =
  IsAny<R> extends true
    ? R
    : R extends null | undefined
      ? R
      : typeof noDiff extends keyof R
        ? never
        : R extends number
          ? G
          : R extends Float64Array | Float32Array
            ? G[]
            : R extends Opaque
              ? never
              : R extends readonly unknown[]
                ? ReplacedArray<R, G>
                : R extends object
                  ? ReplacedObject<R, G>
                  : never;

type ReplacedArray<R extends readonly unknown[], G> =
  true extends IsDifferentiable<R>
    ? R[number][] extends R
      ? ReplacedPosition<R[number], G>[]
      : { -readonly [K in keyof R]: ReplacedPosition<R[K], G> }
    : never;

/** Tuple positions cannot be left out without moving the others. */
type ReplacedPosition<E, G> = true extends IsDifferentiable<E> ? Replaced<E, G> : number;

type ReplacedObject<R, G> =
  true extends IsDifferentiable<R>
    ? { -readonly [K in keyof R as true extends IsDifferentiable<R[K]> ? K : never]: Replaced<R[K], G> }
    : never;
