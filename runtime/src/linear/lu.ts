/** The LU factorisation with partial pivoting, on which `solve` and `logDet` stand. */
import { addProduct, type Part, whole } from "./add-product.js";
import { blockSide, partOf, solveTriangular } from "./triangular.js";

/** P A = L U. */
export interface Factors {
  readonly n: number;
  /** n × n: L below the diagonal (its own is all ones), U on it and above. */
  readonly lu: Float64Array;
  /** Row i of P A is row `order[i]` of A. */
  readonly order: Int32Array;
  /** A column had no pivot other than 0. */
  readonly isSingular: boolean;
}

/** Factors a copy of `a` (n × n), in blocks of columns. */
export function factor(a: Float64Array, n: number): Factors {
  const lu = a.slice();
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const all = whole(lu, n);
  let isSingular = false;
  for (let start = 0; start < n; start += blockSide) {
    const end = Math.min(start + blockSide, n);
    for (let k = start; k < end; k++) {
      const pivotRow = largestBelow(lu, n, k);
      if (pivotRow !== k) swapRows(lu, order, n, k, pivotRow);
      const pivot = lu[k * n + k]!;
      if (pivot === 0) {
        isSingular = true;
        continue;
      }
      for (let i = k + 1; i < n; i++) {
        const quotient = (lu[i * n + k]! /= pivot);
        if (quotient !== 0) for (let j = k + 1; j < end; j++) lu[i * n + j]! -= quotient * lu[k * n + j]!;
      }
    }
    // The rows of U to the right of the block, then all that is left.
    const rest = n - end;
    if (rest === 0) break;
    const right = partOf(all, start, end);
    solveTriangular(partOf(all, start, start), right, end - start, rest, { upper: false, unit: true });
    addProduct(partOf(all, end, end), partOf(all, end, start), right, rest, end - start, rest, -1);
  }
  return { n, lu, order, isSingular };
}

/** The row, k or below, with the largest entry in column k. */
function largestBelow(lu: Float64Array, n: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < n; i++) if (Math.abs(lu[i * n + k]!) > Math.abs(lu[best * n + k]!)) best = i;
  return best;
}

function swapRows(lu: Float64Array, order: Int32Array, n: number, i: number, j: number): void {
  const row = lu.slice(i * n, (i + 1) * n);
  lu.copyWithin(i * n, j * n, (j + 1) * n);
  lu.set(row, j * n);
  [order[i], order[j]] = [order[j]!, order[i]!];
}

/** A⁻¹ b. @param b n × columns @returns n × columns, a new array */
export function solveFactored({ n, lu, order }: Factors, b: Float64Array, columns: number): Float64Array {
  const x = new Float64Array(n * columns);
  order.forEach((from, i) => x.set(b.subarray(from * columns, (from + 1) * columns), i * columns));
  const right = whole(x, columns);
  solveTriangular(whole(lu, n), right, n, columns, { upper: false, unit: true });
  solveTriangular(whole(lu, n), right, n, columns, { upper: true, unit: false });
  return x;
}

/** A⁻ᵀ b. @param b n × columns @returns n × columns, a new array */
export function solveTransposed({ n, lu, order }: Factors, b: Float64Array, columns: number): Float64Array {
  const y = b.slice();
  const transposed: Part = { data: lu, start: 0, row: 1, column: n };
  solveTriangular(transposed, whole(y, columns), n, columns, { upper: false, unit: false });
  solveTriangular(transposed, whole(y, columns), n, columns, { upper: true, unit: true });
  const x = new Float64Array(n * columns);
  order.forEach((to, i) => x.set(y.subarray(i * columns, (i + 1) * columns), to * columns));
  return x;
}
