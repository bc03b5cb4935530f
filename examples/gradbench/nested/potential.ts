/** The potential of the problem `particle` of GradBench. */

/**
 * Potential at (x, y) of two unit charges at (10, 10 - w) and (10, 0).
 *
 * @differentiable wrt=x,y modes=grad,jvp
 */
export function potential(x: number, y: number, w: number): number {
  return 1 / Math.hypot(x - 10, y - 10 + w) + 1 / Math.hypot(x - 10, y);
}
