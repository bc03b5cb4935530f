/** The table of rules, total over the primitives: a primitive without a rule does not compile. */
import type { PrimName } from "../ir/primitives.js";
import * as arithmetic from "./arithmetic.js";
import * as families from "./families.js";
import { flat } from "./flat.js";
import * as math from "./math.js";
import type { RuleExpr } from "./rule.js";
import * as runtime from "./runtime.js";

/** A rule as a formula: the adjoint, the result, the operands; one number, or one per operand. */
export type Formula = (g: number, z: number, ...operands: number[]) => number | readonly number[];

export type RuleEntry =
  | { readonly kind: "formula"; readonly formula: Formula; readonly singular: boolean }
  | { readonly kind: "family"; readonly slots: (arity: number) => readonly RuleExpr[]; readonly singular: boolean }
  | { readonly kind: "flat" };

const finite = (formula: Formula): RuleEntry => ({ kind: "formula", formula, singular: false });
/** The slope can be infinite or NaN: a zero adjoint has to be kept from it. */
const singular = (formula: Formula): RuleEntry => ({ kind: "formula", formula, singular: true });
const family = (slots: (arity: number) => readonly RuleExpr[], options: { readonly singular: boolean }): RuleEntry => ({
  kind: "family",
  slots,
  ...options,
});

const sloped: Record<Exclude<PrimName, (typeof flat)[number]>, RuleEntry> = {
  add: finite(arithmetic.add),
  sub: finite(arithmetic.sub),
  mul: finite(arithmetic.mul),
  div: singular(arithmetic.div),
  mod: singular(arithmetic.mod),
  pow: singular(arithmetic.pow),
  neg: finite(arithmetic.neg),
  abs: finite(math.abs),
  acos: singular(math.acos),
  acosh: singular(math.acosh),
  asin: singular(math.asin),
  asinh: finite(math.asinh),
  atan: finite(math.atan),
  atan2: singular(math.atan2),
  atanh: singular(math.atanh),
  cbrt: singular(math.cbrt),
  cos: finite(math.cos),
  cosh: finite(math.cosh),
  exp: finite(math.exp),
  expm1: finite(math.expm1),
  fround: finite(math.fround),
  hypot: family(families.hypot, { singular: true }),
  log: singular(math.log),
  logAddExp: singular(runtime.logAddExpRule),
  log10: singular(math.log10),
  log1p: singular(math.log1p),
  log2: singular(math.log2),
  max: family(families.max, { singular: false }),
  min: family(families.min, { singular: false }),
  maxLiteral: family(families.maxLiteral, { singular: false }),
  minLiteral: family(families.minLiteral, { singular: false }),
  sigmoid: finite(runtime.sigmoidRule),
  sin: finite(math.sin),
  sinh: finite(math.sinh),
  softplus: finite(runtime.softplusRule),
  sqrt: singular(math.sqrt),
  sqrtSumSquares: finite(math.sqrtSumSquares),
  tan: finite(math.tan),
  tanh: finite(math.tanh),
};

const flatNames: ReadonlySet<PrimName> = new Set(flat);
const isFlat = (name: PrimName): name is (typeof flat)[number] => flatNames.has(name);

export function ruleEntry(name: PrimName): RuleEntry {
  return isFlat(name) ? { kind: "flat" } : sloped[name];
}
