/**
 * Classes as syntax: what a class extends, which member a name stands for in an instance of it, and what its instances
 * are made of. Which IR record an instance is, `types.ts` says.
 */
import { ts } from "ts-morph";
import { assigned } from "./assignments.js";
import { eachChild } from "./chains.js";
import { programMentions } from "./class-mentions.js";
import { noteClasses } from "./dependencies.js";
import { filesMatching } from "./scans.js";
import { bare, hasModifier, isFunctionLike, symbolOf } from "./source.js";

export type ClassNode = ts.ClassLikeDeclaration;

/** Where a member of objects that are no instances is declared. */
export type LiteralMember = ts.PropertySignature | ts.PropertyAssignment | ts.MethodDeclaration;

export const isLiteralMember = (node: ts.Node): node is LiteralMember =>
  ts.isPropertySignature(node) || ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node);

/** Something stored in every instance. */
export interface FieldMember {
  readonly kind: "field";
  /** Its name in the IR record. */
  readonly name: string;
  /** Its declaration; in JavaScript, where the constructor sets it first: `this.x`. */
  readonly node: ts.PropertyDeclaration | ts.ParameterDeclaration | ts.PropertyAccessExpression;
  readonly owner: ClassNode;
}

/** What a name stands for in an instance. */
export type Member =
  | FieldMember
  | { readonly kind: "method"; readonly node: MethodNode; readonly owner: ClassNode }
  | {
      readonly kind: "accessor";
      readonly get: ts.GetAccessorDeclaration | undefined;
      readonly set: ts.SetAccessorDeclaration | undefined;
      readonly owner: ClassNode;
    };

/** A method, or a function that every instance gets as a field and keeps. */
export type MethodNode = ts.MethodDeclaration | ts.ArrowFunction | ts.FunctionExpression;

export class ClassTable {
  readonly #bases = new Map<ClassNode, ClassNode | undefined>();
  readonly #fields = new Map<ClassNode, readonly FieldMember[]>();
  readonly #assigned = new Map<ts.Node, boolean>();
  readonly #asked = new Map<ts.Node, boolean>();
  readonly #implementers = new Map<ts.Symbol, readonly ClassNode[]>();
  readonly #several = new Map<ClassNode, boolean>();
  /** The code of what a package declares. */
  codeOf: (symbol: ts.Symbol) => ts.Symbol | undefined = () => undefined;
  /** What a package declares of its code. */
  declaredOf: (symbol: ts.Symbol) => ts.Symbol | undefined = () => undefined;

  constructor(
    readonly program: ts.Program,
    readonly checker: ts.TypeChecker,
  ) {}

  /** The class an expression names. */
  classOf(node: ts.Expression): ClassNode | undefined {
    const inner = bare(node);
    if (ts.isClassExpression(inner)) return inner;
    const name = ts.isPropertyAccessExpression(inner) ? inner.name : inner;
    const symbol = symbolOf(this.checker, name);
    return symbol === undefined ? undefined : this.classOfSymbol(symbol);
  }

  classOfSymbol(declared: ts.Symbol): ClassNode | undefined {
    const symbol = this.codeOf(declared) ?? declared;
    for (const declaration of symbol.declarations ?? []) {
      if (ts.isClassLike(declaration)) return declaration;
      if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) continue;
      if (!(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const)) continue;
      const initializer = bare(declaration.initializer);
      if (ts.isClassExpression(initializer)) return initializer;
    }
    return undefined;
  }

  /** The expression after `extends`. */
  heritage(node: ClassNode): ts.ExpressionWithTypeArguments | undefined {
    return node.heritageClauses?.find((c) => c.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  }

  /** The class it extends, where that can be read. */
  base(node: ClassNode): ClassNode | undefined {
    if (!this.#bases.has(node)) {
      const extended = this.heritage(node);
      this.#bases.set(node, extended === undefined ? undefined : this.classOf(extended.expression));
    }
    return this.#bases.get(node);
  }

  /** The class and what it extends, itself first. */
  chain(node: ClassNode): ClassNode[] {
    const found: ClassNode[] = [];
    for (let at: ClassNode | undefined = node; at !== undefined && !found.includes(at); at = this.base(at))
      found.push(at);
    return found;
  }

  /** Is `node` the class `of`, or does it extend it? */
  isOrExtends(node: ClassNode, of: ClassNode): boolean {
    return this.chain(node).includes(of);
  }

  /** Every class of the program's source files that extends this one, at any depth. */
  subclasses(node: ClassNode): readonly ClassNode[] {
    return this.all().filter((other) => other !== node && this.isOrExtends(other, node));
  }

  /** Classes that name an interface after `implements`, and those that extend them. */
  implementers(symbol: ts.Symbol): readonly ClassNode[] {
    let known = this.#implementers.get(symbol);
    if (known === undefined) {
      known = this.all().filter((cls) => this.chain(cls).some((c) => this.#promises(c).includes(symbol)));
      this.#implementers.set(symbol, known);
    }
    return known;
  }

  /** The interfaces a class names, and those that they extend. */
  #promises(cls: ClassNode): ts.Symbol[] {
    const found: ts.Symbol[] = [];
    const add = (node: ts.ExpressionWithTypeArguments): void => {
      const symbol = symbolOf(this.checker, node.expression);
      if (symbol === undefined || found.includes(symbol)) return;
      found.push(symbol);
      for (const d of symbol.declarations ?? [])
        if (ts.isInterfaceDeclaration(d)) for (const clause of d.heritageClauses ?? []) clause.types.forEach(add);
    };
    for (const clause of cls.heritageClauses ?? [])
      if (clause.token === ts.SyntaxKind.ImplementsKeyword) clause.types.forEach(add);
    return found;
  }

  /** May an object stand where it could be of another class as well? Then it carries its constructor along. */
  isOneOfSeveral(node: ClassNode): boolean {
    let known = this.#several.get(node);
    if (known === undefined) {
      known =
        this.base(node) !== undefined ||
        this.subclasses(node).length > 0 ||
        this.#promises(node).some((symbol) => this.implementers(symbol).length > 1) ||
        this.#isAskedFor(className(node));
      this.#several.set(node, known);
    }
    return known;
  }

  /** Does the program ask `instanceof C`, or unite the class with others in a type? */
  #isAskedFor(name: string): boolean {
    noteClasses(this.program);
    return programMentions(this.program).askedFor.has(name);
  }

  /** Every class of the program's source files, in the order of the files. */
  all(): readonly ClassNode[] {
    noteClasses(this.program);
    return programMentions(this.program).classes;
  }

  /** Those among them that have members of this name. */
  allWith(name: string): readonly ClassNode[] {
    noteClasses(this.program);
    return programMentions(this.program).byMember.get(name) ?? [];
  }

  /** The fields of an instance: those of the base first, then in the order of the source. */
  fields(node: ClassNode): readonly FieldMember[] {
    const known = this.#fields.get(node);
    if (known !== undefined) return known;
    const base = this.base(node);
    const inherited = base === undefined ? [] : this.fields(base);
    const found = new Map<string, FieldMember>();
    for (const field of inherited) found.set(field.name, field);
    const add = (declared: FieldMember["node"]): void => {
      const text = nameText(declared.name);
      if (text === undefined) return;
      let name = text;
      if (text.startsWith("#")) {
        // What only the class sees needs no sign in an object of our own, unless the name is taken.
        name = text.slice(1);
        const taken = (candidate: string): boolean =>
          found.has(candidate) || this.#namesOf(node).has(candidate) || this.#isInherited(node, candidate);
        while (taken(name)) name = `${name}_`;
      }
      // A field that is declared again is the same place.
      found.set(name, { kind: "field", name, node: declared, owner: node });
    };
    const constructor_ = constructorOf(node);
    for (const param of constructor_?.parameters ?? [])
      if (ts.isParameterPropertyDeclaration(param, param.parent)) add(param);
    for (const member of node.members) {
      if (!ts.isPropertyDeclaration(member) || isStatic(member) || this.isMethodLike(member)) continue;
      if (hasModifier(member, ts.SyntaxKind.AccessorKeyword)) continue;
      add(member);
    }
    for (const set of assignedFields(node)) if (!found.has(set.name.text)) add(set);
    const fields = [...found.values()];
    this.#fields.set(node, fields);
    return fields;
  }

  /** Names that are written without `#` in a class. */
  #namesOf(node: ClassNode): Set<string> {
    const names = new Set<string>();
    for (const member of node.members) {
      const text = member.name === undefined ? undefined : nameText(member.name);
      if (text !== undefined) names.add(text);
    }
    for (const param of constructorOf(node)?.parameters ?? []) {
      const text = ts.isParameterPropertyDeclaration(param, param.parent) ? nameText(param.name) : undefined;
      if (text !== undefined) names.add(text);
    }
    return names;
  }

  #isInherited(node: ClassNode, name: string): boolean {
    return this.chain(node)
      .slice(1)
      .some((c) => this.#namesOf(c).has(name));
  }

  /** A field that holds one function for good: `step = (x: number) => …`. */
  isMethodLike(member: ts.PropertyDeclaration): boolean {
    if (member.initializer === undefined || !isFunctionLike(bare(member.initializer))) return false;
    return !this.isAssigned(member);
  }

  /** Is a field assigned anywhere but where it is initialised? */
  isAssigned(member: FieldMember["node"] | LiteralMember): boolean {
    if (hasModifier(member, ts.SyntaxKind.ReadonlyKeyword)) return false;
    const known = this.#assigned.get(member);
    if (known !== undefined) return known;
    const text = nameText(member.name) ?? "";
    const pattern = new RegExp(`\\.\\s*${text.replaceAll(/[$#]/g, "\\$&")}\\s*(=(?!=)|[-+*/%&|^?<>]+=(?!=)|\\+\\+|--)`);
    const found = filesMatching(this.program, pattern).some((f) => this.#assignsIn(f, text, member));
    this.#assigned.set(member, found);
    return found;
  }

  /**
   * Does the program ask whether there is something in a field whose type says that there is? A method that a constructor calls may find
   * it without a value.
   */
  isAskedIfThere(member: FieldMember["node"]): boolean {
    const known = this.#asked.get(member);
    if (known !== undefined) return known;
    const text = nameText(member.name) ?? "";
    const name = `\\.\\s*${text.replaceAll(/[$#]/g, "\\$&")}(?![\\w$])`;
    const owner = enclosingClass(member);
    const isField = (node: ts.Node): boolean => {
      const inner = ts.isExpression(node) ? bare(node) : node;
      if (!ts.isPropertyAccessExpression(inner) || inner.name.text !== text) return false;
      const declared = symbolOf(this.checker, inner.name)?.declarations ?? [];
      return declared.some((d) => owner !== undefined && ts.isClassLike(d.parent) && this.#isRelated(d.parent, owner));
    };
    const asks = (node: ts.Node): boolean =>
      askedIfThere(node).some(isField) || (eachChild(node, (child) => asks(child) || undefined) ?? false);
    const pattern = new RegExp(`${name}\\s*\\)*\\s*(\\?\\?|\\?\\.|[!=]==?)|[!=]==?[^;=]*${name}|typeof[^;=]*${name}`);
    const found = filesMatching(this.program, pattern).some(asks);
    this.#asked.set(member, found);
    return found;
  }

  /** Is a field of this name assigned under `node`, which may be that of the member? */
  #assignsIn(node: ts.Node, text: string, member: FieldMember["node"] | LiteralMember): boolean {
    const target = assigned(node);
    const place = target === undefined ? undefined : bare(target);
    if (place !== undefined && ts.isPropertyAccessExpression(place) && place.name.text === text) {
      const declared = symbolOf(this.checker, place.name)?.declarations;
      const owner: ts.Node = enclosingClass(member) ?? member.parent;
      // What has another type altogether is another field.
      const isOther =
        declared !== undefined &&
        declared.every((d) => ts.isClassLike(d.parent) && ts.isClassLike(owner) && !this.#isRelated(d.parent, owner));
      const isSetThere = !ts.isPropertyDeclaration(member) || member.initializer === undefined;
      const isFirst = isSetThere && isInConstructorOf(place, owner);
      if (!isOther && !isFirst) return true;
    }
    return eachChild(node, (child) => this.#assignsIn(child, text, member) || undefined) ?? false;
  }

  #isRelated(a: ClassNode, b: ClassNode): boolean {
    return this.isOrExtends(a, b) || this.isOrExtends(b, a);
  }

  /** What a name stands for in an instance of exactly this class. Private names are looked up where they are declared. */
  member(node: ClassNode, name: string, declaredIn?: ClassNode): Member | undefined {
    if (name.startsWith("#")) {
      const field = this.fields(node).find((f) => f.owner === declaredIn && nameText(f.node.name) === name);
      return field ?? (declaredIn === undefined ? undefined : this.#ownMember(declaredIn, name, false));
    }
    for (const owner of this.chain(node)) {
      const own = this.#ownMember(owner, name, false);
      if (own !== undefined) return own;
    }
    return undefined;
  }

  /** A static member, of the class or of what it extends. */
  staticMember(node: ClassNode, name: string): Member | undefined {
    for (const owner of this.chain(node)) {
      const own = this.#ownMember(owner, name, true);
      if (own !== undefined) return own;
    }
    return undefined;
  }

  #ownMember(owner: ClassNode, name: string, wantStatic: boolean): Member | undefined {
    let get: ts.GetAccessorDeclaration | undefined;
    let set: ts.SetAccessorDeclaration | undefined;
    for (const member of owner.members) {
      if (member.name === undefined || nameText(member.name) !== name || isStatic(member) !== wantStatic) continue;
      if (ts.isMethodDeclaration(member) && member.body !== undefined) return { kind: "method", node: member, owner };
      if (ts.isGetAccessorDeclaration(member) && member.body !== undefined) get = member;
      else if (ts.isSetAccessorDeclaration(member) && member.body !== undefined) set = member;
      else if (ts.isPropertyDeclaration(member)) {
        if (hasModifier(member, ts.SyntaxKind.AbstractKeyword)) continue;
        const initializer = member.initializer === undefined ? undefined : bare(member.initializer);
        if (initializer !== undefined && isFunctionLike(initializer) && this.isMethodLike(member)) {
          if (!ts.isFunctionDeclaration(initializer)) return { kind: "method", node: initializer, owner };
        }
        if (wantStatic) return { kind: "field", name, node: member, owner };
        return this.fields(owner).find((f) => f.node === member);
      }
    }
    if (get !== undefined || set !== undefined) return { kind: "accessor", get, set, owner };
    return wantStatic ? undefined : this.fields(owner).find((f) => f.owner === owner && f.name === name);
  }
}

/** What a piece of syntax asks whether it is there. */
function askedIfThere(node: ts.Node): readonly ts.Node[] {
  if (ts.isTypeOfExpression(node)) return [node.expression];
  if (
    (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node)) &&
    node.questionDotToken
  )
    return [node.expression];
  if (!ts.isBinaryExpression(node)) return [];
  const { left, right, operatorToken } = node;
  const isNothing = (at: ts.Node): boolean =>
    at.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(at) && at.text === "undefined");
  switch (operatorToken.kind) {
    case ts.SyntaxKind.QuestionQuestionToken:
    case ts.SyntaxKind.QuestionQuestionEqualsToken:
      return [left];
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
      return isNothing(left) ? [right] : isNothing(right) ? [left] : [];
    default:
      return [];
  }
}

export const isStatic = (member: ts.ClassElement): boolean => hasModifier(member, ts.SyntaxKind.StaticKeyword);

/** The fields that the constructor of a class in JavaScript sets: nothing else declares them. */
function assignedFields(node: ClassNode): readonly ts.PropertyAccessExpression[] {
  const own = constructorOf(node);
  if (own === undefined || (node.flags & ts.NodeFlags.JavaScriptFile) === 0) return [];
  const found: ts.PropertyAccessExpression[] = [];
  const members = new Set(node.members.flatMap((m) => (m.name === undefined ? [] : [nameText(m.name)])));
  const visit = (at: ts.Node): void => {
    if (ts.isFunctionLike(at) && !ts.isArrowFunction(at) && at !== own) return;
    if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      const { left } = at;
      if (ts.isPropertyAccessExpression(left) && left.expression.kind === ts.SyntaxKind.ThisKeyword)
        if (!members.has(left.name.text)) found.push(left);
    }
    eachChild(at, visit);
  };
  visit(own);
  return found;
}

/** Is this `this.x` in the constructor of the class itself? */
function isInConstructorOf(node: ts.PropertyAccessExpression, owner: ts.Node): boolean {
  if (node.expression.kind !== ts.SyntaxKind.ThisKeyword) return false;
  const around = ts.findAncestor(node, (n) => ts.isFunctionLike(n));
  return around !== undefined && ts.isConstructorDeclaration(around) && around.parent === owner;
}

export const isAbstract = (node: ClassNode): boolean => hasModifier(node, ts.SyntaxKind.AbstractKeyword);

/** The constructor with a body that a class declares itself. */
export function constructorOf(node: ClassNode): ts.ConstructorDeclaration | undefined {
  return node.members.find(
    (m): m is ts.ConstructorDeclaration => ts.isConstructorDeclaration(m) && m.body !== undefined,
  );
}

/** A name that is written out. */
export function nameText(name: ts.PropertyName | ts.BindingName): string | undefined {
  if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) return name.text;
  return ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : undefined;
}

/** The class whose body a node stands in, with `this` being an instance of it or the class itself. */
export function enclosingClass(node: ts.Node): ClassNode | undefined {
  for (let at: ts.Node = node.parent; at !== undefined; at = at.parent) if (ts.isClassLike(at)) return at;
  return undefined;
}

/** What a class is called in names of functions and records. */
export function className(node: ClassNode): string {
  if (node.name !== undefined) return node.name.text;
  const { parent } = node;
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : "Class";
}
