/** The comparison of the benchmark tests refuses what it should. */
import { expect, test } from "vitest";
import { expectClose } from "./close.js";

test.each([
  ["a relative error of 2e-9", [1 + 2e-9], [1]],
  ["the same in a small entry", [1, 1e-6 * (1 + 2e-6)], [1, 1e-6]],
  ["NaN", [NaN], [1]],
  ["infinity", [Infinity], [1]],
  ["a missing entry", [1], [1, 2]],
  ["something for zero", [1, 1e-12], [1, 0]],
] as const)("%s is not close", (_, actual, expected) => {
  expect(() => expectClose(actual, expected)).toThrow(/expected/);
});

test("rounding is close", () => {
  expectClose([1 + 5e-10, 1e-6, 1e-17], [1, 1e-6 * (1 + 5e-10), 0]);
});
