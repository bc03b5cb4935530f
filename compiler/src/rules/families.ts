/**
 * Rules of the primitives that take any number of operands: a function from the arity to one expression per operand.
 * They are built rather than read, because a formula has a fixed number of names.
 */
import type { PrimName } from "../ir/primitives.js";
import type { RuleExpr } from "./rule.js";

const g: RuleExpr = { kind: "adjoint" };
const z: RuleExpr = { kind: "result" };
const zero: RuleExpr = { kind: "const", value: 0 };
const operand = (index: number): RuleExpr => ({ kind: "operand", index });
const constant = (value: number): RuleExpr => ({ kind: "const", value });
const prim = (name: PrimName, ...args: RuleExpr[]): RuleExpr => ({ kind: "prim", name, args });
const cond = (test: RuleExpr, then: RuleExpr, otherwise: RuleExpr): RuleExpr => ({
  kind: "cond",
  test,
  then,
  else: otherwise,
});
const operands = (arity: number): RuleExpr[] => Array.from({ length: arity }, (_, index) => operand(index));

type Family = (arity: number) => readonly RuleExpr[];

/** Every operand: `z === 0 ? 0 : g * (x / z)`. */
export const hypot: Family = (arity) =>
  operands(arity).map((x) => cond(prim("eq", z, zero), zero, prim("mul", g, prim("div", x, z)))); // 0 at the origin

/** `g` shared equally among the operands that are not `beyond` z (tied operands, or all of them where z is NaN), 0 to the others. */
function shareAmongTied(beyond: "lt" | "gt", xs: readonly RuleExpr[]): readonly RuleExpr[] {
  if (xs.length === 1) return [g];
  const losers = xs.map((x) => prim(beyond, x, z));
  const tied = losers.reduce((count, loser) => prim("sub", count, prim("fromBool", loser)), constant(xs.length));
  const share = prim("div", g, tied);
  return losers.map((loser) => cond(loser, zero, share));
}

/** Of two: `x > y ? g : x < y ? 0 : g / 2` and its mirror image. Of k tied operands each receives `g / k`, at once. */
const extremum =
  (wins: "gt" | "lt", loses: "lt" | "gt"): Family =>
  (arity) => {
    const [x, y] = operands(arity);
    if (arity !== 2 || x === undefined || y === undefined) return shareAmongTied(loses, operands(arity));
    const slope = (a: RuleExpr, b: RuleExpr) =>
      cond(prim(wins, a, b), g, cond(prim(loses, a, b), zero, prim("div", g, constant(2))));
    return [slope(x, y), slope(y, x)];
  };

/** The last operand is a literal, and wins a tie: of two `x > y ? g : 0`. The others share what it leaves. */
const extremumLiteral =
  (wins: "gt" | "lt", loses: "lt" | "gt"): Family =>
  (arity) => {
    const literal = operand(arity - 1);
    const [x] = operands(arity - 1);
    if (x === undefined) return [g];
    if (arity === 2) return [cond(prim(wins, x, literal), g, zero), cond(prim(wins, x, literal), zero, g)];
    const literalLoses = prim(loses, literal, z);
    const shares = shareAmongTied(loses, operands(arity - 1));
    return [...shares.map((share) => cond(literalLoses, share, zero)), cond(literalLoses, zero, g)];
  };

export const max = extremum("gt", "lt");
export const min = extremum("lt", "gt");
export const maxLiteral = extremumLiteral("gt", "lt");
export const minLiteral = extremumLiteral("lt", "gt");
