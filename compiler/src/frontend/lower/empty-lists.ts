/** Empty lists: TypeScript says `never[]` of many, where the place of what they belong to says what they hold. */
import { ts } from "ts-morph";
import { holdsNever } from "../source.js";
import { wantedHere } from "./wanted.js";

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
  const wanted = wantedHere(checker, node);
  const list = wanted === undefined ? undefined : checker.getNonNullableType(wanted);
  return list === undefined || !checker.isArrayType(list) || holdsNever(checker, list) ? undefined : list;
}
