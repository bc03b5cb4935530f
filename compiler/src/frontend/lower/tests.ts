/** Questions about what a value is: equality, `=== undefined`, `typeof`, `in`. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, mayBeAbsent, sameType, str } from "../../ir/types.js";
import type { Choice } from "../choice-types.js";
import { caughtError, ownErrorClass } from "../error-classes.js";
import { bare, spanOf } from "../source.js";
import { choiceOf, equalsAmong, isAmong, withMember } from "./choice.js";
import type { FunctionContext } from "./context.js";
import { joinedType } from "./convert.js";
import { hasKey } from "./dictionary.js";
import { branchValue } from "./flow.js";
import { foreign } from "./foreign.js";
import { caughtType } from "./guards.js";
import { hasElement, hasField } from "./has-member.js";
import { literalOf } from "./literals.js";
import { isAbsent, isNullish, isUndefined, mayBeMissing, presentValue } from "./missing.js";
import { mayBeMissing as mayBeMissingType } from "./narrow.js";
import { primitive } from "./primitive.js";

const { SyntaxKind } = ts;

// ------------------------------------------------------------------------------------------------------------- equality

export function lowerEquality(
  context: FunctionContext,
  node: ts.BinaryExpression,
  name: "eq" | "ne",
  hint: string | undefined,
): Value {
  const negated = name === "ne";
  const known = lowerTypeTest(context, node) ?? lowerMissingTest(context, node);
  if (known !== undefined) return negated ? primitive(context, node, "not", [known], hint) : known;
  const left = context.expression(node.left);
  const right = context.expression(node.right);
  if (context.isRefused(left) || context.isRefused(right)) return context.standIn(bool);
  const among = isStrict(node) ? equalsAmong(context, left, right, node) : undefined;
  if (among !== undefined) return negated ? primitive(context, node, "not", [among], hint) : among;
  if ([left, right].some(({ type: t }) => context.file.types.isNotOne(t)))
    return context.refuse(language.functionCompared(spanOf(node)), bool);
  if (left.type.kind === "opaque" || right.type.kind === "opaque")
    return foreign(context, node, ["", negated ? " !== " : " === ", ""], [left, right], bool, { pure: true, hint });
  const type = joinedType(context, left, right);
  if (type === undefined || type.kind === "void") {
    return context.refuse(
      language.mixedTypes(
        spanOf(node),
        ts.tokenToString(node.operatorToken.kind) ?? "",
        context.show(left.type),
        context.show(right.type),
      ),
      bool,
    );
  }
  return primitive(
    context,
    node,
    name,
    [context.coerce(left, type, node.left), context.coerce(right, type, node.right)],
    hint,
  );
}

const isStrict = ({ operatorToken: { kind } }: ts.BinaryExpression): boolean =>
  kind === SyntaxKind.EqualsEqualsEqualsToken || kind === SyntaxKind.ExclamationEqualsEqualsToken;

/** `x === undefined`, `x == null`. */
function lowerMissingTest(context: FunctionContext, node: ts.BinaryExpression): Value | undefined {
  const absence = (e: ts.Expression): "null" | "undefined" | undefined =>
    bare(e).kind === SyntaxKind.NullKeyword
      ? "null"
      : context.file.globalName(e) === "undefined" || ts.isVoidExpression(bare(e))
        ? "undefined"
        : undefined;
  const right = absence(node.right);
  const as = right ?? absence(node.left);
  if (as === undefined) return undefined;
  const tested = right === undefined ? node.right : node.left;
  const v = context.expression(tested);
  if (context.isRefused(v)) return context.standIn(bool);
  if (context.maybeMissing.has(v.id))
    return context.refuse(language.missingValue(spanOf(tested), tested.getText()), bool);
  // A function that is there is never missing.
  if (context.file.types.functions.of(v.type) !== undefined) return context.constant(false);
  if (!isStrict(node)) return isNullish(context, v, node);
  return isAbsent(context, v, as === "null" ? null : undefined, node);
}

// --------------------------------------------------------------------------------------------------------------- typeof

/** What `typeof` says of a value of the type when it is there; nothing where that is not known. */
function nameOf(context: FunctionContext, type: Type): string | undefined {
  if (context.file.types.functions.of(type) !== undefined) return "function";
  switch (type.kind) {
    case "num":
      return "number";
    case "bool":
      return "boolean";
    case "str":
      return "string";
    case "void":
      return "undefined";
    case "array":
    case "typed":
    case "dict":
    case "tuple":
    case "record":
      return "object";
    case "maybe":
      return nameOf(context, type.of);
    default:
      return undefined;
  }
}

/** `typeof x === "number"`. */
function lowerTypeTest(context: FunctionContext, node: ts.BinaryExpression): Value | undefined {
  const left = bare(node.left);
  const right = bare(node.right);
  const asked = ts.isTypeOfExpression(left) ? left : ts.isTypeOfExpression(right) ? right : undefined;
  const text = asked === undefined ? undefined : literalOf(context, asked === left ? right : left);
  if (asked === undefined || typeof text !== "string") return undefined;
  const v = context.expression(asked.expression);
  if (context.isRefused(v)) return context.standIn(bool);
  if (sameType(v.type, caughtType))
    return primitive(context, node, "eq", [typeOfValue(context, v, asked, undefined), context.constant(text)]);
  const any = context.file.types.choices.mixed(v.type);
  if (any !== undefined && text !== "undefined")
    return isAmong(context, v, any, node, (type) => nameOf(context, type) === text);
  const whole = choiceOf(context, v.type);
  if (whole !== undefined && v.type.kind === "maybe") return ofMissing(context, v, whole, text, node);
  const name = nameOf(context, v.type);
  if (name === undefined) return context.refuse(language.reflection(spanOf(asked), "typeof"), bool);
  if (text === "undefined")
    return v.type.kind === "void" ? context.constant(!context.isNull(v)) : isUndefined(context, v, node);
  if (text !== name) {
    // `typeof null` is "object".
    return text === "object" && mayBeMissing(v.type) ? isAbsent(context, v, null, node) : context.constant(false);
  }
  if (v.type.kind === "void") return context.constant(false);
  // Where it is declared to be there, what it is given says which of the declared types it is.
  const declared = context.file.checker.getTypeAtLocation(asked.expression);
  const isThere =
    declared.isUnion() && !declared.types.some((t) => t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null));
  if (v.type.kind !== "maybe" && isThere) return context.constant(true);
  if (name === "object" && mayBeAbsent(v.type, null))
    return primitive(context, node, "not", [isUndefined(context, v, node)]);
  // An element may be out of range.
  const isElement = ts.isElementAccessExpression(bare(asked.expression));
  const type = context.file.checker.getTypeAtLocation(asked.expression);
  if (!isElement && v.type.kind !== "maybe" && !mayBeMissingType(type)) return context.constant(true);
  return primitive(context, node, "not", [isNullish(context, v, node)]);
}

/** `typeof v === text` of a value that may be missing, or of one of several types. */
function ofMissing(context: FunctionContext, v: Value, any: Choice, text: string, node: ts.Node): Value {
  if (text === "undefined") return isUndefined(context, v, node);
  return branchValue(
    context,
    isNullish(context, v, node),
    () => (text === "object" ? isAbsent(context, v, null, node) : context.constant(false)),
    () => isAmong(context, presentValue(context, v, node), any, node, (type) => nameOf(context, type) === text),
    { type: bool },
  );
}

export function lowerTypeOf(context: FunctionContext, node: ts.TypeOfExpression, hint: string | undefined): Value {
  return typeOfValue(context, context.expression(node.expression), node, hint);
}

function typeOfValue(context: FunctionContext, v: Value, node: ts.TypeOfExpression, hint: string | undefined): Value {
  const any = context.file.types.choices.mixed(v.type);
  if (any !== undefined) return withMember(context, v, any, node, hint, (own) => typeOfValue(context, own, node, hint));
  // Of what was caught, JavaScript says it.
  if (sameType(v.type, caughtType)) {
    const result = value(str, hint);
    context.at(node).push({ kind: "foreign", text: ["typeof ", ""], args: [v], pure: false, result });
    return result;
  }
  const name = nameOf(context, v.type);
  if (name === undefined || context.isRefused(v)) {
    return context.isRefused(v)
      ? context.standIn({ kind: "str" })
      : context.refuse(language.reflection(spanOf(node), "typeof"), { kind: "str" });
  }
  if (v.type.kind !== "maybe") return context.constant(context.isNull(v) ? "object" : name, hint);
  const otherwise = (): Value =>
    branchValue(
      context,
      isUndefined(context, v, node),
      () => context.constant("undefined"),
      () => context.constant("object"),
      { type: { kind: "str" }, hint },
    );
  const there = (): Value => typeOfValue(context, presentValue(context, v, node), node, hint);
  return branchValue(context, isNullish(context, v, node), otherwise, there, { type: { kind: "str" }, hint });
}

// ----------------------------------------------------------------------------------------------------------- instanceof

/** `error instanceof RangeError`: of what was caught, and of other values adc does not look into. */
export function lowerCaughtInstance(
  context: FunctionContext,
  node: ts.BinaryExpression,
  hint: string | undefined,
): Value {
  const v = context.expression(node.left);
  if (context.isRefused(v)) return context.standIn(bool);
  const global = context.file.globalName(node.right);
  const own = global === undefined ? caughtError(context.file, node.right) : undefined;
  const hidden = own === undefined ? ownErrorClass(context.file, node.right) : undefined;
  if (v.type.kind === "opaque" && hidden !== undefined)
    return context.refuse(language.errorNotExported(spanOf(node.right), hidden), bool);
  if (v.type.kind !== "opaque" || (global === undefined && own === undefined))
    return context.refuse(language.reflection(spanOf(node), "instanceof"), bool);
  const result = value(bool, hint);
  const text = ["", ` instanceof ${own?.name ?? global ?? ""}`];
  const imports = own === undefined ? {} : { imports: own.imports };
  context.at(node).push({ kind: "foreign", text, args: [v], pure: true, result, ...imports });
  return result;
}

// ------------------------------------------------------------------------------------------------------------------- in

/** `"r" in s`: is it one of the members of a union that have the field? `i in xs`: is there such an element? */
export function lowerIn(context: FunctionContext, node: ts.BinaryExpression, hint: string | undefined): Value {
  const isWritten = ts.isPrivateIdentifier(node.left) || literalOf(context, node.left) !== undefined;
  const given = isWritten ? undefined : context.expression(node.left);
  const v = context.expression(node.right);
  if (given !== undefined && context.isRefused(given)) return context.standIn(bool);
  const key = (): Value => given ?? context.expression(node.left);
  const any = context.file.types.choices.of(v.type);
  if (any !== undefined) return withMember(context, v, any, node, hint, (own) => isIn(context, node, key, own, hint));
  return isIn(context, node, key, v, hint);
}

function isIn(
  context: FunctionContext,
  node: ts.BinaryExpression,
  key: () => Value,
  v: Value,
  hint: string | undefined,
): Value {
  const name = literalOf(context, node.left);
  if (context.isRefused(v)) return context.standIn(bool);
  if (context.file.types.choices.kindOf(v.type) === "list")
    return hasElement(
      context,
      node,
      v,
      typeof name === "string" || typeof name === "number" ? name : key(),
      "in",
      hint,
    );
  // TypeScript admits objects only.
  if (context.file.types.choices.kindOf(v.type) !== "object" && v.type.kind !== "opaque")
    return context.constant(false, hint);
  if (v.type.kind === "opaque" || v.type.kind === "dict") return hasKey(context, node, v, key(), "in", hint);
  if (typeof name !== "string" && typeof name !== "number")
    return context.refuse(language.reflection(spanOf(node), "in"), bool);
  return hasField(context, node, v, String(name), "in", hint);
}
