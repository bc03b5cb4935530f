/** Checking a gradient against differences of the function itself: `checkGradient`. */
import { numericDerivative } from "./differences.js";
import { hasLeaves, numbersIn, pairLeaves, type Leaf, type Slot } from "./leaves.js";

export interface CheckOptions {
  /** The largest relative error that passes. Default 1e-6. */
  readonly tolerance?: number;
  /**
   * Positions of the differentiated parameters, counted from 0, where the shapes leave it open. Default: found from the
   * shape of what `gradient` returns.
   */
  readonly wrt?: readonly number[];
  /** The magnitude on which the function varies in each number; the first step is about a 50th of it. Default: `max(1, |x|)`. */
  readonly scale?: number;
}

/** One partial derivative, by both ways. */
export interface CheckedPartial {
  /** Which: `arguments[0].weights[3]`. */
  readonly path: string;
  readonly analytic: number;
  readonly numeric: number;
  /** The step the numeric one was made with. */
  readonly step: number;
}

export interface CheckReport {
  readonly ok: boolean;
  /** The largest over the differentiated arguments of `‖a − n‖ / (‖a‖ + ‖n‖)`: a the analytic gradient, n the numeric one. */
  readonly maxRelativeError: number;
  /** Where the two are furthest apart; absent when there was nothing to compare. */
  readonly worst?: CheckedPartial;
  /** How many partial derivatives were compared. */
  readonly checked: number;
}

/**
 * Compares a gradient with extrapolated central differences of the function.
 *
 * ```ts
 * const report = checkGradient(loss, loss_grad, [w, xs]);
 * if (!report.ok) console.log(report.worst);
 * ```
 *
 * A disagreement within what rounding can do to a difference counts as none. The checker agrees with adc's conventions at
 * a kink (the mean of the two slopes), but a function that jumps nearby, or whose slope is infinite, cannot be checked
 * there. It calls `f` some ten times for each number in the differentiated arguments.
 *
 * @param f A function that returns a number. May write to its arguments; they are put back.
 * @param gradient Its gradient: what `f` takes, to the gradient of the one differentiated argument, or the tuple of several.
 * @param args Where to compare. Numbers, float arrays, arrays, tuples and objects may hold the numbers; anything else is
 * passed along. Numbers are changed in place while it runs, so nothing may be frozen or passed twice.
 * @throws TypeError when the gradient has not the shape of a gradient of the arguments, or `wrt` is needed to tell.
 */
export function checkGradient<A extends readonly unknown[]>(
  f: (...args: A) => number,
  gradient: (...args: A) => unknown,
  args: readonly [...A],
  options: CheckOptions = {},
): CheckReport {
  const own: [...A] = [...args];
  const differentiated = match(own, gradient(...own), options.wrt);
  const numbers = own.flatMap((argument) => numbersIn(argument));
  const restored = keepsArguments(() => f(...own), numbers) ? [] : numbers;

  const errors: number[] = [];
  let checked = 0;
  let worst: CheckedPartial | undefined;
  for (const { index, leaves } of differentiated) {
    const rows = leaves.map((leaf) =>
      compare(leaf, `arguments[${index}]${leaf.path}`, () => f(...own), restored, options.scale),
    );
    const error = relativeError(rows);
    if (error > Math.max(...errors)) worst = furthest(rows) ?? worst;
    errors.push(error);
    checked += rows.length;
  }
  const maxRelativeError = Math.max(0, ...errors);
  const report = { ok: maxRelativeError <= (options.tolerance ?? 1e-6), maxRelativeError, checked };
  return worst === undefined ? report : { ...report, worst };
}

// ------------------------------------------------------------------------------------------------------- the numbers

type Compared = CheckedPartial & { readonly distance: number };

function compare(
  leaf: Leaf,
  path: string,
  f: () => number,
  restored: readonly Slot[],
  scale: number | undefined,
): Compared {
  const x = leaf.get();
  const before = restored.map((other) => other.get());
  const at = (moved: number): number => {
    leaf.set(moved);
    try {
      return f();
    } catch {
      return NaN;
    } finally {
      leaf.set(x);
      restored.forEach((other, i) => other.set(before[i] ?? NaN));
    }
  };
  const {
    value: numeric,
    step,
    noise,
  } = numericDerivative(at, x, scale ?? Math.max(1, Math.abs(x)), (y) => stored(leaf, x, y));
  const apart = Math.abs(leaf.partial - numeric);
  return { path, analytic: leaf.partial, numeric, step, distance: apart <= noise ? 0 : apart };
}

/** What becomes of `y` where the number is kept (an element of a `Float32Array` is rounded). */
function stored(leaf: Leaf, x: number, y: number): number {
  leaf.set(y);
  const kept = leaf.get();
  leaf.set(x);
  return kept;
}

/** Infinity when a partial derivative is not finite on either side. */
function relativeError(rows: readonly Compared[]): number {
  const norm = (pick: (row: Compared) => number) => Math.sqrt(rows.reduce((sum, row) => sum + pick(row) ** 2, 0));
  const distance = norm((row) => row.distance);
  if (distance === 0) return 0;
  const error = distance / (norm((row) => row.analytic) + norm((row) => row.numeric));
  return Number.isFinite(error) ? error : Infinity;
}

function furthest(rows: readonly Compared[]): CheckedPartial | undefined {
  const [first, ...others] = rows;
  if (first === undefined) return undefined;
  const isFurther = (a: number, b: number) => !Number.isNaN(b) && !(a <= b);
  const { path, analytic, numeric, step } = others.reduce((a, b) => (isFurther(b.distance, a.distance) ? b : a), first);
  return { path, analytic, numeric, step };
}

/** Calls the function once and tells whether it left the numbers as they were; if not, puts them back. */
function keepsArguments(f: () => number, numbers: readonly Slot[]): boolean {
  const before = numbers.map((slot) => slot.get());
  const value = f();
  if (typeof value !== "number") throw new TypeError("checkGradient: the function does not return a number");
  const kept = numbers.every((slot, i) => Object.is(slot.get(), before[i]));
  if (!kept) numbers.forEach((slot, i) => slot.set(before[i] ?? NaN));
  return kept;
}

// -------------------------------------------------------------------------------------------------------- the shapes

interface Differentiated {
  readonly index: number;
  readonly leaves: readonly Leaf[];
}

/** Which arguments a gradient belongs to, with the numbers in them. */
function match(args: unknown[], gradient: unknown, wrt: readonly number[] | undefined): Differentiated[] {
  const pair = (index: number, part: unknown): Differentiated | string => {
    const leaves = pairLeaves(args[index], part, (x) => void (args[index] = x));
    return typeof leaves === "string" ? `arguments[${index}]: ${leaves}` : { index, leaves };
  };
  const attempt = (indices: readonly number[]): Differentiated[] | string => {
    if (indices.length === 1) {
      const only = pair(indices[0] ?? 0, gradient);
      return typeof only === "string" ? only : [only];
    }
    if (!Array.isArray(gradient) || gradient.length !== indices.length)
      return `the gradient is not a tuple of ${indices.length}`;
    const parts = indices.map((index, i) => pair(index, gradient[i]));
    return parts.find((part) => typeof part === "string") ?? parts.filter((part) => typeof part !== "string");
  };

  const candidates = wrt ?? args.flatMap((argument, index) => (hasLeaves(argument) ? [index] : []));
  const all = attempt(candidates);
  if (typeof all !== "string") return all;
  if (wrt !== undefined) throw new TypeError(`checkGradient: ${all}`);

  const found = choices(candidates, gradient)
    .map(attempt)
    .filter((choice) => typeof choice !== "string");
  const [first] = found;
  if (first === undefined)
    throw new TypeError(`checkGradient: the gradient has not the shape of a gradient of the arguments (${all})`);
  if (found.length > 1)
    throw new TypeError("checkGradient: the gradient fits several parameters; say which with `wrt`");
  return first;
}

/** Fewer parameters than all: one of them alone, or as many as the gradient has entries, in order. */
function choices(candidates: readonly number[], gradient: unknown): number[][] {
  const alone = candidates.map((index) => [index]);
  const size = Array.isArray(gradient) ? gradient.length : 0;
  return size < 2 || size >= candidates.length ? alone : [...alone, ...subsets(candidates, size)];
}

function subsets(items: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}
