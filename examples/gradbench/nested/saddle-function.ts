/** The function of the problem `saddle` of GradBench. */

/**
 * -f where f(x, y) = |x|² - |y|².
 *
 * @differentiable wrt=y1,y2 modes=value_and_grad,jvp
 */
export function negatedSaddle(x1: number, x2: number, y1: number, y2: number): number {
  return y1 * y1 + y2 * y2 - (x1 * x1 + x2 * x2);
}
