/**
 * `try`. What leaves its block by `return`, `break` or `continue` passes through `finally`. A `throw` written in the block
 * goes to the handler; so does what the functions throw that the block calls (`guards.ts`).
 */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { TypeImport, Value } from "../../ir/ir.js";
import { bool } from "../../ir/types.js";
import { caughtError, ownErrorClass } from "../error-classes.js";
import { bare, spanOf } from "../source.js";
import type { FunctionContext, TextWithHoles } from "./context.js";
import { newFlag } from "./env.js";
import type { Hidden } from "./env.js";
import { branchPiece, type Piece, runPieces } from "./flow.js";
import { inConstruct } from "./jumps.js";
import { errorText } from "./foreign.js";
import { thrownData } from "./thrown-data.js";
import { catcherOf, caughtType, handOver } from "./guards.js";

type ToPieces = (nodes: readonly ts.Statement[]) => readonly Piece[];

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
    const error: Hidden = { hidden: "result" };
    context.env.declare(error, { type: caughtType, hint: "error", level: context.level });
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

interface Written extends TextWithHoles {
  readonly imports?: readonly TypeImport[];
  readonly members?: readonly Value[];
}

/** `throw` where a handler catches it, in the function or in one that calls it; false where there is none. */
export function throwToHandler(context: FunctionContext, node: ts.ThrowStatement): boolean {
  const exit = context.exits.thrown(node);
  if (exit === undefined) return false;
  const catcher = catcherOf(context, exit);
  if (catcher !== undefined) {
    const written: Written | undefined = errorText(context, node, caughtError) ?? thrownData(context, node);
    if (written === undefined && exit.kind === "return" && !ts.isObjectLiteralExpression(bare(node.expression))) {
      // The function itself throws it, past the handler.
      context.report(meaning.uncaught(spanOf(node), context.signature?.source ?? ""));
      return false;
    }
    if (written === undefined) {
      const thrown = bare(node.expression);
      const name = ts.isNewExpression(thrown) ? ownErrorClass(context.file, thrown.expression) : undefined;
      const span = spanOf(node.expression);
      context.report(name === undefined ? language.thrownValue(span) : language.errorNotExported(span, name));
    }
    const { text, args, imports, members = [] }: Written = written ?? { text: ["undefined"], args: [] };
    for (const member of members) context.throws(member, node.expression);
    const result = value(caughtType, "error");
    context
      .at(node)
      .push({ kind: "foreign", text, args, pure: false, result, ...(imports === undefined ? {} : { imports }) });
    handOver(context, catcher, result);
  }
  return true;
}
