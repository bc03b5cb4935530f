/** Iterators that nobody keeps: what goes over one at once, and the first that one gives. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { maybe } from "../../ir/types.js";
import { preludeFunction } from "../prelude.js";
import { bare, spanOf, typeArguments } from "../source.js";
import { load, standInFor } from "./access.js";
import { elementType } from "./array-make.js";
import { collectionOf } from "./collection.js";
import type { FunctionContext } from "./context.js";
import { callFunction } from "./follow.js";
import { presentValue } from "./missing.js";
import { opaqueResult } from "./opaque-results.js";

/** Is all of it taken where it is made: `[...xs.entries()]`, `new Map(xs.entries())`, `const [first] = xs.entries()`? */
export function isTakenAtOnce(context: FunctionContext, node: ts.Expression): boolean {
  let at: ts.Node = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (ts.isSpreadElement(parent)) return true;
  if (ts.isVariableDeclaration(parent)) return ts.isArrayBindingPattern(parent.name);
  if (ts.isNewExpression(parent)) return /^(Map|Set)$/.test(context.file.globalName(parent.expression) ?? "");
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== at) return false;
  const callee = context.file.callee(parent.expression);
  return callee.kind === "builtin" && /^(Array\.from|Object\.fromEntries)$/.test(callee.name);
}

type View = "keys" | "values" | "entries";

/** `map.keys().next().value`: what is asked of the first, and of which iterator of what. */
function firstOf(
  node: ts.PropertyAccessExpression,
): { readonly owner: ts.Expression; readonly view: View | "iterator" } | undefined {
  if (node.name.text !== "value") return undefined;
  const next = calleeOf(node.expression);
  const made = next?.name.text === "next" ? bare(next.expression) : undefined;
  if (made === undefined || !ts.isCallExpression(made) || made.arguments.length > 0) return undefined;
  const callee = bare(made.expression);
  if (ts.isElementAccessExpression(callee))
    return callee.argumentExpression.getText() === "Symbol.iterator"
      ? { owner: callee.expression, view: "iterator" }
      : undefined;
  if (!ts.isPropertyAccessExpression(callee)) return undefined;
  const view = callee.name.text;
  return view === "keys" || view === "values" || view === "entries" ? { owner: callee.expression, view } : undefined;
}

function calleeOf(node: ts.Expression): ts.PropertyAccessExpression | undefined {
  const call = bare(node);
  if (!ts.isCallExpression(call) || call.arguments.length > 0) return undefined;
  const callee = bare(call.expression);
  return ts.isPropertyAccessExpression(callee) ? callee : undefined;
}

/** `map.keys().next().value`, `set.values().next().value`: the first that is there; absent where it is nothing of the kind. */
export function lowerFirst(
  context: FunctionContext,
  node: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value | undefined {
  const asked = firstOf(node);
  if (asked === undefined) return undefined;
  const { checker } = context.file;
  const declared = checker.getNonNullableType(checker.getTypeAtLocation(asked.owner));
  const isMap = /^(Readonly)?Map$/.test(declared.getSymbol()?.name ?? "");
  const isSet = /^(Readonly)?Set$/.test(declared.getSymbol()?.name ?? "");
  const isList = checker.isArrayType(declared);
  if (!isMap && !isSet && !isList) return undefined;
  const owner = presentValue(context, context.expression(asked.owner), asked.owner);
  if (context.isRefused(owner)) return standInFor(context, node);
  const view = asked.view === "iterator" ? (isMap ? "entries" : "values") : asked.view;
  const own = collectionOf(context, owner);
  if (own !== undefined && !(own.kind === "set" && view === "entries")) {
    const name = own.kind === "set" || view === "keys" ? "firstKey" : view === "values" ? "firstValue" : "firstEntry";
    return context.readFrom(owner, callFunction(context, node, preludeFunction(name), undefined, [owner], hint));
  }
  if (owner.type.kind === "array" && view === "values")
    return load(context, { place: elem(owner, context.constant(0)), type: elementType(owner.type) }, node, hint);
  const [first, second = first] = typeArguments(checker, declared);
  const given = view === "entries" ? undefined : view === "values" && isMap ? second : first;
  const mapped = given === undefined ? undefined : context.file.types.map(given);
  if (owner.type.kind === "opaque" && mapped !== undefined && "type" in mapped && mapped.type.kind !== "maybe") {
    const text = { parts: ["", `.${view}().next().value`], args: [owner], pure: false };
    return opaqueResult(context, node, text, true, hint, maybe(mapped.type));
  }
  context.report(language.opaqueMember(spanOf(node), context.file.types.show(checker.getTypeAtLocation(node))));
  return standInFor(context, node);
}
