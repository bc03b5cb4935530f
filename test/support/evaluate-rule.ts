/** A tiny evaluator of rule expressions, which knows primitives by their JavaScript spelling and nothing else. */
import { primitives, type PrimName } from "../../compiler/src/ir/primitives.js";
import type { Rule, RuleExpr } from "../../compiler/src/rules/rule.js";
import { assertNever } from "../../compiler/src/support/invariant.js";

type Scalar = number | boolean;

/** The value of a primitive, computed by JavaScript itself. */
export function applyPrimitive(name: PrimName, args: readonly Scalar[]): Scalar {
  let compiled = functions.get(`${name}/${args.length}`);
  if (compiled === undefined) {
    compiled = new Function(...parameterNames(args.length), `return ${spell(name, parameterNames(args.length))};`) as typeof compiled;
    functions.set(`${name}/${args.length}`, compiled!);
  }
  return compiled!(...args);
}
const functions = new Map<string, (...args: readonly Scalar[]) => Scalar>();

const parameterNames = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`);

function spell(name: PrimName, args: readonly string[]): string {
  const { spelling } = primitives[name];
  if (name === "isNullish") return `${args[0]} == null`;
  switch (spelling.kind) {
    case "infix":
      return args.join(` ${spelling.text} `);
    case "prefix":
      return `${spelling.text}(${args.join(", ")})`;
    case "call":
      return `${spelling.text}(${args.join(", ")})`;
  }
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
      return evaluate(expr.test, g, z, operands) ? evaluate(expr.then, g, z, operands) : evaluate(expr.else, g, z, operands);
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
