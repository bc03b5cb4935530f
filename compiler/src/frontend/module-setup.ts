/** The statements of a module that complete a constant after its declaration: `for (…) table.push(…)`. */
import { ts } from "ts-morph";
import { eachChild } from "./chains.js";
import { isFunctionNode, symbolOf } from "./source.js";

/** Statements at the top of a file that mention the variable, in their order, declarations aside. */
export function setupOf(checker: ts.TypeChecker, declaration: ts.VariableDeclaration): readonly ts.Statement[] {
  if (!ts.isIdentifier(declaration.name)) return [];
  const symbol = checker.getSymbolAtLocation(declaration.name);
  const { text } = declaration.name;
  return declaration.getSourceFile().statements.filter((s) => isSetup(s) && mentions(checker, s, text, symbol));
}

function isSetup(statement: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(statement) ||
    ts.isIterationStatement(statement, false) ||
    ts.isIfStatement(statement) ||
    ts.isBlock(statement) ||
    ts.isSwitchStatement(statement) ||
    ts.isTryStatement(statement)
  );
}

/** Functions inside run at another time: what they mention does not count. */
function mentions(checker: ts.TypeChecker, node: ts.Node, text: string, symbol: ts.Symbol | undefined): boolean {
  if (ts.isIdentifier(node)) return node.text === text && symbolOf(checker, node) === symbol;
  if (isFunctionNode(node) && !runsAtOnce(node)) return false;
  return eachChild(node, (child) => mentions(checker, child, text, symbol) || undefined) === true;
}

/** An argument of a call (a callback) may run during the call. */
const runsAtOnce = (node: ts.Node): boolean =>
  ts.isCallExpression(node.parent) || ts.isParenthesizedExpression(node.parent);
