/**
 * `new Array<number>(n)` whose elements adc cannot see being set, all of them, and `{} as Point`. What was never set is NaN in
 * every computation; what tells it from a number are the methods that pass over it, and questions after `undefined`.
 */
import { ts } from "ts-morph";
import { assigned } from "../assignments.js";
import { asksIfThere } from "./filled.js";
import { isFunctionLike, symbolOf } from "../source.js";

/**
 * What becomes of a new array of numbers: only its elements and length are used (`elements`: one never set is NaN there as
 * well as in JavaScript), it goes elsewhere (`escapes`), or something asks here which elements it has (`asked`).
 */
export type Use = "elements" | "escapes" | "asked";

export function useOf(checker: ts.TypeChecker, node: ts.NewExpression | ts.CallExpression): Use {
  const outer = around(node);
  const { parent } = outer;
  const variable = ts.isVariableDeclaration(parent)
    ? parent.name
    : ts.isBinaryExpression(parent) && assigned(parent) === parent.left && parent.right === outer
      ? parent.left
      : undefined;
  const member = variable === undefined ? memberName(outer) : undefined;
  if (member !== undefined) return useOfMember(node, member);
  if (variable !== undefined && ts.isPropertyAccessExpression(variable)) return useOfMember(node, variable.name.text);
  // A row of a table is seen by whoever has the table.
  if (variable !== undefined && ts.isElementAccessExpression(variable))
    return asksAnything(functionAround(node)) ? "asked" : "escapes";
  if (variable === undefined || !ts.isIdentifier(variable)) return useAt(node);
  const symbol = symbolOf(checker, variable);
  const declared = symbol?.valueDeclaration;
  return declared === undefined ? "escapes" : useOfVariable(checker, declared, symbol, useAt);
}

/** `re`, of `{ re: new Array<number>(n) }` and of a field that begins so. */
function memberName({ parent }: ts.Expression): string | undefined {
  const isMember = ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent);
  return isMember ? parent.name.getText() : undefined;
}

/** What is asked in the file of members of this name. */
function useOfMember(node: ts.Node, name: string): Use {
  const isAsked = (at: ts.Node): boolean => {
    if (ts.isPropertyAccessExpression(at) && at.name.text === name && useAt(at) === "asked") return true;
    return ts.forEachChild(at, (child) => isAsked(child) || undefined) ?? false;
  };
  return isAsked(node.getSourceFile()) ? "asked" : "escapes";
}

/** Is `{} as Point`, of a variable, asked for nothing but its members? Where it goes, it is taken to be complete. */
export function isFilledByName(checker: ts.TypeChecker, node: ts.ObjectLiteralExpression): boolean {
  const { parent } = around(node);
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  return useOfVariable(checker, parent, symbolOf(checker, parent.name), useOfObject) !== "asked";
}

function useOfVariable(
  checker: ts.TypeChecker,
  declared: ts.Node,
  symbol: ts.Symbol | undefined,
  useAt: (node: ts.Expression) => Use,
): Use {
  const scope = functionAround(declared);
  let found: Use = "elements";
  const visit = (at: ts.Node): void => {
    const isName =
      ts.isIdentifier(at) && at.text === symbol?.name && at.parent !== declared && symbolOf(checker, at) === symbol;
    const use = isName ? useAt(at) : "elements";
    if (use === "asked" || found === "elements") found = use;
    if (found !== "asked") ts.forEachChild(at, visit);
  };
  visit(scope);
  return found;
}

function functionAround(node: ts.Node): ts.Node {
  let scope = node;
  while (!isFunctionLike(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  return scope;
}

/** Is any list asked for more than its elements? */
function asksAnything(node: ts.Node): boolean {
  const isList =
    ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent) && node.parent.expression === node;
  if (isList && useAt(node.expression) === "asked" && node.expression.getText() !== "Math") return true;
  if (ts.isElementAccessExpression(node) && asksIfThere(node)) return true;
  return ts.forEachChild(node, (child) => asksAnything(child) || undefined) ?? false;
}

/** The expression with the parentheses, casts and `!` around it. */
function around(node: ts.Expression): ts.Expression {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent) || ts.isNonNullExpression(at.parent) || ts.isAsExpression(at.parent))
    at = at.parent;
  return at;
}

/** Methods for which an element never set is `undefined`, and so no number, like any other. */
const indifferent = new Set(["length", "push", "fill"]);

function useAt(node: ts.Expression): Use {
  const at = around(node);
  const { parent } = at;
  if (ts.isPropertyAccessExpression(parent)) return indifferent.has(parent.name.text) ? "elements" : "asked";
  if (ts.isElementAccessExpression(parent) && parent.expression === at)
    return asksIfThere(parent) ? "asked" : "elements";
  if (ts.isBinaryExpression(parent) && assigned(parent) === at) return "elements";
  if (ts.isExpressionStatement(parent)) return "elements";
  if (ts.isForOfStatement(parent)) return "elements";
  return "escapes";
}

function useOfObject(node: ts.Expression): Use {
  const at = around(node);
  const { parent } = at;
  if ((ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === at)
    return asksIfThere(parent) ? "asked" : "elements";
  if (ts.isReturnStatement(parent) || ts.isPropertyAssignment(parent)) return "escapes";
  const isArgument = ts.isCallExpression(parent) && parent.expression !== at;
  return isArgument && !/^(Object|JSON|Reflect)\b/.test(parent.expression.getText()) ? "escapes" : "asked";
}
