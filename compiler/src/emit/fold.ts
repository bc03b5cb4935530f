/**
 * Which values are written in place, inside the expression that uses them, instead of getting a name.
 *
 * A value is folded when it is pure, used once, not into a deeper loop, and nothing it reads from memory can change
 * between its definition and the statement it ends up in. (Variables that change are no concern here: a folded value
 * counts as a use of its operands where it is evaluated, and `variables.ts` gives them names accordingly.)
 */
import type { New, Op, Value, ValueId } from "../ir/ir.js";
import { primitive } from "../ir/primitives.js";
import { operands as operandsOf } from "../ir/walk.js";
import { expressionIfs, isPure, longest, sizeOfOp } from "./conditional.js";
import { restoreExits, type Exits, type Tail } from "./exits.js";
import { memoryOf, type Memory } from "./memory.js";
import type { Block, Item, Layout } from "./layout.js";
import { countUses, eachOperand, type Mode, type Use } from "./uses.js";
import { append } from "../support/append.js";

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
  /** Values that keep a variable because casts of them are written more than once. */
  const named = new Set<ValueId>();
  const memory = memoryOf(layout);

  // Readers before what they read: an operation ends after everything in its regions.
  for (let k = layout.ended.length - 1; k >= 0; k--) {
    const item = layout.ended[k];
    if (item === undefined) continue;
    const value = foldable(item, expressions);
    if (value === undefined) continue;
    const own = uses.get(value.id);
    if (item.op.kind === "cast" && (own?.length ?? 0) > 1) {
      // Another look at a variable is written wherever it is needed.
      const source = layout.resolve(item.op.value);
      if (layout.definitions.get(source.id)?.item?.op.kind !== "load" || source.hint !== undefined) {
        folded.set(value.id, item.end);
        named.add(source.id);
      }
      continue;
    }
    if (named.has(value.id)) continue;
    const use = own?.length === 1 ? own[0] : undefined;
    if (use === undefined) continue;
    const at = rootOf(use, folded, expressions);
    if (!modeAllows(use, item, memory) || crossesLoop(use.block, item.block)) continue;
    if (!isUnchanged(item, at, memory)) continue;
    folded.set(value.id, at);
  }
  keepShort(layout, folded, uses, expressions, exits.tails.values());

  const inline = new Set<ValueId>(folded.keys());
  for (const { op } of layout.items) if (op.kind === "const" || op.kind === "global") inline.add(op.result.id);
  return { exits, expressions, uses, isInline: (v) => inline.has(v.id) };
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

/** Does evaluating an item, or everything in the arms of a conditional expression, at `at` read what it reads where it stands? */
function isUnchanged(item: Item, at: number, memory: Memory): boolean {
  if (!memory.unchanged(item, at)) return false;
  return item.blocks.every((block) => block.items.every((part) => isUnchanged(part, at, memory)));
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
  const add = (v: Value, mode: Mode, block: Block, pos: number, reader: Item | undefined): void => {
    const value = layout.resolve(v);
    const use: Use = reader === undefined ? { value, mode, block, pos } : { value, mode, block, pos, reader };
    const list = uses.get(value.id);
    if (list === undefined) uses.set(value.id, [use]);
    else list.push(use);
  };
  for (const item of layout.items) {
    const { op } = item;
    if (op.kind === "new")
      newModes(op, layout).forEach((mode, k) => {
        const v = op.members[k];
        if (v !== undefined) add(v, mode, item.block, item.pos, item);
      });
    else eachOperand(op, (v, mode) => add(v, mode, item.block, item.pos, item));
  }
  for (const [block, tail] of exits.tails) {
    if (tail.kind === "none") continue;
    tail.values.forEach((v, k) => add(v, tailMode(tail, k), block, block.end, block.owner));
  }
  return uses;

  function tailMode(tail: Exclude<Tail, { kind: "none" }>, k: number): Mode {
    if (tail.kind === "return") return "return";
    if (tail.kind === "value") return expressions.has(tail.owner) ? "arm" : "expr";
    if (tail.kind === "loop" && k === 0 && "breaks" in tail.loop.op && tail.loop.op.breaks) return "expr";
    return "yield";
  }
}

/** How the members of a literal are read: one that may have to be left out is tested first, and needs a name. */
function newModes(op: New, layout: Layout): readonly Mode[] {
  const { type } = op.result;
  const fields = type.kind === "record" ? layout.records.get(type.name)?.fields : undefined;
  return op.members.map((v, k) =>
    fields?.[k]?.optional === true && layout.resolve(v).type.kind === "maybe" ? "name" : "expr",
  );
}

function modeAllows(use: Use, item: Item, memory: Memory): boolean {
  const { op } = item;
  switch (use.mode) {
    case "name":
    case "yield":
      return false;
    case "base":
      return op.kind === "load" || op.kind === "cast";
    case "bound":
      return memory.isCheapBound(item);
    case "return":
    case "arm":
    case "expr":
      return op.kind !== "new" || !(use.reader?.op.kind === "for" || isTakenApart(use));
  }
}

/** Does text that adc does not know go on into the value (`delete t["a"]`)? */
function isTakenApart({ value, reader }: Use): boolean {
  if (reader?.op.kind !== "foreign") return false;
  const { args, text } = reader.op;
  return args.some((arg, k) => arg.id === value.id && /^[[.]/.test(text[k + 1] ?? ""));
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
  const sizeOf = (v: Value): number => {
    if (folded.has(v.id)) return sizes.get(v.id)?.size ?? 4;
    const op = layout.definitions.get(v.id)?.item?.op;
    return op?.kind === "const" || op?.kind === "global" ? sizeOfOp(op) : (v.hint?.length ?? 2);
  };
  const workIn = (v: Value): number => (folded.has(v.id) ? (sizes.get(v.id)?.work ?? 0) : 0);
  const inArm = new Set<Item>();
  for (const item of expressions) for (const block of item.blocks) for (const part of block.items) inArm.add(part);
  const measure = (item: Item): void => {
    const { op } = item;
    const operands: Value[] = operandsOf(op).map(layout.resolve);
    if (expressions.has(item)) for (const block of item.blocks) append(operands, block.yields ?? []);
    let size = isPure(op) || op.kind === "new" || expressions.has(item) ? sizeOfOp(op) : 8;
    let work = workOf(op);
    for (const v of operands) {
      size += sizeOf(v);
      work += workIn(v);
    }
    if (size > longest && !inArm.has(item)) {
      const bySize = operands
        .filter((v) => folded.has(v.id) && !isArmOf(v, layout, item))
        .sort((a, b) => sizeOf(b) - sizeOf(a));
      for (const v of bySize) {
        const part = sizeOf(v);
        if (size <= longest || part <= 12) break;
        size -= part - (v.hint?.length ?? 2);
        work -= workIn(v);
        folded.delete(v.id);
      }
    }
    const value = singleResult(op);
    // Nobody asks for the size of what has a name.
    if (value === undefined || !folded.has(value.id)) return;
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
    let size = tail.values.reduce((sum, v) => sum + sizeOf(v) + 2, 0);
    for (const v of [...tail.values].sort((a, b) => sizeOf(b) - sizeOf(a))) {
      if (size <= longest) break;
      size -= sizeOf(v);
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
  if (use.mode === "return" || op?.kind === "accum" || op?.kind === "store" || op?.kind === "resize") return true;
  return op !== undefined && singleResult(op)?.hint === value.hint;
}

/** Is `v` defined in an arm of the conditional expression `item`? */
function isArmOf(v: Value, layout: Layout, item: Item): boolean {
  const block = layout.definitions.get(v.id)?.block;
  return block !== undefined && item.blocks.includes(block);
}
