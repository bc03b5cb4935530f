/** The problem `hello` of GradBench. */

/** @differentiable modes=grad */
export function square(x: number): number {
  return x * x;
}
