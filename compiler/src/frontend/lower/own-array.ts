/**
 * Arrays that nobody else holds: those that an expression has just made, and those that a function makes for itself, fills
 * and returns. What becomes of such an array cannot be told from what becomes of a copy.
 */
import { ts } from "ts-morph";
import { bare, isFunctionLike, symbolOf } from "../source.js";

/** Methods that make the array they return. */
const makers: ReadonlySet<string> = new Set([
  "map",
  "filter",
  "slice",
  "concat",
  "flat",
  "flatMap",
  "toSorted",
  "toReversed",
  "split",
  "from",
  "of",
]);

/** Does the expression make the array it is? */
export function isNewArray(node: ts.Expression): boolean {
  const inner = bare(node);
  if (ts.isArrayLiteralExpression(inner)) return true;
  return (
    ts.isCallExpression(inner) &&
    ts.isPropertyAccessExpression(inner.expression) &&
    makers.has(inner.expression.name.text)
  );
}

/** `new Array(3).fill(0)` as well. */
function isMade(node: ts.Expression): boolean {
  const inner = bare(node);
  if (isNewArray(inner)) return true;
  const isArray = (e: ts.Expression): boolean => ts.isIdentifier(e) && e.text === "Array";
  if (ts.isNewExpression(inner)) return isArray(inner.expression);
  if (!ts.isCallExpression(inner)) return false;
  const callee = inner.expression;
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text === "fill" && isMade(callee.expression);
  return isArray(callee);
}

/** `return out as Vec3`: is it a variable of the function that holds an array of its own, which leaves with it? */
export function isReturnedArray(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const inner = bare(node);
  const returned = whole(inner).parent;
  const symbol = ts.isIdentifier(inner) ? symbolOf(checker, inner) : undefined;
  const declared = symbol?.valueDeclaration;
  if (!ts.isReturnStatement(returned) || declared === undefined || !ts.isVariableDeclaration(declared)) return false;
  if (!(declared.parent.flags & ts.NodeFlags.Const) || !ts.isIdentifier(declared.name)) return false;
  if (declared.initializer === undefined || !isMade(declared.initializer)) return false;
  const owner = functionAround(inner);
  if (owner === undefined || functionAround(declared) !== owner || isBeforeFinally(returned)) return false;
  const visit = (at: ts.Node): boolean => {
    const isMentioned = ts.isIdentifier(at) && at !== declared.name && symbolOf(checker, at) === symbol;
    if (isMentioned && !isHarmless(at, owner)) return false;
    return ts.forEachChild(at, (child) => !visit(child) || undefined) !== true;
  };
  return visit(owner);
}

/** What stands in `finally` runs after the return. */
function isBeforeFinally(node: ts.Node): boolean {
  for (let at = node; at.parent !== undefined && !ts.isFunctionLike(at); at = at.parent)
    if (ts.isTryStatement(at.parent) && at.parent.finallyBlock !== undefined) return true;
  return false;
}

/** Methods that neither return the array nor give it away, but to a function that asks for it. */
const readers: ReadonlyMap<string, number> = new Map([
  ["push", 0],
  ["pop", 0],
  ["slice", 0],
  ["forEach", 2],
  ["map", 2],
  ["some", 2],
  ["every", 2],
  ["reduce", 3],
]);

/** A mention of the array after which nobody else holds it. */
function isHarmless(mention: ts.Identifier, owner: ts.Node): boolean {
  const at = whole(mention);
  const { parent } = at;
  const around = functionAround(at);
  // A function that is passed and not kept.
  const isInside =
    around === owner ||
    (around !== undefined && ts.isArrowFunction(around) && isPassedOn(around) && functionAround(around) === owner);
  if (!isInside) return false;
  if (ts.isReturnStatement(parent)) return around === owner;
  if (ts.isElementAccessExpression(parent)) return parent.expression === at;
  if (ts.isForOfStatement(parent)) return parent.expression === at;
  if (ts.isSpreadElement(parent)) return true;
  if (!ts.isPropertyAccessExpression(parent)) return false;
  if (parent.name.text === "length") return true;
  const call = parent.parent;
  const most = readers.get(parent.name.text);
  if (most === undefined || !ts.isCallExpression(call) || call.expression !== parent) return false;
  return most === 0 || call.arguments.every((a, i) => i > 0 || (ts.isArrowFunction(a) && a.parameters.length <= most));
}

/** `xs.forEach((x) => …)`, `Array.from(xs, (x) => …)`. */
function isPassedOn(node: ts.ArrowFunction): boolean {
  const call = node.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  return readers.has(call.expression.name.text) || makers.has(call.expression.name.text);
}

/** The expression with the casts and parentheses around it. */
function whole(node: ts.Expression): ts.Expression {
  const { parent } = node;
  const isAround =
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    ts.isSatisfiesExpression(parent) ||
    ts.isTypeAssertionExpression(parent);
  return isAround ? whole(parent) : node;
}

function functionAround(node: ts.Node): ts.Node | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent)
    if (isFunctionLike(at) || ts.isFunctionLike(at)) return at;
  return undefined;
}
