/**
 * `new Array<number>(n)`: are all its elements set before anything but single elements is asked for? JavaScript passes over
 * elements that were never set in some of its methods, and not in others; where loops and single stores that follow set each
 * of them, there are none.
 */
import { ts } from "ts-morph";
import { assigned } from "./assignments.js";
import { type EffectTable, mayShorten } from "./effects.js";
import { bare, isFunctionLike, symbolOf } from "./source.js";
import {
  type Affine,
  affine,
  initialOf,
  isAtMost,
  isLength,
  isNumber,
  lengthOf,
  moved,
  product,
  textOf,
} from "./written-numbers.js";

/** Places of the array, up to `to` and without it. */
interface Places {
  readonly from: Affine;
  readonly to: Affine;
}

/** What is looked for, and where. */
interface Search {
  readonly isTarget: (at: ts.Expression) => boolean;
  /** Is told what bounds are made of. */
  readonly note: (at: ts.Expression) => void;
  readonly affine: (at: ts.Expression) => Affine;
  readonly lengthOf: (list: ts.Expression) => Affine;
}

/** A variable that counts through places. */
interface Counter extends Places {
  readonly name: string;
  readonly body: ts.Node;
  /** `n`, of `for (let i = 0, n = xs.length; i < n; i++)`. */
  readonly bound?: string;
}

export function isFilledNext(
  checker: ts.TypeChecker,
  effects: EffectTable,
  node: ts.NewExpression | ts.CallExpression,
): boolean {
  const [argument] = node.arguments ?? [];
  const made = placeOf(checker, node);
  if (argument === undefined || made === undefined) return false;
  const { target, symbol, statement } = made;
  const block = statement.parent;
  if (!ts.isBlock(block) && !ts.isSourceFile(block) && !ts.isCaseOrDefaultClause(block)) return false;
  const length = affine(checker, argument);
  const isTarget = (at: ts.Expression): boolean =>
    textOf(at) === target && (symbol === undefined || symbolOf(checker, bare(at)) === symbol);
  const found: Places[] = [];
  const mentioned = new Set<ts.Symbol>();
  const lists: ts.Expression[] = [];
  const note = (at: ts.Expression): void => gather(checker, at, mentioned, lists);
  note(argument);
  const own = new Map([[`${target}.length`, length]]);
  const search: Search = {
    isTarget,
    note,
    affine: (at) => affine(checker, at, own),
    lengthOf: (list) => lengthOf(checker, list),
  };
  const start = block.statements.findIndex((s) => s === statement) + 1;
  // Functions that are declared, and those above, may be called before the array is complete.
  const early = block.statements.filter((s, i) => i < start - 1 || ts.isFunctionDeclaration(s));
  if (early.some((s) => mentions(s, isTarget))) return false;
  for (const [i, next] of block.statements.slice(start).entries()) {
    if (asksForMore(next, isTarget)) return false;
    found.push(...filledBy(next, search));
    const changed = effects.of(next);
    if ([...mentioned].some((symbol) => changed.assigned.has(symbol) || changed.outer.has(symbol))) return false;
    const everything = (): ReturnType<EffectTable["of"]> => effects.of(next.getSourceFile());
    const before = block.statements.slice(0, start + i + 1).map((s) => effects.of(s));
    const isShortened = (list: ts.Expression): boolean =>
      before.some((found) => mayShorten(found, effects.elementKind(list), everything));
    if (lists.some(isShortened)) return false;
    if (isCovered(found, length)) return true;
  }
  return false;
}

/** Where the new array goes: `const x = …`, `this.x = …`. */
interface Destination {
  readonly target: string;
  /** Of a variable. */
  readonly symbol: ts.Symbol | undefined;
  readonly statement: ts.Statement;
}

function placeOf(checker: ts.TypeChecker, node: ts.Expression): Destination | undefined {
  let inner: ts.Node = node;
  while (ts.isAsExpression(inner.parent) || ts.isParenthesizedExpression(inner.parent)) inner = inner.parent;
  const { parent } = inner;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    const statement = parent.parent.parent;
    const symbol = symbolOf(checker, parent.name);
    return ts.isVariableStatement(statement) ? { target: parent.name.text, symbol, statement } : undefined;
  }
  if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  if (!ts.isExpressionStatement(parent.parent)) return undefined;
  const left = bare(parent.left);
  const symbol = ts.isIdentifier(left) ? symbolOf(checker, left) : undefined;
  return { target: textOf(left), symbol, statement: parent.parent };
}

/** Do these places make up all from 0 to the length? */
function isCovered(found: readonly Places[], length: Affine): boolean {
  let end: Affine = { base: "", plus: 0 };
  const left = new Set(found);
  while (!isAtMost(length, end)) {
    const next = [...left].find(({ from, to }) => isAtMost(from, end) && !isAtMost(to, end));
    if (next === undefined) return false;
    left.delete(next);
    end = next.to;
  }
  return true;
}

function mentions(node: ts.Node, isTarget: (at: ts.Expression) => boolean): boolean {
  if (ts.isExpression(node) && isTarget(node)) return true;
  return ts.forEachChild(node, (child) => mentions(child, isTarget) || undefined) ?? false;
}

/** Is the array used for anything but its elements and its length? */
function asksForMore(node: ts.Node, isTarget: (at: ts.Expression) => boolean): boolean {
  if (ts.isExpression(node) && isTarget(node) && node === bare(node)) {
    let outer: ts.Node = node;
    while (ts.isNonNullExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
    const { parent } = outer;
    if (ts.isPropertyAccessExpression(parent)) return parent.name.text !== "length" || isTargetOf(parent);
    return !ts.isElementAccessExpression(parent) || parent.expression !== outer || asksIfThere(parent);
  }
  return ts.forEachChild(node, (child) => asksForMore(child, isTarget) || undefined) ?? false;
}

const isTargetOf = (node: ts.Expression): boolean =>
  assigned(node.parent) === node || ts.isDeleteExpression(node.parent);

/** `y[i] ?? 0`, `y[i] === undefined`, `delete y[i]`. */
export function asksIfThere(place: ts.Expression): boolean {
  let outer: ts.Node = place;
  while (ts.isNonNullExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
  const { parent } = outer;
  if (ts.isDeleteExpression(parent) || ts.isTypeOfExpression(parent)) return true;
  if (!ts.isBinaryExpression(parent)) return false;
  const { left, right, operatorToken } = parent;
  const other = textOf(left === outer ? right : left);
  switch (operatorToken.kind) {
    case ts.SyntaxKind.QuestionQuestionToken:
    case ts.SyntaxKind.QuestionQuestionEqualsToken:
      return left === outer;
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
      return other === "undefined" || other === "null";
    default:
      return false;
  }
}

/** The places that a statement surely sets. */
function filledBy(statement: ts.Statement, search: Search): readonly Places[] {
  const { isTarget, note } = search;
  const counter = counterOf(statement, search);
  if (counter === undefined)
    return indicesSet(statement, isTarget).map((index) => {
      note(index);
      const from = search.affine(index);
      return { from, to: moved(from, 1) };
    });
  if (leavesEarly(counter.body) || assignsTo(counter.body, counter.name)) return [];
  const here = indicesSet(counter.body, isTarget).flatMap((index) => placesOf(index, counter, search) ?? []);
  const nested = statementsOf(counter.body).flatMap((inner) => {
    const bounds: ts.Expression[] = [];
    const second = counterOf(inner, { ...search, note: (at) => bounds.push(at) });
    if (second === undefined || assignsTo(second.body, second.name)) return [];
    const found = indicesSet(second.body, isTarget).flatMap(
      (index) => placesOfPair(index, counter, second, search) ?? [],
    );
    if (found.length > 0) bounds.forEach(note);
    return found;
  });
  return [...here, ...nested];
}

/** `for (let i = a; i < b; i++)`, `for (let i = b; i >= a; i--)`, `for (const [i, v] of xs.entries())`, `xs.forEach((v, i) => …)`. */
function counterOf(statement: ts.Statement, search: Search): Counter | undefined {
  if (ts.isForStatement(statement)) return counterOfFor(statement, search);
  if (ts.isForOfStatement(statement)) {
    const source = bare(statement.expression);
    const [declaration] = ts.isVariableDeclarationList(statement.initializer) ? statement.initializer.declarations : [];
    if (declaration === undefined || !ts.isCallExpression(source) || !ts.isPropertyAccessExpression(source.expression))
      return undefined;
    const { name, expression: list } = source.expression;
    const [first] = ts.isArrayBindingPattern(declaration.name) ? declaration.name.elements : [];
    const index =
      name.text === "keys"
        ? declaration.name
        : name.text === "entries" && first !== undefined && ts.isBindingElement(first)
          ? first.name
          : undefined;
    return index !== undefined && ts.isIdentifier(index)
      ? through(list, index, statement.statement, search)
      : undefined;
  }
  const call = ts.isExpressionStatement(statement) ? bare(statement.expression) : undefined;
  if (call === undefined || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression))
    return undefined;
  const [callback] = call.arguments;
  if (call.expression.name.text !== "forEach" || callback === undefined) return undefined;
  const inner = bare(callback);
  const index = isFunctionLike(inner) ? inner.parameters[1]?.name : undefined;
  return isFunctionLike(inner) &&
    inner.body !== undefined &&
    index !== undefined &&
    ts.isIdentifier(index) &&
    !returns(inner.body)
    ? through(call.expression.expression, index, inner.body, search)
    : undefined;
}

/** A `return` in a callback ends one iteration. */
const returns = (body: ts.Node): boolean =>
  ts.isReturnStatement(body) ||
  (!isFunctionLike(body) && (ts.forEachChild(body, (child) => returns(child) || undefined) ?? false));

/** From the first to the last element of a list. */
function through(list: ts.Expression, index: ts.Identifier, body: ts.Node, search: Search): Counter {
  search.note(list);
  return { name: index.text, from: { base: "", plus: 0 }, to: search.lengthOf(list), body };
}

function counterOfFor(loop: ts.ForStatement, { note, affine: read }: Search): Counter | undefined {
  const { initializer, incrementor } = loop;
  const test = loop.condition === undefined ? undefined : bare(loop.condition);
  if (initializer === undefined || !ts.isVariableDeclarationList(initializer)) return undefined;
  if (test === undefined || !ts.isBinaryExpression(test) || incrementor === undefined) return undefined;
  const initial = (name: string): ts.Expression | undefined =>
    initializer.declarations.find((d) => ts.isIdentifier(d.name) && d.name.text === name)?.initializer;
  const name = textOf(test.left);
  const start = initial(name);
  if (start === undefined) return undefined;
  // `for (let i = 0, n = xs.length; i < n; i++)`
  const named = initial(textOf(test.right));
  const bound = named ?? test.right;
  note(start);
  note(bound);
  const [first, last] = [read(start), read(bound)];
  const step = textOf(incrementor);
  const isUp = [`${name}++`, `++${name}`, `${name}+=1`].includes(step);
  const isDown = [`${name}--`, `--${name}`, `${name}-=1`].includes(step);
  const body = loop.statement;
  switch (test.operatorToken.kind) {
    case ts.SyntaxKind.LessThanToken:
      return isUp
        ? { name, from: first, to: last, body, ...(named === undefined ? {} : { bound: textOf(test.right) }) }
        : undefined;
    case ts.SyntaxKind.LessThanEqualsToken:
      return isUp ? { name, from: first, to: moved(last, 1), body } : undefined;
    case ts.SyntaxKind.GreaterThanEqualsToken:
      return isDown ? { name, from: last, to: moved(first, 1), body } : undefined;
    case ts.SyntaxKind.GreaterThanToken:
      return isDown ? { name, from: moved(last, 1), to: moved(first, 1), body } : undefined;
    default:
      return undefined;
  }
}

const statementsOf = (body: ts.Node): readonly ts.Statement[] =>
  ts.isBlock(body) ? body.statements : ts.isStatement(body) ? [body] : [];

/** The indices under which every run of this code sets an element. */
function indicesSet(node: ts.Node, isTarget: (at: ts.Expression) => boolean): readonly ts.Expression[] {
  const code = ts.isExpression(node) ? bare(node) : node;
  if (ts.isBlock(code)) return code.statements.flatMap((s) => indicesSet(s, isTarget));
  if (ts.isExpressionStatement(code)) return indicesSet(code.expression, isTarget);
  if (ts.isIfStatement(code)) {
    const others = code.elseStatement === undefined ? [] : indicesSet(code.elseStatement, isTarget).map(textOf);
    return indicesSet(code.thenStatement, isTarget).filter((index) => others.includes(textOf(index)));
  }
  if (!ts.isBinaryExpression(code)) return [];
  if (code.operatorToken.kind === ts.SyntaxKind.CommaToken)
    return [code.left, code.right].flatMap((part) => indicesSet(part, isTarget));
  if (code.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return [];
  const place = bare(code.left);
  const own = ts.isElementAccessExpression(place) && isTarget(place.expression) ? [place.argumentExpression] : [];
  return [...own, ...indicesSet(code.right, isTarget)];
}

/** The places that an index takes while the counter runs: `i`, `i + 1`, `n - 1 - i`. */
function placesOf(index: ts.Expression, { name, from, to, bound }: Counter, search: Search): Places | undefined {
  const { base, plus } = search.affine(index);
  if (base === name) return { from: moved(from, plus), to: moved(to, plus) };
  const inner = bare(index);
  if (!ts.isBinaryExpression(inner) || inner.operatorToken.kind !== ts.SyntaxKind.MinusToken) return undefined;
  if (textOf(inner.right) !== name) return undefined;
  const left = search.affine(inner.left);
  const top = left.base === bound ? moved(to, left.plus) : left;
  if (top.base !== to.base || !isNumber(from)) return undefined;
  return { from: { base: "", plus: top.plus - to.plus + 1 }, to: moved(top, 1 - from.plus) };
}

/** All places of a table: `i * columns + j`. */
function placesOfPair(index: ts.Expression, outer: Counter, inner: Counter, search: Search): Places | undefined {
  const sum = bare(index);
  if (!ts.isBinaryExpression(sum) || sum.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  if (!isNumber(outer.from) || !isNumber(inner.from) || outer.from.plus !== 0 || inner.from.plus !== 0)
    return undefined;
  const [a, b] = [search.affine(sum.left), search.affine(sum.right)];
  const row = product({ base: outer.name, plus: 0 }, inner.to);
  const isRow = (part: Affine): boolean => row !== undefined && part.base === row.base && part.plus === row.plus;
  const isColumn = (part: Affine): boolean => part.base === inner.name && part.plus === 0;
  if (!((isRow(a) && isColumn(b)) || (isColumn(a) && isRow(b)))) return undefined;
  const to = product(outer.to, inner.to);
  return to === undefined ? undefined : { from: outer.from, to };
}

/** Is there a way out of an iteration before its end, other than out of the whole function? */
function leavesEarly(node: ts.Node, within?: "loop" | "switch"): boolean {
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

function assignsTo(node: ts.Node, name: string): boolean {
  const target = assigned(node);
  if (target !== undefined && textOf(target) === name) return true;
  return ts.forEachChild(node, (child) => assignsTo(child, name) || undefined) ?? false;
}

/** The variables of an expression, and the lists whose lengths it asks for. */
function gather(checker: ts.TypeChecker, node: ts.Expression, variables: Set<ts.Symbol>, lists: ts.Expression[]): void {
  const visit = (at: ts.Node): void => {
    if (ts.isIdentifier(at)) {
      const symbol = symbolOf(checker, at);
      if (symbol !== undefined) variables.add(symbol);
      const initial = initialOf(checker, at);
      if (initial !== undefined && isLength(initial)) visit(initial);
    }
    if (ts.isPropertyAccessExpression(at)) {
      if (at.name.text === "length") lists.push(at.expression);
      visit(at.expression);
    } else ts.forEachChild(at, visit);
  };
  visit(node);
}
