/**
 * The gradient of `gmmObjective` as a person derives it: forward and reverse share the loop over the points, and nothing
 * outlives a point.
 */
import type { Wishart } from "../../../examples/adbench/gmm.js";

export function gmmGradient(
  alphas: Float64Array,
  means: Float64Array,
  icf: Float64Array,
  points: Float64Array,
  dimension: number,
  wishart: Wishart,
  priorSign: number,
): [alphas: Float64Array, means: Float64Array, icf: Float64Array] {
  const components = alphas.length;
  const count = points.length / dimension;
  const rowLength = (dimension * (dimension + 1)) / 2;
  const dAlphas = new Float64Array(components);
  const dMeans = new Float64Array(means.length);
  const dIcf = new Float64Array(icf.length);

  const diagonals = new Float64Array(components * dimension);
  const logDeterminants = new Float64Array(components);
  for (let k = 0; k < components; k++) {
    for (let j = 0; j < dimension; j++) {
      const q = icf[k * rowLength + j]!;
      diagonals[k * dimension + j] = Math.exp(q);
      logDeterminants[k]! += q;
    }
  }

  const centered = new Float64Array(components * dimension);
  const whitened = new Float64Array(components * dimension);
  const shares = new Float64Array(components);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < components; k++) {
      const row = k * dimension;
      for (let j = 0; j < dimension; j++) {
        const difference = points[i * dimension + j]! - means[row + j]!;
        centered[row + j] = difference;
        whitened[row + j] = diagonals[row + j]! * difference;
      }
      let position = k * rowLength + dimension;
      for (let column = 0; column < dimension; column++) {
        const x = centered[row + column]!;
        for (let j = column + 1; j < dimension; j++) {
          whitened[row + j]! += icf[position]! * x;
          position++;
        }
      }
      let squares = 0;
      for (let j = 0; j < dimension; j++) {
        squares += whitened[row + j]! * whitened[row + j]!;
      }
      shares[k] = alphas[k]! + logDeterminants[k]! - 0.5 * squares;
    }
    softmax(shares);

    for (let k = 0; k < components; k++) {
      const share = shares[k]!;
      const row = k * dimension;
      dAlphas[k]! += share;
      for (let j = 0; j < dimension; j++) {
        const slope = share * diagonals[row + j]! * whitened[row + j]!;
        dMeans[row + j]! += slope;
        dIcf[k * rowLength + j]! += share - slope * centered[row + j]!;
      }
      let position = k * rowLength + dimension;
      for (let column = 0; column < dimension; column++) {
        const x = centered[row + column]!;
        let slope = 0;
        for (let j = column + 1; j < dimension; j++) {
          const z = share * whitened[row + j]!;
          slope += icf[position]! * z;
          dIcf[position]! -= x * z;
          position++;
        }
        dMeans[row + column]! += slope;
      }
    }
  }

  shares.set(alphas);
  softmax(shares);
  const squaredGamma = wishart.gamma * wishart.gamma;
  for (let k = 0; k < components; k++) {
    dAlphas[k]! -= count * shares[k]!;
    for (let j = 0; j < dimension; j++) {
      const diagonal = diagonals[k * dimension + j]!;
      dIcf[k * rowLength + j]! += priorSign * (wishart.m - squaredGamma * diagonal * diagonal);
    }
    for (let p = k * rowLength + dimension; p < (k + 1) * rowLength; p++) {
      dIcf[p]! -= priorSign * squaredGamma * icf[p]!;
    }
  }
  return [dAlphas, dMeans, dIcf];
}

/** The gradient of log Σ exp(xᵢ), in place of x. */
function softmax(x: Float64Array): void {
  let max = x[0]!;
  for (let i = 1; i < x.length; i++) {
    if (x[i]! > max) max = x[i]!;
  }
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const exponential = Math.exp(x[i]! - max);
    x[i] = exponential;
    sum += exponential;
  }
  for (let i = 0; i < x.length; i++) {
    x[i]! /= sum;
  }
}
