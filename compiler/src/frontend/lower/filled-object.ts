/** `{} as Point`: are all its members set by the statements that follow, before anything else is done with it? */
import { ts } from "ts-morph";
import { assigned } from "../assignments.js";
import { bare, symbolOf, typeArguments } from "../source.js";

export function isFilledByName(
  checker: ts.TypeChecker,
  node: ts.ObjectLiteralExpression,
  names: readonly string[],
): boolean {
  let cast: ts.Node = node;
  while (ts.isAsExpression(cast.parent) || ts.isParenthesizedExpression(cast.parent)) cast = cast.parent;
  const declared = cast.parent;
  if (!ts.isVariableDeclaration(declared) || !ts.isIdentifier(declared.name)) return false;
  const symbol = symbolOf(checker, declared.name);
  const list = declared.parent;
  const statement = list.parent;
  if (!ts.isVariableDeclarationList(list) || !ts.isVariableStatement(statement)) return false;
  if (list.declarations.at(-1) !== declared) return false;
  if (!ts.isBlock(statement.parent)) return false;
  const isTarget = (at: ts.Node): boolean => ts.isIdentifier(at) && symbolOf(checker, at) === symbol;
  const mentions = (at: ts.Node): boolean =>
    isTarget(at) || (ts.forEachChild(at, (child) => mentions(child) || undefined) ?? false);
  const { statements } = statement.parent;
  // A function that is declared may be called before the object is complete.
  if (statements.some((s) => ts.isFunctionDeclaration(s) && mentions(s))) return false;
  const left = new Set(names);
  for (const next of statements.slice(statements.indexOf(statement) + 1)) {
    const set = setBy(checker, next, isTarget, mentions);
    if (set === undefined && mentions(next)) return false;
    for (const name of set ?? []) left.delete(name);
    if (left.size === 0) return true;
  }
  return false;
}

/** `r.x = …;`, `for (const k of keys) r[k] = …;`: the members it sets; absent where it does anything else. */
function setBy(
  checker: ts.TypeChecker,
  statement: ts.Statement,
  isTarget: (at: ts.Node) => boolean,
  mentions: (at: ts.Node) => boolean,
): readonly string[] | undefined {
  if (ts.isForOfStatement(statement)) {
    const body = ts.isBlock(statement.statement) ? statement.statement.statements : [statement.statement];
    const [only, ...others] = body;
    const [key] = ts.isVariableDeclarationList(statement.initializer) ? statement.initializer.declarations : [];
    const place = only === undefined || others.length > 0 ? undefined : placeSet(only, mentions);
    if (place === undefined || key === undefined || !ts.isElementAccessExpression(place)) return undefined;
    if (!isTarget(bare(place.expression)) || place.argumentExpression.getText() !== key.name.getText())
      return undefined;
    return wordsOf(checker, statement.expression);
  }
  const place = placeSet(statement, mentions);
  if (place === undefined || !isTarget(bare(place.expression))) return undefined;
  if (ts.isPropertyAccessExpression(place)) return [place.name.text];
  const key = bare(place.argumentExpression);
  return ts.isStringLiteral(key) ? [key.text] : undefined;
}

/** `p`, of a statement `p = …;` whose right side has nothing to do with the object. */
function placeSet(
  statement: ts.Statement,
  mentions: (at: ts.Node) => boolean,
): ts.PropertyAccessExpression | ts.ElementAccessExpression | undefined {
  const code = ts.isExpressionStatement(statement) ? bare(statement.expression) : undefined;
  if (code === undefined || !ts.isBinaryExpression(code) || code.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
    return undefined;
  const place = assigned(code);
  const target = place === undefined ? undefined : bare(place);
  if (target === undefined || mentions(code.right)) return undefined;
  return ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target) ? target : undefined;
}

/** The members of a list that is a tuple of literals: each of them is there. */
function wordsOf(checker: ts.TypeChecker, list: ts.Expression): readonly string[] | undefined {
  const type = checker.getTypeAtLocation(list);
  if (!checker.isTupleType(type)) return undefined;
  const members = typeArguments(checker, type);
  const words = members.flatMap((m) => (m.isStringLiteral() ? [m.value] : []));
  return words.length === members.length ? words : undefined;
}
