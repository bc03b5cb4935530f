/**
 * **Purpose** One rule expression as IR operations, at the place where an adjoint is computed.
 * **Needs** The adjoint, and ways to the result and the operands, which are asked for only when the expression uses them.
 * **Guarantees** Nothing is computed that the path taken does not use: the arms of a conditional become the regions of an
 * `if`. An expression object that occurs several times becomes one value.
 * **How** A walk with a memo per region; a region sees the memo of those around it.
 */
import type { Value } from "../ir/ir.js";
import { value, type Builder } from "../ir/build.js";
import type { PrimName } from "../ir/primitives.js";
import { num } from "../ir/types.js";
import { assertNever } from "../support/invariant.js";
import type { RuleExpr } from "./rule.js";

export interface RuleEnvironment {
  readonly adjoint: Value;
  readonly result: () => Value;
  readonly operand: (index: number) => Value;
  /** The same primitive of the same operands, where there is one already. */
  readonly computed?: (name: PrimName, args: readonly Value[]) => Value | undefined;
}

/** Values already made for an expression. Passing one memo for all slots of a rule shares what the slots have in common. */
export type RuleMemo = Map<RuleExpr, Value>;

export function instantiate(builder: Builder, expr: RuleExpr, env: RuleEnvironment, memo: RuleMemo = new Map()): Value {
  const known = memo.get(expr);
  if (known !== undefined) return known;
  const made = make(builder, expr, env, memo);
  memo.set(expr, made);
  return made;
}

function make(builder: Builder, expr: RuleExpr, env: RuleEnvironment, memo: RuleMemo): Value {
  switch (expr.kind) {
    case "adjoint":
      return env.adjoint;
    case "result":
      return env.result();
    case "operand":
      return env.operand(expr.index);
    case "const":
      return builder.const(expr.value);
    case "prim": {
      const args = expr.args.map((arg) => instantiate(builder, arg, env, memo));
      return env.computed?.(expr.name, args) ?? builder.prim(expr.name, args);
    }
    case "cond": {
      const test = instantiate(builder, expr.test, env, memo);
      const result = value(num);
      const arm = (inner: RuleExpr) => (b: Builder) => [instantiate(b, inner, env, new Map(memo))];
      builder.if(test, [result], arm(expr.then), arm(expr.else));
      return result;
    }
    default:
      return assertNever(expr, "rule expression");
  }
}
