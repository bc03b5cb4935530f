/** The nested problems of GradBench: an outer derivative through a program that calls generated derivatives. */
import { describe, expect, test } from "vitest";
import { minimiser } from "../../bench/gradbench/minimiser.js";
import { landing_value_and_grad } from "../../examples/gradbench/nested/particle_grad.js";
import { maximiser } from "../../examples/gradbench/nested/saddle.js";
import { innerMaximum_value_and_grad } from "../../examples/gradbench/nested/saddle_grad.js";
import { expectClose } from "./close.js";
import { loadExpected } from "./load.js";

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
