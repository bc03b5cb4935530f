/**
 * The bodies that a use of a class may run, for what may change in them: methods, getters and setters of every class the
 * object may be of, constructors with the initial values of fields. By name and class, so rather too many than too few.
 */
import { ts } from "ts-morph";
import { eachChild } from "./chains.js";
import { type ClassNode, type ClassTable, constructorOf, isStatic, nameText } from "./classes.js";
import { noteCode } from "./dependencies.js";
import { filesMatching } from "./scans.js";
import { bare, isFunctionLike, isLibrary, symbolOf } from "./source.js";

/** What `new C`, `super(…)`, `object.m(…)` or `object.x` may run; absent where it is none of these. */
export function classBodies(table: ClassTable, node: ts.Node): readonly ts.Node[] | undefined {
  if (ts.isNewExpression(node)) {
    const cls = table.classOf(node.expression);
    return cls === undefined || cls.getSourceFile().isDeclarationFile ? undefined : constructorBodies(table, cls);
  }
  if (ts.isCallExpression(node)) {
    const callee = bare(node.expression);
    if (callee.kind === ts.SyntaxKind.SuperKeyword) {
      const cls = ts.findAncestor(node, ts.isClassLike);
      const base = cls === undefined ? undefined : table.base(cls);
      return base === undefined ? undefined : constructorBodies(table, base);
    }
    return ts.isPropertyAccessExpression(callee) ? memberBodies(table, callee) : undefined;
  }
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const symbol = symbolOf(table.checker, node.name);
  const isPlain = symbol === undefined || (symbol.flags & ts.SymbolFlags.Accessor) === 0;
  return isPlain && !isOfInterface(symbol) ? undefined : memberBodies(table, node);
}

const isOfInterface = (symbol: ts.Symbol | undefined): boolean =>
  symbol?.valueDeclaration !== undefined && ts.isPropertySignature(symbol.valueDeclaration);

function constructorBodies(table: ClassTable, cls: ClassNode): readonly ts.Node[] {
  return table.chain(cls).flatMap((at): ts.Node[] => {
    const own = constructorOf(at);
    const initial = at.members.flatMap((m) =>
      ts.isPropertyDeclaration(m) && !isStatic(m) && m.initializer !== undefined && !isFunctionLike(bare(m.initializer))
        ? [m.initializer]
        : [],
    );
    return own === undefined ? initial : [...initial, own];
  });
}

function memberBodies(table: ClassTable, node: ts.PropertyAccessExpression): readonly ts.Node[] | undefined {
  const symbol = symbolOf(table.checker, node.name);
  const declarations = symbol?.declarations ?? [];
  if (declarations.length === 0 || declarations.some((d) => isLibrary(table.program, d))) return undefined;
  const owners = declarations.map((d) => d.parent);
  const classes = owners.filter(ts.isClassLike);
  const isOpen = owners.some((o) => ts.isInterfaceDeclaration(o) || ts.isTypeLiteralNode(o));
  if (classes.length === 0 && !isOpen) return undefined;
  const name = node.name.text;
  const bodies = table
    .allWith(name)
    .filter((c) => isOpen || classes.some((o) => table.isOrExtends(c, o) || table.isOrExtends(o, c)))
    .flatMap((c) => c.members.flatMap((m) => bodyNamed(m, name)));
  for (const body of bodies) noteCode(table.program, body);
  return bodies.length === 0 ? undefined : bodies;
}

/** May a call `object.m(…)` run what no class says: a function that a field was given, a member of an object literal? */
export function mayRunOther(table: ClassTable, callee: ts.PropertyAccessExpression): boolean {
  const declarations = symbolOf(table.checker, callee.name)?.declarations ?? [];
  return declarations.some((d) => {
    if (ts.isPropertyDeclaration(d)) return !table.isMethodLike(d);
    if (ts.isMethodSignature(d) || ts.isPropertySignature(d)) return isInLiteral(table.program, callee.name.text);
    return ts.isParameter(d);
  });
}

/** Has an object literal of the program a member of this name? */
function isInLiteral(program: ts.Program, name: string): boolean {
  const pattern = new RegExp(`\\b${name.replaceAll("$", "\\$&")}\\b`);
  return filesMatching(program, pattern).some((file) => literalMembers(file).has(name));
}

const known = new WeakMap<ts.SourceFile, ReadonlySet<string>>();

function literalMembers(file: ts.SourceFile): ReadonlySet<string> {
  const names = known.get(file);
  if (names !== undefined) return names;
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node))
      for (const { name } of node.properties) {
        const text = name === undefined ? undefined : nameText(name);
        if (text !== undefined) found.add(text);
      }
    eachChild(node, visit);
  };
  visit(file);
  known.set(file, found);
  return found;
}

function bodyNamed(member: ts.ClassElement, name: string): ts.Node[] {
  if (member.name === undefined || nameText(member.name) !== name) return [];
  if (ts.isMethodDeclaration(member) || ts.isAccessor(member)) return member.body === undefined ? [] : [member.body];
  const initializer =
    ts.isPropertyDeclaration(member) && member.initializer !== undefined ? bare(member.initializer) : undefined;
  return initializer !== undefined && isFunctionLike(initializer) && initializer.body !== undefined
    ? [initializer.body]
    : [];
}
