/**
 * Programs rewritten so that they mean the same: a loop unrolled, every subexpression given a name, a number returned as
 * part of a tuple. The gradients must not notice.
 */
import ts from "typescript";
import { applyEdits, contains, eachNode, type Edit, parse, replace } from "./edits.js";

/** Every arithmetic subexpression of a statement without effects inside becomes a constant of its own. */
export function nameSubexpressions(source: string): string {
  const file = parse(source);
  const edits: Edit[] = [];
  let count = 0;
  eachNode(file, (node) => {
    if (!ts.isBlock(node)) return true;
    for (const statement of node.statements) {
      const expression = valueOf(statement);
      if (expression === undefined || !isPure(expression)) continue;
      const before: string[] = [];
      const name = (inner: ts.Expression): string => {
        const text = rebuilt(inner, name);
        if (!isOperation(inner) || inner === expression) return text;
        before.push(`const named${++count} = ${text};`);
        return `named${count}`;
      };
      const text = name(expression);
      if (before.length > 0) {
        edits.push(
          { start: statement.getStart(), end: statement.getStart(), text: `${before.join(" ")} ` },
          replace(expression, text),
        );
      }
    }
    return true;
  });
  return applyEdits(source, edits);
}

/** The expression whose value a statement stores or returns, when nothing else in the statement has effects. */
function valueOf(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isReturnStatement(statement)) return statement.expression;
  if (ts.isVariableStatement(statement)) {
    const [declaration, ...more] = statement.declarationList.declarations;
    return more.length === 0 && declaration !== undefined && ts.isIdentifier(declaration.name)
      ? declaration.initializer
      : undefined;
  }
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return undefined;
  const { left, operatorToken, right } = statement.expression;
  const assigns =
    operatorToken.kind >= ts.SyntaxKind.FirstAssignment && operatorToken.kind <= ts.SyntaxKind.LastAssignment;
  return assigns && isPure(left) && !ts.isArrayLiteralExpression(left) ? right : undefined;
}

/** Only arithmetic, reads and calls of Math: evaluated in any order, at any time before the statement. */
function isPure(node: ts.Node): boolean {
  return !contains(node, (inner) => {
    if (ts.isCallExpression(inner)) return !inner.expression.getText().startsWith("Math.");
    if (ts.isBinaryExpression(inner)) return !isArithmetic(inner.operatorToken.kind);
    if (ts.isPrefixUnaryExpression(inner))
      return inner.operator === ts.SyntaxKind.PlusPlusToken || inner.operator === ts.SyntaxKind.MinusMinusToken;
    return (
      ts.isPostfixUnaryExpression(inner) ||
      ts.isConditionalExpression(inner) ||
      ts.isObjectLiteralExpression(inner) ||
      ts.isNewExpression(inner) ||
      ts.isArrowFunction(inner)
    );
  });
}

const arithmetic = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.SlashToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
]);
const isArithmetic = (kind: ts.SyntaxKind): boolean => arithmetic.has(kind);

const isOperation = (node: ts.Expression): boolean =>
  ts.isBinaryExpression(node) || ts.isCallExpression(node) || ts.isPrefixUnaryExpression(node);

/** The text of an expression with its operands replaced; what is not arithmetic stays as it stands. */
function rebuilt(node: ts.Expression, operand: (node: ts.Expression) => string): string {
  if (ts.isParenthesizedExpression(node)) return `(${operand(node.expression)})`;
  if (ts.isBinaryExpression(node))
    return `${operand(node.left)} ${node.operatorToken.getText()} ${operand(node.right)}`;
  if (ts.isPrefixUnaryExpression(node)) return `${ts.tokenToString(node.operator) ?? ""}${operand(node.operand)}`;
  if (ts.isCallExpression(node)) return `${node.expression.getText()}(${node.arguments.map(operand).join(", ")})`;
  return node.getText();
}

/** Loops from 0 to a constant written out; `length` is what every `.length` and every `n` is worth. */
export function unrollLoops(source: string, length: number): string {
  const file = parse(source);
  const edits: Edit[] = [];
  eachNode(file, (node) => {
    const found = ts.isForStatement(node) ? constantLoop(node, length) : undefined;
    if (!ts.isForStatement(node) || found === undefined) return true;
    const { name, count } = found;
    const copies = Array.from(
      { length: count },
      (_, i) => `{ const ${name}: number = ${i}; ${node.statement.getText()} }`,
    );
    edits.push(replace(node, `{ ${copies.join("\n")} }`));
    return false;
  });
  return applyEdits(source, edits);
}

function constantLoop(
  node: ts.ForStatement,
  length: number,
): { readonly name: string; readonly count: number } | undefined {
  if (ts.isLabeledStatement(node.parent)) return undefined;
  const header = /^for \(let (\w+) = 0; (\w+) < (.*?); (\w+)\+\+\) $/.exec(
    node.getText().slice(0, node.statement.getStart() - node.getStart()),
  );
  const [, name = "", tested, bound = "", stepped] = header ?? [];
  if (header === null || name !== tested || name !== stepped) return undefined;
  const count = /^\d+$/.test(bound) ? Number(bound) : bound === "n" || /^\w+\.length$/.test(bound) ? length : undefined;
  if (count === undefined || count > 8 || leaves(node.statement) || assigns(node.statement, name)) return undefined;
  return { name, count };
}

/** Is there a `break` or `continue` that leaves this loop's body? */
function leaves(body: ts.Node): boolean {
  const exits = (node: ts.Node, inLoop: boolean, inSwitch: boolean): boolean => {
    if (ts.isBreakStatement(node)) return node.label === undefined && !inLoop && !inSwitch;
    if (ts.isContinueStatement(node)) return node.label === undefined && !inLoop;
    const loop = inLoop || ts.isIterationStatement(node, false);
    return (
      ts.forEachChild(node, (child) => exits(child, loop, inSwitch || ts.isSwitchStatement(node)) || undefined) ?? false
    );
  };
  return exits(body, false, false);
}

const assigns = (body: ts.Node, name: string): boolean =>
  contains(
    body,
    (node) => new RegExp(`^(\\+\\+|--)?${name}(\\+\\+|--| [-+*/]?= )`).test(node.getText()) && !ts.isBlock(node),
  );

/** `f` returning `[value, 0.5]` in place of a number; undefined when it does not return a number. */
export function returnTuple(source: string): string | undefined {
  const file = parse(source);
  const f = file.statements.find(
    (statement): statement is ts.FunctionDeclaration =>
      ts.isFunctionDeclaration(statement) && statement.name?.text === "f",
  );
  if (f?.type?.getText() !== "number" || f.body === undefined) return undefined;
  const edits = [replace(f.type, "[number, number]")];
  eachNode(f.body, (node) => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isReturnStatement(node) && node.expression !== undefined)
      edits.push(replace(node.expression, `[${node.expression.getText()}, 0.5]`));
    return true;
  });
  return applyEdits(source, edits);
}

/** The same program, which throws a `RangeError` when an element out of range is read or written. */
export function checkBounds(source: string): string {
  const edits: Edit[] = [];
  eachNode(parse(source), (node) => {
    if (!ts.isElementAccessExpression(node) || ts.isTypeNode(node.parent)) return true;
    const { argumentExpression: index, expression: array } = node;
    edits.push(
      { start: index.getStart(), end: index.getStart(), text: `inRange(${array.getText()}, ` },
      { start: index.getEnd(), end: index.getEnd(), text: ")" },
    );
    return true;
  });
  const check =
    "const inRange = (array: any, i: number): number => { if (!(i in array)) throw new RangeError(`no element ${i}`); return i; };";
  return `${check}\n${applyEdits(source, edits)}`;
}
