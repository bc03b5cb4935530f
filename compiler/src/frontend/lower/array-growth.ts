/** Methods that change an array in place: `push`, `pop`, `shift`, `unshift`, `splice`, `reverse`, `copyWithin`. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { isReference, num } from "../../ir/types.js";
import { spanOf } from "../source.js";
import { elementType, copyOf, countTo, sliceOf } from "./array-make.js";
import { type Part, partsOf } from "./array-literal.js";
import { bounded, lengthOf } from "./array-bounds.js";
import type { FunctionContext } from "./context.js";
import { primitive } from "./primitive.js";
import { admit } from "./variables.js";

/** `undefined` where there is no such method, or not in this form. */
export function lowerArrayChange(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  name: string,
  used: boolean,
  hint: string | undefined,
): Value | undefined {
  const { type } = array;
  switch (name) {
    case "reverse":
      reverse(context, node, array);
      return array;
    case "copyWithin":
      return copyWithin(context, node, array);
    default:
  }
  if (type.kind !== "array") return undefined;
  switch (name) {
    case "push": {
      const parts = partsOf(context, node.arguments);
      if (parts === undefined) return context.standIn(num);
      append(context, node, array, type, parts);
      return used ? lengthOf(context, node, array) : context.undefinedOf({ kind: "void" });
    }
    case "pop": {
      const last = primitive(context, node, "sub", [lengthOf(context, node, array), context.constant(1)]);
      const taken = used ? read(context, node, array, type, last, hint) : undefined;
      context.at(node).resize(array, atLeastZero(context, node, last));
      return taken ?? context.undefinedOf({ kind: "void" });
    }
    case "shift": {
      const last = primitive(context, node, "sub", [lengthOf(context, node, array), context.constant(1)]);
      const taken = used ? read(context, node, array, type, context.constant(0), hint) : undefined;
      countTo(context, last, (i) => {
        const next = primitive(context, node, "add", [i, context.constant(1)]);
        context.b.store(elem(array, i), context.b.load(elem(array, next), type.elem));
      });
      context.at(node).resize(array, atLeastZero(context, node, last));
      return taken ?? context.undefinedOf({ kind: "void" });
    }
    case "unshift": {
      const parts = keptParts(context, node, partsOf(context, node.arguments));
      if (parts === undefined) return context.standIn(num);
      const before = copyOf(context, node, array, type, undefined);
      context.at(node).resize(array, context.constant(0));
      append(context, node, array, type, [...parts, { kind: "many", array: before, node }]);
      return used ? lengthOf(context, node, array) : context.undefinedOf({ kind: "void" });
    }
    case "splice":
      return splice(context, node, array, type, used, hint);
    default:
      return undefined;
  }
}

/** What is spread may be the array that is changed: it is copied first. */
function keptParts(
  context: FunctionContext,
  node: ts.Node,
  parts: readonly Part[] | undefined,
): readonly Part[] | undefined {
  return parts?.map((part) =>
    part.kind === "many" && part.array.type.kind === "array"
      ? { ...part, array: copyOf(context, node, part.array, part.array.type, undefined) }
      : part,
  );
}

function read(
  context: FunctionContext,
  node: ts.Node,
  array: Value,
  type: Extract<Type, { kind: "array" }>,
  index: Value,
  hint: string | undefined,
): Value {
  return context.readFrom(array, context.at(node).load(elem(array, index), type.elem, hint));
}

const atLeastZero = (context: FunctionContext, node: ts.Node, v: Value): Value =>
  primitive(context, node, "maxLiteral", [v, context.constant(0)]);

/** Puts the parts behind what the array has. */
export function append(
  context: FunctionContext,
  node: ts.Node,
  array: Value,
  type: Extract<Type, { kind: "array" }>,
  parts: readonly Part[],
): void {
  // `xs.push(...xs)` appends what `xs` was.
  const lengths = parts.map((p) => (p.kind === "many" ? lengthOf(context, node, p.array) : undefined));
  parts.forEach((part, at) => {
    if (part.kind === "one") {
      admit(context, array, part.value, part.node);
      const member = context.coerce(part.value, type.elem, part.node);
      context.putInto(array, member);
      context.at(node).grow(array, lengthOf(context, node, array), member);
      return;
    }
    const length = lengths[at];
    if (length === undefined) return;
    if (isReference(type.elem)) context.putInto(array, part.array);
    countTo(context, length, (i) => {
      const from = context.b.load(elem(part.array, i), elementType(part.array.type));
      const member = context.coerce(from, type.elem, part.node);
      context.b.grow(array, lengthOf(context, node, array), member);
    });
  });
}

function splice(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  type: Extract<Type, { kind: "array" }>,
  used: boolean,
  hint: string | undefined,
): Value | undefined {
  const [first, second, ...items] = node.arguments;
  if (first === undefined || [first, second].some((a) => a !== undefined && ts.isSpreadElement(a))) return undefined;
  const length = lengthOf(context, node, array);
  const start = bounded(context, first, length);
  const left = primitive(context, node, "sub", [length, start]);
  let count = left;
  if (second !== undefined) {
    const wanted = context.number(context.expression(second), "splice", second);
    const whole = context.isInteger(wanted) ? wanted : primitive(context, node, "trunc", [wanted]);
    count = primitive(context, node, "min", [atLeastZero(context, node, whole), left]);
  }
  const parts = keptParts(context, node, partsOf(context, items));
  if (parts === undefined) return context.standIn(type);
  const removed = used ? sliceOf(context, node, array, start, count, hint) : undefined;
  const from = primitive(context, node, "add", [start, count]);
  const rest = sliceOf(context, node, array, from, primitive(context, node, "sub", [left, count]), undefined);
  context.at(node).resize(array, start);
  append(context, node, array, type, [...parts, { kind: "many", array: rest, node }]);
  return removed ?? context.undefinedOf({ kind: "void" });
}

function reverse(context: FunctionContext, node: ts.Node, array: Value): void {
  const type = elementType(array.type);
  const length = lengthOf(context, node, array);
  const half = primitive(context, node, "shr", [length, context.constant(1)]);
  const last = primitive(context, node, "sub", [length, context.constant(1)]);
  countTo(context, half, (i) => {
    const j = primitive(context, node, "sub", [last, i]);
    const low = context.b.load(elem(array, i), type);
    const high = context.b.load(elem(array, j), type);
    context.b.store(elem(array, i), high);
    context.b.store(elem(array, j), low);
  });
}

/** `a.copyWithin(target, start, end)`: reads all before it writes. */
function copyWithin(context: FunctionContext, node: ts.CallExpression, array: Value): Value | undefined {
  const [first, second, third] = node.arguments;
  if (first === undefined) return undefined;
  const length = lengthOf(context, node, array);
  const target = bounded(context, first, length);
  const start = second === undefined ? context.constant(0) : bounded(context, second, length);
  const end = third === undefined ? length : bounded(context, third, length);
  const room = primitive(context, node, "sub", [length, target]);
  const count = primitive(context, node, "min", [primitive(context, node, "sub", [end, start]), room]);
  const moved = sliceOf(context, node, array, start, atLeastZero(context, node, count), undefined);
  countTo(context, lengthOf(context, node, moved), (i) => {
    const at = primitive(context, node, "add", [target, i]);
    context.b.store(elem(array, at), context.b.load(elem(moved, i), elementType(array.type)));
  });
  return array;
}

/** `a.length = n`. */
export function setLength(context: FunctionContext, node: ts.Expression, array: Value, v: Value): void {
  if (array.type.kind !== "array") {
    context.report(language.notInLanguage(spanOf(node), "An assignment to this"));
    return;
  }
  context.at(node).resize(array, context.number(v, "length", node));
}
