/**
 * Dual numbers: a value and its derivative along one direction. The slopes below are written from the conventions, not
 * from the compiler's rules, so that each can judge the other.
 */
import type { PrimName } from "../../compiler/src/ir/primitives.js";

/** Any value of a running program. `Dual`s never escape to the caller. */
export type JsValue = number | boolean | string | undefined | null | object;

/** A number with a tangent that is not zero. A number with tangent zero is a plain number. */
export class Dual {
  constructor(
    readonly v: number,
    readonly d: number,
  ) {}
}

export const dual = (v: number, d: number): number | Dual => (d === 0 ? v : new Dual(v, d));
export const primal = (x: JsValue): JsValue => (x instanceof Dual ? x.v : x);
export const tangent = (x: JsValue): number => (x instanceof Dual ? x.d : 0);

type Compute = (x: number, y: number, all: readonly number[]) => number | boolean;

const compute: { readonly [name in PrimName]: Compute } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  mod: (x, y) => x % y,
  pow: (x, y) => x ** y,
  neg: (x) => -x,
  fromBool: Number,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  not: (x) => !x,
  and: (x, y) => Boolean(x) && Boolean(y),
  or: (x, y) => Boolean(x) || Boolean(y),
  truthy: (x) => Boolean(x),
  isNullish: (x) => x === undefined || x === null,
  bitAnd: (x, y) => x & y,
  bitOr: (x, y) => x | y,
  bitXor: (x, y) => x ^ y,
  bitNot: (x) => ~x,
  shl: (x, y) => x << y,
  shr: (x, y) => x >> y,
  ushr: (x, y) => x >>> y,
  isNaN: (x) => Number.isNaN(x),
  isFinite: (x) => Number.isFinite(x),
  isInteger: (x) => Number.isInteger(x),
  isSafeInteger: (x) => Number.isSafeInteger(x),
  is: (x, y) => Object.is(x, y),
  abs: (x) => Math.abs(x),
  acos: (x) => Math.acos(x),
  acosh: (x) => Math.acosh(x),
  asin: (x) => Math.asin(x),
  asinh: (x) => Math.asinh(x),
  atan: (x) => Math.atan(x),
  atan2: (y, x) => Math.atan2(y, x),
  atanh: (x) => Math.atanh(x),
  cbrt: (x) => Math.cbrt(x),
  ceil: (x) => Math.ceil(x),
  clz32: (x) => Math.clz32(x),
  cos: (x) => Math.cos(x),
  cosh: (x) => Math.cosh(x),
  exp: (x) => Math.exp(x),
  expm1: (x) => Math.expm1(x),
  floor: (x) => Math.floor(x),
  fround: (x) => Math.fround(x),
  hypot: (_x, _y, all) => Math.hypot(...all),
  imul: (x, y) => Math.imul(x, y),
  log: (x) => Math.log(x),
  log10: (x) => Math.log10(x),
  log1p: (x) => Math.log1p(x),
  log2: (x) => Math.log2(x),
  max: (_x, _y, all) => Math.max(...all),
  min: (_x, _y, all) => Math.min(...all),
  maxLiteral: (_x, _y, all) => Math.max(...all),
  minLiteral: (_x, _y, all) => Math.min(...all),
  round: (x) => Math.round(x),
  sign: (x) => Math.sign(x),
  sin: (x) => Math.sin(x),
  sinh: (x) => Math.sinh(x),
  sqrt: (x) => Math.sqrt(x),
  sqrtSumSquares: (x) => Math.sqrt(x),
  tan: (x) => Math.tan(x),
  tanh: (x) => Math.tanh(x),
  trunc: (x) => Math.trunc(x),
  sigmoid: (x) => logistic(x),
  softplus: (x) => logOfSum(x, 0),
  logAddExp: (x, y) => logOfSum(x, y),
  stopGradient: (x) => x,
};

function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(eˣ + eʸ). */
function logOfSum(x: number, y: number): number {
  if (x === y) return x + Math.LN2;
  const [low, high] = x < y ? [x, y] : [y, x];
  return high + Math.log1p(Math.exp(low - high));
}

/** The derivative by operand `i`, given the operands and the result `z`. */
type Slope = (x: number, y: number, z: number, i: number, all: readonly number[]) => number;

/** 1/(1-x²) and its relatives keep their digits near ±1 in factored form. */
const oneMinusSquare = (x: number): number => (1 - x) * (1 + x);

/** Tied operands share the slope; a NaN result has no meaning to share, so all operands do. */
const sharedAmongTies: Slope = (_x, _y, z, i, all) => {
  const ties = all.filter((v) => v === z || Number.isNaN(z)).length;
  return all[i] === z || Number.isNaN(z) ? 1 / ties : 0;
};

/** The last operand is a literal, to which a tie goes. */
const literalWinsTies: Slope = (x, y, z, i, all) => {
  const last = all.length - 1;
  if (all[last] === z) return i === last ? 1 : 0;
  return i === last ? 0 : sharedAmongTies(x, y, z, i, all.slice(0, last));
};

/** Steps are flat: `null`. Everything that is not a number to a number is, too. */
const slopes: { readonly [name in PrimName]: Slope | null } = {
  add: () => 1,
  sub: (_x, _y, _z, i) => (i === 0 ? 1 : -1),
  mul: (x, y, _z, i) => (i === 0 ? y : x),
  div: (_x, y, z, i) => (i === 0 ? 1 / y : -z / y),
  // z = x - q·y with q a whole number, so that (x - z) / y is q up to rounding.
  mod: (x, y, z, i) => (i === 0 ? 1 : -Math.round((x - z) / y)),
  pow: (x, y, z, i) => {
    if (i === 0) return y === 0 ? 0 : y * x ** (y - 1);
    if (x > 0) return z * Math.log(x);
    return x === 0 && y >= 0 ? 0 : Number.NaN;
  },
  neg: () => -1,
  fromBool: null,
  lt: null,
  le: null,
  gt: null,
  ge: null,
  eq: null,
  ne: null,
  not: null,
  and: null,
  or: null,
  truthy: null,
  isNullish: null,
  bitAnd: null,
  bitOr: null,
  bitXor: null,
  bitNot: null,
  shl: null,
  shr: null,
  ushr: null,
  isNaN: null,
  isFinite: null,
  isInteger: null,
  isSafeInteger: null,
  is: null,
  abs: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  acos: (x) => -1 / Math.sqrt(oneMinusSquare(x)),
  acosh: (x) => 1 / (Math.sqrt(x - 1) * Math.sqrt(x + 1)),
  asin: (x) => 1 / Math.sqrt(oneMinusSquare(x)),
  asinh: (x) => 1 / Math.hypot(x, 1),
  atan: (x) => 1 / (1 + x * x),
  atan2: (y, x, _z, i) => {
    const r = Math.hypot(y, x);
    if (r === 0) return 0;
    return i === 0 ? x / r / r : -(y / r / r);
  },
  atanh: (x) => 1 / oneMinusSquare(x),
  cbrt: (_x, _y, z) => 1 / (3 * z * z),
  ceil: null,
  clz32: null,
  cos: (x) => -Math.sin(x),
  cosh: (x) => Math.sinh(x),
  exp: (_x, _y, z) => z,
  expm1: (x) => Math.exp(x),
  floor: null,
  fround: () => 1,
  hypot: (_x, _y, z, i, all) => (z === 0 ? 0 : (all[i] ?? Number.NaN) / z),
  imul: null,
  log: (x) => 1 / x,
  log10: (x) => 1 / (x * Math.LN10),
  log1p: (x) => 1 / (1 + x),
  log2: (x) => 1 / (x * Math.LN2),
  max: sharedAmongTies,
  min: sharedAmongTies,
  maxLiteral: literalWinsTies,
  minLiteral: literalWinsTies,
  round: null,
  sign: null,
  sin: (x) => Math.cos(x),
  sinh: (x) => Math.cosh(x),
  sqrt: (_x, _y, z) => 0.5 / z,
  sqrtSumSquares: (_x, _y, z) => (z === 0 ? 0 : 0.5 / z),
  tan: (_x, _y, z) => 1 + z * z,
  tanh: (x) => 1 / Math.cosh(x) ** 2,
  trunc: null,
  sigmoid: (x) => logistic(x) * logistic(-x),
  softplus: (x) => logistic(x),
  logAddExp: (x, y, _z, i) => (i === 0 ? logistic(x - y) : logistic(y - x)),
  stopGradient: null,
};

/** `slope · d`, where a zero on either side is zero whatever the other is: what a zero adjoint contributes in reverse. */
export const term = (slope: number, d: number): number => (slope === 0 || d === 0 ? 0 : slope * d);

/** Evaluates a primitive on numbers with or without tangents (and on booleans and references, where it takes them). */
export function evaluatePrim(name: PrimName, args: readonly JsValue[]): JsValue {
  // The verifier has checked the operand types; `undefined` may stand for a number, as in JavaScript.
  const all = args.map(primal) as number[];
  const [x, y] = all as [number, number];
  const z = compute[name](x, y, all);
  if (typeof z !== "number" || !args.some((a) => a instanceof Dual)) return z;
  const slope = slopes[name];
  if (slope === null) return z;
  let d = 0;
  args.forEach((a, i) => {
    if (a instanceof Dual) d += term(slope(x, y, z, i, all), a.d);
  });
  return dual(z, d);
}

/** Has this primitive slope zero everywhere, by its table? */
export const isFlat = (name: PrimName): boolean => slopes[name] === null;
