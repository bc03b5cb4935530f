/** Electron mobility in a semiconductor against the logarithm of the density: a quotient of two cubics with 7 parameters. */

/**
 * The curve at x.
 *
 * @differentiable wrt=b modes=value_and_grad
 */
export function mobility(b: Float64Array, x: number): number {
  const numerator = b[0]! + x * (b[1]! + x * (b[2]! + x * b[3]!));
  const denominator = 1 + x * (b[4]! + x * (b[5]! + x * b[6]!));
  return numerator / denominator;
}

/**
 * The sum over the data of squared differences from the curve.
 *
 * @differentiable wrt=b modes=grad,value_and_grad
 */
export function sumOfSquares(b: Float64Array, xs: Float64Array, ys: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    const residual = ys[i]! - mobility(b, xs[i]!);
    sum += residual * residual;
  }
  return sum;
}
