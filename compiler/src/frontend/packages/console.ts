/** Functions of packages that write their arguments to the console, and do nothing else that a user could tell. */
import { ts } from "ts-morph";
import type { FunctionNode } from "../source.js";
import { packageOf } from "./resolve.js";

interface Form {
  readonly method: string;
  /** What the package writes in front. */
  readonly before: string;
}

/** `three` lets its messages be sent elsewhere, through a variable of its module; a message is no result. */
const known: ReadonlyMap<string, { readonly before: string; readonly names: readonly string[] }> = new Map([
  ["three", { before: "THREE.", names: ["log", "warn", "error"] }],
]);

function formOf(node: FunctionNode): Form | undefined {
  if (!ts.isFunctionDeclaration(node) || !ts.isSourceFile(node.parent)) return undefined;
  const found = known.get(packageOf(node.getSourceFile().fileName) ?? "");
  const method = node.name?.text ?? "";
  return found?.names.includes(method) === true ? { method, before: found.before } : undefined;
}

export const writesToConsole = (node: FunctionNode): boolean => formOf(node) !== undefined;

export const consoleForm = (node: FunctionNode): Form => formOf(node) ?? { method: "log", before: "" };
