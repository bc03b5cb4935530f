/** What a program says to the compiler: which values are constants, which methods are differentiated. None of it does anything at run time. */

/** The key of the mark `NoDiff` leaves in a type. No value has it. */
export declare const noDiff: unique symbol;

/**
 * A `T` that is a constant to the compiler: no derivative flows into it, and `Gradient<…>` leaves it out.
 *
 * ```ts
 * interface Layer { weights: Float64Array; rate: NoDiff<number> }
 * function loss(x: Float64Array, size: NoDiff<number>): number { … }
 * ```
 *
 * A plain `T` is assignable to it, and it is used like a `T`.
 */
export type NoDiff<T> = T & { readonly [noDiff]?: true };

/**
 * The identity, with derivative zero: what flows through it is a constant from there on.
 *
 * @param x A number, or a structure of numbers. The same value is returned, not a copy.
 */
export function stopGradient<T>(x: T): T {
  return x;
}

/** What can be generated for a function; see the modes table of the README. */
export type Mode =
  | "grad"
  | "value_and_grad"
  | "vjp"
  | "jvp"
  | "accumulate"
  | "jacobian"
  | "hvp"
  | "hessian"
  | `d${number}`;

/** The arguments of the decorator: the same as `wrt=` and `modes=` of the JSDoc tag. */
export interface DifferentiableOptions {
  /** Names of the parameters to differentiate with respect to; `"this"` for the instance. Default: all that can be. */
  readonly wrt?: readonly string[];
  /** Default: `grad`, `value_and_grad` and `vjp`, as the return type allows. */
  readonly modes?: readonly Mode[];
  /** Jacobians and Hessians as coordinates of their entries, a `SparseMatrix`. Default: false. */
  readonly sparse?: boolean;
}

type Method = (this: never, ...args: never[]) => unknown;

/**
 * Marks a method for the compiler, as the JSDoc tag `@differentiable` marks a function. Leaves the method as it is.
 *
 * ```ts
 * class Model {
 *   @differentiable({ wrt: ["w"] })
 *   static loss(w: Float64Array, xs: Float64Array): number { … }
 * }
 * ```
 *
 * Works with standard decorators and under `experimentalDecorators`.
 */
export function differentiable(options: DifferentiableOptions): MethodDecoration;
export function differentiable(method: Method, context: ClassMethodDecoratorContext): void;
export function differentiable(prototype: object, name: string | symbol, descriptor: object): void;
export function differentiable(...args: readonly unknown[]): MethodDecoration | undefined {
  return args.length === 1 ? () => undefined : undefined;
}

/** What `differentiable(options)` returns: a decorator of methods. */
export interface MethodDecoration {
  (method: Method, context: ClassMethodDecoratorContext): void;
  (prototype: object, name: string | symbol, descriptor: object): void;
}
