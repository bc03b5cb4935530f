/**
 * The gradient of `negativeLogLikelihood`: half the sum over the covariance K of (K⁻¹ - K⁻¹ y yᵀ K⁻¹) times its
 * derivatives, with the inverse from Cholesky's factor; every inner loop runs along rows.
 */

export function negativeLogLikelihoodGradient(
  scales: Float64Array,
  amplitude: number,
  noise: number,
  points: readonly Float64Array[],
  values: Float64Array,
): [scales: Float64Array, amplitude: number, noise: number] {
  const n = points.length;
  const dimension = scales.length;
  const factors = scales.map((scale) => Math.exp(-2 * scale));
  const variance = Math.exp(2 * amplitude);
  const noiseVariance = Math.exp(2 * noise);
  const covariance = new Float64Array(n * n);
  const factor = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const p = points[i]!;
    for (let j = 0; j < i; j++) {
      const q = points[j]!;
      let sum = 0;
      for (let k = 0; k < dimension; k++) {
        const difference = p[k]! - q[k]!;
        sum += difference * difference * factors[k]!;
      }
      covariance[i * n + j] = variance * Math.exp(-0.5 * sum);
    }
    covariance[i * n + i] = variance;
  }

  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const other = j * n;
      factor[row + j] = (covariance[row + j]! - product(factor, row, factor, other, j)) / factor[other + j]!;
    }
    factor[row + i] = Math.sqrt(variance + noiseVariance - product(factor, row, factor, row, i));
  }
  // Row j holds column j of the factor's inverse.
  for (let j = 0; j < n; j++) {
    const row = j * n;
    inverse[row + j] = 1 / factor[row + j]!;
    for (let i = j + 1; i < n; i++) {
      inverse[row + i] = -product(factor, i * n + j, inverse, row + j, i - j) / factor[i * n + i]!;
    }
  }
  // K⁻¹ y = L⁻ᵀ (L⁻¹ y), and the first product adds column by column.
  const whitened = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const value = values[j]!;
    for (let i = j; i < n; i++) whitened[i]! += inverse[j * n + i]! * value;
  }
  const solved = new Float64Array(n);
  for (let i = 0; i < n; i++) solved[i] = product(inverse, i * n + i, whitened, i, n - i);

  const dScales = new Float64Array(dimension);
  let dAmplitude = 0;
  let dNoise = 0;
  for (let i = 0; i < n; i++) {
    const p = points[i]!;
    const s = solved[i]!;
    for (let j = 0; j < i; j++) {
      const q = points[j]!;
      const entry = product(inverse, i * n + i, inverse, j * n + i, n - i) - s * solved[j]!;
      const weight = entry * covariance[i * n + j]!;
      dAmplitude += 2 * weight;
      for (let k = 0; k < dimension; k++) {
        const difference = p[k]! - q[k]!;
        dScales[k]! += weight * difference * difference;
      }
    }
    const entry = product(inverse, i * n + i, inverse, i * n + i, n - i) - s * s;
    dAmplitude += entry * variance;
    dNoise += entry * noiseVariance;
  }
  for (let k = 0; k < dimension; k++) dScales[k]! *= factors[k]!;
  return [dScales, dAmplitude, dNoise];
}

/** Inner product of two pieces of arrays; four sums that do not wait for each other. */
function product(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    const p = aStart + k;
    const q = bStart + k;
    s0 += a[p]! * b[q]!;
    s1 += a[p + 1]! * b[q + 1]!;
    s2 += a[p + 2]! * b[q + 2]!;
    s3 += a[p + 3]! * b[q + 3]!;
  }
  for (; k < length; k++) s0 += a[aStart + k]! * b[bStart + k]!;
  return s0 + s1 + (s2 + s3);
}
