/** The differentiated function as a whole: gradient in one body, or a forward sweep that returns a pullback. */
import { Builder, like, value } from "../ir/build.js";
import type { Func, Op, Value } from "../ir/ir.js";
import { holdsInstances, isNumber, isReference, num, opaque } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import type { Context } from "./context.js";
import { placeBefore } from "./finish.js";
import { reverseShadow } from "./reverse.js";
import type { FunctionState } from "./state.js";
import { beginSweeps, gradientResult, isOverwritten, receiveParams, reverseBody } from "./sweeps.js";
import { append } from "../support/append.js";

/** What is returned besides the value, made of the gradients by each differentiated parameter. */
type Assemble = (gradients: readonly Value[], b: Builder) => readonly Value[];

/** `value_and_grad`: results are the value and the gradient, or what else is made of it. */
export function differentiateGradient(
  context: Context,
  assemble: Assemble = (gradients, b) => [gradientResult(b, asGiven(context, gradients, b))],
): Func {
  const sweeps = beginSweeps(context, "grad", false);
  const { func, state, tape, written, scope } = sweeps;
  const result = func.body.yields?.[0];
  if (result !== undefined) {
    const b = written.frame.reverse;
    state.contribute(scope, b, result, b.const(1));
  }
  const gradients = result === undefined ? [] : assemble(reverseBody(sweeps), written.frame.reverse);
  const { params, ops } = receiveParams(sweeps, isOverwritten(sweeps));
  const open: Op[] = state.frames.usesTape ? [{ kind: "openTape", owned: false, result: tape }] : [];
  const close: Op[] = state.frames.usesTape ? [{ kind: "closeTape", tape }] : [];
  const forward = placeBefore(written.frame.forward.ops, state.frames.before);
  const body = [...ops, ...open, ...forward];
  return {
    ...func,
    name: `${func.name}.value_and_grad`,
    body:
      result === undefined || written.yields === null
        ? { params, ops: body, yields: null }
        : { params, ops: [...body, ...written.frame.reversed(), ...close], yields: [result, ...gradients] },
    results: result === undefined ? [num, num] : [result.type, ...gradients.map((g) => g.type)],
  };
}

/** A gradient of what may be a typed array as well is what the argument is. */
function asGiven(context: Context, gradients: readonly Value[], b: Builder): readonly Value[] {
  const { params } = context.func(context.entry).body;
  return gradients.map((gradient, k) => {
    const param = params[context.wrt[k] ?? -1];
    if (param?.type.kind !== "array" || param.type.or === undefined) return gradient;
    const { or } = param.type;
    const result = value(opaque(`${or} | number[]`), gradient.hint);
    const text = ["", ` instanceof ${or} ? ${or}.from(`, ") : ", ""];
    b.push({ kind: "foreign", text, args: [param, gradient, gradient], pure: true, result });
    return result;
  });
}

/** `vjp`: results are the value and the pullback. */
export function differentiatePullback(context: Context): Func {
  const name = `${context.entry}.vjp`;
  const written = writePullback(context, { mode: "vjp", outlives: true });
  const { func, params, b, result } = written;
  if (result === undefined || written.pullback === undefined)
    return { ...func, name, body: b.region(params, null), results: func.results };
  // The result is a fresh object: the caller may change it before calling the pullback.
  const given = isReference(result.type) ? like(result) : result;
  if (given !== result) {
    const instances = holdsInstances(result.type, context.program.records) ? ({ instances: true } as const) : {};
    b.push({ kind: "copy", source: result, result: given, ...instances });
  }
  const { op, value: pullback } = written.pullback((gradients) => gradients);
  b.push(op);
  return { ...func, name, body: b.region(params, [given, pullback]), results: [given.type, pullback.type] };
}

/** How a pullback is used. */
interface PullbackUse {
  /** Tells what is made for it from what is made for others. */
  readonly mode: string;
  /** It is called when the function has returned: it owns its tape, and copies what the caller may change meanwhile. */
  readonly outlives: boolean;
  /** It is called by generated code, with seeds of the shadow type of the result. */
  readonly isInternal?: boolean;
}

/** A function up to its result, and the pullback that can be made from there on. */
export interface WrittenPullback {
  readonly func: Func;
  readonly params: readonly Value[];
  /** The function so far; what follows is added to it. */
  readonly b: Builder;
  /** Absent where the function never returns; then there is no pullback. */
  readonly result: Value | undefined;
  /** The operation that makes the pullback, which yields what is made of the gradients. */
  readonly pullback:
    | ((yields: (gradients: readonly Value[], b: Builder) => readonly Value[]) => {
        readonly op: Op & { readonly kind: "closure" };
        readonly value: Value;
      })
    | undefined;
  /** What gives the tape back, when the pullback has been called for the last time. */
  readonly close: readonly Op[];
}

/** The forward sweep, and the reverse sweep as a pullback. */
export function writePullback(context: Context, { mode, outlives, isInternal }: PullbackUse): WrittenPullback {
  const sweeps = beginSweeps(context, mode, true);
  const { func, state, tape, written, scope } = sweeps;
  const { frame } = written;
  const result = func.body.yields?.[0];
  const out = new Builder(func.loc);
  if (result === undefined || written.yields === null) {
    const { params, ops } = receiveParams(sweeps, isOverwritten(sweeps));
    append(out.ops, ops);
    append(out.ops, frame.forward.ops);
    return { func, params, b: out, result: undefined, pullback: undefined, close: [] };
  }
  const structure = isInternal === true ? context.shadowType(result.type) : context.gradientType(result.type);
  const mayLack = result.type.kind === "maybe" && isInternal !== true;
  const seed = value(isReference(result.type) || mayLack ? structure : num, "seed");
  if (isNumber(result.type)) state.contribute(scope, frame.reverse, result, present(seed, frame.reverse));
  else if (context.activity.hasShadow(result)) {
    frame.reverse.push({
      kind: "addInto",
      target: reverseShadow(state, result, frame.reverse),
      source: seed,
      ...(state.changesLength(result) ? { common: true } : {}),
    });
  }
  const gradients = asGiven(context, reverseBody(sweeps), frame.reverse);
  const forward = placeBefore(frame.forward.ops, state.frames.before);
  const b = new Builder(func.loc);
  const mark = value(num, "mark");
  if (state.frames.usesTape) b.push({ kind: "tapeRewind", tape, mark });
  if (context.notesLinks) b.push({ kind: "foreign", text: ["", ".relink()"], args: [tape], pure: false });
  append(b.ops, frame.reversed());

  const rereads = outlives && readsPrimalMemory(state, b.ops);
  const overwritten = isOverwritten(sweeps);
  const { params, ops } = receiveParams(sweeps, (p) => rereads || overwritten(p));
  append(out.ops, ops);
  const { usesTape } = state.frames;
  if (usesTape) out.push({ kind: "openTape", owned: outlives, result: tape });
  append(out.ops, forward);
  if (usesTape) out.push({ kind: "tapeTop", tape, result: mark });
  return {
    func,
    params,
    b: out,
    result,
    pullback: (yields) => {
      const body = b.region([seed], yields(gradients, b));
      const results = (body.yields ?? []).map((v) => v.type);
      const made = value({ kind: "closure", params: [seed.type], results }, "pullback");
      return { op: { kind: "closure", body, result: made }, value: made };
    },
    close: usesTape && !outlives ? [{ kind: "closeTape", tape }] : [],
  };
}

/** A number that may be absent as the number it counts as. */
function present(v: Value, b: Builder): Value {
  if (v.type.kind !== "maybe") return v;
  const result = value(num, v.hint);
  b.if(
    b.prim("isNullish", [v]),
    [result],
    (absent) => [absent.const(0)],
    (there) => [there.cast(v, num)],
  );
  return result;
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
