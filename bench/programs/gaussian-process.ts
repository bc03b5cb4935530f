/** The likelihood of a Gaussian process, by Cholesky's factorisation. */

/**
 * Negative logarithm of the marginal likelihood of `values` at `points`, without its constant. The covariance is
 * exp(2a) exp(-½ Σ ((pᵢ - qᵢ) exp(-sᵢ))²), and exp(2r) more on the diagonal; `scales` are s, `amplitude` a, `noise` r.
 *
 * @differentiable wrt=scales,amplitude,noise modes=grad,jvp
 */
export function negativeLogLikelihood(
  scales: Float64Array,
  amplitude: number,
  noise: number,
  points: readonly Float64Array[],
  values: Float64Array,
): number {
  const inverseScales = scales.map((scale) => Math.exp(-scale));
  const variance = Math.exp(2 * amplitude);
  const rows: Float64Array[] = [];
  for (let i = 0; i < points.length; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      row[j] = variance * Math.exp(-0.5 * squaredDistance(points[i]!, points[j]!, inverseScales));
    }
    row[i]! += Math.exp(2 * noise);
    rows.push(row);
  }
  factorise(rows);

  let result = 0;
  const whitened = new Float64Array(values.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let sum = values[i]!;
    for (let j = 0; j < i; j++) {
      sum -= row[j]! * whitened[j]!;
    }
    whitened[i] = sum / row[i]!;
    result += 0.5 * whitened[i]! ** 2 + Math.log(row[i]!);
  }
  return result;
}

function squaredDistance(a: Float64Array, b: Float64Array, factors: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i]! - b[i]!) * factors[i]!;
    sum += difference * difference;
  }
  return sum;
}

/** Cholesky's factor of a symmetric matrix in its place, by rows of the lower triangle. */
function factorise(rows: readonly Float64Array[]): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    for (let j = 0; j <= i; j++) {
      const other = rows[j]!;
      let sum = row[j]!;
      for (let k = 0; k < j; k++) {
        sum -= row[k]! * other[k]!;
      }
      row[j] = i === j ? Math.sqrt(sum) : sum / other[j]!;
    }
  }
}
