/** Changes to source text found by walking its syntax tree. */
import ts from "typescript";

/** Replaces the text from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const parse = (source: string): ts.SourceFile =>
  ts.createSourceFile("source.ts", source, ts.ScriptTarget.ES2022, true);

/** The text with every edit made; of edits that overlap only the first. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  // What is inserted at a place stands before what replaces the text there.
  const inserts = ({ start, end }: Edit): number => (start === end ? 0 : 1);
  const inOrder = [...edits].sort((a, b) => a.start - b.start || inserts(a) - inserts(b) || b.end - a.end);
  let result = "";
  let at = 0;
  for (const { start, end, text } of inOrder) {
    if (start < at) continue;
    result += source.slice(at, start) + text;
    at = end;
  }
  return result + source.slice(at);
}

/** Replaces a node, its comments left alone. */
export const replace = (node: ts.Node, text: string): Edit => ({ start: node.getStart(), end: node.getEnd(), text });

/** Calls `visit` for every node, outer before inner; when it returns false the node's inside is left out. */
export function eachNode(node: ts.Node, visit: (node: ts.Node) => boolean | undefined): void {
  if (visit(node) === false) return;
  ts.forEachChild(node, (child) => eachNode(child, visit));
}

/** Does anything inside `node` (itself included) satisfy `test`? */
export function contains(node: ts.Node, test: (node: ts.Node) => boolean): boolean {
  return test(node) || (ts.forEachChild(node, (child) => contains(child, test) || undefined) ?? false);
}
