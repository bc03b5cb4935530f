/** Arithmetic, comparison and bitwise operators; the conversions they imply. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import type { PrimName } from "../../ir/primitives.js";
import { bool, isTypedArrayName, num } from "../../ir/types.js";
import { argumentTest } from "../packages/arguments.js";
import { isPackageFile } from "../packages/program.js";
import type { ClassNode } from "../classes.js";
import { bare, spanOf } from "../source.js";
import { withMember } from "./choice.js";
import type { FunctionContext } from "./context.js";
import { foreign, fromText, isText, lowerText } from "./foreign.js";
import { lowerLibraryInstance } from "./library-instances.js";
import { literalOf } from "./literals.js";
import { primitive } from "./primitive.js";
import { lowerCaughtInstance, lowerEquality, lowerIn } from "./tests.js";

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

const equalities = new Map<ts.SyntaxKind, "eq" | "ne">([
  [SyntaxKind.EqualsEqualsEqualsToken, "eq"],
  [SyntaxKind.EqualsEqualsToken, "eq"],
  [SyntaxKind.ExclamationEqualsEqualsToken, "ne"],
  [SyntaxKind.ExclamationEqualsToken, "ne"],
]);

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
  const args = [context.number(left, symbol, node), context.number(right, symbol, node)];
  if (name.startsWith("bit") || name === "shl" || name === "shr" || name === "ushr")
    for (const arg of args) context.truncates(arg, node, symbol);
  return primitive(context, node, name, args, hint);
}

/** `a + b - c …`, along the chain: it nests as deep as it is long. */
function lowerArithmetic(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const chain: ts.BinaryExpression[] = [];
  let first: ts.Expression = node;
  let isNumber = false;
  for (;;) {
    const link = bare(first);
    if (!ts.isBinaryExpression(link) || !arithmetic.has(link.operatorToken.kind)) break;
    if (first !== node && (context.known.has(first) || context.known.has(link))) break;
    // A sum that is no text has no text in it.
    if (link.operatorToken.kind === SyntaxKind.PlusToken && !isNumber) {
      if (isText(context, link)) break;
      isNumber = true;
    }
    chain.push(link);
    first = link.left;
  }
  if (chain.length === 0) return lowerText(context, node, hint);
  let result = context.expression(first);
  for (let link = chain.pop(); link !== undefined; link = chain.pop()) {
    const right = context.expression(link.right);
    result = applyArithmetic(context, link, link.operatorToken.kind, result, right, link === node ? hint : undefined);
  }
  return result;
}

export function lowerBinary(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const operator = node.operatorToken.kind;
  if (arithmetic.has(operator)) return lowerArithmetic(context, node, hint);
  const comparison = comparisons.get(operator);
  if (comparison !== undefined) {
    const known = argumentTest(node, context.signature?.instance);
    if (known !== undefined) return context.at(node) && context.constant(known, hint);
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
  if (equality !== undefined) {
    const same = sameConstructor(context, node);
    if (same !== undefined) return context.at(node) && context.constant(same === (equality === "eq"), hint);
    return lowerEquality(context, node, equality, hint);
  }
  const symbol = ts.tokenToString(operator) ?? "?";
  if (operator === SyntaxKind.InKeyword) return lowerIn(context, node, hint);
  if (operator === SyntaxKind.InstanceOfKeyword) {
    const cls = context.lowering.classes.reference(context, node.right);
    const known = cls === undefined ? undefined : isInstance(context, context.expression(node.left), cls, node);
    if (known !== undefined || cls !== undefined) return known ?? lowerCaughtInstance(context, node, hint);
    const v = context.expression(node.left);
    const byType = lowerLibraryInstance(context, v, node);
    if (byType !== undefined) return byType;
    context.known.set(node.left, v);
    const caught = lowerCaughtInstance(context, node, hint);
    context.known.delete(node.left);
    return caught;
  }
  return context.refuse(language.notInLanguage(spanOf(node), `The operator \`${symbol}\``));
}

function isInstance(context: FunctionContext, v: Value, cls: ClassNode, node: ts.Node): Value | undefined {
  const { choices } = context.file.types;
  const any = choices.mixed(v.type);
  if (any !== undefined)
    return withMember(
      context,
      v,
      any,
      node,
      undefined,
      (own) => isInstance(context, own, cls, node) ?? context.constant(false),
    );
  const kind = choices.kindOf(v.type);
  if (kind !== undefined && kind !== "object" && !context.isRefused(v)) return context.constant(false);
  return context.lowering.classes.instanceOf(context, v, cls, node);
}

/** `ARRAY_TYPE != Float32Array`: which constructors of the library the two are. */
function sameConstructor(context: FunctionContext, node: ts.BinaryExpression): boolean | undefined {
  const isName = (e: ts.Expression): boolean => ts.isIdentifier(bare(e)) || ts.isPropertyAccessExpression(bare(e));
  if (!isName(node.left) || !isName(node.right) || !isPackageFile(node.getSourceFile().fileName)) return undefined;
  const right = context.file.constructorName(node.right);
  const left = right !== undefined && isTypedArrayName(right) ? context.file.constructorName(node.left) : undefined;
  return left === undefined ? undefined : left === right;
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
