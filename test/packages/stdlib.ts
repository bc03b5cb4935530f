/** Special functions of `@stdlib`, which are CommonJS modules. */
import dgemv from "@stdlib/blas-base-dgemv";
import besselj0 from "@stdlib/math-base-special-besselj0";
import digamma from "@stdlib/math-base-special-digamma";
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

/** Rules that come with the compiler, twice: the derivative of digamma is that of its own rule.
 *  @differentiable modes=grad,value_and_grad,vjp,jvp,hvp */
export function fisher(shape: number, scale: number): number {
  return gammaln(shape * scale) * digamma(shape) + erf(digamma(scale) / shape);
}

/** @differentiable */
export function wave(x: number, t: number): number {
  let sum = 0;
  for (let k = 1; k < 4; k++) sum += besselj0(k * x) * Math.cos(k * t);
  return sum;
}

/** @differentiable */
export function layers(a: Float64Array, x: Float64Array, bias: Float64Array, alpha: number): number {
  for (let k = 0; k < 2; k++) {
    dgemv("row-major", k === 0 ? "no-transpose" : "transpose", 3, 3, alpha, a, 3, x, 1, 0.5, bias, 1);
    for (let i = 0; i < 3; i++) x[i] = Math.tanh(bias[i]!);
  }
  return x[0]! * x[1]! + bias[2]!;
}
