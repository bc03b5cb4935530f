/**
 * The gradient of `determinant`: what a minor is multiplied by is known before it is expanded, so that one recursion
 * returns its value and adds its share of the gradient.
 */

export function determinantGradient(matrix: Float64Array, size: number): Float64Array {
  const gradient = new Float64Array(size * size);
  const next = new Int32Array(size + 1);
  for (let j = 0; j < size; j++) {
    next[j] = j + 1;
  }
  next[size] = 0;
  expand(matrix, gradient, size, 0, next, 1);
  return gradient;
}

function expand(
  matrix: Float64Array,
  gradient: Float64Array,
  size: number,
  row: number,
  next: Int32Array,
  seed: number,
): number {
  if (row === size) return 1;
  const start = row * size;
  let sum = 0;
  let sign = 1;
  let previous = size;
  let column = next[previous]!;
  while (column !== size) {
    const following = next[column]!;
    next[previous] = following;
    const factor = sign * matrix[start + column]!;
    const minor = expand(matrix, gradient, size, row + 1, next, seed * factor);
    sum += factor * minor;
    gradient[start + column]! += seed * sign * minor;
    next[previous] = column;
    previous = column;
    column = following;
    sign = -sign;
  }
  return sum;
}
