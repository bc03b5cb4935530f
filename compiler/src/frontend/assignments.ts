/** Assignments as syntax: which operators write, and what they write to. */
import { ts } from "ts-morph";

/** `=`, `+=`, `??=`, … */
export const isAssignment = (operator: ts.SyntaxKind): boolean =>
  operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;

/** `++` and `--`. */
export const isStep = (operator: ts.SyntaxKind): boolean =>
  operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;

/** What an assignment or a step writes to; absent for every other node. */
export function assigned(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) return isAssignment(node.operatorToken.kind) ? node.left : undefined;
  const isUnary = ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node);
  return isUnary && isStep(node.operator) ? node.operand : undefined;
}
