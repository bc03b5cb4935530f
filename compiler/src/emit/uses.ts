/** Who reads a value, and how: what decides whether it may be written in place of the name. */
import type { Op, Place, Value, ValueId } from "../ir/ir.js";
import { operands } from "../ir/walk.js";
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
      // A push does not say its index.
      return op.grows === true
        ? [
            [op.place.base, "base"],
            [op.value, "expr"],
          ]
        : [...placeModes(op.place), [op.value, "expr"]];
    case "accum":
      return [...placeModes(op.place), [op.value, "expr"]];
    case "view":
      return [
        [op.array, "base"],
        [op.from, "expr"],
        [op.to, "expr"],
      ];
    case "resize":
      return [
        [op.array, "base"],
        [op.length, "expr"],
      ];
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
    case "cast":
      return [[op.value, "expr"]];
    case "share":
    case "addInto":
    case "clear":
      return all(operands(op), "name");
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

/** Calls `visit` for the operands of an operation with how they are read: `operandModes` without lists for what there is most of. */
export function eachOperand(op: Op, visit: (v: Value, mode: Mode) => void): void {
  if (op.kind === "prim") for (const v of op.args) visit(v, "expr");
  else for (const [v, mode] of operandModes(op)) visit(v, mode);
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
    for (const v of operands(item.op)) add(v);
    for (const block of item.blocks) block.yields?.forEach(add);
  }
  layout.root.yields?.forEach(add);
  return counts;
}
