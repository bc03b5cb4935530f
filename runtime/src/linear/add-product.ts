/**
 * The kernel of the dense linear algebra: C += ±A B on parts of matrices.
 *
 * Four columns of B at a time are copied together, 256 rows of them, which then stay in the first-level cache; over them go
 * four rows of A, and the 16 sums they make are local variables (Goto and van de Geijn 2008, in the small).
 */

/** A part of a matrix: where it starts and how far its rows and columns are apart. */
export interface Part {
  readonly data: Float64Array;
  readonly start: number;
  /** From one row to the next. */
  readonly row: number;
  /** From one column to the next. */
  readonly column: number;
}

const depth = 256;
/** With fewer rows, or fewer products in all, copying costs more than it saves. */
const fewRows = 3;
const fewProducts = 1500;

/**
 * `c += sign * a b`. Columns of `a` and of `c` must be next to each other (`column` 1); those of `b` may be anywhere, so `b`
 * may be a transpose.
 *
 * @param c m × n @param a m × k @param b k × n
 */
export function addProduct(c: Part, a: Part, b: Part, m: number, k: number, n: number, sign: 1 | -1 = 1): void {
  if (m < fewRows || m * k * n < fewProducts) {
    addRows(c, a, b, m, k, n, sign);
    return;
  }
  const packed = new Float64Array(4 * Math.min(k, depth));
  for (let p0 = 0; p0 < k; p0 += depth) {
    const part = Math.min(depth, k - p0);
    for (let j = 0; j < n; j += 4) {
      pack(packed, b, p0, part, j, Math.min(4, n - j));
      let i = 0;
      for (; i + 4 <= m; i += 4) fourRows(c, a, packed, i, j, p0, part, n, sign);
      for (; i < m; i++) oneRow(c, a, packed, i, j, p0, part, n, sign);
    }
  }
}

/** Row by row of `b`, as it lies. */
function addRows(c: Part, a: Part, b: Part, m: number, k: number, n: number, sign: 1 | -1): void {
  const { data: cs } = c;
  const { data: as } = a;
  const { data: bs, column } = b;
  for (let i = 0; i < m; i++) {
    const to = c.start + i * c.row;
    for (let p = 0; p < k; p++) {
      const x = sign * as[a.start + i * a.row + p]!;
      for (let j = 0, from = b.start + p * b.row; j < n; j++, from += column) cs[to + j]! += x * bs[from]!;
    }
  }
}

/** Rows `p0 …` of columns `j …` of b, next to each other; columns past the end are zeros. */
function pack(packed: Float64Array, b: Part, p0: number, part: number, j: number, width: number): void {
  const { data, row, column } = b;
  let from = b.start + p0 * row + j * column;
  if (width < 4) packed.fill(0);
  for (let p = 0, to = 0; p < part; p++, to += 4, from += row)
    for (let q = 0; q < width; q++) packed[to + q] = data[from + q * column]!;
}

function fourRows(
  c: Part,
  a: Part,
  b: Float64Array,
  i: number,
  j: number,
  p0: number,
  part: number,
  n: number,
  sign: 1 | -1,
): void {
  const { data } = a;
  let r0 = a.start + i * a.row + p0;
  let r1 = r0 + a.row;
  let r2 = r1 + a.row;
  let r3 = r2 + a.row;
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  for (let p = 0, q = 0; p < part; p++, q += 4) {
    const b0 = b[q]!;
    const b1 = b[q + 1]!;
    const b2 = b[q + 2]!;
    const b3 = b[q + 3]!;
    const x0 = data[r0++]!;
    c00 += x0 * b0;
    c01 += x0 * b1;
    c02 += x0 * b2;
    c03 += x0 * b3;
    const x1 = data[r1++]!;
    c10 += x1 * b0;
    c11 += x1 * b1;
    c12 += x1 * b2;
    c13 += x1 * b3;
    const x2 = data[r2++]!;
    c20 += x2 * b0;
    c21 += x2 * b1;
    c22 += x2 * b2;
    c23 += x2 * b3;
    const x3 = data[r3++]!;
    c30 += x3 * b0;
    c31 += x3 * b1;
    c32 += x3 * b2;
    c33 += x3 * b3;
  }
  const width = n - j;
  const to = c.start + i * c.row + j;
  addFour(c.data, to, width, sign * c00, sign * c01, sign * c02, sign * c03);
  addFour(c.data, to + c.row, width, sign * c10, sign * c11, sign * c12, sign * c13);
  addFour(c.data, to + 2 * c.row, width, sign * c20, sign * c21, sign * c22, sign * c23);
  addFour(c.data, to + 3 * c.row, width, sign * c30, sign * c31, sign * c32, sign * c33);
}

function oneRow(
  c: Part,
  a: Part,
  b: Float64Array,
  i: number,
  j: number,
  p0: number,
  part: number,
  n: number,
  sign: 1 | -1,
): void {
  const { data } = a;
  const from = a.start + i * a.row + p0;
  let c0 = 0;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  for (let p = 0, q = 0; p < part; p++, q += 4) {
    const x = data[from + p]!;
    c0 += x * b[q]!;
    c1 += x * b[q + 1]!;
    c2 += x * b[q + 2]!;
    c3 += x * b[q + 3]!;
  }
  addFour(c.data, c.start + i * c.row + j, n - j, sign * c0, sign * c1, sign * c2, sign * c3);
}

/** Adds to four elements, or as many as `width` says. */
function addFour(data: Float64Array, at: number, width: number, x0: number, x1: number, x2: number, x3: number): void {
  data[at]! += x0;
  if (width > 1) data[at + 1]! += x1;
  if (width > 2) data[at + 2]! += x2;
  if (width > 3) data[at + 3]! += x3;
}

/** A whole matrix in row-major order, or its transpose. */
export const whole = (data: Float64Array, columns: number): Part => ({ data, start: 0, row: columns, column: 1 });
export const transposed = (data: Float64Array, columns: number): Part => ({ data, start: 0, row: 1, column: columns });
