/** Arithmetic, comparison and bitwise operators; the conversions they imply. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import type { PrimName } from "../../ir/primitives.js";
import { bool, num } from "../../ir/types.js";
import { bare, spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { foreign, fromText, isText, lowerText } from "./foreign.js";
import { literalOf } from "./literals.js";

const { SyntaxKind } = ts;

export const arithmetic = new Map<ts.SyntaxKind, PrimName>([
  [SyntaxKind.PlusToken, "add"],
  [SyntaxKind.MinusToken, "sub"],
  [SyntaxKind.AsteriskToken, "mul"],
  [SyntaxKind.SlashToken, "div"],
  [SyntaxKind.PercentToken, "mod"],
  [SyntaxKind.AsteriskAsteriskToken, "pow"],
  [SyntaxKind.AmpersandToken, "bitAnd"],
  [SyntaxKind.BarToken, "bitOr"],
  [SyntaxKind.CaretToken, "bitXor"],
  [SyntaxKind.LessThanLessThanToken, "shl"],
  [SyntaxKind.GreaterThanGreaterThanToken, "shr"],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken, "ushr"],
]);

const comparisons = new Map<ts.SyntaxKind, PrimName>([
  [SyntaxKind.LessThanToken, "lt"],
  [SyntaxKind.LessThanEqualsToken, "le"],
  [SyntaxKind.GreaterThanToken, "gt"],
  [SyntaxKind.GreaterThanEqualsToken, "ge"],
]);

const equalities = new Map<ts.SyntaxKind, PrimName>([
  [SyntaxKind.EqualsEqualsEqualsToken, "eq"],
  [SyntaxKind.EqualsEqualsToken, "eq"],
  [SyntaxKind.ExclamationEqualsEqualsToken, "ne"],
  [SyntaxKind.ExclamationEqualsToken, "ne"],
]);

const integerResult = new Set<PrimName>([
  "bitAnd",
  "bitOr",
  "bitXor",
  "bitNot",
  "shl",
  "shr",
  "ushr",
  "floor",
  "ceil",
  "round",
  "trunc",
  "clz32",
  "imul",
  "sign",
]);
const keepsIntegers = new Set<PrimName>([
  "add",
  "sub",
  "mul",
  "mod",
  "neg",
  "abs",
  "max",
  "min",
  "maxLiteral",
  "minLiteral",
  "fround",
]);

/** A primitive, with the facts that follow from its operands. */
export function primitive(
  context: FunctionContext,
  node: ts.Node,
  name: PrimName,
  args: readonly Value[],
  hint?: string,
): Value {
  const result = context.at(node).prim(name, args, hint);
  if (integerResult.has(name) || (keepsIntegers.has(name) && args.every((a) => context.isInteger(a))))
    context.integer(result);
  return result;
}

/** Applies a binary operator to values that are already computed (also for `+=` and its like). */
export function applyArithmetic(
  context: FunctionContext,
  node: ts.Node,
  operator: ts.SyntaxKind,
  left: Value,
  right: Value,
  hint?: string,
): Value {
  const name = arithmetic.get(operator);
  const symbol = ts.tokenToString(operator) ?? "?";
  if (name === undefined) return context.refuse(language.notInLanguage(spanOf(node), `The operator \`${symbol}\``));
  return primitive(
    context,
    node,
    name,
    [context.number(left, symbol, node), context.number(right, symbol, node)],
    hint,
  );
}

export function lowerBinary(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const operator = node.operatorToken.kind;
  if (arithmetic.has(operator)) {
    if (operator === SyntaxKind.PlusToken && isText(context, node)) return lowerText(context, node, hint);
    const left = context.expression(node.left);
    return applyArithmetic(context, node, operator, left, context.expression(node.right), hint);
  }
  const comparison = comparisons.get(operator);
  if (comparison !== undefined) {
    const left = context.expression(node.left);
    const right = context.expression(node.right);
    const symbol = ts.tokenToString(operator) ?? "?";
    if (left.type.kind === "str" && right.type.kind === "str")
      return foreign(context, node, ["(", `) ${symbol} (`, ")"], [left, right], bool, { pure: true, hint });
    return primitive(
      context,
      node,
      comparison,
      [context.number(left, symbol, node), context.number(right, symbol, node)],
      hint,
    );
  }
  const equality = equalities.get(operator);
  if (equality !== undefined) return lowerEquality(context, node, equality, hint);
  const symbol = ts.tokenToString(operator) ?? "?";
  if (operator === SyntaxKind.InKeyword || operator === SyntaxKind.InstanceOfKeyword)
    return context.refuse(language.reflection(spanOf(node), symbol), { kind: "bool" });
  return context.refuse(language.notInLanguage(spanOf(node), `The operator \`${symbol}\``));
}

function lowerEquality(
  context: FunctionContext,
  node: ts.BinaryExpression,
  name: PrimName,
  hint: string | undefined,
): Value {
  const missing = (e: ts.Expression): boolean =>
    bare(e).kind === SyntaxKind.NullKeyword || context.file.globalName(e) === "undefined";
  const tested = missing(node.right) ? node.left : missing(node.left) ? node.right : undefined;
  if (tested !== undefined) {
    const isNull = [node.left, node.right].some((e) => bare(e).kind === SyntaxKind.NullKeyword);
    const strict =
      node.operatorToken.kind === SyntaxKind.EqualsEqualsEqualsToken ||
      node.operatorToken.kind === SyntaxKind.ExclamationEqualsEqualsToken;
    const v = context.expression(tested);
    if (context.maybeMissing.has(v.id))
      return context.refuse(language.missingValue(spanOf(tested), tested.getText()), bool);
    // What is read out of range is `undefined`, never `null`.
    const result = isNull && strict ? context.constant(false, hint) : primitive(context, node, "isNullish", [v], hint);
    return name === "eq" ? result : primitive(context, node, "not", [result], hint);
  }
  const left = context.expression(node.left);
  const right = context.expression(node.right);
  if (left.type.kind !== right.type.kind && !context.isRefused(left) && !context.isRefused(right)) {
    return context.refuse(
      language.mixedTypes(
        spanOf(node),
        ts.tokenToString(node.operatorToken.kind) ?? "",
        context.show(left.type),
        context.show(right.type),
      ),
      { kind: "bool" },
    );
  }
  return primitive(context, node, name, [left, right], hint);
}

export function lowerPrefix(context: FunctionContext, node: ts.PrefixUnaryExpression, hint: string | undefined): Value {
  switch (node.operator) {
    case SyntaxKind.MinusToken: {
      const literal = literalOf(context, node.operand);
      if (typeof literal === "number" && ts.isNumericLiteral(bare(node.operand)))
        return context.at(node) && context.constant(-literal, hint);
      return primitive(context, node, "neg", [context.number(context.expression(node.operand), "-", node)], hint);
    }
    case SyntaxKind.PlusToken: {
      const v = context.expression(node.operand, hint);
      if (v.type.kind === "str") return fromText(context, node, "Number", v, [], num, hint);
      return context.number(v, "+", node);
    }
    case SyntaxKind.TildeToken:
      return primitive(context, node, "bitNot", [context.number(context.expression(node.operand), "~", node)], hint);
    case SyntaxKind.ExclamationToken:
      return primitive(context, node, "not", [context.condition(node.operand)], hint);
    default:
      return context.refuse(language.notInLanguage(spanOf(node), "This operator"));
  }
}
