/** How generated code names a class: as itself where it is exported, else by what no instance from outside can have. */
import { ts } from "ts-morph";
import type { TypeImport } from "../../ir/ir.js";
import { className, type ClassNode } from "../classes.js";
import type { FunctionContext } from "./context.js";

export function constructorText(
  context: FunctionContext,
  node: ClassNode,
): { readonly text: string; readonly imports: readonly TypeImport[] } {
  const { types, checker } = context.file;
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  const symbol = named === undefined ? undefined : checker.getSymbolAtLocation(named);
  const file = node.getSourceFile();
  const exported = symbol === undefined ? undefined : types.exportOf(symbol, file);
  if (exported !== undefined) return { text: exported.name, imports: [exported] };
  return { text: JSON.stringify(className(node)), imports: [] };
}
