/** Room for arrays, loops over them and copies of them, as the compiler makes them. */
import type { ts } from "ts-morph";
import { elem, value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { isReference, num } from "../../ir/types.js";
import type { FunctionContext } from "./context.js";
import { primitive } from "./primitive.js";

/** What the elements of an array or a typed array are. */
export function elementType(type: Type): Type {
  return type.kind === "array" ? type.elem : num;
}

/** `for (let i = 0; i < to; i++)` made by the compiler, without carried variables. */
export function countTo(
  context: FunctionContext,
  to: Value,
  run: (index: Value) => void,
  from: Value = context.constant(0),
): void {
  const index = context.integer(value(num, "i"));
  const outer = context.b;
  context.b = outer.nested();
  context.env.enter();
  context.level++;
  run(index);
  context.level--;
  context.env.leave();
  const body = context.b.region([index], []);
  context.b = outer;
  outer.push({ kind: "for", from, test: "<", to, step: 1, inits: [], body, breaks: false, results: [] });
}

export function alloc(
  context: FunctionContext,
  node: ts.Node,
  type: Type,
  length: Value,
  hint: string | undefined,
  fill?: number,
): Value {
  const result = value(type, hint);
  context
    .at(node)
    .push(fill === undefined ? { kind: "alloc", length, result } : { kind: "alloc", length, fill, result });
  return result;
}

// --------------------------------------------------------------------------------------------------------------- copies

/** The elements of an array in a new one. */
export function copyOf(
  context: FunctionContext,
  node: ts.Node,
  source: Value,
  type: Type,
  hint: string | undefined,
): Value {
  const length = context.integer(context.at(node).length(source));
  const made = alloc(context, node, type, length, hint);
  countTo(context, length, (i) =>
    context.b.store(elem(made, i), context.b.load(elem(source, i), elementType(source.type))),
  );
  if (isReference(elementType(source.type))) context.putInto(made, source);
  return made;
}

/** `count` elements from a position on, in a new array. */
export function sliceOf(
  context: FunctionContext,
  node: ts.Node,
  array: Value,
  from: Value,
  count: Value,
  hint: string | undefined,
): Value {
  const part = alloc(context, node, array.type, count, hint);
  countTo(context, count, (i) => {
    const at = primitive(context, node, "add", [from, i]);
    context.b.store(elem(part, i), context.b.load(elem(array, at), elementType(array.type)));
  });
  if (isReference(elementType(array.type))) context.putInto(part, array);
  return part;
}
