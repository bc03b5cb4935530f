/** Regular expressions as they are written: which find all there is, which remember where they stopped. */
import { ts } from "ts-morph";
import { bare, isConst, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";

/** Methods of text, which begin at the start of the text and leave the pattern as it was. */
const ofText = new Set(["match", "matchAll", "replace", "replaceAll", "search", "split"]);

/** Does the initialiser make a pattern that remembers where it stopped? */
function remembers(initializer: ts.Expression | undefined): boolean {
  const made = initializer === undefined ? undefined : bare(initializer);
  if (made === undefined) return false;
  if (ts.isRegularExpressionLiteral(made)) return /\/[a-z]*[gy][a-z]*$/.test(made.text);
  if (!(ts.isNewExpression(made) || ts.isCallExpression(made)) || bare(made.expression).getText() !== "RegExp")
    return false;
  const flags = made.arguments?.[1];
  return flags !== undefined && !(ts.isStringLiteralLike(flags) && /^[^gy]*$/.test(flags.text));
}

/** Is a pattern that remembers where it stopped used here in another way than by a method of text? */
export function isPatternAtWork(use: ts.Expression, declaration: { readonly initializer?: ts.Expression }): boolean {
  if (!remembers(declaration.initializer)) return false;
  const { initializer } = declaration;
  const isSticky = initializer !== undefined && /y[a-z]*["']?\)?$/.test(initializer.getText());
  const { parent } = use;
  if (isSticky || !ts.isCallExpression(parent) || parent.arguments[0] !== use) return true;
  const callee = bare(parent.expression);
  return !ts.isPropertyAccessExpression(callee) || !ofText.has(callee.name.text);
}

/** `/…/g`, or a constant that is one: all that matches, as a list of text. Any other match is more than a list. */
export function isGlobalPattern(context: FunctionContext, node: ts.Expression | undefined): boolean {
  let pattern = node === undefined ? undefined : bare(node);
  const declared =
    pattern !== undefined && ts.isIdentifier(pattern)
      ? symbolOf(context.file.checker, pattern)?.valueDeclaration
      : undefined;
  if (declared !== undefined && ts.isVariableDeclaration(declared) && isConst(declared))
    pattern = declared.initializer === undefined ? undefined : bare(declared.initializer);
  return pattern !== undefined && ts.isRegularExpressionLiteral(pattern) && /\/[a-z]*g[a-z]*$/.test(pattern.text);
}
