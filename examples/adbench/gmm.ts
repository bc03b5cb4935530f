/**
 * Gaussian mixture model: the log posterior of N points under K Gaussians with full covariances, and a Wishart prior.
 * The objective `gmm` of ADBench and GradBench.
 */
import { logSumExp } from "./log-sum-exp.js";
import { logMultivariateGamma } from "./log-gamma.js";

/** Parameters of the prior of the inverse covariances. */
export interface Wishart {
  readonly gamma: number;
  readonly m: number;
}

/**
 * Log posterior of the mixture.
 *
 * `means` holds K rows of D numbers. `icf` holds K rows of D(D+1)/2: the logarithms of the diagonal of the component's
 * triangular factor, then its strictly lower part column by column. `points` holds N rows of D. `priorSign` is 1 for the
 * log posterior and -1 for the historical convention of ADBench, which subtracts the prior.
 *
 * @differentiable wrt=alphas,means,icf modes=grad,value_and_grad
 */
export function gmmObjective(
  alphas: Float64Array,
  means: Float64Array,
  icf: Float64Array,
  points: Float64Array,
  dimension: number,
  wishart: Wishart,
  priorSign: number,
): number {
  const components = alphas.length;
  const count = points.length / dimension;
  const rowLength = (dimension * (dimension + 1)) / 2;

  const diagonals = new Float64Array(components * dimension);
  const logDeterminants = new Float64Array(components);
  for (let k = 0; k < components; k++) {
    let sum = 0;
    for (let j = 0; j < dimension; j++) {
      const q = icf[k * rowLength + j]!;
      sum += q;
      diagonals[k * dimension + j] = Math.exp(q);
    }
    logDeterminants[k] = sum;
  }

  const centered = new Float64Array(dimension);
  const whitened = new Float64Array(dimension);
  const terms = new Float64Array(components);
  let logLikelihood = -0.5 * count * dimension * Math.log(2 * Math.PI) - count * logSumExp(alphas);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < components; k++) {
      for (let j = 0; j < dimension; j++) {
        const difference = points[i * dimension + j]! - means[k * dimension + j]!;
        centered[j] = difference;
        whitened[j] = diagonals[k * dimension + j]! * difference;
      }
      multiplyLower(icf, k * rowLength + dimension, centered, whitened);
      terms[k] = alphas[k]! + logDeterminants[k]! - 0.5 * squaredNorm(whitened);
    }
    logLikelihood += logSumExp(terms);
  }

  return logLikelihood + priorSign * logWishartPrior(icf, diagonals, logDeterminants, dimension, wishart);
}

/** `result += L x`, where L is strictly lower triangular and stored column by column from `offset` on. */
function multiplyLower(lower: Float64Array, offset: number, x: Float64Array, result: Float64Array): void {
  let position = offset;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    for (let j = i + 1; j < x.length; j++) {
      result[j]! += lower[position]! * xi;
      position++;
    }
  }
}

function squaredNorm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    sum += x[i]! * x[i]!;
  }
  return sum;
}

function logWishartPrior(
  icf: Float64Array,
  diagonals: Float64Array,
  logDeterminants: Float64Array,
  dimension: number,
  wishart: Wishart,
): number {
  const components = logDeterminants.length;
  const rowLength = (dimension * (dimension + 1)) / 2;
  const n = dimension + wishart.m + 1;
  const constant =
    n * dimension * (Math.log(wishart.gamma) - 0.5 * Math.log(2)) - logMultivariateGamma(0.5 * n, dimension);

  let penalty = 0;
  for (let k = 0; k < components; k++) {
    let frobenius = 0;
    for (let j = 0; j < dimension; j++) {
      const diagonal = diagonals[k * dimension + j]!;
      frobenius += diagonal * diagonal;
    }
    for (let p = dimension; p < rowLength; p++) {
      const l = icf[k * rowLength + p]!;
      frobenius += l * l;
    }
    penalty += 0.5 * wishart.gamma * wishart.gamma * frobenius - wishart.m * logDeterminants[k]!;
  }
  return components * constant - penalty;
}
