/** Three functions to be minimised, each by an optimiser that wants its derivatives in another form. */

/**
 * Rosenbrock's valley in any number of dimensions: a curved, flat-bottomed valley; minimum 0 where every number is 1.
 *
 * @differentiable modes=grad
 */
export function valley(x: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < x.length - 1; i++) {
    sum += 100 * (x[i + 1]! - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2;
  }
  return sum;
}

/**
 * A damped oscillation: amplitude, rate of decay, frequency, phase. Its gradient at each time is a row of the Jacobian of a
 * fit.
 *
 * @differentiable wrt=b modes=grad
 */
export function oscillation(b: readonly number[], t: number): number {
  return b[0]! * Math.exp(-b[1]! * t) * Math.cos(b[2]! * t + b[3]!);
}

/**
 * The cross entropy of a logistic regression, with labels 0 and 1; the last weight is the intercept.
 *
 * @differentiable wrt=w modes=grad
 */
export function crossEntropy(w: Float64Array, xs: readonly Float64Array[], labels: readonly number[]): number {
  let sum = 0;
  for (const [i, x] of xs.entries()) {
    let score = w[x.length]!;
    for (let j = 0; j < x.length; j++) score += w[j]! * x[j]!;
    // log(1 + e^score) without overflow.
    sum += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - labels[i]! * score;
  }
  return sum / xs.length;
}
