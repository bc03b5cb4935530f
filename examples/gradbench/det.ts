/** A determinant by expansion along the first row: the problem `det` of GradBench, factorial work on purpose. */

/**
 * The determinant of a square matrix, stored row by row.
 *
 * @differentiable wrt=matrix modes=grad,value_and_grad
 */
export function determinant(matrix: Float64Array, size: number): number {
  // The columns that are left, as a linked list: `next[j]` follows column j, `next[size]` is the first one, `size` the end.
  const next = new Int32Array(size + 1);
  for (let j = 0; j < size; j++) {
    next[j] = j + 1;
  }
  next[size] = 0;
  return expand(matrix, size, 0, next);
}

/** Determinant of the rows from `row` on and the columns that are left in `next`. */
function expand(matrix: Float64Array, size: number, row: number, next: Int32Array): number {
  if (row === size) return 1;

  let sum = 0;
  let sign = 1;
  let previous = size;
  while (next[previous]! !== size) {
    const column = next[previous]!;
    next[previous] = next[column]!;
    sum += sign * matrix[row * size + column]! * expand(matrix, size, row + 1, next);
    next[previous] = column;
    previous = column;
    sign = -sign;
  }
  return sum;
}
