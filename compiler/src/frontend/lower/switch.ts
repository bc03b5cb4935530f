/**
 * `switch`. Where no clause falls through it is a chain of `if`s, and exits in it nest like those of an `if`. Otherwise
 * the chain computes the number of the first clause that runs, and each clause stands under a test of that number.
 */
import { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import { num } from "../../ir/types.js";
import type { Exits } from "../exits.js";
import { equalsAmong } from "./choice.js";
import type { FunctionContext } from "./context.js";
import { branchPiece, branchValue, type Piece, runPieces } from "./flow.js";
import { inConstruct } from "./jumps.js";
import { primitive } from "./primitive.js";

export function switchPieces(
  context: FunctionContext,
  node: ts.SwitchStatement,
  piecesOf: (nodes: readonly ts.Statement[]) => readonly Piece[],
): readonly Piece[] {
  const groups = chain(context, node);
  if (groups !== undefined) return chainPieces(context, node, groups, piecesOf);
  const exits = context.exits.of(node);
  return [{ kind: "plain", exits, run: () => lowerFallthrough(context, node, piecesOf) }];
}

/** Clauses with the labels that lead to them. */
interface Group {
  readonly labels: readonly ts.Expression[];
  readonly isDefault: boolean;
  readonly body: readonly ts.Statement[];
}

/** The clauses as alternatives, or nothing where one falls through or leaves from its middle. */
function chain(context: FunctionContext, node: ts.SwitchStatement): readonly Group[] | undefined {
  const groups: Group[] = [];
  let labels: ts.Expression[] = [];
  let isDefault = false;
  const { clauses } = node.caseBlock;
  for (const [i, clause] of clauses.entries()) {
    if (ts.isDefaultClause(clause)) isDefault = true;
    else labels.push(clause.expression);
    if (clause.statements.length === 0 && i < clauses.length - 1) continue;
    const flat = unwrapBlock(clause.statements);
    const last = flat.at(-1);
    const breaksAtEnd =
      last !== undefined &&
      ts.isBreakStatement(last) &&
      context.exits.jump(last)?.kind === "break" &&
      isBreakOf(context, last, node);
    const body = breaksAtEnd ? flat.slice(0, -1) : flat;
    const exits = context.exits.ofAll(body);
    if (exits.to.some((e) => e.kind === "break" && e.target === node)) return undefined;
    if (!breaksAtEnd && !exits.always && i < clauses.length - 1) return undefined;
    // A default among other labels, or before them, is reached when none of them matches.
    groups.push({ labels, isDefault, body });
    labels = [];
    isDefault = false;
  }
  return groups;
}

function unwrapBlock(statements: readonly ts.Statement[]): readonly ts.Statement[] {
  const [only] = statements;
  return statements.length === 1 && only !== undefined && ts.isBlock(only) ? only.statements : statements;
}

function isBreakOf(context: FunctionContext, statement: ts.BreakStatement, node: ts.SwitchStatement): boolean {
  const exit = context.exits.jump(statement);
  return exit !== undefined && exit.kind === "break" && exit.target === node;
}

function chainPieces(
  context: FunctionContext,
  node: ts.SwitchStatement,
  groups: readonly Group[],
  piecesOf: (nodes: readonly ts.Statement[]) => readonly Piece[],
): readonly Piece[] {
  let subject: Value | undefined;
  const evaluate: Piece = {
    kind: "plain",
    exits: { always: false, to: context.exits.ofParts([node.expression]) },
    run: () => {
      subject = context.expression(node.expression);
    },
  };
  const fallback = groups.find((g) => g.isDefault);
  let rest: readonly Piece[] = fallback === undefined ? [] : piecesOf(fallback.body);
  // The tests of a default's own labels lead where not matching leads; they are left out when they have no effect.
  for (const group of groups.toReversed()) {
    if (group.isDefault || group.labels.length === 0) continue;
    const otherwise = rest;
    const thrown = context.exits.ofParts(group.labels);
    rest = [branchPiece(() => anyOf(context, subject, group.labels), piecesOf(group.body), otherwise, thrown)];
  }
  return [evaluate, ...rest];
}

function anyOf(context: FunctionContext, subject: Value | undefined, labels: readonly ts.Expression[]): Value {
  let result: Value | undefined;
  for (const label of labels) {
    const test = equals(context, subject, label);
    result = result === undefined ? test : primitive(context, label, "or", [result, test]);
  }
  return result ?? context.constant(false);
}

function equals(context: FunctionContext, subject: Value | undefined, label: ts.Expression): Value {
  const v = context.expression(label);
  if (subject === undefined) return context.constant(false);
  const among =
    context.isRefused(subject) || context.isRefused(v) ? undefined : equalsAmong(context, subject, v, label);
  if (among !== undefined) return among;
  return primitive(context, label, "eq", [subject, context.coerce(v, subject.type, label)]);
}

function lowerFallthrough(
  context: FunctionContext,
  node: ts.SwitchStatement,
  piecesOf: (nodes: readonly ts.Statement[]) => readonly Piece[],
): void {
  const subject = context.expression(node.expression);
  const { clauses } = node.caseBlock;
  const fallback = clauses.findIndex((c) => ts.isDefaultClause(c));
  const find = (at: number): Value => {
    const clause = clauses[at];
    if (clause === undefined) return context.constant(fallback === -1 ? clauses.length : fallback);
    if (ts.isDefaultClause(clause)) return find(at + 1);
    const test = equals(context, subject, clause.expression);
    return branchValue(
      context,
      test,
      () => context.constant(at),
      () => find(at + 1),
      { type: num, hint: "clause" },
    );
  };
  const start = find(0);
  inConstruct(context, node, false, () => {
    context.level++;
    const pieces = clauses.flatMap((clause, i): Piece[] => {
      if (clause.statements.length === 0) return [];
      const reached = (): Value => primitive(context, clause, "le", [start, context.constant(i)]);
      return [
        branchPiece(
          reached,
          [{ kind: "block", exits: exitsOfClause(context, clause), inner: () => piecesOf(clause.statements) }],
          [],
        ),
      ];
    });
    runPieces(context, pieces);
    context.level--;
  });
}

const exitsOfClause = (context: FunctionContext, clause: ts.CaseOrDefaultClause): Exits =>
  context.exits.ofAll(clause.statements);
