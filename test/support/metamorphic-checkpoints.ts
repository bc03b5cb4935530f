/** Programs with `@checkpoint` in front of loops and functions: they mean the same, and so do their gradients, to the last bit. */
import ts from "typescript";
import { applyEdits, eachNode, type Edit, parse } from "./edits.js";

/** Two of three loops get the tag, inner ones and outer ones, and one of three functions of the module. */
export function checkpointed(source: string): string {
  const file = parse(source);
  const edits: Edit[] = [];
  let loops = 0;
  let functions = 0;
  // TypeScript attaches a comment to what begins after it where it stands on a line of its own.
  const tag = (node: ts.Node, text: string): void => {
    const at = node.getStart(file);
    edits.push({ start: at, end: at, text: `\n/** @checkpoint${text} */\n` });
  };
  eachNode(file, (node) => {
    if (ts.isFunctionDeclaration(node) && node.parent === file && !isTagged(node) && ++functions % 3 === 2)
      tag(node, "");
    if (ts.isIterationStatement(node, false) && ++loops % 3 !== 2)
      tag(
        ts.isLabeledStatement(node.parent) ? node.parent : node,
        isCounted(node) && loops % 4 === 0 ? " snapshots=2" : "",
      );
    return true;
  });
  return applyEdits(source, edits);
}

/** Is it differentiated, a rule? */
const isTagged = (node: ts.Node): boolean => ts.getJSDocTags(node).length > 0;

/** Is the number of iterations surely known when the loop begins? */
const isCounted = (node: ts.Node): boolean =>
  ts.isForStatement(node) &&
  /^for \(let (\w+) = 0; \1 < (\d+|n|\w+\.length); (\1\+\+|\1 \+= [12])\) /.test(node.getText()) &&
  !/\b(break|return|throw)\b/.test(node.getText());
