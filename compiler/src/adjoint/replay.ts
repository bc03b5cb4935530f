/** The second run of a checkpointed function: its forward half on the snapshot, and its reverse half at once. */
import { Builder, like, value } from "../ir/build.js";
import type { Func, Value } from "../ir/ir.js";
import { isReference, num, tapeType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { giveAdjoints, moveAdjoints, newNotes, noteAdjoints, addAdjoints } from "./adjoint-moves.js";
import type { Context } from "./context.js";
import { Memos } from "./memos.js";
import { adjointName } from "./scope.js";
import type { Halves, Replay } from "./state.js";

/** `f_again(x, a, da, dy, tape)`: both halves, one after the other. */
export function writeReplay(context: Context, func: Func, replay: Replay, halves: Halves): Func {
  const { activity } = context;
  const b = new Builder(func.loc);
  const given = func.body.params.map(like);
  const shadowOf = (v: Value): Value =>
    value(context.shadowType(v.type), v.hint === undefined ? undefined : `d${v.hint}`);
  const pick = (values: readonly Value[], i: number): Value => {
    const found = values[i];
    invariant(found !== undefined, "position out of range");
    return found;
  };
  const shadowed = (values: readonly Value[]): readonly number[] =>
    values.flatMap((v, i) => (activity.hasShadow(v) ? [i] : []));
  const yields = func.body.yields ?? [];
  const shadowParams = new Map(shadowed(func.body.params).map((i) => [i, shadowOf(pick(given, i))] as const));
  const shadowAt = (i: number): Value => {
    const found = shadowParams.get(i);
    invariant(found !== undefined, "the forward half was given this shadow");
    return found;
  };
  const resultShadows = shadowed(yields).map((i) => shadowOf(pick(yields, i)));
  const adjoints = replay.activeResults.map((i) => value(num, adjointName(pick(yields, i))));
  const sums = replay.running.map((i) => value(num, adjointName(pick(given, i))));
  const tape = value(tapeType, "tape");
  // A snapshot that is used again stays as it is: the second run has a copy.
  const args = replay.takesTape ? given : copies(context, func, given, b, replay.apart);
  if (!replay.takesTape) b.push({ kind: "openTape", owned: false, result: tape });
  const made = resultShadows.map(like);
  const notes = replay.apart === undefined ? undefined : ([newNotes("before"), newNotes("after")] as const);
  const own = ownShadows(context, replay, args, b);
  const shadows = [...shadowParams].map(([i, shadow]) => own.get(i) ?? shadow);
  const changing = [...own].map(([i, shadow]): readonly [Value, Value] => [pick(args, i), shadow]);
  const begun = notes === undefined ? undefined : noteAdjoints(b, changing, "begun");
  const results = func.results.map((type, i) => value(type, yields[i]?.hint));
  b.push({ kind: "call", callee: halves.forward, args: [...args, ...shadows, tape], results: [...results, ...made] });
  if (notes === undefined) resultShadows.forEach((shadow, k) => moveAdjoints(b, shadow, pick(made, k)));
  else {
    const ended = shadowed(yields).map((i, k): readonly [Value, Value] => [pick(results, i), pick(made, k)]);
    giveAdjoints(b, notes[1], noteAdjoints(b, [...changing, ...ended], "ended"));
  }
  const gradients = replay.activeParams.map((i) => value(num, adjointName(pick(given, i))));
  b.push({
    kind: "call",
    callee: halves.reverse,
    args: [
      ...halves.passed.map((i) => pick(args, i)),
      ...halves.passedShadows.map((i) => own.get(i) ?? shadowAt(i)),
      ...adjoints,
      ...sums,
      tape,
    ],
    results: gradients,
  });
  if (notes !== undefined && begun !== undefined) addAdjoints(b, begun, notes[0]);
  if (!replay.takesTape) b.push({ kind: "closeTape", tape });
  const params = [...given, ...shadowParams.values(), ...(notes ?? resultShadows), ...adjoints, ...sums];
  return {
    name: replay.name,
    source: `${func.source}_again`,
    body: b.region(replay.takesTape ? [...params, tape] : params, gradients),
    results: gradients.map(() => num),
    doc: [`Adjoint of \`${func.source}\`, which runs again from what it was given.`],
    ...(func.loc === undefined ? {} : { loc: func.loc }),
  };
}

/** The shadows that only the second run has, in the shape that the arguments have on entry. */
function ownShadows(context: Context, replay: Replay, args: readonly Value[], b: Builder): ReadonlyMap<number, Value> {
  const memos = new Memos(b);
  const own = new Map<number, Value>();
  for (const i of replay.apart ?? []) {
    const source = args[i];
    invariant(source !== undefined, "position out of range");
    const shadow = value(context.shadowType(source.type), source.hint === undefined ? undefined : `d${source.hint}`);
    b.push({ kind: "share", make: "zeros", source, memo: memos.get("shadows"), result: shadow });
    own.set(i, shadow);
  }
  return own;
}

/**
 * Copies of what the function may overwrite, which share as the arguments do. Of those that get shadows of the second run
 * alone (`apart`) all are copied or none: one of them may lead to another, as their shadows then do.
 */
export function copies(
  context: Context,
  func: Func,
  given: readonly Value[],
  b: Builder,
  apart?: ReadonlySet<number>,
): readonly Value[] {
  const stability = context.stability(func.name);
  const isWritten = (i: number): boolean => {
    const param = func.body.params[i];
    return param !== undefined && stability.isWritten(param.type, context.memory.classOf(param));
  };
  const together = apart !== undefined && [...apart].some(isWritten);
  const memos = new Memos(b);
  return given.map((v, i) => {
    if (!isReference(v.type) || !(isWritten(i) || (together && apart.has(i)))) return v;
    const own = like(v);
    b.push({ kind: "share", make: "copy", source: v, memo: memos.get("copies"), result: own });
    return own;
  });
}
