/** Making arrays: literals, constructors, `Array.from` and its like. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { elem, field, value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, isReference, num } from "../../ir/types.js";
import { bare, spanOf } from "../source.js";
import { isTypedArrayName } from "../types.js";
import { elementType, standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";
import { literalOf } from "./literals.js";

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

// ------------------------------------------------------------------------------------------------------------ literals

export function lowerArrayLiteral(
  context: FunctionContext,
  node: ts.ArrayLiteralExpression,
  hint: string | undefined,
): Value {
  const [first] = node.elements;
  if (node.elements.length === 1 && first !== undefined && ts.isSpreadElement(first)) {
    const source = context.expression(first.expression);
    if (source.type.kind === "array" || source.type.kind === "typed")
      return copyOf(context, node, source, arrayOf(elementType(source.type)), hint);
    if (!context.isRefused(source))
      context.report(language.spreadNotYet(spanOf(first), "of something that is not an array"));
    return standInFor(context, node);
  }
  const spread = node.elements.find(ts.isSpreadElement);
  if (spread !== undefined) {
    context.report(language.spreadNotYet(spanOf(spread), "among other members of an array"));
    return standInFor(context, node);
  }
  const wanted = literalType(context, node);
  if (wanted === undefined) return standInFor(context, node);
  const members = node.elements.map((element, i) => {
    const type = wanted.kind === "tuple" ? wanted.elems[i] : elementType(wanted);
    const v = context.expression(element);
    return type === undefined ? v : context.coerce(v, type, element);
  });
  const made = context.at(node).aggregate(wanted, members, hint);
  if (members.length === 0) context.empty.add(made.id);
  for (const member of members) context.putInto(made, member);
  return made;
}

/** What the place expects, where it expects an array; else what the literal is. */
function literalType(context: FunctionContext, node: ts.Expression): Type | undefined {
  const { checker, types } = context.file;
  for (const type of [checker.getContextualType(node), checker.getTypeAtLocation(node)]) {
    if (type === undefined) continue;
    const mapped = types.map(checker.getNonNullableType(type));
    if ("type" in mapped && (mapped.type.kind === "array" || mapped.type.kind === "tuple")) return mapped.type;
  }
  const own = context.typeAt(node);
  return own !== undefined && (own.kind === "array" || own.kind === "tuple") ? own : undefined;
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

// --------------------------------------------------------------------------------------------------------- constructors

export function lowerNew(context: FunctionContext, node: ts.NewExpression, hint: string | undefined): Value {
  const name = context.file.globalName(node.expression);
  if (name !== undefined && isTypedArrayName(name))
    return typedArray(context, node, { kind: "typed", name }, node.arguments ?? [], hint);
  if (name === "Array") return newArray(context, node, undefined, hint);
  return standInAfter(context, node, language.constructorNotYet(spanOf(node), node.expression.getText()));
}

function standInAfter(
  context: FunctionContext,
  node: ts.Expression,
  diagnostic: ReturnType<typeof language.arrayGrows>,
): Value {
  context.report(diagnostic);
  return standInFor(context, node);
}

function typedArray(
  context: FunctionContext,
  node: ts.Expression,
  type: Type,
  args: readonly ts.Expression[],
  hint: string | undefined,
): Value {
  const [first, ...others] = args;
  if (first === undefined) return alloc(context, node, type, context.constant(0), hint);
  if (others.length > 0)
    return standInAfter(
      context,
      node,
      meaning.builtinArguments(spanOf(node), node.getText().split("(")[0] ?? "", "a buffer and an offset"),
    );
  const members = bare(first);
  if (ts.isArrayLiteralExpression(members) && !members.elements.some(ts.isSpreadElement))
    return typedArrayOf(context, node, type, members.elements, hint);
  const source = context.expression(first);
  if (source.type.kind === "num") return alloc(context, node, type, source, hint);
  if ((source.type.kind === "array" && source.type.elem.kind === "num") || source.type.kind === "typed")
    return copyOf(context, node, source, type, hint);
  if (source.type.kind === "tuple" && source.type.elems.every((e) => e.kind === "num")) {
    const made = alloc(context, node, type, context.constant(source.type.elems.length), hint);
    source.type.elems.forEach((_, i) =>
      context.b.store(elem(made, context.constant(i)), context.b.load(field(source, String(i)), num)),
    );
    return made;
  }
  return context.isRefused(source)
    ? context.standIn(type)
    : context.refuse(language.typeMismatch(spanOf(first), context.show(source.type), "number[]"), type);
}

function typedArrayOf(
  context: FunctionContext,
  node: ts.Node,
  type: Type,
  elements: readonly ts.Expression[],
  hint: string | undefined,
): Value {
  const values = elements.map((e) => context.number(context.expression(e), "an element", e));
  const made = alloc(context, node, type, context.constant(values.length), hint);
  values.forEach((v, i) => context.b.store(elem(made, context.constant(i)), v));
  return made;
}

/** `new Array(n)`, with `.fill(c)` when `filled` is given. */
export function newArray(
  context: FunctionContext,
  node: ts.NewExpression | ts.CallExpression,
  filled: { node: ts.CallExpression; by: ts.Expression } | undefined,
  hint: string | undefined,
): Value {
  const at = filled?.node ?? node;
  const args = node.arguments ?? [];
  const [first] = args;
  const type = arrayTypeAt(context, at, node);
  if (type === undefined) return standInFor(context, at);
  const length = first === undefined ? context.constant(0) : context.expression(first);
  if (args.length > 1 || length.type.kind !== "num") {
    return standInAfter(context, at, meaning.builtinArguments(spanOf(node), "Array", "something other than a length"));
  }
  if (filled === undefined) {
    // Without a fill its elements are missing; reading one is the caller's mistake in JavaScript too.
    return elementType(type).kind === "num" || elementType(type).kind === "bool"
      ? standInAfter(context, at, language.sparseArray(spanOf(node)))
      : alloc(context, at, type, length, hint);
  }
  const literal = literalOf(context, filled.by);
  if (typeof literal === "number" && elementType(type).kind === "num")
    return alloc(context, at, type, length, hint, literal);
  const v = context.coerce(context.expression(filled.by), elementType(type), filled.by);
  const made = alloc(context, at, type, length, hint, v.type.kind === "num" ? 0 : undefined);
  countTo(context, length, (i) => context.b.store(elem(made, i), v));
  context.putInto(made, v);
  return made;
}

/** The type of the array a constructor makes: from its place where that says more. */
function arrayTypeAt(context: FunctionContext, at: ts.Expression, made: ts.Expression): Type | undefined {
  const { checker, types } = context.file;
  for (const type of [checker.getTypeAtLocation(at), checker.getContextualType(at), checker.getTypeAtLocation(made)]) {
    if (type === undefined) continue;
    const mapped = types.map(type);
    if ("type" in mapped && mapped.type.kind === "array") return mapped.type;
  }
  const declared = ts.isVariableDeclaration(at.parent) ? types.map(checker.getTypeAtLocation(at.parent)) : undefined;
  if (declared !== undefined && "type" in declared && declared.type.kind === "array") return declared.type;
  // `new Array(n).fill(0)` without a type argument is `any[]`; what fills it says the rest.
  const filledBy = ts.isCallExpression(at) && at !== made ? at.arguments[0] : undefined;
  const element = filledBy === undefined ? undefined : types.map(checker.getTypeAtLocation(filledBy));
  if (element !== undefined && "type" in element) return arrayOf(element.type);
  return context.typeAt(at) && undefined;
}

// -------------------------------------------------------------------------------------------------------- library calls

/** `Array(n)`, `Array.from`, `Float64Array.of` …; `undefined` where there is no such rule. */
export function lowerArrayCall(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  if (name === "Array") return newArray(context, node, undefined, hint);
  if (name === "Array.isArray")
    return context.refuse(language.reflection(spanOf(node), "Array.isArray"), { kind: "bool" });
  const [owner, method] = name.split(".");
  if (owner === "Array" && method === "of") return lowerElements(context, node, hint);
  if (owner === "Array" && method === "from") return arrayFrom(context, node, undefined, hint);
  if (owner !== undefined && isTypedArrayName(owner)) {
    const type: Type = { kind: "typed", name: owner };
    if (method === "of" && !node.arguments.some(ts.isSpreadElement))
      return typedArrayOf(context, node, type, node.arguments, hint);
    if (method === "from") return arrayFrom(context, node, type, hint);
  }
  return undefined;
}

function lowerElements(context: FunctionContext, node: ts.CallExpression, hint: string | undefined): Value | undefined {
  const type = context.typeAt(node);
  if (type === undefined || type.kind !== "array" || node.arguments.some(ts.isSpreadElement)) return undefined;
  const members = node.arguments.map((a) => context.coerce(context.expression(a), type.elem, a));
  const made = context.at(node).aggregate(type, members, hint);
  for (const member of members) context.putInto(made, member);
  return made;
}

/** `Array.from(a)`, `Array.from({ length: n }, (_, i) => …)`, `Array.from(a, (x, i) => …)`. */
function arrayFrom(
  context: FunctionContext,
  node: ts.CallExpression,
  typed: Type | undefined,
  hint: string | undefined,
): Value {
  const [first, callback] = node.arguments;
  const name = typed === undefined ? "Array.from" : `${context.show(typed)}.from`;
  if (first === undefined || node.arguments.length > 2)
    return standInAfter(context, node, meaning.builtinArguments(spanOf(node), name, "too few or too many arguments"));
  const shape = bare(first);
  const lengthOnly =
    ts.isObjectLiteralExpression(shape) && shape.properties.length === 1 ? shape.properties[0] : undefined;
  let length: Value;
  let source: Value | undefined;
  if (lengthOnly !== undefined && ts.isPropertyAssignment(lengthOnly) && lengthOnly.name.getText() === "length") {
    length = context.number(context.expression(lengthOnly.initializer), "length", lengthOnly);
  } else if (
    lengthOnly !== undefined &&
    ts.isShorthandPropertyAssignment(lengthOnly) &&
    lengthOnly.name.text === "length"
  ) {
    length = context.number(context.expression(lengthOnly.name), "length", lengthOnly);
  } else {
    source = context.expression(first);
    if (source.type.kind !== "array" && source.type.kind !== "typed") {
      return context.isRefused(source)
        ? standInFor(context, node)
        : standInAfter(
            context,
            node,
            meaning.builtinArguments(spanOf(first), name, `a value of type \`${context.show(source.type)}\``),
          );
    }
    length = context.integer(context.at(node).length(source));
  }
  const type = typed ?? context.typeAt(node);
  if (type === undefined || (type.kind !== "array" && type.kind !== "typed")) return standInFor(context, node);
  if (callback === undefined) {
    if (source !== undefined) return copyOf(context, node, source, type, hint);
    return typed === undefined
      ? standInAfter(context, node, language.sparseArray(spanOf(node)))
      : alloc(context, node, type, length, hint);
  }
  const arrow = bare(callback);
  const body = ts.isArrowFunction(arrow) ? arrow.body : undefined;
  if (
    !ts.isArrowFunction(arrow) ||
    body === undefined ||
    ts.isBlock(body) ||
    arrow.parameters.length > 2 ||
    arrow.parameters.some((p) => p.initializer !== undefined || p.dotDotDotToken !== undefined)
  ) {
    return standInAfter(context, node, language.ambiguousCallback(spanOf(callback), name));
  }
  if (context.file.effects.of(body).assigned.size > 0)
    return standInAfter(context, node, language.ambiguousCallback(spanOf(callback), name));
  const made = alloc(context, node, type, length, hint);
  const [item, position] = arrow.parameters;
  countTo(context, length, (i) => {
    if (item !== undefined && source !== undefined) {
      const loaded = context.b.load(
        elem(source, i),
        elementType(source.type),
        ts.isIdentifier(item.name) ? item.name.text : undefined,
      );
      context.lowering.bind(context, item.name, context.readFrom(source, loaded));
    }
    if (position !== undefined) context.lowering.bind(context, position.name, i);
    const v = context.coerce(context.expression(body), elementType(type), body);
    context.putInto(made, v);
    context.b.store(elem(made, i), v);
  });
  return made;
}
