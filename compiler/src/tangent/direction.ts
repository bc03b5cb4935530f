/** A derivative in a direction as a function that is differentiated again, a step towards derivatives of higher order. */
import type { Context } from "../adjoint/context.js";
import { Memos } from "../adjoint/memos.js";
import { refuseOverlap } from "../adjoint/sharing.js";
import { Builder, like, value } from "../ir/build.js";
import { cloneRegion } from "../ir/clone.js";
import type { Func, Op, Program, Value } from "../ir/ir.js";
import { isReference, num } from "../ir/types.js";
import { Callees } from "./callees.js";
import { writeRegion } from "./forward.js";
import { besideMaybe, isComplete, makeShadow } from "./given.js";
import { tangentName } from "./state.js";

/** A derivative in the direction of tangents, as a function to differentiate. */
export interface Directional {
  readonly program: Program;
  readonly name: string;
  /** Positions of the parameters that are tangents of the differentiated ones. */
  readonly tangents: readonly number[];
  /** For each parameter that is a shadow, tangents included: its position, and that of the parameter it belongs to. */
  readonly shadows: ReadonlyMap<number, number>;
}

/**
 * The directional derivative of a function, to a number as a rule, as a program: the parameters, then a shadow for each
 * differentiated one, to the tangent alone. With `unit`, the function is one of a number and the direction is 1.
 * It overwrites its arguments as the function itself does: whoever differentiates it sees to that.
 */
export function directionalDerivative(
  context: Context,
  { unit = false, isIntermediate = true }: { readonly unit?: boolean; readonly isIntermediate?: boolean } = {},
): Directional {
  const func = context.func(context.entry);
  const callees = new Callees(context, { isIntermediate, tag: `${context.entry}.direction` });
  const lanes = callees.lanes();
  const [state] = lanes;
  const b = new Builder(func.loc);
  const { params } = func.body;
  const given: Value[] = [];
  const shadows = new Map<number, number>();
  params.forEach((p, i) => {
    const isInput = context.wrt.includes(i);
    if (unit && isInput && state.isCarried(p)) state.set(p, b.const(1));
    // What is not differentiated may be one object with what is.
    const isShared = isReference(p.type) && state.isCarried(p) && context.sharing.has(p.id);
    if (unit || !(isInput || isShared)) return;
    const tangent = value(state.typeOf(p.type), tangentName(p));
    if (state.isCarried(p)) state.set(p, tangent);
    shadows.set(params.length + given.length, i);
    given.push(tangent);
  });
  // It may also be in one place with it.
  for (const p of params)
    if (isReference(p.type) && state.isCarried(p) && state.get(p) === undefined) state.set(p, state.orZero(p, b));
  writeRegion(lanes, func.body, b);
  b.loc = func.loc;
  const result = func.body.yields?.[0];
  const name = `${func.name}.direction`;
  const region = b.region([...func.body.params, ...given], result === undefined ? null : [state.orZero(result, b)]);
  const funcs = new Map<string, Func>(context.complete.funcs);
  const results = [result === undefined ? num : state.typeOf(result.type)];
  for (const made of [...callees.all(), { ...func, name, body: region, results }])
    funcs.set(made.name, { ...made, body: cloneRegion(made.body) });
  const tangents = [...shadows].flatMap(([position, of]) => (context.wrt.includes(of) ? [position] : []));
  return { program: { ...context.complete, funcs, records: context.records }, name, tangents, shadows };
}

/**
 * A function that takes shadows, as one that takes in their stead what users give: gradients of the parameters of `context`,
 * in which numbers may be missing, and which are left as they are.
 */
export function receiveTangents(context: Context, func: Func, { shadows }: Directional): Func {
  const b = new Builder(func.loc);
  const memos = new Memos(b);
  const own = context.func(context.entry).body.params;
  const params = func.body.params.flatMap((p, position) => {
    const index = shadows.get(position) ?? -1;
    const [param, from] = [own[index], func.body.params[index]];
    if (param === undefined || from === undefined) return [p];
    if (!context.wrt.includes(index)) {
      makeShadow(context, { param, from, tangent: undefined, shadow: p }, memos, b);
      return [];
    }
    if (!isReference(param.type)) {
      if (param.type.kind !== "maybe") return [p];
      const given = like(p);
      besideMaybe(from, given, b, p);
      return [given];
    }
    const given = value(context.gradientType(param.type), p.hint);
    if (!isComplete(context, param, given)) makeShadow(context, { param, from, tangent: given, shadow: p }, memos, b);
    else if (!context.stability(context.entry).isGivenWritten(param.type, context.memory.classOf(param))) return [p];
    else b.push({ kind: "copy", source: given, result: p });
    return [given];
  });
  return { ...func, body: { ...func.body, params, ops: [...b.ops, ...func.body.ops] } };
}

/** A function of a number whose arguments are left as they are: what it overwrites it copies first. */
export function receiveCopies(context: Context): Func {
  const func = context.func(context.entry);
  const stability = context.stability(context.entry);
  const b = new Builder(func.loc);
  const memos = new Memos(b);
  const params = func.body.params.map((p) => {
    if (!isReference(p.type) || !stability.isGivenWritten(p.type, context.memory.classOf(p))) return p;
    const from = like(p);
    const op: Op = context.sharing.has(p.id)
      ? { kind: "share", make: "copy", source: from, memo: memos.get("copies"), result: p }
      : { kind: "copy", source: from, result: p };
    b.push(op);
    return from;
  });
  const ops = [...refuseOverlap(context, func, params), ...b.ops, ...func.body.ops];
  return { ...func, body: { ...func.body, params, ops } };
}
