/** Empty lists: TypeScript says `never[]` of many, where the place of what they belong to says what they hold. */
import { ts } from "ts-morph";
import { bare, holdsNever, typeArguments } from "../source.js";

/** `Array.from({ length: n }, () => [])`: what the place of the whole list expects of its elements, where TypeScript says `never[]`. */
export function elementWanted(checker: ts.TypeChecker, node: ts.Expression): ts.Type | undefined {
  const made = checker.getTypeAtLocation(node);
  if (!holdsNever(checker, made)) return undefined;
  // `x > 0 ? [x] : []`: what the other arm says.
  let at: ts.Node = node;
  while (
    ts.isParenthesizedExpression(at.parent) ||
    (ts.isConditionalExpression(at.parent) && at.parent.condition !== at)
  )
    at = at.parent;
  const both = at === node ? undefined : checker.getTypeAtLocation(at);
  if (both !== undefined && checker.isArrayType(both) && !holdsNever(checker, both)) return both;
  return elementOfCallback(checker, node);
}

function elementOfCallback(checker: ts.TypeChecker, node: ts.Expression): ts.Type | undefined {
  let at: ts.Node = node.parent;
  while (ts.isParenthesizedExpression(at)) at = at.parent;
  if (!ts.isArrowFunction(at)) return undefined;
  const call = at.parent;
  if (!ts.isCallExpression(call) || !call.arguments.includes(at)) return undefined;
  const callee = bare(call.expression);
  if (!ts.isPropertyAccessExpression(callee) || !["from", "map"].includes(callee.name.text)) return undefined;
  const wanted = elementOfCallback(checker, call) ?? checker.getContextualType(call);
  const list = wanted === undefined ? undefined : checker.getNonNullableType(wanted);
  const [element] = list !== undefined && checker.isArrayType(list) ? typeArguments(checker, list) : [];
  return element === undefined || holdsNever(checker, element) ? undefined : element;
}
