/** Calls of a function in the `@example` tags of its comment. */
import { ts } from "ts-morph";

/** The argument lists, as text: `2, [1, 0.5]` of `@example loss(2, [1, 0.5])`. */
export function examplesOf(node: ts.Node, name: string): readonly string[] {
  const isOfInstance =
    ts.isMethodDeclaration(node) && node.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword) !== true;
  const most = isOfInstance ? node.parameters.length : 0;
  const holder = ts.isVariableDeclaration(node.parent) ? node.parent : node;
  return ts
    .getJSDocTags(holder)
    .filter((tag) => tag.tagName.text === "example")
    .flatMap((tag) => callsIn(ts.getTextOfJSDocComment(tag.comment) ?? "", name, isOfInstance ? most : undefined));
}

/**
 * Every `name(…)`, whatever stands before and after it. Of a method of instances with at most `most` parameters, the object comes
 * first: it stands before the method, unless it is passed already.
 */
function callsIn(text: string, name: string, most: number | undefined): string[] {
  const source = ts.createSourceFile("example.ts", text.replace(/^```\w*$/gm, ""), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      const called = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
      const isBefore = most !== undefined && ts.isPropertyAccessExpression(expression) && node.arguments.length <= most;
      const given = isBefore ? [expression.expression, ...node.arguments] : node.arguments;
      if (called === name) found.push(given.map((a) => a.getText()).join(", "));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
