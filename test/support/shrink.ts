/**
 * Makes a failing program small: drops statements, takes branches and loops apart, puts simpler expressions in the place
 * of others, drops parameters, and keeps every change after which the program still fails in the same way.
 */
import ts from "typescript";
import { applyEdits, eachNode, type Edit, parse, replace } from "./edits.js";

export interface Failing {
  readonly source: string;
  readonly cases: readonly (readonly unknown[])[];
}

/** Which of the candidates still fail in the same way. */
export type StillFails = (candidates: readonly Failing[]) => readonly boolean[];

export function shrink(
  program: Failing,
  stillFails: StillFails,
  log: (text: string) => void = () => undefined,
): Failing {
  protectMath();
  let current = oneCase(program, stillFails);
  for (let round = 1; round <= 60; round++) {
    const smaller = shrinkOnce(current, stillFails);
    if (smaller === undefined) return current;
    current = smaller;
    log(`round ${round}: ${current.source.length} characters`);
  }
  return current;
}

/** Half a program may assign to `Math.sin`: let that throw. (`Math.random` is replaced by the judges.) */
function protectMath(): void {
  for (const name of Object.getOwnPropertyNames(Math)) {
    const { configurable = false } = Object.getOwnPropertyDescriptor(Math, name) ?? {};
    if (configurable && name !== "random") Object.defineProperty(Math, name, { writable: false });
  }
}

function oneCase(program: Failing, stillFails: StillFails): Failing {
  const single = program.cases.map((one) => ({ source: program.source, cases: [one] }));
  const kept = stillFails(single).indexOf(true);
  return single[kept] ?? program;
}

interface Change {
  readonly edits: readonly Edit[];
  /** The argument that goes with a dropped parameter. */
  readonly dropArgument?: number;
  readonly saves: number;
}

const chunk = 40;

/** Tries the changes, largest first, a chunk at a time; makes as many of those that keep the failure as go together. */
function shrinkOnce(program: Failing, stillFails: StillFails): Failing | undefined {
  const candidates = changes(program.source).sort((a, b) => b.saves - a.saves);
  for (let at = 0; at < candidates.length; at += chunk) {
    const tried = candidates.slice(at, at + chunk);
    const fails = stillFails(tried.map((change) => apply(program, [change])));
    const good = tried.filter((_, i) => fails[i] === true);
    const [best] = good;
    if (best === undefined) continue;
    const together = compatible(good);
    const combined = [together, together.slice(0, Math.ceil(together.length / 2))]
      .filter((set) => set.length > 1)
      .map((set) => apply(program, set));
    const kept = combined.length > 0 ? stillFails(combined).indexOf(true) : -1;
    return combined[kept] ?? apply(program, [best]);
  }
  return undefined;
}

function apply(program: Failing, made: readonly Change[]): Failing {
  const source = applyEdits(
    program.source,
    made.flatMap(({ edits }) => edits),
  );
  const dropped = new Set(made.map(({ dropArgument }) => dropArgument));
  return { source: tidy(source), cases: program.cases.map((args) => args.filter((_, i) => !dropped.has(i))) };
}

const tidy = (source: string): string => source.replaceAll(/^\s*\n/gm, "");

/** Changes that touch different places, and at most one dropped parameter. */
function compatible(good: readonly Change[]): Change[] {
  const chosen: Change[] = [];
  const overlaps = (a: Edit, b: Edit): boolean => a.start < b.end && b.start < a.end;
  for (const change of good) {
    const clashes = chosen.some(
      (other) =>
        other.edits.some((a) => change.edits.some((b) => overlaps(a, b))) ||
        (other.dropArgument !== undefined && change.dropArgument !== undefined),
    );
    if (!clashes) chosen.push(change);
  }
  return chosen;
}

/** Everything that might be tried on a source. */
function changes(source: string): Change[] {
  const file = parse(source);
  const found: Change[] = [];
  const offer = (...edits: readonly Edit[]): void => {
    const saves = edits.reduce((sum, { start, end, text }) => sum + end - start - text.length, 0);
    if (saves > 0) found.push({ edits, saves });
  };
  eachNode(file, (node) => {
    if (ts.isBlock(node) || ts.isSourceFile(node) || ts.isCaseOrDefaultClause(node)) removals(node.statements, offer);
    if (ts.isStatement(node)) simplerStatements(node, offer);
    if (ts.isCaseOrDefaultClause(node)) offer(replace(node, ""));
    if (isValue(node)) simplerExpressions(node, offer);
    if (ts.isFunctionDeclaration(node)) found.push(...droppedParameters(file, node));
    return !ts.isTypeNode(node);
  });
  return found;
}

type Offer = (...edits: readonly Edit[]) => void;

/** Each statement alone, and halves and quarters of the list. */
function removals(statements: readonly ts.Statement[], offer: Offer): void {
  for (let size = Math.floor(statements.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < statements.length; at += size) {
      const first = statements[at];
      const last = statements[Math.min(at + size, statements.length) - 1];
      if (first !== undefined && last !== undefined)
        offer({ start: first.getFullStart(), end: last.getEnd(), text: "" });
    }
  }
}

function simplerStatements(node: ts.Statement, offer: Offer): void {
  const by = (...parts: readonly (ts.Node | undefined)[]): void => {
    for (const part of parts) if (part !== undefined) offer(replace(node, part.getText()));
  };
  if (ts.isIfStatement(node)) {
    by(node.thenStatement, node.elseStatement);
    if (node.elseStatement !== undefined) offer({ start: node.thenStatement.getEnd(), end: node.getEnd(), text: "" });
  } else if (ts.isForStatement(node)) {
    const start = node.initializer === undefined ? "" : `${node.initializer.getText()}; `;
    offer(replace(node, `{ ${start}${node.statement.getText()} }`));
  } else if (ts.isIterationStatement(node, false)) by(node.statement);
  else if (ts.isLabeledStatement(node)) by(node.statement);
  else if (ts.isBlock(node) && (ts.isBlock(node.parent) || ts.isCaseOrDefaultClause(node.parent))) {
    offer(replace(node, node.statements.map((statement) => statement.getText()).join("\n")));
  } else if (ts.isSwitchStatement(node)) {
    for (const clause of node.caseBlock.clauses)
      offer(replace(node, `{ ${clause.statements.map((statement) => statement.getText()).join("\n")} }`));
  }
}

/** An expression that is read for its value (not written, not called, not a type). */
function isValue(node: ts.Node): node is ts.Expression {
  if (!ts.isExpression(node)) return false;
  const { parent } = node;
  if (ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.getText().endsWith("="))
    return false;
  return !((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression === node);
}

function simplerExpressions(node: ts.Expression, offer: Offer): void {
  const length = node.getWidth();
  const inside: ts.Expression[] = [];
  ts.forEachChild(node, (child) => {
    if (ts.isExpression(child)) inside.push(child);
  });
  for (const part of inside) if (part.getWidth() < length) offer(replace(node, part.getText()));
  // Deeper parts too: an operand of an operand may be all that matters.
  for (const part of inside) {
    ts.forEachChild(part, (child) => {
      if (ts.isExpression(child) && child.getWidth() < length) offer(replace(node, child.getText()));
    });
  }
  if (length > 1 && !ts.isNumericLiteral(node)) for (const text of ["1", "2"]) offer(replace(node, text));
  if (length > 5) for (const text of ["true", "false"]) offer(replace(node, text));
  if (ts.isNumericLiteral(node) && length > 1) offer(replace(node, "1"));
}

/** A parameter of a function dropped, with its argument in every call, its case and its name in `wrt`. */
function droppedParameters(file: ts.SourceFile, node: ts.FunctionDeclaration): Change[] {
  const name = node.name?.text;
  return node.parameters.map((parameter, position) => {
    const edits = [removeFromList(node.parameters, position)];
    eachNode(file, (inner) => {
      if (ts.isCallExpression(inner) && inner.expression.getText() === name && inner.arguments.length > position) {
        edits.push(removeFromList(inner.arguments, position));
      }
      return true;
    });
    const main = name === "f";
    if (main) {
      const comment = file.text.slice(node.getFullStart(), node.getStart());
      const without = comment.replace(/wrt=([\w$,]+)/, (_, list: string) => {
        const kept = list.split(",").filter((item) => item !== parameter.name.getText());
        return kept.length > 0 ? `wrt=${kept.join(",")}` : "";
      });
      edits.push({ start: node.getFullStart(), end: node.getStart(), text: without });
    }
    return { edits, saves: parameter.getWidth(), ...(main ? { dropArgument: position } : {}) };
  });
}

/** One element of a list with the comma that goes with it. */
function removeFromList(list: readonly ts.Node[], position: number): Edit {
  const node = list[position];
  const next = list[position + 1];
  const previous = list[position - 1];
  if (node === undefined) throw new Error("no such element");
  if (next !== undefined) return { start: node.getStart(), end: next.getStart(), text: "" };
  return { start: previous?.getEnd() ?? node.getStart(), end: node.getEnd(), text: "" };
}
