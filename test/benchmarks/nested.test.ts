/** The nested problems of GradBench: an outer derivative through a program that calls generated derivatives. */
import { describe, expect, test } from "vitest";
import { landing_value_and_grad } from "../../examples/gradbench/nested/particle_grad.js";
import { maximiser } from "../../examples/gradbench/nested/saddle.js";
import { innerMaximum_value_and_grad } from "../../examples/gradbench/nested/saddle_grad.js";
import { expectClose } from "./close.js";
import { loadExpected } from "./load.js";

type ValueAndGradient = (x: readonly number[]) => readonly [value: number, gradient: readonly number[]];

/** GradBench's solver: gradient descent with steps that grow after ten successes and shrink after each failure. */
function minimiser(f: ValueAndGradient, start: readonly number[]): readonly number[] {
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

describe("nested derivatives", () => {
  const { particle, saddle } = loadExpected("gradbench_extra");

  test("particle", () => {
    const w = minimiser(
      ([x = NaN]) => {
        const [value, slope] = landing_value_and_grad(x);
        return [value, [slope]];
      },
      [particle.input.w],
    );
    expectClose(w, [particle.output]);
  });

  test("saddle", () => {
    const [x1 = NaN, x2 = NaN] = minimiser(
      ([a = NaN, b = NaN]) => innerMaximum_value_and_grad(a, b),
      saddle.input.start,
    );
    expectClose([x1, x2, ...maximiser(x1, x2)], saddle.output);
    expect(saddle.output).toHaveLength(4);
  });
});
