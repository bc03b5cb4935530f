/**
 * Extrapolated central differences over structured arguments: the judge that knows nothing but the user's own function.
 * Each derivative comes with an estimate of its error, and with the verdict whether the function is smooth there.
 */
import { cloneData, memberAt, setNumber, type Path } from "./data.js";

export interface Estimate {
  readonly value: number;
  /** How far `value` may be off. */
  readonly error: number;
  /** False when the differences do not settle: a kink or a jump near the point, or values that are not finite. */
  readonly smooth: boolean;
}

/** Derivative of a function of one number at `x`, by Richardson extrapolation from several first steps. */
export function derivative(f: (x: number) => number, x: number): Estimate {
  const scale = Math.max(Math.abs(x), 0.25);
  let best: Estimate = { value: NaN, error: Infinity, smooth: false };
  for (const first of [2e-2, 2e-3, 2e-4]) {
    const found = extrapolate(f, x, first * scale);
    if (found.error < best.error) best = found;
    if (best.error <= 1e-9 * Math.max(1, Math.abs(best.value))) break;
  }
  const settled = Number.isFinite(best.value) && best.error <= 1e-4 * Math.max(1e-3, Math.abs(best.value)) + 1e-5;
  return { ...best, smooth: settled && oneSidedAgree(f, x, scale, best) };
}

/** Ridders' table: steps h, h/2, h/4 …, each column removing the next even power of the step. */
function extrapolate(f: (x: number) => number, x: number, first: number): Estimate {
  const levels = 5;
  let previous: number[] = [];
  let best: Estimate = { value: NaN, error: Infinity, smooth: true };
  for (let level = 0, h = first; level < levels; level++, h /= 2) {
    const high = x + h;
    const low = x - h;
    const fHigh = f(high);
    const fLow = f(low);
    if (!Number.isFinite(fHigh) || !Number.isFinite(fLow)) return { value: NaN, error: Infinity, smooth: false };
    const row = [(fHigh - fLow) / (high - low)];
    const noise = (2.3e-16 * Math.max(Math.abs(fHigh), Math.abs(fLow))) / h;
    for (let column = 1, power = 4; column <= level; column++, power *= 4) {
      const left = row[column - 1] ?? NaN;
      const above = previous[column - 1] ?? NaN;
      const value = left + (left - above) / (power - 1);
      row.push(value);
      const error = Math.max(Math.abs(value - left), Math.abs(value - above)) + noise;
      if (error < best.error) best = { value, error, smooth: true };
    }
    previous = row;
  }
  return best;
}

/**
 * At a kink the slopes from the two sides differ whatever the step; where the function is smooth they meet, the difference
 * shrinking with the step.
 */
function oneSidedAgree(f: (x: number) => number, x: number, scale: number, central: Estimate): boolean {
  const at = f(x);
  const slopes = (h: number): { forward: number; backward: number } => ({
    forward: (f(x + h) - at) / h,
    backward: (at - f(x - h)) / h,
  });
  const h = 1e-6 * scale;
  const { forward, backward } = slopes(h);
  const apart = Math.abs(forward - backward);
  const size = Math.max(Math.abs(forward), Math.abs(backward), 1e-2);
  const noise = (8e-16 * Math.max(1, Math.abs(at))) / h;
  const tolerance = 1e-3 * size + noise + central.error;
  if (apart > tolerance || Math.abs(forward - central.value) > 2 * tolerance) return false;
  if (apart <= 1e-6 * size + noise) return true;
  const wider = slopes(100 * h);
  return apart <= 0.2 * Math.abs(wider.forward - wider.backward);
}

/** Derivative of `f(...args)` with respect to the number at `path` inside `args`; `f` may change what it is given. */
export function differenceAt(
  f: (...args: readonly unknown[]) => number,
  args: readonly unknown[],
  path: Path,
): Estimate {
  const at = memberAt(args, path);
  if (typeof at !== "number") throw new Error("no number to vary");
  const shifted = (value: number): number => {
    const copy = cloneData(args);
    setNumber(copy, path, value);
    return f(...copy);
  };
  return derivative(shifted, at);
}

/** Derivative of `f` along a direction given number by number. */
export function differenceAlong(
  f: (...args: readonly unknown[]) => number,
  args: readonly unknown[],
  direction: readonly { readonly path: Path; readonly value: number }[],
): Estimate {
  const start = direction.map(({ path }) => {
    const at = memberAt(args, path);
    if (typeof at !== "number") throw new Error("no number to vary");
    return at;
  });
  return derivative((t) => {
    const copy = cloneData(args);
    direction.forEach(({ path, value }, i) => setNumber(copy, path, (start[i] ?? NaN) + t * value));
    return f(...copy);
  }, 0);
}
