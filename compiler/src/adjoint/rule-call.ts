/**
 * Calls of functions with custom rules. The rule's forward half runs in the forward sweep; what it returns besides the
 * result is kept as any forward value is, and handed to the rule's pullback in the reverse sweep.
 */
import { type Builder, like, value } from "../ir/build.js";
import { cloneOps, substitute, type Substitution } from "../ir/clone.js";
import type { Func, FunctionRule, Op, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { reshape } from "../ir/reshape.js";
import { results, walk } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import type { Context } from "./context.js";
import type { Frame } from "./frame.js";
import { type AdjointScope, adjointName } from "./scope.js";
import type { Entry, FunctionState } from "./state.js";

type RuleEntry = Entry & { kind: "rule" };

/** Has a call something to do with what is differentiated? */
export function isActiveCall(context: Context, op: Op & { kind: "call" }): boolean {
  const { activity } = context;
  const rule = context.ruleOf(op.callee);
  if (rule === undefined) return activity.isActiveFunction(op.callee);
  const isTouched = (v: Value | undefined): boolean =>
    v !== undefined && (isReference(v.type) ? activity.hasShadow(v) : activity.isActive(v));
  return isTouched(op.results[0]) && rule.wrt.some((i) => isTouched(op.args[i]));
}

/** May a reference be written to in a function? Then a rule, which may keep it, gets and gives copies. */
export const mayChange = (context: Context, func: Func, v: Value): boolean =>
  isReference(v.type) && context.stability(func.name).isWritten(v.type, context.memory.classOf(v));

/** The argument that a call returns, where that is an array or an object: one with one shadow. */
export function sameObject(rule: FunctionRule | undefined, op: Op & { kind: "call" }): Value | undefined {
  const arg = rule?.returns === undefined ? undefined : op.args[rule.returns];
  return arg !== undefined && isReference(arg.type) ? arg : undefined;
}

/** Writes the forward half: the result as before, and what the pullback needs. */
export function callRule(state: FunctionState, rule: FunctionRule, op: Op & { kind: "call" }, frame: Frame): RuleEntry {
  const { context } = state;
  const half = rule.vjp ?? rule.vjpCode;
  invariant(half !== undefined, `${op.callee} has no rule for the reverse transformation`);
  const forward = context.ruleFunc(half.forward);
  const pullback = context.ruleFunc(half.pullback);
  const b = frame.forward;
  // The rule may keep what it is given and what it returns; what the program overwrites later, it keeps a copy of.
  const args = op.args.map((arg) => {
    if (!mayChange(context, state.func, arg)) return arg;
    const own = like(arg);
    b.push({ kind: "copy", source: arg, result: own });
    state.frames.define(own, frame);
    return own;
  });
  const [result] = op.results;
  invariant(result !== undefined && op.results.length === 1, "a function with a rule has one result");
  const same = sameObject(rule, op);
  const given = same !== undefined || mayChange(context, state.func, result) ? like(result) : result;
  if (given !== result) state.frames.define(given, frame);
  const [, ...saved] = splice(forward, args, b, given, (v, made) => {
    state.frames.define(v, frame, made?.kind === "prim" || made?.kind === "const" ? made : undefined);
  });
  if (same !== undefined) b.push({ kind: "cast", value: same, result });
  else if (given !== result) b.push({ kind: "copy", source: given, result });
  return { kind: "rule", op, wrt: rule.wrt, pullback, saved, isSame: same !== undefined };
}

/** Adds what the rule's pullback returns to the adjoints of the arguments. */
export function reverseRule(
  state: FunctionState,
  entry: RuleEntry,
  frame: Frame,
  scope: AdjointScope,
  reverseShadow: (state: FunctionState, v: Value, b: Builder) => Value,
): void {
  const { op, wrt, pullback } = entry;
  const { context } = state;
  const b = frame.reverse;
  const [result] = op.results;
  const seedType = pullback.body.params.at(-1)?.type;
  invariant(result !== undefined && seedType !== undefined, "a pullback takes a seed");
  let seed = scope.get(result);
  if (isReference(result.type)) {
    const shadow = reverseShadow(state, result, b);
    const isKept = entry.isSame || (state.repeatable && state.shadows.has(result.id));
    const made = value(context.gradientType(result.type), adjointName(result));
    b.push({ kind: "export", source: shadow, take: !isKept, result: made });
    if (isKept) b.push({ kind: "clear", target: shadow });
    seed = reshape(b, made, seedType, context.records);
  }
  // An adjoint that is absent is zero.
  if (seed === undefined) return;
  const saved = entry.saved.map((v) => state.frames.resolve(v, b));
  const gradients = splice(pullback, [...saved, seed], b, undefined, () => {});
  gradients.forEach((g, k) => {
    const arg = op.args[wrt[k] ?? -1];
    if (arg === undefined) return;
    if (!isReference(arg.type)) state.contribute(scope, b, arg, presentIn(b, g, arg));
    else if (context.activity.hasShadow(arg)) {
      const target = reverseShadow(state, arg, b);
      const add = (at: Builder): void => {
        const source = reshape(at, g, context.gradientType(arg.type), context.records);
        at.push({ kind: "addInto", target, source });
      };
      // A gradient that is absent is zero.
      if (g.type.kind !== "maybe" || arg.type.kind === "maybe") add(b);
      else
        b.if(
          b.prim("isNullish", [g]),
          [],
          () => [],
          (there) => {
            add(there);
            return [];
          },
        );
    }
  });
}

/** The gradient of a number that is there, from a rule that may leave it out. */
function presentIn(b: Builder, gradient: Value, arg: Value): Value {
  if (gradient.type.kind !== "maybe" || arg.type.kind !== "num") return gradient;
  const made = value(arg.type, gradient.hint);
  b.if(
    b.prim("isNullish", [gradient]),
    [made],
    (absent) => [absent.const(0)],
    (there) => [there.cast(gradient, arg.type)],
  );
  return made;
}

/** A half of a rule up to this size stands where it is called. */
const smallSize = 40;

/** Writes a call of a half of a rule, or its body in the place of the call. With `first`, that is its first result. */
function splice(
  func: Func,
  args: readonly Value[],
  b: Builder,
  first: Value | undefined,
  define: (v: Value, by: Op | undefined) => void,
): readonly Value[] {
  const { body } = func;
  let size = 0;
  const defined = new Set<ValueId>();
  walk(body, () => size++);
  for (const op of body.ops) for (const v of results(op)) defined.add(v.id);
  const [head] = body.yields ?? [];
  const isOwn = head !== undefined && defined.has(head.id);
  const canName = first === undefined || head !== undefined;
  if (body.yields === null || size > smallSize || !canName) {
    const made = func.results.map((type, i) => (i === 0 && first !== undefined ? first : value(type)));
    b.push({ kind: "call", callee: func.name, args, results: made });
    made.forEach((v) => {
      if (v !== first) define(v, undefined);
    });
    return made;
  }
  const map: Substitution = new Map();
  body.params.forEach((p, i) => {
    const arg = args[i];
    if (arg !== undefined) map.set(p.id, arg);
  });
  const chosen = new Map(first !== undefined && head !== undefined && isOwn ? [[head.id, first] as const] : []);
  for (const op of cloneOps(body.ops, map, chosen)) {
    b.push(op);
    for (const v of results(op)) if (v !== first) define(v, op);
  }
  // A result that is a parameter is the argument under the name of the result.
  if (first !== undefined && head !== undefined && !isOwn)
    b.push({ kind: "cast", value: substitute(map, head), result: first });
  return body.yields.map((v) => substitute(map, v));
}
