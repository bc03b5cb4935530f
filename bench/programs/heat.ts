/** Heat in a plate: an explicit scheme with a five-point stencil on two grids by turns. */

/**
 * Half the sum of the squared distances from `target` after some steps. The grids have n × n points, row by row; the
 * boundary keeps its temperature.
 *
 * @differentiable wrt=initial,conductivity modes=grad,jvp
 */
export function heatMisfit(
  initial: Float64Array,
  conductivity: Float64Array,
  target: Float64Array,
  n: number,
  steps: number,
): number {
  let now = initial.slice();
  let next = initial.slice();
  for (let step = 0; step < steps; step++) {
    for (let i = 1; i < n - 1; i++) {
      for (let j = 1; j < n - 1; j++) {
        const c = i * n + j;
        next[c] = now[c]! + conductivity[c]! * (now[c - n]! + now[c + n]! + now[c - 1]! + now[c + 1]! - 4 * now[c]!);
      }
    }
    [now, next] = [next, now];
  }
  let sum = 0;
  for (let c = 0; c < now.length; c++) {
    sum += (now[c]! - target[c]!) ** 2;
  }
  return sum / 2;
}
