/** Products of dense matrices and vectors. Matrices are `Float64Array`s in row-major order: A[i][j] is `a[i * columns + j]`. */
import { addProduct, transposed, whole } from "./add-product.js";
import { checkShape } from "./shape.js";

/**
 * The matrix product A B.
 *
 * @param a m × k @param b k × n @returns m × n, a new array
 * @throws RangeError when a length is not what the sizes say.
 */
export function matmul(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  checkShape("matmul", "a", a, m, k);
  checkShape("matmul", "b", b, k, n);
  const c = new Float64Array(m * n);
  addProduct(whole(c, n), whole(a, k), whole(b, n), m, k, n);
  return c;
}

/**
 * The product A x.
 *
 * @param a m × n @param x n @returns m, a new array
 * @throws RangeError when a length is not what the sizes say.
 */
export function matvec(a: Float64Array, x: Float64Array, m: number, n: number): Float64Array {
  checkShape("matvec", "a", a, m, n);
  checkShape("matvec", "x", x, n);
  const y = new Float64Array(m);
  for (let i = 0; i < m; i++) y[i] = dot(a, i * n, x, 0, n);
  return y;
}

/**
 * The outer product x yᵀ.
 *
 * @param x m @param y n @returns m × n, a new array
 */
export function outer(x: Float64Array, y: Float64Array): Float64Array {
  const n = y.length;
  const c = new Float64Array(x.length * n);
  for (let i = 0; i < x.length; i++) for (let j = 0; j < n; j++) c[i * n + j] = x[i]! * y[j]!;
  return c;
}

/**
 * The transpose.
 *
 * @param a m × n @returns n × m, a new array
 * @throws RangeError when the length is not m n.
 */
export function transpose(a: Float64Array, m: number, n: number): Float64Array {
  checkShape("transpose", "a", a, m, n);
  const c = new Float64Array(m * n);
  // In squares that fit the cache: one of the two is read or written across its rows.
  const side = 16;
  for (let i0 = 0; i0 < m; i0 += side)
    for (let j0 = 0; j0 < n; j0 += side)
      for (let i = i0; i < Math.min(i0 + side, m); i++)
        for (let j = j0; j < Math.min(j0 + side, n); j++) c[j * m + i] = a[i * n + j]!;
  return c;
}

/** Σ a[i0 + p] b[j0 + p], p < n, in four sums that do not wait for each other. */
export function dot(a: Float64Array, i0: number, b: Float64Array, j0: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let p = 0;
  for (; p + 4 <= n; p += 4) {
    s0 += a[i0 + p]! * b[j0 + p]!;
    s1 += a[i0 + p + 1]! * b[j0 + p + 1]!;
    s2 += a[i0 + p + 2]! * b[j0 + p + 2]!;
    s3 += a[i0 + p + 3]! * b[j0 + p + 3]!;
  }
  for (; p < n; p++) s0 += a[i0 + p]! * b[j0 + p]!;
  return s0 + s1 + (s2 + s3);
}

// ------------------------------------------------------------------------------------------------------------ pullbacks

type Two = [Float64Array, Float64Array];

/** `matmul` and its pullback: from the adjoint of C (m × n) to those of A and B, C̄ Bᵀ and Aᵀ C̄. Keeps `a` and `b`. */
export function matmul_vjp(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): [value: Float64Array, pullback: (seed: Float64Array) => [a: Float64Array, b: Float64Array]] {
  const pullback = (seed: Float64Array): Two => {
    checkShape("matmul", "the seed", seed, m, n);
    const da = new Float64Array(m * k);
    addProduct(whole(da, k), whole(seed, n), transposed(b, n), m, n, k);
    const db = new Float64Array(k * n);
    addProduct(whole(db, n), whole(transpose(a, m, k), m), whole(seed, n), k, m, n);
    return [da, db];
  };
  return [matmul(a, b, m, k, n), pullback];
}

/** `matvec` and its pullback: from the adjoint of y (m) to those of A and x, ȳ xᵀ and Aᵀ ȳ. Keeps `a` and `x`. */
export function matvec_vjp(
  a: Float64Array,
  x: Float64Array,
  m: number,
  n: number,
): [value: Float64Array, pullback: (seed: Float64Array) => [a: Float64Array, x: Float64Array]] {
  const pullback = (seed: Float64Array): Two => {
    checkShape("matvec", "the seed", seed, m);
    return [outer(seed, x), transposedTimes(a, seed, m, n)];
  };
  return [matvec(a, x, m, n), pullback];
}

/** `outer` and its pullback: from the adjoint of C (m × n) to those of x and y, C̄ y and C̄ᵀ x. Keeps `x` and `y`. */
export function outer_vjp(
  x: Float64Array,
  y: Float64Array,
): [value: Float64Array, pullback: (seed: Float64Array) => [x: Float64Array, y: Float64Array]] {
  const [m, n] = [x.length, y.length];
  const pullback = (seed: Float64Array): Two => {
    checkShape("outer", "the seed", seed, m, n);
    return [matvec(seed, y, m, n), transposedTimes(seed, x, m, n)];
  };
  return [outer(x, y), pullback];
}

/** `transpose` and its pullback: the transpose of the adjoint. */
export function transpose_vjp(
  a: Float64Array,
  m: number,
  n: number,
): [value: Float64Array, pullback: (seed: Float64Array) => Float64Array] {
  return [transpose(a, m, n), (seed) => transpose(seed, n, m)];
}

/** Aᵀ x, row by row of A (m × n). */
function transposedTimes(a: Float64Array, x: Float64Array, m: number, n: number): Float64Array {
  const y = new Float64Array(n);
  addProduct(whole(y, n), whole(x, m), whole(a, n), 1, m, n);
  return y;
}
