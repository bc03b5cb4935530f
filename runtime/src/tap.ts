/** A hook on an adjoint: what a reverse sweep knows of a value on its way can be looked at, and changed. */
import type { Gradient } from "./gradient.js";

/** What a hook does with an adjoint: returns what takes its place, or nothing, which leaves it as it is. */
export type GradientHook<T> = (gradient: Gradient<T>) => Gradient<T> | undefined | void;

/**
 * The identity. In a reverse sweep (`grad`, `value_and_grad`, `vjp`, `accumulate`, `jacobian`) the adjoint of what it returns goes
 * through the hook: what the hook returns is the adjoint from there on. A hook that returns nothing only looks.
 *
 * ```ts
 * const h = tapGradient(layer(x), (g) => clipByNorm(g, 1));
 * const z = tapGradient(score(h), (g) => console.log("dz =", g));
 * ```
 *
 * The hook runs once for each time the call ran, in the opposite order, when the adjoint is complete; not at all where the
 * value has nothing to do with what is differentiated. For forward mode and what is built on it (`jvp`, `hvp`,
 * `hessian`, `d2` …) this is the identity that it is: there is no adjoint, and no hook is called.
 *
 * @param x A number, or a structure of numbers, that is not written to afterwards. The same value is returned, not a copy.
 * @param hook Gets the adjoint, as an object of its own.
 */
export function tapGradient<T>(x: T, _hook: GradientHook<T>): T {
  return x;
}

/** For generated code: an adjoint after a hook has seen it. */
export function throughHook<G>(gradient: G, hook: (gradient: G) => G | undefined | void): G {
  return hook(gradient) ?? gradient;
}
