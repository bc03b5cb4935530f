/** Special functions of `@stdlib`, which are CommonJS modules. */
import erf from "@stdlib/math-base-special-erf";
import expm1 from "@stdlib/math-base-special-expm1";
import gammaln from "@stdlib/math-base-special-gammaln";

/** The normal distribution.
 *  @differentiable */
export function normal(x: number, mean: number, deviation: number): number {
  return 0.5 * (1 + erf((x - mean) / (deviation * Math.SQRT2)));
}

/** Negative log-likelihood of a gamma distribution.
 *  @differentiable */
export function gammaLoss(shape: number, rate: number, xs: Float64Array): number {
  let sum = 0;
  for (const x of xs) sum += gammaln(shape) - shape * Math.log(rate) - (shape - 1) * Math.log(x) + rate * x;
  return sum / xs.length;
}

/** The beta function by its logarithm.
 *  @differentiable */
export function beta(a: number, b: number): number {
  return Math.exp(gammaln(a) + gammaln(b) - gammaln(a + b)) + expm1(a * b);
}
