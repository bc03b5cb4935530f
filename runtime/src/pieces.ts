/** Small arrays that are cheap to make. */

/** Numbers in one piece of memory. */
const size = 1024;
/** V8 keeps arrays of up to so many numbers beside its objects; any longer one gets memory of its own, which takes ten times as long. */
const cheap = 8;
/** Longer ones would waste what is left of a piece of memory. */
const longest = 128;

let memory = new Float64Array(0).buffer;
let used = size;

/**
 * An array of zeros that generated code uses for itself: a part of a larger piece of memory, which no other array uses.
 * What is given to users has memory of its own.
 */
export function newFloats(length: number): Float64Array {
  if (!(length > cheap && length <= longest)) return new Float64Array(length);
  if (used + length > size) {
    memory = new Float64Array(size).buffer;
    used = 0;
  }
  const made = new Float64Array(memory, 8 * used, length);
  used += made.length;
  return made;
}
