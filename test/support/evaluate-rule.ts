/** A tiny evaluator of rule expressions, which knows primitives by their JavaScript spelling. */
import { primitives, type PrimName } from "../../compiler/src/ir/primitives.js";
import type { Rule, RuleExpr } from "../../compiler/src/rules/rule.js";
import * as runtime from "../../runtime/src/index.js";
import { assertNever } from "../../compiler/src/support/invariant.js";

type Scalar = number | boolean;

const infix: Readonly<Record<string, (x: number, y: number) => Scalar>> = {
  "+": (x, y) => x + y,
  "-": (x, y) => x - y,
  "*": (x, y) => x * y,
  "/": (x, y) => x / y,
  "%": (x, y) => x % y,
  "**": (x, y) => x ** y,
  "<": (x, y) => x < y,
  "<=": (x, y) => x <= y,
  ">": (x, y) => x > y,
  ">=": (x, y) => x >= y,
  "===": (x, y) => x === y,
  "&&": (x, y) => Boolean(x) && Boolean(y),
};

/** The value of a primitive, computed by JavaScript itself. */
export function applyPrimitive(name: PrimName, args: readonly Scalar[]): Scalar {
  const { kind, text } = primitives[name].spelling;
  const numbers = args.map(Number);
  const [x = NaN, y = NaN] = numbers;
  if (kind === "infix") return infix[text]?.(x, y) ?? NaN;
  if (kind === "prefix") return text === "-" ? -x : x;
  const builtin: unknown =
    Object.getOwnPropertyDescriptor({ ...runtime }, text)?.value ??
    Object.getOwnPropertyDescriptor(Math, text.replace("Math.", ""))?.value;
  if (typeof builtin !== "function") throw new Error(`rules do not use ${text}`);
  return Number(Reflect.apply(builtin, Math, numbers));
}

/** What a slot of a rule is worth; only the arm taken is evaluated. */
export function evaluateSlot(slot: RuleExpr | null, g: number, z: number, operands: readonly number[]): number {
  if (slot === null) return 0;
  const value = evaluate(slot, g, z, operands);
  if (typeof value !== "number") throw new Error("a slot is a number");
  return value;
}

function evaluate(expr: RuleExpr, g: number, z: number, operands: readonly number[]): Scalar {
  switch (expr.kind) {
    case "adjoint":
      return g;
    case "result":
      return z;
    case "operand": {
      const operand = operands[expr.index];
      if (operand === undefined) throw new Error(`no operand ${expr.index}`);
      return operand;
    }
    case "const":
      return expr.value;
    case "prim":
      return applyPrimitive(
        expr.name,
        expr.args.map((arg) => evaluate(arg, g, z, operands)),
      );
    case "cond":
      return evaluate(expr.test, g, z, operands)
        ? evaluate(expr.then, g, z, operands)
        : evaluate(expr.else, g, z, operands);
    default:
      return assertNever(expr);
  }
}

/** What the operands of a primitive receive, a zero adjoint contributing zero where the rule says it must be guarded. */
export function pullBack(rule: Rule, g: number, z: number, operands: readonly number[]): number[] {
  return rule.slots.map((slot) => (rule.singular && g === 0 ? 0 : evaluateSlot(slot, g, z, operands)));
}

/** How many units in the last place two numbers are apart; infinities and NaN only equal themselves. */
export function ulps(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Infinity;
  return Math.abs(Number(ordinal(actual) - ordinal(expected)));
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);
function ordinal(x: number): bigint {
  float[0] = x;
  const pattern = bits[0] ?? 0n;
  return pattern < 0n ? -(pattern & 0x7fffffffffffffffn) : pattern;
}
