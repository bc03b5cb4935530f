/**
 * Slopes for code that is differentiated again, where the formula of the rule table is right, but its derivative is not:
 * one that overflows on the way, or that leaves out a point.
 */
import type { PrimName } from "../ir/primitives.js";
import type { RuleExpr } from "../rules/rule.js";

const g: RuleExpr = { kind: "adjoint" };
const z: RuleExpr = { kind: "result" };
const x: RuleExpr = { kind: "operand", index: 0 };
const y: RuleExpr = { kind: "operand", index: 1 };
const constant = (value: number): RuleExpr => ({ kind: "const", value });
const prim = (name: PrimName, ...args: RuleExpr[]): RuleExpr => ({ kind: "prim", name, args });

/** By operand; where there is none, the rule's own serves. */
export const smoothSlots: ReadonlyMap<PrimName, readonly (RuleExpr | undefined)[]> = new Map([
  // (1 - z)(1 + z): the derivative of 1 / cosh(x)² has sinh(x) · 0 where cosh(x)³ overflows.
  ["tanh", [prim("mul", g, prim("mul", prim("sub", constant(1), z), prim("add", constant(1), z)))]],
  // The slope by x is 0 at y = 0, but there it changes with y.
  [
    "pow",
    [
      {
        kind: "cond",
        test: prim("and", prim("eq", x, constant(0)), prim("eq", y, constant(0))),
        then: constant(0),
        else: prim("mul", prim("mul", g, y), prim("pow", x, prim("sub", y, constant(1)))),
      },
      undefined,
    ],
  ],
]);
