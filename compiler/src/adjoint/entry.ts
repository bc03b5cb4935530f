/** The differentiated function as a whole: gradient in one body, or a forward sweep that returns a pullback. */
import { leadsTo, recursiveRecords } from "../analysis/recursive.js";
import { Builder, like, value } from "../ir/build.js";
import type { Func, Op, Value, ValueId } from "../ir/ir.js";
import { holdsInstances, isNumber, isReference, num, sameType, tapeType, tupleOf } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import type { Context } from "./context.js";
import { placeBefore } from "./finish.js";
import { writeForward } from "./forward.js";
import { Frame } from "./frame.js";
import { HalfMaker } from "./halves.js";
import { reverseRegion, reverseShadow } from "./reverse.js";
import { RootScope } from "./scope.js";
import { Memos } from "./memos.js";
import { refuseOverlap } from "./sharing.js";
import { FunctionState, type Written } from "./state.js";

/** Everything about one differentiated function before its two sweeps are joined. */
interface Sweeps {
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

function beginSweeps(context: Context, mode: string, repeatable: boolean): Sweeps {
  const func = context.func(context.entry);
  const tape = value(tapeType, "tape");
  const state = new FunctionState(context, func, { forward: tape, reverse: tape }, repeatable, !repeatable, true);
  const frame = new Frame(state.frames, { kind: "root" }, undefined, func.loc);
  for (const p of func.body.params) {
    state.frames.define(p, frame);
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
  const written = writeForward(state, new HalfMaker(context, repeatable, `${context.entry}.${mode}`), func.body, frame);
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

/** Reverses the body; returns the adjoint of each differentiated parameter as the user gets it. */
function reverseBody(sweeps: Sweeps): readonly Value[] {
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
  const gradients = context.wrt.map((i) => {
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
function receiveParams(
  sweeps: Sweeps,
  isCopied: (p: Value) => boolean,
): { readonly params: readonly Value[]; readonly ops: readonly Op[] } {
  const { shapes, state, func } = sweeps;
  const { context } = state;
  const b = new Builder(func.loc);
  const memos = new Memos(b);
  const params = func.body.params.map((p) => (isReference(p.type) && isCopied(p) ? like(p) : p));
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

const isOverwrittenParam = (context: Context, p: Value): boolean =>
  context.stability(context.entry).isWritten(p.type, context.memory.classOf(p));

function isOverwritten(sweeps: Sweeps): (p: Value) => boolean {
  return (p) => isOverwrittenParam(sweeps.state.context, p);
}

/** One gradient as it is, several as a tuple. */
function gradientResult(sweeps: Sweeps, gradients: readonly Value[]): Value {
  const [only, ...others] = gradients;
  invariant(only !== undefined, "something is differentiated");
  if (others.length === 0) return only;
  return sweeps.written.frame.reverse.aggregate(tupleOf(gradients.map((g) => g.type)), gradients);
}

/** `value_and_grad`: results are the value and the gradient. */
export function differentiateGradient(context: Context): Func {
  const sweeps = beginSweeps(context, "grad", false);
  const { func, state, tape, written, scope } = sweeps;
  const result = func.body.yields?.[0];
  if (result !== undefined) {
    const b = written.frame.reverse;
    state.contribute(scope, b, result, b.const(1));
  }
  const gradient = result === undefined ? undefined : gradientResult(sweeps, reverseBody(sweeps));
  const { params, ops } = receiveParams(sweeps, isOverwritten(sweeps));
  const open: Op[] = state.frames.usesTape ? [{ kind: "openTape", owned: false, result: tape }] : [];
  const close: Op[] = state.frames.usesTape ? [{ kind: "closeTape", tape }] : [];
  const forward = placeBefore(written.frame.forward.ops, state.frames.before);
  const body = [...ops, ...open, ...forward];
  return {
    ...func,
    name: `${func.name}.value_and_grad`,
    body:
      result === undefined || gradient === undefined || written.yields === null
        ? { params, ops: body, yields: null }
        : { params, ops: [...body, ...written.frame.reversed(), ...close], yields: [result, gradient] },
    results: gradient === undefined ? [num, num] : [result?.type ?? num, gradient.type],
  };
}

/** `vjp`: results are the value and the pullback. */
export function differentiatePullback(context: Context): Func {
  const sweeps = beginSweeps(context, "vjp", true);
  const { func, state, tape, written, scope } = sweeps;
  const { frame } = written;
  const result = func.body.yields?.[0];
  const name = `${func.name}.vjp`;
  if (result === undefined || written.yields === null) {
    const { params, ops } = receiveParams(sweeps, isOverwritten(sweeps));
    return {
      ...func,
      name,
      body: { params, ops: [...ops, ...frame.forward.ops], yields: null },
      results: func.results,
    };
  }
  const seed = value(isReference(result.type) ? context.gradientType(result.type) : num, "seed");
  if (isNumber(result.type)) state.contribute(scope, frame.reverse, result, seed);
  else if (context.activity.hasShadow(result)) {
    frame.reverse.push({
      kind: "addInto",
      target: reverseShadow(state, result, frame.reverse),
      source: seed,
      ...(state.changesLength(result) ? { common: true } : {}),
    });
  }
  const gradients = reverseBody(sweeps);
  const forward = placeBefore(frame.forward.ops, state.frames.before);
  const b = new Builder(func.loc);
  const mark = value(num, "mark");
  if (state.frames.usesTape) b.push({ kind: "tapeRewind", tape, mark });
  if (context.notesLinks) b.push({ kind: "foreign", text: ["", ".relink()"], args: [tape], pure: false });
  b.ops.push(...frame.reversed());
  const body = b.region([seed], gradients);

  const rereads = readsPrimalMemory(state, b.ops);
  const overwritten = isOverwritten(sweeps);
  const { params, ops } = receiveParams(sweeps, (p) => rereads || overwritten(p));
  const out = new Builder(func.loc);
  out.ops.push(...ops);
  if (state.frames.usesTape) out.push({ kind: "openTape", owned: true, result: tape });
  out.ops.push(...forward);
  if (state.frames.usesTape) out.push({ kind: "tapeTop", tape, result: mark });
  const pullback = value({ kind: "closure", params: [seed.type], results: gradients.map((g) => g.type) }, "pullback");
  // The result is a fresh object: the caller may change it before calling the pullback.
  const given = isReference(result.type) ? like(result) : result;
  if (given !== result) {
    const instances = holdsInstances(result.type, context.program.records) ? ({ instances: true } as const) : {};
    out.push({ kind: "copy", source: result, result: given, ...instances });
  }
  out.push({ kind: "closure", body, result: pullback });
  return { ...func, name, body: out.region(params, [given, pullback]), results: [given.type, pullback.type] };
}

/** Does this code load from memory that is not a shadow? */
function readsPrimalMemory(state: FunctionState, ops: readonly Op[]): boolean {
  const shadows = new Set([...state.shadows.values(), ...state.lateShadows.values()].map((v) => v.id));
  let found = false;
  const visit = (op: Op): void => {
    if (op.kind === "load" && !shadows.has(op.place.base.id)) found = true;
    if (op.kind === "call" || op.kind === "restore") found = true;
    if (op.kind === "zeros" && op.like.type.kind !== "typed") found = true;
  };
  walk({ params: [], ops, yields: null }, visit);
  return found;
}
