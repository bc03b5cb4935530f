/** What a loop goes over while it puts something into it, or takes something out. */
import { ts } from "ts-morph";
import { eachChild } from "../chains.js";
import { bare, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";

const changing: ReadonlySet<string> = new Set(["add", "set", "delete", "clear"]);

/** Is what `collection` names changed in the code, or in functions that it calls by their names? */
export function isChangedIn(context: FunctionContext, code: ts.Node, collection: ts.Expression): boolean {
  const wanted = namedBy(context, collection);
  if (wanted === undefined) return false;
  return isAnywhere(context, code, (node) => {
    const callee = ts.isCallExpression(node) ? bare(node.expression) : undefined;
    return (
      callee !== undefined &&
      ts.isPropertyAccessExpression(callee) &&
      changing.has(callee.name.text) &&
      namedBy(context, callee.expression) === wanted
    );
  });
}

/** Is a member deleted in the code, or in functions that it calls by their names? */
export const deletesIn = (context: FunctionContext, code: ts.Node): boolean =>
  isAnywhere(context, code, ts.isDeleteExpression);

function isAnywhere(context: FunctionContext, code: ts.Node, isWanted: (node: ts.Node) => boolean): boolean {
  const seen = new Set<ts.Node>();
  const visit = (node: ts.Node): boolean => {
    if (isWanted(node)) return true;
    const called = ts.isCallExpression(node) ? context.file.calleeBody(node) : undefined;
    if (called !== undefined && called !== "pure" && !seen.has(called)) {
      seen.add(called);
      if (visit(called)) return true;
    }
    return eachChild(node, (child) => visit(child) || undefined) === true;
  };
  return visit(code);
}

/** The variable or member that an expression names; of `const other = queue`, what `queue` names. */
function namedBy(context: FunctionContext, node: ts.Expression): ts.Symbol | undefined {
  const { checker } = context.file;
  const inner = bare(node);
  if (ts.isPropertyAccessExpression(inner)) return symbolOf(checker, inner.name);
  if (!ts.isIdentifier(inner)) return undefined;
  const symbol = symbolOf(checker, inner);
  const declared = symbol?.valueDeclaration;
  const init = declared !== undefined && ts.isVariableDeclaration(declared) ? declared.initializer : undefined;
  const other = init === undefined ? undefined : namedBy(context, init);
  return other ?? symbol;
}
