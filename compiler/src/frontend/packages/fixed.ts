/** Variables of modules that keep what they are first given: constants, and in packages `var` that nothing assigns. */
import { ts } from "ts-morph";
import { isAssignment } from "../assignments.js";
import { eachChild } from "../chains.js";
import { bare, isConst, symbolOf } from "../source.js";
import { isPackageFile } from "./program.js";

/** The places where a file assigns a variable, by the name of the variable. */
const assignments = new WeakMap<ts.SourceFile, Map<string, ts.Identifier[]>>();

function assignmentsIn(file: ts.SourceFile): Map<string, ts.Identifier[]> {
  const known = assignments.get(file);
  if (known !== undefined) return known;
  const found = new Map<string, ts.Identifier[]>();
  const target = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.set(node.text, [...(found.get(node.text) ?? []), node]);
    else if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) eachChild(node, target);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) target(node.left);
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
        target(node.operand);
    } else if (
      (ts.isForOfStatement(node) || ts.isForInStatement(node)) &&
      !ts.isVariableDeclarationList(node.initializer)
    )
      target(node.initializer);
    eachChild(node, visit);
  };
  visit(file);
  assignments.set(file, found);
  return found;
}

/** Where the file of a variable assigns it. */
export function assignedAt(checker: ts.TypeChecker, declaration: ts.VariableDeclaration): readonly ts.Identifier[] {
  if (!ts.isIdentifier(declaration.name)) return [];
  const symbol = checker.getSymbolAtLocation(declaration.name);
  const named = assignmentsIn(declaration.getSourceFile()).get(declaration.name.text) ?? [];
  return named.filter((at) => symbolOf(checker, at) === symbol);
}

/** Has the variable one value for good? */
export function isFixed(checker: ts.TypeChecker, declaration: ts.VariableDeclaration): boolean {
  if (isConst(declaration)) return true;
  return isPackageFile(declaration.getSourceFile().fileName) && assignedAt(checker, declaration).length === 0;
}

/**
 * The constructor of JavaScript's library that an expression is, through variables of packages: `Float32Array`. A
 * variable that functions of the package assign has its first value, if `isCalled` says that none of these is called.
 */
export function constructorNamed(
  node: ts.Expression,
  checker: ts.TypeChecker,
  globalName: (node: ts.Expression) => string | undefined,
  isCalled: (name: string) => boolean,
): string | undefined {
  const inner = bare(node);
  const global = globalName(inner);
  if (global !== undefined) return global;
  if (ts.isConditionalExpression(inner)) {
    const chosen = typeofTest(bare(inner.condition), globalName);
    if (chosen === undefined) return undefined;
    return constructorNamed(chosen ? inner.whenTrue : inner.whenFalse, checker, globalName, isCalled);
  }
  const name = ts.isPropertyAccessExpression(inner) ? inner.name : inner;
  const declaration = ts.isIdentifier(name) ? symbolOf(checker, name)?.valueDeclaration : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return undefined;
  if (!isPackageFile(declaration.getSourceFile().fileName)) return undefined;
  const setters = assignedAt(checker, declaration).map(functionAround);
  if (setters.some((setter) => setter?.name === undefined || isCalled(setter.name.text))) return undefined;
  return constructorNamed(declaration.initializer, checker, globalName, isCalled);
}

/** `typeof Float32Array !== "undefined"`, of something that is always there. */
function typeofTest(node: ts.Expression, globalName: (node: ts.Expression) => string | undefined): boolean | undefined {
  if (!ts.isBinaryExpression(node)) return undefined;
  const [left, right] = [bare(node.left), bare(node.right)];
  if (!ts.isTypeOfExpression(left) || !ts.isStringLiteralLike(right) || right.text !== "undefined") return undefined;
  if (globalName(left.expression) === undefined) return undefined;
  const { kind } = node.operatorToken;
  if (kind === ts.SyntaxKind.ExclamationEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken) return true;
  if (kind === ts.SyntaxKind.EqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsEqualsToken) return false;
  return undefined;
}

function functionAround(node: ts.Node): ts.FunctionDeclaration | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) if (ts.isFunctionDeclaration(at)) return at;
  return undefined;
}

/** What `module.exports = …` and `exports.name = …` export. */
export function exportedExpression(symbol: ts.Symbol): ts.Expression | undefined {
  for (const declaration of symbol.declarations ?? []) {
    const node: ts.Node = declaration;
    const at = ts.isBinaryExpression(node) ? node : node.parent;
    if (at === undefined || !ts.isBinaryExpression(at) || at.operatorToken.kind !== ts.SyntaxKind.EqualsToken) continue;
    if (at === node || at.left === node) return bare(at.right);
  }
  return undefined;
}
