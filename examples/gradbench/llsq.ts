/** Least squares of a polynomial against the sign function: the problem `llsq` of GradBench. */

/**
 * Half the sum of squares of sign(t) - Σ xⱼ tʲ at n points t between -1 and 1.
 *
 * @differentiable wrt=x modes=grad,value_and_grad
 */
export function leastSquares(x: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const t = -1 + (2 * i) / (n - 1);
    let residual = Math.sign(t);
    let power = 1;
    for (let j = 0; j < x.length; j++) {
      residual -= x[j]! * power;
      power *= t;
    }
    sum += residual * residual;
  }
  return sum / 2;
}
