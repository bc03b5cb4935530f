/** Gives values other names (or none) wherever they stand. */
import type { Region, Value, ValueId } from "../ir/ir.js";
import { mapOp, mapResults } from "../ir/walk.js";

/** The region with each value of the map in its new form. The forms differ in the name only. */
export function renameRegion(region: Region, forms: ReadonlyMap<ValueId, Value>): Region {
  if (forms.size === 0) return region;
  const form = (v: Value): Value => forms.get(v.id) ?? v;
  const rename = (r: Region): Region => ({
    params: r.params.map(form),
    ops: r.ops.map((op) => mapResults(mapOp(op, form, rename), form)),
    yields: r.yields === null ? null : r.yields.map(form),
  });
  return rename(region);
}
