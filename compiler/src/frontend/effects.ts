/**
 * What running a piece of syntax may change: variables, fields, elements. Calls of functions that can be read are
 * followed. Used to find the variables a loop carries, the bounds a loop cannot change, and the expressions without effect.
 */
import { ts } from "ts-morph";
import { assigned } from "./assignments.js";
import { eachChild } from "./chains.js";
import { takesCallback } from "./methods.js";
import { isHoisted } from "./packages/hoisted.js";
import { bare, type FunctionNode, isFunctionLike, isFunctionNode, symbolOf } from "./source.js";

export interface Effects {
  /** Variables assigned here (not in called functions). */
  readonly assigned: ReadonlySet<ts.Symbol>;
  /** Names of fields stored to. */
  readonly fields: ReadonlySet<string>;
  /** Kinds of the arrays whose elements are stored to; see `elementKind`. */
  readonly arrays: ReadonlySet<string>;
  /** Kinds of the arrays that may become longer or shorter. */
  readonly lengths: ReadonlySet<string>;
  /** Kinds of the arrays that may become shorter. */
  readonly shorter: ReadonlySet<string>;
  /** Variables around a function that is called here, which it assigns. */
  readonly outer: ReadonlySet<ts.Symbol>;
  /** Function values that are called: parameters, or some other value of which nothing is known. */
  readonly values: ReadonlySet<ts.Symbol | "any">;
  /** Calls something that has an effect on the world, throws, or cannot be read. */
  readonly world: boolean;
  /** Throws, for some of the values it may be given, although no `throw` is written: sums of nothing without a start. */
  readonly throws: boolean;
}

interface Mutable {
  readonly assigned: Set<ts.Symbol>;
  readonly fields: Set<string>;
  readonly arrays: Set<string>;
  readonly lengths: Set<string>;
  readonly shorter: Set<string>;
  readonly outer: Set<ts.Symbol>;
  readonly values: Set<ts.Symbol | "any">;
  world: boolean;
  throws: boolean;
}

const fresh = (): Mutable => ({
  assigned: new Set(),
  fields: new Set(),
  arrays: new Set(),
  lengths: new Set(),
  shorter: new Set(),
  outer: new Set(),
  values: new Set(),
  world: false,
  throws: false,
});

/** Methods that change the array they are called on; those that change its length. */
export const resizing = new Set(["push", "pop", "shift", "unshift", "splice"]);
const shortening = new Set(["pop", "shift", "splice"]);
const changing = new Set(["fill", "set", "reverse", "sort", "copyWithin", ...resizing]);

export class EffectTable {
  readonly #known = new Map<ts.Node, Effects>();
  readonly #running = new Set<ts.Node>();

  constructor(
    readonly checker: ts.TypeChecker,
    /** The body of a called function, where it can be read. */
    readonly callee: (call: ts.CallExpression) => ts.Node | "pure" | undefined,
    /** What tells apart arrays that cannot be the same; absent where that is not known. */
    readonly kindOf: (type: ts.Type) => string | undefined,
    /** The bodies that a use of a class may run. */
    readonly members: (node: ts.Node) => readonly ts.Node[] | undefined,
    /** May a call of a member run functions that are not among these? */
    readonly mayRunOther: (callee: ts.PropertyAccessExpression) => boolean,
    /** What a called expression is: a function value, something outside, … */
    readonly isValue: (callee: ts.Expression) => boolean,
    /** The function a name stands for. */
    readonly functionNamed: (name: ts.Identifier) => FunctionNode | undefined,
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
    return effects.assigned.size === 0 && effects.outer.size === 0 && !effects.world && this.isReadOnly(node);
  }

  /** Does it leave all arrays and objects as they are? */
  isReadOnly(node: ts.Node): boolean {
    const effects = this.of(node);
    return effects.fields.size === 0 && effects.arrays.size === 0 && effects.values.size === 0;
  }

  /** May running it throw, as far as that is written in code that can be read? */
  mayThrow(node: ts.Node): boolean {
    const { world, throws, values } = this.of(node);
    return world || throws || values.size > 0;
  }

  #visit(node: ts.Node, into: Mutable): void {
    if (ts.isTypeNode(node)) return;
    const target = assigned(node);
    if (target !== undefined) {
      this.#target(target, into);
    } else if (ts.isForOfStatement(node) && !ts.isVariableDeclarationList(node.initializer)) {
      this.#target(node.initializer, into);
    } else if (
      ts.isThrowStatement(node) ||
      ts.isAwaitExpression(node) ||
      ts.isYieldExpression(node) ||
      ts.isDeleteExpression(node)
    ) {
      into.world = true;
      if (ts.isDeleteExpression(node)) this.#target(node.expression, into);
    } else if (ts.isVariableDeclaration(node) && node.initializer !== undefined && isHoisted(this.checker, node)) {
      this.#target(node.name, into);
    } else if (ts.isCallExpression(node)) {
      this.#call(node, into);
    } else if (ts.isNewExpression(node) || ts.isPropertyAccessExpression(node)) {
      for (const body of this.members(node) ?? []) this.#merge(this.#summary(body), into);
    }
    eachChild(node, (child) => this.#visit(child, into));
  }

  #call(node: ts.CallExpression, into: Mutable): void {
    const callee = bare(node.expression);
    if (ts.isPropertyAccessExpression(callee) && changing.has(callee.name.text) && this.#isList(callee.expression)) {
      const kind = this.elementKind(callee.expression);
      into.arrays.add(kind);
      if (resizing.has(callee.name.text)) into.lengths.add(kind);
      if (shortening.has(callee.name.text)) into.shorter.add(kind);
      // What `sort` calls is read as the function it is.
      if (callee.name.text !== "sort") return;
    }
    if (ts.isPropertyAccessExpression(callee) && takesCallback(callee.name.text) && this.#isList(callee.expression)) {
      for (const argument of node.arguments) this.#argument(argument, into);
      if (/^reduce(Right)?$/.test(callee.name.text) && node.arguments.length === 1) into.throws = true;
      return;
    }
    const body = this.callee(node);
    if (body === "pure") return;
    const members = body === undefined ? this.members(node) : [body];
    if (members === undefined) {
      into.world = true;
      if (isFunctionLike(callee)) return;
      if (this.isValue(callee)) into.values.add(this.#parameterNamed(callee) ?? "any");
      return;
    }
    if (body === undefined && ts.isPropertyAccessExpression(callee) && this.mayRunOther(callee)) into.values.add("any");
    for (const member of members) {
      const summary = this.#summary(member);
      this.#merge(summary, into);
      const target = member.parent;
      for (const value of summary.values) {
        const index =
          value === "any" || !isFunctionNode(target)
            ? -1
            : target.parameters.findIndex((p) => ts.isIdentifier(p.name) && symbolOf(this.checker, p.name) === value);
        const argument = node.arguments[index];
        if (index === -1 || node.arguments.some(ts.isSpreadElement)) into.values.add("any");
        else if (argument !== undefined) this.#argument(argument, into);
        // A default that is a function was read with the rest of the function.
      }
    }
  }

  /** What calling an argument may change. A function that is written in its place is read there. */
  #argument(node: ts.Expression, into: Mutable): void {
    const inner = bare(node);
    if (isFunctionLike(inner)) return;
    if (this.checker.getTypeAtLocation(inner).getCallSignatures().length === 0) return;
    const known = ts.isIdentifier(inner) ? this.functionNamed(inner) : undefined;
    if (known?.body !== undefined) {
      const summary = this.#summary(known.body);
      this.#merge(summary, into);
      if (summary.values.size > 0) into.values.add("any");
    } else if (!this.isValue(inner)) return;
    else into.values.add(this.#parameterNamed(inner) ?? "any");
  }

  #parameterNamed(node: ts.Expression): ts.Symbol | undefined {
    const symbol = ts.isIdentifier(node) ? symbolOf(this.checker, node) : undefined;
    const declaration = symbol?.valueDeclaration;
    return declaration !== undefined && ts.isParameter(declaration) ? symbol : undefined;
  }

  #merge(inner: Effects, into: Mutable): void {
    for (const symbol of inner.outer) into.outer.add(symbol);
    for (const name of inner.fields) into.fields.add(name);
    for (const name of inner.arrays) into.arrays.add(name);
    for (const name of inner.lengths) into.lengths.add(name);
    for (const name of inner.shorter) into.shorter.add(name);
    if (inner.world) into.world = true;
    if (inner.throws) into.throws = true;
  }

  #summary(body: ts.Node): Effects {
    const known = this.#known.get(body);
    if (known !== undefined) return known;
    // A recursive call adds nothing to what the function itself does.
    if (this.#running.has(body)) return fresh();
    this.#running.add(body);
    const found = fresh();
    this.#visit(body, found);
    for (const symbol of found.assigned) if (!isDeclaredIn(symbol, body)) found.outer.add(symbol);
    this.#running.delete(body);
    // Inside a cycle only the outermost function has its effects complete.
    if (this.#running.size === 0) this.#known.set(body, found);
    return found;
  }

  #target(node: ts.Node, into: Mutable): void {
    const target = ts.isExpression(node) ? bare(node) : node;
    // A constructor that is run by `new` sets the fields of an object that nobody has seen yet.
    if (isOwnField(target) && this.#running.size > 0) return;
    if (ts.isIdentifier(target)) {
      const symbol = symbolOf(this.checker, target);
      if (symbol !== undefined) into.assigned.add(symbol);
    } else if (ts.isPropertyAccessExpression(target)) {
      if (target.name.text === "length" && this.#isList(target.expression)) {
        const kind = this.elementKind(target.expression);
        into.arrays.add(kind);
        into.lengths.add(kind);
        into.shorter.add(kind);
      } else into.fields.add(target.name.text);
    } else if (ts.isElementAccessExpression(target)) {
      const kind = this.elementKind(target.expression);
      into.arrays.add(kind);
      if (this.#mayGrow(target)) into.lengths.add(kind);
    } else if (ts.isArrayLiteralExpression(target)) {
      for (const element of target.elements)
        this.#target(ts.isSpreadElement(element) ? element.expression : element, into);
    } else if (ts.isObjectLiteralExpression(target)) {
      for (const property of target.properties) {
        if (ts.isShorthandPropertyAssignment(property)) this.#target(property.name, into);
        else if (ts.isPropertyAssignment(property)) this.#target(property.initializer, into);
        else if (ts.isSpreadAssignment(property)) this.#target(property.expression, into);
      }
    } else if (ts.isBinaryExpression(target) && target.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      this.#target(target.left, into);
    }
  }

  /** Is this `xs[xs.length] = v`, or a store into an array that was `[]` to begin with? */
  #mayGrow(target: ts.ElementAccessExpression): boolean {
    const index = bare(target.argumentExpression);
    if (ts.isPropertyAccessExpression(index) && index.name.text === "length") return true;
    const base = bare(target.expression);
    const declaration = ts.isIdentifier(base) ? symbolOf(this.checker, base)?.valueDeclaration : undefined;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
      return false;
    const initializer = bare(declaration.initializer);
    return ts.isArrayLiteralExpression(initializer) && initializer.elements.length === 0;
  }

  /** An array of any kind, or something of which nothing is known. */
  #isList(node: ts.Expression): boolean {
    const type = this.checker.getNonNullableType(this.checker.getTypeAtLocation(node));
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Instantiable)) return true;
    if (this.checker.isArrayLikeType(type) || type.isUnion()) return true;
    return /^(Float|Int|Uint)\d+(Clamped)?Array$/.test(type.getSymbol()?.name ?? "");
  }

  /** The kind of an array: two arrays of different kinds are not the same array. */
  elementKind(node: ts.Expression): string {
    return this.kindOf(this.checker.getNonNullableType(this.checker.getTypeAtLocation(node))) ?? anyKind;
  }
}

/** `this.x` in a constructor. */
function isOwnField(node: ts.Node): boolean {
  if (!ts.isPropertyAccessExpression(node) || node.expression.kind !== ts.SyntaxKind.ThisKeyword) return false;
  const around = ts.findAncestor(node, (n) => ts.isFunctionLike(n) && !ts.isArrowFunction(n));
  return around !== undefined && ts.isConstructorDeclaration(around);
}

/** Is it a variable of the function with this body, or of one inside it? */
function isDeclaredIn(symbol: ts.Symbol, body: ts.Node): boolean {
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined) return false;
  const inside = body.parent !== undefined && isFunctionNode(body.parent) ? body.parent : body;
  return ts.findAncestor(declaration, (n) => n === inside) !== undefined;
}

/** The kind of an array of which nothing is known. */
const anyKind = "any";

/** May the length of an array of `kind` change? */
export const mayResize = (effects: Effects, kind: string): boolean =>
  effects.values.size > 0 ||
  effects.lengths.has(kind) ||
  effects.lengths.has(anyKind) ||
  (kind === anyKind && effects.lengths.size > 0);

/** May an array of `kind` become shorter? `elsewhere`: what functions do of which no more is known than that they are called. */
export const mayShorten = (effects: Effects, kind: string, elsewhere: () => Effects): boolean =>
  (effects.values.size > 0 && mayShorten({ ...elsewhere(), values: new Set() }, kind, elsewhere)) ||
  effects.shorter.has(kind) ||
  effects.shorter.has(anyKind) ||
  (kind === anyKind && effects.shorter.size > 0);

/** May a store to one of these kinds of arrays change an array of `kind`? */
export const mayStoreTo = (effects: Effects, kind: string): boolean =>
  effects.values.size > 0 ||
  effects.arrays.has(kind) ||
  effects.arrays.has(anyKind) ||
  (kind === anyKind && effects.arrays.size > 0);
