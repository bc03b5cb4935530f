/**
 * Where an array goes that is filled later, and who may see it there before it is: nobody else, if it is put into a new
 * variable. What another variable, a field or an element holds others may get at, when a function is called or the code is left.
 */
import { ts } from "ts-morph";
import type { Effects } from "../effects.js";
import { bare, isFunctionLike, isFunctionNode, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { isInvariant } from "./counted.js";
import { isList, nameOf } from "./written-numbers.js";

export interface Destination {
  /** `new`: a variable of the block. `old`: one that is declared elsewhere. `place`: `this.x`, `rows[i]`. */
  readonly kind: "new" | "old" | "place";
  readonly target: ts.Expression;
  /** See `nameOf`. */
  readonly name: string;
  /** What runs after the array is made, in this order. */
  readonly next: readonly ts.Node[];
}

/** `const x = …`, `x = …`, `this.x = …`; absent for other places. */
export function destinationOf(context: FunctionContext, node: ts.Expression): Destination | undefined {
  let inner: ts.Node = node;
  while (ts.isAsExpression(inner.parent) || ts.isParenthesizedExpression(inner.parent)) inner = inner.parent;
  const { parent } = inner;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name))
    return ofDeclaration(context, parent, parent.name);
  if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const next = ts.isExpressionStatement(parent.parent) ? behind(parent.parent) : undefined;
  if (next === undefined) return undefined;
  const target = bare(parent.left);
  const name = nameOf(context.file.checker, target);
  if (!ts.isIdentifier(target)) return { kind: "place", target, name, next };
  return isOnlyHere(context, target, parent) ? { kind: "old", target, name, next } : undefined;
}

function ofDeclaration(
  context: FunctionContext,
  declaration: ts.VariableDeclaration,
  target: ts.Identifier,
): Destination | undefined {
  const list = declaration.parent;
  const next =
    ts.isVariableDeclarationList(list) && ts.isVariableStatement(list.parent) ? behind(list.parent) : undefined;
  if (!ts.isVariableDeclarationList(list) || next === undefined) return undefined;
  const name = nameOf(context.file.checker, target);
  const all = [...list.declarations.slice(list.declarations.indexOf(declaration) + 1), ...next];
  if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.BlockScoped) === 0)
    return isOnlyHere(context, target, declaration) ? { kind: "old", target, name, next: all } : undefined;
  // Functions that stand above, and those that are declared anywhere in the block, may be called before it is filled.
  const block = list.parent.parent;
  const isEarly = (at: ts.Node): boolean => at.pos < declaration.pos || ts.isFunctionDeclaration(at);
  const isMentioned = (at: ts.Node): boolean =>
    at !== declaration &&
    ((ts.isIdentifier(at) && nameOf(context.file.checker, at) === name) ||
      (ts.forEachChild(at, (child) => isMentioned(child) || undefined) ?? false));
  const early = ts.forEachChild(block, (at) => (isEarly(at) && isMentioned(at)) || undefined) ?? false;
  return early ? undefined : { kind: "new", target, name, next: all };
}

/** The statements behind one. */
function behind(statement: ts.Statement): readonly ts.Statement[] | undefined {
  const block = statement.parent;
  return ts.isBlock(block) || ts.isSourceFile(block)
    ? block.statements.slice(block.statements.indexOf(statement) + 1)
    : undefined;
}

/** Does no other function see the variable, and no handler? */
function isOnlyHere(context: FunctionContext, name: ts.Identifier, at: ts.Node): boolean {
  const symbol = symbolOf(context.file.checker, name);
  const declaration = symbol?.valueDeclaration;
  const around = ts.findAncestor(at, isFunctionNode);
  if (symbol === undefined || declaration === undefined || around === undefined) return false;
  if (ts.findAncestor(declaration, isFunctionNode) !== around) return false;
  const isCaptured = (node: ts.Node, isInside: boolean): boolean =>
    (isInside && ts.isIdentifier(node) && symbolOf(context.file.checker, node) === symbol) ||
    (ts.forEachChild(node, (child) => isCaptured(child, isInside || ts.isFunctionLike(node)) || undefined) ?? false);
  if (ts.forEachChild(around, (child) => isCaptured(child, false) || undefined) === true) return false;
  return ts.findAncestor(at, (n) => n === around || ts.isTryStatement(n)) === around;
}

/**
 * Does nobody get at the array while this code runs, by another way than its name?
 * @param passed what happens from the time it is made until then
 */
export function isUnseen(
  context: FunctionContext,
  made: Destination,
  code: ts.Node,
  passed: readonly Effects[],
): boolean {
  switch (made.kind) {
    case "new":
      return true;
    case "old":
      return !leavesEarly(code);
    case "place":
      return (
        isInvariant(context, made.target, passed) &&
        !context.file.effects.mayThrow(code) &&
        !leavesEarly(code) &&
        isPlain(context, code, made.target)
      );
  }
}

/** Code that calls nothing that could have the array, and hands around nothing that it may be in. */
function isPlain(context: FunctionContext, node: ts.Node, target: ts.Expression): boolean {
  if (ts.isTypeNode(node)) return true;
  if (isFunctionLike(node) || ts.isClassLike(node) || ts.isReturnStatement(node)) return false;
  const isGiven = (e: ts.Expression): boolean => isOlderList(context, e, target) || isPlain(context, e, target);
  if (ts.isNewExpression(node)) return false;
  if (ts.isCallExpression(node)) return isOfModule(context, node) && node.arguments.every(isGiven);
  if (ts.isExpression(node) && node === bare(node) && !isNumberOrText(context, node) && !isLookedInto(node))
    return false;
  if (ts.isPropertyAccessExpression(node)) return isPlain(context, node.expression, target);
  return ts.forEachChild(node, (child) => !isPlain(context, child, target) || undefined) === undefined;
}

/** A list of numbers that was there before the array was made. */
function isOlderList(context: FunctionContext, node: ts.Expression, target: ts.Expression): boolean {
  const { checker, effects } = context.file;
  const inner = bare(node);
  const symbol = ts.isIdentifier(inner) ? symbolOf(checker, inner) : undefined;
  const declaration = symbol?.valueDeclaration;
  const around = ts.findAncestor(target, isFunctionNode);
  if (symbol === undefined || declaration === undefined || around?.body === undefined) return false;
  const isOlder = declaration.pos < target.pos && !effects.of(around.body).assigned.has(symbol);
  const element = checker.getIndexTypeOfType(checker.getTypeAtLocation(inner), ts.IndexKind.Number);
  return isOlder && isList(checker, inner) && element !== undefined && (element.flags & ts.TypeFlags.Number) !== 0;
}

/** Is what is called of JavaScript's library, or a function that has nothing from around it but the module? */
function isOfModule(context: FunctionContext, call: ts.CallExpression): boolean {
  const { file } = context;
  const callee = file.callee(call.expression);
  if (callee.kind === "builtin") return file.calleeBody(call) === "pure";
  return callee.kind === "function" && ts.isFunctionDeclaration(callee.node) && ts.isSourceFile(callee.node.parent);
}

const plainTypes =
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.StringLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.Undefined |
  ts.TypeFlags.Null;

function isNumberOrText(context: FunctionContext, node: ts.Expression): boolean {
  const type = context.file.checker.getTypeAtLocation(node);
  const members = type.isUnion() ? type.types : [type];
  return members.every((t) => (t.flags & plainTypes) !== 0);
}

/** `xs` of `xs[i]`, `xs.length`. */
function isLookedInto(node: ts.Expression): boolean {
  let outer: ts.Node = node;
  while (ts.isNonNullExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
  const { parent } = outer;
  return (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === outer;
}

/** Is there a way out of an iteration, or of a statement, before its end, other than out of the whole function? */
export function leavesEarly(node: ts.Node, within?: "loop" | "switch"): boolean {
  if (ts.isBreakOrContinueStatement(node)) {
    const isInner = ts.isBreakStatement(node) ? within !== undefined : within === "loop";
    return node.label !== undefined || !isInner;
  }
  if (isFunctionLike(node)) return false;
  const inner = ts.isIterationStatement(node, false)
    ? "loop"
    : ts.isSwitchStatement(node)
      ? (within ?? "switch")
      : within;
  return ts.forEachChild(node, (child) => leavesEarly(child, inner) || undefined) ?? false;
}
