/** Arrays that are used again from call to call, so that a function which needs them only while it runs does not allocate them each time. */

/** Of this many lengths arrays are kept, and of each so many. */
const [mostLengths, mostArrays] = [32, 16];

const pool = new Map<number, Float64Array[]>();

/**
 * An array of zeros for one run. It is out of the pool until it is returned; when the run throws it is never returned and
 * lost to the collector. For generated code.
 */
export function borrowFloats(length: number): Float64Array {
  const kept = pool.get(length)?.pop();
  if (kept === undefined) return new Float64Array(length);
  kept.fill(0);
  return kept;
}

/** A copy of an array for one run, as `borrowFloats`. For generated code. */
export function borrowCopy(array: Float64Array): Float64Array {
  const copy = pool.get(array.length)?.pop() ?? new Float64Array(array.length);
  copy.set(array);
  return copy;
}

/** Gives a borrowed array back. Its content stays as it is until it is borrowed again. For generated code. */
export function returnFloats(array: Float64Array): void {
  let kept = pool.get(array.length);
  if (kept === undefined) {
    // The length that has not been asked for for longest makes room.
    const [oldest] = pool.keys();
    if (pool.size >= mostLengths && oldest !== undefined) pool.delete(oldest);
    kept = [];
  } else pool.delete(array.length);
  pool.set(array.length, kept);
  if (kept.length < mostArrays) kept.push(array);
}
