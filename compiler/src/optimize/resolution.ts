/** Values that turned out to be other values: a substitution that is applied at once to what is read later, and at the end to the rest. */
import type { Region, Value, ValueId } from "../ir/ir.js";
import { mapOp } from "../ir/walk.js";

export class Resolution {
  private readonly replaced = new Map<ValueId, Value>();

  /** From now on `v` is `replacement`. */
  set(v: Value, replacement: Value): void {
    const end = this.of(replacement);
    if (end.id !== v.id) this.replaced.set(v.id, end);
  }

  /** What a value is in the end. Chains are cut short on the way, which keeps the whole linear. */
  of(v: Value): Value {
    const next = this.replaced.get(v.id);
    if (next === undefined) return v;
    let end = next;
    for (let after = this.replaced.get(end.id); after !== undefined; after = this.replaced.get(end.id)) end = after;
    if (end !== next) this.replaced.set(v.id, end);
    return end;
  }

  /** A region with every replaced value replaced. */
  resolveRegion(region: Region): Region {
    if (this.replaced.size === 0) return region;
    return {
      params: region.params,
      ops: region.ops.map((op) =>
        mapOp(
          op,
          (v) => this.of(v),
          (inner) => this.resolveRegion(inner),
        ),
      ),
      yields: region.yields === null ? null : region.yields.map((v) => this.of(v)),
    };
  }
}
