/** The text of a function as the source has it. */
import { ts } from "ts-morph";
import type { Loc } from "../ir/ir.js";

export interface FunctionText {
  /** Number of the first line, from 1. */
  readonly first: number;
  readonly lines: readonly string[];
}

/** The lines of the function that begins at a place, or around it; whole lines, without the doc comment. */
export function functionText(file: ts.SourceFile, at: Loc): FunctionText | undefined {
  const position = file.getPositionOfLineAndCharacter(at.line - 1, at.column - 1);
  let around: ts.Node | undefined;
  let beginning: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (position < node.getStart(file) || position >= node.getEnd()) return;
    if (ts.isFunctionLike(node) || ts.isPropertyDeclaration(node)) {
      around = node;
      if (node.getStart(file) === position) beginning ??= node;
    }
    // `const f = (x) => …` begins at its name.
    if (ts.isVariableDeclaration(node) && node.getStart(file) === position) beginning ??= node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  const node = beginning ?? around;
  if (node === undefined) return undefined;
  const first = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
  const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
  return { first: first + 1, lines: file.text.split(/\r?\n/).slice(first, last + 1) };
}
