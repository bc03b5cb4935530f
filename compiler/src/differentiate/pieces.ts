/**
 * **Purpose** Small arrays that generated code makes for itself are cheap to make: an engine gives each typed array memory of its own,
 * which takes longer than what most functions compute with it.
 * **Needs** Functions marked as `hidden`: no array that they make gets to the user. All optimisation is done.
 * **Guarantees** The same numbers. An array that generated code hands to the user's own code is made as before.
 * **How** The runtime gives out parts of larger pieces of memory, each part once.
 */
import { value } from "../ir/build.js";
import type { Func, Op, Value, ValueId } from "../ir/ir.js";
import { num } from "../ir/types.js";
import { mapOp, walk } from "../ir/walk.js";

export function makeInPieces(func: Func): Func {
  if (func.hidden !== true) return func;
  const handedOut = new Set<ValueId>();
  walk(func.body, (op) => {
    if (op.kind === "foreign" || op.kind === "throw") for (const v of op.args) handedOut.add(v.id);
  });
  const region = (r: Func["body"]): Func["body"] => ({
    ...r,
    ops: r.ops.flatMap((op): readonly Op[] => {
      const made = inPieces(op, handedOut);
      return made ?? [mapOp(op, (v) => v, region)];
    }),
  });
  return { ...func, body: region(func.body) };
}

function inPieces(op: Op, handedOut: ReadonlySet<ValueId>): readonly Op[] | undefined {
  if (op.kind !== "alloc" && op.kind !== "zeros") return undefined;
  const { type, id } = op.result;
  if (type.kind !== "typed" || type.name !== "Float64Array" || handedOut.has(id)) return undefined;
  if (op.kind === "zeros") {
    const length = value(num);
    return [{ kind: "length", array: op.like, result: length }, newFloats(op, length)];
  }
  return op.fill === undefined || Object.is(op.fill, 0) ? [newFloats(op, op.length)] : undefined;
}

function newFloats({ result, loc }: Op & { readonly result: Value }, length: Value): Op {
  const imports = [{ name: "newFloats", from: "@adc/runtime" }];
  const at = loc === undefined ? {} : { loc };
  return { kind: "foreign", text: ["newFloats(", ")"], args: [length], pure: false, result, imports, ...at };
}
