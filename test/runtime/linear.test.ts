/** Dense linear algebra: against the plain loops at every size around the blocks, and pullbacks against differences. */
import { describe, expect, test } from "vitest";
import {
  checkGradient,
  checkVjp,
  cholesky,
  cholesky_vjp,
  logDet,
  logDet_vjp,
  matmul,
  matmul_vjp,
  matvec,
  matvec_vjp,
  outer,
  outer_vjp,
  solve,
  solve_vjp,
  transpose,
  transpose_vjp,
} from "../../runtime/src/index.js";

let state = 1;
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 31 - 1;
};
const matrix = (m: number, n = 1): Float64Array => Float64Array.from({ length: m * n }, random);

function plain(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) for (let p = 0; p < k; p++) c[i * n + j]! += a[i * k + p]! * b[p * n + j]!;
  return c;
}

/** The largest distance of two entries; NaN when there is one that is not a number, or the lengths differ. */
const distance = (a: Float64Array, b: Float64Array): number =>
  a.length === b.length ? a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0) : NaN;

/** Positive definite, and not too badly conditioned. */
function definite(n: number): Float64Array {
  const a = matrix(n, n);
  const c = plain(a, transpose(a, n, n), n, n, n);
  for (let i = 0; i < n; i++) c[i * n + i]! += 1;
  return c;
}

const sizes = [0, 1, 2, 3, 5, 8, 31, 32, 33, 70, 101];

describe("values", () => {
  test.each([
    [0, 0, 0],
    [1, 1, 1],
    [3, 0, 2],
    [2, 3, 4],
    [4, 4, 4],
    [5, 7, 3],
    [9, 300, 6],
    [17, 18, 19],
    [33, 65, 31],
    [1, 50, 50],
    [2, 40, 40],
    [50, 1, 50],
    [50, 600, 51],
  ])("matmul %d × %d × %d", (m, k, n) => {
    const [a, b] = [matrix(m, k), matrix(k, n)];
    expect(distance(matmul(a, b, m, k, n), plain(a, b, m, k, n))).toBeLessThan(1e-12);
    const x = matrix(k);
    expect(distance(matvec(a, x, m, k), plain(a, x, m, k, 1))).toBeLessThan(1e-12);
    expect(outer(x, x)).toEqual(plain(x, x, k, 1, k));
    expect(transpose(transpose(a, m, k), k, m)).toEqual(a);
  });

  test.each(sizes)("factors and solutions of size %d", (n) => {
    const a = definite(n);
    const l = cholesky(a, n);
    expect(distance(plain(l, transpose(l, n, n), n, n, n), a)).toBeLessThan(1e-12);
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
    for (const columns of [1, 3]) {
      const [g, b] = [matrix(n, n), matrix(n, columns)];
      expect(distance(plain(g, solve(g, b, n), n, n, columns), b)).toBeLessThan(1e-10);
    }
    let logs = 0;
    for (let i = 0; i < n; i++) logs += 2 * Math.log(l[i * n + i]!);
    expect(Math.abs(logDet(a, n) - logs)).toBeLessThan(1e-11 * (n + 1));
  });

  test("rows are exchanged where a pivot is 0", () => {
    expect(solve(Float64Array.of(0, 2, 1, 0), Float64Array.of(4, 3), 2)).toEqual(Float64Array.of(3, 2));
    expect(logDet(Float64Array.of(0, 2, -1, 0), 2)).toBeCloseTo(Math.log(2));
  });

  test("determinants far out of range", () => {
    const a = new Float64Array(90_000);
    for (let i = 0; i < 300; i++) a[i * 300 + i] = 1e-9;
    expect(logDet(a, 300)).toBeCloseTo(300 * Math.log(1e-9));
  });

  test("only the lower triangle is read by cholesky", () => {
    expect(cholesky(Float64Array.of(4, 99, 2, 5), 2)).toEqual(Float64Array.of(2, 0, 1, 2));
  });

  test("arguments stay as they are", () => {
    const [a, b] = [definite(40), matrix(40)];
    const [a2, b2] = [a.slice(), b.slice()];
    matmul(a, a, 40, 40, 40);
    cholesky(a, 40);
    solve(a, b, 40);
    logDet(a, 40);
    expect(a).toEqual(a2);
    expect(b).toEqual(b2);
  });
});

describe("errors", () => {
  test("shapes that do not fit", () => {
    expect(() => matmul(matrix(2, 3), matrix(2, 3), 2, 3, 2)).not.toThrow();
    expect(() => matmul(matrix(2, 3), matrix(2, 3), 2, 3, 3)).toThrow(
      new RangeError("matmul: b has 6 elements, not 3 × 3"),
    );
    expect(() => matmul(matrix(4), matrix(4), 2.5, 2, 2)).toThrow(RangeError);
    expect(() => matvec(matrix(2, 3), matrix(2), 2, 3)).toThrow(RangeError);
    expect(() => transpose(matrix(5), 2, 3)).toThrow(RangeError);
    expect(() => cholesky(matrix(5), 2)).toThrow(RangeError);
    expect(() => solve(matrix(4), matrix(3), 2)).toThrow(RangeError);
    expect(() => logDet(matrix(3), 2)).toThrow(RangeError);
    expect(() => matmul_vjp(matrix(4), matrix(4), 2, 2, 2)[1](matrix(3))).toThrow(RangeError);
  });

  test("matrices without what is asked for", () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow("not positive definite");
    expect(() => cholesky(Float64Array.of(NaN), 1)).toThrow(RangeError);
    expect(() => solve(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 1), 2)).toThrow("singular");
    expect(logDet(Float64Array.of(1, 2, 2, 4), 2)).toBe(-Infinity);
    expect(() => logDet_vjp(Float64Array.of(1, 2, 2, 4), 2)[1](1)).toThrow("singular");
  });

  test("NaN passes through", () => {
    expect(solve(Float64Array.of(NaN, 1, 1, 2), Float64Array.of(1, 1), 2)).toEqual(Float64Array.of(NaN, NaN));
    expect(logDet(Float64Array.of(NaN), 1)).toBeNaN();
  });
});

describe("pullbacks", () => {
  test.each([1, 2, 5, 33])("of size %d", (n) => {
    const [a, g, x] = [definite(n), matrix(n, n), matrix(n)];
    const shape = { m: 3, k: n, n: 2 };
    const reports = [
      checkVjp(
        (p: Float64Array, q: Float64Array) => matmul(p, q, shape.m, shape.k, shape.n),
        (p, q) => matmul_vjp(p, q, shape.m, shape.k, shape.n),
        [matrix(3, n), matrix(n, 2)],
      ),
      checkVjp(
        (p: Float64Array, q: Float64Array) => matvec(p, q, n, n),
        (p, q) => matvec_vjp(p, q, n, n),
        [g, x],
      ),
      checkVjp(outer, outer_vjp, [x, matrix(3)]),
      checkVjp(
        (p: Float64Array) => transpose(p, n, n),
        (p) => transpose_vjp(p, n, n),
        [g],
      ),
      checkVjp(
        (p: Float64Array) => cholesky(p, n),
        (p) => cholesky_vjp(p, n),
        [a],
      ),
      checkVjp(
        (p: Float64Array, q: Float64Array) => solve(p, q, n),
        (p, q) => solve_vjp(p, q, n),
        [a, matrix(n, 2)],
      ),
      checkVjp(
        (p: Float64Array) => logDet(p, n),
        (p) => logDet_vjp(p, n),
        [g],
      ),
    ];
    expect(reports.filter((report) => !report.ok)).toEqual([]);
  });

  test("may be called again, and do not see what became of the value", () => {
    const a = definite(6);
    const [l, pullback] = cholesky_vjp(a, 6);
    const seed = matrix(6, 6);
    const first = pullback(seed);
    l.fill(0);
    expect(pullback(seed)).toEqual(first);
    const [y, back] = solve_vjp(a, seed, 6);
    const [da] = back(seed);
    y.fill(0);
    expect(back(seed)[0]).toEqual(da);
  });

  test("log det of a Cholesky factor: gradient A⁻¹", () => {
    const n = 4;
    const a = definite(n);
    const f = (p: Float64Array): number => {
      const l = cholesky(p, n);
      return 2 * [0, 1, 2, 3].reduce((sum, i) => sum + Math.log(l[i * n + i]!), 0);
    };
    const gradient = (p: Float64Array): Float64Array => {
      const [l, pullback] = cholesky_vjp(p, n);
      return pullback(l.map((x, i) => (i % (n + 1) === 0 ? 2 / x : 0)));
    };
    expect(checkGradient(f, gradient, [a]).ok).toBe(true);
    const inverse = solve(
      a,
      Float64Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
      n,
    );
    // An entry below the diagonal stands for two of the symmetric matrix.
    expect(gradient(a)[0]).toBeCloseTo(inverse[0]!);
    expect(gradient(a)[4]).toBeCloseTo(2 * inverse[4]!);
    expect(gradient(a)[1]).toBe(0);
  });
});
