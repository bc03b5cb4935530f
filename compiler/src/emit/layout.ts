/**
 * A function's regions as a tree with positions: what the other parts of the emitter look at instead of raw IR.
 *
 * Every operation reads at its `pos` (even) and defines at its `end` (odd); the regions inside lie between. Where one arm
 * of an `if` throws, the other arm is laid out after the `if` in the block around it, since that is how it is written. A
 * gradient that is given away as it is, is another name for the shadow; so is a value under a wider type.
 */
import type { Export, If, Op, Region, Value, ValueId } from "../ir/ir.js";
import { type Records, sameType } from "../ir/types.js";
import { eachUse, regions, results } from "../ir/walk.js";
import { isSilentCast } from "./casts.js";

/** An operation in its place. */
export interface Item {
  readonly op: Op;
  readonly block: Block;
  readonly pos: number;
  end: number;
  /** The regions it owns, in the order of `regions(op)`; an arm that was laid out after an `if` is empty. */
  readonly blocks: readonly Block[];
}

export type Role = "function" | "closure" | "loop" | "cond" | "arm";

/** A region in its place. */
export interface Block {
  readonly role: Role;
  readonly owner?: Item;
  readonly region: Region;
  readonly items: Item[];
  /** Parameters are defined at `start` (odd), what it yields is read at `end` (even). */
  readonly start: number;
  end: number;
  /** What it yields, with aliases resolved. */
  yields: readonly Value[] | null;
}

export interface Definition {
  readonly value: Value;
  readonly block: Block;
  readonly pos: number;
  /** Absent for parameters. */
  readonly item?: Item;
}

export interface Layout {
  readonly root: Block;
  readonly records: Records;
  readonly definitions: ReadonlyMap<ValueId, Definition>;
  /** Every item, in program order, outer before inner. */
  readonly items: readonly Item[];
  /** Every item in the order of the ends: an operation after everything in its regions. */
  readonly ended: readonly Item[];
  /** The value itself, or what it is another name for. */
  readonly resolve: (v: Value) => Value;
}

/** Shared by all operations without regions. */
const noBlocks: Block[] = [];

export function layOut(body: Region, records: Records): Layout {
  const definitions = new Map<ValueId, Definition>();
  const aliases = new Map<ValueId, Value>();
  const items: Item[] = [];
  const ended: Item[] = [];
  let clock = 0;
  const resolve = (v: Value): Value => {
    let current = v;
    for (let next = aliases.get(current.id); next !== undefined; next = aliases.get(current.id)) current = next;
    return current;
  };

  const openBlock = (region: Region, role: Role, owner?: Item): Block => {
    const start = (clock += 2) + 1;
    const block: Block = {
      role,
      ...(owner === undefined ? {} : { owner }),
      region,
      items: [],
      start,
      end: 0,
      yields: null,
    };
    for (const value of region.params) definitions.set(value.id, { value, block, pos: start });
    return block;
  };
  const closeBlock = (block: Block): void => {
    block.end = clock += 2;
    block.yields = block.region.yields?.map(resolve) ?? null;
  };
  const fill = (ops: readonly Op[], block: Block): void => {
    for (const op of ops) {
      const owned = regions(op);
      const blocks: Block[] = owned.length === 0 ? noBlocks : [];
      const item: Item = { op, block, pos: (clock += 2), end: 0, blocks };
      block.items.push(item);
      items.push(item);
      const open = op.kind === "if" ? openArm(op) : undefined;
      for (const region of owned) {
        const inner = openBlock(region, roleOf(op, region), item);
        if (region !== open) fill(inner.role === "loop" ? withLateCounting(region) : region.ops, inner);
        closeBlock(inner);
        if (region === open) inner.yields = null;
        blocks.push(inner);
      }
      item.end = (clock += 2) + 1;
      ended.push(item);
      if (open !== undefined) {
        fill(open.ops, block);
        results(op).forEach((result, k) => {
          const yielded = open.yields?.[k];
          if (yielded !== undefined) aliases.set(result.id, resolve(yielded));
        });
      } else if (isGift(op)) {
        aliases.set(op.result.id, resolve(op.source));
      } else if (isSilentCast(op, records)) {
        aliases.set(op.result.id, resolve(op.value));
      } else {
        for (const value of results(op)) definitions.set(value.id, { value, block, pos: item.end, item });
      }
    }
  };
  const root = openBlock(body, "function");
  fill(body.ops, root);
  closeBlock(root);
  return { root, records, definitions, items, ended, resolve };
}

/**
 * The operations of a loop's body, with those last that only count for the next iteration: `position++` can then be written
 * at the end, where the old position is not read any more.
 */
function withLateCounting({ params, ops, yields }: Region): readonly Op[] {
  const yielded = new Set(yields?.map((v) => v.id));
  const known = new Set(params.map((v) => v.id));
  for (const op of ops) if (op.kind === "const") known.add(op.result.id);
  const counts = ops.filter(
    (op) => op.kind === "prim" && yielded.has(op.result.id) && op.args.every((v) => known.has(v.id)),
  );
  if (counts.length === 0) return ops;
  const made = new Set(counts.flatMap((op) => results(op).map((v) => v.id)));
  const read = new Set<ValueId>();
  const note = (v: Value): void => {
    if (made.has(v.id)) read.add(v.id);
  };
  eachUse({ params, ops, yields: null }, note);
  const late = new Set(counts.filter((op) => results(op).every((v) => !read.has(v.id))));
  return [...ops.filter((op) => !late.has(op)), ...late];
}

/** A gradient that is the shadow itself. */
export function isGift(op: Op): op is Export {
  return op.kind === "export" && op.take && sameType(op.source.type, op.result.type);
}

/** The arm that goes on, when the other one throws. */
export function openArm(op: If): Region | undefined {
  if (op.then.yields === null && op.else.yields !== null) return op.else;
  if (op.else.yields === null && op.then.yields !== null) return op.then;
  return undefined;
}

function roleOf(op: Op, region: Region): Role {
  if (op.kind === "closure") return "closure";
  if (op.kind === "if") return "arm";
  return op.kind === "while" && region === op.cond ? "cond" : "loop";
}

/** Is `inner` the block `outer` or somewhere inside it? */
export const isInside = (inner: Block, outer: Block): boolean => inner.start >= outer.start && inner.end <= outer.end;
