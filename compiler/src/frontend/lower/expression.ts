/** Expressions: one table from the kind of syntax to the function that lowers it. */
import { ts } from "ts-morph";
import { language, rule } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { isAssignment, isStep } from "../assignments.js";
import { constantOf } from "../globals.js";
import { libraryFunction } from "../prelude.js";
import { argumentCount } from "../packages/arguments.js";
import { bare, isFunctionLike, spanOf, symbolOf } from "../source.js";
import { isFilledByName } from "./filled-object.js";
import { lowerAccess, standInFor } from "./access.js";
import { lowerNew } from "./array.js";
import { lowerArrayLiteral } from "./array-literal.js";
import { asTuple } from "./as-tuple.js";
import { lowerAssignment, lowerStep } from "./assign.js";
import { lowerCall } from "./call.js";
import { functionValue, generatedValue } from "./closure.js";
import { lowerNewInstance } from "./class-construct.js";
import { lowerThis } from "./constructed-object.js";
import { classReference } from "./class-reference.js";
import type { FunctionContext } from "./context.js";
import { enumObject } from "./enum-object.js";
import { lowerDelete } from "./delete.js";
import { lowerText } from "./foreign.js";
import { lowerFirst } from "./iterators.js";
import { enumMember, literalOf } from "./literals.js";
import { lowerConditional, lowerLogical, lowerLogicalEffect } from "./logic.js";
import { builtinConstant } from "./math.js";
import { convert } from "./convert.js";
import { isWide, lowerChain, narrowed, openLink } from "./narrow.js";
import { lowerObject } from "./object.js";
import { lowerPattern } from "./opaque.js";
import { lowerBinary, lowerPrefix } from "./operators.js";
import { lowerTypeOf } from "./tests.js";
import { asCaught } from "./thrown-data.js";
import { underCasts } from "./untyped.js";

const { SyntaxKind } = ts;

export function lowerExpression(context: FunctionContext, whole: ts.Expression, hint?: string): Value {
  const node = bare(whole);
  const known = context.known.get(whole) ?? context.known.get(node);
  if (known !== undefined) return known;
  const link = openLink(context, node);
  if (link !== undefined) return narrowed(context, lowerChain(context, node, link, true, hint), whole);
  const plain = filledByName(context, node, whole, hint) ?? lowerPlain(context, node, hint);
  if (node !== whole) underCasts(context, plain, whole);
  const v = node === whole ? plain : asUnion(context, asTuple(context, plain, whole), whole);
  return asCaught(context, narrowed(context, v, whole), whole);
}

/** `{} as Point`, whose members are set next. */
function filledByName(
  context: FunctionContext,
  node: ts.Expression,
  whole: ts.Expression,
  hint: string | undefined,
): Value | undefined {
  if (node === whole || !ts.isObjectLiteralExpression(node) || node.properties.length > 0) return undefined;
  const { checker, types } = context.file;
  const mapped = types.map(checker.getTypeAtLocation(whole));
  const type = "type" in mapped ? mapped.type : undefined;
  const decl = type?.kind === "record" && !types.classes.has(type.name) ? types.records.get(type.name) : undefined;
  if (type === undefined || decl === undefined || decl.fields.length === 0 || decl.variants !== undefined)
    return undefined;
  const isPlain = decl.fields.every((f) => f.type.kind === "num" && f.optional !== true && f.noDiff !== true);
  const names = decl.fields.map((f) => f.name);
  if (!isPlain || !isFilledByName(checker, node, names)) return undefined;
  const members = decl.fields.map(() => context.constant(0));
  return context.at(node).aggregate(type, members, hint);
}

/** `{ kind: "box", w, h } as Shape`: from here on the value may be any of the union. */
function asUnion(context: FunctionContext, v: Value, whole: ts.Expression): Value {
  const type = context.file.checker.getTypeAtLocation(whole);
  if (v.type.kind !== "record" || !type.isUnion()) return v;
  const mapped = context.file.types.map(context.file.checker.getNonNullableType(type));
  // Which functions it holds, the value alone says.
  if (!("type" in mapped) || !isWide(context, mapped.type) || context.file.types.isOpen(mapped.type)) return v;
  return convert(context, v, mapped.type, whole) ?? v;
}

function lowerPlain(context: FunctionContext, node: ts.Expression, hint: string | undefined): Value {
  if (ts.isNumericLiteral(node)) return context.at(node) && context.constant(literal(node), hint);
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return context.at(node) && context.constant(node.text, hint);
  if (ts.isIdentifier(node)) return lowerIdentifier(context, node, hint);
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.kind;
    if (isAssignment(operator)) return lowerAssignment(context, node, true);
    if (operator === SyntaxKind.CommaToken) {
      lowerEffect(context, node.left);
      return context.expression(node.right, hint);
    }
    if (isLogical(operator)) return lowerLogical(context, node, hint);
    return lowerBinary(context, node, hint);
  }
  if (ts.isPropertyAccessExpression(node)) return lowerProperty(context, node, hint);
  if (ts.isElementAccessExpression(node)) {
    const member = enumMember(context.file.checker, node);
    return member === undefined ? lowerAccess(context, node, hint) : context.at(node) && context.constant(member, hint);
  }
  if (ts.isCallExpression(node)) return lowerCall(context, node, true, hint);
  if (ts.isConditionalExpression(node)) return lowerConditional(context, node, hint);
  if (ts.isPrefixUnaryExpression(node))
    return isStep(node.operator) ? lowerStep(context, node, true) : lowerPrefix(context, node, hint);
  if (ts.isPostfixUnaryExpression(node)) return lowerStep(context, node, true);
  if (ts.isArrayLiteralExpression(node)) return lowerArrayLiteral(context, node, hint);
  if (ts.isObjectLiteralExpression(node)) return lowerObject(context, node, hint);
  if (ts.isTemplateExpression(node)) return lowerText(context, node, hint);
  if (ts.isNewExpression(node)) {
    const cls = classReference(context, node.expression);
    return cls === undefined ? lowerNew(context, node, hint) : lowerNewInstance(context, node, cls, hint);
  }
  if (ts.isVoidExpression(node)) {
    lowerEffect(context, node.expression);
    return context.undefinedOf({ kind: "void" });
  }
  if (node.kind === SyntaxKind.ThisKeyword) return lowerThis(context, node);
  if (node.kind === SyntaxKind.TrueKeyword) return context.at(node) && context.constant(true, hint);
  if (node.kind === SyntaxKind.FalseKeyword) return context.at(node) && context.constant(false, hint);
  if (node.kind === SyntaxKind.NullKeyword) return context.at(node) && context.nullValue();
  if (ts.isTypeOfExpression(node)) return lowerTypeOf(context, node, hint);
  if (ts.isRegularExpressionLiteral(node)) return lowerPattern(context, node, hint);
  if (ts.isDeleteExpression(node)) return lowerDelete(context, node);
  if (isFunctionLike(node)) return functionValue(context, node, node, hint);
  context.report(refusal(node));
  return standInFor(context, node);
}

function literal(node: ts.NumericLiteral): number {
  return Number(node.text.replaceAll("_", ""));
}

/** An expression whose value nobody reads. */
export function lowerEffect(context: FunctionContext, whole: ts.Expression): void {
  const node = bare(whole);
  const link = openLink(context, node);
  if (link !== undefined) {
    lowerChain(context, node, link, false, undefined);
    return;
  }
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.kind;
    if (isAssignment(operator)) {
      lowerAssignment(context, node, false);
      return;
    }
    if (operator === SyntaxKind.CommaToken) {
      lowerEffect(context, node.left);
      lowerEffect(context, node.right);
      return;
    }
    if (isLogical(operator)) {
      lowerLogicalEffect(context, node);
      return;
    }
  }
  if (ts.isConditionalExpression(node)) lowerLogicalEffect(context, node);
  else if (ts.isCallExpression(node)) lowerCall(context, node, false, undefined);
  else if (ts.isPostfixUnaryExpression(node) || (ts.isPrefixUnaryExpression(node) && isStep(node.operator)))
    lowerStep(context, node, false);
  else if (ts.isVoidExpression(node)) lowerEffect(context, node.expression);
  else context.expression(node);
}

const isLogical = (operator: ts.SyntaxKind): boolean =>
  operator === SyntaxKind.AmpersandAmpersandToken ||
  operator === SyntaxKind.BarBarToken ||
  operator === SyntaxKind.QuestionQuestionToken;

// --------------------------------------------------------------------------------------------------------------- names

function lowerIdentifier(context: FunctionContext, node: ts.Identifier, hint: string | undefined): Value {
  const symbol = symbolOf(context.file.checker, node);
  if (symbol !== undefined && context.env.slot(symbol) !== undefined) return context.current(symbol);
  const global = context.file.globalName(node);
  if (global === "undefined") return context.undefinedOf({ kind: "void" });
  const builtin = global === undefined ? undefined : builtinConstant(global);
  if (builtin !== undefined) return context.at(node) && context.constant(builtin, hint);
  if (symbol === undefined) return standInFor(context, node);
  const known = literalOf(context, node);
  if (known !== undefined) return context.at(node) && context.constant(known, hint ?? node.text);
  return moduleName(context, node, symbol);
}

/** A name that is not a variable of the function. */
function moduleName(context: FunctionContext, node: ts.Expression, symbol: ts.Symbol): Value {
  const callee = context.file.callee(node);
  if (callee.kind === "function") return functionValue(context, callee.node, node);
  if (callee.kind === "ruled") {
    context.report(rule.ruleNotCalled(spanOf(node), node.getText()));
    return standInFor(context, node);
  }
  const stopping = callee.kind === "stopGradient" ? libraryFunction("stopGradient") : undefined;
  if (stopping !== undefined) return functionValue(context, stopping, node);
  if (callee.kind === "generated" && callee.generated.request.owner === undefined)
    return generatedValue(context, callee.generated, node);
  if (callee.kind === "stopGradient" || callee.kind === "tapGradient" || callee.kind === "generated") {
    context.report(language.functionValuesNotYet(spanOf(node), node.getText()));
    return standInFor(context, node);
  }
  if (callee.kind === "builtin") {
    const value = builtinConstant(callee.name);
    if (value !== undefined) return context.at(node) && context.constant(value);
    const library = libraryFunction(callee.name);
    if (library !== undefined) return functionValue(context, library, node);
  }
  return enumObject(context, node, symbol) ?? constantOf(context, node, symbol) ?? standInFor(context, node);
}

function lowerProperty(context: FunctionContext, node: ts.PropertyAccessExpression, hint: string | undefined): Value {
  const member = enumMember(context.file.checker, node) ?? argumentCount(node, context.signature?.instance);
  if (member !== undefined) return context.at(node) && context.constant(member, hint);
  const owner = context.file.globalName(node.expression);
  if (owner !== undefined && !isLocal(context, node.expression)) {
    const builtin = builtinConstant(`${owner}.${node.name.text}`);
    if (builtin !== undefined) return context.at(node) && context.constant(builtin, hint);
    const library = libraryFunction(`${owner}.${node.name.text}`);
    if (library !== undefined) return functionValue(context, library, node);
    const isFunction = context.file.checker.getTypeAtLocation(node).getCallSignatures().length > 0;
    context.report(
      isFunction
        ? language.functionValuesNotYet(spanOf(node), node.getText())
        : language.notInLanguage(spanOf(node), `\`${node.getText()}\``),
    );
    return standInFor(context, node);
  }
  const symbol = symbolOf(context.file.checker, node.name);
  const owning = bare(node.expression);
  const namespace = symbolOf(context.file.checker, ts.isPropertyAccessExpression(owning) ? owning.name : owning);
  // A class and a namespace may have one name; members of the class are none of the namespace.
  const isOfClass = symbol?.valueDeclaration !== undefined && ts.isClassElement(symbol.valueDeclaration);
  const isField = symbol?.valueDeclaration !== undefined && ts.isParameter(symbol.valueDeclaration);
  const isNamespace = namespace !== undefined && (namespace.flags & ts.SymbolFlags.Module) !== 0;
  if (symbol !== undefined && isNamespace && !isOfClass && !isField) {
    const known = literalOf(context, node.name);
    if (known !== undefined) return context.at(node) && context.constant(known, hint);
    return moduleName(context, node, symbol);
  }
  return lowerFirst(context, node, hint) ?? lowerAccess(context, node, hint);
}

function isLocal(context: FunctionContext, node: ts.Expression): boolean {
  const symbol = symbolOf(context.file.checker, bare(node));
  return symbol !== undefined && context.env.slot(symbol) !== undefined;
}

// ------------------------------------------------------------------------------------------------------------ refusals

function refusal(node: ts.Expression) {
  const span = spanOf(node);
  if (ts.isAwaitExpression(node)) return language.asyncOrGenerator(span, "`await`");
  if (ts.isYieldExpression(node)) return language.asyncOrGenerator(span, "`yield`");
  if (ts.isBigIntLiteral(node)) return language.unsupportedLiteral(span, "A BigInt");
  if (ts.isTaggedTemplateExpression(node)) return language.unsupportedLiteral(span, "A tagged template");
  if (ts.isClassExpression(node))
    return language.classForm(
      span,
      "A class as a value",
      "Which class it is would be known only when the program runs",
      "Declare the class with a name, and say `new` where it is used",
    );
  return language.notInLanguage(span, "This expression");
}
