/** A whole function as two sweeps, before they are joined: the forward sweep, the reverse sweep, and how parameters are received. */
import { leadsTo, recursiveRecords } from "../analysis/recursive.js";
import { Builder, like, value } from "../ir/build.js";
import type { Func, Op, Value, ValueId } from "../ir/ir.js";
import { isReference, sameType, tapeType, tupleOf } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { Context } from "./context.js";
import { writeForward } from "./forward.js";
import { Frame, type Frames } from "./frame.js";
import { type FusionPlan, planFusion } from "./fusion-plan.js";
import { HalfMaker } from "./halves.js";
import { reverseRegion, reverseShadow } from "./reverse.js";
import { RootScope } from "./scope.js";
import { Memos } from "./memos.js";
import { refuseOverlap } from "./sharing.js";
import { FunctionState, type Written } from "./state.js";

/** Everything about one differentiated function before its two sweeps are joined. */
export interface Sweeps {
  readonly func: Func;
  readonly state: FunctionState;
  readonly tape: Value;
  readonly written: Written;
  readonly scope: RootScope;
  /**
   * Zeros in the shape they have on entry, for the differentiated parameters that may have another one at the end: those
   * that become longer or shorter, and those without a shadow in which something is replaced.
   */
  readonly shapes: ReadonlyMap<ValueId, Value>;
}

/** @param given shadows that parameters have already */
export function beginSweeps(
  context: Context,
  mode: string,
  repeatable: boolean,
  given: ReadonlyMap<ValueId, Value> = new Map(),
): Sweeps {
  // What runs again saves on top of the tape, where a pullback that is called again finds what it needs.
  const plan = repeatable ? undefined : planFusion(context, () => tried(context, mode, given));
  return writeSweeps(context, mode, repeatable, given, plan);
}

/** The frames of a function whose loops are all reversed as wholes. */
function tried(context: Context, mode: string, given: ReadonlyMap<ValueId, Value>): Frames {
  const sweeps = writeSweeps(context, mode, false, given, undefined);
  const { func, state, written, scope } = sweeps;
  const result = func.body.yields?.[0];
  if (result !== undefined) {
    const b = written.frame.reverse;
    state.contribute(scope, b, result, b.const(1));
    reverseRegion(state, written, scope);
  }
  return state.frames;
}

function writeSweeps(
  context: Context,
  mode: string,
  repeatable: boolean,
  given: ReadonlyMap<ValueId, Value>,
  plan: FusionPlan | undefined,
): Sweeps {
  const func = context.func(context.entry);
  const tape = value(tapeType, "tape");
  const tapes = { forward: tape, reverse: tape };
  const state = new FunctionState(context, func, tapes, repeatable, !repeatable, true, plan);
  const frame = new Frame(state.frames, { kind: "root" }, undefined, func.loc);
  for (const p of func.body.params) {
    state.frames.define(p, frame);
    const own = given.get(p.id);
    if (own !== undefined) {
      state.shadows.set(p.id, own);
      state.frames.define(own, frame);
      continue;
    }
    // The shadow of a parameter whose references move about is made first; the reverse sweep makes the others.
    if (!isReference(p.type) || !context.activity.hasShadow(p)) continue;
    if (context.sharing.has(p.id)) {
      // Made on entry, from the arguments.
      state.makeShadow(p, frame);
      continue;
    }
    if (state.isStationary(p)) continue;
    const shadow = state.makeShadow(p, frame);
    frame.forward.push({ kind: "zeros", like: p, result: shadow });
  }
  const written = writeForward(
    state,
    new HalfMaker(context, repeatable, `${context.entry}.${mode}.${context.wrt.join(",")}`),
    func.body,
    frame,
  );
  const shapes = new Map<ValueId, Value>();
  for (const i of context.wrt) {
    const p = func.body.params[i];
    if (p === undefined || !isReference(p.type)) continue;
    const isUntouched = context.activity.hasShadow(p) || !isOverwrittenParam(context, p);
    const sharesZeros = context.sharing.has(p.id) && !context.activity.hasShadow(p);
    if (isUntouched && !sharesZeros && !state.changesLength(p)) continue;
    shapes.set(p.id, value(context.shadowType(p.type), p.hint === undefined ? undefined : `d${p.hint}`));
  }
  return { func, state, tape, written, scope: new RootScope(), shapes };
}

/** Reverses the body; returns the adjoint of each of these parameters as the user gets it. */
export function reverseBody(sweeps: Sweeps, wrt = sweeps.state.context.wrt): readonly Value[] {
  const { state, written, scope, func } = sweeps;
  const { context } = state;
  const b = written.frame.reverse;
  reverseRegion(state, written, scope);
  b.loc = func.loc;
  const memos = new Memos(b);
  const sharesOf = (param: Value): Memos | undefined => (context.sharing.has(param.id) ? memos : undefined);
  /** What is exported of an argument that changes its length has the shape it had on entry. */
  const cut = (shadow: Value | undefined, shape: Value, param: Value): Value => {
    let target = shape;
    const shares = sharesOf(param);
    if (state.repeatable) {
      target = value(shape.type, shape.hint);
      if (shares === undefined) b.push({ kind: "copy", source: shape, result: target });
      else b.push({ kind: "share", make: "copy", source: shape, memo: shares.get("copies"), result: target });
    }
    const memo = shares === undefined ? {} : { memo: shares.get("added") };
    if (shadow !== undefined) b.push({ kind: "addInto", target, source: shadow, common: true, ...memo });
    return exportOf(state, b, target, param, true, shares);
  };
  const gradients = wrt.map((i) => {
    const param = func.body.params[i];
    invariant(param !== undefined, "differentiated parameter out of range");
    if (!isReference(param.type)) return scope.get(param) ?? b.const(0);
    const shape = sweeps.shapes.get(param.id);
    if (shape !== undefined)
      return cut(context.activity.hasShadow(param) ? reverseShadow(state, param, b) : undefined, shape, param);
    if (!context.activity.hasShadow(param)) return exportOf(state, b, zerosLike(state, b, param), param, true);
    const shadow = reverseShadow(state, param, b);
    return exportOf(state, b, shadow, param, !(state.repeatable && state.shadows.has(param.id)), sharesOf(param));
  });
  // Shadows that the forward sweep made are used again by the next run of a pullback, from zero.
  if (state.repeatable) {
    const recursive = recursiveRecords(context.program.records);
    for (const param of func.body.params) {
      const shadow = state.shadows.get(param.id);
      const mayLeadBack =
        context.sharing.has(param.id) && leadsTo(param.type, context.records, (name) => recursive.has(name));
      const memo = mayLeadBack ? { memo: memos.get("cleared") } : {};
      if (shadow !== undefined) b.push({ kind: "clear", target: shadow, ...memo });
    }
  }
  return gradients;
}

function zerosLike(state: FunctionState, b: Builder, v: Value): Value {
  const result = value(state.context.shadowType(v.type), v.hint === undefined ? undefined : `d${v.hint}`);
  b.push({ kind: "zeros", like: v, result });
  return result;
}

function exportOf(state: FunctionState, b: Builder, source: Value, param: Value, take: boolean, shares?: Memos): Value {
  const result = value(state.context.gradientType(param.type), source.hint);
  if (shares === undefined || (take && sameType(source.type, result.type)))
    b.push({ kind: "export", source, take, result });
  else b.push({ kind: "share", make: "export", source, memo: shares.get("gradients"), result });
  return result;
}

/**
 * Parameters the function (or its pullback, later) must not share with the caller are copied on entry: then arguments
 * stay as they were, and what the caller does to them afterwards does not matter.
 */
export function receiveParams(
  sweeps: Sweeps,
  isCopied: (p: Value) => boolean,
): { readonly params: readonly Value[]; readonly ops: readonly Op[] } {
  const { shapes, state, func } = sweeps;
  const { context } = state;
  const b = new Builder(func.loc);
  const memos = new Memos(b);
  const params = func.body.params.map((p) => (isReference(p.type) && isCopied(p) && !context.isOwn(p) ? like(p) : p));
  const make = (
    kind: "copy" | "zeros",
    p: Value,
    given: Value | undefined,
    memo: string,
    result: Value | undefined,
  ): void => {
    if (given === undefined || result === undefined) return;
    if (context.sharing.has(p.id)) b.push({ kind: "share", make: kind, source: given, memo: memos.get(memo), result });
    else if (kind === "copy") b.push({ kind, source: given, result });
    else b.push({ kind, like: given, result });
  };
  func.body.params.forEach((p, i) => {
    if (context.sharing.has(p.id)) make("zeros", p, params[i], "shadows", state.shadows.get(p.id));
    make("zeros", p, params[i], "shapes", shapes.get(p.id));
  });
  func.body.params.forEach((p, i) => {
    if (params[i] !== p) make("copy", p, params[i], "copies", p);
  });
  return { params, ops: [...refuseOverlap(context, func, params), ...b.ops] };
}

export const isOverwrittenParam = (context: Context, p: Value): boolean =>
  context.stability(context.entry).isGivenWritten(p.type, context.memory.classOf(p));

export function isOverwritten(sweeps: Sweeps): (p: Value) => boolean {
  return (p) => isOverwrittenParam(sweeps.state.context, p);
}

/** One gradient as it is, several as a tuple. */
export function gradientResult(b: Builder, gradients: readonly Value[]): Value {
  const [only, ...others] = gradients;
  invariant(only !== undefined, "something is differentiated");
  if (others.length === 0) return only;
  return b.aggregate(tupleOf(gradients.map((g) => g.type)), gradients);
}
