/** Methods of arrays that take functions: calls of the prelude. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { callbackMethods } from "../methods.js";
import { type Effects, mayShorten } from "../effects.js";
import { preludeFunction } from "../prelude.js";
import { whileThere, whileThereName } from "../prelude/while-there.js";
import { bare, spanOf } from "../source.js";
import { standInFor } from "./access.js";
import { alloc } from "./array-make.js";
import { effectsOf } from "./callback-effects.js";
import { type Argument, argumentsOf } from "./arguments.js";
import { callFunction } from "./follow.js";
import { functionValue } from "./closure.js";
import type { FunctionContext } from "./context.js";
import { declaredElement } from "./made-lists.js";
import { convert } from "./convert.js";

/** `array.name(callback, …)`. */
export function lowerCallbackMethod(
  context: FunctionContext,
  node: ts.CallExpression,
  array: Value,
  name: string,
  hint: string | undefined,
): Value {
  const args = callbackArguments(context, node.arguments, name);
  if (args === undefined) return standInFor(context, node);
  const [callback, ...others] = args;
  const [plain, withStart] = callbackMethods.get(name) ?? [name];
  if (callback === undefined) {
    // Numbers in an ordinary array would be compared as text.
    const isText = array.type.kind === "array" && array.type.elem.kind === "str";
    if ((name !== "sort" && name !== "toSorted") || (array.type.kind !== "typed" && !isText)) {
      context.report(meaning.builtinArguments(spanOf(node), name, "no function"));
      return standInFor(context, node);
    }
    const ascending = functionValue(context, preludeFunction(isText ? "alphabetical" : "ascending"), node);
    return callFunction(context, node, preludeFunction(plain), undefined, [array, ascending], hint);
  }
  if (name === "map" && array.type.kind === "typed") {
    const out = alloc(context, node, array.type, context.integer(context.at(node).length(array)), hint);
    return callFunction(context, node, preludeFunction("mapInto"), undefined, [out, array, callback], hint);
  }
  const chosen = name === "filter" && array.type.kind === "typed" ? "filterTyped" : plain;
  const [start] = others;
  const isShortened = !("all" in callback) && mayBeShortened(context, node, callback);
  // What `map` does not get to would be holes of the new array; `find` goes on with `undefined`.
  if (isShortened && !whileThere.has(plain) && !sorting.has(name)) {
    context.report(meaning.builtinArguments(spanOf(node), name, "a function that makes the array shorter"));
    return standInFor(context, node);
  }
  const read = (of: string): ts.FunctionDeclaration =>
    preludeFunction(isShortened && whileThere.has(of) ? whileThereName(of) : of);
  if (withStart !== undefined && others.length > 0)
    return callFunction(
      context,
      node,
      read(withStart),
      undefined,
      [array, callback, startOf(context, node, start)],
      hint,
    );
  if (making.has(chosen)) return callMaking(context, node, read(chosen), [array, callback], hint);
  return callFunction(context, node, read(chosen), undefined, [array, callback], hint);
}

/** They make a list of what the callback returns, or keeps. */
const making: ReadonlySet<string> = new Set(["map", "filter", "flatMap"]);

/** Calls a function of the prelude that makes a list. */
function callMaking(
  context: FunctionContext,
  node: ts.CallExpression,
  target: ts.FunctionDeclaration,
  args: readonly Argument[],
  hint: string | undefined,
): Value {
  const making = context.signature?.elements.get(node);
  const made = callFunction(context, node, target, undefined, args, hint, undefined, making);
  const wanted = made.type.kind === "array" ? declaredElement(context, node, made.type.elem) : undefined;
  if (wanted !== undefined) context.opens(made, node, wanted);
  return made;
}

/** `xs.reduce<Node | null>(f, null)`: of a start that is nothing the call says of which type it is nothing. */
function startOf(context: FunctionContext, node: ts.CallExpression, start: Argument | undefined): Argument | undefined {
  if (start === undefined || "all" in start || start.type.kind !== "void") return start;
  const { checker, types } = context.file;
  const mapped = types.map(checker.getTypeAtLocation(node));
  const isKnown = "type" in mapped && !types.isOpen(mapped.type);
  return isKnown ? (convert(context, start, mapped.type, undefined) ?? start) : start;
}

/** They read all elements before they call anything. */
const sorting: ReadonlySet<string> = new Set(["sort", "toSorted"]);

/** May the callback make the array shorter, so that elements are gone before it gets to them? */
function mayBeShortened(context: FunctionContext, node: ts.CallExpression, callback: Value): boolean {
  const callee = bare(node.expression);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const kind = context.file.effects.elementKind(callee.expression);
  return effectsOf(context, callback.type).some((found) => mayShorten(found, kind, () => anywhere(context, node)));
}

/** All that stands in the file of the marked function: what a function value may do that comes from there. */
function anywhere({ file, signature }: FunctionContext, node: ts.Node): Effects {
  let at = signature;
  while (at?.from !== undefined) at = at.from.caller;
  return (at?.file ?? file).effects.of((at?.node ?? node).getSourceFile());
}

/** `Array.from(xs, f)`, `Array.from({ length }, f)` and those of typed arrays. `source` is the array, or the length. */
export function lowerFrom(
  context: FunctionContext,
  node: ts.CallExpression,
  callback: ts.Expression,
  source: Value,
  typed: Type | undefined,
  name: string,
  hint: string | undefined,
): Value {
  const args = callbackArguments(context, [callback], name);
  const [f] = args ?? [];
  if (f === undefined) return standInFor(context, node);
  const isLength = source.type.kind === "num";
  if (typed === undefined)
    return callMaking(context, node, preludeFunction(isLength ? "build" : "from"), [source, f], hint);
  const length = isLength ? source : context.integer(context.at(node).length(source));
  const out = alloc(context, node, typed, length, hint);
  const into = preludeFunction(isLength ? "buildInto" : "fromInto");
  return callFunction(context, node, into, undefined, [out, source, f], hint);
}

/** The arguments, the first of them a function that is known; absent after a report. */
export function callbackArguments(
  context: FunctionContext,
  nodes: readonly ts.Expression[],
  name: string,
): readonly Argument[] | undefined {
  const args = argumentsOf(context, nodes);
  const [callback] = args ?? [];
  const [at] = nodes;
  if (args === undefined) return undefined;
  if (callback === undefined || at === undefined) return args;
  if ("all" in callback) {
    context.report(language.spreadNotYet(spanOf(at), `in a call of \`${name}\``));
    return undefined;
  }
  if (callback.type.kind === "void") return [];
  if (context.file.types.functions.of(callback.type) === undefined) {
    if (!context.isRefused(callback)) context.report(language.functionValuesNotYet(spanOf(at), at.getText()));
    return undefined;
  }
  return args;
}
