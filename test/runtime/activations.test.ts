/** The scalar functions at extreme arguments, and sums of exponentials. */
import { expect, test } from "vitest";
import { leakyRelu, logAddExp, logSumExp, relu, sigmoid, softmax, softplus } from "../../runtime/src/index.js";

test("relu and leakyRelu", () => {
  expect([-1, 0, 2, Infinity].map(relu)).toEqual([0, 0, 2, Infinity]);
  expect(relu(NaN)).toBeNaN();
  expect([-2, 0, 3].map((x) => leakyRelu(x, 0.1))).toEqual([-0.2, 0, 3]);
  expect(leakyRelu(-1)).toBe(-0.01);
});

test("sigmoid keeps its digits on either side", () => {
  expect(sigmoid(0)).toBe(0.5);
  expect(sigmoid(-700) / Math.exp(-700)).toBeCloseTo(1, 14);
  expect([sigmoid(-Infinity), sigmoid(Infinity), sigmoid(1000), sigmoid(-1000)]).toEqual([0, 1, 1, 0]);
  expect(sigmoid(NaN)).toBeNaN();
});

test("softplus neither overflows nor cancels", () => {
  expect(softplus(0)).toBeCloseTo(Math.LN2, 15);
  expect(softplus(1000)).toBe(1000);
  expect(softplus(-40) / Math.exp(-40)).toBeCloseTo(1, 14);
  expect([softplus(-Infinity), softplus(Infinity)]).toEqual([0, Infinity]);
});

test("logAddExp", () => {
  expect(logAddExp(1000, 1000)).toBeCloseTo(1000 + Math.LN2, 12);
  expect(logAddExp(-1000, 1000)).toBe(1000);
  expect(logAddExp(-Infinity, 3)).toBe(3);
  expect(logAddExp(-Infinity, -Infinity)).toBe(-Infinity);
  expect(logAddExp(Infinity, 0)).toBe(Infinity);
  expect(logAddExp(NaN, 0)).toBeNaN();
});

test("logSumExp", () => {
  expect(logSumExp([])).toBe(-Infinity);
  expect(logSumExp([2])).toBe(2);
  expect(logSumExp(Float64Array.of(1000, 1000, -Infinity))).toBeCloseTo(1000 + Math.LN2, 12);
  expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
  expect(logSumExp([Infinity, 1])).toBe(Infinity);
  expect(logSumExp([NaN, 1])).toBeNaN();
});

test("softmax keeps the kind of array, and leaves its argument alone", () => {
  const xs = Float64Array.of(1000, 1001, -Infinity);
  const p = softmax(xs);
  expect(p).toBeInstanceOf(Float64Array);
  expect(p[1]! / p[0]!).toBeCloseTo(Math.E, 12);
  expect(p[2]).toBe(0);
  expect(p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 15);
  expect(xs[0]).toBe(1000);
  expect(softmax([0, 0])).toEqual([0.5, 0.5]);
  expect(softmax([])).toEqual([]);
});
