/**
 * The square-root schedules of checkpointed loops: an outer loop over segments, each a call of a checkpointed function. Of n
 * iterations there are ⌈√n⌉ segments of as many iterations, so what is kept (a snapshot for each segment, and the tape of
 * one) grows with √n. Where n is not known when the loop begins, each segment is one iteration longer than the one
 * before: after n iterations there are about √(2n), and none is longer.
 */
import { type Builder, like, value } from "../ir/build.js";
import type { Checkpointing, For, Region, Type, Value, ValueId, While } from "../ir/ir.js";
import { bool, num } from "../ir/types.js";
import { invariant } from "../support/invariant.js";

/** A function that runs a part of a loop: given values of its own, the carried values, and what the loop reads from outside. */
export interface Part {
  readonly name: { readonly full: string; readonly kind: string };
  readonly loop: For | While;
  readonly own: readonly Value[];
  readonly checkpoint?: true;
  readonly write: (inside: {
    readonly b: Builder;
    /** The carried values as they come in. */
    readonly carried: readonly Value[];
    /** What the loop reads from outside, as the function knows it. */
    readonly shared: readonly Value[];
    /** A region of the loop, for use in the function. */
    readonly clone: (region: Region) => Region;
  }) => readonly Value[];
}

/** The function that a loop stands in. */
export interface Inside {
  readonly integers: ReadonlySet<ValueId>;
  /** A name for a function that is going to be made. */
  named(kind: string): Part["name"];
  /** Makes the function; returns its name. */
  part(part: Part): string;
  /** What a loop reads from outside, in the order in which its parts take it. */
  shared(loop: For | While): readonly Value[];
  isZero(v: Value): boolean;
  /** Is memory that this leads to overwritten? */
  isWritten(v: Value): boolean;
}

/** The first of the growing segments. */
const firstLength = 8;

/** `from` (absent where it is 0) and the number of iterations of a counted loop. They are integers: no derivative flows through them. */
export function tripsOf(
  inside: Inside,
  loop: For,
  b: Builder,
): { readonly from: Value | undefined; readonly trips: Value } {
  const still = (v: Value): Value => b.prim("stopGradient", [v]);
  const from = inside.isZero(loop.from) ? undefined : still(loop.from);
  const isUp = loop.step > 0;
  const isInclusive = loop.test === "<=" || loop.test === ">=";
  // The last integer that passes the test, or the first that does not.
  const round = isUp === isInclusive ? "floor" : "ceil";
  const to = inside.integers.has(loop.to.id) ? still(loop.to) : b.prim(round, [still(loop.to)]);
  const start = from ?? b.const(0);
  const distance = !isUp ? b.prim("sub", [start, to]) : from === undefined ? to : b.prim("sub", [to, from]);
  const stride = Math.abs(loop.step);
  const steps = stride === 1 ? distance : b.prim("div", [distance, b.const(stride)]);
  if (isInclusive) {
    const whole = stride === 1 ? steps : b.prim("floor", [steps]);
    return { from, trips: b.prim("add", [whole, b.const(1)], "trips") };
  }
  return { from, trips: stride === 1 ? steps : b.prim("ceil", [steps]) };
}

/** The index of the iteration with this number. */
export function indexOf(loop: For, from: Value | undefined, number: Value, b: Builder): Value {
  const distance = loop.step === 1 ? number : b.prim("mul", [number, b.const(loop.step)]);
  return from === undefined ? distance : b.prim("add", [from, distance]);
}

/** The loop itself over a part of its indices. */
export function partOf(loop: For, from: Value, to: Value, inits: readonly Value[], body: Region): For {
  const { count: _, tag: __, ...rest } = loop;
  const results = loop.results.map(like);
  return { ...rest, from, to, test: loop.step > 0 ? "<" : ">", inits, body, results };
}

const segmentOf = (inside: Inside, loop: For | While, own: readonly Value[], write: Part["write"]): string =>
  inside.part({ name: inside.named("segment"), loop, own, checkpoint: true, write });

/** ⌈√n⌉ segments, or as many as are asked for. */
export function writeEqualSegments(inside: Inside, loop: For, tag: Checkpointing, b: Builder): void {
  const own = [value(num, "from"), value(num, "to")] as const;
  const name = segmentOf(inside, loop, own, ({ b: at, carried, clone }) => {
    const made = at.push(partOf(loop, own[0], own[1], carried, clone(loop.body)));
    return made.results;
  });
  const { from, trips } = tripsOf(inside, loop, b);
  const length =
    tag.snapshots === undefined
      ? b.prim("ceil", [b.prim("sqrt", [trips])])
      : b.prim("ceil", [b.prim("div", [trips, b.const(tag.snapshots)])]);
  const size = b.prim("max", [length, b.const(1)], "segmentLength");
  const segments = b.prim("ceil", [b.prim("div", [trips, size])], "segments");
  const at = b.nested();
  const number = value(num, "segment");
  const first = at.prim("mul", [number, size]);
  const last = at.prim("min", [at.prim("add", [first, size]), trips]);
  const carried = loop.inits.map((v, i) => value(v.type, loop.results[i]?.hint ?? v.hint));
  const results = loop.results.map(like);
  at.push({
    kind: "call",
    callee: name,
    args: [indexOf(loop, from, first, at), indexOf(loop, from, last, at), ...carried, ...inside.shared(loop)],
    results,
  });
  b.push({
    kind: "for",
    from: b.const(0),
    test: "<",
    to: segments,
    step: 1,
    inits: loop.inits,
    body: at.region([number, ...carried], results),
    breaks: false,
    results: loop.results,
  });
}

/** A counted loop that may be left early. */
export function writeGrowingSegments(inside: Inside, loop: For, b: Builder): void {
  const own = [value(num, "from"), value(num, "to")] as const;
  const name = segmentOf(inside, loop, own, ({ b: at, carried, clone }) => {
    const body = clone(loop.body);
    const [index, ...params] = body.params;
    const [stop, ...next] = body.yields ?? [];
    invariant(index !== undefined && stop !== undefined, "a loop that breaks yields whether it does");
    const inits = [at.const(false), ...carried];
    const inner: Region = {
      ...body,
      params: [index, value(bool, "stopped"), ...params],
      yields: [stop, stop, ...next],
    };
    const made = partOf(loop, own[0], own[1], inits, inner);
    const stopped = value(bool, "stopped");
    at.push({ ...made, results: [stopped, ...made.results] });
    return [stopped, ...made.results];
  });
  const { from, trips } = tripsOf(inside, loop, b);
  const cond = b.nested();
  const head = (): Value[] => [value(num, "done"), value(num, "segmentLength"), ...loop.inits.map(like)];
  const tested = head();
  const isLeft = cond.prim("lt", [first(tested, 0), trips]);
  const at = b.nested();
  const params = head();
  const [done, size, ...carried] = params;
  invariant(done !== undefined && size !== undefined, "two values of the outer loop's own");
  const last = at.prim("min", [at.prim("add", [done, size]), trips]);
  const stopped = value(bool, "stopped");
  const next = loop.results.map(like);
  at.push({
    kind: "call",
    callee: name,
    args: [indexOf(loop, from, done, at), indexOf(loop, from, last, at), ...carried, ...inside.shared(loop)],
    results: [stopped, ...next],
  });
  const longer = at.prim("add", [size, at.const(1)]);
  b.push({
    kind: "while",
    inits: [b.const(0), b.const(firstLength), ...loop.inits],
    cond: cond.region(tested, [isLeft]),
    body: at.region(params, [stopped, last, longer, ...next]),
    breaks: true,
    results: [value(num), value(num), ...loop.results],
  });
}

/** A loop whose number of iterations nobody knows before. */
export function writeUnknownSegments(inside: Inside, loop: While, b: Builder): void {
  const limit = value(num, "segmentLength");
  const { breaks } = loop;
  const name = segmentOf(inside, loop, [limit], ({ b: at, carried, clone }) => {
    const types: readonly Type[] = breaks ? [num, bool] : [num];
    const own = types.map((type) => value(type, type.kind === "num" ? "k" : "stopped"));
    const inits = [at.const(0), ...(breaks ? [at.const(false)] : []), ...carried];
    const cond = clone(loop.cond);
    const test = at.nested();
    const tested = types.map((type) => value(type));
    const goesOn = value(bool);
    test.if(
      test.prim("lt", [first(tested, 0), limit]),
      [goesOn],
      (then) => {
        then.ops.push(...cond.ops);
        return cond.yields;
      },
      (otherwise) => [otherwise.const(false)],
    );
    const body = clone(loop.body);
    const inner = at.nested();
    inner.ops.push(...body.ops);
    const [stop, ...rest] = body.yields ?? [];
    const counted = inner.prim("add", [first(own, 0), inner.const(1)]);
    const next = breaks && stop !== undefined ? [stop, counted, stop, ...rest] : [counted, ...(body.yields ?? [])];
    const results = own.map(like);
    const made = loop.results.map(like);
    at.push({
      kind: "while",
      inits,
      cond: test.region([...tested, ...cond.params], [goesOn]),
      body: inner.region([...own, ...body.params], next),
      breaks,
      results: [...results, ...made],
    });
    const ended = at.prim("lt", [first(results, 0), limit]);
    const [, stopped] = results;
    return [stopped === undefined ? ended : at.prim("or", [stopped, ended]), ...made];
  });
  const at = b.nested();
  const cond = b.nested();
  const head = (): Value[] => [value(num, "segmentLength"), ...loop.inits.map(like)];
  const tested = head();
  const params = head();
  const ended = value(bool, "ended");
  const next = loop.results.map(like);
  at.push({ kind: "call", callee: name, args: [...params, ...inside.shared(loop)], results: [ended, ...next] });
  const longer = at.prim("add", [first(params, 0), at.const(1)]);
  const yes = cond.const(true);
  b.push({
    kind: "while",
    inits: [b.const(firstLength), ...loop.inits],
    cond: cond.region(tested, [yes]),
    body: at.region(params, [ended, longer, ...next]),
    breaks: true,
    results: [value(num), ...loop.results],
  });
}

function first(values: readonly Value[], i: number): Value {
  const found = values[i];
  invariant(found !== undefined, "position out of range");
  return found;
}

export const docOf = (loop: For | While): string =>
  loop.loc === undefined ? "Some iterations of a loop." : `Some iterations of the loop at line ${loop.loc.line}.`;
