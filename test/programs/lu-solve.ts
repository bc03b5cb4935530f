/** Systems of linear equations. */

/**
 * The solution of a x = b, by elimination with partial pivoting.
 *
 * @differentiable wrt=a,b modes=vjp
 */
export function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const n = b.length;
  const lu = new Array<number[]>(n);
  const x = new Array<number>(n).fill(0);
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const row = new Array<number>(n).fill(0);
    for (let j = 0; j < n; j++) row[j] = a[i]![j]!;
    lu[i] = row;
    order[i] = i;
  }

  for (let k = 0; k < n; k++) {
    const best = pivot(lu, order, k);
    [order[k], order[best]] = [order[best]!, order[k]!];
    const pivotRow = lu[order[k]!]!;
    if (pivotRow[k] === 0) throw new Error("the matrix is singular");
    for (let i = k + 1; i < n; i++) {
      const row = lu[order[i]!]!;
      const factor = row[k]! / pivotRow[k]!;
      row[k] = factor;
      for (let j = k + 1; j < n; j++) row[j]! -= factor * pivotRow[j]!;
    }
  }

  for (let i = 0; i < n; i++) {
    let sum = b[order[i]!]!;
    for (let j = 0; j < i; j++) sum -= lu[order[i]!]![j]! * x[j]!;
    x[i] = sum;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i]! -= lu[order[i]!]![j]! * x[j]!;
    x[i]! /= lu[order[i]!]![i]!;
  }
  return x;
}

/** The row from `k` on with the largest entry in column `k`. */
function pivot(rows: readonly (readonly number[])[], order: Int32Array, k: number): number {
  let best = k;
  for (let i = k + 1; i < order.length; i++) {
    if (Math.abs(rows[order[i]!]![k]!) > Math.abs(rows[order[best]!]![k]!)) best = i;
  }
  return best;
}

/**
 * Logarithm of the determinant of a symmetric positive definite matrix, stored row by row, by Cholesky's method; the matrix
 * that is passed is overwritten by the factor.
 *
 * @differentiable wrt=matrix modes=grad,value_and_grad
 */
export function logDeterminant(matrix: Float64Array): number {
  const n = Math.sqrt(matrix.length);
  let result = 0;
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      if (i === j) {
        if (sum <= 0) throw new RangeError(`not positive definite at ${j}`);
        matrix[j * n + j] = Math.sqrt(sum);
        result += Math.log(sum);
      } else {
        matrix[i * n + j] = sum / matrix[j * n + j]!;
      }
    }
  }
  return result;
}
