/**
 * A function with what is carried beside its numbers, for generated code: it takes the parameters, then a shadow for each
 * differentiated one, and gives the shadow of the result. It leaves all it is given as it was.
 */
import type { Context } from "../adjoint/context.js";
import { Memos } from "../adjoint/memos.js";
import { refuseOverlap } from "../adjoint/sharing.js";
import { Builder, like, value } from "../ir/build.js";
import type { Func, Value } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { append } from "../support/append.js";
import { Callees } from "./callees.js";
import { companions, writeRegion } from "./forward.js";
import { type Following, type Lanes, tangentName } from "./state.js";

/**
 * With a width, it takes so many shadows of each parameter, those of one direction after those of the other, and gives as
 * many of the result.
 *
 * @param what names it: `tangent`, `dependence`
 */
export function alongShadows(
  context: Context,
  what: string,
  { following, width = 1 }: { readonly following?: Following; readonly width?: number } = {},
): Func {
  const func = context.func(context.entry);
  const tag = `${context.entry}.${what}`;
  const purpose = { isIntermediate: false, tag, width, ...(following === undefined ? {} : { following }) };
  const callees = new Callees(context, purpose);
  const lanes = callees.lanes();
  const b = new Builder(func.loc);
  const { params, shadows } = receive(context, lanes, b);
  writeRegion(lanes, func.body, b);
  b.loc = func.loc;
  const result = func.body.yields?.[0];
  const yields = result === undefined ? null : companions(lanes, [result], b);
  for (const made of callees.all()) context.made.set(made.name, made);
  return {
    ...func,
    name: tag,
    source: `${func.source}_${what}`,
    body: b.region([...params, ...shadows], yields),
    results: yields === null ? func.results : yields.map((v) => v.type),
  };
}

function receive(
  context: Context,
  lanes: Lanes,
  b: Builder,
): { readonly params: readonly Value[]; readonly shadows: readonly Value[] } {
  const func = context.func(context.entry);
  const stability = context.stability(context.entry);
  const isWritten = (p: Value): boolean =>
    isReference(p.type) && stability.isGivenWritten(p.type, context.memory.classOf(p));
  const params = func.body.params.map((p) => (isWritten(p) ? like(p) : p));
  append(b.ops, refuseOverlap(context, func, params));
  const memos = new Memos(b);
  const shadows: Value[] = [];
  for (const state of lanes)
    func.body.params.forEach((p, i) => {
      const from = params[i] ?? p;
      if (context.wrt.includes(i)) {
        const given = value(state.typeOf(p.type), tangentName(p));
        shadows.push(given);
        if (!state.isCarried(p)) return;
        if (isWritten(p)) b.push({ kind: "copy", source: given, result: state.declare(p) });
        else state.set(p, given);
      } else if (isReference(p.type) && state.isCarried(p))
        b.push({ kind: "zeros", like: from, result: state.declare(p) });
    });
  func.body.params.forEach((p, i) => {
    const from = params[i];
    if (from === undefined || from === p) return;
    if (context.sharing.has(p.id))
      b.push({ kind: "share", make: "copy", source: from, memo: memos.get("copies"), result: p });
    else b.push({ kind: "copy", source: from, result: p });
  });
  return { params, shadows };
}
