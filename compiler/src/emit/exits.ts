/**
 * Restoring exits. In the IR a region ends in one place; in the text, an arm of the last `if` of a loop body may end with
 * its own assignments and `break`, and an arm of the last `if` of a function with its own `return`. This decides where.
 */
import type { Value, ValueId } from "../ir/ir.js";
import { results } from "../ir/walk.js";
import type { Block, Item, Layout } from "./layout.js";

/** How a block ends. */
export type Tail =
  | { readonly kind: "return"; readonly values: readonly Value[] }
  /** The end of an iteration: `values` are the loop's yields, as seen from this block. */
  | { readonly kind: "loop"; readonly values: readonly Value[]; readonly loop: Item }
  /** An arm of an `if` statement that goes on after it. */
  | { readonly kind: "arm"; readonly values: readonly Value[]; readonly owner: Item }
  /** An arm of a conditional expression, or the test of a `while`. */
  | { readonly kind: "value"; readonly values: readonly Value[]; readonly owner: Item }
  /** Never reached. */
  | { readonly kind: "none" };

export interface Exits {
  readonly tails: ReadonlyMap<Block, Tail>;
  /** `if`s whose arms end the block around them, so that their results are nobody's. */
  readonly final: ReadonlySet<Item>;
}

export function restoreExits(
  layout: Layout,
  counts: ReadonlyMap<ValueId, number>,
  expressions: ReadonlySet<Item>,
): Exits {
  const tails = new Map<Block, Tail>();
  const final = new Set<Item>();

  const end = (block: Block, tail: Tail): void => {
    tails.set(block, tail);
    if (tail.kind !== "return" && tail.kind !== "loop") return;
    const last = block.items.findLast((item) => item.op.kind !== "const");
    if (last === undefined || !isFinal(last, tail, counts, expressions)) return;
    final.add(last);
    tails.set(block, { kind: "none" });
    const defined = results(last.op);
    for (const arm of last.blocks) {
      const inArm = (v: Value): Value => {
        const k = defined.findIndex((result) => result.id === v.id);
        return (k < 0 ? undefined : arm.yields?.[k]) ?? v;
      };
      end(arm, arm.yields === null ? { kind: "none" } : { ...tail, values: tail.values.map(inArm) });
    }
  };

  const endOf = (block: Block): Tail => {
    const { yields: values, owner } = block;
    if (values === null) return { kind: "none" };
    if (owner === undefined || block.role === "closure") return { kind: "return", values };
    if (block.role === "loop") return { kind: "loop", values, loop: owner };
    if (block.role === "cond" || expressions.has(owner)) return { kind: "value", values, owner };
    return { kind: "arm", values, owner };
  };
  end(layout.root, endOf(layout.root));
  for (const item of layout.items) {
    for (const block of item.blocks) if (!tails.has(block)) end(block, endOf(block));
  }
  return { tails, final };
}

/** May the arms of `last` end the block themselves? Only when its results go nowhere else, and there is an exit to gain. */
function isFinal(
  last: Item,
  tail: Extract<Tail, { kind: "return" | "loop" }>,
  counts: ReadonlyMap<ValueId, number>,
  expressions: ReadonlySet<Item>,
): boolean {
  if (last.op.kind !== "if" || expressions.has(last)) return false;
  if (last.op.then.yields === null || last.op.else.yields === null) return false;
  const defined = new Set(last.op.results.map((v) => v.id));
  const onlyHere = last.op.results.every(
    (v) => (counts.get(v.id) ?? 0) === tail.values.filter((used) => used.id === v.id).length,
  );
  if (!onlyHere) return false;
  if (tail.kind === "return") return tail.values.some((v) => defined.has(v.id));
  const [stop] = tail.values;
  return "breaks" in tail.loop.op && tail.loop.op.breaks && stop !== undefined && defined.has(stop.id);
}
