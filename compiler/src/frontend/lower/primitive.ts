/** Primitives as the frontend makes them: with what is known of their results. */
import type { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import type { PrimName } from "../../ir/primitives.js";
import type { FunctionContext } from "./context.js";

const integerResult = new Set<PrimName>([
  "bitAnd",
  "bitOr",
  "bitXor",
  "bitNot",
  "shl",
  "shr",
  "ushr",
  "floor",
  "ceil",
  "round",
  "trunc",
  "clz32",
  "imul",
  "sign",
]);
const keepsIntegers = new Set<PrimName>([
  "add",
  "sub",
  "mul",
  "mod",
  "neg",
  "abs",
  "max",
  "min",
  "maxLiteral",
  "minLiteral",
  "fround",
]);

/** A primitive, with the facts that follow from its operands. */
export function primitive(
  context: FunctionContext,
  node: ts.Node,
  name: PrimName,
  args: readonly Value[],
  hint?: string,
): Value {
  const known = folded(context, name, args, hint);
  if (known !== undefined) return known;
  const result = context.at(node).prim(name, args, hint);
  if (integerResult.has(name) || (keepsIntegers.has(name) && args.every((a) => context.isInteger(a))))
    context.integer(result);
  return result;
}

/** A logical operator one operand of which is known. */
function folded(
  context: FunctionContext,
  name: PrimName,
  [a, b]: readonly Value[],
  hint: string | undefined,
): Value | undefined {
  if ((name !== "not" && name !== "and" && name !== "or") || a === undefined) return undefined;
  const left = context.truthOf(a);
  if (name === "not") return left === undefined ? undefined : context.constant(!left, hint);
  if (b === undefined) return undefined;
  const decides = name === "or";
  const right = context.truthOf(b);
  if (left !== undefined) return left === decides ? a : b;
  if (right !== undefined) return right === decides ? b : a;
  return undefined;
}
