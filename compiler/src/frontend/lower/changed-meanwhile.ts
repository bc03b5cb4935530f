/** Maps and sets of JavaScript that a loop goes over while it puts something into them, or takes something out. */
import { ts } from "ts-morph";
import { eachChild } from "../chains.js";
import { bare, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";

const changing: ReadonlySet<string> = new Set(["add", "set", "delete", "clear"]);

/** Is what `collection` names changed in the code, or in functions that it calls by their names? */
export function isChangedIn(context: FunctionContext, code: ts.Node, collection: ts.Expression): boolean {
  const wanted = namedBy(context, collection);
  if (wanted === undefined) return false;
  const seen = new Set<ts.Node>();
  const visit = (node: ts.Node): boolean => {
    if (ts.isCallExpression(node)) {
      const callee = bare(node.expression);
      if (ts.isPropertyAccessExpression(callee) && changing.has(callee.name.text)) {
        const owner = bare(callee.expression);
        if (namedBy(context, owner) === wanted) return true;
      }
      const called = context.file.calleeBody(node);
      if (called !== undefined && called !== "pure" && !seen.has(called)) {
        seen.add(called);
        if (visit(called)) return true;
      }
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
