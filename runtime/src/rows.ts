/** The rows of a matrix that generated code fills. */

/** Rows of zeros, views of one piece of memory: an array of its own for each would cost more than what is put into it. */
export function zeroRows(count: number, length: number): Float64Array[] {
  const all = new Float64Array(count * length);
  const { buffer, BYTES_PER_ELEMENT: bytes } = all;
  return Array.from({ length: count }, (_, row) => new Float64Array(buffer, bytes * length * row, length));
}
