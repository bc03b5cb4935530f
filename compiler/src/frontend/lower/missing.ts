/** Values that may be missing: tests for it, and what a value is once the code has tested it. */
import type { ts } from "ts-morph";
import type { Type, Value } from "../../ir/ir.js";
import { mayBeAbsent, present } from "../../ir/types.js";
import type { FunctionContext } from "./context.js";
import { primitive } from "./primitive.js";

export const mayBeUndefined = (type: Type): boolean => type.kind === "void" || mayBeAbsent(type, undefined);
export const mayBeMissing = (type: Type): boolean => type.kind === "maybe" || type.kind === "void";

/** `v === undefined` or `v === null`; an element out of range, which has no type of its own, is `undefined`. */
export function isAbsent(
  context: FunctionContext,
  v: Value,
  as: undefined | null,
  node: ts.Node,
  hint?: string,
): Value {
  if (v.type.kind === "void") return context.constant(context.isNull(v) === (as === null), hint);
  if (v.type.kind !== "maybe")
    return as === null ? context.constant(false, hint) : primitive(context, node, "isNullish", [v], hint);
  if (!mayBeAbsent(v.type, as)) {
    // An element of `(T | null)[]` may be out of range.
    return as === null ? context.constant(false, hint) : strictly(context, v, as, node, hint);
  }
  return v.type.absent === "both" || as === null
    ? strictly(context, v, as, node, hint)
    : primitive(context, node, "isNullish", [v], hint);
}

function strictly(context: FunctionContext, v: Value, as: undefined | null, node: ts.Node, hint?: string): Value {
  const type: Type = v.type.kind === "maybe" ? { ...v.type, absent: "both" } : v.type;
  const wide = context.at(node).cast(v, type);
  return primitive(context, node, "eq", [wide, context.at(node).absent(type, as)], hint);
}

export const isUndefined = (context: FunctionContext, v: Value, node: ts.Node): Value =>
  isAbsent(context, v, undefined, node);

/** `v == null`. */
export function isNullish(context: FunctionContext, v: Value, node: ts.Node, hint?: string): Value {
  if (v.type.kind === "void") return context.constant(true, hint);
  return primitive(context, node, "isNullish", [v], hint);
}

/** The value where it is known to be there. */
export function presentValue(context: FunctionContext, v: Value, node: ts.Node): Value {
  if (v.type.kind !== "maybe") return v;
  const made = context.at(node).cast(v, present(v.type));
  context.sameAs(v, made);
  return made;
}
