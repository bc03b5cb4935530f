/** Small questions to the syntax tree and the checker that every part of the frontend asks. */
import { ts } from "ts-morph";
import type { Span } from "../diagnostics.js";
import type { Loc } from "../ir/ir.js";

export function spanOf(node: ts.Node): Span {
  const file = node.getSourceFile();
  return spanOfRange(file, node.getStart(file), node.getEnd());
}

export function spanOfRange(file: ts.SourceFile, start: number, end: number): Span {
  const from = file.getLineAndCharacterOfPosition(start);
  const to = file.getLineAndCharacterOfPosition(end);
  return {
    file: file.fileName,
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  };
}

/** The innermost node that begins at a place. */
export function spanAt(program: ts.Program, loc: Loc | undefined): Span | undefined {
  const file = loc === undefined ? undefined : program.getSourceFile(loc.file);
  if (loc === undefined || file === undefined) return undefined;
  const position = file.getPositionOfLineAndCharacter(loc.line - 1, loc.column - 1);
  const find = (node: ts.Node): ts.Node | undefined =>
    node.getStart(file) === position
      ? node
      : node.getFullStart() <= position && position < node.getEnd()
        ? ts.forEachChild(node, find)
        : undefined;
  const node = find(file);
  return node === undefined ? undefined : spanOf(node);
}

export function locOf(node: ts.Node): Loc {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return { file: file.fileName, line: line + 1, column: character + 1 };
}

/** The expression without what has no meaning at run time: parentheses, `as`, `!`, `satisfies`, `<T>x`. */
export function bare(node: ts.Expression): ts.Expression {
  let inner = node;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isTypeAssertionExpression(inner)
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** The symbol an identifier stands for, imports resolved to what they import. */
export function symbolOf(checker: ts.TypeChecker, node: ts.Node): ts.Symbol | undefined {
  const parent = node.parent;
  const symbol =
    ts.isIdentifier(node) && parent !== undefined && ts.isShorthandPropertyAssignment(parent) && parent.name === node
      ? checker.getShorthandAssignmentValueSymbol(parent)
      : checker.getSymbolAtLocation(node);
  return symbol === undefined ? undefined : original(checker, symbol);
}

/** The variable a name declares; a parameter property declares a field as well. */
export function declaredSymbol(checker: ts.TypeChecker, name: ts.Identifier): ts.Symbol | undefined {
  const { parent } = name;
  if (!ts.isParameter(parent) || !ts.isParameterPropertyDeclaration(parent, parent.parent))
    return checker.getSymbolAtLocation(name);
  return checker
    .getSymbolsOfParameterPropertyDeclaration(parent, name.text)
    .find((s) => s.flags & ts.SymbolFlags.FunctionScopedVariable);
}

export function original(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((m) => m.kind === kind);
}

/** Is this declaration part of JavaScript's own library? */
export function isLibrary(program: ts.Program, declaration: ts.Node): boolean {
  return program.isSourceFileDefaultLibrary(declaration.getSourceFile());
}

/** Was this symbol declared by `@adc/runtime`? */
export function isRuntimeSymbol(symbol: ts.Symbol, name: string): boolean {
  return (
    symbol.name === name &&
    (symbol.declarations ?? []).some((d) =>
      /@adc\/runtime\/|\/runtime\/(src|dist)\/|^\/adc\/library\.d\.ts$/.test(d.getSourceFile().fileName),
    )
  );
}

export const isFunctionLike = (
  node: ts.Node,
): node is ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression =>
  ts.isFunctionDeclaration(node) || ts.isArrowFunction(node) || ts.isFunctionExpression(node);

/** A function whose body can be lowered. */
export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.MethodDeclaration
  | ts.AccessorDeclaration
  | ts.ConstructorDeclaration;

/** Is this a node whose body can be lowered as a function? */
export const isFunctionNode = (node: ts.Node): node is FunctionNode =>
  isFunctionLike(node) || ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isConstructorDeclaration(node);

/** The numeric value of a literal, or of a literal with a sign. */
export function numericLiteral(node: ts.Expression): number | undefined {
  const inner = bare(node);
  if (ts.isNumericLiteral(inner)) return Number(inner.text.replaceAll("_", ""));
  if (ts.isPrefixUnaryExpression(inner)) {
    const operand = numericLiteral(inner.operand);
    if (operand === undefined) return undefined;
    if (inner.operator === ts.SyntaxKind.MinusToken) return -operand;
    if (inner.operator === ts.SyntaxKind.PlusToken) return operand;
  }
  return undefined;
}

export function isConst(declaration: ts.VariableDeclaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
}

/**
 * The properties of a type in the order of their declarations. Those of a mapped type (`Record<"a" | "b", number>`) stand in
 * an order that depends on what else was compiled: they are sorted.
 */
export function propertiesOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Symbol[] {
  const properties = checker.getPropertiesOfType(type);
  const isMapped = properties.some((p) => p.valueDeclaration === undefined);
  return isMapped ? properties.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) : properties;
}

/** The arguments of an array, a tuple or another generic type. */
export function typeArguments(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  return isReferenceType(type) ? checker.getTypeArguments(type) : [];
}

/** Which members of a tuple type are required, optional, or as many as there are. */
export function elementFlags(type: ts.Type): readonly unknown[] | undefined {
  if (!isReferenceType(type)) return undefined;
  const { target } = type;
  return "elementFlags" in target && Array.isArray(target.elementFlags) ? target.elementFlags : undefined;
}

/** A tuple type with all its members present. */
export const isPlainTuple = (type: ts.Type): boolean =>
  elementFlags(type)?.every((f) => f === ts.ElementFlags.Required) === true;

/** The positions of the members that may be left out; absent where there may be more of them than the type says. */
export function optionalMembers(type: ts.Type): readonly number[] | undefined {
  const flags = elementFlags(type);
  const isCounted = flags?.every((f) => f === ts.ElementFlags.Required || f === ts.ElementFlags.Optional) === true;
  return isCounted ? flags.flatMap((f, i) => (f === ts.ElementFlags.Optional ? [i] : [])) : undefined;
}

/** The types of the members of a tuple where they are there. */
export function memberTypes(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  const flags = elementFlags(type);
  return typeArguments(checker, type).map((t, i) =>
    flags?.[i] === ts.ElementFlags.Optional && !isNullable(t) ? checker.getNonNullableType(t) : t,
  );
}

const isNullable = (type: ts.Type): boolean =>
  type.isUnion() && type.types.some((t) => (t.flags & ts.TypeFlags.Null) !== 0);

/** A `readonly` array or tuple. */
export function isReadonlyList(type: ts.Type): boolean {
  if (!isReferenceType(type)) return false;
  const { target } = type;
  return "readonly" in target ? target.readonly === true : target.symbol.name === "ReadonlyArray";
}

function isReferenceType(type: ts.Type): type is ts.TypeReference {
  return (
    (type.flags & ts.TypeFlags.Object) !== 0 &&
    "objectFlags" in type &&
    typeof type.objectFlags === "number" &&
    (type.objectFlags & ts.ObjectFlags.Reference) !== 0
  );
}

/** `this: T` among the parameters of a function, which says what it is called on. */
export const isThisParameter = (param: ts.ParameterDeclaration | undefined): boolean =>
  param !== undefined && ts.isIdentifier(param.name) && param.name.text === "this";

/** A list of `never`, a list of such lists. */
export function holdsNever(checker: ts.TypeChecker, type: ts.Type): boolean {
  const [element] = checker.isArrayType(type) ? typeArguments(checker, type) : [];
  return element !== undefined && ((element.flags & ts.TypeFlags.Never) !== 0 || holdsNever(checker, element));
}
