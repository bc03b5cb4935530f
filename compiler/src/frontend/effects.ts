/**
 * What running a piece of syntax may change: variables, fields, elements. Calls of functions that can be read are
 * followed. Used to find the variables a loop carries, the bounds a loop cannot change, and the expressions without effect.
 */
import { ts } from "ts-morph";
import { bare, symbolOf } from "./source.js";

export interface Effects {
  /** Variables assigned here (not in called functions). */
  readonly assigned: ReadonlySet<ts.Symbol>;
  /** Names of fields stored to. */
  readonly fields: ReadonlySet<string>;
  /** Kinds of the arrays whose elements are stored to; see `elementKind`. */
  readonly arrays: ReadonlySet<string>;
  /** Calls something that has an effect on the world, throws, or cannot be read. */
  readonly world: boolean;
}

interface Mutable {
  readonly assigned: Set<ts.Symbol>;
  readonly fields: Set<string>;
  readonly arrays: Set<string>;
  world: boolean;
}

const fresh = (): Mutable => ({ assigned: new Set(), fields: new Set(), arrays: new Set(), world: false });

export class EffectTable {
  readonly #known = new Map<ts.Node, Effects>();
  readonly #running = new Set<ts.Node>();

  constructor(
    readonly checker: ts.TypeChecker,
    /** The body of a called function, where it can be read. */
    readonly callee: (call: ts.CallExpression) => ts.Node | "pure" | undefined,
    /** What tells apart arrays that cannot be the same; absent where that is not known. */
    readonly kindOf: (type: ts.Type) => string | undefined,
  ) {}

  of(node: ts.Node): Effects {
    let effects = this.#known.get(node);
    if (effects === undefined) {
      const found = fresh();
      this.#visit(node, found);
      effects = found;
      this.#known.set(node, effects);
    }
    return effects;
  }

  /** Does it neither assign nor store nor touch the world? */
  isPure(node: ts.Node): boolean {
    const effects = this.of(node);
    return effects.assigned.size === 0 && !effects.world && this.isReadOnly(node);
  }

  /** Does it leave all arrays and objects as they are? */
  isReadOnly(node: ts.Node): boolean {
    const effects = this.of(node);
    return effects.fields.size === 0 && effects.arrays.size === 0;
  }

  #visit(node: ts.Node, into: Mutable): void {
    if (ts.isTypeNode(node)) return;
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
    ) {
      this.#target(node.left, into);
    } else if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && isStep(node.operator)) {
      this.#target(node.operand, into);
    } else if (ts.isForOfStatement(node) && !ts.isVariableDeclarationList(node.initializer)) {
      this.#target(node.initializer, into);
    } else if (
      ts.isThrowStatement(node) ||
      ts.isAwaitExpression(node) ||
      ts.isYieldExpression(node) ||
      ts.isDeleteExpression(node)
    ) {
      into.world = true;
    } else if (ts.isCallExpression(node)) {
      this.#call(node, into);
    }
    ts.forEachChild(node, (child) => this.#visit(child, into));
  }

  #call(node: ts.CallExpression, into: Mutable): void {
    const callee = bare(node.expression);
    if (ts.isPropertyAccessExpression(callee) && (callee.name.text === "fill" || callee.name.text === "set")) {
      into.arrays.add(this.elementKind(callee.expression));
      return;
    }
    const body = this.callee(node);
    if (body === "pure") return;
    if (body === undefined) {
      into.world = true;
      return;
    }
    const inner = this.#summary(body);
    for (const name of inner.fields) into.fields.add(name);
    for (const name of inner.arrays) into.arrays.add(name);
    if (inner.world) into.world = true;
  }

  #summary(body: ts.Node): Effects {
    const known = this.#known.get(body);
    if (known !== undefined) return known;
    // A recursive call adds nothing to what the function itself does.
    if (this.#running.has(body)) return fresh();
    this.#running.add(body);
    const found = fresh();
    this.#visit(body, found);
    this.#running.delete(body);
    // Inside a cycle only the outermost function has its effects complete.
    if (this.#running.size === 0) this.#known.set(body, found);
    return found;
  }

  #target(node: ts.Node, into: Mutable): void {
    const target = ts.isExpression(node) ? bare(node) : node;
    if (ts.isIdentifier(target)) {
      const symbol = symbolOf(this.checker, target);
      if (symbol !== undefined) into.assigned.add(symbol);
    } else if (ts.isPropertyAccessExpression(target)) {
      into.fields.add(target.name.text);
    } else if (ts.isElementAccessExpression(target)) {
      into.arrays.add(this.elementKind(target.expression));
    } else if (ts.isArrayLiteralExpression(target)) {
      for (const element of target.elements)
        this.#target(ts.isSpreadElement(element) ? element.expression : element, into);
    } else if (ts.isObjectLiteralExpression(target)) {
      for (const property of target.properties) {
        if (ts.isShorthandPropertyAssignment(property)) this.#target(property.name, into);
        else if (ts.isPropertyAssignment(property)) this.#target(property.initializer, into);
      }
    } else if (ts.isBinaryExpression(target) && target.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      this.#target(target.left, into);
    }
  }

  /** The kind of an array: two arrays of different kinds are not the same array. */
  elementKind(node: ts.Expression): string {
    return this.kindOf(this.checker.getNonNullableType(this.checker.getTypeAtLocation(node))) ?? anyKind;
  }
}

/** The kind of an array of which nothing is known. */
const anyKind = "any";

/** May a store to one of these kinds of arrays change an array of `kind`? */
export const mayStoreTo = (effects: Effects, kind: string): boolean =>
  effects.arrays.has(kind) || effects.arrays.has(anyKind) || (kind === anyKind && effects.arrays.size > 0);

const isStep = (operator: ts.SyntaxKind): boolean =>
  operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
