/**
 * Calls of checkpointed functions. The forward sweep keeps what the function is given, a *snapshot*, and nothing of what
 * happens in it; the reverse sweep runs the function's forward half on the snapshot, and its reverse half at once
 * (Griewank & Walther 2000). Memory that something may overwrite is copied into the snapshot, and the second run works on
 * that copy, so nothing has to be put back. Shadows are those of the originals.
 */
import { like, value } from "../ir/build.js";
import type { Call, Op, Type, Value } from "../ir/ir.js";
import { fieldsWithin, isReference, num, present } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { shadowed, shadowOrZeros } from "./shadows.js";
import { keepLinks, noteAdjoints, refuseOverlap } from "./adjoint-moves.js";
import { within } from "./apart.js";
import type { Frame } from "./frame.js";
import { Memos } from "./memos.js";
import { runThrough } from "./running.js";
import { type AdjointScope, adjointName } from "./scope.js";
import type { Entry, FunctionState, HalfSource } from "./state.js";

type CheckpointEntry = Entry & { kind: "checkpoint" };

function at(values: readonly Value[], i: number): Value {
  const found = values[i];
  invariant(found !== undefined, "position out of range");
  return found;
}

/** The forward sweep of a call of a checkpointed function. */
export function writeCheckpoint(state: FunctionState, maker: HalfSource, op: Call, frame: Frame): CheckpointEntry {
  const b = frame.forward;
  const replay = maker.replay(op.callee);
  const shadows = shadowsOf(state, op.args, frame);
  const args = snapshot(state, op, op.args, frame, replay.apart);
  state.frames.usesTape = true;
  const positions = shadowed(state, op.results);
  const changing = [...(replay.apart ?? [])].map((i): readonly [Value, Value] => {
    const shadow = shadows.get(i);
    invariant(shadow !== undefined, "this argument has a shadow");
    return [at(op.args, i), shadow];
  });
  const note = (pairs: readonly (readonly [Value, Value])[], hint: string): Value => {
    const notes = noteAdjoints(b, pairs, hint);
    state.frames.define(notes, frame);
    return notes;
  };
  if (replay.apart === undefined && positions.length === 0) {
    b.push(op);
    return { kind: "checkpoint", op, replay, args, shadows, results: [] };
  }
  const before = replay.apart === undefined ? undefined : note(changing, "before");
  // Shadows of what it returns parallel the references, so they are made by the forward half; what it saves is dropped.
  const tape = state.frames.tapes.forward;
  const mark = value(num, "mark");
  const results = positions.map((i) => state.makeShadow(at(op.results, i), frame));
  b.push({ kind: "tapeTop", tape, result: mark });
  b.push({
    ...op,
    callee: replay.forward,
    args: [...op.args, ...shadows.values(), tape],
    results: [...op.results, ...results],
  });
  b.push({ kind: "tapeRewind", tape, mark });
  if (before === undefined) return { kind: "checkpoint", op, replay, args, shadows, results };
  const made = positions.map((i, k): readonly [Value, Value] => [at(op.results, i), at(results, k)]);
  const after = note([...changing, ...made], "after");
  if (state.repeatable && state.context.goesThroughShadows) {
    keepLinks(b, after, tape);
    state.context.notesLinks = true;
  }
  return { kind: "checkpoint", op, replay, args, shadows, results: [before, after] };
}

/** The shadows that go with arguments, by position. */
export function shadowsOf(state: FunctionState, args: readonly Value[], frame: Frame): ReadonlyMap<number, Value> {
  const shadows = new Map<number, Value>();
  for (const i of shadowed(state, args)) {
    const shadow = shadowOrZeros(state, at(args, i), frame);
    // One made for this call alone (of an absent reference, say) is known to nobody else.
    if (!state.frames.definitions.has(shadow.id)) state.frames.define(shadow, frame, frame.forward.ops.at(-1));
    shadows.set(i, shadow);
  }
  return shadows;
}

/** The arguments as the second run will find them: copies of what may not be the same then, which share as the arguments do. */
export function snapshot(
  state: FunctionState,
  /** The call, or the loop after which it is made. */
  op: Op,
  args: readonly Value[],
  frame: Frame,
  apart?: ReadonlySet<number>,
): readonly Value[] {
  const { memory } = state.context;
  const isCopied = (arg: Value, i: number): boolean =>
    isReference(arg.type) && (apart?.has(i) === true || !state.context.snapshots.holds(op, memory.classOf(arg)));
  const copied = args.filter(isCopied);
  const classes = copied.map((arg) => memory.classOf(arg).slot(""));
  const mayShare = new Set(classes).size < classes.length || copied.some((arg) => holdsReferences(state, arg.type));
  if (copied.some((arg) => within(memory.classOf(arg)).some((c) => state.context.hasViews(c))))
    refuseOverlap(frame.forward, copied);
  const memos = new Memos(frame.forward);
  return args.map((arg, i) => {
    if (!isCopied(arg, i)) return arg;
    const own = like(arg);
    if (mayShare)
      frame.forward.push({ kind: "share", make: "copy", source: arg, memo: memos.get("snapshot"), result: own });
    else frame.forward.push({ kind: "copy", source: arg, result: own });
    state.frames.define(own, frame);
    return own;
  });
}

function holdsReferences(state: FunctionState, held: Type): boolean {
  const type = present(held);
  if (type.kind === "array") return isReference(type.elem);
  if (type.kind === "tuple") return type.elems.some(isReference);
  if (type.kind !== "record") return false;
  return fieldsWithin(type.name, state.context.program.records).some((f) => isReference(f.type));
}

/** `y = f(x, a)` becomes `dx += f_again(x, a, da, dy, tape)`. */
export function reverseCheckpoint(
  state: FunctionState,
  entry: CheckpointEntry,
  frame: Frame,
  scope: AdjointScope,
): void {
  const { op, replay } = entry;
  const b = frame.reverse;
  const resolve = (v: Value): Value => state.frames.resolve(v, b);
  const { sums, leave } = runThrough(state, scope, b, op.args, replay);
  const adjoints = replay.activeResults.map((i) => scope.get(at(op.results, i)) ?? b.const(0));
  const results = replay.activeParams.map((i) => value(num, adjointName(at(op.args, i))));
  b.push({
    kind: "call",
    callee: replay.name,
    args: [
      ...entry.args.map(resolve),
      ...[...entry.shadows.values()].map(resolve),
      ...entry.results.map(resolve),
      ...adjoints,
      ...sums,
      ...(replay.takesTape ? [state.frames.tapes.reverse] : []),
    ],
    results,
  });
  leave(results);
}
