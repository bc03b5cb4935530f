/** What a derivative rule is to the adjoint transformation: data read from the rule tables by `frontend/rules.ts`. */
import type { PrimName } from "../ir/primitives.js";

/** A scalar expression over the adjoint `g` of the result, the result `z` and the operands. */
export type RuleExpr =
  | { readonly kind: "adjoint" }
  | { readonly kind: "result" }
  | { readonly kind: "operand"; readonly index: number }
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "prim"; readonly name: PrimName; readonly args: readonly RuleExpr[] }
  | { readonly kind: "cond"; readonly test: RuleExpr; readonly then: RuleExpr; readonly else: RuleExpr };

export interface Rule {
  /** What each operand's adjoint receives; `null` where the slope is zero everywhere (a step). */
  readonly slots: readonly (RuleExpr | null)[];
  /** The slope can be infinite or NaN: a zero adjoint must contribute zero (CONVENTIONS R5), so test `g !== 0` first. */
  readonly singular: boolean;
}

/** The rule of a primitive with `arity` operands (the arity matters for `max`, `hypot` and the like). */
export type RuleSet = (name: PrimName, arity: number) => Rule;
