/** The type of gradients: `Gradient<T>`. */
import type { noDiff } from "./markers.js";

/**
 * The type of the gradient with respect to a `T`: the shape of `T`, mutable, with one partial derivative where `T` has a
 * number, and without what no derivative flows into.
 *
 * | `T` | `Gradient<T>` |
 * | --- | --- |
 * | `number`, a numeric literal or enum | `number` |
 * | `Float64Array`, `Float32Array` | the same |
 * | `E[]`, `readonly E[]` | `Gradient<E>[]` |
 * | a tuple | the tuple of gradients, labels kept; `number` (always 0) at a position that is not differentiable |
 * | an object type, interface or class | its differentiable members; optional ones stay optional |
 * | `T \| null`, `T \| undefined` | `Gradient<T> \| null`, `Gradient<T> \| undefined` |
 * | `NoDiff<T>`, strings, booleans, functions, integer typed arrays, `Map`, `Set`, … | `never`; left out of objects |
 */
export type Gradient<T> =
  IsAny<T> extends true
    ? T
    : T extends null | undefined
      ? T
      : typeof noDiff extends keyof T
        ? never
        : T extends number
          ? number
          : T extends Float64Array
            ? Float64Array
            : T extends Float32Array
              ? Float32Array
              : T extends Opaque
                ? never
                : T extends readonly unknown[]
                  ? GradientOfArray<T>
                  : T extends object
                    ? GradientOfObject<T>
                    : never;

/** An array's element type is written with `[]` because TypeScript then resolves it late, which recursive types need. */
type GradientOfArray<T extends readonly unknown[]> =
  true extends IsDifferentiable<T>
    ? T[number][] extends T
      ? GradientOfPosition<T[number]>[]
      : { -readonly [K in keyof T]: GradientOfPosition<T[K]> }
    : never;

/** Tuple positions cannot be left out without moving the others. */
type GradientOfPosition<E> = true extends IsDifferentiable<E> ? Gradient<E> : number;

type GradientOfObject<T> =
  true extends IsDifferentiable<T>
    ? { -readonly [K in keyof T as true extends IsDifferentiable<T[K]> ? K : never]: Gradient<T[K]> }
    : never;

/** Values no derivative flows into, though some have members that are numbers. */
export type Opaque =
  | string
  | boolean
  | bigint
  | symbol
  | ((...args: never[]) => unknown)
  | (abstract new (
      ...args: never[]
    ) => unknown)
  | ArrayBufferView
  | ArrayBufferLike
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | RegExp;

export type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * `true`, or a union with it, when a derivative can live somewhere in `T`. `Seen` holds the types being looked into, so
 * that the answer for a recursive type is found in the members that are not recursive.
 */
export type IsDifferentiable<T, Seen = never> =
  IsAny<T> extends true
    ? true
    : T extends null | undefined
      ? false
      : typeof noDiff extends keyof T
        ? false
        : T extends number | Float64Array | Float32Array
          ? true
          : T extends Opaque
            ? false
            : Exactly<T> extends Seen
              ? false
              : T extends readonly (infer E)[]
                ? IsDifferentiable<E, Seen | Exactly<T>>
                : T extends object
                  ? HasDifferentiableMember<T, Seen | Exactly<T>>
                  : false;

/** Numbers and float arrays are looked for first: most types are decided without descending. */
type HasDifferentiableMember<T, Seen> = true extends { [K in keyof T]-?: HasNumbers<T[K]> }[keyof T]
  ? true
  : { [K in keyof T]-?: IsDifferentiable<T[K], Seen> }[keyof T];

type HasNumbers<T> = typeof noDiff extends keyof T
  ? false
  : T extends number | Float64Array | Float32Array
    ? true
    : false;

/** Assignable only to the same type: a function is contravariant in its parameter and covariant in its result. */
type Exactly<T> = (x: T) => T;
