/** The Cholesky factorisation, and its pullback. */
import { addProduct, transposed, whole } from "./add-product.js";
import { dot, transpose } from "./products.js";
import { checkShape } from "./shape.js";
import { blockSide, partOf, solveTriangular } from "./triangular.js";

/**
 * The lower triangular L with a positive diagonal and L Lᵀ = A.
 *
 * Only the lower triangle of A is read: its gradient is lower triangular too, and an entry below the diagonal stands for
 * both entries of the symmetric matrix.
 *
 * @param a n × n, symmetric and positive definite @returns n × n, a new array, zeros above the diagonal
 * @throws RangeError when the length is not n², or A is not positive definite.
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  checkShape("cholesky", "a", a, n, n);
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) l.set(a.subarray(i * n, i * n + i + 1), i * n);
  const all = whole(l, n);
  for (let start = 0; start < n; start += blockSide) {
    const end = Math.min(start + blockSide, n);
    // The columns of the block, from the diagonal down, less what the columns before them contribute.
    const before = partOf(all, start, 0);
    const side = end - start;
    addProduct(partOf(all, start, start), before, partOf(transposed(l, n), 0, start), n - start, start, side, -1);
    for (let i = start; i < n; i++) {
      const row = i * n;
      for (let j = start; j < Math.min(i, end); j++)
        l[row + j] = (l[row + j]! - dot(l, row + start, l, j * n + start, j - start)) / l[j * n + j]!;
      if (i >= end) continue;
      const pivot = l[row + i]! - dot(l, row + start, l, row + start, i - start);
      if (!(pivot > 0)) throw new RangeError("cholesky: the matrix is not positive definite");
      l[row + i] = Math.sqrt(pivot);
      l.fill(0, row + i + 1, row + end);
    }
  }
  return l;
}

/**
 * `cholesky` and its pullback: from the adjoint of L, of which the lower triangle counts, to that of A's lower triangle:
 * Φ(L⁻ᵀ (P + Pᵀ) L⁻¹) with P = Φ(Lᵀ L̄), where Φ takes the lower triangle and halves the diagonal (Murray 2016, section 3).
 */
export function cholesky_vjp(
  a: Float64Array,
  n: number,
): [value: Float64Array, pullback: (seed: Float64Array) => Float64Array] {
  const l = cholesky(a, n);
  const kept = l.slice();
  return [l, (seed) => choleskyPullback(kept, seed, n)];
}

/** The pullback from L itself. @param l n × n, lower triangular @param seed n × n @returns n × n, lower triangular, new */
export function choleskyPullback(l: Float64Array, seed: Float64Array, n: number): Float64Array {
  checkShape("cholesky", "the seed", seed, n, n);
  const lower = seed.slice();
  for (let i = 0; i < n; i++) lower.fill(0, i * n + i + 1, (i + 1) * n);
  const lt = transpose(l, n, n);
  const p = new Float64Array(n * n);
  addProduct(whole(p, n), whole(lt, n), whole(lower, n), n, n, n);
  // P + Pᵀ: the diagonal of Φ is halved, so the sum has it whole.
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) p[j * n + i] = p[i * n + j]!;
  // L⁻ᵀ from the left; the result transposed, again from the left, is L⁻ᵀ S L⁻¹ transposed; S is symmetric.
  const upper = { upper: true, unit: false };
  solveTriangular(whole(lt, n), whole(p, n), n, n, upper);
  const q = transpose(p, n, n);
  solveTriangular(whole(lt, n), whole(q, n), n, n, upper);
  for (let i = 0; i < n; i++) {
    q[i * n + i]! /= 2;
    q.fill(0, i * n + i + 1, (i + 1) * n);
  }
  return q;
}
