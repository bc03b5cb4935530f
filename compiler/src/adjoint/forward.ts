/**
 * The forward sweep: the primal operations in their order, and beside each reference the shadow that parallels it.
 *
 *     %row = load %m[%i]      →   %row = load %m[%i];  %drow = load %dm[%i]
 *
 * Shadows are ordinary values, so the reverse sweep gets them as it gets every forward value. What it must remember is
 * decided later, by the frames.
 */
import { isFloatPlace } from "../analysis/activity.js";
import { type Builder, value } from "../ir/build.js";
import { placeType } from "../ir/derive.js";
import type { Cast, For, FunctionRule, If, Op, Place, Region, Store, Type, Value, While } from "../ir/ir.js";
import { isDifferentiable, isReference, num, shadowName, tellsLess } from "../ir/types.js";
import { results } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";
import { Frame, openRegion } from "./frame.js";
import { shadowsOf, writeCheckpoint } from "./checkpoint.js";
import { writeFused } from "./fused.js";
import { writeImplicit } from "./implicit.js";
import { stepIn } from "./step.js";
import { shadowed, shadowOrZeros } from "./shadows.js";
import { callRule, isActiveCall, sameObject } from "./rule-call.js";
import { type Entry, type FunctionState, type HalfSource, type OpenLoop, placeOn, type Written } from "./state.js";

/** Writes the forward version of `region` into `frame`. */
export function writeForward(state: FunctionState, halves: HalfSource, region: Region, frame: Frame): Written {
  const entries: Entry[] = [];
  const last = region.ops.at(-1);
  for (const op of region.ops) {
    frame.forward.loc = op.loc;
    for (const v of results(op)) state.frames.define(v, frame, op);
    const isLast = state.isJoint && op === last && frame.shape.kind === "root";
    const inTail = isLast && state.context.isReversedInArms(op);
    const entry = op.kind === "if" ? writeIf(state, halves, op, frame, inTail) : writeOp(state, halves, op, frame);
    if (entry !== undefined) entries.push(entry);
  }
  const yields = region.yields === null ? null : [...region.yields];
  return { frame, region, entries, yields };
}

function writeOp(state: FunctionState, halves: HalfSource, op: Exclude<Op, If>, frame: Frame): Entry | undefined {
  const { forward } = frame;
  const { activity } = state.context;
  switch (op.kind) {
    case "load":
      forward.push(op);
      if (activity.hasShadow(op.result) && state.isInShadow(op.place) && !state.isStationary(op.result)) {
        const shadow = state.makeShadow(op.result, frame);
        const read = forward.push<Op>({
          kind: "load",
          place: placeOn(op.place, state.shadow(op.place.base), undefined),
          result: shadow,
        });
        state.frames.define(shadow, frame, read, op);
        return undefined;
      }
      return { kind: "plain", op };
    case "store": {
      const fill = writeFill(state, op, frame);
      forward.push(op);
      if (isReference(op.value.type)) {
        if (activity.hasShadow(op.place.base) && isShadowedMember(state, op.value) && state.isInShadow(op.place)) {
          return writeLink(state, op, frame);
        }
        return undefined;
      }
      if (!frame.stored.has(op.value.id)) frame.stored.set(op.value.id, op);
      // The shadow is as long as the array ever was: an element that is new to both is new here.
      if (state.shadows.has(op.place.base.id) && state.context.growth.mayGrow(op))
        forward.push(shadowStore(state, op, zeroFor(state, op.value, forward)));
      return fill ?? { kind: "plain", op };
    }
    case "view":
      forward.push(op);
      if (activity.hasShadow(op.result)) {
        const { array, from, to } = op;
        const shadow = state.makeShadow(op.result, frame);
        const made = forward.push<Op>({ kind: "view", array: state.shadow(array), from, to, result: shadow });
        state.frames.define(shadow, frame, made);
      }
      return undefined;
    case "new":
    case "alloc":
    case "zeros":
    case "copy":
    case "global":
      forward.push(op);
      if (activity.hasShadow(op.result) && !(state.isStationary(op.result) && !state.holdsReferences(op.result)))
        newShadow(state, op, frame);
      return { kind: "plain", op };
    case "cast":
      forward.push(op);
      if (activity.hasShadow(op.result) && !state.isStationary(op.result)) castShadow(state, op, frame);
      return { kind: "plain", op };
    case "for":
    case "while": {
      const fused = op.kind === "for" ? state.fusion.get(op) : undefined;
      if (fused !== undefined)
        return writeFused(state, fused, frame, (body) => writeForward(state, halves, op.body, body));
      const step = op.tag?.kind === "implicit" ? stepIn(op) : undefined;
      if (step === undefined) return writeLoop(state, halves, op, frame);
      const loop = { ...op, body: step.body };
      const written = writeLoop(state, halves, loop, frame);
      return writeImplicit(state, halves, op, step.call, written, frame);
    }
    case "call":
      return writeCall(state, halves, op, frame);
    default:
      forward.push(op);
      return { kind: "plain", op };
  }
}

/** Before a number is stored where there may be none yet, in what the user gets back: is there one? */
function writeFill(state: FunctionState, op: Store, frame: Frame): Entry | undefined {
  const { program, activity, memory } = state.context;
  const type = placeType(op.place, program.records);
  // What a key is added to has its shape on entry noted.
  if (op.place.base.type.kind === "dict") return undefined;
  if (type?.kind !== "maybe" || !isFloatPlace(program, op.place)) return undefined;
  // What is stored may be a constant that nobody reads: the gradient has the shape of the argument all the same.
  if (!activity.hasShadow(op.place.base) || !state.isInShadow(op.place)) return undefined;
  if (!memory.classOf(op.place.base).external) return undefined;
  const { forward } = frame;
  const wasAbsent = forward.prim("isNullish", [forward.load(op.place, type)]);
  state.frames.define(wasAbsent, frame);
  return { kind: "fill", op, wasAbsent };
}

/** A reference is stored: the shadow structure is linked in the same way. */
function writeLink(state: FunctionState, op: Op & { kind: "store" }, frame: Frame): Entry | undefined {
  const { forward } = frame;
  const place = placeOn(op.place, state.shadow(op.place.base), undefined);
  let before: Value | undefined;
  if (state.context.isRelinked(state.context.memory.classOf(op.place.base))) {
    before = value(state.context.shadowType(op.value.type));
    state.frames.define(before, frame);
    forward.push({ kind: "load", place, result: before });
  }
  const shadow = shadowOrZeros(state, op.value, frame);
  forward.push(shadowStore(state, op, shadow));
  if (before === undefined) return undefined;
  if (state.repeatable && state.context.goesThroughShadows) {
    noteLink(state, place, shadow, forward);
    state.context.notesLinks = true;
  }
  return { kind: "relink", op, before };
}

/** Notes a link of shadows that the reverse sweep undoes: the next run of the pullback begins with it made again. */
function noteLink(state: FunctionState, place: Place, shadow: Value, b: Builder): void {
  const tape = state.frames.tapes.forward;
  state.frames.usesTape = true;
  if (place.kind === "elem") {
    const text = ["", ".links.push([", ", ", ", ", "])"];
    b.push({ kind: "foreign", text, args: [tape, place.base, place.index, shadow], pure: false });
  } else {
    const text = ["", ".links.push([", `, ${JSON.stringify(place.name)}, `, "])"];
    b.push({ kind: "foreign", text, args: [tape, place.base, shadow], pure: false });
  }
}

const isShadowedMember = (state: FunctionState, v: Value): boolean =>
  isDifferentiable(v.type, state.context.program.records);

/** The store to the shadow beside a store to its primal. It is a push too where shadow and primal have one length. */
function shadowStore(state: FunctionState, op: Op & { kind: "store" }, v: Value): Op {
  const place = placeOn(op.place, state.shadow(op.place.base), undefined);
  const grows = op.grows === true && !state.context.growth.shrinks(state.context.memory.classOf(op.place.base));
  return { kind: "store", place, value: v, ...(grows ? { grows } : {}) };
}

/** The shadow of the same object under another type is the same shadow under another type. */
function castShadow(state: FunctionState, op: Cast, frame: Frame): void {
  const from = state.shadows.get(op.value.id);
  const shadow = state.makeShadow(op.result, frame);
  // What has no shadow has nothing that an adjoint flows into: any zeros will do.
  const members = from === undefined ? variantZeros(state, op, frame) : undefined;
  const make: Op =
    members !== undefined
      ? { kind: "new", members, result: shadow }
      : from === undefined
        ? { kind: "zeros", like: op.result, result: shadow }
        : { kind: "cast", value: from, result: shadow };
  if (from === undefined && tellsLess(op.result.type, op.value.type, state.context.program.records)) {
    const own = value(state.context.shadowType(op.value.type), shadow.hint);
    frame.forward.push({ kind: "zeros", like: op.value, result: own });
    state.frames.define(shadow, frame, frame.forward.push({ kind: "cast", value: own, result: shadow }));
    return;
  }
  state.frames.define(shadow, frame, frame.forward.push(make));
}

/** The zeros for a variant that is seen as its union: it is known which fields it has. Absent where they hold structures. */
function variantZeros(state: FunctionState, op: Cast, frame: Frame): Value[] | undefined {
  const { records } = state.context;
  const from = op.value.type.kind === "record" ? records.get(op.value.type.name) : undefined;
  const to = state.context.shadowType(op.result.type);
  const wide = to.kind === "record" ? records.get(to.name) : undefined;
  if (from === undefined || from.variants !== undefined || wide?.variants === undefined) return undefined;
  const b = frame.forward;
  const held = (name: string): Type | undefined => from.fields.find((f) => f.name === name)?.type;
  const isPlain = wide.fields.every(
    (f) => (held(f.name) ?? num).kind === "num" && (held(f.name) !== undefined || f.type.kind === "maybe"),
  );
  if (!isPlain) return undefined;
  return wide.fields.map((f) =>
    held(f.name) === undefined ? b.absent(f.type, undefined) : b.cast(b.const(0), f.type),
  );
}

/** The shadow a number begins with: zero, and absent where the number is. */
function zeroFor(state: FunctionState, v: Value, b: Builder): Value {
  const { type } = v;
  if (type.kind !== "maybe" || type.of.kind !== "num") return b.const(0);
  const definition = state.frames.definitions.get(v.id)?.op;
  if (definition?.kind === "const" && definition.value == null) return b.absent(type, definition.value);
  if (definition?.kind === "cast" && definition.value.type.kind === "num") return b.cast(b.const(0), type);
  const zero = value(type);
  b.if(
    b.prim("isNullish", [v]),
    [zero],
    () => [v],
    (there) => [there.cast(there.const(0), type)],
  );
  return zero;
}

function newShadow(state: FunctionState, op: Op & { result?: Value }, frame: Frame): void {
  const { forward } = frame;
  const { program } = state.context;
  invariant(op.result !== undefined, "an allocation has a result");
  const primal = op.result;
  if (
    op.kind === "new" &&
    (primal.type.kind === "record" || primal.type.kind === "tuple" || state.holdsReferences(primal))
  ) {
    const { type } = primal;
    const isField = (i: number): boolean => {
      if (type.kind !== "record") return true;
      const field = program.records.get(type.name)?.fields[i];
      return field !== undefined && field.noDiff !== true && isDifferentiable(field.type, program.records);
    };
    const members = op.members
      .filter((_, i) => isField(i))
      .map((m) =>
        isReference(m.type) && isShadowedMember(state, m) ? shadowOrZeros(state, m, frame) : zeroFor(state, m, forward),
      );
    const shadow = state.makeShadow(primal, frame);
    if (type.kind === "record")
      invariant(state.context.records.has(shadowName(type.name)), "shadow record is declared");
    state.frames.define(shadow, frame, forward.push<Op>({ kind: "new", members, result: shadow }));
    return;
  }
  const shadow = state.makeShadow(primal, frame);
  const make: Op =
    op.kind === "alloc" && state.holdsReferences(primal)
      ? { kind: "alloc", length: op.length, result: shadow }
      : { kind: "zeros", like: primal, result: shadow };
  state.frames.define(shadow, frame, forward.push(make));
}

function pick(values: readonly Value[], i: number): Value {
  const found = values[i];
  invariant(found !== undefined, "position out of range");
  return found;
}

/** In tail position the reverse code of an arm will follow in the arm itself, where all its values are in scope. */
function writeIf(state: FunctionState, halves: HalfSource, op: If, frame: Frame, inTail: boolean): Entry {
  const opResults = [...op.results];
  const yields: (Value[] | null)[] = [];
  const builders: Builder[] = [];
  const owner = { results: opResults, yields, builders };
  const write = (region: Region, index: number): Written => {
    const arm = new Frame(state.frames, inTail ? { kind: "root" } : { kind: "arm", owner, index }, frame, op.loc);
    const written = writeForward(state, halves, region, arm);
    yields.push(written.yields);
    builders.push(arm.forward);
    return written;
  };
  const arms: [Written, Written] = [write(op.then, 0), write(op.else, 1)];
  for (const i of shadowed(state, op.results)) {
    for (const arm of arms) arm.yields?.push(shadowOrZeros(state, pick(arm.yields, i), arm.frame));
    opResults.push(state.makeShadow(pick(op.results, i), frame));
  }
  const forward = frame.forward.push<Op>({
    ...op,
    then: openRegion([], arms[0].frame.forward, arms[0].yields),
    else: openRegion([], arms[1].frame.forward, arms[1].yields),
    results: opResults,
  });
  return { kind: "if", op, arms, open: owner, forward, inTail };
}

function writeLoop(state: FunctionState, halves: HalfSource, op: For | While, frame: Frame): LoopEntry {
  const index = op.kind === "for" ? op.body.params[0] : undefined;
  const carried = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
  const shadowPositions = shadowed(state, carried);
  const inits = [...op.inits, ...shadowPositions.map((i) => shadowOrZeros(state, pick(op.inits, i), frame))];
  const body = new Frame(state.frames, { kind: "loop", index, op }, frame, op.loc);
  for (const p of op.body.params) state.frames.define(p, body);
  const params = [...op.body.params, ...shadowPositions.map((i) => state.makeShadow(pick(carried, i), body))];
  const written = writeForward(state, halves, op.body, body);
  const skip = op.breaks ? 1 : 0;
  for (const i of shadowPositions) written.yields?.push(shadowOrZeros(state, pick(written.yields, i + skip), body));
  const opResults = [...op.results, ...shadowPositions.map((i) => state.makeShadow(pick(op.results, i), frame))];
  const shared = { inits, body: openRegion(params, body.forward, written.yields), results: opResults };
  const made: (For | While) & OpenLoop =
    op.kind === "for"
      ? { ...op, ...shared }
      : {
          ...op,
          ...shared,
          cond: {
            ...op.cond,
            params: [
              ...op.cond.params,
              ...shadowPositions.map((i) => value(state.context.shadowType(pick(carried, i).type))),
            ],
          },
        };
  if (op.count !== undefined) state.frames.define(op.count, frame);
  const forward = frame.forward.push(made);
  return { kind: "loop", op, body: written, forward, enter: enterLoop(state, forward) };
}

type LoopEntry = Entry & { kind: "loop" };

/** The operations that will stand directly before a loop (room for what it saves). */
function enterLoop(state: FunctionState, loop: Op): Op[] {
  const ops: Op[] = [];
  state.frames.before.set(loop, ops);
  return ops;
}

function writeCall(
  state: FunctionState,
  maker: HalfSource,
  op: Op & { kind: "call" },
  frame: Frame,
): Entry | undefined {
  const rule = state.context.ruleOf(op.callee);
  const same = sameObject(rule, op);
  if (!isActiveCall(state.context, op)) {
    if (same === undefined) frame.forward.push(op);
    else frame.forward.push({ kind: "cast", value: same, result: pick(op.results, 0) });
    const made = same === undefined ? shadowed(state, op.results) : [];
    if (same !== undefined) passShadow(state, same, op, frame);
    for (const i of made)
      newShadow(state, { kind: "copy", source: pick(op.results, i), result: pick(op.results, i) }, frame);
    return made.length === 0 ? undefined : { kind: "plain", op };
  }
  if (rule !== undefined) return writeRule(state, rule, op, frame);
  if (state.context.func(op.callee).checkpoint === true) return writeCheckpoint(state, maker, op, frame);
  const halves = maker.halves(op.callee);
  const shadows = shadowsOf(state, op.args, frame);
  const shadowResults = shadowed(state, op.results).map((i) => state.makeShadow(pick(op.results, i), frame));
  frame.forward.push({
    ...op,
    callee: halves.forward,
    args: [...op.args, ...shadows.values(), state.frames.tapes.forward],
    results: [...op.results, ...shadowResults],
  });
  state.frames.usesTape = true;
  frame.interleave();
  return { kind: "call", op, halves, shadows };
}

/** The forward half of a custom rule takes the place of the function; what its pullback needs is kept. */
function writeRule(state: FunctionState, rule: FunctionRule, op: Op & { kind: "call" }, frame: Frame): Entry {
  const entry = callRule(state, rule, op, frame);
  const result = pick(op.results, 0);
  const same = sameObject(rule, op);
  if (same !== undefined) passShadow(state, same, op, frame);
  else if (state.context.activity.hasShadow(result)) newShadow(state, { kind: "copy", source: result, result }, frame);
  return entry;
}

/** A call that returns its argument returns the shadow with it. */
function passShadow(state: FunctionState, same: Value, op: Op & { kind: "call" }, frame: Frame): void {
  const result = pick(op.results, 0);
  if (!state.context.activity.hasShadow(result)) return;
  const shadow = shadowOrZeros(state, same, frame);
  frame.forward.push({ kind: "cast", value: shadow, result: state.makeShadow(result, frame) });
}
