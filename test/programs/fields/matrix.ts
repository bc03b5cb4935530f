/** A dense row-major matrix with operator-like methods. */
export class Matrix {
  private constructor(
    readonly rows: number,
    readonly cols: number,
    private readonly data: Float64Array,
  ) {}

  static from(rows: readonly (readonly number[])[]): Matrix {
    const cols = rows[0]?.length ?? 0;
    if (rows.some((r) => r.length !== cols)) throw new Error("ragged rows");
    return new Matrix(rows.length, cols, Float64Array.from(rows.flat()));
  }

  static build(rows: number, cols: number, f: (i: number, j: number) => number): Matrix {
    const m = new Matrix(rows, cols, new Float64Array(rows * cols));
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) m.set(i, j, f(i, j));
    return m;
  }

  static identity(n: number): Matrix {
    return Matrix.build(n, n, (i, j) => (i === j ? 1 : 0));
  }

  static column(v: readonly number[]): Matrix {
    return Matrix.build(v.length, 1, (i) => v[i]!);
  }

  at(i: number, j: number): number {
    return this.data[i * this.cols + j]!;
  }

  private set(i: number, j: number, v: number): void {
    this.data[i * this.cols + j] = v;
  }

  plus(o: Matrix): Matrix {
    this.checkShape(o);
    return Matrix.build(this.rows, this.cols, (i, j) => this.at(i, j) + o.at(i, j));
  }

  times(o: Matrix | number): Matrix {
    if (typeof o === "number")
      return new Matrix(
        this.rows,
        this.cols,
        this.data.map((v) => v * o),
      );
    if (this.cols !== o.rows) throw new Error(`cannot multiply ${this.rows}x${this.cols} by ${o.rows}x${o.cols}`);
    return Matrix.build(this.rows, o.cols, (i, j) => {
      let s = 0;
      for (let k = 0; k < this.cols; k++) s += this.at(i, k) * o.at(k, j);
      return s;
    });
  }

  get transpose(): Matrix {
    return Matrix.build(this.cols, this.rows, (i, j) => this.at(j, i));
  }

  get trace(): number {
    let t = 0;
    for (let i = 0; i < this.rows; i++) t += this.at(i, i);
    return t;
  }

  /** Lower Cholesky factor. */
  cholesky(): Matrix {
    const L = new Matrix(this.rows, this.cols, new Float64Array(this.data.length));
    for (let i = 0; i < this.rows; i++) {
      for (let j = 0; j <= i; j++) {
        let s = this.at(i, j);
        for (let k = 0; k < j; k++) s -= L.at(i, k) * L.at(j, k);
        if (i === j && s <= 0) throw new RangeError("not positive definite");
        L.set(i, j, i === j ? Math.sqrt(s) : s / L.at(j, j));
      }
    }
    return L;
  }

  private checkShape(o: Matrix): void {
    if (this.rows !== o.rows || this.cols !== o.cols) throw new Error("shape mismatch");
  }
}

/**
 * Negative log marginal likelihood of a Gaussian process.
 * @differentiable wrt=theta,noise
 */
export function gpNll(
  theta: { lengthScale: number; variance: number },
  noise: number,
  x: number[],
  y: number[],
): number {
  const n = x.length;
  const kernel = Matrix.build(
    n,
    n,
    (i, j) => theta.variance * Math.exp(-0.5 * ((x[i]! - x[j]!) / theta.lengthScale) ** 2),
  );
  const L = kernel.plus(Matrix.identity(n).times(noise ** 2)).cholesky();
  const z: number[] = [];
  let logDet = 0;
  for (let i = 0; i < n; i++) {
    const solved = z.reduce((acc, v, k) => acc - L.at(i, k) * v, y[i]!);
    z.push(solved / L.at(i, i));
    logDet += 2 * Math.log(L.at(i, i));
  }
  return 0.5 * (z.reduce((a, v) => a + v * v, 0) + logDet + n * Math.log(2 * Math.PI));
}

/** @differentiable */
export function quadraticTrace(a: number[][], b: number[][]): number {
  const A = Matrix.from(a);
  const B = Matrix.from(b);
  return A.times(B).times(A.transpose).plus(B.times(0.5)).trace;
}

export const cases = [
  {
    name: "gpNll",
    args: () => [{ lengthScale: 0.8, variance: 1.3 }, 0.2, [0, 0.4, 1.1, 1.9, 2.6], [0.1, 0.5, 0.9, 0.8, 0.2]],
  },
  {
    name: "quadraticTrace",
    args: () => [
      [
        [1, 2],
        [-0.5, 0.7],
      ],
      [
        [0.3, -1],
        [2, 1.5],
      ],
    ],
  },
];
