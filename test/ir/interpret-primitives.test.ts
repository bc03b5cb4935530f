/** What the interpreter says of each primitive, against JavaScript itself, differences, and the conventions. */
import { describe, expect, it } from "vitest";
import { type PrimName, primitives } from "../../compiler/src/ir/primitives.js";
import { dual, evaluatePrim, isFlat, type JsValue, primal, tangent } from "../support/dual.js";

/** A derivative of order six in the step. */
function difference(f: (x: number) => number, x: number): number {
  const h = 2e-3 * Math.max(Math.abs(x), 0.1);
  const at = (k: number): number => f(x + k * h) - f(x - k * h);
  return (45 * at(1) - 9 * at(2) + at(3)) / (60 * h);
}

const real = [-1.7, -0.3, 0.4, 1.2, 3.1].map((x) => [x]);
const positive = [0.05, 0.4, 1.2, 30].map((x) => [x]);
const inside = [-0.9, -0.3, 0.2, 0.7].map((x) => [x]);
const pairs = [
  [1.3, 0.4],
  [-1.3, 0.4],
  [0.6, -2.1],
  [-0.6, -2.1],
];

/** Points where each primitive is smooth; "flat" where its slope is zero everywhere or its result is no number. */
const points: Readonly<Record<PrimName, readonly (readonly number[])[] | "flat">> = {
  add: pairs,
  sub: pairs,
  mul: pairs,
  div: pairs,
  mod: [
    [7.3, 2],
    [-7.3, 2],
    [7.3, -2.1],
    [0.4, 3],
  ],
  pow: [
    [1.3, 2.4],
    [0.2, -1.5],
    [2.5, 3],
    [0.7, 0.5],
  ],
  neg: real,
  fromBool: "flat",
  lt: "flat",
  le: "flat",
  gt: "flat",
  ge: "flat",
  eq: "flat",
  ne: "flat",
  not: "flat",
  and: "flat",
  or: "flat",
  truthy: "flat",
  isNullish: "flat",
  bitAnd: "flat",
  bitOr: "flat",
  bitXor: "flat",
  bitNot: "flat",
  shl: "flat",
  shr: "flat",
  ushr: "flat",
  isNaN: "flat",
  isFinite: "flat",
  isInteger: "flat",
  isSafeInteger: "flat",
  is: "flat",
  abs: real,
  acos: inside,
  acosh: [[1.1], [2], [40]],
  asin: inside,
  asinh: real,
  atan: real,
  atan2: pairs,
  atanh: inside,
  cbrt: real,
  ceil: "flat",
  clz32: "flat",
  cos: real,
  cosh: real,
  exp: real,
  expm1: real,
  floor: "flat",
  fround: [[0.5]],
  hypot: [...pairs, [0.3], [1, -2, 3]],
  imul: "flat",
  log: positive,
  log10: positive,
  log1p: [[-0.5], ...positive],
  log2: positive,
  max: [...pairs, [1, 3, 2], [5]],
  min: [...pairs, [1, 3, 2], [5]],
  maxLiteral: [...pairs, [1, 3, 2]],
  minLiteral: [...pairs, [1, 3, 2]],
  round: "flat",
  sign: "flat",
  sin: real,
  sinh: real,
  sqrt: positive,
  sqrtSumSquares: positive,
  tan: [[-1.2], [0.4], [1.1]],
  tanh: real,
  trunc: "flat",
  sigmoid: real,
  softplus: real,
  logAddExp: pairs,
  stopGradient: "flat",
};

/** Every primitive with all its points. */
const rows = (Object.keys(primitives) as PrimName[]).map((name) => ({ name, at: points[name] }));

const seeded = (x: readonly number[], i: number): JsValue[] => x.map((v, k) => (k === i ? dual(v, 1) : v));
const slopeAt = (name: PrimName, x: readonly number[], i: number): number => tangent(evaluatePrim(name, seeded(x, i)));

/** Points for primitives that are flat wherever they are. */
const anywhere = [
  [0.4, 1],
  [-1.5, 2],
];

function slopeByDifference(name: PrimName, x: readonly number[], i: number): number {
  // Single precision has no smooth neighbourhood; its slope is one by convention.
  if (name === "fround") return 1;
  const along = (v: number): number =>
    Number(
      evaluatePrim(
        name,
        x.map((u, k) => (k === i ? v : u)),
      ),
    );
  return difference(along, x[i] ?? NaN);
}

/** Equal, or equal up to rounding. */
const nearly = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) <= 1e-14 * Math.abs(b);

describe("primitives", () => {
  it.each(rows)("$name has the derivative that differences show", ({ name, at }) => {
    expect(isFlat(name)).toBe(at === "flat");
    const wrong: string[] = [];
    for (const x of at === "flat" ? anywhere : at)
      x.forEach((_, i) => {
        const wanted = at === "flat" ? 0 : slopeByDifference(name, x, i);
        const error = Math.abs(slopeAt(name, x, i) - wanted);
        if (!(error <= 1e-9 * Math.max(1, Math.abs(wanted)))) wrong.push(`${name}(${x.join(", ")}) by ${i}`);
      });
    expect(wrong).toEqual([]);
  });

  it.each(rows)("$name has JavaScript's value", ({ name }) => {
    const { arity, spelling } = primitives[name];
    // One is written differently; those of the runtime are tested there.
    if (spelling.text === "isNullish" || "runtime" in spelling) return;
    const odd: readonly JsValue[] = [
      0,
      -0,
      1,
      -2.5,
      7,
      0.3,
      NaN,
      Infinity,
      -Infinity,
      2 ** 33 + 0.5,
      undefined,
      ...(arity === 1 ? [true, false] : []),
    ];
    const names = ["a", "b", "c"].slice(0, arity === -1 ? 3 : arity);
    const code =
      spelling.kind === "infix"
        ? `a ${spelling.text} b`
        : spelling.kind === "prefix"
          ? `${spelling.text}a`
          : `${spelling.text}(${names.join(", ")})`;
    const javascript = new Function(...names, `return ${code}`) as (...args: JsValue[]) => JsValue;
    const booleans = name === "and" || name === "or";
    for (const a of booleans ? [true, false] : odd)
      for (const b of booleans ? [true, false] : odd) {
        const args = [a, b, 1.5].slice(0, names.length);
        expect(
          Object.is(evaluatePrim(name, args), javascript(...args)),
          `${name}(${args.map(String).join(", ")})`,
        ).toBe(true);
      }
  });

  it("isNullish is == null", () => {
    expect([undefined, null, 0, false, "", {}].map((x) => evaluatePrim("isNullish", [x]))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  const third = 1 / 3;
  it.each<[PrimName, number[], number[]]>([
    ["abs", [0], [0]],
    ["abs", [-0], [0]],
    ["max", [2, 2], [0.5, 0.5]],
    ["min", [2, 2], [0.5, 0.5]],
    ["max", [2, 2, 1], [0.5, 0.5, 0]],
    ["min", [1, 1, 1], [third, third, third]],
    ["max", [0, -0], [0.5, 0.5]],
    ["maxLiteral", [0, 0], [0, 1]],
    ["minLiteral", [3, 3, 3], [0, 0, 1]],
    ["maxLiteral", [2, 2, 1], [0.5, 0.5, 0]],
    ["sqrt", [0], [Infinity]],
    ["sqrtSumSquares", [0], [0]],
    ["hypot", [0, 0], [0, 0]],
    ["hypot", [3, Infinity], [0, NaN]],
    ["cbrt", [0], [Infinity]],
    ["pow", [0, 0], [0, 0]],
    ["pow", [0, 1], [1, 0]],
    ["pow", [0, 2], [0, 0]],
    ["pow", [0, 0.5], [Infinity, 0]],
    ["pow", [0, -1], [-Infinity, NaN]],
    ["pow", [-2, 2], [-4, NaN]],
    ["pow", [-2, 3], [12, NaN]],
    ["pow", [1e-200, 2], [2e-200, 0]],
    ["atan2", [0, 0], [0, 0]],
    ["atan2", [1e200, 0], [0, -1e-200]],
    ["atan2", [0, 1e-200], [1e200, 0]],
    ["mod", [-7, 2], [1, 3]],
    ["mod", [7, 2], [1, -3]],
    ["mod", [1, 0.1], [1, -9]],
    ["div", [1, 0], [Infinity, -Infinity]],
    ["div", [0, 0], [Infinity, NaN]],
    ["div", [1, 1e-200], [1e200, -Infinity]],
    ["log", [0], [Infinity]],
    ["log", [-1], [-1]],
    ["log1p", [-1], [Infinity]],
    ["acos", [1], [-Infinity]],
    ["asin", [-1], [Infinity]],
    ["acosh", [1], [Infinity]],
    ["atanh", [-1], [Infinity]],
    ["asinh", [1e200], [1e-200]],
    ["acosh", [1e200], [1e-200]],
    ["expm1", [-50], [Math.exp(-50)]],
    ["tanh", [20], [1 / Math.cosh(20) ** 2]],
    ["fround", [0.1], [1]],
    ["stopGradient", [3], [0]],
  ])("%s at %j has slopes %j", (name, x, wanted) => {
    const wrong = x.map((_, i) => slopeAt(name, x, i)).filter((got, i) => !nearly(got, wanted[i] ?? NaN));
    expect(wrong).toEqual([]);
  });

  it("multiplies an infinite slope by zero to zero", () => {
    const root = evaluatePrim("sqrt", [dual(0, 1)]);
    expect(tangent(root)).toBe(Infinity);
    expect(evaluatePrim("mul", [root, 0])).toBe(0);
    expect(tangent(evaluatePrim("mul", [root, root]))).toBe(0);
    expect(evaluatePrim("pow", [dual(0, 0), 0.5])).toBe(0);
    expect(tangent(evaluatePrim("pow", [dual(-2, 1), 3]))).toBe(12);
  });

  it("keeps a number without a tangent a plain number", () => {
    expect(evaluatePrim("floor", [dual(1.5, 1)])).toBe(1);
    expect(evaluatePrim("sub", [dual(1.5, 1), dual(1, 1)])).toBe(0.5);
    expect(primal(evaluatePrim("lt", [dual(1, 1), 2]))).toBe(true);
  });
});
