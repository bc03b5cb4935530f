/**
 * The rules of the runtime's linear algebra, in closed form. They are written with the functions themselves, so what a rule
 * says can be differentiated in its turn.
 */
export const runtimeRules = `
/** @vjp logSumExp */
export function logSumExpVjp(xs: readonly number[]): [number, (seed: number) => number[]] {
  const z = logSumExp(xs);
  return [
    z,
    (seed: number): number[] => {
      const g = alike(xs, xs.length);
      for (let i = 0; i < g.length; i++) g[i] = seed * Math.exp(xs[i] - z);
      return g;
    },
  ];
}

/** @vjp matmul */
export function matmulVjp(
  a: Float64Array, b: Float64Array, m: number, k: number, n: number,
): [Float64Array, (seed: Float64Array) => [Float64Array, Float64Array]] {
  return [
    matmul(a, b, m, k, n),
    (seed: Float64Array): [Float64Array, Float64Array] =>
      [matmul(seed, transpose(b, k, n), m, n, k), matmul(transpose(a, m, k), seed, k, m, n)],
  ];
}

/** @jvp matmul */
export function matmulJvp(
  a: Float64Array, b: Float64Array, m: number, k: number, n: number, da: Float64Array, db: Float64Array,
): [Float64Array, Float64Array] {
  return [matmul(a, b, m, k, n), sumOf(matmul(da, b, m, k, n), matmul(a, db, m, k, n))];
}

function sumOf(a: Float64Array, b: Float64Array): Float64Array {
  const c = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) c[i] = a[i] + b[i];
  return c;
}

/** @vjp matvec */
export function matvecVjp(
  a: Float64Array, x: Float64Array, m: number, n: number,
): [Float64Array, (seed: Float64Array) => [Float64Array, Float64Array]] {
  return [
    matvec(a, x, m, n),
    (seed: Float64Array): [Float64Array, Float64Array] => [outer(seed, x), matmul(seed, a, 1, m, n)],
  ];
}

/** @jvp matvec */
export function matvecJvp(
  a: Float64Array, x: Float64Array, m: number, n: number, da: Float64Array, dx: Float64Array,
): [Float64Array, Float64Array] {
  return [matvec(a, x, m, n), sumOf(matvec(da, x, m, n), matvec(a, dx, m, n))];
}

/** @vjp outer */
export function outerVjp(
  x: Float64Array, y: Float64Array,
): [Float64Array, (seed: Float64Array) => [Float64Array, Float64Array]] {
  return [
    outer(x, y),
    (seed: Float64Array): [Float64Array, Float64Array] =>
      [matvec(seed, y, x.length, y.length), matmul(x, seed, 1, x.length, y.length)],
  ];
}

/** @jvp outer */
export function outerJvp(
  x: Float64Array, y: Float64Array, dx: Float64Array, dy: Float64Array,
): [Float64Array, Float64Array] {
  return [outer(x, y), sumOf(outer(dx, y), outer(x, dy))];
}

/** @vjp transpose */
export function transposeVjp(
  a: Float64Array, m: number, n: number,
): [Float64Array, (seed: Float64Array) => Float64Array] {
  return [transpose(a, m, n), (seed: Float64Array): Float64Array => transpose(seed, n, m)];
}

/** @jvp transpose */
export function transposeJvp(a: Float64Array, m: number, n: number, da: Float64Array): [Float64Array, Float64Array] {
  return [transpose(a, m, n), transpose(da, m, n)];
}

// The lower triangle with its diagonal halved (Murray 2016).
function phi(a: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) c[i * n + j] = a[i * n + j];
    c[i * n + i] = a[i * n + i] / 2;
  }
  return c;
}

// The lower triangle on both sides of the diagonal.
function mirrored(a: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      c[i * n + j] = a[i * n + j];
      c[j * n + i] = a[i * n + j];
    }
  }
  return c;
}

function lowerOf(a: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) c[i * n + j] = a[i * n + j];
  return c;
}

/** @vjp cholesky */
export function choleskyVjp(a: Float64Array, n: number): [Float64Array, (seed: Float64Array) => Float64Array] {
  const l = cholesky(a, n);
  const lt = transpose(l, n, n);
  return [
    l,
    (seed: Float64Array): Float64Array => {
      const s = mirrored(matmul(lt, lowerOf(seed, n), n, n, n), n);
      return phi(solve(lt, transpose(solve(lt, s, n), n, n), n), n);
    },
  ];
}

/** @jvp cholesky */
export function choleskyJvp(a: Float64Array, n: number, da: Float64Array): [Float64Array, Float64Array] {
  const l = cholesky(a, n);
  const s = solve(l, transpose(solve(l, mirrored(da, n), n), n, n), n);
  return [l, matmul(l, phi(s, n), n, n, n)];
}

/** @vjp solve */
export function solveVjp(
  a: Float64Array, b: Float64Array, n: number,
): [Float64Array, (seed: Float64Array) => [Float64Array, Float64Array]] {
  const x = solve(a, b, n);
  const kept = copyOf(x);
  return [
    x,
    (seed: Float64Array): [Float64Array, Float64Array] => {
      const columns = n === 0 ? 0 : kept.length / n;
      const db = solve(transpose(a, n, n), seed, n);
      const da = matmul(db, transpose(kept, n, columns), n, columns, n);
      for (let i = 0; i < da.length; i++) da[i] = -da[i];
      return [da, db];
    },
  ];
}

/** @jvp solve */
export function solveJvp(
  a: Float64Array, b: Float64Array, n: number, da: Float64Array, db: Float64Array,
): [Float64Array, Float64Array] {
  const x = solve(a, b, n);
  const columns = n === 0 ? 0 : b.length / n;
  const right = matmul(da, x, n, n, columns);
  for (let i = 0; i < right.length; i++) right[i] = db[i] - right[i];
  return [x, solve(a, right, n)];
}

/** @vjp logDet */
export function logDetVjp(a: Float64Array, n: number): [number, (seed: number) => Float64Array] {
  return [
    logDet(a, n),
    (seed: number): Float64Array => {
      const diagonal = new Float64Array(n * n);
      for (let i = 0; i < n; i++) diagonal[i * n + i] = seed;
      return solve(transpose(a, n, n), diagonal, n);
    },
  ];
}

/** @jvp logDet */
export function logDetJvp(a: Float64Array, n: number, da: Float64Array): [number, number] {
  const x = solve(a, da, n);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += x[i * n + i];
  return [logDet(a, n), trace];
}
`;
