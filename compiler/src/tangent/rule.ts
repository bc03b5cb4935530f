/**
 * Calls of functions with custom rules. A rule for forward mode takes the place of the function. Where there is only one
 * for reverse mode, tangents follow from it: a number of the result changes by the product of its gradient with the
 * tangents, and the gradient is what the pullback makes of the seed that asks for that number alone.
 */
import { type Builder, like, value } from "../ir/build.js";
import type { FunctionRule, Op, Type, Value, VjpRule } from "../ir/ir.js";
import { completed, isPlain } from "../ir/completed.js";
import { reshape } from "../ir/reshape.js";
import { isReference, sameType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { eachNumber, product } from "./structure.js";
import type { Lanes, Tangents } from "./state.js";

type Call = Op & { readonly kind: "call" };

/** Has the call something to do with what is differentiated? */
export function isActiveRule(lanes: Lanes, rule: FunctionRule, op: Call): boolean {
  const [result] = op.results;
  return (
    result !== undefined &&
    lanes[0].isCarried(result) &&
    rule.wrt.some((i) => lanes.some((state) => state.get(op.args[i] ?? result) !== undefined))
  );
}

/** Calls the rule; the result and its tangent are new. */
export function writeRule(lanes: Lanes, rule: FunctionRule, op: Call, b: Builder): void {
  const [result] = op.results;
  invariant(result !== undefined, "a function with a rule has one result");
  if (rule.isIdentity === true) {
    const [arg] = op.args;
    invariant(arg !== undefined, "the identity has a parameter");
    b.push(op);
    for (const state of lanes) state.set(result, state.orZero(arg, b));
  } else if (rule.jvp !== undefined) byTangents(lanes, rule.jvp, rule, op, result, b);
  else {
    // A rule of another module can be called, but not differentiated.
    const half = rule.vjpCode ?? (lanes[0].purpose.isIntermediate ? undefined : rule.vjp);
    invariant(half !== undefined, `${op.callee} has no rule`);
    byPullback(lanes, half, rule, op, result, b);
  }
}

/** A rule is called once for each direction; what it gives as the result is the same each time. */
function byTangents(lanes: Lanes, jvp: string, rule: FunctionRule, op: Call, result: Value, b: Builder): void {
  lanes.forEach((state, lane) => {
    byTangent(state, jvp, rule, op, { result: lane === 0 ? result : like(result), of: result }, b);
  });
}

function byTangent(
  state: Tangents,
  jvp: string,
  rule: FunctionRule,
  op: Call,
  { result, of }: { readonly result: Value; readonly of: Value },
  b: Builder,
): void {
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
  const [own, change] = [owned(state, op, of), owned(state, op, of)];
  b.push({ ...op, callee: jvp, args: [...op.args, ...tangents], results: [own ?? result, tangent] });
  if (own !== undefined) b.push({ kind: "copy", source: own, result });
  const shadow = asShadow(state, tangent, of.type, b);
  if (change === undefined || shadow !== tangent) state.set(of, shadow);
  else b.push({ kind: "copy", source: shadow, result: state.declare(of) });
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
      const { records } = state.context;
      if (isPlain(type, records)) given = reshape(b, tangent, type, records);
      else {
        given = value(type, tangent.hint);
        b.push({ kind: "export", source: tangent, take: false, result: given });
      }
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
  if (isPlain(to, state.context.records)) return completed(b, gradient, gradient, to, state.context.records);
  const shadow = value(to, tangent.hint);
  b.push({ kind: "zeros", like: gradient, result: shadow });
  b.push({ kind: "addInto", target: shadow, source: gradient });
  return shadow;
}

function byPullback(lanes: Lanes, half: VjpRule, rule: FunctionRule, op: Call, result: Value, b: Builder): void {
  const [state] = lanes;
  const forward = state.context.ruleFunc(half.forward);
  const pullback = state.context.ruleFunc(half.pullback);
  const saved = forward.results.slice(1).map((type) => value(type));
  const own = owned(state, op, result);
  b.push({ ...op, callee: half.forward, results: [own ?? result, ...saved] });
  if (own !== undefined) b.push({ kind: "copy", source: own, result });
  const tangents = lanes.map((lane) => tangentsFor(lane, rule, op, pullback.results, b));
  const seedType = pullback.body.params.at(-1)?.type;
  invariant(seedType !== undefined, "a pullback takes a seed");
  const { records } = state.context;
  /** What each direction changes by: one gradient serves all. */
  const changes = (seed: Value, at: Builder): readonly Value[] => {
    const gradients = pullback.results.map((type) => value(type));
    at.push({ kind: "call", callee: half.pullback, args: [...saved, seed], results: gradients });
    return tangents.map((own) => {
      const parts = gradients.map((g, k) => product(at, g, own[k] ?? g, records));
      return parts.slice(1).reduce((sum, part) => at.prim("add", [sum, part]), parts[0] ?? at.const(0));
    });
  };
  const set = (found: readonly Value[], give: (lane: Tangents, change: Value) => void): void => {
    lanes.forEach((lane, k) => {
      const change = found[k];
      invariant(change !== undefined, "a change in each direction");
      give(lane, change);
    });
  };
  if (result.type.kind === "num") {
    set(changes(b.const(1), b), (lane, change) => lane.set(result, change));
    return;
  }
  for (const lane of lanes) b.push({ kind: "zeros", like: result, result: lane.declare(result) });
  const shadow = state.shadow(result);
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
    set(changes(reshape(at, given, seedType, records), at), (lane, change) => {
      at.store(place(lane.shadow(result), at), change);
    });
  });
}
