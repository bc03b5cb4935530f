/**
 * `try`. What leaves its block by `return`, `break` or `continue` passes through `finally`. A `throw` written in the block
 * goes to the handler; an exception from a call leaves the function, in generated code, as if there were no handler: the
 * user is told so.
 */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Type } from "../../ir/ir.js";
import { bool } from "../../ir/types.js";
import { spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { newFlag } from "./env.js";
import type { Hidden } from "./env.js";
import { branchPiece, inConstruct, type Piece, runPieces, takeExit } from "./flow.js";
import { errorText } from "./foreign.js";

type ToPieces = (nodes: readonly ts.Statement[]) => readonly Piece[];

const caught: Type = { kind: "opaque", text: "any" };

export function tryPiece(context: FunctionContext, node: ts.TryStatement, piecesOf: ToPieces): Piece {
  return { kind: "plain", exits: context.exits.of(node), run: () => lowerTry(context, node, piecesOf) };
}

function lowerTry(context: FunctionContext, node: ts.TryStatement, piecesOf: ToPieces): void {
  const { catchClause, finallyBlock, tryBlock } = node;
  const inner = (block: ts.Block): void => {
    context.level++;
    runPieces(context, piecesOf(block.statements));
    context.level--;
  };
  if (catchClause === undefined) inner(tryBlock);
  else {
    warnOfCalls(context, tryBlock);
    const error: Hidden = { hidden: "result" };
    context.env.declare(error, { type: caught, hint: "error", level: context.level });
    const thrown = newFlag();
    context.env.declare(thrown, { type: bool, hint: "thrown", level: context.level }, context.b.const(false));
    const before = context.needed;
    inConstruct(context, tryBlock, false, (construct) => {
      construct.handler = { error, thrown };
      context.needed = new Set(before).add(thrown);
      inner(tryBlock);
    });
    context.needed = before;
    if (context.exits.isThrownIn(tryBlock) && !context.dead) {
      const handler: Piece = {
        kind: "plain",
        exits: context.exits.of(catchClause.block),
        run: () => {
          const name = catchClause.variableDeclaration?.name;
          if (name !== undefined) context.lowering.bind(context, name, context.current(error));
          inner(catchClause.block);
        },
      };
      context.level++;
      runPieces(context, [branchPiece(() => context.current(thrown), [handler], [])]);
      context.level--;
    }
  }
  if (finallyBlock !== undefined && !context.dead) inner(finallyBlock);
}

/** `throw` in the block of a `try` with a handler; false where there is none. */
export function throwToHandler(context: FunctionContext, node: ts.ThrowStatement): boolean {
  const exit = context.exits.thrown(node);
  if (exit === undefined || exit.kind !== "break") return false;
  const construct = context.constructs.findLast((c) => c.node === exit.target);
  if (construct?.handler !== undefined) {
    const written = errorText(context, node);
    if (written === undefined) context.report(language.thrownValue(spanOf(node.expression)));
    const { text, args, imports } = written ?? { text: ["undefined"], args: [] };
    const result = value(caught, "error");
    context
      .at(node)
      .push({ kind: "foreign", text, args, pure: false, result, ...(imports === undefined ? {} : { imports }) });
    context.env.set(construct.handler.error, result);
    context.env.set(construct.handler.thrown, context.b.const(true));
  }
  takeExit(context, exit);
  return true;
}

/** An exception from a function that says `throw` does not arrive in the handler. */
function warnOfCalls(context: FunctionContext, block: ts.Block): void {
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isCallExpression(node)) {
      const body = context.file.calleeBody(node);
      if (body !== "pure" && body !== undefined && mayThrow(context, body, new Set()))
        context.report(meaning.uncaught(spanOf(node), node.expression.getText()));
    }
    ts.forEachChild(node, visit);
  };
  visit(block);
}

function mayThrow(context: FunctionContext, node: ts.Node, seen: Set<ts.Node>): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  const visit = (at: ts.Node): boolean => {
    if (ts.isThrowStatement(at)) return true;
    if (ts.isCallExpression(at)) {
      const body = context.file.calleeBody(at);
      if (body !== "pure" && body !== undefined && mayThrow(context, body, seen)) return true;
    }
    return ts.forEachChild(at, (child) => visit(child) || undefined) ?? false;
  };
  return visit(node);
}
