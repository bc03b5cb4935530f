/** Which `if`s are written as an expression: `c ? a : b`, `a && b`, `a || b`. */
import type { Cast, Const, Global, Length, Load, Op, Prim, Value, ValueId } from "../ir/ir.js";
import { primitive } from "../ir/primitives.js";
import type { Block, Item, Layout } from "./layout.js";

/** Longest expression that is written in one piece. */
export const longest = 80;

/** An `if` with one result whose arms are short pure expressions, each part of which is used once. */
export function expressionIfs(layout: Layout, counts: ReadonlyMap<ValueId, number>): ReadonlySet<Item> {
  const found = new Set<Item>();
  // Inner ones first: an outer one may contain them.
  for (let k = layout.items.length - 1; k >= 0; k--) {
    const item = layout.items[k];
    if (item !== undefined && isExpression(item, layout, counts, found)) found.add(item);
  }
  return found;
}

function isExpression(
  item: Item,
  layout: Layout,
  counts: ReadonlyMap<ValueId, number>,
  inner: ReadonlySet<Item>,
): boolean {
  const { op } = item;
  if (op.kind !== "if" || op.results.length !== 1) return false;
  const [result] = op.results;
  if (result === undefined) return false;
  let size = 0;
  for (const block of item.blocks) {
    const [yielded] = block.yields ?? [];
    if (yielded === undefined) return false;
    if (isUnchanged(yielded, result, block, layout)) return false;
    for (const part of block.items) {
      const { op: partOp } = part;
      if (!isPure(partOp) && !inner.has(part)) return false;
      if (partOp.kind === "const" || partOp.kind === "global") continue;
      for (const value of partOp.kind === "if"
        ? partOp.results
        : "result" in partOp && partOp.result !== undefined
          ? [partOp.result]
          : []) {
        if (counts.get(value.id) !== 1) return false;
        if (value.hint !== undefined && value.hint !== result.hint && isWorthName(partOp, block, layout)) return false;
      }
      size += sizeOfOp(partOp);
    }
    size += 4;
  }
  return size <= longest - 15;
}

/** Is it more than one step, so that the user's name for it helps? */
function isWorthName(op: Op, arm: Block, layout: Layout): boolean {
  if (op.kind !== "prim") return op.kind === "if";
  return op.args.some((v) => {
    const definition = layout.definitions.get(v.id);
    return definition?.block === arm && (definition.item?.op.kind === "prim" || definition.item?.op.kind === "if");
  });
}

/** An arm that leaves a variable as it is reads better as an `if` statement that assigns in the other arm. */
function isUnchanged(yielded: Value, result: Value, arm: Block, layout: Layout): boolean {
  const definition = layout.definitions.get(yielded.id);
  return (
    result.hint !== undefined && yielded.hint === result.hint && definition !== undefined && definition.block !== arm
  );
}

export function isPure(op: Op): op is Cast | Const | Global | Length | Load | Prim {
  return (
    op.kind === "cast" ||
    op.kind === "const" ||
    op.kind === "prim" ||
    op.kind === "load" ||
    op.kind === "length" ||
    op.kind === "global"
  );
}

/** About how many characters an operation adds to its operands. */
export function sizeOfOp(op: Op): number {
  switch (op.kind) {
    case "const":
      return typeof op.value === "number" ? String(op.value).length : 6;
    case "prim": {
      const { spelling } = primitive(op.name);
      if (spelling.kind === "infix") return spelling.text.length + 2;
      return spelling.kind === "prefix" ? spelling.text.length : spelling.text.length + 2 * op.args.length;
    }
    case "load":
      return op.place.kind === "elem" ? 3 : op.place.name.length + 1;
    case "length":
      return 7;
    case "cast":
      return 1;
    case "global":
      return op.name.length - op.name.lastIndexOf("#");
    case "new":
      return 4 + 2 * op.members.length;
    case "if":
      return 6;
    default:
      return longest;
  }
}
