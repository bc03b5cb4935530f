/** `object.m?.(…)`: a method that only some of the classes have which the object may be of. */
import { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import { bare } from "../source.js";
import { standInFor } from "./access.js";
import { callMember, memberOf } from "./class-member.js";
import { dispatch, variantsOf } from "./class-variants.js";
import type { FunctionContext } from "./context.js";
import { argumentsOf } from "./arguments.js";
import { presentValue } from "./missing.js";

/** `undefined` where the object has no such method; absent where it is of no class, or has the method as a field. */
export function lowerOptionalCall(
  context: FunctionContext,
  node: ts.Expression,
  link: ts.CallExpression,
  owner: Value,
  hint: string | undefined,
): Value | undefined {
  const inner = bare(link.expression);
  if (!ts.isPropertyAccessExpression(inner)) return undefined;
  const object = presentValue(context, owner, inner);
  const members = variantsOf(context, object.type)?.map((v) => memberOf(context, v, inner));
  if (members === undefined || members.some((m) => m?.kind === "field")) return undefined;
  return dispatch(context, object, link, hint, (own, variant) => {
    const member = memberOf(context, variant, inner);
    if (member === undefined) return context.undefinedOf({ kind: "void" });
    const args = argumentsOf(context, link.arguments);
    if (args === undefined) return standInFor(context, node);
    const called = callMember(context, link, inner, own, variant.bindings, member, args, hint);
    if (link === node) return called;
    context.known.set(link, called);
    const rest = context.expression(node);
    context.known.delete(link);
    return rest;
  });
}
