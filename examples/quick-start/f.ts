/** The function of every tutorial on automatic differentiation. */

/** @differentiable */
export function f(x1: number, x2: number): number {
  return x1 * x2 + Math.sin(x1);
}
