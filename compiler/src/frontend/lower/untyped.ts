/**
 * `any`: TypeScript checks nothing about such a value, so a derivative must not flow through it. What depends on nothing
 * that is differentiated may be of any type. In JavaScript, where nothing is written, values keep the types they have.
 */
import { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import type { FunctionContext } from "./context.js";

/** `v` is used under a type that was written. */
export function underWrittenType(context: FunctionContext, v: Value, type: ts.TypeNode | undefined): void {
  const any = type === undefined ? undefined : anyIn(type);
  if (any !== undefined) context.untyped(v, any);
}

/** The casts around an expression. */
export function underCasts(context: FunctionContext, v: Value, whole: ts.Expression): void {
  let at = whole;
  for (;;) {
    if (ts.isAsExpression(at) || ts.isTypeAssertionExpression(at)) underWrittenType(context, v, at.type);
    else if (!ts.isParenthesizedExpression(at) && !ts.isNonNullExpression(at) && !ts.isSatisfiesExpression(at)) return;
    at = at.expression;
  }
}

function anyIn(type: ts.TypeNode): ts.TypeNode | undefined {
  if (type.kind === ts.SyntaxKind.AnyKeyword) return type;
  if (ts.isArrayTypeNode(type)) return anyIn(type.elementType);
  if (ts.isParenthesizedTypeNode(type)) return anyIn(type.type);
  if (ts.isUnionTypeNode(type)) return type.types.map(anyIn).find((t) => t !== undefined);
  return undefined;
}
