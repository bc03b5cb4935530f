/** The logarithm of a sum of exponentials: the problem `lse` of GradBench. */

/**
 * log Σ exp(xᵢ), computed so that nothing overflows.
 *
 * @differentiable modes=grad,value_and_grad
 */
export function logSumExp(x: Float64Array): number {
  let max = -Infinity;
  for (const value of x) {
    max = Math.max(max, value);
  }
  let sum = 0;
  for (const value of x) {
    sum += Math.exp(value - max);
  }
  return max + Math.log(sum);
}
