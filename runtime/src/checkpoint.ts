/** What code of checkpointed loops, and of those that go to a fixed point, asks for while it runs. */
import { isNumbers } from "./adjoint-notes.js";

/**
 * How many of `length` iterations the first part of a range has that is reversed with `snapshots` snapshots, its own initial
 * state among them, so that the fewest iterations run again.
 *
 * With s snapshots and each iteration run at most r times before it is reversed, β(s, r) = (s + r)! / (s! r!) iterations can
 * be reversed. For the smallest r that suffices, the first part may have up to β(s, r - 1) iterations and the rest, which has
 * one snapshot less, up to β(s - 1, r) (Griewank & Walther 2000, Algorithm 799: revolve).
 */
export function binomialSplit(length: number, snapshots: number): number {
  if (snapshots < 2) return length - 1;
  // β(s, r), β(s, r - 1) and β(s, r - 2).
  let reach = 1;
  let before = 0;
  let beforeThat = 0;
  for (let r = 0; reach < length; ) {
    r++;
    beforeThat = before;
    before = reach;
    reach = Math.round((reach * (snapshots + r)) / r);
  }
  const rest = reach - before;
  return Math.max(length - rest, beforeThat, 1);
}

/** How many snapshots fit into `bytes`, at least one: each takes `scalars` bytes, and what `held` leads to. */
export function snapshotsWithin(bytes: number, scalars: number, ...held: readonly unknown[]): number {
  const seen = new Set<object>();
  let size = scalars;
  const pending: unknown[] = [...held];
  while (pending.length > 0) {
    const at = pending.pop();
    if (typeof at !== "object" || at === null || seen.has(at)) continue;
    seen.add(at);
    if (ArrayBuffer.isView(at)) size += at.byteLength;
    else if (Array.isArray(at)) {
      size += 8 * at.length;
      for (const member of at) pending.push(member);
    } else {
      const members: readonly unknown[] = Object.values(at);
      size += 8 * members.length;
      pending.push(...members);
    }
  }
  return Math.max(1, Math.floor(bytes / Math.max(size, 8)));
}

/**
 * Adds the adjoints in `from` to those in `to`, which has the same shape, and sets those in `from` to zero. What both share is
 * left as it is.
 */
export function moveAdjoints(from: unknown, to: unknown): void {
  move(from, to, new Set());
}

function move(from: unknown, to: unknown, seen: Set<object>): void {
  if (typeof from !== "object" || from === null || typeof to !== "object" || to === null) return;
  if (from === to || seen.has(from)) return;
  seen.add(from);
  if (isNumbers(from) && isNumbers(to)) {
    const length = Math.min(from.length, to.length);
    for (let i = 0; i < length; i++) to[i] = (to[i] ?? 0) + (from[i] ?? 0);
    from.fill(0);
    return;
  }
  for (const key of Object.keys(from)) {
    const held: unknown = Reflect.get(from, key);
    const target: unknown = Reflect.get(to, key);
    if (typeof held !== "number") move(held, target, seen);
    else if (typeof target === "number") {
      Reflect.set(to, key, target + held);
      Reflect.set(from, key, 0);
    }
  }
}

/**
 * What is kept of typed arrays for a second run are copies, which do not lie over each other.
 * @throws TypeError if some that `held` leads to do, without being one.
 */
export function refuseOverlap(...held: readonly unknown[]): void {
  const seen = new Set<object>();
  const views = new Map<ArrayBufferLike, [from: number, to: number][]>();
  const pending: unknown[] = [...held];
  while (pending.length > 0) {
    const at = pending.pop();
    if (typeof at !== "object" || at === null || seen.has(at)) continue;
    seen.add(at);
    if (!ArrayBuffer.isView(at)) {
      for (const member of Object.values(at)) pending.push(member);
      continue;
    }
    const range: [number, number] = [at.byteOffset, at.byteOffset + at.byteLength];
    const others = views.get(at.buffer);
    if (others === undefined) views.set(at.buffer, [range]);
    else if (others.some(([from, to]) => from < range[1] && range[0] < to))
      throw new TypeError("a checkpointed loop overwrites memory that two typed arrays share");
    else others.push(range);
  }
}

/** The largest absolute value among numbers, and those that structures hold; NaN if one of them is. */
export function largestOf(...held: readonly unknown[]): number {
  const seen = new Set<object>();
  let largest = 0;
  const pending: unknown[] = [...held];
  while (pending.length > 0) {
    const at = pending.pop();
    if (typeof at === "number") largest = Math.max(largest, Math.abs(at));
    else if (at instanceof Float64Array || at instanceof Float32Array)
      for (const x of at) largest = Math.max(largest, Math.abs(x));
    else if (typeof at === "object" && at !== null && !seen.has(at)) {
      seen.add(at);
      for (const member of Object.values(at)) pending.push(member);
    }
  }
  return largest;
}

/** How far an iteration may still move the state of a loop that has come to its fixed point, relative to the state. */
const stillness = 1e-3;

/**
 * Throws where one more iteration moves the state of a loop from `before` to something else.
 * @throws RangeError: the derivative would be that of a fixed point which this is not.
 */
export function requireFixedPoint(where: string, before: readonly unknown[], after: readonly unknown[]): void {
  const pending: [before: unknown, after: unknown][] = before.map((v, i) => [v, after[i]]);
  let moved = 0;
  let size = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const [x, y] = at;
    if (typeof x === "number" && typeof y === "number") {
      moved = Math.max(moved, Math.abs(x - y));
      size = Math.max(size, Math.abs(x), Math.abs(y));
    } else if (typeof x === "object" && x !== null && typeof y === "object" && y !== null)
      for (const key of Object.keys(x)) pending.push([Reflect.get(x, key), Reflect.get(y, key)]);
  }
  if (moved > stillness * size && moved > Number.MIN_VALUE)
    throw new RangeError(`${where} has not come to a fixed point: one more iteration changes its state by ${moved}`);
}
