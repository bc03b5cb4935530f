/** GradBench's solver for its nested problems: gradient descent with steps that grow and shrink. */

export type ValueAndGradient = (x: readonly number[]) => readonly [value: number, gradient: readonly number[]];

/** Ten successes double the step, a failure halves it. */
export function minimiser(f: ValueAndGradient, start: readonly number[]): readonly number[] {
  let x = start;
  let [value, gradient] = f(x);
  let rate = 1e-5;
  let accepted = 0;
  while (Math.hypot(...gradient) > 1e-5) {
    if (accepted === 10) {
      rate *= 2;
      accepted = 0;
      continue;
    }
    const next = x.map((xi, i) => xi - rate * (gradient[i] ?? NaN));
    if (Math.hypot(...x.map((xi, i) => xi - (next[i] ?? NaN))) <= 1e-5) break;
    const [nextValue, nextGradient] = f(next);
    if (nextValue < value) {
      x = next;
      value = nextValue;
      gradient = nextGradient;
      accepted++;
    } else {
      rate /= 2;
      accepted = 0;
    }
  }
  return x;
}
