/** Lengths and the ends of slices. */
import type { ts } from "ts-morph";
import { value } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { num } from "../../ir/types.js";
import type { FunctionContext } from "./context.js";
import { literalOf } from "./literals.js";
import { primitive } from "./primitive.js";

export const lengthOf = (context: FunctionContext, node: ts.Node, array: Value): Value =>
  context.integer(context.at(node).length(array));

/** An end of a slice: negative counts from the back, then it is cut to 0 … length. */
export function bounded(context: FunctionContext, node: ts.Expression, length: Value): Value {
  const literal = literalOf(context, node);
  if (typeof literal === "number" && Number.isInteger(literal)) {
    if (literal === 0) return context.constant(0);
    if (literal > 0) return primitive(context, node, "minLiteral", [length, context.constant(literal)]);
    const fromBack = primitive(context, node, "add", [length, context.constant(literal)]);
    return primitive(context, node, "maxLiteral", [fromBack, context.constant(0)]);
  }
  const v = wholeNumber(context, node);
  const below = primitive(context, node, "lt", [v, context.constant(0)]);
  const result = context.integer(value(num));
  context.b.if(
    below,
    [result],
    (b) => {
      const back = b.prim("add", [v, length]);
      return [b.prim("maxLiteral", [back, b.const(0)])];
    },
    (b) => [b.prim("min", [v, length])],
  );
  return result;
}

/** A position as JavaScript takes it: cut to an integer. */
export function wholeNumber(context: FunctionContext, node: ts.Expression): Value {
  const v = context.number(context.expression(node), "an index", node);
  return context.isInteger(v) ? v : primitive(context, node, "trunc", [v]);
}

/** The index `at` and `with` mean: negative counts from the back. */
export function relativeIndex(context: FunctionContext, node: ts.Expression, length: () => Value): Value {
  const literal = literalOf(context, node);
  if (typeof literal === "number" && Number.isInteger(literal)) {
    if (literal >= 0) return context.constant(literal);
    return primitive(context, node, "add", [length(), context.constant(literal)]);
  }
  const v = wholeNumber(context, node);
  const below = primitive(context, node, "lt", [v, context.constant(0)]);
  const all = length();
  const result = context.integer(value(num));
  context.b.if(
    below,
    [result],
    (b) => [b.prim("add", [v, all])],
    () => [v],
  );
  return result;
}
