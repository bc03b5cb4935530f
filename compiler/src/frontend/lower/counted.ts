/** Is a `for` statement a counted loop? Its counter must be an integer nobody else assigns, its bound must stay the same. */
import { ts } from "ts-morph";
import type { For, Value } from "../../ir/ir.js";
import { isAssignment, isStep } from "../assignments.js";
import { classBodies } from "../class-effects.js";
import { type Effects, mayResize, mayStoreTo } from "../effects.js";
import { bare, symbolOf } from "../source.js";
import { withCalled } from "./callback-effects.js";
import type { FunctionContext } from "./context.js";
import { literalOf } from "./literals.js";

export interface Counted extends CountedHead {
  readonly from: Value;
}

const tests = new Map<ts.SyntaxKind, For["test"]>([
  [ts.SyntaxKind.LessThanToken, "<"],
  [ts.SyntaxKind.LessThanEqualsToken, "<="],
  [ts.SyntaxKind.GreaterThanToken, ">"],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">="],
]);
const mirrored: Record<For["test"], For["test"]> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** What the head of a `for` statement says: `for (let i = …; i < bound; i += step)`. */
export interface CountedHead {
  readonly counter: ts.Symbol;
  readonly test: For["test"];
  readonly bound: ts.Expression;
  readonly step: number;
}

/** Called when the head's declarations have been lowered. */
export function countedForm(context: FunctionContext, node: ts.ForStatement): Counted | undefined {
  const head = countedHead(context, node);
  if (head === undefined) return undefined;
  const { effects } = context.file;
  const parts = [node.statement, node.condition, node.incrementor].flatMap((n) =>
    n === undefined ? [] : withCalled(context, effects.of(n)),
  );
  if (!isInvariant(context, head.bound, parts)) return undefined;
  const from = context.env.get(head.counter);
  return from !== undefined && context.isInteger(from) ? { ...head, from } : undefined;
}

export function countedHead(context: FunctionContext, node: ts.ForStatement): CountedHead | undefined {
  const { initializer, condition, incrementor } = node;
  if (initializer === undefined || condition === undefined || incrementor === undefined) return undefined;
  if (!ts.isVariableDeclarationList(initializer)) return undefined;
  const compared = bare(condition);
  if (!ts.isBinaryExpression(compared)) return undefined;
  const test = tests.get(compared.operatorToken.kind);
  const stepped = stepOf(context, incrementor);
  if (test === undefined || stepped === undefined || stepped.step === 0 || !Number.isInteger(stepped.step))
    return undefined;
  const { counter, step } = stepped;
  if (
    !initializer.declarations.some((d) => ts.isIdentifier(d.name) && symbolOf(context.file.checker, d.name) === counter)
  )
    return undefined;
  const isCounter = (e: ts.Expression): boolean =>
    ts.isIdentifier(bare(e)) && symbolOf(context.file.checker, bare(e)) === counter;
  const left = isCounter(compared.left);
  if (!left && !isCounter(compared.right)) return undefined;
  if ([node.statement, condition].some((n) => context.file.effects.of(n).assigned.has(counter))) return undefined;
  const bound = left ? compared.right : compared.left;
  return { counter, test: left ? test : mirrored[test], bound, step };
}

/** `i++`, `i -= 2`, `i = i + 1` and their like. */
function stepOf(context: FunctionContext, node: ts.Expression): { counter: ts.Symbol; step: number } | undefined {
  const inner = bare(node);
  const symbol = (e: ts.Expression): ts.Symbol | undefined =>
    ts.isIdentifier(bare(e)) ? symbolOf(context.file.checker, bare(e)) : undefined;
  if (ts.isPrefixUnaryExpression(inner) || ts.isPostfixUnaryExpression(inner)) {
    const counter = symbol(inner.operand);
    if (counter === undefined) return undefined;
    if (inner.operator === ts.SyntaxKind.PlusPlusToken) return { counter, step: 1 };
    if (inner.operator === ts.SyntaxKind.MinusMinusToken) return { counter, step: -1 };
    return undefined;
  }
  if (!ts.isBinaryExpression(inner)) return undefined;
  const counter = symbol(inner.left);
  if (counter === undefined) return undefined;
  const kind = inner.operatorToken.kind;
  if (kind === ts.SyntaxKind.PlusEqualsToken || kind === ts.SyntaxKind.MinusEqualsToken) {
    const by = literalOf(context, inner.right);
    if (typeof by !== "number") return undefined;
    return { counter, step: kind === ts.SyntaxKind.PlusEqualsToken ? by : -by };
  }
  const sum = bare(inner.right);
  if (kind !== ts.SyntaxKind.EqualsToken || !ts.isBinaryExpression(sum)) return undefined;
  const plus = sum.operatorToken.kind === ts.SyntaxKind.PlusToken;
  if (!plus && sum.operatorToken.kind !== ts.SyntaxKind.MinusToken) return undefined;
  const by =
    symbol(sum.left) === counter
      ? literalOf(context, sum.right)
      : plus && symbol(sum.right) === counter
        ? literalOf(context, sum.left)
        : undefined;
  return typeof by === "number" ? { counter, step: plus ? by : -by } : undefined;
}

/** Has the expression the same value whenever it is asked for while these effects happen, and none of its own? */
export function isInvariant(context: FunctionContext, node: ts.Expression, changed: readonly Effects[]): boolean {
  const again = (e: ts.Expression): boolean => isInvariant(context, e, changed);
  const inner = bare(node);
  if (literalOf(context, inner) !== undefined || inner.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (ts.isIdentifier(inner)) {
    const symbol = symbolOf(context.file.checker, inner);
    if (symbol === undefined || !changed.every((e) => !e.assigned.has(symbol) && !e.outer.has(symbol))) return false;
    // A function that is called may assign what it captures.
    return !context.file.captures.isBoxed(symbol) || changed.every((e) => e.values.size === 0);
  }
  if (ts.isPropertyAccessExpression(inner)) {
    if (context.file.isMath(inner.expression)) return true;
    const { text } = inner.name;
    if (!again(inner.expression) || classBodies(context.file.types.table, inner) !== undefined) return false;
    return (
      changed.every((e) => !e.fields.has(text) && e.values.size === 0) &&
      (text !== "length" || keepsLength(context, inner.expression, changed))
    );
  }
  if (ts.isElementAccessExpression(inner)) {
    const kind = context.file.effects.elementKind(inner.expression);
    return again(inner.expression) && again(inner.argumentExpression) && changed.every((e) => !mayStoreTo(e, kind));
  }
  if (ts.isBinaryExpression(inner)) {
    const kind = inner.operatorToken.kind;
    return !isAssignment(kind) && kind !== ts.SyntaxKind.CommaToken && again(inner.left) && again(inner.right);
  }
  if (ts.isPrefixUnaryExpression(inner)) {
    return !isStep(inner.operator) && again(inner.operand);
  }
  if (ts.isConditionalExpression(inner))
    return again(inner.condition) && again(inner.whenTrue) && again(inner.whenFalse);
  if (ts.isCallExpression(inner)) return context.file.calleeBody(inner) === "pure" && inner.arguments.every(again);
  return false;
}

/** Is the list the same one, as long as it was? */
export function keepsLength(context: FunctionContext, list: ts.Expression, changed: readonly Effects[]): boolean {
  const kind = context.file.effects.elementKind(list);
  return isInvariant(context, list, changed) && changed.every((e) => !mayResize(e, kind));
}
