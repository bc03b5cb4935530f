/**
 * Calls of functions with custom rules. A rule for forward mode takes the place of the function. Where there is only one
 * for reverse mode, tangents follow from it: a number of the result changes by the product of its gradient with the
 * tangents, and the gradient is what the pullback makes of the seed that asks for that number alone.
 */
import { type Builder, like, value } from "../ir/build.js";
import type { FunctionRule, Op, Type, Value, VjpRule } from "../ir/ir.js";
import { reshape } from "../ir/reshape.js";
import { isReference, sameType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { eachNumber, product } from "./structure.js";
import type { Tangents } from "./state.js";

type Call = Op & { readonly kind: "call" };

/** Has the call something to do with what is differentiated? */
export function isActiveRule(state: Tangents, rule: FunctionRule, op: Call): boolean {
  const [result] = op.results;
  return (
    result !== undefined &&
    state.isCarried(result) &&
    rule.wrt.some((i) => state.get(op.args[i] ?? result) !== undefined)
  );
}

/** Calls the rule; the result and its tangent are new. */
export function writeRule(state: Tangents, rule: FunctionRule, op: Call, b: Builder): void {
  const [result] = op.results;
  invariant(result !== undefined, "a function with a rule has one result");
  if (rule.isIdentity === true) {
    const [arg] = op.args;
    invariant(arg !== undefined, "the identity has a parameter");
    b.push(op);
    state.set(result, state.orZero(arg, b));
  } else if (rule.jvp !== undefined) byTangents(state, rule.jvp, rule, op, result, b);
  else {
    // A rule of another module can be called, but not differentiated.
    const half = rule.vjpCode ?? (state.purpose.isIntermediate ? undefined : rule.vjp);
    invariant(half !== undefined, `${op.callee} has no rule`);
    byPullback(state, half, rule, op, result, b);
  }
}

function byTangents(state: Tangents, jvp: string, rule: FunctionRule, op: Call, result: Value, b: Builder): void {
  const { params } = state.context.ruleFunc(jvp).body;
  const tangents = tangentsFor(
    state,
    rule,
    op,
    params.slice(op.args.length).map((p) => p.type),
    b,
  );
  const type = state.context.ruleFunc(jvp).results[1];
  invariant(type !== undefined, "a rule for forward mode returns a tangent");
  const tangent = value(type);
  const [own, change] = [owned(state, op, result), owned(state, op, result)];
  b.push({ ...op, callee: jvp, args: [...op.args, ...tangents], results: [own ?? result, tangent] });
  if (own !== undefined) b.push({ kind: "copy", source: own, result });
  const shadow = asShadow(state, tangent, result.type, b);
  if (change === undefined || shadow !== tangent) state.set(result, shadow);
  else b.push({ kind: "copy", source: shadow, result: state.declare(result) });
}

/** What the rule returns may be what it was given; where either is overwritten later, the program has a copy. */
function owned({ context }: Tangents, op: Call, result: Value): Value | undefined {
  if (!isReference(result.type)) return undefined;
  const isWritten = (v: Value): boolean =>
    isReference(v.type) &&
    context.names.some((name) => context.stability(name).isWritten(v.type, context.memory.classOf(v)));
  return [result, ...op.args].some(isWritten) ? like(result) : undefined;
}

/** The tangents of the arguments the rule is about, in the types it takes. */
function tangentsFor(state: Tangents, rule: FunctionRule, op: Call, types: readonly Type[], b: Builder): Value[] {
  return rule.wrt.map((i, k) => {
    const [arg, to] = [op.args[i], types[k]];
    invariant(arg !== undefined && to !== undefined, "a rule is about parameters");
    const tangent = state.orZero(arg, b);
    if (!isReference(arg.type)) return b.cast(tangent, to);
    const type = state.context.gradientType(arg.type);
    let given = tangent;
    if (!sameType(type, tangent.type)) {
      given = value(type, tangent.hint);
      b.push({ kind: "export", source: tangent, take: false, result: given });
    }
    return reshape(b, given, to, state.context.records);
  });
}

/** A tangent that a rule made as the shadow of its result. */
function asShadow(state: Tangents, tangent: Value, type: Type, b: Builder): Value {
  if (!isReference(type)) return tangent;
  const gradient = reshape(b, tangent, state.context.gradientType(type), state.context.records);
  const to = state.typeOf(type);
  if (sameType(gradient.type, to)) return gradient;
  const shadow = value(to, tangent.hint);
  b.push({ kind: "zeros", like: gradient, result: shadow });
  b.push({ kind: "addInto", target: shadow, source: gradient });
  return shadow;
}

function byPullback(state: Tangents, half: VjpRule, rule: FunctionRule, op: Call, result: Value, b: Builder): void {
  const forward = state.context.ruleFunc(half.forward);
  const pullback = state.context.ruleFunc(half.pullback);
  const saved = forward.results.slice(1).map((type) => value(type));
  const own = owned(state, op, result);
  b.push({ ...op, callee: half.forward, results: [own ?? result, ...saved] });
  if (own !== undefined) b.push({ kind: "copy", source: own, result });
  const tangents = tangentsFor(state, rule, op, pullback.results, b);
  const seedType = pullback.body.params.at(-1)?.type;
  invariant(seedType !== undefined, "a pullback takes a seed");
  const { records } = state.context;
  const change = (seed: Value, at: Builder): Value => {
    const gradients = pullback.results.map((type) => value(type));
    at.push({ kind: "call", callee: half.pullback, args: [...saved, seed], results: gradients });
    const parts = gradients.map((g, k) => product(at, g, tangents[k] ?? g, records));
    return parts.slice(1).reduce((sum, part) => at.prim("add", [sum, part]), parts[0] ?? at.const(0));
  };
  if (result.type.kind === "num") {
    state.set(result, change(b.const(1), b));
    return;
  }
  const shadow = state.declare(result);
  b.push({ kind: "zeros", like: result, result: shadow });
  eachNumber(b, shadow, records, (at, place) => {
    const seed = value(shadow.type, "seed");
    at.push({ kind: "zeros", like: result, result: seed });
    at.store(place(seed, at), at.const(1));
    const type = state.context.gradientType(result.type);
    let given = seed;
    if (!sameType(type, seed.type)) {
      given = value(type, "seed");
      at.push({ kind: "export", source: seed, take: false, result: given });
    }
    at.store(place(shadow, at), change(reshape(at, given, seedType, records), at));
  });
}
