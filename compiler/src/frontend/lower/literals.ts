/** Values the source spells out: literals, and constants and enum members that are initialised with one. */
import { ts } from "ts-morph";
import { isFixed } from "../packages/fixed.js";
import { enumValue } from "../enum-values.js";
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
  const declaration = (symbol === undefined ? undefined : context.file.packages.orCode(symbol))?.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return undefined;
  if (!ts.isIdentifier(declaration.name) || !isFixed(checker, declaration)) return undefined;
  return directLiteral(bare(declaration.initializer));
}

/** The name that the key of a member stands for: one the source spells out, or the only one that TypeScript says it can be. */
export function keyLiteral(context: FunctionContext, node: ts.Expression): string | number | undefined {
  const literal = literalOf(context, node);
  if (typeof literal === "string" || typeof literal === "number") return literal;
  let root = bare(node);
  while (ts.isPropertyAccessExpression(root)) root = bare(root.expression);
  if (!ts.isIdentifier(root)) return undefined;
  const type = context.file.checker.getTypeAtLocation(node);
  return type.isStringLiteral() || type.isNumberLiteral() ? type.value : undefined;
}

/** The value of `Color.Red`. */
export function enumMember(
  checker: ts.TypeChecker,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
): number | string | undefined {
  const symbol = ts.isPropertyAccessExpression(node) ? symbolOf(checker, node.name) : quotedMember(checker, node);
  const declaration = symbol?.valueDeclaration;
  return declaration !== undefined && ts.isEnumMember(declaration) ? enumValue(checker, declaration) : undefined;
}

/** `Color["Red"]`; not `table[Color.Red]`. */
function quotedMember(checker: ts.TypeChecker, node: ts.ElementAccessExpression): ts.Symbol | undefined {
  const owner = symbolOf(checker, bare(node.expression));
  const name = bare(node.argumentExpression);
  if (owner === undefined || !(owner.flags & ts.SymbolFlags.Enum) || !ts.isStringLiteralLike(name)) return undefined;
  return checker.getExportsOfModule(owner).find((s) => s.name === name.text);
}

function directLiteral(node: ts.Expression): number | boolean | string | undefined {
  const number = numericLiteral(node);
  if (number !== undefined) return number;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  return undefined;
}
