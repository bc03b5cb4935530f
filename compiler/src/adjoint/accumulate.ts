/**
 * `accumulate`: the gradient is added into a structure that the caller gives.
 *
 * That structure is itself the shadow of a parameter wherever adjoints are only ever added to the shadow: the parameter is not
 * overwritten (or its shadow would be set to zero), keeps its lengths, and its gradient has the types of its shadow. Elsewhere the
 * shadow is made as for `grad`, and added at the end. Either way the forward sweep does not touch the structure, so nothing
 * has been added to it when the function throws.
 */
import { Builder, field, value } from "../ir/build.js";
import type { Func, Op, Value, ValueId } from "../ir/ir.js";
import { isNumber, isReference, num, sameType, tupleOf } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { Context } from "./context.js";
import { placeBefore } from "./finish.js";
import { Memos } from "./memos.js";
import { refuseIf } from "./sharing.js";
import { beginSweeps, isOverwritten, isOverwrittenParam, receiveParams, reverseBody } from "./sweeps.js";

/** A differentiated parameter and where its gradient goes. */
interface Target {
  readonly position: number;
  readonly param: Value;
  /** The structure, or, of a number, the tuple it is in. */
  readonly into: Value;
  readonly key: string;
}

/** `accumulate`: the result is the value; the last parameter is what is added into. */
export function differentiateAccumulate(context: Context): Func {
  const { body } = context.func(context.entry);
  const entry = new Builder(context.func(context.entry).loc);
  const { into, targets } = openTargets(context, entry);
  const isDirect = ({ param }: Target): boolean =>
    isReference(param.type) &&
    param.type.kind !== "maybe" &&
    context.activity.hasShadow(param) &&
    !context.sharing.has(param.id) &&
    !context.changesLength(param) &&
    !isOverwrittenParam(context, param) &&
    sameType(context.shadowType(param.type), context.gradientType(param.type));
  const direct = targets.filter(isDirect);
  const given = new Map<ValueId, Value>(direct.map((t) => [t.param.id, t.into]));
  const sweeps = beginSweeps(context, "accumulate", false, given);
  const { func, state, tape, written, scope } = sweeps;
  const name = `${func.name}.accumulate`;
  const forward = (): readonly Op[] => placeBefore(written.frame.forward.ops, state.frames.before);
  const result = body.yields?.[0];
  const { reverse } = written.frame;
  if (result === undefined || written.yields === null) {
    const { params, ops } = receiveParams(sweeps, isOverwritten(sweeps));
    const region = { params: [...params, into], ops: [...ops, ...entry.ops, ...forward()], yields: null };
    return { ...func, name, body: region, results: [num] };
  }
  for (const target of targets) refuseOtherLength(context, target, reverse);
  state.contribute(scope, reverse, result, reverse.const(1));
  const added = targets.filter((t) => !isDirect(t) && isAdded(context, t));
  const gradients = reverseBody(
    sweeps,
    added.map((t) => t.position),
  );
  const memos = new Memos(reverse);
  added.forEach((target, k) => {
    const gradient = gradients[k];
    invariant(gradient !== undefined, "a gradient for each parameter");
    addTo(context, target, gradient, memos, reverse);
  });
  const { params, ops } = receiveParams(sweeps, isOverwritten(sweeps));
  const open: Op[] = state.frames.usesTape ? [{ kind: "openTape", owned: false, result: tape }] : [];
  const close: Op[] = state.frames.usesTape ? [{ kind: "closeTape", tape }] : [];
  const all = [...ops, ...entry.ops, ...open, ...forward(), ...written.frame.reversed(), ...close];
  return { ...func, name, body: { params: [...params, into], ops: all, yields: [result] }, results: [num] };
}

/** The parameter `into`, and its parts; the parts that are structures are read at once. */
function openTargets(context: Context, b: Builder): { readonly into: Value; readonly targets: readonly Target[] } {
  const { params } = context.func(context.entry).body;
  const wrt = context.wrt.map((position) => {
    const param = params[position];
    invariant(param !== undefined, "differentiated parameter out of range");
    return { position, param, type: context.gradientType(param.type) };
  });
  const [only, ...others] = wrt;
  invariant(only !== undefined, "something is differentiated");
  if (others.length === 0) {
    const into = value(only.type, "into");
    return { into, targets: [{ ...only, into, key: "" }] };
  }
  const into = value(tupleOf(wrt.map((t) => t.type)), "into");
  const targets = wrt.map((t, k): Target => {
    const key = String(k);
    const hint = t.param.hint === undefined ? undefined : `d${t.param.hint}`;
    return { ...t, into: isReference(t.type) ? b.load(field(into, key), t.type, hint) : into, key };
  });
  return { into, targets };
}

/** Nothing is added for what the value does not depend on. */
const isAdded = (context: Context, { param }: Target): boolean =>
  isReference(param.type) ? context.activity.hasShadow(param) : context.activity.isActive(param);

/** What would not fit, and be lost, is refused before anything is added. */
function refuseOtherLength(context: Context, { param, into }: Target, b: Builder): void {
  if (param.type.kind !== "typed" && param.type.kind !== "array") return;
  // Then the length now is not that of the argument.
  if (context.changesLength(param)) return;
  const differs = b.prim("ne", [b.length(into), b.length(param)]);
  refuseIf(differs, `into has another length than ${param.hint ?? "the parameter"}`, b, "RangeError");
}

function addTo(context: Context, { param, into, key }: Target, gradient: Value, memos: Memos, b: Builder): void {
  if (isReference(param.type)) {
    const memo = context.sharing.has(param.id) ? { memo: memos.get("added") } : {};
    b.push({ kind: "addInto", target: into, source: gradient, ...memo });
    return;
  }
  const place = field(into, key);
  if (isNumber(param.type) && param.type.kind === "maybe") {
    // What is absent has no gradient.
    b.if(
      b.prim("isNullish", [param]),
      [],
      () => [],
      (there) => {
        there.accum(place, gradient);
        return [];
      },
    );
  } else b.accum(place, gradient);
}
