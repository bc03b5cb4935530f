/** Copying regions: the same operations with fresh values. What inlining and the adjoint transformation splice with. */
import { like } from "./build.js";
import type { Op, Region, Value, ValueId } from "./ir.js";
import { mapOp, mapResults } from "./walk.js";

/**
 * What the copied code reads instead of the original values. A clone adds every value it defines, so that afterwards the
 * map says which value of the copy stands for which of the original.
 */
export type Substitution = Map<ValueId, Value>;

/** What stands for `v` under a substitution. */
export function substitute(substitution: ReadonlyMap<ValueId, Value>, v: Value): Value {
  return substitution.get(v.id) ?? v;
}

/** Values that the copy defines in the place of fresh ones, by what they are copies of. */
export type Chosen = ReadonlyMap<ValueId, Value>;
const noneChosen: Chosen = new Map();

/** A copy of a region with fresh parameters and results, at every depth. Values from outside it stay unless substituted. */
export function cloneRegion(
  region: Region,
  substitution: Substitution = new Map(),
  chosen: Chosen = noneChosen,
): Region {
  const params = region.params.map((v) => define(v, substitution, chosen));
  const ops = cloneOps(region.ops, substitution, chosen);
  return { params, ops, yields: region.yields === null ? null : region.yields.map((v) => substitute(substitution, v)) };
}

/**
 * Copies of operations with fresh results, for splicing a region where its parameters are already substituted by
 * arguments: `cloneOps(body.ops, map)`, then `substitute(map, y)` for each of `body.yields`.
 */
export function cloneOps(ops: readonly Op[], substitution: Substitution, chosen: Chosen = noneChosen): Op[] {
  return ops.map((op) => {
    const read = mapOp(
      op,
      (v) => substitute(substitution, v),
      (region) => cloneRegion(region, substitution, chosen),
    );
    const copy = mapResults(read, (v) => define(v, substitution, chosen));
    // An operation stands in one place only, also one that the copy leaves as it is.
    return copy === op ? { ...op } : copy;
  });
}

function define(v: Value, substitution: Substitution, chosen: Chosen): Value {
  const copy = chosen.get(v.id) ?? like(v);
  substitution.set(v.id, copy);
  return copy;
}
