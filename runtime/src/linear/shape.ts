/** Shapes that do not fit are errors, never silent reads past the end. */

/** @throws RangeError unless `array` has `rows * columns` elements. */
export function checkShape(
  caller: string,
  name: string,
  array: { readonly length: number },
  rows: number,
  columns = 1,
): void {
  checkSize(caller, rows);
  checkSize(caller, columns);
  if (array.length === rows * columns) return;
  const wanted = columns === 1 ? `${rows}` : `${rows} × ${columns}`;
  throw new RangeError(`${caller}: ${name} has ${array.length} elements, not ${wanted}`);
}

/** @throws RangeError unless it is a whole number, at least 0. */
function checkSize(caller: string, size: number): void {
  if (!Number.isInteger(size) || size < 0) throw new RangeError(`${caller}: ${size} is no number of rows or columns`);
}
