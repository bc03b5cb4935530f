/**
 * What no derivative flows through, kept as text with holes: messages, templates, `console.log`, thrown errors. A hole
 * that is not a plain name is set in parentheses by the text around it.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Type, TypeImport, Value } from "../../ir/ir.js";
import { thrownBySource } from "../../ir/thrown.js";
import { str } from "../../ir/types.js";
import { errorClasses, exportedError, type NamedError } from "../error-classes.js";
import type { FileContext } from "../file-context.js";
import { consoleForm } from "../packages/console.js";
import { bare, type FunctionNode, spanOf } from "../source.js";
import { withMember } from "./choice.js";
import type { FunctionContext, TextWithHoles } from "./context.js";
import { append } from "../../support/append.js";

interface ForeignOptions {
  readonly pure: boolean;
  /** Objects are told apart, nothing in them is looked at. */
  readonly compares?: true;
  readonly hint?: string | undefined;
}

export function foreign(
  context: FunctionContext,
  node: ts.Node,
  text: readonly string[],
  args: readonly Value[],
  type: Type,
  options: ForeignOptions,
): Value {
  const { choices } = context.file.types;
  const isCompared = (a: Value): boolean =>
    options.compares === true && choices.kindOf(a.type) === "object" && choices.of(a.type) === undefined;
  checkFunctions(
    context,
    node,
    args.filter((a) => !isCompared(a)),
  );
  const result = value(type, options.hint);
  context.at(node).push({ kind: "foreign", text, args, pure: options.pure, result });
  if (type.kind === "str" && args.some((a) => isNumeric(context, a))) context.numericText.add(result.id);
  return result;
}

/** A function is known by its code, not as an object that could be handed out; a value of several types is not what JavaScript has. */
export function checkFunctions(context: FunctionContext, node: ts.Node, args: readonly Value[]): void {
  const { types } = context.file;
  const several = args.find((a) => types.choices.isIn(a.type) && !context.isRefused(a));
  if (several !== undefined) {
    const why = "Code that adc does not look into is given a value of several types";
    context.report(language.unsupportedType(spanOf(node), context.show(several.type), why));
  } else if (args.some((a) => types.holdsFunction(a.type))) context.report(language.functionEscapes(spanOf(node)));
}

/** May the value carry a number that depends on the input? */
function isNumeric(context: FunctionContext, v: Value): boolean {
  if (v.type.kind === "num") return !context.isInteger(v);
  return v.type.kind !== "bool" && (v.type.kind !== "str" || context.numericText.has(v.id));
}

const hole = (v: Value): TextWithHoles => ({ text: ["", ""], args: [v] });
const only = (text: string): TextWithHoles => ({ text: [text], args: [] });

function join(parts: readonly (string | TextWithHoles)[]): TextWithHoles {
  const text: string[] = [""];
  const args: Value[] = [];
  for (const part of parts) {
    const { text: more, args: holes } = typeof part === "string" ? only(part) : part;
    text[text.length - 1] += more[0] ?? "";
    append(text, more.slice(1));
    append(args, holes);
  }
  return { text, args };
}

/** The expression as text; sub-expressions that are values of the language become holes. */
export function textOf(context: FunctionContext, node: ts.Expression): TextWithHoles {
  const inner = bare(node);
  if (ts.isStringLiteral(inner)) return only(JSON.stringify(inner.text));
  if (ts.isNoSubstitutionTemplateLiteral(inner)) return only(inner.getText());
  if (ts.isNumericLiteral(inner)) return only(inner.getText());
  if (ts.isTemplateExpression(inner)) {
    const parts: (string | TextWithHoles)[] = ["`", inner.head.rawText ?? inner.head.text];
    for (const span of inner.templateSpans) {
      const raw = span.literal.rawText ?? span.literal.text;
      parts.push("${", textOf(context, span.expression), "}", raw);
    }
    return join([...parts, "`"]);
  }
  if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.PlusToken && isText(context, inner)) {
    return join([operandText(context, inner.left), " + ", operandText(context, inner.right)]);
  }
  return hole(plainText(context, context.expression(node), node));
}

/** What JavaScript writes for a value that is one of several types. */
function plainText(context: FunctionContext, v: Value, node: ts.Expression): Value {
  const any = context.file.types.choices.mixed(v.type);
  if (any === undefined) return v;
  let isFromNumber = false;
  const made = withMember(context, v, any, node, v.hint, (own) => {
    if (isNumeric(context, own)) isFromNumber = true;
    return own.type.kind === "str" ? own : foreign(context, node, ["String(", ")"], [own], str, { pure: true });
  });
  if (isFromNumber) context.numericText.add(made.id);
  return made;
}

/** A sum inside a sum of text keeps its own order: `"a" + (x + y)`. */
function operandText(context: FunctionContext, node: ts.Expression): TextWithHoles {
  const inner = bare(node);
  const text = textOf(context, node);
  const nested = ts.isBinaryExpression(inner) && isText(context, inner) && ts.isParenthesizedExpression(node);
  const isHole = text.args.length === 1 && text.text.length === 2 && text.text[0] === "" && text.text[1] === "";
  return nested || isHole ? join(["(", text, ")"]) : text;
}

export function isText(context: FunctionContext, node: ts.Expression): boolean {
  return (context.file.checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0;
}

/** A template or a sum with text in it. */
export function lowerText(context: FunctionContext, node: ts.Expression, hint: string | undefined): Value {
  const { text, args } = textOf(context, node);
  return foreign(context, node, text, args, str, { pure: true, hint });
}

/** A call of something outside, for its effect: `console.log(…)`. */
export function foreignCall(context: FunctionContext, node: ts.CallExpression): void {
  const parts: (string | TextWithHoles)[] = [bare(node.expression).getText(), "("];
  node.arguments.forEach((argument, i) => {
    if (i > 0) parts.push(", ");
    if (ts.isSpreadElement(argument)) context.report(language.spreadNotYet(spanOf(argument), "in a call"));
    else parts.push(textOf(context, argument));
  });
  const { text, args } = join([...parts, ")"]);
  checkFunctions(context, node, args);
  context.at(node).push({ kind: "foreign", text, args, pure: false });
}

/** A call of a function of a package that does nothing but write its arguments to the console. */
export function consoleCall(context: FunctionContext, node: ts.CallExpression, target: FunctionNode): void {
  const { method, before } = consoleForm(target);
  const parts: (string | TextWithHoles)[] = [`console.${method}(`];
  node.arguments.forEach((argument, i) => {
    parts.push(i === 0 ? `${JSON.stringify(before)} + ` : ", ", textOf(context, argument));
  });
  const { text, args } = join([...parts, ")"]);
  checkFunctions(context, node, args);
  context.at(node).push({ kind: "foreign", text, args, pure: false });
}

export function lowerThrow(context: FunctionContext, node: ts.ThrowStatement): void {
  const written = errorText(context, node, exportedError);
  const { text, args, imports } = written ?? thrownBySource;
  const at = context.at(written === undefined ? node.expression : node);
  at.push({ kind: "throw", text, args, ...(imports === undefined ? {} : { imports }) });
  context.dead = true;
}

/** What is thrown, as text; absent where the generated file cannot write it, of what `named` says which classes it can name. */
export function errorText(
  context: FunctionContext,
  node: ts.ThrowStatement,
  named: (file: FileContext, node: ts.Expression) => NamedError | undefined,
): (TextWithHoles & { readonly imports?: readonly TypeImport[]; readonly members?: readonly Value[] }) | undefined {
  const thrown = bare(node.expression);
  const isMade = ts.isNewExpression(thrown) || ts.isCallExpression(thrown);
  if (isMade && (thrown.arguments ?? []).every(isPlainArgument)) {
    const isLibrary = errorClasses.has(context.file.globalName(thrown.expression) ?? "");
    const own = isLibrary ? undefined : named(context.file, thrown.expression);
    if (isLibrary || own !== undefined) {
      const name = own?.name ?? thrown.expression.getText();
      const members: Value[] = [];
      const parts: (string | TextWithHoles)[] = [ts.isNewExpression(thrown) ? "new " : "", name, "("];
      (thrown.arguments ?? []).forEach((argument, i) => {
        if (i > 0) parts.push(", ");
        if (ts.isObjectLiteralExpression(argument)) parts.push(detailsOf(context, argument));
        else {
          const part = textOf(context, argument);
          if (!isText(context, argument)) members.push(...part.args);
          parts.push(part);
        }
      });
      const made = join([...parts, ")"]);
      return own === undefined ? made : { ...made, imports: own.imports, members };
    }
  }
  if (isText(context, thrown) || ts.isNumericLiteral(thrown)) return textOf(context, thrown);
  const v = ts.isIdentifier(thrown) ? context.expression(thrown) : undefined;
  return v !== undefined && (v.type.kind === "opaque" || context.isRefused(v)) ? hole(v) : undefined;
}

/** Can it be written as an argument of what is thrown? */
function isPlainArgument(node: ts.Expression): boolean {
  if (ts.isSpreadElement(node)) return false;
  if (!ts.isObjectLiteralExpression(node)) return true;
  return node.properties.every(
    (p) => ts.isShorthandPropertyAssignment(p) || (ts.isPropertyAssignment(p) && ts.isIdentifier(p.name)),
  );
}

/** `{ cause: error }`. */
function detailsOf(context: FunctionContext, node: ts.ObjectLiteralExpression): TextWithHoles {
  const parts: (string | TextWithHoles)[] = ["{ "];
  node.properties.forEach((property, i) => {
    if (i > 0) parts.push(", ");
    if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.name))
      parts.push(`${property.name.text}: `, textOf(context, property.initializer));
    else if (ts.isShorthandPropertyAssignment(property))
      parts.push(`${property.name.text}: `, textOf(context, property.name));
  });
  return join([...parts, " }"]);
}

/** A number read from text: right only if no number that matters was written into the text. */
export function fromText(
  context: FunctionContext,
  node: ts.Expression,
  name: string,
  text: Value,
  rest: readonly Value[],
  type: Type,
  hint: string | undefined,
): Value {
  const index = rest.length === 0 && type.kind === "num" ? context.indices.get(text.id) : undefined;
  if (index !== undefined) return index;
  context.reads(text, node, name);
  const args = [text, ...rest];
  const parts = [`${name}(`, ...args.slice(1).map(() => ", "), ")"];
  return foreign(context, node, parts, args, type, { pure: true, hint });
}
