/** What a class may not have, so that its instances can be followed. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { className, type ClassNode } from "../classes.js";
import { hasModifier, isRuntimeSymbol, original, spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";

/** Reports what cannot be followed in a class and what it extends. Is there anything? */
export function refuseClass(context: FunctionContext, cls: ClassNode, from: ts.Node): boolean {
  const { table } = context.file.types;
  let refused = false;
  const refuse = (node: ts.Node, what: string, why: string, rewrite: string): void => {
    refused = true;
    const related = [{ span: spanOf(from), message: "It is used here." }];
    context.report({ ...language.classForm(spanOf(node), what, why, rewrite), related });
  };
  for (const at of table.chain(cls)) {
    const extended = table.heritage(at);
    const base = table.base(at);
    if (extended !== undefined && (base === undefined || base.getSourceFile().isDeclarationFile)) {
      const name = extended.expression.getText().split("\n")[0] ?? "";
      const isCall = ts.isCallExpression(extended.expression);
      refuse(
        extended,
        `The class \`${className(at)}\``,
        isCall
          ? `It extends what \`${name}\` returns, which is known only when the program runs`
          : `It extends \`${name}\`, which is not a class whose source can be read`,
        isCall
          ? "Write the members of the mixin in the class"
          : "Keep an instance of it in a field instead of extending it",
      );
    }
    for (const decorator of decoratorsOf(context, at)) {
      refuse(
        decorator,
        `The decorator \`${decorator.getText().split("\n")[0] ?? ""}\``,
        "It may replace what it stands on when the program runs",
        "Remove it from classes that are differentiated",
      );
    }
    for (const member of at.members) {
      if (ts.isPropertyDeclaration(member) && hasModifier(member, ts.SyntaxKind.AccessorKeyword))
        refuse(
          member,
          "An `accessor` field",
          "It is a pair of functions that TypeScript writes",
          "Declare an ordinary field",
        );
      else if (member.name !== undefined && ts.isComputedPropertyName(member.name) && !isLibrarySymbol(member.name))
        refuse(
          member.name,
          "A member with a computed name",
          "Which member it is is known only when the program runs",
          "Write the name out",
        );
    }
  }
  return refused;
}

/** `[Symbol.iterator]` and the like: never called by name. */
const isLibrarySymbol = (name: ts.ComputedPropertyName): boolean => /^Symbol\.\w+$/.test(name.expression.getText());

/** Decorators that are not `@differentiable`. */
function decoratorsOf(context: FunctionContext, cls: ClassNode): ts.Decorator[] {
  const all = [...(ts.canHaveDecorators(cls) ? (ts.getDecorators(cls) ?? []) : [])];
  for (const member of cls.members) if (ts.canHaveDecorators(member)) all.push(...(ts.getDecorators(member) ?? []));
  return all.filter((d) => {
    const callee = ts.isCallExpression(d.expression) ? d.expression.expression : d.expression;
    const symbol = context.file.checker.getSymbolAtLocation(callee);
    return symbol === undefined || !isRuntimeSymbol(original(context.file.checker, symbol), "differentiable");
  });
}

/** What has a class in some cases, and is written out in others. */
export const literalForm = (node: ts.Node, what: string) =>
  language.classForm(
    spanOf(node),
    what,
    "A class has its members in common for all its objects, a literal has its own",
    "Write a class for the literal",
  );
