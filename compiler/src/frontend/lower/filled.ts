/**
 * `new Array<number>(n)`: are all its elements set before anything but single elements is asked for? JavaScript passes over
 * elements that were never set in some of its methods, and not in others; where loops and single stores that follow set each
 * of them, there are none. (Only the sides of a table are taken on trust to be whole and not negative.)
 */
import { ts } from "ts-morph";
import { assigned } from "../assignments.js";
import type { Effects } from "../effects.js";
import { bare, isFunctionLike, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { countedHead, isInvariant, keepsLength } from "./counted.js";
import { type Destination, destinationOf, isUnseen, leavesEarly } from "./filled-place.js";
import {
  type Affine,
  affine,
  isAtMost,
  isList,
  isNumber,
  lengthOf,
  moved,
  nameOf,
  product,
  whole,
} from "./written-numbers.js";

/** Places of the array, up to `to` and without it. */
interface Places {
  readonly from: Affine;
  readonly to: Affine;
}

/** A variable that counts through places. */
interface Counter extends Places {
  readonly symbol: ts.Symbol;
  readonly body: ts.Node;
  /** What has to stay as it is. */
  readonly bounds: readonly ts.Expression[];
  /** `xs`, of `for (const [i, v] of xs.entries())`, which must stay as long as it is. */
  readonly list?: ts.Expression;
  /** What is known of some expressions: `n`, of `for (let i = 0, n = xs.length; i < n; i++)`. */
  readonly known: ReadonlyMap<string, Affine>;
}

export function isFilledNext(context: FunctionContext, node: ts.NewExpression | ts.CallExpression): boolean {
  const [argument] = node.arguments ?? [];
  const made = destinationOf(context, node);
  if (argument === undefined || made === undefined) return false;
  return new Search(context, made, argument).isFilledBy(made.next);
}

class Search {
  readonly #checker: ts.TypeChecker;
  readonly #length: Affine;
  readonly #known: ReadonlyMap<string, Affine>;
  /** What the places found so far are told by. */
  readonly #bounds: ts.Expression[];
  readonly #lists: ts.Expression[] = [];

  constructor(
    readonly context: FunctionContext,
    readonly made: Destination,
    length: ts.Expression,
  ) {
    this.#checker = context.file.checker;
    this.#length = affine(context, length, new Map());
    this.#known = new Map([[`${made.name}.length`, this.#length]]);
    this.#bounds = [length];
  }

  isFilledBy(code: readonly ts.Node[]): boolean {
    const { context, made } = this;
    const found: Places[] = [];
    const passed: Effects[] = [];
    for (const next of code) {
      passed.push(context.file.effects.of(next));
      if (this.#asksForMore(next) || !isUnseen(context, made, next, passed)) return false;
      if (ts.isStatement(next)) found.push(...this.#filledBy(next));
      if (!this.#bounds.every((at) => isInvariant(context, at, passed))) return false;
      if (!this.#lists.every((list) => keepsLength(context, list, passed))) return false;
      if (this.#isCovered(found)) return true;
    }
    return false;
  }

  /** Do these places make up all from 0 to the length? */
  #isCovered(found: readonly Places[]): boolean {
    const ends: Affine[] = [whole(0)];
    // The length is whole: an array was made with it.
    const isKnown = (end: Affine): boolean => end.isWhole || end.base === this.#length.base;
    const left = new Set(found.filter(({ from, to }) => isKnown(from) && isKnown(to)));
    for (const end of ends)
      for (const places of left) {
        if (!isAtMost(places.from, end)) continue;
        left.delete(places);
        ends.push(places.to);
      }
    return ends.some((end) => isAtMost(this.#length, end));
  }

  #isTarget(node: ts.Expression): boolean {
    return nameOf(this.#checker, node) === this.made.name;
  }

  /** Is the array used for anything but its elements and its length? */
  #asksForMore(node: ts.Node): boolean {
    if (ts.isExpression(node) && node === bare(node) && this.#isTarget(node)) {
      const outer = outermost(node);
      const { parent } = outer;
      if (ts.isPropertyAccessExpression(parent)) return parent.name.text !== "length" || isWritten(parent);
      return !ts.isElementAccessExpression(parent) || parent.expression !== outer || asksIfThere(parent);
    }
    return ts.forEachChild(node, (child) => this.#asksForMore(child) || undefined) ?? false;
  }

  /** The places that a statement surely sets. */
  #filledBy(statement: ts.Statement): readonly Places[] {
    const counter = this.#counterOf(statement);
    if (counter === undefined)
      return this.#indicesSet(statement).map((index) => {
        this.#bounds.push(index);
        const from = affine(this.context, index, this.#known);
        return { from, to: moved(from, 1) };
      });
    const found = this.#indicesSet(counter.body).flatMap((index) => this.#placesOf(index, counter) ?? []);
    if (found.length > 0) this.#note(counter);
    for (const inner of statementsOf(counter.body)) {
      const second = this.#counterOf(inner);
      const pairs =
        second === undefined
          ? []
          : this.#indicesSet(second.body).flatMap((index) => this.#placesOfPair(index, counter, second) ?? []);
      if (second === undefined || pairs.length === 0) continue;
      [counter, second].forEach((c) => this.#note(c));
      found.push(...pairs);
    }
    return found;
  }

  #note({ bounds, list }: Counter): void {
    this.#bounds.push(...bounds);
    if (list !== undefined) this.#lists.push(list);
  }

  /** `for (let i = a; i < b; i++)`, `for (let i = b; i >= a; i--)`, `for (const [i, v] of xs.entries())`, `xs.forEach((v, i) => …)`. */
  #counterOf(statement: ts.Statement): Counter | undefined {
    const counter = ts.isForStatement(statement) ? this.#counterOfFor(statement) : this.#counterThrough(statement);
    return counter === undefined || leavesEarly(counter.body) ? undefined : counter;
  }

  #counterThrough(statement: ts.Statement): Counter | undefined {
    if (ts.isForOfStatement(statement)) {
      const source = bare(statement.expression);
      const [declaration] = ts.isVariableDeclarationList(statement.initializer)
        ? statement.initializer.declarations
        : [];
      if (
        declaration === undefined ||
        !ts.isCallExpression(source) ||
        !ts.isPropertyAccessExpression(source.expression)
      )
        return undefined;
      const { name, expression: list } = source.expression;
      const [first] = ts.isArrayBindingPattern(declaration.name) ? declaration.name.elements : [];
      if (name.text === "keys") return this.#through(list, declaration.name, statement.statement);
      const index =
        name.text === "entries" && first !== undefined && ts.isBindingElement(first) ? first.name : undefined;
      return this.#through(list, index, statement.statement);
    }
    const call = ts.isExpressionStatement(statement) ? bare(statement.expression) : undefined;
    if (call === undefined || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression))
      return undefined;
    const [callback] = call.arguments;
    if (call.expression.name.text !== "forEach" || callback === undefined) return undefined;
    const inner = bare(callback);
    if (!isFunctionLike(inner) || inner.body === undefined || returns(inner.body)) return undefined;
    return this.#through(call.expression.expression, inner.parameters[1]?.name, inner.body);
  }

  /** From the first to the last element of a list. */
  #through(list: ts.Expression, index: ts.BindingName | undefined, body: ts.Node): Counter | undefined {
    const symbol = index !== undefined && ts.isIdentifier(index) ? symbolOf(this.#checker, index) : undefined;
    if (index === undefined || !ts.isIdentifier(index) || symbol === undefined) return undefined;
    if (!isList(this.#checker, list) || this.context.file.effects.of(body).assigned.has(symbol)) return undefined;
    const to = lengthOf(this.context, list, this.#known);
    return { symbol, from: whole(0), to, body, bounds: [], list, known: this.#known };
  }

  #counterOfFor(loop: ts.ForStatement): Counter | undefined {
    const { context } = this;
    const head = countedHead(context, loop);
    if (head === undefined || loop.initializer === undefined || !ts.isVariableDeclarationList(loop.initializer))
      return undefined;
    const { declarations } = loop.initializer;
    const declared = (symbol: ts.Symbol | undefined): ts.VariableDeclaration | undefined =>
      declarations.find((d) => symbol !== undefined && symbolOf(this.#checker, d.name) === symbol);
    const start = declared(head.counter);
    const limit = symbolOf(this.#checker, bare(head.bound));
    const named = declared(limit);
    const bound = named === undefined ? head.bound : named.initializer;
    if (start?.initializer === undefined || bound === undefined) return undefined;
    if (limit !== undefined && named !== undefined && isAssigned(limit, context.file.effects.of(loop)))
      return undefined;
    const [first, last] = [affine(context, start.initializer, this.#known), affine(context, bound, this.#known)];
    const counter = {
      symbol: head.counter,
      body: loop.statement,
      bounds: [start.initializer, bound],
      known:
        limit === undefined || named === undefined
          ? this.#known
          : new Map([...this.#known, [nameOf(this.#checker, bare(head.bound)), last]]),
    };
    switch (`${head.test} ${head.step}`) {
      case "< 1":
        return { ...counter, from: first, to: last };
      case "<= 1":
        return { ...counter, from: first, to: moved(last, 1) };
      case ">= -1":
        return { ...counter, from: last, to: moved(first, 1) };
      case "> -1":
        return { ...counter, from: moved(last, 1), to: moved(first, 1) };
      default:
        return undefined;
    }
  }

  /** The indices under which every run of this code sets an element. */
  #indicesSet(node: ts.Node): readonly ts.Expression[] {
    const code = ts.isExpression(node) ? bare(node) : node;
    if (ts.isBlock(code)) return code.statements.flatMap((s) => this.#indicesSet(s));
    if (ts.isExpressionStatement(code)) return this.#indicesSet(code.expression);
    if (ts.isIfStatement(code)) {
      const name = (index: ts.Expression): string => nameOf(this.#checker, index);
      const others = code.elseStatement === undefined ? [] : this.#indicesSet(code.elseStatement).map(name);
      return this.#indicesSet(code.thenStatement).filter((index) => others.includes(name(index)));
    }
    if (!ts.isBinaryExpression(code)) return [];
    if (code.operatorToken.kind === ts.SyntaxKind.CommaToken)
      return [code.left, code.right].flatMap((part) => this.#indicesSet(part));
    if (code.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return [];
    const place = bare(code.left);
    const own =
      ts.isElementAccessExpression(place) && this.#isTarget(place.expression) ? [place.argumentExpression] : [];
    return [...own, ...this.#indicesSet(code.right)];
  }

  #isCounter(node: ts.Expression, { symbol }: Counter): boolean {
    return symbolOf(this.#checker, bare(node)) === symbol;
  }

  /** The places that an index takes while the counter runs: `i`, `i + 1`, `n - 1 - i`. */
  #placesOf(index: ts.Expression, counter: Counter): Places | undefined {
    const { from, to, known } = counter;
    const inner = bare(index);
    if (this.#isCounter(inner, counter)) return { from, to };
    if (!ts.isBinaryExpression(inner)) return undefined;
    const { left, right, operatorToken } = inner;
    const isMinus = operatorToken.kind === ts.SyntaxKind.MinusToken;
    if (isMinus && this.#isCounter(right, counter)) {
      const top = affine(this.context, left, known);
      if (top.base !== to.base || !isNumber(from)) return undefined;
      return { from: whole(top.plus - to.plus + 1), to: moved(top, 1 - from.plus) };
    }
    if (!isMinus && operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
    const [base, other] = this.#isCounter(left, counter) || isMinus ? [left, right] : [right, left];
    const by = affine(this.context, other, known);
    if (!this.#isCounter(base, counter) || !isNumber(by)) return undefined;
    const shift = isMinus ? -by.plus : by.plus;
    return { from: moved(from, shift), to: moved(to, shift) };
  }

  /** All places of a table: `i * columns + j`. */
  #placesOfPair(index: ts.Expression, outer: Counter, inner: Counter): Places | undefined {
    const sum = bare(index);
    if (!ts.isBinaryExpression(sum) || sum.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
    if (![outer, inner].every(({ from }) => isNumber(from) && from.plus === 0)) return undefined;
    const isRow = (part: ts.Expression): boolean => {
      const times = bare(part);
      if (!ts.isBinaryExpression(times) || times.operatorToken.kind !== ts.SyntaxKind.AsteriskToken) return false;
      const columns = this.#isCounter(times.left, outer) ? times.right : times.left;
      if (!this.#isCounter(columns === times.right ? times.left : times.right, outer)) return false;
      const { base, plus } = affine(this.context, columns, inner.known);
      return base === inner.to.base && plus === inner.to.plus;
    };
    const isTable = (row: ts.Expression, column: ts.Expression): boolean =>
      isRow(row) && this.#isCounter(column, inner);
    if (!isTable(sum.left, sum.right) && !isTable(sum.right, sum.left)) return undefined;
    const to = product(outer.to, inner.to);
    return to === undefined ? undefined : { from: whole(0), to };
  }
}

/** `y[i] ?? 0`, `y[i] === undefined`, `delete y[i]`. */
export function asksIfThere(place: ts.Expression): boolean {
  const outer = outermost(place);
  const { parent } = outer;
  if (ts.isDeleteExpression(parent) || ts.isTypeOfExpression(parent)) return true;
  if (!ts.isBinaryExpression(parent)) return false;
  const { left, right, operatorToken } = parent;
  const other = bare(left === outer ? right : left);
  switch (operatorToken.kind) {
    case ts.SyntaxKind.QuestionQuestionToken:
    case ts.SyntaxKind.QuestionQuestionEqualsToken:
      return left === outer;
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
      return other.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(other) && other.text === "undefined");
    default:
      return false;
  }
}

/** An expression with the parentheses and `!` around it. */
function outermost(node: ts.Expression): ts.Node {
  let outer: ts.Node = node;
  while (ts.isNonNullExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) outer = outer.parent;
  return outer;
}

const isWritten = (node: ts.Expression): boolean =>
  assigned(node.parent) === node || ts.isDeleteExpression(node.parent);

const isAssigned = (symbol: ts.Symbol, { assigned, outer }: Effects): boolean =>
  assigned.has(symbol) || outer.has(symbol);

/** A `return` in a callback ends one iteration. */
const returns = (body: ts.Node): boolean =>
  ts.isReturnStatement(body) ||
  (!isFunctionLike(body) && (ts.forEachChild(body, (child) => returns(child) || undefined) ?? false));

const statementsOf = (body: ts.Node): readonly ts.Statement[] =>
  ts.isBlock(body) ? body.statements : ts.isStatement(body) ? [body] : [];
