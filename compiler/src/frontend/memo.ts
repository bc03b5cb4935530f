/**
 * Memo tables: a constant of the module in which one function notes what it has computed for a key, and looks before it
 * computes again. Each generated file has a table of its own, so a function that reads more than its own notes (how many
 * there are, in which order) is none of these.
 */
import { ts } from "ts-morph";
import { assigned } from "./assignments.js";
import { eachChild } from "./chains.js";
import { bare, type FunctionNode, isConst, isFunctionNode, symbolOf } from "./source.js";

const known = new WeakMap<ts.TypeChecker, Map<ts.Node, boolean>>();

/** Is the constant the memo table of a function? */
export function isMemo(checker: ts.TypeChecker, declaration: ts.Node): boolean {
  let answers = known.get(checker);
  if (answers === undefined) known.set(checker, (answers = new Map<ts.Node, boolean>()));
  let found = answers.get(declaration);
  if (found === undefined) answers.set(declaration, (found = ask(checker, declaration)));
  return found;
}

function ask(checker: ts.TypeChecker, declaration: ts.Node): boolean {
  if (!ts.isVariableDeclaration(declaration) || !isConst(declaration) || !ts.isIdentifier(declaration.name))
    return false;
  const { name, initializer } = declaration;
  if (initializer === undefined || !isEmpty(bare(initializer))) return false;
  const symbol = checker.getSymbolAtLocation(name);
  const uses: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && symbolOf(checker, node) === symbol)
      uses.push(node);
    eachChild(node, visit);
  };
  visit(declaration.getSourceFile());
  const keys = uses.map((use) => keyOf(use));
  const [first] = keys;
  const [owner, ...others] = new Set(uses.map(functionAround));
  if (first === undefined || owner === undefined || others.length > 0) return false;
  // What nobody looks up is no memo, but something others may want to see.
  if (!uses.some(isLookUp)) return false;
  return keys.every((key) => key !== undefined && key.getText() === first.getText() && isFixed(checker, key, owner));
}

/** Nothing is in it yet. */
function isEmpty(node: ts.Expression): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === "Map" && (node.arguments ?? []).length === 0;
  return ts.isObjectLiteralExpression(node) && node.properties.length === 0;
}

/** The key that is looked up or noted; absent where the table is used for something else. */
function keyOf(use: ts.Identifier): ts.Expression | undefined {
  const { parent } = use;
  if (ts.isElementAccessExpression(parent) && parent.expression === use)
    return ts.isDeleteExpression(parent.parent) ? undefined : parent.argumentExpression;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InKeyword)
    return parent.right === use ? parent.left : undefined;
  if (!ts.isPropertyAccessExpression(parent) || !ts.isCallExpression(parent.parent)) return undefined;
  return ["get", "has", "set"].includes(parent.name.text) ? parent.parent.arguments[0] : undefined;
}

function isLookUp(use: ts.Identifier): boolean {
  const { parent } = use;
  return !ts.isPropertyAccessExpression(parent) || parent.name.text !== "set";
}

/** The outermost function around a node. */
function functionAround(node: ts.Node): FunctionNode | undefined {
  let found: FunctionNode | undefined;
  for (let at = node.parent; at !== undefined; at = at.parent) if (isFunctionNode(at)) found = at;
  return found;
}

/** Is it made of what does not change while the function runs? */
function isFixed(checker: ts.TypeChecker, key: ts.Expression, owner: FunctionNode): boolean {
  if (ts.isCallExpression(key)) return false;
  if (ts.isIdentifier(key)) {
    const declaration = symbolOf(checker, key)?.valueDeclaration;
    if (declaration === undefined) return false;
    if (ts.isVariableDeclaration(declaration)) return isConst(declaration);
    return ts.isParameter(declaration) && !isAssigned(checker, owner, key);
  }
  return eachChild(key, (child) => (ts.isExpression(child) && !isFixed(checker, child, owner)) || undefined) !== true;
}

function isAssigned(checker: ts.TypeChecker, node: ts.Node, name: ts.Identifier): boolean {
  const target = assigned(node);
  if (target !== undefined && ts.isIdentifier(target) && symbolOf(checker, target) === symbolOf(checker, name))
    return true;
  return eachChild(node, (child) => isAssigned(checker, child, name) || undefined) === true;
}
