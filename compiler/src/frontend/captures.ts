/**
 * What a function inside a function reads of the variables around it. A variable that is set once is captured by its
 * value, and so is one that nothing can assign while the function exists: a callback that is written where it is passed to an
 * array method (`x = x.map((_, i) => … x[j] …)`). One that is assigned later, while some function inside captures it, lives in a
 * box that they share.
 */
import { ts } from "ts-morph";
import { type Key, thisKey } from "./lower/env.js";
import { eachChild } from "./chains.js";
import { takesCallback } from "./methods.js";
import { bare, type FunctionNode, isConst, isFunctionNode, symbolOf } from "./source.js";

export interface Captures {
  /** Variables of the functions around it, in the order in which they are first mentioned; `this` of an arrow function. */
  readonly keys: readonly Key[];
  /** Constants that stand for the object literal this is a member of: its `this`, by name. */
  readonly self: readonly ts.Symbol[];
  /** Has a `this` of its own, and mentions it. */
  readonly usesThis: boolean;
}

const nothing: Captures = { keys: [], self: [], usesThis: false };

interface Scope {
  /** Mentioned in a function inside the one that declares them, which may still exist when they are assigned. */
  readonly captured: Set<ts.Symbol>;
  readonly outermost: ts.Node;
}

export class CaptureTable {
  readonly #known = new Map<FunctionNode, Captures>();
  readonly #scopes = new Map<ts.Node, Scope>();

  constructor(
    readonly checker: ts.TypeChecker,
    /** The function a name stands for, where that is known without running anything. */
    readonly functionNamed: (name: ts.Identifier) => FunctionNode | undefined,
    /** Does a name stand for a function of JavaScript's library (`const sin = Math.sin`)? No variable holds it then. */
    readonly isLibraryName: (name: ts.Identifier) => boolean,
    /** The variables a piece of syntax assigns, functions inside it included. */
    readonly assignedIn: (node: ts.Node) => ReadonlySet<ts.Symbol>,
  ) {}

  of(node: FunctionNode): Captures {
    let captures = this.#known.get(node);
    if (captures === undefined) {
      captures = outermostFunction(node) === node && !mentionsThis(node) ? nothing : this.#collect(node);
      this.#known.set(node, captures);
    }
    return captures;
  }

  #collect(node: FunctionNode): Captures {
    const keys = new Set<Key>();
    const self = new Set<ts.Symbol>();
    const visited = new Set<ts.Node>([node]);
    const literal = literalAround(node);
    // A function that is called here may stand around this one: what is its own there is captured where this one mentions it.
    const visit = (at: ts.Node, root: ts.Node): void => {
      if (ts.isTypeNode(at)) return;
      // What the members of a class in a function read there, whoever calls them has to bring along.
      const cls = this.#localClass(at);
      if (cls !== undefined && !visited.has(cls) && !isInside(cls, node)) {
        visited.add(cls);
        eachChild(cls, (child) => visit(child, cls));
      }
      if (ts.isIdentifier(at) && isReference(at)) {
        const symbol = symbolOf(this.checker, at);
        const declaration = symbol?.valueDeclaration;
        if (symbol === undefined || declaration === undefined || functionAround(declaration) === undefined) return;
        if (isInside(declaration, root)) return;
        const known = this.functionNamed(at);
        if (known !== undefined) {
          if (functionAround(known) === undefined || visited.has(known) || isInside(known, node)) return;
          visited.add(known);
          eachChild(known, (child) => visit(child, known));
        } else if (literal !== undefined && initialises(literal, declaration)) {
          self.add(symbol);
        } else if (isVariable(declaration) && !this.isLibraryName(at)) {
          keys.add(symbol);
        }
        return;
      }
      eachChild(at, (child) => visit(child, root));
    };
    eachChild(node, (child) => visit(child, node));
    const usesThis = mentionsThis(node);
    if (usesThis && ts.isArrowFunction(node)) keys.add(thisKey);
    return { keys: [...keys], self: [...self], usesThis: usesThis && !ts.isArrowFunction(node) };
  }

  /** The class, declared in a function, that a name stands for, or that declares the member a name after a dot stands for. */
  #localClass(at: ts.Node): ts.Node | undefined {
    const isMember = ts.isPropertyAccessExpression(at);
    if (!isMember && !(ts.isIdentifier(at) && isReference(at))) return undefined;
    const declaration = symbolOf(this.checker, isMember ? at.name : at)?.valueDeclaration;
    const cls = isMember && declaration !== undefined ? declaration.parent : declaration;
    return cls !== undefined && ts.isClassLike(cls) && functionAround(cls) !== undefined ? cls : undefined;
  }

  /** Does the variable live in a box? */
  isBoxed(symbol: ts.Symbol): boolean {
    const declaration = symbol.valueDeclaration;
    const outermost = declaration === undefined ? undefined : outermostFunction(declaration);
    if (declaration === undefined || outermost === undefined || !isVariable(declaration)) return false;
    if (!this.#scopeOf(outermost).captured.has(symbol)) return false;
    const loop = forAround(declaration);
    // Each iteration has a counter of its own, which `i++` in the head leaves as it is.
    if (loop !== undefined)
      return [loop.statement, loop.condition].some((n) => n !== undefined && this.assignedIn(n).has(symbol));
    if (this.assignedIn(outermost).has(symbol)) return true;
    return false;
  }

  /** A counter that the body of its loop changes, while a function captures it: each iteration has a box of its own. */
  isChangedCounter(symbol: ts.Symbol): boolean {
    const declaration = symbol.valueDeclaration;
    return declaration !== undefined && forAround(declaration) !== undefined && this.isBoxed(symbol);
  }

  /** Does a function in the head of the loop, where there is no such box, mention the counter? */
  isCapturedInHead(symbol: ts.Symbol): boolean {
    const declaration = symbol.valueDeclaration;
    const loop = declaration === undefined ? undefined : forAround(declaration);
    const mentions = (at: ts.Node, inside: boolean): boolean => {
      if (ts.isIdentifier(at)) return inside && isReference(at) && symbolOf(this.checker, at) === symbol;
      return eachChild(at, (child) => mentions(child, inside || ts.isFunctionLike(at)) || undefined) === true;
    };
    return [loop?.initializer, loop?.condition, loop?.incrementor].some((n) => n !== undefined && mentions(n, false));
  }

  /** Is it a callback that only the array method it is passed to can call, in a call in which nothing assigns the variable? */
  #isGoneBeforeAssigned(f: ts.Node, symbol: ts.Symbol): boolean {
    // One with a name could keep itself.
    if (!ts.isArrowFunction(f) && !(ts.isFunctionExpression(f) && f.name === undefined)) return false;
    let at: ts.Expression = f;
    while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
    const call = at.parent;
    if (!ts.isCallExpression(call) || !call.arguments.includes(at)) return false;
    const method = bare(call.expression);
    if (!ts.isPropertyAccessExpression(method) || !takesCallback(method.name.text)) return false;
    return isList(this.checker, method.expression) && !this.assignedIn(call).has(symbol);
  }

  #scopeOf(outermost: ts.Node): Scope {
    let scope = this.#scopes.get(outermost);
    if (scope !== undefined) return scope;
    const captured = new Set<ts.Symbol>();
    const visit = (at: ts.Node, around: readonly ts.Node[]): void => {
      if (ts.isTypeNode(at)) return;
      if (ts.isIdentifier(at)) {
        if (!isReference(at)) return;
        const symbol = symbolOf(this.checker, at);
        const declaration = symbol?.valueDeclaration;
        if (symbol === undefined || declaration === undefined || !isVariable(declaration)) return;
        const own = functionAround(declaration);
        const inside = own === undefined ? [] : around.slice(around.indexOf(own) + 1);
        if (inside.some((f) => !this.#isGoneBeforeAssigned(f, symbol))) captured.add(symbol);
        return;
      }
      const next = ts.isFunctionLike(at) ? [...around, at] : around;
      eachChild(at, (child) => visit(child, next));
    };
    eachChild(outermost, (child) => visit(child, [outermost]));
    scope = { captured, outermost };
    this.#scopes.set(outermost, scope);
    return scope;
  }
}

/** An array or a typed array, and nothing else. */
function isList(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(node);
  return checker.isArrayType(type) || checker.isTupleType(type) || isLibraryTypedArray(type.getSymbol());
}

function isLibraryTypedArray(symbol: ts.Symbol | undefined): boolean {
  const isNamed = symbol !== undefined && /^(Float|Int|Uint)\d+(Clamped)?Array$/.test(symbol.name);
  return isNamed && (symbol.declarations ?? []).every((d) => d.getSourceFile().isDeclarationFile);
}

const isVariable = (node: ts.Declaration): boolean =>
  ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);

/** Does a name stand for a value here? */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isAccessor(parent))
    return parent.name !== node;
  if (ts.isPropertyDeclaration(parent)) return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  return !ts.isLabeledStatement(parent) && !ts.isBreakOrContinueStatement(parent);
}

/** Does the function, or an arrow function in it, mention its `this`? */
function mentionsThis(node: FunctionNode): boolean {
  const visit = (at: ts.Node): boolean => {
    if (at.kind === ts.SyntaxKind.ThisKeyword || at.kind === ts.SyntaxKind.SuperKeyword) return true;
    if (ts.isTypeNode(at) || (ts.isFunctionLike(at) && !ts.isArrowFunction(at)) || ts.isClassLike(at)) return false;
    return eachChild(at, (child) => visit(child) || undefined) ?? false;
  };
  return eachChild(node, (child) => visit(child) || undefined) ?? false;
}

/** The function whose variable a declaration makes; a parameter belongs to its function. */
function functionAround(declaration: ts.Node): ts.Node | undefined {
  for (let at = declaration.parent; at !== undefined; at = at.parent) if (ts.isFunctionLike(at)) return at;
  return undefined;
}

function outermostFunction(node: ts.Node): ts.Node | undefined {
  let found: ts.Node | undefined;
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) if (isFunctionNode(at)) found = at;
  return found;
}

function isInside(node: ts.Node, root: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) if (at === root) return true;
  return false;
}

function forAround(declaration: ts.Declaration): ts.ForStatement | undefined {
  const list = ts.isVariableDeclaration(declaration) ? declaration.parent : undefined;
  return list !== undefined && ts.isVariableDeclarationList(list) && ts.isForStatement(list.parent)
    ? list.parent
    : undefined;
}

/** The object literal a function is a member of. */
function literalAround(node: FunctionNode): ts.ObjectLiteralExpression | undefined {
  if (ts.isMethodDeclaration(node) || ts.isAccessor(node))
    return ts.isObjectLiteralExpression(node.parent) ? node.parent : undefined;
  let at: ts.Node = node.parent;
  while (ts.isParenthesizedExpression(at) || ts.isAsExpression(at) || ts.isSatisfiesExpression(at)) at = at.parent;
  return ts.isPropertyAssignment(at) && ts.isObjectLiteralExpression(at.parent) ? at.parent : undefined;
}

function initialises(literal: ts.ObjectLiteralExpression, declaration: ts.Declaration): boolean {
  return (
    ts.isVariableDeclaration(declaration) &&
    isConst(declaration) &&
    declaration.initializer !== undefined &&
    bare(declaration.initializer) === literal
  );
}
