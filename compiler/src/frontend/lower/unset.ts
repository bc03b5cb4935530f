/**
 * `new Array<number>(n)` whose elements adc cannot see being set, all of them. One that was never set is `undefined` in JavaScript,
 * and NaN in generated code: the same wherever it is computed with.
 */
import { ts } from "ts-morph";
import { assigned } from "../assignments.js";
import { hasModifier, isFunctionLike, symbolOf } from "../source.js";
import { asksIfThere } from "./filled.js";

/** Is the new array, wherever it is known, used for nothing but its length, stores, and computing with its elements? */
export function isOnlyComputedWith(checker: ts.TypeChecker, node: ts.NewExpression | ts.CallExpression): boolean {
  const outer = around(node);
  const { parent } = outer;
  const isAssigned = ts.isBinaryExpression(parent) && assigned(parent) === parent.left && parent.right === outer;
  const place = isAssigned
    ? parent.left
    : ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)
      ? parent.name
      : undefined;
  if (place === undefined) return false;
  const symbol = symbolOf(checker, ts.isPropertyAccessExpression(place) ? place.name : place);
  const declared = symbol?.valueDeclaration;
  const scope = declared === undefined ? undefined : scopeOf(declared);
  return (
    symbol !== undefined &&
    scope !== undefined &&
    usesOf(checker, symbol, scope).every((use) => isHarmless(checker, use))
  );
}

/** Where a variable, or a field that nobody else may name, can be mentioned; absent where that is not known. */
function scopeOf(declared: ts.Declaration): ts.Node | undefined {
  if (ts.isVariableDeclaration(declared)) {
    let scope: ts.Node = declared;
    while (!isFunctionLike(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
    return ts.isSourceFile(scope) ? undefined : scope;
  }
  const isOwn =
    ts.isPropertyDeclaration(declared) &&
    (ts.isPrivateIdentifier(declared.name) || hasModifier(declared, ts.SyntaxKind.PrivateKeyword));
  return isOwn ? declared.parent : undefined;
}

/** The expressions that mention it. */
function usesOf(checker: ts.TypeChecker, symbol: ts.Symbol, scope: ts.Node): readonly ts.Expression[] {
  const found: ts.Expression[] = [];
  const visit = (at: ts.Node): void => {
    const isName = (ts.isIdentifier(at) || ts.isPrivateIdentifier(at)) && symbolOf(checker, at) === symbol;
    const isDeclared = isName && symbol.declarations?.some((d) => d === at.parent) === true;
    if (isName && !isDeclared) {
      const { parent } = at;
      if (ts.isPropertyAccessExpression(parent) && parent.name === at) found.push(parent);
      else if (ts.isIdentifier(at)) found.push(at);
    }
    ts.forEachChild(at, visit);
  };
  visit(scope);
  return found;
}

function isHarmless(checker: ts.TypeChecker, use: ts.Expression): boolean {
  const at = around(use);
  const { parent } = at;
  if (ts.isPropertyAccessExpression(parent)) return ["length", "push"].includes(parent.name.text);
  if (ts.isElementAccessExpression(parent) && parent.expression === at) return isComputedWith(checker, parent);
  if (ts.isBinaryExpression(parent) && assigned(parent) === at) return true;
  if (!ts.isForOfStatement(parent) || parent.expression !== at) return false;
  const [variable] = ts.isVariableDeclarationList(parent.initializer) ? parent.initializer.declarations : [];
  return variable !== undefined && isVariableComputedWith(checker, variable);
}

const arithmetic: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.SlashToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
  ts.SyntaxKind.PlusEqualsToken,
  ts.SyntaxKind.MinusEqualsToken,
  ts.SyntaxKind.AsteriskEqualsToken,
  ts.SyntaxKind.SlashEqualsToken,
]);

/** Is `undefined` in the place of this number what NaN is? */
function isComputedWith(checker: ts.TypeChecker, read: ts.Expression): boolean {
  if (asksIfThere(read)) return false;
  const at = around(read);
  const { parent } = at;
  if (ts.isBinaryExpression(parent)) {
    if (parent.left === at && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) return true;
    // To a text an element that is missing adds another word than NaN does.
    const isText = (checker.getTypeAtLocation(parent).flags & ts.TypeFlags.StringLike) !== 0;
    return arithmetic.has(parent.operatorToken.kind) && !isText;
  }
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) return true;
  if (ts.isCallExpression(parent)) return parent.expression !== at && /^Math\.\w+$/.test(parent.expression.getText());
  if (ts.isConditionalExpression(parent)) return parent.condition === at || isComputedWith(checker, parent);
  return ts.isVariableDeclaration(parent) && isVariableComputedWith(checker, parent);
}

/** `const t = y[k]`: the same of the variable. */
function isVariableComputedWith(checker: ts.TypeChecker, variable: ts.VariableDeclaration): boolean {
  const scope = scopeOf(variable);
  const symbol = ts.isIdentifier(variable.name) ? symbolOf(checker, variable.name) : undefined;
  if (scope === undefined || symbol === undefined) return false;
  return usesOf(checker, symbol, scope).every((use) => isComputedWith(checker, use));
}

/** The expression with the parentheses, casts and `!` around it. */
function around(node: ts.Expression): ts.Expression {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent) || ts.isNonNullExpression(at.parent) || ts.isAsExpression(at.parent))
    at = at.parent;
  return at;
}
