/** `Array.isArray(v)`, `v instanceof Float64Array`: the type of the value says it, so that the arm for another type is not read. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, isTypedArrayName, present } from "../../ir/types.js";
import { spanOf } from "../source.js";
import { choiceOf, isAmong } from "./choice.js";
import { collectionOf } from "./collection.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { isNullish, presentValue } from "./missing.js";
import { primitive } from "./primitive.js";

const isList = ({ kind }: Type): boolean => kind === "array" || kind === "tuple";

/** `Array.isArray(v)`. */
export function lowerIsArray(context: FunctionContext, node: ts.CallExpression): Value {
  const [argument, ...others] = node.arguments;
  const v = argument === undefined || others.length > 0 ? undefined : context.expression(argument);
  if (v === undefined || present(v.type).kind === "opaque")
    return context.refuse(language.reflection(spanOf(node), "Array.isArray"), bool);
  return isOfKind(context, v, node, isList);
}

/** `v instanceof Array`, `v instanceof Float64Array`, `v instanceof Map`; absent where the value is none whose type says it. */
export function lowerLibraryInstance(context: FunctionContext, v: Value, node: ts.BinaryExpression): Value | undefined {
  const name = context.file.globalName(node.right);
  if (name === undefined) return undefined;
  if (present(v.type).kind === "opaque") return undefined;
  if (name === "Array") return isOfKind(context, v, node, isList);
  if (isTypedArrayName(name)) return isOfKind(context, v, node, (type) => type.kind === "typed" && type.name === name);
  if (name !== "Map" && name !== "Set") return undefined;
  const of = collectionOf(context, v)?.kind;
  return of === undefined ? undefined : context.constant((of === "map") === (name === "Map"));
}

function isOfKind(context: FunctionContext, v: Value, node: ts.Node, is: (type: Type) => boolean): Value {
  if (context.isRefused(v)) return context.standIn(bool);
  const type = present(v.type);
  const any = choiceOf(context, type);
  if (any !== undefined) {
    const among = (own: Value): Value => isAmong(context, own, any, node, is);
    if (v.type.kind !== "maybe") return among(v);
    const there = (): Value => among(presentValue(context, v, node));
    return branchValue(context, isNullish(context, v, node), () => context.constant(false), there, { type: bool });
  }
  if (!is(type)) return context.constant(false);
  return v.type.kind === "maybe"
    ? primitive(context, node, "not", [isNullish(context, v, node)])
    : context.constant(true);
}
