/** Where values are alive, as intervals of positions. Exact on structured code: an arm nobody reads a value in is a hole. */
import type { Value, ValueId } from "../ir/ir.js";
import type { Folding } from "./fold.js";
import { operands as operandsOf, results as resultsOf } from "../ir/walk.js";
import type { Block, Definition, Layout } from "./layout.js";

/** Closed intervals, flat: `[from, to, from, to, …]`; sorted and disjoint once `normalised`. */
export type Intervals = number[];

/** A place where a value is read, after folding: the statement at the root of the expression. */
export type Reader = (v: Value, pos: number, block: Block) => void;

/** Calls `read` for every named value that evaluating `v` reads. */
export function eachLeaf(v: Value, layout: Layout, folding: Folding, read: (leaf: Value) => void): void {
  const value = layout.resolve(v);
  if (!folding.isInline(value)) {
    read(value);
    return;
  }
  const item = layout.definitions.get(value.id)?.item;
  if (item === undefined) return;
  for (const operand of operandsOf(item.op)) eachLeaf(operand, layout, folding, read);
  if (item.op.kind === "if") {
    for (const block of item.blocks) for (const yielded of block.yields ?? []) eachLeaf(yielded, layout, folding, read);
  }
}

export function liveness(
  layout: Layout,
  folding: Folding,
): {
  readonly intervals: Map<ValueId, Intervals> /** The other blocks that a value is read in. */;
  readonly readIn: Map<ValueId, Set<Block>>;
} {
  const intervals = new Map<ValueId, Intervals>();
  const readIn = new Map<ValueId, Set<Block>>();
  /** The blocks on the way from a value's readers out to its definition. */
  const onTheWay = new Map<ValueId, Set<Block>>();
  for (const definition of layout.definitions.values()) {
    if (!folding.isInline(definition.value)) intervals.set(definition.value.id, [definition.pos, definition.pos]);
  }
  const readLeaf = (v: Value, pos: number, block: Block): void => {
    const definition = layout.definitions.get(v.id);
    const own = intervals.get(v.id);
    if (definition === undefined || own === undefined) return;
    if (block === definition.block) {
      own.push(definition.pos, pos);
      return;
    }
    addUse(own, definition, pos, block, setOf(onTheWay, v.id));
    setOf(readIn, v.id).add(block);
  };
  const read: Reader = (v, pos, block) => eachLeaf(v, layout, folding, (leaf) => readLeaf(leaf, pos, block));

  for (const item of layout.items) {
    const { op } = item;
    const [result] = resultsOf(op);
    const isPart = result !== undefined && folding.isInline(result) && !isComposite(op.kind);
    if (isPart || (op.kind === "if" && result !== undefined && folding.isInline(result))) continue;
    for (const operand of operandsOf(op)) read(operand, item.pos, item.block);
    // The bound is read before every iteration.
    if (op.kind === "for") read(op.to, item.end - 1, item.block);
  }
  for (const [block, tail] of folding.exits.tails) {
    if (tail.kind === "none") continue;
    if (tail.kind === "value" && isInsideExpression(tail.owner.op, folding)) continue;
    for (const value of tail.values)
      read(value, tail.kind === "value" && block.role === "arm" ? block.end : block.end, block);
  }
  return { intervals, readIn };
}

function isComposite(kind: string): boolean {
  return kind === "for" || kind === "while" || kind === "closure";
}

function isInsideExpression(
  op: { readonly kind: string; readonly results?: readonly Value[] },
  folding: Folding,
): boolean {
  const result = op.results?.[0];
  return op.kind === "if" && result !== undefined && folding.isInline(result);
}

function setOf(sets: Map<ValueId, Set<Block>>, id: ValueId): Set<Block> {
  const found = sets.get(id);
  if (found !== undefined) return found;
  const made = new Set<Block>();
  sets.set(id, made);
  return made;
}

/** Adds that `definition` is read at `pos` in `block`. From a block in `seen` on outwards, that is known already. */
function addUse(intervals: Intervals, definition: Definition, pos: number, block: Block, seen: Set<Block>): void {
  let at = pos;
  for (let inner = block; inner !== definition.block; ) {
    const { owner } = inner;
    if (owner === undefined) break;
    if (seen.has(inner)) {
      if (inner.role === "arm") intervals.push(inner.start, at);
      return;
    }
    seen.add(inner);
    if (inner.role === "arm") intervals.push(inner.start, at);
    // Read in a loop from outside: alive as long as the loop runs. Captured by a function: for ever.
    else intervals.push(owner.pos, inner.role === "closure" ? Infinity : owner.end - 1);
    at = inner.role === "arm" ? owner.pos : owner.end - 1;
    if (inner.role === "closure") at = Infinity;
    inner = owner.block;
  }
  intervals.push(definition.pos, at);
}

/** Sorted, disjoint. */
export function normalise(intervals: Intervals): Intervals {
  const out: Intervals = [];
  const sorted = inOrder(intervals);
  for (let k = 0; k < sorted.length; k += 2) {
    const from = sorted[k] ?? 0;
    const to = sorted[k + 1] ?? 0;
    const end = out.length - 1;
    if (out.length > 0 && from <= (out[end] ?? 0)) out[end] = Math.max(out[end] ?? 0, to);
    else out.push(from, to);
  }
  return out;
}

/** Intervals by where they begin; most lists are so already. */
function inOrder(intervals: Intervals): Intervals {
  let isSorted = true;
  for (let k = 2; k < intervals.length; k += 2) isSorted &&= (intervals[k] ?? 0) >= (intervals[k - 2] ?? 0);
  if (isSorted) return intervals;
  const pairs: [number, number][] = [];
  for (let k = 0; k < intervals.length; k += 2) pairs.push([intervals[k] ?? 0, intervals[k + 1] ?? 0]);
  return pairs.sort((a, b) => a[0] - b[0]).flat();
}

/** What is in either of two normalised lists. */
export function union(a: Intervals, b: Intervals): Intervals {
  const out: Intervals = [];
  let j = 0;
  let k = 0;
  while (j < a.length || k < b.length) {
    const takesA = (a[j] ?? Infinity) <= (b[k] ?? Infinity);
    const [list, at] = takesA ? [a, j] : [b, k];
    const from = list[at] ?? 0;
    const to = list[at + 1] ?? 0;
    const end = out.length - 1;
    if (out.length > 0 && from <= (out[end] ?? 0)) out[end] = Math.max(out[end] ?? 0, to);
    else out.push(from, to);
    if (takesA) j += 2;
    else k += 2;
  }
  return out;
}

/** Have two normalised lists a position in common? */
export function overlap(a: Intervals, b: Intervals): boolean {
  let j = 0;
  let k = 0;
  while (j < a.length && k < b.length) {
    if ((a[j + 1] ?? 0) < (b[k] ?? 0)) j += 2;
    else if ((b[k + 1] ?? 0) < (a[j] ?? 0)) k += 2;
    else return true;
  }
  return false;
}
