/** Values the source spells out: literals, and constants and enum members that are initialised with one. */
import { ts } from "ts-morph";
import { bare, numericLiteral, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";

/** The literal an expression is, or the literal its `const` was initialised with. */
export function literalOf(context: FunctionContext, node: ts.Expression): number | boolean | string | undefined {
  const inner = bare(node);
  const direct = directLiteral(inner);
  if (direct !== undefined) return direct;
  const { checker } = context.file;
  if (ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner)) return enumMember(checker, inner);
  if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.MinusToken) {
    const operand = literalOf(context, inner.operand);
    return typeof operand === "number" ? -operand : undefined;
  }
  if (!ts.isIdentifier(inner)) return undefined;
  const symbol = symbolOf(checker, inner);
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return undefined;
  if (!(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) || !ts.isIdentifier(declaration.name))
    return undefined;
  return directLiteral(bare(declaration.initializer));
}

/** The value of `Color.Red`. */
export function enumMember(
  checker: ts.TypeChecker,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
): number | string | undefined {
  const declaration = symbolOf(
    checker,
    ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression,
  )?.valueDeclaration;
  return declaration !== undefined && ts.isEnumMember(declaration) ? checker.getConstantValue(declaration) : undefined;
}

function directLiteral(node: ts.Expression): number | boolean | string | undefined {
  const number = numericLiteral(node);
  if (number !== undefined) return number;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  return undefined;
}
