/** Triangular systems with any number of right-hand sides, in blocks: all but the diagonal blocks is products. */
import { addProduct, type Part } from "./add-product.js";

export const blockSide = 32;

/**
 * `x := T⁻¹ x` in place.
 *
 * @param t n × n; only its triangle is read. @param x n × columns, columns next to each other
 * @param shape Which triangle `t` has, and whether its diagonal is all ones (and not read).
 */
export function solveTriangular(t: Part, x: Part, n: number, columns: number, shape: Triangle): void {
  const blocks = Math.ceil(n / blockSide);
  for (let b = 0; b < blocks; b++) {
    const start = (shape.upper ? blocks - 1 - b : b) * blockSide;
    const end = Math.min(start + blockSide, n);
    // What is known already: the rows after the block, or those before it.
    const [from, to] = shape.upper ? [end, n] : [0, start];
    const block = partOf(x, start, 0);
    if (t.column === 1)
      addProduct(block, partOf(t, start, from), partOf(x, from, 0), end - start, to - from, columns, -1);
    else subtractAcross(t, x, start, end, from, to, columns);
    diagonalBlock(t, x, start, end, columns, shape);
  }
}

export interface Triangle {
  readonly upper: boolean;
  readonly unit: boolean;
}

/** The part that starts at row i, column j. */
export const partOf = ({ data, start, row, column }: Part, i: number, j: number): Part => ({
  data,
  start: start + i * row + j * column,
  row,
  column,
});

/** As `addProduct`, where `t` is a transpose. */
function subtractAcross(t: Part, x: Part, start: number, end: number, from: number, to: number, columns: number): void {
  const rows = end - start;
  const copy = new Float64Array(rows * (to - from));
  for (let p = from; p < to; p++)
    for (let i = start; i < end; i++)
      copy[(i - start) * (to - from) + p - from] = t.data[t.start + i * t.row + p * t.column]!;
  const a = { data: copy, start: 0, row: to - from, column: 1 };
  addProduct(partOf(x, start, 0), a, partOf(x, from, 0), rows, to - from, columns, -1);
}

function diagonalBlock(t: Part, x: Part, start: number, end: number, columns: number, { upper, unit }: Triangle): void {
  const { data } = x;
  for (let r = 0; r < end - start; r++) {
    const i = upper ? end - 1 - r : start + r;
    const row = x.start + i * x.row;
    const [from, to] = upper ? [i + 1, end] : [start, i];
    for (let p = from; p < to; p++) {
      const factor = t.data[t.start + i * t.row + p * t.column]!;
      const other = x.start + p * x.row;
      for (let j = 0; j < columns; j++) data[row + j]! -= factor * data[other + j]!;
    }
    if (unit) continue;
    const pivot = t.data[t.start + i * (t.row + t.column)]!;
    for (let j = 0; j < columns; j++) data[row + j]! /= pivot;
  }
}
