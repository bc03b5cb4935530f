/**
 * The primitives: one row each with its arity, its result type and how JavaScript spells it. Everything else about a
 * primitive is a table over these names (`rules/`, the interpreter). To add one: a row here, a rule, a line in the test.
 */

export interface Primitive {
  /** Number of operands; -1 for any number. */
  readonly arity: number;
  readonly result: "num" | "bool";
  readonly spelling:
    | { readonly kind: "infix"; readonly text: string }
    | { readonly kind: "prefix"; readonly text: string }
    /** With `runtime`, a function of `@adc/runtime`. */
    | { readonly kind: "call"; readonly text: string; readonly runtime?: true };
  /** Relative cost of computing it again, in units of one addition (about 0.8 ns on V8). */
  readonly cost: number;
}

const infix = (text: string, result: "num" | "bool" = "num", cost = 1) =>
  ({ arity: 2, result, spelling: { kind: "infix", text }, cost }) as const;
const prefix = (text: string, result: "num" | "bool" = "num") =>
  ({ arity: 1, result, spelling: { kind: "prefix", text }, cost: 1 }) as const;
const call = (text: string, arity: number, cost: number, result: "num" | "bool" = "num") =>
  ({ arity, result, spelling: { kind: "call", text }, cost }) as const;
const runtime = (text: string, arity: number, cost: number) =>
  ({ arity, result: "num", spelling: { kind: "call", text, runtime: true }, cost }) as const;

export const primitives = {
  // arithmetic
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/", "num", 3),
  mod: infix("%", "num", 10),
  pow: infix("**", "num", 45),
  neg: prefix("-"),
  /** `+b` of a boolean: 1 or 0. */
  fromBool: prefix("+"),
  // comparison and logic; `eq`/`ne` are `===`/`!==` on numbers, booleans, strings or references
  lt: infix("<", "bool"),
  le: infix("<=", "bool"),
  gt: infix(">", "bool"),
  ge: infix(">=", "bool"),
  eq: infix("===", "bool"),
  ne: infix("!==", "bool"),
  not: prefix("!", "bool"),
  /** Both operands are already computed: no short circuit is meant. */
  and: infix("&&", "bool"),
  or: infix("||", "bool"),
  /** Truthiness of a number: neither 0 nor NaN. */
  truthy: prefix("!!", "bool"),
  /** `v == null`. */
  isNullish: { arity: 1, result: "bool", spelling: { kind: "call", text: "isNullish" }, cost: 1 } as const,
  // bitwise
  bitAnd: infix("&"),
  bitOr: infix("|"),
  bitXor: infix("^"),
  bitNot: prefix("~"),
  shl: infix("<<"),
  shr: infix(">>"),
  ushr: infix(">>>"),
  // Number.*
  isNaN: call("Number.isNaN", 1, 1, "bool"),
  isFinite: call("Number.isFinite", 1, 1, "bool"),
  isInteger: call("Number.isInteger", 1, 1, "bool"),
  isSafeInteger: call("Number.isSafeInteger", 1, 1, "bool"),
  is: call("Object.is", 2, 1, "bool"),
  // Math.*
  abs: call("Math.abs", 1, 1),
  acos: call("Math.acos", 1, 10),
  acosh: call("Math.acosh", 1, 12),
  asin: call("Math.asin", 1, 10),
  asinh: call("Math.asinh", 1, 12),
  atan: call("Math.atan", 1, 10),
  atan2: call("Math.atan2", 2, 12),
  atanh: call("Math.atanh", 1, 12),
  cbrt: call("Math.cbrt", 1, 9),
  ceil: call("Math.ceil", 1, 1),
  clz32: call("Math.clz32", 1, 1),
  cos: call("Math.cos", 1, 7),
  cosh: call("Math.cosh", 1, 10),
  exp: call("Math.exp", 1, 10),
  expm1: call("Math.expm1", 1, 11),
  floor: call("Math.floor", 1, 1),
  fround: call("Math.fround", 1, 1),
  hypot: call("Math.hypot", -1, 27),
  imul: call("Math.imul", 2, 1),
  log: call("Math.log", 1, 8),
  log10: call("Math.log10", 1, 9),
  log1p: call("Math.log1p", 1, 9),
  log2: call("Math.log2", 1, 9),
  /** Ties are shared equally among the tied operands. */
  max: call("Math.max", -1, 2),
  min: call("Math.min", -1, 2),
  /** `Math.max` whose last operand is a literal of the source: a tie with it goes to the literal. */
  maxLiteral: call("Math.max", -1, 2),
  minLiteral: call("Math.min", -1, 2),
  round: call("Math.round", 1, 2),
  sign: call("Math.sign", 1, 2),
  sin: call("Math.sin", 1, 7),
  sinh: call("Math.sinh", 1, 10),
  sqrt: call("Math.sqrt", 1, 3),
  /** `Math.sqrt` of a sum of squares: slope 0 where the sum is 0, as `Math.hypot`. */
  sqrtSumSquares: call("Math.sqrt", 1, 3),
  tan: call("Math.tan", 1, 12),
  tanh: call("Math.tanh", 1, 15),
  trunc: call("Math.trunc", 1, 1),
  // functions of the runtime with a rule better than that of their source
  sigmoid: runtime("sigmoid", 1, 13),
  softplus: runtime("softplus", 1, 20),
  logAddExp: runtime("logAddExp", 2, 20),
  /** The identity with derivative zero: `stopGradient(x)`. Spelled as its operand. */
  stopGradient: { arity: 1, result: "num", spelling: { kind: "prefix", text: "" }, cost: 0 } as const,
} satisfies Record<string, Primitive>;

export type PrimName = keyof typeof primitives;

export function primitive(name: PrimName): Primitive {
  return primitives[name];
}
