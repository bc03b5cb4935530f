/**
 * What each primitive computes on literals, exactly as JavaScript does. A primitive applied to operands it was not made
 * for (`undefined` in a sum) has no value here: such code is left as it is.
 */
import type { Const } from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import { logAddExp, sigmoid, softplus } from "./runtime-functions.js";

export type Literal = Const["value"];
type Evaluator = (operands: readonly Literal[]) => number | boolean | undefined;

const isNumber = (v: Literal): v is number => typeof v === "number";
const isBoolean = (v: Literal): v is boolean => typeof v === "boolean";

const one =
  (f: (x: number) => number | boolean): Evaluator =>
  ([x]) =>
    isNumber(x) ? f(x) : undefined;

const two =
  (f: (x: number, y: number) => number | boolean): Evaluator =>
  ([x, y]) =>
    isNumber(x) && isNumber(y) ? f(x, y) : undefined;

const many =
  (f: (...xs: number[]) => number): Evaluator =>
  (xs) =>
    xs.every(isNumber) ? f(...xs) : undefined;

const logic =
  (f: (x: boolean, y: boolean) => boolean): Evaluator =>
  ([x, y]) =>
    isBoolean(x) && isBoolean(y) ? f(x, y) : undefined;

const same =
  (f: (x: Literal, y: Literal) => boolean): Evaluator =>
  ([x, y]) =>
    f(x, y);

const evaluators: Record<PrimName, Evaluator> = {
  add: two((x, y) => x + y),
  sub: two((x, y) => x - y),
  mul: two((x, y) => x * y),
  div: two((x, y) => x / y),
  mod: two((x, y) => x % y),
  pow: two((x, y) => x ** y),
  neg: one((x) => -x),
  fromBool: ([x]) => (isBoolean(x) ? Number(x) : undefined),
  lt: two((x, y) => x < y),
  le: two((x, y) => x <= y),
  gt: two((x, y) => x > y),
  ge: two((x, y) => x >= y),
  eq: same((x, y) => x === y),
  ne: same((x, y) => x !== y),
  not: ([x]) => (isBoolean(x) ? !x : undefined),
  and: logic((x, y) => x && y),
  or: logic((x, y) => x || y),
  truthy: one((x) => Boolean(x)),
  isNullish: ([x]) => x === undefined || x === null,
  bitAnd: two((x, y) => x & y),
  bitOr: two((x, y) => x | y),
  bitXor: two((x, y) => x ^ y),
  bitNot: one((x) => ~x),
  shl: two((x, y) => x << y),
  shr: two((x, y) => x >> y),
  ushr: two((x, y) => x >>> y),
  isNaN: one(Number.isNaN),
  isFinite: one(Number.isFinite),
  isInteger: one(Number.isInteger),
  isSafeInteger: one(Number.isSafeInteger),
  is: same((x, y) => Object.is(x, y)),
  abs: one(Math.abs),
  acos: one(Math.acos),
  acosh: one(Math.acosh),
  asin: one(Math.asin),
  asinh: one(Math.asinh),
  atan: one(Math.atan),
  atan2: two(Math.atan2),
  atanh: one(Math.atanh),
  cbrt: one(Math.cbrt),
  ceil: one(Math.ceil),
  clz32: one(Math.clz32),
  cos: one(Math.cos),
  cosh: one(Math.cosh),
  exp: one(Math.exp),
  expm1: one(Math.expm1),
  floor: one(Math.floor),
  fround: one(Math.fround),
  hypot: many(Math.hypot),
  imul: two(Math.imul),
  log: one(Math.log),
  log10: one(Math.log10),
  log1p: one(Math.log1p),
  log2: one(Math.log2),
  max: many(Math.max),
  min: many(Math.min),
  maxLiteral: many(Math.max),
  minLiteral: many(Math.min),
  round: one(Math.round),
  sign: one(Math.sign),
  sin: one(Math.sin),
  sinh: one(Math.sinh),
  sqrt: one(Math.sqrt),
  sqrtSumSquares: one(Math.sqrt),
  tan: one(Math.tan),
  tanh: one(Math.tanh),
  trunc: one(Math.trunc),
  sigmoid: one(sigmoid),
  softplus: one(softplus),
  logAddExp: two(logAddExp),
  stopGradient: one((x) => x),
};

/** The value of a primitive on literals in this engine. */
export function evaluate(name: PrimName, operands: readonly Literal[]): number | boolean | undefined {
  return evaluators[name](operands);
}

/**
 * The primitives whose last digit is the engine's choice. Folding them would make the generated text depend on the Node
 * that ran the compiler, and its results differ from those of the source in another engine.
 */
const engineDependent: ReadonlySet<PrimName> = new Set<PrimName>([
  ...([
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "hypot",
  ] as const),
  ...([
    "log",
    "log10",
    "log1p",
    "log2",
    "pow",
    "sin",
    "sinh",
    "tan",
    "tanh",
    "sigmoid",
    "softplus",
    "logAddExp",
  ] as const),
]);

/** The value of a primitive on literals, if it is the same in every engine. */
export function fold(name: PrimName, operands: readonly Literal[]): number | boolean | undefined {
  return engineDependent.has(name) ? undefined : evaluate(name, operands);
}
