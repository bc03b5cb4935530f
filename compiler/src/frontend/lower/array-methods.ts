/** Methods of arrays: `fill`, `slice`, `set`. */
import { ts } from "ts-morph";
import { meaning } from "../../diagnostics.js";
import { elem, value } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { isReference, num, sameType } from "../../ir/types.js";
import { bare, spanOf } from "../source.js";
import { checkWritable, elementType, standInFor } from "./access.js";
import { alloc, copyOf, countTo, newArray } from "./array.js";
import type { FunctionContext } from "./context.js";
import { literalOf } from "./literals.js";
import { primitive } from "./operators.js";

/** A method of an array; `undefined` where it is not in the language. */
export function lowerArrayMethod(
  context: FunctionContext,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value | undefined {
  const name = callee.name.text;
  const made = bare(callee.expression);
  const [first, second, third] = node.arguments;
  if (name === "fill" && first !== undefined && second === undefined) {
    const isNew = ts.isNewExpression(made) && context.file.globalName(made.expression) === "Array";
    const isCall = ts.isCallExpression(made) && context.file.globalName(made.expression) === "Array";
    if ((isNew || isCall) && (ts.isNewExpression(made) || ts.isCallExpression(made)))
      return newArray(context, made, { node, by: first }, hint);
  }
  const array = context.expression(callee.expression);
  if (array.type.kind !== "array" && array.type.kind !== "typed")
    return context.isRefused(array) ? standInFor(context, node) : undefined;
  switch (name) {
    case "fill": {
      if (first === undefined) return undefined;
      checkWritable(context, array, node);
      const v = context.coerce(context.expression(first), elementType(array.type), first);
      const length = (): Value => context.integer(context.at(node).length(array));
      const from = second === undefined ? undefined : bounded(context, second, length());
      const to = third === undefined ? length() : bounded(context, third, length());
      countTo(context, to, (i) => context.b.store(elem(array, i), v), from);
      context.putInto(array, v);
      return array;
    }
    case "slice": {
      if (node.arguments.length === 0) return copyOf(context, node, array, array.type, hint);
      if (first === undefined) return undefined;
      const length = context.integer(context.at(node).length(array));
      const from = bounded(context, first, length);
      const to = second === undefined ? length : bounded(context, second, length);
      const count = primitive(context, node, "maxLiteral", [
        primitive(context, node, "sub", [to, from]),
        context.constant(0),
      ]);
      const part = alloc(context, node, array.type, count, hint);
      countTo(context, count, (i) => {
        const at = primitive(context, node, "add", [from, i]);
        context.b.store(elem(part, i), context.b.load(elem(array, at), elementType(array.type)));
      });
      if (isReference(elementType(array.type))) context.putInto(part, array);
      return part;
    }
    case "set": {
      if (first === undefined || array.type.kind !== "typed") return undefined;
      return lowerSet(context, node, array, first, second);
    }
    default:
      return undefined;
  }
}

/** An end of a slice: negative counts from the back, then it is cut to 0 … length. */
function bounded(context: FunctionContext, node: ts.Expression, length: Value): Value {
  const literal = literalOf(context, node);
  if (typeof literal === "number" && Number.isInteger(literal)) {
    if (literal === 0) return context.constant(0);
    if (literal > 0) return primitive(context, node, "minLiteral", [length, context.constant(literal)]);
    const fromBack = primitive(context, node, "add", [length, context.constant(literal)]);
    return primitive(context, node, "maxLiteral", [fromBack, context.constant(0)]);
  }
  let v = context.number(context.expression(node), "slice", node);
  if (!context.isInteger(v)) v = primitive(context, node, "trunc", [v]);
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

/** `a.set(b, offset)`. Reads all of `b` before it writes when the two may be one array. */
function lowerSet(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  from: ts.Expression,
  offset: ts.Expression | undefined,
): Value {
  checkWritable(context, array, node);
  const literal = bare(from);
  const members =
    ts.isArrayLiteralExpression(literal) && !literal.elements.some(ts.isSpreadElement)
      ? literal.elements.map((e) => context.expression(e))
      : undefined;
  const source = members === undefined ? context.expression(from) : undefined;
  const start = offset === undefined ? undefined : context.number(context.expression(offset), "set", offset);
  const at = (i: Value): Value => (start === undefined ? i : primitive(context, node, "add", [start, i]));
  if (members !== undefined) {
    members.forEach((v, i) => context.b.store(elem(array, at(context.constant(i))), v));
  } else if (source !== undefined && (source.type.kind === "array" || source.type.kind === "typed")) {
    const safe =
      start !== undefined && sameType(source.type, array.type)
        ? copyOf(context, node, source, source.type, undefined)
        : source;
    const length = context.integer(context.at(node).length(safe));
    countTo(context, length, (i) => context.b.store(elem(array, at(i)), context.b.load(elem(safe, i), num)));
  } else if (source !== undefined && !context.isRefused(source)) {
    context.report(meaning.builtinArguments(spanOf(from), "set", `a value of type \`${context.show(source.type)}\``));
  }
  return context.undefinedOf({ kind: "void" });
}
