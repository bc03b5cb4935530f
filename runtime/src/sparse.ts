/** Sparse Jacobians and Hessians: what generated functions with `sparse=true` return, and how they are computed. */
import { colourColumns, colourSymmetric } from "./colouring.js";
import { withSets } from "./sets.js";

/**
 * A sparse matrix as coordinates: entry `k` is `values[k]` in row `rows[k]` and column `cols[k]`. Entries are ordered by row,
 * then by column, each at most once; all others are zero. Entries that happen to be zero at this input may be among them.
 *
 * Rows and columns are counted from 0: a column for each number of the gradient, parameter after parameter; a row for each number
 * of the result (of a Jacobian) or of the gradient (of a Hessian). Numbers are counted in the order of elements and of the declared
 * fields.
 */
export interface SparseMatrix {
  readonly rows: Int32Array;
  readonly cols: Int32Array;
  readonly values: Float64Array;
  /** The number of rows and of columns. */
  readonly shape: [rows: number, cols: number];
}

type Structures = [unknown, ...unknown[]];

/**
 * The Jacobian of a function. A run on sets of inputs finds which numbers of the result depend on which inputs, as the program
 * runs at this input; then columns without a common row are computed together. For generated code.
 *
 * @param units Zeros in the shape of what is differentiated; they are overwritten.
 * @param dependence The sets of the numbers of the result, given the sets of the inputs.
 * @param derivative The derivative of the result in a direction.
 */
export function sparseJacobian<U extends Structures>(
  units: U,
  dependence: (...sets: U) => unknown,
  derivative: (...tangents: U) => unknown,
): SparseMatrix {
  const columns = numbersIn(units).length;
  const rows = withSets(columns, (sets) => {
    setNumbers(units, (k) => k + 1);
    return Array.from(numbersIn(dependence(...units)), (set) => sets.members(set));
  });
  const colours = colourColumns(rows, columns);
  const matrix = emptyMatrix(rows, columns);
  const entries = byColour(matrix, colours);
  entries.forEach((own, colour) => {
    setNumbers(units, (k) => (colours[k] === colour ? 1 : 0));
    const found = numbersIn(derivative(...units));
    for (const k of own) matrix.values[k] = found[matrix.rows[k] ?? 0] ?? 0;
  });
  return matrix;
}

/**
 * The Hessian of a function. A run on sets of inputs finds which inputs are multiplied by which, as the program runs at this
 * input; then columns that a star colouring gives one colour are computed together. For generated code.
 *
 * @param units Zeros in the shape of what is differentiated; they are overwritten.
 * @param products Runs the function on the sets of the inputs, and notes what is multiplied.
 * @param derivative The Hessian times a vector.
 */
export function sparseHessian<U extends Structures>(
  units: U,
  products: (...sets: U) => unknown,
  derivative: (...tangents: U) => unknown,
): SparseMatrix {
  const columns = numbersIn(units).length;
  const rows = withSets(columns, (sets) => {
    setNumbers(units, (k) => k + 1);
    products(...units);
    return sets.neighbours();
  });
  const colours = colourSymmetric(rows);
  const matrix = emptyMatrix(rows, columns);
  const found = Array.from({ length: countOf(colours) }, (_, colour) => {
    setNumbers(units, (k) => (colours[k] === colour ? 1 : 0));
    return Float64Array.from(numbersIn(derivative(...units)));
  });
  const isAlone = aloneIn(rows, colours);
  const at = (i: number, j: number): number => found[colours[j] ?? 0]?.[i] ?? 0;
  // An entry and its mirror image are the same number.
  const value = (i: number, j: number): number => (isAlone(i, j) ? at(i, j) : at(j, i));
  for (let k = 0; k < matrix.values.length; k++) {
    const [i, j] = [matrix.rows[k] ?? 0, matrix.cols[k] ?? 0];
    matrix.values[k] = i < j ? value(i, j) : value(j, i);
  }
  return matrix;
}

/** All entries of a Jacobian or Hessian, of which it is not known where it is zero: each column by itself. For generated code. */
export function fullMatrix<U extends Structures>(units: U, derivative: (...tangents: U) => unknown): SparseMatrix {
  const columns = numbersIn(units).length;
  const found = Array.from({ length: columns }, (_, column) => {
    setNumbers(units, (k) => (k === column ? 1 : 0));
    return Float64Array.from(numbersIn(derivative(...units)));
  });
  const count = found[0]?.length ?? 0;
  const all = Int32Array.from({ length: columns }, (_, j) => j);
  const matrix = emptyMatrix(
    Array.from({ length: count }, () => all),
    columns,
  );
  for (let k = 0; k < matrix.values.length; k++)
    matrix.values[k] = found[matrix.cols[k] ?? 0]?.[matrix.rows[k] ?? 0] ?? 0;
  return matrix;
}

/** Is the entry (i, j) the only one of row i in columns of the colour of j? */
function aloneIn(rows: readonly Int32Array[], colours: Int32Array): (i: number, j: number) => boolean {
  const counts = rows.map((row) => {
    const count = new Map<number, number>();
    for (const j of row) count.set(colours[j] ?? -1, (count.get(colours[j] ?? -1) ?? 0) + 1);
    return count;
  });
  return (i, j) => counts[i]?.get(colours[j] ?? -1) === 1;
}

function emptyMatrix(rows: readonly Int32Array[], columns: number): SparseMatrix {
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  const matrix: SparseMatrix = {
    rows: new Int32Array(count),
    cols: new Int32Array(count),
    values: new Float64Array(count),
    shape: [rows.length, columns],
  };
  let at = 0;
  rows.forEach((row, i) => {
    matrix.rows.fill(i, at, at + row.length);
    matrix.cols.set(row, at);
    at += row.length;
  });
  return matrix;
}

const countOf = (colours: Int32Array): number => colours.reduce((most, colour) => Math.max(most, colour + 1), 0);

/** The entries in the columns of each colour. */
function byColour({ cols }: SparseMatrix, colours: Int32Array): number[][] {
  const found: number[][] = Array.from({ length: countOf(colours) }, () => []);
  cols.forEach((j, k) => found[colours[j] ?? -1]?.push(k));
  return found;
}

/** The numbers in a structure, in their order. */
function numbersIn(structure: unknown): ArrayLike<number> {
  if (structure instanceof Float64Array || structure instanceof Float32Array) return structure;
  const found: number[] = [];
  collect(structure, found);
  return found;
}

function collect(value: unknown, found: number[]): void {
  if (typeof value === "number") found.push(value);
  else if (value instanceof Float64Array || value instanceof Float32Array) for (const x of value) found.push(x);
  else if (Array.isArray(value)) for (const member of value) collect(member, found);
  else if (typeof value === "object" && value !== null)
    for (const member of Object.values(value)) collect(member, found);
}

/** Sets the numbers in a structure, each by its position. */
function setNumbers(structure: object, at: (k: number) => number): void {
  let k = 0;
  const set = (holder: object): void => {
    if (holder instanceof Float64Array || holder instanceof Float32Array) {
      for (let i = 0; i < holder.length; i++) holder[i] = at(k++);
      return;
    }
    if (Array.isArray(holder)) {
      for (let i = 0; i < holder.length; i++) {
        const member: unknown = holder[i];
        if (typeof member === "number") holder[i] = at(k++);
        else if (typeof member === "object" && member !== null) set(member);
      }
      return;
    }
    const members: [string, unknown][] = Object.entries(holder);
    for (const [key, member] of members) {
      if (typeof member === "number") Reflect.set(holder, key, at(k++));
      else if (typeof member === "object" && member !== null) set(member);
    }
  };
  set(structure);
}
