/** `text.replace(pattern, (found) => …)`: a function from text to text, written as it is in the source. */
import { ts } from "ts-morph";
import { eachChild } from "../chains.js";
import { bare, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";

/** The source of a function that uses nothing but what it is given and JavaScript's library; absent where it uses more. */
export function closedFunction(context: FunctionContext, node: ts.Expression): string | undefined {
  const written = bare(node);
  if (!ts.isArrowFunction(written) && !ts.isFunctionExpression(written)) return undefined;
  return isClosed(context, written, written) ? written.getText() : undefined;
}

function isClosed(context: FunctionContext, node: ts.Node, within: ts.Node): boolean {
  const { kind } = node;
  if (kind === ts.SyntaxKind.ThisKeyword || kind === ts.SyntaxKind.TypeReference) return false;
  if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) return false;
  if (ts.isIdentifier(node) && !isKnown(context, node, within)) return false;
  return eachChild(node, (child) => (isClosed(context, child, within) ? undefined : true)) !== true;
}

/** Declared in the function itself, a member of something, or a global of the library that gives the same whenever it is asked. */
function isKnown(context: FunctionContext, node: ts.Identifier, within: ts.Node): boolean {
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  if (isMember || (ts.isPropertyAssignment(parent) && parent.name === node)) return true;
  const declarations = symbolOf(context.file.checker, node)?.declarations ?? [];
  const isOwn = declarations.every(
    (d) => d.getSourceFile() === within.getSourceFile() && d.pos >= within.pos && d.end <= within.end,
  );
  if (declarations.length > 0 && isOwn) return true;
  const name = context.file.globalName(node);
  if (name === "Math") return ts.isPropertyAccessExpression(parent) && parent.name.text !== "random";
  return (
    name !== undefined && ["Number", "String", "parseInt", "parseFloat", "undefined", "Boolean", "JSON"].includes(name)
  );
}
