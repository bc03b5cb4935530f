/**
 * The storage of one run of generated code: what the forward sweep saves and the reverse sweep takes off again. Generated
 * code keeps `numbers` and `numberTop` in locals while it runs, and writes the tops back before anyone else may look.
 */

/** Room for numbers in a new tape. Doubling reaches any size quickly, and a small function never grows. */
const initialNumbers = 1024;
const initialFlags = 256;

/** How many returned tapes are kept for the next call. */
const poolSize = 4;

/** Where the tops of a tape were. */
export interface TapeMark {
  readonly numbers: number;
  readonly flags: number;
  readonly refs: number;
}

/** Three stacks: numbers, booleans and references. A slot at or above its top holds nothing of meaning. */
export class Tape {
  numbers: Float64Array = new Float64Array(initialNumbers);
  numberTop = 0;
  flags: Uint8Array = new Uint8Array(initialFlags);
  flagTop = 0;
  readonly refs: unknown[] = [];
  refTop = 0;
  /** The links of shadow structures in the order they were made, for a pullback that undoes them and runs again. */
  readonly links: [holder: object, key: string | number, held: unknown][] = [];

  /** Makes `numbers` at least `need` long, keeping its content, and returns it. */
  growNumbers(need: number): Float64Array {
    const grown = new Float64Array(grownLength(this.numbers.length, need));
    grown.set(this.numbers);
    this.numbers = grown;
    return grown;
  }

  /** Makes `flags` at least `need` long, keeping its content, and returns it. */
  growFlags(need: number): Uint8Array {
    const grown = new Uint8Array(grownLength(this.flags.length, need));
    grown.set(this.flags);
    this.flags = grown;
    return grown;
  }

  /** Where the tops are now, for `rewind`. */
  mark(): TapeMark {
    return { numbers: this.numberTop, flags: this.flagTop, refs: this.refTop };
  }

  /** Puts the tops back, so that what was saved below `mark` can be taken off again. */
  rewind(mark: TapeMark): void {
    this.numberTop = mark.numbers;
    this.flagTop = mark.flags;
    this.refTop = mark.refs;
  }

  /** Makes the links again. */
  relink(): void {
    for (const [holder, key, held] of this.links) Reflect.set(holder, key, held);
  }
}

function grownLength(length: number, need: number): number {
  let grown = length * 2;
  while (grown < need) grown *= 2;
  return grown;
}

const pool: Tape[] = [];

/**
 * A tape for one run, empty. It is out of the pool until it is returned, so that a nested or recursive run gets another.
 * When the run throws the tape is never returned and simply lost to the collector.
 */
export function borrowTape(): Tape {
  return pool.pop() ?? new Tape();
}

/** Gives a borrowed tape back. References are dropped, so that the pool keeps nothing of the caller's alive. */
export function returnTape(tape: Tape): void {
  tape.numberTop = 0;
  tape.flagTop = 0;
  tape.refTop = 0;
  tape.refs.length = 0;
  if (pool.length < poolSize) pool.push(tape);
}
