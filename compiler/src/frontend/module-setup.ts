/** What a module does with a constant after its declaration: statements that complete it, functions that change it later. */
import { ts } from "ts-morph";
import { assigned } from "./assignments.js";
import { eachChild } from "./chains.js";
import { bare, type FunctionNode, hasModifier, isFunctionNode, symbolOf } from "./source.js";

/**
 * Statements at the top of a file that mention the variable or the static field, in their order, declarations aside; those
 * in the class of the field come first.
 */
function setupOf(checker: ts.TypeChecker, declaration: ConstantDeclaration): readonly ts.Statement[] {
  const { name, parent } = declaration;
  if (!ts.isIdentifier(name) && !ts.isPrivateIdentifier(name)) return [];
  const symbol = checker.getSymbolAtLocation(name);
  const own = ts.isClassLike(parent)
    ? parent.members.filter(ts.isClassStaticBlockDeclaration).flatMap((block) => [block.body])
    : [];
  return [...own, ...declaration.getSourceFile().statements].filter(
    (s) => isSetup(s) && mentions(checker, s, name.text, symbol),
  );
}

/** A constant of the module: a variable, or a static field. */
export type ConstantDeclaration = ts.VariableDeclaration | ts.PropertyDeclaration;

/**
 * The constants that the statements which complete one of them change too (tables filled in one loop), and all these
 * statements, in the order of the source. `isReadOnly` says of a called function that it changes nothing.
 */
export function completedTogether(
  checker: ts.TypeChecker,
  declaration: ConstantDeclaration,
  isReadOnly: (call: ts.CallExpression) => boolean,
): readonly (ConstantDeclaration | ts.Statement)[] {
  const candidates = constantsOf(declaration.getSourceFile());
  const together = new Set([declaration]);
  const statements = new Set<ts.Statement>();
  for (const constant of together)
    for (const statement of setupOf(checker, constant)) {
      if (statements.has(statement)) continue;
      statements.add(statement);
      for (const other of candidates)
        if (!together.has(other) && isChangedIn(statement, changes(checker, other, isReadOnly))) together.add(other);
    }
  return [...together, ...statements].toSorted((a, b) => a.pos - b.pos);
}

function constantsOf(source: ts.SourceFile): readonly ConstantDeclaration[] {
  return source.statements.flatMap((s): readonly ConstantDeclaration[] => {
    if (ts.isVariableStatement(s)) return s.declarationList.declarations.filter((d) => ts.isIdentifier(d.name));
    if (!ts.isClassDeclaration(s)) return [];
    return s.members.filter(ts.isPropertyDeclaration).filter((m) => hasModifier(m, ts.SyntaxKind.StaticKeyword));
  });
}

const isChangedIn = (node: ts.Node, isChange: (node: ts.Node) => boolean): boolean =>
  isChange(node) || eachChild(node, (child) => isChangedIn(child, isChange) || undefined) === true;

function isSetup(statement: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(statement) ||
    ts.isIterationStatement(statement, false) ||
    ts.isIfStatement(statement) ||
    ts.isBlock(statement) ||
    ts.isSwitchStatement(statement) ||
    ts.isTryStatement(statement)
  );
}

/** Functions inside run at another time: what they mention does not count. */
function mentions(checker: ts.TypeChecker, node: ts.Node, text: string, symbol: ts.Symbol | undefined): boolean {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node))
    return node.text === text && symbolOf(checker, node) === symbol;
  if (isFunctionNode(node) && !runsAtOnce(node)) return false;
  return eachChild(node, (child) => mentions(checker, child, text, symbol) || undefined) === true;
}

/** An argument of a call (a callback) may run during the call. */
const runsAtOnce = (node: ts.Node): boolean =>
  ts.isCallExpression(node.parent) || ts.isParenthesizedExpression(node.parent);

/** Methods that change what they are called on: arrays, maps and sets. */
const changing = new Set("push pop shift unshift splice fill set reverse sort copyWithin add delete clear".split(" "));

/** May what is passed be changed there? Numbers, text and the like are passed by value. */
function isMutable(checker: ts.TypeChecker, argument: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(argument);
  const primitive =
    ts.TypeFlags.NumberLike |
    ts.TypeFlags.StringLike |
    ts.TypeFlags.BooleanLike |
    ts.TypeFlags.BigIntLike |
    ts.TypeFlags.Undefined |
    ts.TypeFlags.Null;
  return (type.isUnion() ? type.types : [type]).some((part) => (part.flags & primitive) === 0);
}

/** What changes the constant, or something it holds; `isReadOnly` says of a called function that it changes nothing. */
function changes(
  checker: ts.TypeChecker,
  declaration: ConstantDeclaration,
  isReadOnly: (call: ts.CallExpression) => boolean,
): (node: ts.Node) => boolean {
  const symbol = checker.getSymbolAtLocation(declaration.name);
  /** Is it the constant, or something it holds? */
  const isOf = (node: ts.Expression): boolean => {
    const inner = bare(node);
    if (ts.isIdentifier(inner)) return symbolOf(checker, inner) === symbol;
    if (ts.isElementAccessExpression(inner)) return isOf(inner.expression);
    return ts.isPropertyAccessExpression(inner) && (symbolOf(checker, inner.name) === symbol || isOf(inner.expression));
  };
  const isPart = (node: ts.Expression): boolean => {
    const inner = bare(node);
    return (ts.isElementAccessExpression(inner) || ts.isPropertyAccessExpression(inner)) && isOf(inner.expression);
  };
  const isReading = (call: ts.CallExpression): boolean =>
    isReadOnly(call) || /^(console\.\w+|structuredClone)$/.test(bare(call.expression).getText());
  return (node) => {
    if (symbol === undefined) return false;
    const target = assigned(node);
    if (target !== undefined) return isPart(target);
    if (ts.isDeleteExpression(node)) return isPart(node.expression);
    if (!ts.isCallExpression(node)) return false;
    const callee = bare(node.expression);
    if (ts.isPropertyAccessExpression(callee) && changing.has(callee.name.text) && isOf(callee.expression)) return true;
    return node.arguments.some((argument) => isOf(argument) && isMutable(checker, argument)) && !isReading(node);
  };
}

/** A function that changes the constant whenever somebody calls it. */
export function changedBy(
  checker: ts.TypeChecker,
  declaration: ConstantDeclaration,
  isReadOnly: (call: ts.CallExpression) => boolean,
): FunctionNode | undefined {
  const isChange = changes(checker, declaration, isReadOnly);
  const search = (node: ts.Node, within: FunctionNode | undefined): FunctionNode | undefined => {
    if (within !== undefined && isChange(node)) return within;
    const around = within ?? (isFunctionNode(node) && !runsAtOnce(node) ? node : undefined);
    return eachChild(node, (child) => search(child, around));
  };
  return search(declaration.getSourceFile(), undefined);
}
