/**
 * The rewrite table of `simplify`: one equation per line, left side to right side. An equation stands here only if it
 * holds for every operand to the last bit, NaN, infinities and the sign of zero included (the sign and payload of a NaN
 * cannot be observed). So `x + 0 = x` is missing: it is false for x = -0. `stopGradient(x) = x` is missing, because the
 * derivatives differ.
 */
import type { Value } from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import type { Literal } from "./evaluate.js";

/** What the table may ask about operands. */
export interface Operands {
  /** The literal an operand is, boxed because the literal may be `undefined`. */
  literal(v: Value): { readonly value: Literal } | undefined;
  /** The primitive that computes an operand. */
  prim(v: Value): { readonly name: PrimName; readonly args: readonly Value[] } | undefined;
}

/** A right side: an operand, a literal, or a primitive over such. */
export type Term = Value | Constant | Apply;
export interface Constant {
  readonly constant: number | boolean;
}
export interface Apply {
  readonly apply: PrimName;
  readonly to: readonly (Value | Constant)[];
}

const constant = (value: number | boolean): Constant => ({ constant: value });
const apply = (name: PrimName, ...to: readonly (Value | Constant)[]): Apply => ({ apply: name, to });

type Equation = (args: readonly Value[], ops: Operands) => Term | undefined;

const unary =
  (f: (x: Value, ops: Operands) => Term | undefined): Equation =>
  ([x], ops) =>
    x === undefined ? undefined : f(x, ops);
const binary =
  (f: (x: Value, y: Value, ops: Operands) => Term | undefined): Equation =>
  ([x, y], ops) =>
    x === undefined || y === undefined ? undefined : f(x, y, ops);

/** Is `v` this literal? 0 and -0 are different literals. */
const is = (ops: Operands, v: Value, value: Literal): boolean => {
  const found = ops.literal(v);
  return found !== undefined && Object.is(found.value, value);
};

/** The operand under a `name` of one operand. */
const under = (ops: Operands, name: PrimName, v: Value): Value | undefined => {
  const found = ops.prim(v);
  return found?.name === name ? found.args[0] : undefined;
};

/** The number a literal operand is. */
const numberOf = (ops: Operands, v: Value): number | undefined => {
  const found = ops.literal(v)?.value;
  return typeof found === "number" ? found : undefined;
};

/** Is `v` the result of an operator that yields a signed 32-bit integer? */
const isInt32 = (ops: Operands, v: Value): boolean => {
  const name = ops.prim(v)?.name;
  return name !== undefined && ["bitAnd", "bitOr", "bitXor", "bitNot", "shl", "shr", "imul"].includes(name);
};

const negated = (ops: Operands, v: Value): Value | undefined => under(ops, "neg", v);

const map = <T, R>(v: T | undefined, f: (v: T) => R): R | undefined => (v === undefined ? undefined : f(v));

export const equations: Partial<Record<PrimName, readonly Equation[]>> = {
  add: [
    /* x + -0 = x       */ binary((x, y, ops) => (is(ops, y, -0) ? x : undefined)),
    /* -0 + x = x       */ binary((x, y, ops) => (is(ops, x, -0) ? y : undefined)),
    /* x + -y = x - y   */ binary((x, y, ops) => map(negated(ops, y), (z) => apply("sub", x, z))),
    /* -x + y = y - x   */ binary((x, y, ops) => map(negated(ops, x), (z) => apply("sub", y, z))),
  ],
  sub: [
    /* x - 0 = x        */ binary((x, y, ops) => (is(ops, y, 0) ? x : undefined)),
    /* -0 - x = -x      */ binary((x, y, ops) => (is(ops, x, -0) ? apply("neg", y) : undefined)),
    /* x - -y = x + y   */ binary((x, y, ops) => map(negated(ops, y), (z) => apply("add", x, z))),
  ],
  mul: [
    /* x * 1 = x        */ binary((x, y, ops) => (is(ops, y, 1) ? x : undefined)),
    /* 1 * x = x        */ binary((x, y, ops) => (is(ops, x, 1) ? y : undefined)),
    /* x * -1 = -x      */ binary((x, y, ops) => (is(ops, y, -1) ? apply("neg", x) : undefined)),
    /* -1 * x = -x      */ binary((x, y, ops) => (is(ops, x, -1) ? apply("neg", y) : undefined)),
    /* -x * -y = x * y  */ binary((x, y, ops) =>
      map(negated(ops, x), (a) => map(negated(ops, y), (b) => apply("mul", a, b))),
    ),
    /* -x * c = x * -c  */ binary((x, y, ops) =>
      map(negated(ops, x), (a) => map(numberOf(ops, y), (c) => apply("mul", a, constant(-c)))),
    ),
    /* c * -x = -c * x  */ binary((x, y, ops) =>
      map(negated(ops, y), (a) => map(numberOf(ops, x), (c) => apply("mul", constant(-c), a))),
    ),
  ],
  div: [
    /* x / 1 = x        */ binary((x, y, ops) => (is(ops, y, 1) ? x : undefined)),
    /* x / -1 = -x      */ binary((x, y, ops) => (is(ops, y, -1) ? apply("neg", x) : undefined)),
    /* -x / -y = x / y  */ binary((x, y, ops) =>
      map(negated(ops, x), (a) => map(negated(ops, y), (b) => apply("div", a, b))),
    ),
    /* -x / c = x / -c  */ binary((x, y, ops) =>
      map(negated(ops, x), (a) => map(numberOf(ops, y), (c) => apply("div", a, constant(-c)))),
    ),
    /* c / -x = -c / x  */ binary((x, y, ops) =>
      map(negated(ops, y), (a) => map(numberOf(ops, x), (c) => apply("div", constant(-c), a))),
    ),
  ],
  pow: [
    // V8 gives the bits of x * x for x ** 2 in every tier; no other power but 0 and 1 is sure to equal its product.
    /* x ** 2 = x * x   */ binary((x, y, ops) => (is(ops, y, 2) ? apply("mul", x, x) : undefined)),
    /* x ** 1 = x       */ binary((x, y, ops) => (is(ops, y, 1) ? x : undefined)),
    /* x ** 0 = 1       */ binary((_, y, ops) => (is(ops, y, 0) || is(ops, y, -0) ? constant(1) : undefined)),
  ],
  neg: [
    /* - -x = x         */ unary((x, ops) => negated(ops, x)),
    /* -(x * c) = x * -c */ unary((x, ops) => {
      const product = ops.prim(x);
      const [a, b] = product?.args ?? [];
      if (product?.name !== "mul" || a === undefined || b === undefined) return undefined;
      return (
        map(numberOf(ops, b), (c) => apply("mul", a, constant(-c))) ??
        map(numberOf(ops, a), (c) => apply("mul", constant(-c), b))
      );
    }),
  ],
  abs: [
    /* |-x| = |x|       */ unary((x, ops) => map(negated(ops, x), (a) => apply("abs", a))),
    /* ||x|| = |x|      */ unary((x, ops) => (under(ops, "abs", x) === undefined ? undefined : x)),
  ],
  max: [/* max(x) = x  */ (args) => (args.length === 1 ? args[0] : undefined)],
  min: [/* min(x) = x  */ (args) => (args.length === 1 ? args[0] : undefined)],
  bitOr: [
    /* i | 0 = i, i an int32 */ binary((x, y, ops) =>
      (is(ops, y, 0) || is(ops, y, -0)) && isInt32(ops, x) ? x : undefined,
    ),
    /* 0 | i = i, i an int32 */ binary((x, y, ops) =>
      (is(ops, x, 0) || is(ops, x, -0)) && isInt32(ops, y) ? y : undefined,
    ),
  ],
  not: [
    /* !!b = b          */ unary((x, ops) => under(ops, "not", x)),
    // `<` and its kin have no such equation: !(x < y) is true when an operand is NaN.
    /* !(x === y) = x !== y */ unary((x, ops) => map(comparison(ops, x, "eq"), (args) => apply("ne", ...args))),
    /* !(x !== y) = x === y */ unary((x, ops) => map(comparison(ops, x, "ne"), (args) => apply("eq", ...args))),
  ],
  and: [
    /* b && true = b    */ binary((x, y, ops) => (is(ops, y, true) ? x : undefined)),
    /* true && b = b    */ binary((x, y, ops) => (is(ops, x, true) ? y : undefined)),
    /* b && false = false */ binary((x, y, ops) =>
      is(ops, x, false) || is(ops, y, false) ? constant(false) : undefined,
    ),
    /* b && b = b       */ binary((x, y) => (x.id === y.id ? x : undefined)),
  ],
  or: [
    /* b || false = b   */ binary((x, y, ops) => (is(ops, y, false) ? x : undefined)),
    /* false || b = b   */ binary((x, y, ops) => (is(ops, x, false) ? y : undefined)),
    /* b || true = true */ binary((x, y, ops) => (is(ops, x, true) || is(ops, y, true) ? constant(true) : undefined)),
    /* b || b = b       */ binary((x, y) => (x.id === y.id ? x : undefined)),
  ],
  eq: [
    /* b === true = b   */ binary((x, y, ops) => (x.type.kind === "bool" && is(ops, y, true) ? x : undefined)),
    /* b === false = !b */ binary((x, y, ops) =>
      x.type.kind === "bool" && is(ops, y, false) ? apply("not", x) : undefined,
    ),
    /* true === b = b   */ binary((x, y, ops) => (y.type.kind === "bool" && is(ops, x, true) ? y : undefined)),
    /* false === b = !b */ binary((x, y, ops) =>
      y.type.kind === "bool" && is(ops, x, false) ? apply("not", y) : undefined,
    ),
  ],
  ne: [
    /* b !== false = b  */ binary((x, y, ops) => (x.type.kind === "bool" && is(ops, y, false) ? x : undefined)),
    /* b !== true = !b  */ binary((x, y, ops) =>
      x.type.kind === "bool" && is(ops, y, true) ? apply("not", x) : undefined,
    ),
    /* false !== b = b  */ binary((x, y, ops) => (y.type.kind === "bool" && is(ops, x, false) ? y : undefined)),
    /* true !== b = !b  */ binary((x, y, ops) =>
      y.type.kind === "bool" && is(ops, x, true) ? apply("not", y) : undefined,
    ),
  ],
  lt: [/* x < x = false */ binary((x, y) => (x.id === y.id ? constant(false) : undefined))],
  gt: [/* x > x = false */ binary((x, y) => (x.id === y.id ? constant(false) : undefined))],
  truthy: [/* !!+b = b */ unary((x, ops) => under(ops, "fromBool", x))],
};

function comparison(ops: Operands, v: Value, name: "eq" | "ne"): readonly Value[] | undefined {
  const found = ops.prim(v);
  return found?.name === name ? found.args : undefined;
}

/** The right side of the first equation whose left side is this primitive. */
export function rewrite(name: PrimName, args: readonly Value[], ops: Operands): Term | undefined {
  for (const equation of equations[name] ?? []) {
    const term = equation(args, ops);
    if (term !== undefined) return term;
  }
  return undefined;
}
