/** What of a function is drawn. */
import type { Op, Region, Value, ValueId } from "../ir/ir.js";
import { operands, results, walk } from "../ir/walk.js";

/** Everything that numbers of the result come from, and everything that is written to what is drawn. */
export function chosenValues(body: Region): ReadonlySet<ValueId> {
  const drawn = new Set<ValueId>();
  const defined = new Map<ValueId, Op>();
  const params = new Map<ValueId, { readonly op: Op & { kind: "for" | "while" }; readonly index: number }>();
  const stores: Op[] = [];
  walk(body, (op) => {
    for (const v of results(op)) defined.set(v.id, op);
    if (op.kind === "store" || op.kind === "accum") stores.push(op);
    if (op.kind === "for" || op.kind === "while")
      (op.kind === "for" ? op.body.params.slice(1) : op.body.params).forEach((v, index) =>
        params.set(v.id, { op, index }),
      );
  });
  const pending: Value[] = [...(body.yields ?? [])];
  const mark = (v: Value | undefined): void => {
    if (v === undefined || drawn.has(v.id)) return;
    drawn.add(v.id);
    pending.push(v);
  };
  pending.forEach((v) => drawn.add(v.id));
  for (;;) {
    for (let v = pending.pop(); v !== undefined; v = pending.pop()) {
      const carried = params.get(v.id);
      if (carried !== undefined) {
        mark(carried.op.inits[carried.index]);
        mark(carried.op.body.yields?.[carried.index + (carried.op.breaks ? 1 : 0)]);
        continue;
      }
      const op = defined.get(v.id);
      if (op === undefined) continue;
      if (op.kind === "load") mark(op.place.base);
      else if (op.kind === "length" || op.kind === "alloc") continue;
      else if (op.kind === "if") {
        const i = op.results.indexOf(v);
        mark(op.then.yields?.[i]);
        mark(op.else.yields?.[i]);
      } else if (op.kind === "for" || op.kind === "while") {
        const i = op.results.indexOf(v);
        mark(op.inits[i]);
        mark(op.body.yields?.[i + (op.breaks ? 1 : 0)]);
        mark((op.kind === "for" ? op.body.params.slice(1) : op.body.params)[i]);
      } else for (const arg of operands(op)) mark(arg);
    }
    const before = drawn.size;
    for (const op of stores) {
      if (op.kind !== "store" && op.kind !== "accum") continue;
      if (!isDrawnMemory(op.place.base, drawn, defined)) continue;
      mark(op.place.base);
      mark(op.value);
    }
    if (drawn.size === before && pending.length === 0) return drawn;
  }
}

/** Is an array or object that this refers to in the picture, under whatever name? */
function isDrawnMemory(v: Value, drawn: ReadonlySet<ValueId>, defined: ReadonlyMap<ValueId, Op>): boolean {
  if (drawn.has(v.id)) return true;
  const op = defined.get(v.id);
  return op?.kind === "load" ? isDrawnMemory(op.place.base, drawn, defined) : op === undefined;
}
