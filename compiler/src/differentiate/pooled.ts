/**
 * **Purpose** `accumulate` does not allocate what grows with its input each time it is called.
 * **Needs** A function of which nothing but numbers gets out, when all optimisation is done.
 * **Guarantees** `Float64Array`s that are made once in a call come from a pool and go back to it at the end.
 * **How** What stands at the top of the function, outside branches and loops, is made once. An array that generated code hands to
 * the user's own code, which may keep it, is made as before.
 */
import { value } from "../ir/build.js";
import type { Func, Op, Value, ValueId } from "../ir/ir.js";
import { isReference, num } from "../ir/types.js";
import { walk } from "../ir/walk.js";

const runtime = "@adc/runtime";

export function poolArrays(func: Func): Func {
  const { yields } = func.body;
  if (yields === null || yields.some((v) => isReference(v.type))) return func;
  const handedOut = new Set<ValueId>();
  walk(func.body, (op) => {
    if (op.kind === "foreign" || op.kind === "throw") for (const v of op.args) handedOut.add(v.id);
  });
  const borrowed: Value[] = [];
  const ops = func.body.ops.flatMap((op): readonly Op[] => {
    const made = borrow(op);
    if (made === undefined || handedOut.has(made.result.id)) return [op];
    borrowed.push(made.result);
    return made.ops;
  });
  const back = borrowed.map((array): Op => call("returnFloats", array));
  return { ...func, body: { ...func.body, ops: [...ops, ...back] } };
}

function call(name: string, argument: Value, result?: Value): Op {
  const imports = [{ name, from: runtime }];
  const text = [`${name}(`, ")"];
  return { kind: "foreign", text, args: [argument], pure: false, imports, ...(result === undefined ? {} : { result }) };
}

/** How an array that an operation makes is borrowed instead. */
function borrow(op: Op): { readonly ops: readonly Op[]; readonly result: Value } | undefined {
  if (!("result" in op) || op.result?.type.kind !== "typed" || op.result.type.name !== "Float64Array") return undefined;
  const { result } = op;
  switch (op.kind) {
    case "alloc":
      return op.fill === undefined || Object.is(op.fill, 0)
        ? { ops: [call("borrowFloats", op.length, result)], result }
        : undefined;
    case "zeros": {
      const length = value(num);
      return {
        ops: [{ kind: "length", array: op.like, result: length }, call("borrowFloats", length, result)],
        result,
      };
    }
    case "copy":
      return { ops: [call("borrowCopy", op.source, result)], result };
    default:
      return undefined;
  }
}
