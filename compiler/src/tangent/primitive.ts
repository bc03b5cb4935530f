/**
 * The tangent of a primitive's result. The rules say what an operand's adjoint receives, which is linear in the adjoint
 * of the result; with the operand's tangent in its place it is what the operand adds to the tangent of the result.
 */
import { type Builder, value } from "../ir/build.js";
import type { Prim, Value } from "../ir/ir.js";
import { num } from "../ir/types.js";
import type { PrimName } from "../ir/primitives.js";
import { mapResults, results } from "../ir/walk.js";
import { instantiate } from "../rules/instantiate.js";
import type { Rule, RuleExpr } from "../rules/rule.js";
import { invariant } from "../support/invariant.js";
import { smoothSlots } from "./smooth.js";
import { type Tangents, tangentName } from "./state.js";

/** Adds the tangent of the result, if it has one. */
export function writePrimitive(state: Tangents, op: Prim, b: Builder): void {
  if (!state.context.activity.isActive(op.result)) return;
  const { following } = state.purpose;
  const tangent =
    following === undefined ? tangentOf(state, op, b) : following.primitive(state, op, ruleOf(state, op), b);
  if (tangent !== undefined) state.set(op.result, named(b, tangent, tangentName(op.result)));
}

function tangentOf(state: Tangents, op: Prim, b: Builder): Value | undefined {
  const [first, second] = op.args;
  if (first !== undefined && second !== undefined && op.args.length === 2) {
    const [s, t] = [state.get(first), state.get(second)];
    if (op.name === "mul" && first === second)
      return s === undefined ? undefined : b.prim("mul", [b.prim("mul", [b.const(2), first]), s]);
    if (op.name === "sub") return difference(s, t, b);
    if (op.name === "div") return quotient(s, t, second, op.result, b);
  }
  const rule = ruleOf(state, op);
  // A literal exponent has a formula of its own.
  const isOwn = rule !== state.context.rules.ruleSet(op.name, op.args.length);
  const smooth = state.purpose.isIntermediate && !isOwn ? smoothSlots.get(op.name) : undefined;
  const parts = op.args.flatMap((arg, i) => {
    const slot = smooth?.[i] ?? rule.slots[i];
    const tangent = state.get(arg);
    return slot == null || tangent === undefined ? [] : [contribution(state, op, rule, slot, tangent, b)];
  });
  const [one, ...others] = parts;
  return one === undefined ? undefined : others.reduce((sum, part) => b.prim("add", [sum, part]), one);
}

function difference(s: Value | undefined, t: Value | undefined, b: Builder): Value | undefined {
  if (t === undefined) return s;
  return s === undefined ? b.prim("neg", [t]) : b.prim("sub", [s, t]);
}

/** `(ẋ - z ẏ) / y`. */
function quotient(s: Value | undefined, t: Value | undefined, y: Value, z: Value, b: Builder): Value | undefined {
  const numerator = difference(s, t === undefined ? undefined : b.prim("mul", [z, t]), b);
  return numerator === undefined ? undefined : b.prim("div", [numerator, y]);
}

/** Where these have a slope that is not finite, they have a finite value, which may be all that the program goes on with. */
const finiteAtSingular: ReadonlySet<PrimName> = new Set(["sqrt", "cbrt", "pow", "asin", "acos", "acosh"]);
/** Likewise, or an infinite one. Not `/` and `%`: there a guard would cost more than the rest. */
const singular: ReadonlySet<PrimName> = new Set([
  ...finiteAtSingular,
  "log",
  "log10",
  "log1p",
  "log2",
  "atanh",
  "atan2",
  "hypot",
]);

function contribution(state: Tangents, op: Prim, rule: Rule, slot: RuleExpr, tangent: Value, b: Builder): Value {
  const environment = {
    adjoint: tangent,
    result: () => op.result,
    operand: (i: number) => {
      const operand = op.args[i];
      invariant(operand !== undefined, `the rule of ${op.name} asks for operand ${i}`);
      return operand;
    },
  };
  const isSingular = rule.singular && (state.purpose.isIntermediate ? finiteAtSingular : singular).has(op.name);
  if (!isSingular) return instantiate(b, slot, environment);
  // A zero tangent contributes zero, even where the slope is not finite (CONVENTIONS R5).
  const guarded = value(num);
  if (state.purpose.isIntermediate) {
    const part = instantiate(b, slot, environment);
    const counts = b.prim("or", [b.prim("ne", [tangent, b.const(0)]), b.prim("isFinite", [part])]);
    b.if(
      counts,
      [guarded],
      () => [part],
      (otherwise) => [otherwise.const(0)],
    );
  } else
    b.if(
      b.prim("ne", [tangent, b.const(0)]),
      [guarded],
      (then) => [instantiate(then, slot, environment)],
      (otherwise) => [otherwise.const(0)],
    );
  return guarded;
}

function ruleOf(state: Tangents, op: Prim): Rule {
  const { ruleSet, powConstant } = state.context.rules;
  if (op.name === "pow") {
    const exponent = op.args[1];
    const definition = exponent === undefined ? undefined : state.definition(exponent);
    if (definition?.kind === "const" && typeof definition.value === "number") return powConstant(definition.value);
  }
  return ruleSet(op.name, op.args.length);
}

/** A value that was just made, under a name. */
function named(b: Builder, v: Value, hint: string | undefined): Value {
  const last = b.ops.at(-1);
  if (hint === undefined || last === undefined || v.hint !== undefined) return v;
  if (!results(last).some((r) => r.id === v.id)) return v;
  const renamed = value(v.type, hint);
  b.ops[b.ops.length - 1] = mapResults(last, (r) => (r.id === v.id ? renamed : r));
  return renamed;
}
