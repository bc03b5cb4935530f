/**
 * Which values are written in place, inside the expression that uses them, instead of getting a name.
 *
 * A value is folded when it is pure, used once, not into a deeper loop, and nothing it reads from memory can change
 * between its definition and the statement it ends up in. (Variables that change are no concern here: a folded value
 * counts as a use of its operands where it is evaluated, and `variables.ts` gives them names accordingly.)
 */
import type { Op, Value, ValueId } from "../ir/ir.js";
import { primitive } from "../ir/primitives.js";
import { expressionIfs, isPure, longest, sizeOfOp } from "./conditional.js";
import { restoreExits, type Exits, type Tail } from "./exits.js";
import { memoryOf, type Memory } from "./memory.js";
import type { Block, Item, Layout } from "./layout.js";
import { countUses, operandModes, type Mode, type Use } from "./uses.js";

export interface Folding {
  readonly exits: Exits;
  readonly expressions: ReadonlySet<Item>;
  readonly uses: ReadonlyMap<ValueId, readonly Use[]>;
  /** Written in place: folded values, literals and module constants. */
  readonly isInline: (v: Value) => boolean;
}

export function planFolding(layout: Layout): Folding {
  const counts = countUses(layout);
  const expressions = expressionIfs(layout, counts);
  const exits = restoreExits(layout, counts, expressions);
  const uses = collectUses(layout, exits, expressions);
  const folded = new Map<ValueId, number>();
  const memory = memoryOf(layout);

  // Readers before what they read: an operation ends after everything in its regions.
  const backwards = [...layout.items].sort((a, b) => b.end - a.end);
  for (const item of backwards) {
    const value = foldable(item, expressions);
    if (value === undefined) continue;
    const own = uses.get(value.id) ?? [];
    const [use] = own;
    if (use === undefined || own.length !== 1) continue;
    const at = rootOf(use, folded, expressions);
    if (!modeAllows(use, item, memory) || crossesLoop(use.block, item.block)) continue;
    if (!loadsOf(item).every((load) => memory.unchanged(load, at))) continue;
    folded.set(value.id, at);
  }
  keepShort(layout, folded, uses, expressions, exits.tails.values());

  const isInline = (v: Value): boolean => {
    if (folded.has(v.id)) return true;
    const kind = layout.definitions.get(v.id)?.item?.op.kind;
    return kind === "const" || kind === "global";
  };
  return { exits, expressions, uses, isInline };
}

/** Where a use is evaluated: the position of the statement at the root of the expression it is in. */
function rootOf(use: Use, folded: ReadonlyMap<ValueId, number>, expressions: ReadonlySet<Item>): number {
  const { reader } = use;
  if (reader === undefined) return use.pos;
  // Evaluated before every iteration, so nothing in the loop may change it.
  if (use.mode === "bound") return reader.end;
  const ownResult = singleResult(reader.op);
  const inside = use.mode === "arm" || use.pos === reader.pos;
  if (inside && ownResult !== undefined && folded.has(ownResult.id)) return folded.get(ownResult.id) ?? use.pos;
  return use.mode === "arm" && expressions.has(reader) ? reader.end : use.pos;
}

/** The item itself, or everything in the arms of a conditional expression. */
function loadsOf(item: Item): readonly Item[] {
  return [item, ...item.blocks.flatMap((block) => block.items.flatMap(loadsOf))];
}

function singleResult(op: Op): Value | undefined {
  if (op.kind === "if") return op.results.length === 1 ? op.results[0] : undefined;
  return isPure(op) || op.kind === "new" ? op.result : undefined;
}

function foldable(item: Item, expressions: ReadonlySet<Item>): Value | undefined {
  const { op } = item;
  if (op.kind === "const" || op.kind === "global") return undefined;
  if (op.kind === "if") return expressions.has(item) ? op.results[0] : undefined;
  return isPure(op) || op.kind === "new" ? op.result : undefined;
}

function collectUses(layout: Layout, exits: Exits, expressions: ReadonlySet<Item>): Map<ValueId, Use[]> {
  const uses = new Map<ValueId, Use[]>();
  const add = (v: Value, use: Omit<Use, "value">): void => {
    const value = layout.resolve(v);
    const list = uses.get(value.id);
    if (list === undefined) uses.set(value.id, [{ ...use, value }]);
    else list.push({ ...use, value });
  };
  for (const item of layout.items) {
    for (const [v, mode] of operandModes(item.op)) add(v, { mode, block: item.block, pos: item.pos, reader: item });
  }
  for (const [block, tail] of exits.tails) {
    if (tail.kind === "none") continue;
    const owner = block.owner;
    tail.values.forEach((v, k) => {
      add(v, { mode: tailMode(tail, k), block, pos: block.end, ...(owner === undefined ? {} : { reader: owner }) });
    });
  }
  return uses;

  function tailMode(tail: Exclude<Tail, { kind: "none" }>, k: number): Mode {
    if (tail.kind === "return") return "return";
    if (tail.kind === "value") return expressions.has(tail.owner) ? "arm" : "expr";
    if (tail.kind === "loop" && k === 0 && "breaks" in tail.loop.op && tail.loop.op.breaks) return "expr";
    return "yield";
  }
}

function modeAllows(use: Use, item: Item, memory: Memory): boolean {
  const { op } = item;
  switch (use.mode) {
    case "name":
    case "yield":
      return false;
    case "base":
      return op.kind === "load";
    case "bound":
      return memory.isCheapBound(item);
    case "return":
    case "arm":
    case "expr":
      return op.kind !== "new" || use.reader?.op.kind !== "for";
  }
}

/** Does going from `from` out to `to` leave a loop or a local function? */
function crossesLoop(from: Block, to: Block): boolean {
  for (let block: Block | undefined = from; block !== undefined && block !== to; block = block.owner?.block) {
    if (block.role !== "arm") return true;
  }
  return false;
}

// ------------------------------------------------------------------------------------------------------------ length

/** Takes values out of expressions that would become too long, and keeps the user's names for what is worth a name. */
function keepShort(
  layout: Layout,
  folded: Map<ValueId, number>,
  uses: ReadonlyMap<ValueId, readonly Use[]>,
  expressions: ReadonlySet<Item>,
  tails: Iterable<Tail>,
): void {
  const sizes = new Map<ValueId, { readonly size: number; readonly work: number }>();
  const sizeOf = (v: Value) => {
    if (folded.has(v.id)) return sizes.get(v.id) ?? { size: 4, work: 0 };
    const op = layout.definitions.get(v.id)?.item?.op;
    const size = op?.kind === "const" || op?.kind === "global" ? sizeOfOp(op) : (v.hint?.length ?? 2);
    return { size, work: 0 };
  };
  const inArm = new Set<Item>();
  for (const item of expressions) for (const block of item.blocks) for (const part of block.items) inArm.add(part);
  const measure = (item: Item): void => {
    const { op } = item;
    const operands: Value[] = operandModes(op).map(([v]) => layout.resolve(v));
    if (expressions.has(item)) for (const block of item.blocks) operands.push(...(block.yields ?? []));
    let size = isPure(op) || op.kind === "new" || expressions.has(item) ? sizeOfOp(op) : 8;
    let work = workOf(op);
    for (const v of operands) {
      const part = sizeOf(v);
      size += part.size;
      work += part.work;
    }
    if (!inArm.has(item)) {
      const bySize = operands
        .filter((v) => folded.has(v.id) && !isArmOf(v, layout, item))
        .sort((a, b) => sizeOf(b).size - sizeOf(a).size);
      for (const v of bySize) {
        const part = sizeOf(v);
        if (size <= longest || part.size <= 12) break;
        folded.delete(v.id);
        size -= part.size - (v.hint?.length ?? 2);
        work -= part.work;
      }
    }
    const value = singleResult(op);
    if (value === undefined) return;
    sizes.set(value.id, { size, work });
    if (inArm.has(item) || value.hint === undefined || work < 2) return;
    const [use] = uses.get(value.id) ?? [];
    if (use !== undefined && !isNamedBy(use, value)) folded.delete(value.id);
  };
  // An item's operands, and what its arms contain, are measured before it.
  const visit = (block: Block): void => {
    for (const item of block.items) {
      item.blocks.forEach(visit);
      measure(item);
    }
  };
  visit(layout.root);
  for (const tail of tails) {
    if (tail.kind !== "return" || tail.values.length < 2) continue;
    let size = tail.values.reduce((sum, v) => sum + sizeOf(v).size + 2, 0);
    for (const v of [...tail.values].sort((a, b) => sizeOf(b).size - sizeOf(a).size)) {
      if (size <= longest) break;
      size -= sizeOf(v).size;
      folded.delete(v.id);
    }
  }
}

/** How much there is to understand in an operation: what has more than one step is worth a name. */
function workOf(op: Op): number {
  if (op.kind === "if") return 2;
  if (op.kind !== "prim") return 0;
  const { spelling } = primitive(op.name);
  return spelling.kind === "prefix" ? 0 : spelling.kind === "infix" ? 1 : 2;
}

/** Does the statement it ends up in say what it is, so that a name of its own adds nothing? */
function isNamedBy(use: Use, value: Value): boolean {
  const op = use.reader?.op;
  if (use.mode === "return" || op?.kind === "accum" || op?.kind === "store") return true;
  return op !== undefined && singleResult(op)?.hint === value.hint;
}

/** Is `v` defined in an arm of the conditional expression `item`? */
function isArmOf(v: Value, layout: Layout, item: Item): boolean {
  const block = layout.definitions.get(v.id)?.block;
  return block !== undefined && item.blocks.includes(block);
}
