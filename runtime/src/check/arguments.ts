/** The arguments of a function under check: moved one number at a time, and put back. */
import { type NumericDerivative, numericDerivative, singleEpsilon } from "./differences.js";
import { contentsOf, copyOf, isUnchanged, putBack } from "./contents.js";
import type { Leaf } from "./leaves.js";

/** Arguments that a check may change while it runs. */
export class Arguments<A extends readonly unknown[]> {
  readonly values: [...A];
  /** The function writes to its arguments. */
  private isOverwritten = false;

  constructor(
    args: readonly [...A],
    private readonly precision: "double" | "single" = "double",
  ) {
    this.values = [...args];
  }

  /** The relative spacing of the numbers that the function computes with. */
  get epsilon(): number {
    return this.precision === "single" ? singleEpsilon : Number.EPSILON;
  }

  /** Calls `f` once; when it writes to its arguments, they are put back after each call from now on. */
  probe<R>(f: (...args: A) => R): R {
    const before = contentsOf(this.values);
    const result = f(...this.values);
    if (isUnchanged(before)) return result;
    this.isOverwritten = true;
    // What is returned may be something of the arguments.
    const kept = copyOf(result);
    putBack(before);
    return kept;
  }

  /** Calls `f` and puts the arguments back; `undefined` when it throws. */
  call<R>(f: (...args: A) => R): R | undefined {
    const before = this.isOverwritten ? contentsOf(this.values) : undefined;
    try {
      const result = f(...this.values);
      return before === undefined ? result : copyOf(result);
    } catch {
      return undefined;
    } finally {
      if (before !== undefined) putBack(before);
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
        this.epsilon,
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
