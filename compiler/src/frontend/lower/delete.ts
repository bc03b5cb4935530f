/** `delete`: a member of an object with arbitrary keys, or an optional one of any other object, which is absent from then on. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { bool } from "../../ir/types.js";
import { bare, spanOf } from "../source.js";
import { locate, remove } from "./access.js";
import type { FunctionContext } from "./context.js";
import { deleteMember } from "./dictionary.js";
import { foreign } from "./foreign.js";
import { presentValue } from "./missing.js";

type Access = ts.ElementAccessExpression | ts.PropertyAccessExpression;

export function lowerDelete(context: FunctionContext, node: ts.DeleteExpression): Value {
  const inner = bare(node.expression);
  if (!ts.isElementAccessExpression(inner) && !ts.isPropertyAccessExpression(inner))
    return context.refuse(language.reflection(spanOf(node), "delete"), bool);
  const object = context.expression(inner.expression);
  const base = ts.isOptionalChain(inner) ? object : presentValue(context, object, inner);
  switch (base.type.kind) {
    case "dict":
      return deleteMember(context, node, base, inner);
    case "opaque":
      return deleteOpaque(context, node, base, inner);
    case "record":
      return deleteOptional(context, node, base, inner);
    default:
      return context.refuse(language.reflection(spanOf(node), "delete"), bool);
  }
}

function deleteOpaque(context: FunctionContext, node: ts.DeleteExpression, base: Value, inner: Access): Value {
  const constant = context.constantIn(base);
  if (constant !== undefined) context.report(language.moduleConstantWritten(spanOf(node), constant));
  const key = ts.isPropertyAccessExpression(inner) ? undefined : context.expression(inner.argumentExpression);
  const text =
    key === undefined && ts.isPropertyAccessExpression(inner)
      ? ["delete ", `.${inner.name.text}`]
      : ["delete ", "[", "]"];
  return foreign(context, node, text, key === undefined ? [base] : [base, key], bool, { pure: false });
}

/** As if `undefined` were assigned: the adjoint of what was there goes to where it came from. */
function deleteOptional(context: FunctionContext, node: ts.DeleteExpression, base: Value, inner: Access): Value {
  const at = locate(context, inner, base);
  if (at === undefined) return context.standIn(bool);
  const { place } = at;
  const fields = place.base.type.kind === "record" ? context.file.types.records.get(place.base.type.name)?.fields : [];
  const isOptional =
    place.kind === "field" &&
    at.member === undefined &&
    at.among === undefined &&
    fields?.some((f) => f.name === place.name && f.optional === true) === true;
  if (!isOptional) return context.refuse(language.reflection(spanOf(node), "delete"), bool);
  remove(context, at, inner);
  return context.constant(true);
}
