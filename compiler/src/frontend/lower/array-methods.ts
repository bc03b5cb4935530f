/** Methods of arrays without callbacks. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { elem, field, value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, isReference, num, present, sameType, str } from "../../ir/types.js";
import { takesCallback } from "../methods.js";
import { preludeFunction } from "../prelude.js";
import { resizing } from "../effects.js";
import { bare, spanOf } from "../source.js";
import { load, standInFor } from "./access.js";
import { newArray } from "./array.js";
import { elementType, copyOf, countTo, sliceOf } from "./array-make.js";
import { bounded, lengthOf, relativeIndex } from "./array-bounds.js";
import { append, lowerArrayChange } from "./array-growth.js";
import { concatenate, indicesOf, type Part, partsOf } from "./array-literal.js";
import { lowerCallbackMethod } from "./callbacks.js";
import type { FunctionContext } from "./context.js";
import { branch } from "./flow.js";
import { callFunction } from "./follow.js";
import { foreign } from "./foreign.js";
import { isTakenAtOnce } from "./iterators.js";
import { literalOf } from "./literals.js";
import { presentValue } from "./missing.js";
import { primitive } from "./primitive.js";
import { changesTuple, listOf, lowerTupleCallback, putBack } from "./tuple-methods.js";

/** May a typed array here be a view of another, so that they lie over each other? */
const hasViews = (node: ts.Node): boolean => node.getSourceFile().getFullText().includes("subarray");

/** A method of an array; `undefined` where it is not in the language. */
export function lowerArrayMethod(
  context: FunctionContext,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  hint: string | undefined,
  used = true,
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
  const owner = presentValue(context, context.expression(callee.expression), callee);
  if (takesCallback(name)) {
    const unrolled = lowerTupleCallback(context, node, owner, name, hint);
    if (unrolled !== undefined) return unrolled;
    const list = listOf(context, owner, node);
    const result = lowerCallbackMethod(context, node, list, name, hint);
    return list !== owner && changesTuple(name) ? putBack(context, owner, list, node) : result;
  }
  // A tuple keeps the number of its members.
  if (owner.type.kind === "tuple" && resizing.has(name)) return undefined;
  const array = listOf(context, owner, node);
  if (array !== owner && changesTuple(name)) {
    context.known.set(callee.expression, array);
    lowerArrayMethod(context, node, callee, undefined, used);
    context.known.delete(callee.expression);
    return putBack(context, owner, array, node);
  }
  if (array.type.kind !== "array" && array.type.kind !== "typed")
    return context.isRefused(array) ? standInFor(context, node) : undefined;
  switch (name) {
    case "fill": {
      if (first === undefined) return elementType(array.type).kind === "void" ? array : undefined;
      const v = context.coerce(context.expression(first), elementType(array.type), first);
      const length = (): Value => context.integer(context.at(node).length(array));
      const from = second === undefined ? undefined : bounded(context, second, length());
      const to = third === undefined ? length() : bounded(context, third, length());
      countTo(context, to, (i) => context.b.store(elem(array, i), v), from);
      context.putInto(array, v);
      return array;
    }
    case "subarray": {
      if (array.type.kind !== "typed") return undefined;
      const length = lengthOf(context, node, array);
      const from = first === undefined ? context.constant(0) : bounded(context, first, length);
      const to = second === undefined ? length : bounded(context, second, length);
      return context.at(node).view(array, from, to, hint);
    }
    case "slice": {
      if (node.arguments.length === 0) return copyOf(context, node, array, array.type, hint);
      if (first === undefined) return undefined;
      const length = lengthOf(context, node, array);
      const from = bounded(context, first, length);
      const to = second === undefined ? length : bounded(context, second, length);
      const count = primitive(context, node, "maxLiteral", [
        primitive(context, node, "sub", [to, from]),
        context.constant(0),
      ]);
      return sliceOf(context, node, array, from, count, hint);
    }
    case "at": {
      if (first === undefined) return undefined;
      const index = relativeIndex(context, first, () => lengthOf(context, node, array));
      return load(context, { place: elem(array, index), type: elementType(array.type) }, node, hint);
    }
    case "with": {
      if (first === undefined || second === undefined) return undefined;
      const length = lengthOf(context, node, array);
      const index = relativeIndex(context, first, () => length);
      const v = context.coerce(context.expression(second), elementType(array.type), second);
      checkRange(context, node, index, length);
      const made = copyOf(context, node, array, array.type, hint);
      context.putInto(made, v);
      context.at(node).store(elem(made, index), v);
      return made;
    }
    case "toReversed": {
      const made = copyOf(context, node, array, array.type, hint);
      return lowerArrayChange(context, node, made, "reverse", true, hint);
    }
    case "toSpliced": {
      const made = copyOf(context, node, array, array.type, hint);
      lowerArrayChange(context, node, made, "splice", false, undefined);
      return made;
    }
    case "concat":
      return array.type.kind === "array" ? concat(context, node, array, array.type, hint) : undefined;
    case "flat":
      return flattened(context, node, array, first, hint);
    case "join":
      return join(context, node, array, hint);
    case "indexOf":
    case "lastIndexOf":
    case "includes":
      return first === undefined ? undefined : search(context, node, array, name, hint);
    case "keys":
      return indicesOf(context, node, array);
    case "values":
      return array;
    case "entries":
      if (!isTakenAtOnce(context, node)) return undefined;
      return context.readFrom(array, callFunction(context, node, preludeFunction("indexed"), undefined, [array], hint));
    case "set": {
      if (first === undefined || array.type.kind !== "typed") return undefined;
      return lowerSet(context, node, array, first, second);
    }
    default:
      return lowerArrayChange(context, node, array, name, used, hint);
  }
}

/** `a.with(i, v)` throws where there is no such element. */
function checkRange(context: FunctionContext, node: ts.Node, index: Value, length: Value): void {
  const within = primitive(context, node, "and", [
    primitive(context, node, "ge", [index, context.constant(0)]),
    primitive(context, node, "lt", [index, length]),
  ]);
  const fail = (): void => {
    context.at(node).push({ kind: "throw", text: ['new RangeError("Invalid index")'], args: [] });
    context.dead = true;
  };
  branch(context, within, () => {}, fail, false);
}

function concat(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  type: Extract<Type, { kind: "array" }>,
  hint: string | undefined,
): Value | undefined {
  const parts = partsOf(context, node.arguments);
  if (parts === undefined) return standInFor(context, node);
  // An array among the arguments stands for its elements; `...rows` spreads arrays, each of which does so too.
  if (parts.some((p) => p.kind === "many" && elementType(p.array.type).kind !== "num" && isReference(type.elem)))
    return undefined;
  const opened = parts.map((part): Part => {
    if (part.kind === "many") return part;
    const list = listOf(context, part.value, part.node);
    return list.type.kind === "array" ? { kind: "many", array: list, node: part.node } : part;
  });
  if (opened.some((p) => p.kind === "one" && p.value.type.kind === "tuple")) return undefined;
  return concatenate(context, node, [{ kind: "many", array, node: node.expression }, ...opened], type, hint);
}

/** `rows.flat(depth)`: what is that deep, one after the other; the depth must be written out. */
function flattened(
  context: FunctionContext,
  node: ts.CallExpression,
  rows: Value,
  given: ts.Expression | undefined,
  hint: string | undefined,
): Value | undefined {
  const isEndless = given !== undefined && context.file.globalName(given) === "Infinity";
  const depth = given === undefined ? 1 : isEndless ? Number.POSITIVE_INFINITY : literalOf(context, given);
  if (typeof depth !== "number" || node.arguments.length > 1) return undefined;
  let list: Value | undefined = rows;
  for (let k = 1; k <= depth && list !== undefined; k++) {
    const { kind } = elementType(list.type);
    if (kind !== "array" && kind !== "tuple") {
      // Nothing is deeper than this. What may be a list or something else is not told apart here.
      if (isReference(elementType(list.type)) || kind === "opaque") return undefined;
      return k === 1 ? copyOf(context, node, list, list.type, hint) : list;
    }
    list = flat(context, node, list, hint);
  }
  return list === rows && rows.type.kind === "array" ? copyOf(context, node, rows, rows.type, hint) : list;
}

/** `rows.flat()`: the elements of the rows, one row after the other. */
function flat(
  context: FunctionContext,
  node: ts.CallExpression,
  rows: Value,
  hint: string | undefined,
): Value | undefined {
  const row = elementType(rows.type);
  const first = row.kind === "tuple" ? row.elems[0] : undefined;
  if (
    row.kind !== "array" &&
    (first === undefined || row.kind !== "tuple" || !row.elems.every((e) => sameType(e, first)))
  )
    return undefined;
  const element = row.kind === "array" ? row.elem : (first ?? num);
  const type = { kind: "array", elem: element } as const;
  const made = context.at(node).aggregate(type, [], hint);
  context.putInto(made, rows);
  countTo(context, lengthOf(context, node, rows), (i) => {
    const own = context.b.load(elem(rows, i), row);
    if (row.kind === "tuple") {
      row.elems.forEach((_, j) => {
        const member = context.b.load(field(own, String(j)), element);
        context.b.grow(made, lengthOf(context, node, made), member);
      });
      return;
    }
    append(context, node, made, type, [{ kind: "many", array: own, node: node.expression }]);
  });
  return made;
}

/** Text: no derivative passes through it. */
function join(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  hint: string | undefined,
): Value | undefined {
  const element = elementType(array.type);
  if (isReference(element) || node.arguments.some(ts.isSpreadElement)) return undefined;
  const args = node.arguments.map((a) => context.expression(a));
  const text = args.length === 0 ? ["(", ").join()"] : ["(", ").join(", ")"];
  return foreign(context, node, text, [array, ...args], str, { pure: false, hint });
}

/** `indexOf`, `lastIndexOf`, `includes`. */
function search(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  name: "indexOf" | "lastIndexOf" | "includes",
  hint: string | undefined,
): Value | undefined {
  const [first, second] = node.arguments;
  if (first === undefined || (second !== undefined && name === "lastIndexOf")) return undefined;
  const element = elementType(array.type);
  // Values of several types are told apart by questions, not by one comparison.
  if (context.file.types.choices.isIn(element)) return undefined;
  const given = context.expression(first);
  const { types } = context.file;
  // An object that holds functions is made anew where it comes among others.
  const isMadeAnew = types.holdsFunction(element) && !sameType(present(given.type), present(element));
  if (!context.isRefused(given) && (isMadeAnew || types.isNotOne(element)))
    return context.refuse(language.functionCompared(spanOf(first)), name === "includes" ? bool : num);
  const wanted = context.coerce(given, element, first);
  const length = lengthOf(context, node, array);
  const from = second === undefined ? context.constant(0) : bounded(context, second, length);
  const found = context.integer(value(num, hint));
  const index = context.integer(value(num, "i"));
  const before = value(num, hint);
  const outer = context.b;
  const b = outer.nested();
  const own = b.load(elem(array, index), element);
  // `includes` finds NaN too.
  const same =
    name === "includes" && element.kind === "num"
      ? b.prim("or", [b.prim("eq", [own, wanted]), bothNaN(b, own, wanted)])
      : b.prim("eq", [own, wanted]);
  const next = context.integer(value(num, hint));
  b.push({
    kind: "if",
    cond: same,
    then: { params: [], ops: [], yields: [index] },
    else: { params: [], ops: [], yields: [before] },
    results: [next],
  });
  const stops = name !== "lastIndexOf";
  const body = b.region([index, before], stops ? [same, next] : [next]);
  const none = outer.const(-1);
  outer.push({
    kind: "for",
    from,
    test: "<",
    to: length,
    step: 1,
    inits: [none],
    body,
    breaks: stops,
    results: [found],
  });
  return name === "includes" ? primitive(context, node, "ge", [found, context.constant(0)], hint) : found;
}

const bothNaN = (b: FunctionContext["b"], x: Value, y: Value): Value =>
  b.prim("and", [b.prim("isNaN", [x]), b.prim("isNaN", [y])]);

/** `a.set(b, offset)`. Reads all of `b` before it writes when the two may be one array. */
function lowerSet(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  from: ts.Expression,
  offset: ts.Expression | undefined,
): Value {
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
      (start !== undefined || hasViews(node)) && sameType(source.type, array.type)
        ? copyOf(context, node, source, source.type, undefined)
        : source;
    const length = context.integer(context.at(node).length(safe));
    countTo(context, length, (i) => context.b.store(elem(array, at(i)), context.b.load(elem(safe, i), num)));
  } else if (source !== undefined && !context.isRefused(source)) {
    context.report(meaning.builtinArguments(spanOf(from), "set", `a value of type \`${context.show(source.type)}\``));
  }
  return context.undefinedOf({ kind: "void" });
}
