/** Whether what is measured computes the same: adc, the person, the tape, and differences. */
import { centralDifference, gradientOf, numbersIn, slots, type Workload } from "./workload.js";

/** How far two lists of numbers are apart, as a fraction of the largest. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let scale = Number.MIN_VALUE;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? NaN, b[i] ?? NaN];
    scale = Math.max(scale, Math.abs(x), Math.abs(y));
    // Written so that NaN counts.
    if (!(Math.abs(x - y) <= most)) most = Math.abs(x - y);
  }
  return Number.isNaN(most) ? Infinity : most / scale;
}

export interface Verdict {
  readonly what: string;
  readonly distance: number;
  readonly allowed: number;
}

/** Compares everything once; differences for some of the parameters. */
export function judge(workload: Workload, differences = 12): Verdict[] {
  const byHand = numbersIn(workload.hand()).slice();
  const verdicts = [{ what: "adc", distance: distance(gradientOf(workload), byHand), allowed: 1e-9 }];
  if (workload.tape !== undefined) {
    verdicts.push({ what: "tape", distance: distance(numbersIn(workload.tape()), byHand), allowed: 1e-9 });
  }
  const all = slots(workload.parameters);
  const stride = Math.max(1, Math.ceil(all.length / differences));
  for (let i = 0; i < all.length; i += stride) {
    const slot = all[i];
    if (slot === undefined) continue;
    const column = workload.column?.(byHand, i) ?? byHand.subarray(i, i + 1);
    // A derivative that is small among the others is judged with them.
    const scale = byHand.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = centralDifference(workload.primal, slot).map((value, row) => value - (column[row] ?? NaN));
    const most = off.reduce((a, b) => (Math.abs(b) <= a ? a : Math.abs(b)), 0);
    verdicts.push({ what: `differences by parameter ${i}`, distance: most / scale, allowed: 1e-6 });
  }
  return verdicts;
}
