/** Putting a function together: operations that were to stand before others take their places. */
import type { Op, Region } from "../ir/ir.js";
import { mapOp } from "../ir/walk.js";

export function placeBefore(ops: readonly Op[], before: ReadonlyMap<Op, readonly Op[]>): readonly Op[] {
  const region = (r: Region): Region => ({ ...r, ops: placeBefore(r.ops, before) });
  return ops.flatMap((op) => [...(before.get(op) ?? []), mapOp(op, (v) => v, region)]);
}
