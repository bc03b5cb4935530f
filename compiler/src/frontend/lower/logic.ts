/** Conditions, short circuits and the conditional operator: an operand that may not run stands in an arm of an `if`. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, sameType } from "../../ir/types.js";
import { bare, spanOf } from "../source.js";
import { load, locate, standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";
import { branch, branchValue } from "./flow.js";
import { primitive } from "./operators.js";

const { SyntaxKind } = ts;

/** JavaScript's truthiness of a value. */
export function truthiness(context: FunctionContext, v: Value, node: ts.Node): Value {
  switch (v.type.kind) {
    case "bool":
      return v;
    case "num":
      return primitive(context, node, "truthy", [v]);
    case "str":
      return primitive(context, node, "ne", [v, context.constant("")]);
    case "void":
      return context.constant(false);
    default:
      return primitive(context, node, "not", [primitive(context, node, "isNullish", [v])]);
  }
}

export function lowerCondition(context: FunctionContext, node: ts.Expression): Value {
  const inner = bare(node);
  if (ts.isBinaryExpression(inner)) {
    const operator = inner.operatorToken.kind;
    if (operator === SyntaxKind.AmpersandAmpersandToken || operator === SyntaxKind.BarBarToken)
      return lowerBoolean(context, inner, undefined);
  }
  return truthiness(context, context.expression(node), node);
}

/** `a && b` as a boolean. */
function lowerBoolean(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const isAnd = node.operatorToken.kind === SyntaxKind.AmpersandAmpersandToken;
  const left = context.condition(node.left);
  if (isCheap(context, node.right)) {
    return primitive(context, node, isAnd ? "and" : "or", [left, context.condition(node.right)], hint);
  }
  const right = (): Value => context.condition(node.right);
  const known = (): Value => context.b.const(!isAnd);
  context.at(node);
  return isAnd
    ? branchValue(context, left, right, known, { type: bool, hint })
    : branchValue(context, left, known, right, { type: bool, hint });
}

/** Scalars already at hand: computing them costs nothing, changes nothing and cannot fail. */
function isCheap(context: FunctionContext, node: ts.Expression): boolean {
  const inner = bare(node);
  if (ts.isIdentifier(inner) || ts.isNumericLiteral(inner) || ts.isStringLiteralLike(inner)) {
    const { flags } = context.file.checker.getTypeAtLocation(inner);
    return (flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike | ts.TypeFlags.StringLike)) !== 0;
  }
  if (inner.kind === SyntaxKind.TrueKeyword || inner.kind === SyntaxKind.FalseKeyword) return true;
  if (ts.isPrefixUnaryExpression(inner)) {
    return (
      inner.operator !== SyntaxKind.PlusPlusToken &&
      inner.operator !== SyntaxKind.MinusMinusToken &&
      isCheap(context, inner.operand)
    );
  }
  if (ts.isPropertyAccessExpression(inner)) {
    return inner.name.text === "length" && ts.isIdentifier(bare(inner.expression));
  }
  if (!ts.isBinaryExpression(inner)) return false;
  const operator = inner.operatorToken.kind;
  const assigns = operator >= SyntaxKind.FirstAssignment && operator <= SyntaxKind.LastAssignment;
  const text =
    operator === SyntaxKind.PlusToken &&
    (context.file.checker.getTypeAtLocation(inner).flags & ts.TypeFlags.StringLike) !== 0;
  return (
    !assigns &&
    !text &&
    operator !== SyntaxKind.QuestionQuestionToken &&
    operator !== SyntaxKind.CommaToken &&
    isCheap(context, inner.left) &&
    isCheap(context, inner.right)
  );
}

/** `a && b`, `a || b`, `a ?? b` in the place of a value. */
export function lowerLogical(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const operator = node.operatorToken.kind;
  if (operator === SyntaxKind.QuestionQuestionToken) return lowerNullish(context, node, hint);
  const { checker } = context.file;
  const isBool = (e: ts.Expression): boolean => (checker.getTypeAtLocation(e).flags & ts.TypeFlags.BooleanLike) !== 0;
  if (isBool(node.left) && isBool(node.right)) return lowerBoolean(context, node, hint);
  const left = context.expression(node.left);
  const test = truthiness(context, left, node.left);
  const right = (): Value => sameOrRefuse(context, node, left, context.expression(node.right));
  const slot = { type: left.type, hint };
  if (operator === SyntaxKind.AmpersandAmpersandToken) return branchValue(context, test, right, () => left, slot);
  return branchValue(context, test, () => left, right, slot);
}

function sameOrRefuse(context: FunctionContext, node: ts.BinaryExpression, left: Value, right: Value): Value {
  if (sameType(left.type, right.type)) return right;
  if (context.isRefused(left) || context.isRefused(right)) return context.standIn(left.type);
  const operator = ts.tokenToString(node.operatorToken.kind) ?? "";
  return context.refuse(
    language.mixedTypes(spanOf(node), operator, context.show(left.type), context.show(right.type)),
    left.type,
  );
}

/**
 * `a[i] ?? d`. The read that decides is not the one that is used, so that a missing element never carries a derivative.
 */
function lowerNullish(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const left = bare(node.left);
  if (ts.isElementAccessExpression(left) || ts.isPropertyAccessExpression(left)) {
    const at = ts.isPropertyAccessExpression(left) && left.name.text === "length" ? undefined : locate(context, left);
    if (at !== undefined) {
      const read = load(context, at, left);
      if (context.maybeMissing.has(read.id))
        return context.refuse(language.missingValue(spanOf(left), left.getText()), at.type);
      const missing = primitive(context, node, "isNullish", [read]);
      const otherwise = (): Value => {
        const right = context.expression(node.right);
        return context.coerce(right, at.type, node.right);
      };
      return branchValue(context, missing, otherwise, () => load(context, at, left), { type: at.type, hint });
    }
    if (!ts.isPropertyAccessExpression(left) || left.name.text !== "length") return standInFor(context, node);
  }
  const v = context.expression(node.left);
  if (context.maybeMissing.has(v.id))
    return context.refuse(language.missingValue(spanOf(left), left.getText()), v.type);
  const missing = primitive(context, node, "isNullish", [v]);
  return branchValue(
    context,
    missing,
    () => sameOrRefuse(context, node, v, context.expression(node.right)),
    () => v,
    { type: v.type, hint },
  );
}

export function lowerConditional(
  context: FunctionContext,
  node: ts.ConditionalExpression,
  hint: string | undefined,
): Value {
  const cond = context.condition(node.condition);
  const type = conditionalType(context, node);
  if (type === undefined) return standInFor(context, node);
  return branchValue(
    context,
    cond,
    () => context.coerce(context.expression(node.whenTrue), type, node.whenTrue),
    () => context.coerce(context.expression(node.whenFalse), type, node.whenFalse),
    { type, hint },
  );
}

/** The type both arms have; elements read under `noUncheckedIndexedAccess` count as present. */
function conditionalType(context: FunctionContext, node: ts.ConditionalExpression): Type | undefined {
  const { checker } = context.file;
  const type = checker.getTypeAtLocation(node);
  const contextual = checker.getContextualType(node);
  const present = checker.getNonNullableType(type);
  const mapped = context.file.types.map(present);
  if ("type" in mapped && mapped.type.kind !== "array" && mapped.type.kind !== "record") return mapped.type;
  if (contextual !== undefined) {
    const wanted = context.file.types.map(checker.getNonNullableType(contextual));
    if ("type" in wanted && wanted.type.kind !== "void" && wanted.type.kind !== "opaque") return wanted.type;
  }
  return "type" in mapped ? mapped.type : context.typeAt(node, present);
}

/** Short circuits and conditionals whose value nobody reads. */
export function lowerLogicalEffect(
  context: FunctionContext,
  node: ts.BinaryExpression | ts.ConditionalExpression,
): void {
  const effect = (e: ts.Expression): void => context.lowering.effect(context, e);
  if (ts.isConditionalExpression(node)) {
    const cond = context.condition(node.condition);
    branch(
      context,
      cond,
      () => effect(node.whenTrue),
      () => effect(node.whenFalse),
      false,
    );
    return;
  }
  const isOr = node.operatorToken.kind === SyntaxKind.BarBarToken;
  const test =
    node.operatorToken.kind === SyntaxKind.QuestionQuestionToken
      ? primitive(context, node, "isNullish", [context.expression(node.left)])
      : context.condition(node.left);
  const run = (): void => effect(node.right);
  const nothing = (): void => {};
  if (isOr) branch(context, test, nothing, run, false);
  else branch(context, test, run, nothing, false);
}
