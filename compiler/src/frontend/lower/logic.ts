/** Conditions, short circuits and the conditional operator: an operand that may not run stands in an arm of an `if`. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { arrayOf, bool, isReference, maybe, present, str } from "../../ir/types.js";
import { isAssignment } from "../assignments.js";
import { bare, spanOf } from "../source.js";
import { load, locate, standInFor } from "./access.js";
import { withMember } from "./choice.js";
import type { FunctionContext } from "./context.js";
import { branch, branchValue } from "./flow.js";
import { foreign } from "./foreign.js";
import { isMatch } from "./opaque-results.js";
import { isNullish, isUndefined, presentValue } from "./missing.js";
import { literalOf } from "./literals.js";
import { lowerOpaqueElement } from "./opaque.js";
import { lowerTable } from "./tables.js";
import { openLink } from "./narrow.js";
import { loadMemberOr } from "./tuple.js";
import { primitive } from "./primitive.js";

const { SyntaxKind } = ts;

/** JavaScript's truthiness of a value. */
export function truthiness(context: FunctionContext, v: Value, node: ts.Node): Value {
  const any = context.file.types.choices.mixed(v.type);
  if (any !== undefined) return withMember(context, v, any, node, undefined, (own) => truthiness(context, own, node));
  switch (v.type.kind) {
    case "bool":
      return v;
    case "num":
      return primitive(context, node, "truthy", [v]);
    case "str":
      return primitive(context, node, "ne", [v, context.constant("")]);
    case "void":
      return context.constant(false);
    case "maybe": {
      const { kind } = v.type.of;
      const isScalar = kind === "num" || kind === "bool" || kind === "str";
      if (!isScalar && context.file.types.choices.mixed(v.type.of) === undefined)
        return primitive(context, node, "not", [primitive(context, node, "isNullish", [v])]);
      const isThere = primitive(context, node, "not", [primitive(context, node, "isNullish", [v])]);
      const there = (): Value => truthiness(context, presentValue(context, v, node), node);
      return branchValue(context, isThere, there, () => context.constant(false), { type: bool });
    }
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
  const truth = context.truthOf(left);
  if (truth !== undefined) return truth === isAnd ? context.condition(node.right) : left;
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
  const assigns = isAssignment(operator);
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
  const right = (): Value => context.expression(node.right);
  const slot = { hint, mismatch: mixed(context, node) };
  if (operator === SyntaxKind.AmpersandAmpersandToken)
    return branchValue(context, test, right, () => falsy(context, left, node), slot);
  return branchValue(context, test, () => presentValue(context, left, node), right, slot);
}

/** What `a` of `a && b` is where it is not true: a reference is missing then. */
function falsy(context: FunctionContext, v: Value, node: ts.Node): Value {
  if (v.type.kind !== "maybe" || !isReference(v.type)) return v;
  if (v.type.absent === "null") return context.nullValue();
  if (v.type.absent === "undefined") return context.undefinedOf({ kind: "void" });
  return branchValue(
    context,
    isUndefined(context, v, node),
    () => context.undefinedOf({ kind: "void" }),
    () => context.nullValue(),
    {},
  );
}

const mixed =
  (context: FunctionContext, node: ts.Expression, operator = operatorOf(node)) =>
  (a: Value, b: Value): void =>
    context.report(language.mixedTypes(spanOf(node), operator, context.show(a.type), context.show(b.type)));

const operatorOf = (node: ts.Expression): string =>
  ts.isBinaryExpression(node) ? (ts.tokenToString(node.operatorToken.kind) ?? "") : "?:";

/**
 * `a[i] ?? d`. The read that decides is not the one that is used, so that a missing element never carries a derivative.
 */
function lowerNullish(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const left = bare(node.left);
  const slot = { hint, mismatch: mixed(context, node) };
  if (ts.isElementAccessExpression(left) && openLink(context, left) === undefined) {
    const base = presentValue(context, context.expression(left.expression), left);
    const isOpaque = base.type.kind === "opaque" || base.type.kind === "str";
    const key = literalOf(context, left.argumentExpression);
    const named = typeof key === "string" ? context.lowering.classes.inPattern(context, base, key, left) : undefined;
    const member = isOpaque ? undefined : (named ?? lowerTable(context, left.argumentExpression, base, undefined));
    if (member !== undefined) return orElse(context, node, member, slot);
    const at = isOpaque ? undefined : locate(context, left, base);
    if (isOpaque)
      return orElse(context, node, lowerOpaqueElement(context, left, left.argumentExpression, base, undefined), slot);
    if (at === undefined) return standInFor(context, node);
    if (at.member !== undefined && at.type.kind !== "maybe")
      return loadMemberOr(context, at.member, left, hint, () => context.expression(node.right));
    const read = load(context, at, left);
    if (context.maybeMissing.has(read.id))
      return context.refuse(language.missingValue(spanOf(left), left.getText()), at.type);
    return branchValue(
      context,
      isNullish(context, read, node),
      () => context.expression(node.right),
      () => presentValue(context, load(context, at, left), node),
      slot,
    );
  }
  const v = context.expression(node.left);
  if (context.maybeMissing.has(v.id))
    return context.refuse(language.missingValue(spanOf(left), left.getText()), v.type);
  return orElse(context, node, v, slot);
}

function orElse(
  context: FunctionContext,
  node: ts.BinaryExpression,
  v: Value,
  slot: Parameters<typeof branchValue>[4],
): Value {
  const right = bare(node.right);
  // `text.match(pattern) ?? []`: what is found, as a list.
  if (isMatch(present(v.type)) && ts.isArrayLiteralExpression(right) && right.elements.length === 0)
    return foreign(context, node, ["(", " ?? [])"], [v], arrayOf(maybe(str)), { pure: false, hint: slot.hint });
  return branchValue(
    context,
    isNullish(context, v, node),
    () => context.expression(node.right),
    () => presentValue(context, v, node),
    slot,
  );
}

export function lowerConditional(
  context: FunctionContext,
  node: ts.ConditionalExpression,
  hint: string | undefined,
): Value {
  const cond = context.condition(node.condition);
  return branchValue(
    context,
    cond,
    () => context.expression(node.whenTrue),
    () => context.expression(node.whenFalse),
    { hint, mismatch: mixed(context, node) },
  );
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
      ? isNullish(context, context.expression(node.left), node)
      : context.condition(node.left);
  const run = (): void => effect(node.right);
  const nothing = (): void => {};
  if (isOr) branch(context, test, nothing, run, false);
  else branch(context, test, run, nothing, false);
}
