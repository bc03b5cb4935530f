/**
 * What no derivative flows through, kept as text with holes: messages, templates, `console.log`, thrown errors. A hole
 * that is not a plain name is set in parentheses by the text around it.
 */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { str } from "../../ir/types.js";
import { bare, spanOf } from "../source.js";
import type { FunctionContext, TextWithHoles } from "./context.js";

interface ForeignOptions {
  readonly pure: boolean;
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
  const result = value(type, options.hint);
  context.at(node).push({ kind: "foreign", text, args, pure: options.pure, result });
  if (type.kind === "str" && args.some((a) => isNumeric(context, a))) context.numericText.add(result.id);
  return result;
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
    text.push(...more.slice(1));
    args.push(...holes);
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
  return hole(context.expression(node));
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
  context.at(node).push({ kind: "foreign", text, args, pure: false });
}

const errorClasses = new Set([
  "Error",
  "RangeError",
  "TypeError",
  "SyntaxError",
  "EvalError",
  "ReferenceError",
  "URIError",
]);

export function lowerThrow(context: FunctionContext, node: ts.ThrowStatement): void {
  const thrown = bare(node.expression);
  let text: TextWithHoles | undefined;
  if (
    (ts.isNewExpression(thrown) || ts.isCallExpression(thrown)) &&
    errorClasses.has(context.file.globalName(thrown.expression) ?? "")
  ) {
    const parts: (string | TextWithHoles)[] = [
      ts.isNewExpression(thrown) ? "new " : "",
      thrown.expression.getText(),
      "(",
    ];
    (thrown.arguments ?? []).forEach((argument, i) => {
      if (i > 0) parts.push(", ");
      if (ts.isObjectLiteralExpression(argument)) context.report(language.thrownValue(spanOf(argument)));
      else parts.push(textOf(context, argument));
    });
    text = join([...parts, ")"]);
  } else if (isText(context, thrown) || ts.isNumericLiteral(thrown)) {
    text = textOf(context, thrown);
  } else {
    context.report(language.thrownValue(spanOf(node.expression)));
    text = only("undefined");
  }
  context.at(node).push({ kind: "throw", text: text.text, args: text.args });
  context.dead = true;
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
  if (context.numericText.has(text.id)) return context.refuse(meaning.lostThroughText(spanOf(node), name), type);
  const args = [text, ...rest];
  const parts = [`${name}(`, ...args.slice(1).map(() => ", "), ")"];
  return foreign(context, node, parts, args, type, { pure: true, hint });
}
