/**
 * What the place of a call expects of the values that its callback returns: in `const ps: Point[] = xs.map((x) => ({ x }))` a
 * `Point`. TypeScript finds the type of the elements the other way round, from what the callback returns.
 */
import { ts } from "ts-morph";
import { isFunctionNode, symbolOf, typeArguments } from "../source.js";

/** What is expected of an expression that a callback returns; absent where nobody says. */
export function wantedHere(checker: ts.TypeChecker, node: ts.Expression): ts.Type | undefined {
  const at = outer(node);
  if (ts.isArrowFunction(at.parent) && at.parent.body === at) return wantedResult(checker, at.parent);
  if (!ts.isReturnStatement(at.parent)) return undefined;
  const holder = ts.findAncestor(at, isFunctionNode);
  return holder === undefined ? undefined : wantedResult(checker, holder);
}

/** What is expected of the results of a function that is passed to a call, and does not declare what it returns. */
export function wantedResult(checker: ts.TypeChecker, node: ts.Node): ts.Type | undefined {
  if (!(ts.isArrowFunction(node) || ts.isFunctionExpression(node)) || node.type !== undefined) return undefined;
  const at = outer(node);
  const call = at.parent;
  if (!ts.isCallExpression(call)) return undefined;
  const declaration = checker.getResolvedSignature(call)?.declaration;
  const param = declaration?.parameters[call.arguments.indexOf(at)];
  if (declaration?.type === undefined || !ts.isTypeNode(declaration.type)) return undefined;
  if (param === undefined || !ts.isParameter(param)) return undefined;
  if (param.type === undefined || !ts.isFunctionTypeNode(param.type)) return undefined;
  const own = parameterNamed(checker, param.type.type);
  const isList = ts.isArrayTypeNode(declaration.type);
  const made = parameterNamed(
    checker,
    ts.isArrayTypeNode(declaration.type) ? declaration.type.elementType : declaration.type,
  );
  if (own === undefined || own !== made) return undefined;
  const whole = wantedHere(checker, call) ?? checker.getContextualType(call);
  const present = whole === undefined ? undefined : checker.getNonNullableType(whole);
  if (!isList) return whole;
  return present !== undefined && checker.isArrayType(present) ? typeArguments(checker, present)[0] : undefined;
}

function outer(node: ts.Expression): ts.Expression {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return at;
}

/** The type parameter that a type is. */
function parameterNamed(checker: ts.TypeChecker, node: ts.TypeNode): ts.Symbol | undefined {
  const symbol = ts.isTypeReferenceNode(node) ? symbolOf(checker, node.typeName) : undefined;
  return symbol !== undefined && symbol.flags & ts.SymbolFlags.TypeParameter ? symbol : undefined;
}
