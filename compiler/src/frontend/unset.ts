/**
 * `new Array<number>(n)` whose elements adc cannot see being set, all of them. An element that was never set is NaN in every
 * computation; what tells it from one are the methods that pass over it, and questions after `undefined`.
 */
import { ts } from "ts-morph";
import { assigned } from "./assignments.js";
import { asksIfThere } from "./filled.js";
import { isFunctionLike, symbolOf } from "./source.js";

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
  if (variable === undefined || !ts.isIdentifier(variable)) return useAt(node);
  const symbol = symbolOf(checker, variable);
  const declared = symbol?.valueDeclaration;
  if (declared === undefined) return "escapes";
  let scope: ts.Node = declared;
  while (!isFunctionLike(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  let found: Use = "elements";
  const visit = (at: ts.Node): void => {
    const isName =
      ts.isIdentifier(at) && at.text === variable.text && at.parent !== declared && symbolOf(checker, at) === symbol;
    const use = isName ? useAt(at) : "elements";
    if (use === "asked" || found === "elements") found = use;
    if (found !== "asked") ts.forEachChild(at, visit);
  };
  visit(scope);
  return found;
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
