/**
 * `arguments` in the code of packages: how many there are is known for each call, and default parameters, as older
 * JavaScript writes them, ask for nothing else: `arguments.length > 2 && arguments[2] !== undefined ? arguments[2] : 1`.
 */
import { ts } from "ts-morph";
import { eachChild } from "../chains.js";
import type { Instance } from "../instance.js";
import { type FunctionNode, numericLiteral } from "../source.js";
import { isPackageFile } from "./program.js";

const mentioning = new WeakMap<FunctionNode, boolean>();

/** Does a function of a package mention its `arguments`? */
export function usesArguments(node: FunctionNode): boolean {
  if (!isPackageFile(node.getSourceFile().fileName)) return false;
  const known = mentioning.get(node);
  if (known !== undefined) return known;
  const visit = (at: ts.Node): boolean => {
    if (ts.isIdentifier(at) && at.text === "arguments") return true;
    if (at !== node && ts.isFunctionLike(at) && !ts.isArrowFunction(at)) return false;
    return eachChild(at, (child) => visit(child) || undefined) ?? false;
  };
  const found = visit(node);
  mentioning.set(node, found);
  return found;
}

/** What `arguments.length` is in an instance; absent where the expression is something else. */
export function argumentCount(node: ts.PropertyAccessExpression, instance: Instance | undefined): number | undefined {
  const { expression, name } = node;
  if (!ts.isIdentifier(expression) || expression.text !== "arguments" || name.text !== "length") return undefined;
  if (instance === undefined || !isPackageFile(node.getSourceFile().fileName)) return undefined;
  const last = instance.given.findLastIndex((g) => g !== undefined);
  return last + 1;
}

/** What a comparison of `arguments.length` with a literal is; absent where the expression is something else. */
export function argumentTest(node: ts.BinaryExpression, instance: Instance | undefined): boolean | undefined {
  const count = ts.isPropertyAccessExpression(node.left) ? argumentCount(node.left, instance) : undefined;
  const limit = numericLiteral(node.right);
  if (count === undefined || limit === undefined) return undefined;
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.GreaterThanToken:
      return count > limit;
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return count >= limit;
    case ts.SyntaxKind.LessThanToken:
      return count < limit;
    case ts.SyntaxKind.LessThanEqualsToken:
      return count <= limit;
    default:
      return undefined;
  }
}
