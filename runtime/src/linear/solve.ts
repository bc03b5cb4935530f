/** Systems of linear equations and determinants, with their pullbacks. */
import { addProduct, transposed, whole } from "./add-product.js";
import { factor, solveFactored, solveTransposed } from "./lu.js";
import { checkShape } from "./shape.js";

/**
 * The solution X of A X = B, by LU factorisation with partial pivoting.
 *
 * @param a n × n @param b n × r: one right-hand side (length n), or r of them as columns @returns n × r, a new array
 * @throws RangeError when a length does not fit, or A is singular (a pivot is exactly 0).
 */
export function solve(a: Float64Array, b: Float64Array, n: number): Float64Array {
  return solveFactored(factored(a, n), b, columnsOf(b, n));
}

/** `solve` and its pullback: from the adjoint of X to those of A and B, B̄ = A⁻ᵀ X̄ and Ā = −B̄ Xᵀ. Keeps the factors and X. */
export function solve_vjp(
  a: Float64Array,
  b: Float64Array,
  n: number,
): [value: Float64Array, pullback: (seed: Float64Array) => [a: Float64Array, b: Float64Array]] {
  const factors = factored(a, n);
  const columns = columnsOf(b, n);
  const x = solveFactored(factors, b, columns);
  const kept = x.slice();
  const pullback = (seed: Float64Array): [Float64Array, Float64Array] => {
    checkShape("solve", "the seed", seed, n, columns);
    const db = solveTransposed(factors, seed, columns);
    const da = new Float64Array(n * n);
    addProduct(whole(da, n), whole(db, columns), transposed(kept, columns), n, columns, n, -1);
    return [da, db];
  };
  return [x, pullback];
}

/**
 * log |det A|, without forming the determinant, which over- and underflows early. −Infinity for a singular matrix.
 *
 * @param a n × n
 * @throws RangeError when the length is not n².
 */
export function logDet(a: Float64Array, n: number): number {
  checkShape("logDet", "a", a, n, n);
  const { lu } = factor(a, n);
  return sumOfLogs(lu, n);
}

/** `logDet` and its pullback: Ā = g A⁻ᵀ. The pullback throws a RangeError for a singular matrix. */
export function logDet_vjp(a: Float64Array, n: number): [value: number, pullback: (seed: number) => Float64Array] {
  checkShape("logDet", "a", a, n, n);
  const factors = factor(a, n);
  const pullback = (seed: number): Float64Array => {
    if (factors.isSingular) throw new RangeError("logDet: the matrix is singular, there is no derivative");
    const diagonal = new Float64Array(n * n);
    for (let i = 0; i < n; i++) diagonal[i * n + i] = seed;
    return solveTransposed(factors, diagonal, n);
  };
  return [sumOfLogs(factors.lu, n), pullback];
}

function sumOfLogs(lu: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(Math.abs(lu[i * n + i]!));
  return sum;
}

function factored(a: Float64Array, n: number) {
  checkShape("solve", "a", a, n, n);
  const factors = factor(a, n);
  if (factors.isSingular) throw new RangeError("solve: the matrix is singular");
  return factors;
}

/** The number of right-hand sides. */
function columnsOf(b: Float64Array, n: number): number {
  const columns = n === 0 ? 0 : b.length / n;
  checkShape("solve", "b", b, n, Number.isInteger(columns) ? columns : 1);
  return columns;
}
