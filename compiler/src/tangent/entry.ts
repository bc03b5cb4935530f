/** A function with its tangents as a whole, as users call it: `jvp`. */
import type { Context } from "../adjoint/context.js";
import { Memos } from "../adjoint/memos.js";
import { refuseOverlap } from "../adjoint/sharing.js";
import { Builder, like, value } from "../ir/build.js";
import type { Func, Value } from "../ir/ir.js";
import { holdsInstances, isReference, num } from "../ir/types.js";
import { append } from "../support/append.js";
import { Callees } from "./callees.js";
import { writeRegion } from "./forward.js";
import { besideMaybe, inputs, isComplete, makeShadow } from "./given.js";
import { type Tangents, tangentName } from "./state.js";

/** `jvp`: takes the parameters and a tangent for each differentiated one; results are the value and its tangent. */
export function differentiateTangent(context: Context): Func {
  const func = context.func(context.entry);
  const callees = new Callees(context, { isIntermediate: false, tag: `${context.entry}.jvp` });
  const lanes = callees.lanes();
  const [state] = lanes;
  const b = new Builder(func.loc);
  const { params, tangents } = receive(context, state, func, b);
  writeRegion(lanes, func.body, b);
  b.loc = func.loc;
  const result = func.body.yields?.[0];
  const given = result === undefined ? null : giveBack(context, state, result, b);
  for (const made of callees.all()) context.made.set(made.name, made);
  const type = func.results[0] ?? num;
  return {
    ...func,
    name: `${func.name}.jvp`,
    body: b.region([...params, ...tangents], given),
    results: given === null ? [type, isReference(type) ? context.gradientType(type) : type] : given.map((v) => v.type),
  };
}

/** Copies what is overwritten, and makes the shadows of the arguments from the tangents that are given. */
function receive(
  context: Context,
  state: Tangents,
  func: Func,
  b: Builder,
): { readonly params: readonly Value[]; readonly tangents: readonly Value[] } {
  const stability = context.stability(context.entry);
  const isWritten = (p: Value): boolean =>
    isReference(p.type) && stability.isGivenWritten(p.type, context.memory.classOf(p));
  const params = func.body.params.map((p) => (isWritten(p) ? like(p) : p));
  append(b.ops, refuseOverlap(context, func, params));
  const tangents = new Map(
    inputs(context).map(({ param }) => {
      const type = isReference(param.type) || param.type.kind === "maybe" ? context.gradientType(param.type) : num;
      return [param.id, value(type, tangentName(param))] as const;
    }),
  );
  const memos = new Memos(b);
  func.body.params.forEach((p, i) => {
    if (!state.isCarried(p)) return;
    const [from, tangent] = [params[i] ?? p, tangents.get(p.id)];
    if (!isReference(p.type)) {
      if (tangent !== undefined) state.set(p, p.type.kind === "maybe" ? besideMaybe(p, tangent, b) : tangent);
      return;
    }
    if (tangent !== undefined && isComplete(context, p, tangent)) {
      if (!isWritten(p)) state.set(p, tangent);
      else b.push({ kind: "copy", source: tangent, result: state.declare(p) });
    } else makeShadow(context, { param: p, from, tangent, shadow: state.declare(p) }, memos, b);
  });
  func.body.params.forEach((p, i) => {
    const from = params[i];
    if (from === undefined || from === p) return;
    if (context.sharing.has(p.id))
      b.push({ kind: "share", make: "copy", source: from, memo: memos.get("copies"), result: p });
    else b.push({ kind: "copy", source: from, result: p });
  });
  return { params, tangents: [...tangents.values()] };
}

/** The value and its tangent, as fresh objects. */
function giveBack(context: Context, state: Tangents, result: Value, b: Builder): readonly Value[] {
  if (!isReference(result.type)) return [result, state.orZero(result, b)];
  const isOurs = isMadeHere(context, result);
  const instances = holdsInstances(result.type, context.program.records) ? ({ instances: true } as const) : {};
  let given = result;
  if (!isOurs || "instances" in instances) {
    given = like(result);
    b.push({ kind: "copy", source: result, result: given, ...instances });
  }
  const known = state.get(result);
  const source = known ?? value(context.shadowType(result.type), tangentName(result));
  if (known === undefined) b.push({ kind: "zeros", like: result, result: source });
  const tangent = value(context.gradientType(result.type), tangentName(result));
  b.push({ kind: "export", source, take: isOurs || known === undefined, result: tangent });
  return [given, tangent];
}

/** Is all that a reference leads to made by the function itself, so that nobody else holds it? */
export function isMadeHere(context: Context, v: Value): boolean {
  const classes = new Set([context.memory.classOf(v)]);
  for (const owner of classes) {
    if (owner.external || owner.foreign) return false;
    for (const member of owner.members()) classes.add(member);
  }
  return true;
}
