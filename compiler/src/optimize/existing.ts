/** Which references surely are objects, and whether anybody asks if a number is there: what passes that move reads rely on. */
import type { Func, Op, Region, Value, ValueId } from "../ir/ir.js";
import { regions, results } from "../ir/walk.js";
import { makesFresh } from "./effects.js";
import { ScopedMap } from "./scoped-map.js";

/** References that surely are objects where a walk is: made there, a parameter, or already read or written through. */
export class Existing {
  readonly #known = new ScopedMap<true>();

  constructor(func: Func) {
    const questioned = questionedValues(func.body);
    for (const param of func.body.params) if (!questioned.has(param.id)) this.#known.set(`${param.id}`, true);
  }

  has(v: Value): boolean {
    return this.#known.get(`${v.id}`) === true;
  }

  /** The walk has passed an operation. */
  learn(op: Op): void {
    for (const v of makesFresh(op) ? results(op) : dereferenced(op)) this.#known.set(`${v.id}`, true);
  }

  /** Walks a region: what is learnt in it is forgotten behind it. */
  within<T>(walk: () => T): T {
    const mark = this.#known.mark();
    const result = walk();
    this.#known.undo(mark);
    return result;
  }
}

/** The objects an operation reads or writes through: it throws when one is missing. */
function dereferenced(op: Op): readonly Value[] {
  switch (op.kind) {
    case "load":
    case "store":
    case "accum":
      return [op.place.base];
    case "length":
    case "resize":
      return [op.array];
    default:
      return [];
  }
}

/** Values that are compared with others or asked whether they are there: they may be `undefined` or `null`. */
function questionedValues(region: Region, found: Set<ValueId> = new Set()): ReadonlySet<ValueId> {
  for (const op of region.ops) {
    if (op.kind === "prim" && ["isNullish", "eq", "ne", "is"].includes(op.name))
      for (const v of op.args) found.add(v.id);
    if (op.kind === "foreign" || op.kind === "throw") for (const v of op.args) found.add(v.id);
    for (const inner of regions(op)) questionedValues(inner, found);
  }
  return found;
}

/**
 * Does a function ask whether a number is there, or NaN? What is read past the end of a typed array is missing, every time;
 * what is computed from that is NaN.
 */
export function asksForMissing(region: Region): boolean {
  return region.ops.some(
    (op) =>
      (op.kind === "prim" && (op.name === "isNaN" || (op.name === "isNullish" && op.args[0]?.type.kind === "num"))) ||
      regions(op).some(asksForMissing),
  );
}
