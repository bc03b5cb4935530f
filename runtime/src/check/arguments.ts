/** The arguments of a function under check: moved one number at a time, and put back. */
import { type NumericDerivative, numericDerivative } from "./differences.js";
import { type Leaf, numbersIn, type Slot } from "./leaves.js";

/** Arguments that a check may change while it runs. */
export class Arguments<A extends readonly unknown[]> {
  readonly values: [...A];
  /** Numbers that the function overwrites, and what they are; none when it leaves its arguments alone. */
  private restored: readonly Slot[] = [];

  constructor(args: readonly [...A]) {
    this.values = [...args];
  }

  /** Calls `f` once; when it writes to its arguments, they are put back after each call from now on. */
  probe(f: (...args: A) => unknown): unknown {
    const numbers = this.values.flatMap((argument) => numbersIn(argument));
    const before = numbers.map((slot) => slot.get());
    const result = f(...this.values);
    const isKept = numbers.every((slot, i) => Object.is(slot.get(), before[i]));
    if (isKept) return result;
    this.restored = numbers;
    numbers.forEach((slot, i) => slot.set(before[i] ?? NaN));
    return result;
  }

  /** Calls `f` and puts the arguments back; `undefined` when it throws. */
  call<R>(f: (...args: A) => R): R | undefined {
    const before = this.restored.map((slot) => slot.get());
    try {
      return f(...this.values);
    } catch {
      return undefined;
    } finally {
      this.restored.forEach((slot, i) => slot.set(before[i] ?? NaN));
    }
  }

  /** The derivatives of `outputs` by one number of the arguments, all from the same calls. */
  derivativesBy(
    leaf: Leaf,
    outputs: () => readonly number[] | undefined,
    count: number,
    scale: number | undefined,
  ): NumericDerivative[] {
    const x = leaf.get();
    const known = new Map<number, readonly number[] | undefined>();
    const at = (moved: number): readonly number[] | undefined => {
      if (known.has(moved)) return known.get(moved);
      leaf.set(moved);
      try {
        const found = outputs();
        known.set(moved, found);
        return found;
      } finally {
        leaf.set(x);
      }
    };
    const magnitude = scale ?? Math.max(1, Math.abs(x));
    return Array.from({ length: count }, (_, i) =>
      numericDerivative(
        (moved) => at(moved)?.[i] ?? NaN,
        x,
        magnitude,
        (y) => stored(leaf, x, y),
      ),
    );
  }
}

/** What becomes of `y` where the number is kept (an element of a `Float32Array` is rounded). */
function stored(leaf: Leaf, x: number, y: number): number {
  leaf.set(y);
  const kept = leaf.get();
  leaf.set(x);
  return kept;
}
