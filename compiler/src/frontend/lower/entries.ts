/** `map.forEach(f)` and `set.forEach(f)`: a loop over what is in them, in a function of the prelude. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { preludeFunction } from "../prelude.js";
import { spanOf } from "../source.js";
import { standInFor } from "./access.js";
import { callbackArguments } from "./callbacks.js";
import { isChangedIn } from "./changed-meanwhile.js";
import { collectionOf, lowerCollectionMethod } from "./collection.js";
import type { FunctionContext } from "./context.js";
import { callFunction } from "./follow.js";
import { membersOfOpaque } from "./opaque.js";

/** Absent for anything that is not a `Map` or a `Set`. */
export function lowerForEach(
  context: FunctionContext,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
): Value | undefined {
  const { checker } = context.file;
  const owner = checker.getNonNullableType(checker.getTypeAtLocation(callee.expression)).getSymbol()?.name ?? "";
  const isMap = owner === "Map" || owner === "ReadonlyMap";
  if (callee.name.text !== "forEach" || !(isMap || owner === "Set" || owner === "ReadonlySet")) return undefined;
  const [callback, ...others] = node.arguments;
  if (callback === undefined) return undefined;
  const parameters = checker.getTypeAtLocation(callback).getCallSignatures()[0]?.getParameters().length ?? 0;
  if (others.length > 0 || parameters > 2) {
    context.report(language.opaqueCallback(spanOf(callback), callee.name.text));
    return standInFor(context, node);
  }
  const receiver = context.expression(callee.expression);
  if (context.isRefused(receiver)) return standInFor(context, node);
  if (collectionOf(context, receiver) !== undefined)
    return lowerCollectionMethod(context, node, callee, receiver, undefined);
  if (isChangedIn(context, callback, callee.expression)) {
    context.file.made.needed = true;
    context.report(
      language.iteration(spanOf(callee.expression), "`forEach` of a map or set that its function changes"),
    );
    return standInFor(context, node);
  }
  const members = membersOfOpaque(context, callee.expression, receiver);
  const [f] = callbackArguments(context, node.arguments, callee.name.text) ?? [];
  if (members === undefined || context.isRefused(members) || f === undefined) return standInFor(context, node);
  return callFunction(context, node, preludeFunction(isMap ? "forEachEntry" : "forEachMember"), undefined, [
    members,
    f,
  ]);
}
