/**
 * The gradient of `gmmObjective` as a person derives it: forward and reverse share the loop over the points, nothing
 * outlives a point, and four points go side by side, so that an entry of a factor is read, and added to, once for all.
 */
import type { Wishart } from "../../examples/adbench/gmm.js";

const lanes = 4;

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
  // Integers for the engine too: quotients are doubles, and so would be every index made from them.
  const count = (points.length / dimension) | 0;
  const rowLength = (dimension * (dimension + 1)) >> 1;
  const dAlphas = new Float64Array(components);
  const dMeans = new Float64Array(means.length);
  const dIcf = new Float64Array(icf.length);

  const diagonals = new Float64Array(components * dimension);
  const constants = alphas.slice();
  for (let k = 0; k < components; k++) {
    for (let j = 0; j < dimension; j++) {
      const q = icf[k * rowLength + j]!;
      diagonals[k * dimension + j] = Math.exp(q);
      constants[k]! += q;
    }
  }

  // Four numbers for each component and coordinate, and for each component.
  const centered = new Float64Array(lanes * components * dimension);
  const whitened = new Float64Array(lanes * components * dimension);
  const shares = new Float64Array(lanes * components);
  for (let i = 0; i < count; i += lanes) {
    const present = Math.min(lanes, count - i);
    for (let k = 0; k < components; k++) {
      const row = k * dimension;
      for (let lane = 0; lane < lanes; lane++) {
        const point = (lane < present ? i + lane : i) * dimension;
        for (let j = 0; j < dimension; j++) {
          centered[lanes * (row + j) + lane] = points[point + j]! - means[row + j]!;
        }
      }
      whiten(icf, k * rowLength + dimension, diagonals, row, dimension, centered, whitened);
      for (let lane = 0; lane < lanes; lane++) {
        let squares = 0;
        for (let j = 0; j < dimension; j++) {
          const z = whitened[lanes * (row + j) + lane]!;
          squares += z * z;
        }
        shares[lanes * k + lane] = constants[k]! - 0.5 * squares;
      }
    }
    for (let lane = 0; lane < lanes; lane++) softmax(shares, lane, lane < present ? 1 : 0);
    for (let k = 0; k < components; k++) {
      const s = lanes * k;
      dAlphas[k]! += shares[s]! + shares[s + 1]! + (shares[s + 2]! + shares[s + 3]!);
      addReverse(icf, k * rowLength, diagonals, k * dimension, dimension, centered, whitened, shares, s, dMeans, dIcf);
    }
  }

  const weights = new Float64Array(lanes * components);
  for (let k = 0; k < components; k++) weights[lanes * k] = alphas[k]!;
  softmax(weights, 0, count);
  const squaredGamma = wishart.gamma * wishart.gamma;
  for (let k = 0; k < components; k++) {
    const total = dAlphas[k]!;
    dAlphas[k] = total - weights[lanes * k]!;
    for (let j = 0; j < dimension; j++) {
      const diagonal = diagonals[k * dimension + j]!;
      // The points' shares reach every logarithm of the diagonal alike.
      dIcf[k * rowLength + j]! += total + priorSign * (wishart.m - squaredGamma * diagonal * diagonal);
    }
    for (let p = k * rowLength + dimension; p < (k + 1) * rowLength; p++) {
      dIcf[p]! -= priorSign * squaredGamma * icf[p]!;
    }
  }
  return [dAlphas, dMeans, dIcf];
}

/** A component's triangular factor times four centred points; row by row, with the sums in registers. */
function whiten(
  icf: Float64Array,
  lower: number,
  diagonals: Float64Array,
  row: number,
  dimension: number,
  centered: Float64Array,
  whitened: Float64Array,
): void {
  const base = lanes * row;
  for (let j = 0; j < dimension; j++) {
    const own = base + lanes * j;
    const diagonal = diagonals[row + j]!;
    let a = diagonal * centered[own]!;
    let b = diagonal * centered[own + 1]!;
    let c = diagonal * centered[own + 2]!;
    let d = diagonal * centered[own + 3]!;
    // Entry (j, i) of the strictly lower triangle, which is stored column by column.
    let position = lower + j - 1;
    for (let i = 0; i < j; i++) {
      const entry = icf[position]!;
      const x = base + lanes * i;
      a += entry * centered[x]!;
      b += entry * centered[x + 1]!;
      c += entry * centered[x + 2]!;
      d += entry * centered[x + 3]!;
      position += dimension - 2 - i;
    }
    whitened[own] = a;
    whitened[own + 1] = b;
    whitened[own + 2] = c;
    whitened[own + 3] = d;
  }
}

/** Adds a component's part of the gradient of four points, but for the shares themselves. */
function addReverse(
  icf: Float64Array,
  start: number,
  diagonals: Float64Array,
  row: number,
  dimension: number,
  centered: Float64Array,
  whitened: Float64Array,
  shares: Float64Array,
  s: number,
  dMeans: Float64Array,
  dIcf: Float64Array,
): void {
  const base = lanes * row;
  const s0 = shares[s]!;
  const s1 = shares[s + 1]!;
  const s2 = shares[s + 2]!;
  const s3 = shares[s + 3]!;
  for (let j = 0; j < dimension; j++) {
    const z = base + lanes * j;
    whitened[z]! *= s0;
    whitened[z + 1]! *= s1;
    whitened[z + 2]! *= s2;
    whitened[z + 3]! *= s3;
  }
  let position = start + dimension;
  for (let i = 0; i < dimension; i++) {
    const own = base + lanes * i;
    const x0 = centered[own]!;
    const x1 = centered[own + 1]!;
    const x2 = centered[own + 2]!;
    const x3 = centered[own + 3]!;
    const z0 = whitened[own]!;
    const z1 = whitened[own + 1]!;
    const z2 = whitened[own + 2]!;
    const z3 = whitened[own + 3]!;
    const diagonal = diagonals[row + i]!;
    dIcf[start + i]! -= diagonal * (x0 * z0 + x1 * z1 + (x2 * z2 + x3 * z3));
    // With the sum over the points outside: the mean is the same for all four.
    let slope = diagonal * (z0 + z1 + (z2 + z3));
    for (let j = i + 1; j < dimension; j++) {
      const z = base + lanes * j;
      const y0 = whitened[z]!;
      const y1 = whitened[z + 1]!;
      const y2 = whitened[z + 2]!;
      const y3 = whitened[z + 3]!;
      slope += icf[position]! * (y0 + y1 + (y2 + y3));
      dIcf[position]! -= x0 * y0 + x1 * y1 + (x2 * y2 + x3 * y3);
      position++;
    }
    dMeans[row + i]! += slope;
  }
}

/** The gradient of log Σ exp(xᵢ) times `total`, in place of one lane of x. */
function softmax(x: Float64Array, lane: number, total: number): void {
  let max = x[lane]!;
  for (let i = lane + lanes; i < x.length; i += lanes) {
    if (x[i]! > max) max = x[i]!;
  }
  let sum = 0;
  for (let i = lane; i < x.length; i += lanes) {
    const exponential = Math.exp(x[i]! - max);
    x[i] = exponential;
    sum += exponential;
  }
  const factor = total / sum;
  for (let i = lane; i < x.length; i += lanes) {
    x[i]! *= factor;
  }
}
