/**
 * Programs rewritten between functions and statements: a body called as a function, loops as callbacks, callbacks as loops,
 * captured variables passed by hand, variables kept in objects. None of it may show in a gradient.
 */
import ts from "typescript";
import { applyEdits, contains, eachNode, type Edit, parse, replace } from "./edits.js";

const insert = (at: number, text: string): Edit => ({ start: at, end: at, text });

/** Does control leave `body` other than at its end, or is there something that means another thing in another function? */
function leaves(body: ts.Node, inLoop = false, inSwitch = false): boolean {
  if (ts.isReturnStatement(body) || ts.isYieldExpression(body)) return true;
  if (ts.isBreakStatement(body)) return body.label !== undefined || !(inLoop || inSwitch);
  if (ts.isContinueStatement(body)) return body.label !== undefined || !inLoop;
  if (ts.isFunctionLike(body)) return false;
  const loop = inLoop || ts.isIterationStatement(body, false);
  const cases = inSwitch || ts.isSwitchStatement(body);
  return ts.forEachChild(body, (child) => leaves(child, loop, cases) || undefined) ?? false;
}

const mainOf = (file: ts.SourceFile): ts.FunctionDeclaration | undefined =>
  file.statements.find(
    (statement): statement is ts.FunctionDeclaration =>
      ts.isFunctionDeclaration(statement) && statement.name?.text === "f",
  );

/** The body of `f` as a function that is called where it stands. */
export function wrapBody(source: string): string {
  const f = mainOf(parse(source));
  if (f?.body === undefined || f.type === undefined) return source;
  const { body } = f;
  return applyEdits(source, [
    insert(body.getStart() + 1, `\nreturn ((): ${f.type.getText()} => {`),
    insert(body.getEnd() - 1, "})();\n"),
  ]);
}

/** Bodies of loops without exits as local functions that are called once in each iteration. */
export function extractBodies(source: string): string {
  const edits: Edit[] = [];
  let count = 0;
  eachNode(parse(source), (node) => {
    if (!ts.isIterationStatement(node, false) || !ts.isBlock(node.statement) || leaves(node.statement)) return true;
    // Each iteration has a counter of its own, which a function cannot change for the loop.
    const counters =
      ts.isForStatement(node) && node.initializer !== undefined ? [...declarations(node.initializer).keys()] : [];
    if (counters.some((counter) => assigned(node.statement, counter))) return true;
    const name = `turn${++count}of`;
    edits.push(
      insert(node.statement.getStart() + 1, ` const ${name} = (): void => {`),
      insert(node.statement.getEnd() - 1, `}; ${name}(); `),
    );
    return true;
  });
  return applyEdits(source, edits);
}

const resized = (body: ts.Node, array: string): boolean =>
  new RegExp(`\\b${array}(\\.(push|pop|shift|unshift|length) ?[=(]| = |[,\\]])`).test(body.getText());

/** `for (let i = 0; i < a.length; i++)` as `a.forEach`. */
export function loopsToCallbacks(source: string): string {
  const edits: Edit[] = [];
  eachNode(parse(source), (node) => {
    if (!ts.isForStatement(node) || !ts.isBlock(node.statement) || ts.isLabeledStatement(node.parent)) return true;
    const head = source.slice(node.getStart(), node.statement.getStart());
    const [, i = "", array = ""] = /^for \(let (\w+) = 0; \1 < (\w+)\.length; (?:\1\+\+|\+\+\1)\) $/.exec(head) ?? [];
    if (i === "" || leaves(node.statement) || resized(node.statement, array) || assigned(node.statement, i))
      return true;
    edits.push(
      { start: node.getStart(), end: node.statement.getStart(), text: `${array}.forEach((_each, ${i}: number) => ` },
      insert(node.getEnd(), ");"),
    );
    return true;
  });
  return applyEdits(source, edits);
}

const assigned = (body: ts.Node, name: string): boolean =>
  contains(body, (node) => {
    if (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node))
      return node.operand.getText() === name && /\+\+|--/.test(node.getText());
    return (
      ts.isBinaryExpression(node) && node.left.getText() === name && /(^|[^=!<>])=$/.test(node.operatorToken.getText())
    );
  });

/** `forEach` and `reduce` as loops. */
export function callbacksToLoops(source: string): string {
  const edits: Edit[] = [];
  let count = 0;
  eachNode(parse(source), (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return true;
    const { name, expression: array } = node.expression;
    const [callback, first] = node.arguments;
    if (callback === undefined || !ts.isArrowFunction(callback) || !/^[\w.]+$/.test(array.getText())) return true;
    const params = callback.parameters.map((parameter) => parameter.getText());
    if (name.text === "forEach" && ts.isExpressionStatement(node.parent) && ts.isBlock(callback.body)) {
      if (leaves(callback.body) || resized(callback.body, array.getText())) return true;
      const i = params[1]?.replace(/:.*/, "") ?? `at${++count}of`;
      const head = `for (let ${i} = 0; ${i} < ${array.getText()}.length; ${i}++) { const ${params[0] ?? "_each"} = ${array.getText()}[${i}]!; `;
      edits.push(
        { start: node.getStart(), end: callback.body.getStart(), text: head },
        { start: callback.body.getEnd(), end: node.parent.getEnd(), text: "}" },
      );
    } else if (name.text === "reduce" && first !== undefined && !ts.isBlock(callback.body)) {
      const [sum = "s", value = "v", position] = params;
      const i = position ?? `at${++count}of`;
      // What the fold starts with is evaluated before anything of the array is read.
      const head = `((${sum}: number) => { for (let ${i} = 0; ${i} < ${array.getText()}.length; ${i}++) { const ${value} = ${array.getText()}[${i}]!; ${sum} = `;
      edits.push(
        { start: node.getStart(), end: callback.body.getStart(), text: head },
        { start: callback.body.getEnd(), end: first.getStart(), text: `; } return ${sum}; })(` },
      );
    }
    return true;
  });
  return applyEdits(source, edits);
}

/** How often each name is declared in a function. */
function declarations(f: ts.Node): Map<string, number> {
  const found = new Map<string, number>();
  eachNode(f, (node) => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name))
      found.set(node.name.text, (found.get(node.name.text) ?? 0) + 1);
    return true;
  });
  return found;
}

/** An identifier that stands for a variable: not the name of a property, a declaration or a label. */
function isUse(node: ts.Node): node is ts.Identifier {
  if (!ts.isIdentifier(node)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) return parent.name !== node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  return (
    !ts.isTypeNode(parent) &&
    !ts.isBreakOrContinueStatement(parent) &&
    !ts.isLabeledStatement(parent) &&
    !ts.isFunctionDeclaration(parent)
  );
}

/** What local functions read of the function around them, as parameters of theirs; only where nothing can change in between. */
export function passCaptured(source: string): string {
  const f = mainOf(parse(source));
  if (f?.body === undefined) return source;
  const names = declarations(f);
  const edits: Edit[] = [];
  const functions = new Map<string, { readonly node: ts.ArrowFunction; readonly uses: ts.Identifier[] }>();
  eachNode(f.body, (node) => {
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer !== undefined &&
      ts.isArrowFunction(node.initializer) &&
      ts.isIdentifier(node.name)
    )
      functions.set(node.name.text, { node: node.initializer, uses: [] });
    if (isUse(node)) functions.get(node.text)?.uses.push(node);
    return true;
  });
  const touched: ts.Node[] = [];
  for (const [name, { node, uses }] of functions) {
    if (
      names.get(name) !== 1 ||
      uses.some((use) => !(ts.isCallExpression(use.parent) && use.parent.expression === use))
    )
      continue;
    if (contains(node.body, (inner) => ts.isCallExpression(inner) && !inner.expression.getText().startsWith("Math.")))
      continue;
    if (
      node.parameters.some(
        (parameter) => parameter.dotDotDotToken !== undefined || parameter.questionToken !== undefined,
      )
    )
      continue;
    const own = declarations(node);
    const captured = new Set<string>();
    eachNode(node.body, (inner) => {
      if (isUse(inner) && names.get(inner.text) === 1 && !own.has(inner.text)) captured.add(inner.text);
      return true;
    });
    const fixed = [...captured].filter((each) => !assigned(node.body, each) && !functions.has(each));
    const overlaps = touched.some((other) => other.pos <= node.pos && node.end <= other.end);
    const calls = uses.map(({ parent }) => parent).filter(ts.isCallExpression);
    const nested = calls.some((call) =>
      contains(
        call,
        (inner) =>
          inner !== call &&
          isUse(inner) &&
          functions.has(inner.text) &&
          inner.text === name &&
          inner !== call.expression,
      ),
    );
    if (
      fixed.length === 0 ||
      overlaps ||
      nested ||
      calls.some((call) => call.arguments.length < node.parameters.length)
    )
      continue;
    touched.push(node);
    const close = source.lastIndexOf(")", node.type?.getStart() ?? node.equalsGreaterThanToken.getStart());
    edits.push(
      insert(
        close,
        `${node.parameters.length > 0 ? ", " : ""}${fixed.map((each) => `${each}Given: typeof ${each}`).join(", ")}`,
      ),
    );
    eachNode(node.body, (inner) => {
      if (isUse(inner) && fixed.includes(inner.text))
        edits.push(
          replace(
            inner,
            ts.isShorthandPropertyAssignment(inner.parent) ? `${inner.text}: ${inner.text}Given` : `${inner.text}Given`,
          ),
        );
      return true;
    });
    for (const call of calls)
      edits.push(insert(call.getEnd() - 1, `${call.arguments.length > 0 ? ", " : ""}${fixed.join(", ")}`));
  }
  return applyEdits(source, edits);
}

/** Variables that are assigned, each as the one field of an object. */
export function boxVariables(source: string): string {
  const edits: Edit[] = [];
  const file = parse(source);
  for (const f of file.statements.filter(ts.isFunctionDeclaration)) {
    const names = declarations(f);
    const boxed = new Set<string>();
    // What closes an object stands after everything else that is put there.
    const closing: Edit[] = [];
    eachNode(f, (node) => {
      if (!ts.isVariableStatement(node) || (node.declarationList.flags & ts.NodeFlags.Let) === 0) return true;
      const [declaration, ...more] = node.declarationList.declarations;
      if (declaration?.initializer === undefined || more.length > 0 || !ts.isIdentifier(declaration.name)) return true;
      if (names.get(declaration.name.text) !== 1 || declaration.type?.kind === ts.SyntaxKind.UnionType) return true;
      // A variable may hold one function and then another; a member of an object may not.
      if (declaration.type?.kind === ts.SyntaxKind.FunctionType) return true;
      boxed.add(declaration.name.text);
      const type = declaration.type === undefined ? "" : `: { value: ${declaration.type.getText()} }`;
      const { initializer } = declaration;
      edits.push({
        start: node.declarationList.getStart(),
        end: initializer.getStart(),
        text: `const ${declaration.name.text}${type} = { value: `,
      });
      closing.push(insert(initializer.getEnd(), " }"));
      return true;
    });
    eachNode(f, (node) => {
      if (!isUse(node) || !boxed.has(node.text)) return true;
      edits.push(
        ts.isShorthandPropertyAssignment(node.parent)
          ? insert(node.getEnd(), `: ${node.text}.value`)
          : insert(node.getEnd(), ".value"),
      );
      return true;
    });
    edits.push(...closing);
  }
  return applyEdits(source, edits);
}
