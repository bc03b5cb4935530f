/** Calls of a function in the `@example` tags of its comment. */
import { ts } from "ts-morph";

/** The argument lists, as text: `2, [1, 0.5]` of `@example loss(2, [1, 0.5])`. */
export function examplesOf(node: ts.Node, name: string): readonly string[] {
  const holder = ts.isVariableDeclaration(node.parent) ? node.parent : node;
  return ts
    .getJSDocTags(holder)
    .filter((tag) => tag.tagName.text === "example")
    .flatMap((tag) => callsIn(ts.getTextOfJSDocComment(tag.comment) ?? "", name));
}

/** Every `name(…)`, whatever stands before and after it. */
function callsIn(text: string, name: string): string[] {
  const source = ts.createSourceFile("example.ts", text.replace(/^```\w*$/gm, ""), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      const called = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
      if (called === name) found.push(node.arguments.map((a) => a.getText()).join(", "));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
