/** Which values are numbers that results depend on, rather than only indices, bounds and conditions. */
import type { Func, Op, Prim, Region, Value, ValueId } from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import { operands, regions } from "../ir/walk.js";

/** Primitives whose operands are no more than their result is. */
const indexMaths: ReadonlySet<PrimName> = new Set<PrimName>([
  "add",
  "sub",
  "mul",
  "neg",
  "mod",
  "floor",
  "trunc",
  "bitAnd",
  "bitOr",
  "bitXor",
  "shl",
  "shr",
  "ushr",
  "imul",
  "min",
  "max",
]);
/** Primitives that make a decision. */
const decisions: ReadonlySet<PrimName> = new Set<PrimName>([
  "lt",
  "le",
  "gt",
  "ge",
  "eq",
  "ne",
  "truthy",
  "isNaN",
  "isFinite",
  "isInteger",
]);

/** The values of which something else than an index, a bound, a size or a condition is made. */
export function arithmeticValues(func: Func): ReadonlySet<ValueId> {
  const found = new Set<ValueId>();
  const queue: Value[] = [];
  const prims = new Map<ValueId, Prim>();
  const mark = (v: Value): void => {
    if (found.has(v.id)) return;
    found.add(v.id);
    queue.push(v);
  };
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      if (op.kind === "prim") prims.set(op.result.id, op);
      arithmeticOperands(op).forEach(mark);
      regions(op).forEach(visit);
    }
    region.yields?.forEach(mark);
  };
  visit(func.body);
  for (let v = queue.pop(); v !== undefined; v = queue.pop()) {
    const prim = prims.get(v.id);
    if (prim !== undefined && indexMaths.has(prim.name)) prim.args.forEach(mark);
  }
  return found;
}

/** The operands that are more than indices whatever becomes of the result. */
function arithmeticOperands(op: Op): readonly Value[] {
  switch (op.kind) {
    case "prim":
      return indexMaths.has(op.name) || decisions.has(op.name) ? [] : op.args;
    case "load":
    case "alloc":
    case "reserve":
    case "length":
      return [];
    case "store":
    case "accum":
      return [op.value];
    case "for":
      return op.inits;
    default:
      return operands(op);
  }
}
