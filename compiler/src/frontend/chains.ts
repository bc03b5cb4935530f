/** Chains of binary operators: `a + b + c + …` nests to the left as deep as it is long, so it is walked along, not into. */
import { ts } from "ts-morph";

/** Is this a binary operator that is no assignment and no comma? */
function isLink(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  return (
    kind > ts.SyntaxKind.LastAssignment || (kind < ts.SyntaxKind.FirstAssignment && kind !== ts.SyntaxKind.CommaToken)
  );
}

/** `ts.forEachChild`, but that a chain of operators has its operands as children, from left to right, and not its links. */
export function eachChild<T>(node: ts.Node, visit: (child: ts.Node) => T | undefined): T | undefined {
  if (!isLink(node)) return ts.forEachChild(node, visit);
  const links: ts.BinaryExpression[] = [];
  let first: ts.Expression = node;
  for (; isLink(first); first = first.left) links.push(first);
  let found = visit(first);
  for (let link = links.pop(); link !== undefined && found === undefined; link = links.pop()) found = visit(link.right);
  return found;
}
