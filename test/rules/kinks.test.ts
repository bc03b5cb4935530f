/**
 * The conventions at kinks, edges and poles (README, "The conventions table"), one named test a row, on the rules alone. Each row
 * gives the value there and what each operand receives from an adjoint of 1; a zero adjoint must contribute exactly zero.
 */
import { describe, expect, test } from "vitest";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import type { PrimName } from "../../compiler/src/ir/primitives.js";
import type { Rule } from "../../compiler/src/rules/rule.js";
import { applyPrimitive, pullBack } from "../support/evaluate-rule.js";

type Row = readonly [
  point: string,
  name: PrimName,
  operands: readonly number[],
  value: number,
  slopes: readonly number[],
];

const rows: readonly Row[] = [
  ["abs(0)", "abs", [0], 0, [0]],
  ["abs(-0)", "abs", [-0], 0, [0]],
  ["max(2, 2)", "max", [2, 2], 2, [0.5, 0.5]],
  ["min(2, 2)", "min", [2, 2], 2, [0.5, 0.5]],
  ["max(0, -0): zeros tie", "max", [0, -0], 0, [0.5, 0.5]],
  ["max(3, 2)", "max", [3, 2], 3, [1, 0]],
  ["max(2, 3)", "max", [2, 3], 3, [0, 1]],
  ["min(3, 2)", "min", [3, 2], 2, [0, 1]],
  ["min(2, 3)", "min", [2, 3], 2, [1, 0]],
  ["max(x, literal 0) at 0: relu'(0) = 0", "maxLiteral", [0, 0], 0, [0, 1]],
  ["max(x, literal 0) at 1", "maxLiteral", [1, 0], 1, [1, 0]],
  ["max(x, literal 0) at -1", "maxLiteral", [-1, 0], 0, [0, 1]],
  ["max(x, literal 0) at -0", "maxLiteral", [-0, 0], 0, [0, 1]],
  ["min(x, literal 1) at 1: a clamp's edge", "minLiteral", [1, 1], 1, [0, 1]],
  ["min(x, literal 1) at 0.5", "minLiteral", [0.5, 1], 0.5, [1, 0]],
  ["max(2, 2, 1)", "max", [2, 2, 1], 2, [0.5, 0.5, 0]],
  ["max(2, 1, 2)", "max", [2, 1, 2], 2, [0.5, 0, 0.5]],
  ["max(2, 2, 2): a third each, at once", "max", [2, 2, 2], 2, [1 / 3, 1 / 3, 1 / 3]],
  ["min(1, 2, 1, 1)", "min", [1, 2, 1, 1], 1, [1 / 3, 0, 1 / 3, 1 / 3]],
  ["max(1, 3, 2)", "max", [1, 3, 2], 3, [0, 1, 0]],
  ["max(5), one operand", "max", [5], 5, [1]],
  ["max(), no operands", "max", [], -Infinity, []],
  ["min(), no operands", "min", [], Infinity, []],
  ["max(2, 2, literal 1)", "maxLiteral", [2, 2, 1], 2, [0.5, 0.5, 0]],
  ["max(2, 1, literal 2): the literal takes all", "maxLiteral", [2, 1, 2], 2, [0, 0, 1]],
  ["max(2, 2, literal 2): the literal takes all", "maxLiteral", [2, 2, 2], 2, [0, 0, 1]],
  ["min(2, 3, literal 4)", "minLiteral", [2, 3, 4], 2, [1, 0, 0]],
  ["max(literal 2), nothing else", "maxLiteral", [2], 2, [1]],
  ["sqrt(0)", "sqrt", [0], 0, [Infinity]],
  ["sigmoid far on the left: not 0", "sigmoid", [-700], Math.exp(-700), [Math.exp(-700)]],
  ["sigmoid(-Infinity)", "sigmoid", [-Infinity], 0, [0]],
  ["softplus(1000): no overflow on the way", "softplus", [1000], 1000, [1]],
  ["softplus(-Infinity)", "softplus", [-Infinity], 0, [0]],
  ["logAddExp(1000, 0)", "logAddExp", [1000, 0], 1000, [1, 0]],
  ["logAddExp(-Infinity, 2): an impossible one", "logAddExp", [-Infinity, 2], 2, [0, 1]],
  ["logAddExp(-Infinity, -Infinity)", "logAddExp", [-Infinity, -Infinity], -Infinity, [NaN, NaN]],
  ["sqrt of a sum of squares at 0", "sqrtSumSquares", [0], 0, [0]],
  ["hypot(0, 0)", "hypot", [0, 0], 0, [0, 0]],
  ["hypot(0, 0, 0)", "hypot", [0, 0, 0], 0, [0, 0, 0]],
  ["hypot(), no operands", "hypot", [], 0, []],
  ["hypot(3, 4)", "hypot", [3, 4], 5, [0.6, 0.8]],
  ["hypot(1e200, 0): no overflow on the way", "hypot", [1e200, 0], 1e200, [1, 0]],
  ["cbrt(0)", "cbrt", [0], 0, [Infinity]],
  ["pow(0, 0)", "pow", [0, 0], 1, [0, 0]],
  ["pow(0, 1)", "pow", [0, 1], 0, [1, 0]],
  ["pow(0, 2)", "pow", [0, 2], 0, [0, 0]],
  ["pow(0, 0.5)", "pow", [0, 0.5], 0, [Infinity, 0]],
  ["pow(0, -1)", "pow", [0, -1], Infinity, [-Infinity, NaN]],
  ["pow(-2, 2): no slope in the exponent", "pow", [-2, 2], 4, [-4, NaN]],
  ["pow(-2, 3): no slope in the exponent", "pow", [-2, 3], -8, [12, NaN]],
  ["pow(-2, 0)", "pow", [-2, 0], 1, [0, NaN]],
  ["atan2(0, 0)", "atan2", [0, 0], 0, [0, 0]],
  ["atan2(0, 1)", "atan2", [0, 1], 0, [1, 0]],
  ["atan2(1e-200, 0): no underflow on the way", "atan2", [1e-200, 0], Math.PI / 2, [0, -1e200]],
  ["floor at a jump", "floor", [2], 2, [0]],
  ["ceil at a jump", "ceil", [2], 2, [0]],
  ["round at a jump", "round", [2.5], 3, [0]],
  ["trunc at a jump", "trunc", [2], 2, [0]],
  ["sign(0)", "sign", [0], 0, [0]],
  ["fround: a rounding, not a step", "fround", [0.1], Math.fround(0.1), [1]],
  ["-7 % 2: the quotient is -3", "mod", [-7, 2], -1, [1, 3]],
  ["1 % 0.1: the quotient is 9, though 1 / 0.1 is 10", "mod", [1, 0.1], 1 % 0.1, [1, -9]],
  ["6 % 2 at a jump", "mod", [6, 2], 0, [1, -3]],
  ["5 % Infinity", "mod", [5, Infinity], 5, [1, 0]],
  ["1 / 0", "div", [1, 0], Infinity, [Infinity, -Infinity]],
  ["0 / 0", "div", [0, 0], NaN, [Infinity, NaN]],
  ["log(0)", "log", [0], -Infinity, [Infinity]],
  ["log10(0)", "log10", [0], -Infinity, [Infinity]],
  ["log2(0)", "log2", [0], -Infinity, [Infinity]],
  ["log1p(-1)", "log1p", [-1], -Infinity, [Infinity]],
  ["acos(1)", "acos", [1], 0, [-Infinity]],
  ["acos(-1)", "acos", [-1], Math.PI, [-Infinity]],
  ["asin(1)", "asin", [1], Math.PI / 2, [Infinity]],
  ["acosh(1)", "acosh", [1], 0, [Infinity]],
  ["atanh(1)", "atanh", [1], Infinity, [Infinity]],
  ["atanh(-1)", "atanh", [-1], -Infinity, [Infinity]],
];

/** Equal, and -0 is 0. */
const plain = (numbers: readonly number[]) => numbers.map((x) => x + 0);

describe("at kinks, edges and poles", () => {
  test.each(rows)("%s", (_point, name, operands, value, slopes) => {
    const rule = ruleSet(name, operands.length);
    const z = Number(applyPrimitive(name, operands));
    expect(plain([z])).toEqual(plain([value]));
    expect(plain(pullBack(rule, 1, z, operands))).toEqual(plain(slopes));
    expect(plain(pullBack(rule, 0, z, operands))).toEqual(slopes.map(() => 0));
  });

  test("a NaN operand of max or min shares the adjoint among all: none of it is lost", () => {
    for (const name of ["max", "min"] as const) {
      expect(pullBack(ruleSet(name, 2), 1, NaN, [NaN, 1])).toEqual([0.5, 0.5]);
      expect(pullBack(ruleSet(name, 3), 1, NaN, [1, NaN, 2])).toEqual([1 / 3, 1 / 3, 1 / 3]);
    }
  });
});

describe("x ** literal at 0 and below", () => {
  const literals: readonly (readonly [exponent: number, x: number, slope: number])[] = [
    [0, 0, 0],
    [0, -3, 0],
    [1, 0, 1],
    [2, 0, 0],
    [2, -2, -4],
    [3, -2, 12],
    [5, 0, 0],
    [8, -1, -8],
    [9, 0, 0],
    [9, -1, 9],
    [0.5, 0, Infinity],
    [0.25, 0, Infinity],
    [1 / 3, 0, Infinity],
    [1.5, 0, 0],
    [2.5, 0, 0],
    [1.1, 0, 0],
    [-1, 0, -Infinity],
    [-1, -2, -0.25],
    [-2, 0, -Infinity],
    [-2, -1, 2],
    [-0.5, 0, -Infinity],
    [-1.7, 0, -Infinity],
    [0.5, -1, NaN],
    [1.5, -1, NaN],
    [0.3, -1, NaN],
  ];
  test.each(literals)("x ** %d at %d has slope %d", (exponent, x, slope) => {
    const rule = powConstant(exponent);
    expect(plain(pullBack(rule, 1, x ** exponent, [x, exponent]))).toEqual([slope, 0]);
    expect(plain(pullBack(rule, 0, x ** exponent, [x, exponent]))).toEqual([0, 0]);
  });

  test("the exponent receives nothing, and -0 is 0", () => {
    for (const [exponent] of literals) expect(powConstant(exponent).slots[1]).toBeNull();
    expect(powConstant(-0)).toBe(powConstant(0));
    expect(powConstant(0).slots).toEqual([null, null]);
  });
});

describe("the guard", () => {
  const canBeInfinite: readonly PrimName[] = [
    ...(["div", "mod", "pow", "sqrt", "cbrt", "log", "log10", "log2", "log1p"] as const),
    ...(["acos", "asin", "acosh", "atanh", "atan2", "hypot", "logAddExp"] as const),
  ];
  test("stands where a slope can be infinite or NaN, and nowhere else", () => {
    const guarded = rows
      .filter(([, name, operands]) => ruleSet(name, operands.length).singular)
      .map(([, name]) => name);
    expect([...new Set(guarded)].sort()).toEqual([...canBeInfinite].sort());
  });

  test("hides what the slope would be", () => {
    const slope: Rule = ruleSet("sqrt", 1);
    expect(pullBack({ ...slope, singular: false }, 0, 0, [0])).toEqual([NaN]);
    expect(pullBack(slope, 0, 0, [0])).toEqual([0]);
  });
});
