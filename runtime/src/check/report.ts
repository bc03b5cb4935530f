/** What checks say: the types of their options and reports, and how a report is made from compared numbers. */

export interface CheckOptions {
  /** The largest relative error that passes. Default 1e-6. */
  readonly tolerance?: number;
  /**
   * Positions of the differentiated parameters, counted from 0, where the shapes leave it open. Default: found from the
   * shape of the gradient.
   */
  readonly wrt?: readonly number[];
  /** The magnitude on which the function varies in each number; the first step is about a 50th of it. Default: `max(1, |x|)`. */
  readonly scale?: number;
  /** The function computes in single precision (`Float32Array`, `Math.fround`), so that small steps say nothing. Default: double. */
  readonly precision?: "double" | "single";
}

/** One derivative, by both ways. */
export interface CheckedPartial {
  /** Which: `arguments[0].weights[3]`; in a matrix of derivatives `[row] by [column]`. */
  readonly path: string;
  readonly analytic: number;
  readonly numeric: number;
  /** |a − n| / (|a| + |n|) of this one alone; 0 where rounding can explain the difference. */
  readonly relativeError: number;
  /** The step the numeric one was made with. */
  readonly step: number;
}

export interface CheckReport {
  readonly ok: boolean;
  /** The largest over the differentiated arguments of `‖a − n‖ / (‖a‖ + ‖n‖)`: a the analytic derivatives, n the numeric ones. */
  readonly maxRelativeError: number;
  /** Where the two are furthest apart; absent when there was nothing to compare. */
  readonly worst?: CheckedPartial;
  /** How many derivatives were compared. */
  readonly checked: number;
  /** The report in a sentence, for a person. */
  readonly message: string;
}

/** One derivative by both ways; `distance` is 0 where rounding can explain the difference. */
export interface Compared {
  readonly path: string;
  readonly analytic: number;
  readonly numeric: number;
  readonly step: number;
  readonly distance: number;
}

/** Compares one derivative with what differences say. */
export function compared(
  path: string,
  analytic: number,
  { value: numeric, step, noise }: { readonly value: number; readonly step: number; readonly noise: number },
): Compared {
  const apart = Math.abs(analytic - numeric);
  return { path, analytic, numeric, step, distance: apart <= noise ? 0 : apart };
}

/** The report on groups of derivatives, each of which has a relative error of its own. */
export function reportOn(groups: readonly (readonly Compared[])[], tolerance = 1e-6): CheckReport {
  let maxRelativeError = 0;
  let worst: CheckedPartial | undefined;
  let checked = 0;
  for (const rows of groups) {
    const error = relativeError(rows);
    if (worst === undefined || error > maxRelativeError) worst = furthest(rows) ?? worst;
    maxRelativeError = Math.max(maxRelativeError, error);
    checked += rows.length;
  }
  const ok = maxRelativeError <= tolerance;
  const report = { ok, maxRelativeError, checked, message: inWords(ok, maxRelativeError, tolerance, checked, worst) };
  return worst === undefined ? report : { ...report, worst };
}

function inWords(
  ok: boolean,
  error: number,
  tolerance: number,
  checked: number,
  worst: CheckedPartial | undefined,
): string {
  const count = `${checked} derivative${checked === 1 ? "" : "s"}`;
  const size = error === 0 ? "as near as rounding lets them be" : `relative error ${error.toExponential(1)}`;
  if (ok || worst === undefined) return `${count} agree${checked === 1 ? "s" : ""} with differences, ${size}`;
  const { path, analytic, numeric, step } = worst;
  return (
    `${path}: ${analytic} is not the ${Number(numeric.toPrecision(10))} that differences give (step ${step.toPrecision(2)}); ` +
    `${size} over ${count}, allowed ${tolerance.toExponential(1)}`
  );
}

/** Infinity when a derivative is not finite on either side. */
function relativeError(rows: readonly Compared[]): number {
  const length = (pick: (row: Compared) => number) => Math.sqrt(rows.reduce((sum, row) => sum + pick(row) ** 2, 0));
  const distance = length((row) => row.distance);
  if (distance === 0) return 0;
  const error = distance / (length((row) => row.analytic) + length((row) => row.numeric));
  return Number.isFinite(error) ? error : Infinity;
}

function furthest(rows: readonly Compared[]): CheckedPartial | undefined {
  const [first, ...others] = rows;
  if (first === undefined) return undefined;
  const isFurther = (a: number, b: number) => !Number.isNaN(b) && !(a <= b);
  const worst = others.reduce((a, b) => (isFurther(b.distance, a.distance) ? b : a), first);
  const { path, analytic, numeric, step } = worst;
  return { path, analytic, numeric, step, relativeError: relativeError([worst]) };
}
