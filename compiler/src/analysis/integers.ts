/** Which numbers are surely integers: counters, lengths, indices, bitwise results and what arithmetic keeps whole. An over-cautious answer only costs speed. */
import type { Func, Op, ValueId } from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import { walk } from "../ir/walk.js";

const always = new Set<PrimName>([
  "bitAnd",
  "bitOr",
  "bitXor",
  "bitNot",
  "shl",
  "shr",
  "ushr",
  "clz32",
  "imul",
  "fromBool",
  "floor",
  "ceil",
  "round",
  "trunc",
  "sign",
]);
const keeping = new Set<PrimName>([
  "add",
  "sub",
  "mul",
  "neg",
  "abs",
  "max",
  "min",
  "maxLiteral",
  "minLiteral",
  "stopGradient",
]);

/** Ids of the values of a function that are integers (possibly huge) whenever they are finite numbers. */
export function integerValues(func: Func): ReadonlySet<ValueId> {
  // Carried values are assumed to be integers if they start as such; who turns out not to be is left out the next time.
  const refuted = new Set<ValueId>();
  for (let round = 0; round < 3; round++) {
    const { integers, failed } = infer(func, (param) => !refuted.has(param));
    if (failed.length === 0) return integers;
    for (const id of failed) refuted.add(id);
  }
  return infer(func, () => false).integers;
}

function infer(
  func: Func,
  mayAssume: (param: ValueId) => boolean,
): { readonly integers: ReadonlySet<ValueId>; readonly failed: readonly ValueId[] } {
  const integers = new Set<ValueId>(indices(func));
  const assumed: { readonly param: ValueId; readonly next: ValueId }[] = [];
  const visit = (op: Op): void => {
    switch (op.kind) {
      case "const":
        if (typeof op.value === "number" && Number.isInteger(op.value)) integers.add(op.result.id);
        break;
      case "cast":
        if (integers.has(op.value.id)) integers.add(op.result.id);
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
        else if (keeping.has(op.name) && op.args.every((a) => integers.has(a.id))) integers.add(op.result.id);
        break;
      case "for":
      case "while": {
        const index = op.kind === "for" ? op.body.params[0] : undefined;
        if (index !== undefined) integers.add(index.id);
        if (op.count !== undefined) integers.add(op.count.id);
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        params.forEach((param, i) => {
          const init = op.inits[i];
          const next = op.body.yields?.[i + (op.breaks ? 1 : 0)];
          const result = op.results[i];
          if (init === undefined || next === undefined || !integers.has(init.id) || !mayAssume(param.id)) return;
          integers.add(param.id);
          if (result !== undefined) integers.add(result.id);
          const test = op.kind === "while" ? op.cond.params[i] : undefined;
          if (test !== undefined) integers.add(test.id);
          assumed.push({ param: param.id, next: next.id });
        });
        break;
      }
      default:
        break;
    }
  };
  walk(func.body, visit);
  return { integers, failed: assumed.filter((a) => !integers.has(a.next)).map((a) => a.param) };
}

/** What serves as an index is an integer: with anything else the element would be missing, and the result NaN already. */
function indices(func: Func): readonly ValueId[] {
  const found: ValueId[] = [];
  walk(func.body, (op) => {
    const isAccess = op.kind === "load" || op.kind === "store" || op.kind === "accum";
    if (isAccess && op.place.kind === "elem") found.push(op.place.index.id);
  });
  return found;
}
