/** Which numbers are surely integers: counters, lengths, bitwise results and what arithmetic keeps whole. */
import type { Func, Op, ValueId } from "../ir/ir.js";
import { primitive, type PrimName } from "../ir/primitives.js";
import { walk } from "../ir/walk.js";

const always = new Set<PrimName>(["bitAnd", "bitOr", "bitXor", "bitNot", "shl", "shr", "ushr", "clz32", "imul", "fromBool", "floor", "ceil", "round", "trunc", "sign"]);
const keeping = new Set<PrimName>(["add", "sub", "mul", "neg", "abs", "max", "min", "maxLiteral", "minLiteral"]);

/** Ids of the values of a function that are integers (possibly huge) whenever they are finite numbers. */
export function integerValues(func: Func): ReadonlySet<ValueId> {
  const integers = new Set<ValueId>();
  const visit = (op: Op): void => {
    switch (op.kind) {
      case "const":
        if (typeof op.value === "number" && Number.isInteger(op.value)) integers.add(op.result.id);
        break;
      case "length":
        integers.add(op.result.id);
        break;
      case "load": {
        const type = op.place.base.type;
        if (type.kind === "typed" && !type.name.startsWith("Float")) integers.add(op.result.id);
        break;
      }
      case "prim":
        if (always.has(op.name)) integers.add(op.result.id);
        else if (keeping.has(op.name) && primitive(op.name).result === "num" && op.args.every((a) => integers.has(a.id))) integers.add(op.result.id);
        break;
      case "for": {
        const index = op.body.params[0];
        if (index !== undefined) integers.add(index.id);
        if (op.count !== undefined) integers.add(op.count.id);
        break;
      }
      default:
        break;
    }
  };
  walk(func.body, visit);
  return integers;
}
