/** Who reads a value, and how: what decides whether it may be written in place of the name. */
import type { Op, Place, Value, ValueId } from "../ir/ir.js";
import { assertNever } from "../support/invariant.js";
import type { Block, Item, Layout } from "./layout.js";

/**
 * - `expr`: anywhere an expression may stand, evaluated once
 * - `base`: what an index or a field is taken of
 * - `name`: printed more than once, or part of a fixed form: needs a name
 * - `bound`: evaluated before every iteration of a `for`
 * - `yield`: assigned to a carried variable or a result of an `if`
 * - `return`: returned
 * - `arm`: the value of one arm of a conditional expression
 */
export type Mode = "expr" | "base" | "name" | "bound" | "yield" | "return" | "arm";

export interface Use {
  readonly value: Value;
  readonly mode: Mode;
  readonly block: Block;
  readonly pos: number;
  /** The operation that reads it; for what a region yields, the owner of the region. */
  readonly reader?: Item;
}

/** The operands of an operation with how they are read. */
export function operandModes(op: Op): readonly (readonly [Value, Mode])[] {
  const all = (values: readonly Value[], mode: Mode = "expr") => values.map((v) => [v, mode] as const);
  switch (op.kind) {
    case "const":
    case "global":
    case "closure":
    case "openTape":
      return [];
    case "prim":
    case "call":
    case "foreign":
    case "throw":
      return all(op.args);
    case "load":
      return placeModes(op.place);
    case "store":
    case "accum":
      return [...placeModes(op.place), [op.value, "expr"]];
    case "length":
      return [[op.array, "base"]];
    case "new":
      return all(op.members);
    case "alloc":
      return [[op.length, "expr"]];
    case "copy":
    case "export":
      return [[op.source, "name"]];
    case "zeros":
      return [[op.like, "name"]];
    case "addInto":
      return all([op.target, op.source], "name");
    case "clear":
      return [[op.target, "name"]];
    case "if":
      return [[op.cond, "expr"]];
    case "for":
      return [[op.from, "expr"], [op.to, "bound"], ...all(op.inits)];
    case "while":
      return all(op.inits);
    case "closeTape":
    case "tapeTop":
    case "restore":
      return [[op.tape, "name"]];
    case "tapeRewind":
      return all([op.tape, op.mark], "name");
    case "reserve":
      return all([op.tape, op.numbers, op.flags], "name");
    case "save":
      return [[op.tape, "name"], ...all(op.values)];
    default:
      return assertNever(op, "operation");
  }
}

function placeModes(place: Place): readonly (readonly [Value, Mode])[] {
  const base = [place.base, "base"] as const;
  return place.kind === "elem" ? [base, [place.index, "expr"]] : [base];
}

/** How often each value is read, what regions yield included. */
export function countUses(layout: Layout): ReadonlyMap<ValueId, number> {
  const counts = new Map<ValueId, number>();
  const add = (v: Value): void => {
    const { id } = layout.resolve(v);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  };
  for (const item of layout.items) {
    for (const [v] of operandModes(item.op)) add(v);
    for (const block of item.blocks) block.yields?.forEach(add);
  }
  layout.root.yields?.forEach(add);
  return counts;
}
