/**
 * Values no derivative flows through: text, maps, sets, regular expressions, objects with arbitrary keys. What is done with
 * them passes through as it is written. A number that is put into one of them is looked at again when all functions have
 * been read: it must not depend on what is differentiated (`lost.ts`).
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, isReference, maybe, num, present, sameType, str } from "../../ir/types.js";
import { bare, spanOf, symbolOf, typeArguments } from "../source.js";
import { standInFor } from "./access.js";
import { lowerCollectionNew, lowerWrittenMap } from "./collection-make.js";
import { collectionOf, lowerCollectionMethod, snapshotOf } from "./collection.js";
import { lowerArrayMethod } from "./array-methods.js";
import type { FunctionContext } from "./context.js";
import { fromEntries } from "./dictionary.js";
import { checkFunctions, foreign } from "./foreign.js";
import { caughtType } from "./guards.js";
import { delegateOf, listOfDelegate } from "./iterable-class.js";
import { isGlobalPattern } from "./patterns.js";
import { isList, opaqueResult, resultType, takenOut } from "./opaque-results.js";
import { closedFunction } from "./text-callback.js";

/** Methods that change what they are called on. */
const changing = new Set(["set", "add", "delete", "clear"]);
/** Methods of text that give a number away digit by digit. */
const spelling = new Set(["charCodeAt", "codePointAt"]);
const constructors = new Set(["Map", "Set", "WeakMap", "WeakSet", "RegExp"]);

// --------------------------------------------------------------------------------------------------------------- types

/** Is this a class of the library that holds data, or an object with arbitrary keys? */
export function isData(context: FunctionContext, type: ts.Type): boolean {
  const name = type.getSymbol()?.name ?? "";
  return (
    /^(Readonly)?(Weak)?(Map|Set)$|^RegExp\w*$|Iterator$/.test(name) ||
    context.file.checker.getIndexInfosOfType(type).length > 0
  );
}

// ----------------------------------------------------------------------------------------------------------- operations

/** The arguments of a call, as holes; what is not one value is refused. */
function holes(context: FunctionContext, nodes: readonly ts.Expression[]): readonly Value[] | undefined {
  const spread = nodes.find(ts.isSpreadElement);
  if (spread !== undefined) {
    context.report(language.spreadNotYet(spanOf(spread), "in a call"));
    return undefined;
  }
  const values = nodes.map((n) => context.expression(n));
  return values.some((v) => context.isRefused(v)) ? undefined : values;
}

const separated = (count: number, open: string, close: string): string[] =>
  count === 0 ? [`${open}${close}`] : [open, ...Array.from({ length: count - 1 }, () => ", "), close];

/** `text.slice(1)`, `map.get(key)`, `pattern.test(text)`. */
export function lowerOpaqueMethod(
  context: FunctionContext,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  used: boolean,
  hint: string | undefined,
): Value {
  const method = callee.name.text;
  const receiver = context.expression(callee.expression);
  if (context.isRefused(receiver)) return standInFor(context, node);
  if (collectionOf(context, receiver) !== undefined) {
    const own = lowerCollectionMethod(context, node, callee, receiver, hint);
    if (own !== undefined) return own;
    context.report(
      language.opaqueMember(spanOf(node), context.file.types.show(context.file.checker.getTypeAtLocation(node))),
    );
    return standInFor(context, node);
  }
  if (isReference(receiver.type)) {
    // What goes over one of our own maps is a list.
    context.known.set(callee.expression, receiver);
    const listed = lowerArrayMethod(context, node, callee, hint, used);
    context.known.delete(callee.expression);
    if (listed !== undefined) return listed;
    context.report(
      language.opaqueMember(spanOf(node), context.file.types.show(context.file.checker.getTypeAtLocation(node))),
    );
    return standInFor(context, node);
  }
  const replaced = replacedBy(context, node, method, receiver, hint);
  if (replaced !== undefined) return replaced;
  const inline = node.arguments.find((a) => ts.isArrowFunction(bare(a)) || ts.isFunctionExpression(bare(a)));
  if (inline !== undefined) {
    context.report(language.opaqueCallback(spanOf(inline), method));
    return standInFor(context, node);
  }
  const args = holes(context, node.arguments);
  if (args === undefined) return standInFor(context, node);
  const isText = present(receiver.type).kind === "str";
  if (isText && spelling.has(method)) context.reads(receiver, node, method);
  if (!isText && changing.has(method)) {
    const constant = context.constantIn(receiver);
    if (constant !== undefined) context.report(language.moduleConstantWritten(spanOf(node), constant));
    node.arguments.forEach((argument, i) => {
      const v = args[i];
      if (v !== undefined) context.keeps(v, argument, `${callee.expression.getText()}.${method}`);
    });
  }
  const [open, ...rest] = separated(args.length, `.${method}(`, ")");
  const parts = ["", open ?? "", ...rest];
  const key = isText ? undefined : literalKey(context, callee.expression, args[0], node.arguments[0]);
  if (key !== undefined) parts[2] = ` as ${key}${parts[2] ?? ""}`;
  if (isText && method === "match" && isGlobalPattern(context, node.arguments[0]))
    return foreign(context, node, parts, [receiver, ...args], maybe(arrayOf(str), "null"), { pure: false, hint });
  const isInteger =
    isText && ["indexOf", "lastIndexOf", "charCodeAt", "codePointAt", "search", "localeCompare"].includes(method);
  const made = opaqueResult(context, node, { parts, args: [receiver, ...args], pure: isText }, used, hint);
  return isInteger ? context.integer(made) : made;
}

/** `text.replace(pattern, (found) => …)`, where the function needs nothing of what is around it. */
function replacedBy(
  context: FunctionContext,
  node: ts.CallExpression,
  method: string,
  receiver: Value,
  hint: string | undefined,
): Value | undefined {
  const [pattern, by, ...others] = node.arguments;
  if (pattern === undefined || by === undefined || others.length > 0 || !/^replace(All)?$/.test(method))
    return undefined;
  const written = present(receiver.type).kind === "str" ? closedFunction(context, by) : undefined;
  if (written === undefined) return undefined;
  const v = context.expression(pattern);
  if (context.isRefused(v)) return standInFor(context, node);
  const parts = ["", `.${method}(`, `, ${written})`];
  return foreign(context, node, parts, [receiver, v], str, { pure: false, hint });
}

/** What TypeScript must be told of a key that is one of some literals, where the generated code does not show it. */
function literalKey(
  context: FunctionContext,
  receiver: ts.Expression,
  given: Value | undefined,
  node: ts.Expression | undefined,
): string | undefined {
  const { checker } = context.file;
  const [key] = typeArguments(checker, checker.getNonNullableType(checker.getTypeAtLocation(receiver)));
  if (key?.isUnion() !== true || node === undefined || ts.isLiteralExpression(bare(node))) return undefined;
  if (given?.type.kind !== "str" && given?.type.kind !== "num") return undefined;
  // A parameter of what the user calls has its type.
  const declaration = symbolOf(checker, bare(node))?.valueDeclaration;
  if (context.signature?.from === undefined && declaration !== undefined && ts.isParameter(declaration))
    return undefined;
  const texts = key.types.flatMap((t) =>
    (t.isStringLiteral() || t.isNumberLiteral()) && !(t.flags & ts.TypeFlags.EnumLike) ? [JSON.stringify(t.value)] : [],
  );
  return texts.length === key.types.length ? texts.join(" | ") : undefined;
}

/** `map.size`, `pattern.source`. */
export function lowerOpaqueProperty(
  context: FunctionContext,
  node: ts.PropertyAccessExpression,
  receiver: Value,
  hint: string | undefined,
): Value {
  const read = opaqueResult(
    context,
    node,
    { parts: ["", `.${node.name.text}`], args: [receiver], pure: false },
    true,
    hint,
  );
  if (sameType(receiver.type, caughtType) && read.type.kind !== "str") context.file.caughtReads.add(node);
  return read;
}

/** Whatever the settings say of it, there may be no such member. */
function memberType(context: FunctionContext, node: ts.Node, receiver: Value): Type | undefined {
  const type = receiver.type.kind === "str" ? str : resultType(context, node);
  return type === undefined || type.kind === "void" || isReference(type) ? type : maybe(type);
}

/** `text[i]`, and `table[key]` of an object with arbitrary keys. */
export function lowerOpaqueElement(
  context: FunctionContext,
  node: ts.Node,
  named: ts.Expression,
  receiver: Value,
  hint: string | undefined,
): Value {
  const key = context.expression(named);
  const isText = receiver.type.kind === "str";
  return opaqueResult(
    context,
    node,
    { parts: ["", "[", "]"], args: [receiver, key], pure: isText },
    true,
    hint,
    memberType(context, node, receiver),
  );
}

/** What the members of an object with arbitrary keys are. */
export const opaqueMemberType = (context: FunctionContext, node: ts.Expression): Type =>
  resultType(context, node) ?? num;

/** `table[key]`, the key already known. */
export function readOpaque(
  context: FunctionContext,
  node: ts.ElementAccessExpression | ts.PropertyAccessExpression,
  receiver: Value,
  key: Value | undefined,
): Value {
  if (key === undefined && ts.isPropertyAccessExpression(node))
    return lowerOpaqueProperty(context, node, receiver, undefined);
  const text = { parts: ["", "[", "]"], args: key === undefined ? [receiver] : [receiver, key], pure: false };
  return opaqueResult(context, node, text, true, undefined, memberType(context, node, receiver));
}

/** `table[key] = v`. */
export function storeOpaque(
  context: FunctionContext,
  node: ts.Expression,
  receiver: Value,
  key: Value | string,
  v: Value,
): void {
  const constant = context.constantIn(receiver);
  if (constant !== undefined) context.report(language.moduleConstantWritten(spanOf(node), constant));
  context.keeps(v, node, node.getText());
  checkFunctions(context, node, [v]);
  const at = context.at(node);
  if (typeof key === "string")
    at.push({ kind: "foreign", text: ["", `.${key} = `, ""], args: [receiver, v], pure: false });
  else at.push({ kind: "foreign", text: ["", "[", "] = ", ""], args: [receiver, key, v], pure: false });
}

/** `new Map(…)`, `new Set(…)`, `new RegExp(…)`; nothing for another class. */
export function lowerOpaqueNew(
  context: FunctionContext,
  node: ts.NewExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  if (!constructors.has(name)) return undefined;
  if (name === "Set" && holdsFunctions(context, node)) {
    context.report(language.functionCompared(spanOf(node)));
    return standInFor(context, node);
  }
  const written = lowerWrittenMap(context, node, name, hint);
  if (written !== undefined) return written;
  const args = holes(context, node.arguments ?? []);
  const own = args === undefined ? undefined : lowerCollectionNew(context, node, name, args[0], hint);
  if (own !== undefined) return own;
  const type = resultType(context, node);
  if (args === undefined || type?.kind !== "opaque") return standInFor(context, node);
  node.arguments?.forEach((argument, i) => {
    const v = args[i];
    if (v !== undefined) context.keeps(v, argument, `new ${name}`);
  });
  return foreign(context, node, separated(args.length, `new ${name}(`, ")"), args, type, { pure: false, hint });
}

/** Is it a set of functions? A set compares what it is given with what it has. */
function holdsFunctions({ file: { checker } }: FunctionContext, node: ts.NewExpression): boolean {
  const [held] = typeArguments(checker, checker.getTypeAtLocation(node));
  return held !== undefined && checker.getNonNullableType(held).getCallSignatures().length > 0;
}

/** `{ a: 1 }` where an object with arbitrary keys is expected. */
export function opaqueObject(
  context: FunctionContext,
  node: ts.ObjectLiteralExpression,
  type: Type,
  hint: string | undefined,
): Value {
  const parts = ["({"];
  const args: Value[] = [];
  const add = (text: string): void => {
    parts[parts.length - 1] += text;
  };
  node.properties.forEach((property, i) => {
    if (i > 0) add(", ");
    const isShort = ts.isShorthandPropertyAssignment(property);
    if (!isShort && !ts.isPropertyAssignment(property)) {
      context.report(language.objectMember(spanOf(property), "This form"));
      return;
    }
    const v = context.expression(isShort ? property.name : property.initializer);
    context.keeps(v, property, "an object with arbitrary keys");
    const { name } = property;
    if (ts.isComputedPropertyName(name)) {
      add("[");
      args.push(context.expression(name.expression));
      parts.push("]: ");
    } else add(`${ts.isIdentifier(name) ? name.text : name.getText()}: `);
    args.push(v);
    parts.push("");
  });
  add("})");
  return foreign(context, node, parts, args, type, { pure: false, hint });
}

/** A regular expression, written as in the source. */
export function lowerPattern(context: FunctionContext, node: ts.Expression, hint: string | undefined): Value {
  return foreign(context, node, [node.getText()], [], { kind: "opaque", text: "RegExp" }, { pure: false, hint });
}

/** What `for…of` goes over, as a list: text, the members of a set or a map. */
export function membersOfOpaque(context: FunctionContext, node: ts.Expression, v: Value): Value | undefined {
  const own = snapshotOf(context, node, v);
  if (own !== undefined) return own;
  const delegate = delegateOf(context, v, node);
  if (delegate !== undefined) return listOfDelegate(context, delegate, node);
  if (present(v.type).kind !== "str" && v.type.kind !== "opaque") return undefined;
  const { checker } = context.file;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  const element = iterated(context, type);
  if (element === undefined) return undefined;
  const mapped = context.file.types.map(element);
  const list: Type | undefined = "type" in mapped ? { kind: "array", elem: mapped.type } : undefined;
  const isConstant = context.constantIn(v) !== undefined;
  const taken =
    list === undefined || isList(list)
      ? undefined
      : takenOut(context, node, { parts: ["Array.from(", ")"], args: [v], pure: false }, list, undefined);
  if (taken !== undefined) return taken;
  if (list === undefined || !isList(list)) {
    context.report(language.opaqueMember(spanOf(node), context.file.types.show(element)));
    return context.standIn(list ?? { kind: "array", elem: num });
  }
  const made = foreign(context, node, ["Array.from(", ")"], [v], list, { pure: false });
  if (isConstant) context.constants.set(made.id, node.getText());
  return made;
}

/** What the iterator of a type gives. */
function iterated(context: FunctionContext, type: ts.Type): ts.Type | undefined {
  const { checker } = context.file;
  if (type.flags & ts.TypeFlags.StringLike) return checker.getStringType();
  const method = checker.getPropertiesOfType(type).find((p) => p.name.startsWith("__@iterator"));
  if (method === undefined) return undefined;
  const iterator = checker.getTypeOfSymbol(method).getCallSignatures()[0]?.getReturnType();
  const next = iterator === undefined ? undefined : checker.getPropertyOfType(iterator, "next");
  if (next === undefined) return undefined;
  const step = checker.getTypeOfSymbol(next).getCallSignatures()[0]?.getReturnType();
  const steps = step === undefined ? [] : step.isUnion() ? step.types : [step];
  for (const one of steps) {
    const done = checker.getPropertyOfType(one, "done");
    const isLast = done !== undefined && checker.typeToString(checker.getTypeOfSymbol(done)) === "true";
    const found = checker.getPropertyOfType(one, "value");
    if (!isLast && found !== undefined) return checker.getTypeOfSymbol(found);
  }
  return undefined;
}

/** `JSON.stringify(v)`, `JSON.parse(text)`, `Object.keys(table)` and their like. */
export function lowerOpaqueCall(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  const [first] = node.arguments;
  if (name === "JSON.parse" && first !== undefined) {
    const v = context.expression(first);
    context.reads(v, node, name);
    return opaqueResult(context, node, { parts: ["JSON.parse(", ")"], args: [v], pure: false }, true, hint);
  }
  if (name === "Object.fromEntries" && first !== undefined && node.arguments.length === 1) {
    const given = context.expression(first);
    const v = snapshotOf(context, first, given) ?? given;
    if (context.isRefused(v)) return standInFor(context, node);
    const table = fromEntries(context, node, v, hint);
    if (table !== undefined) return table;
    context.keeps(v, first, name);
    return opaqueResult(context, node, { parts: ["Object.fromEntries(", ")"], args: [v], pure: false }, true, hint);
  }
  if (name === "JSON.stringify" || name === "String.fromCharCode" || name === "String.raw") {
    const args = holes(context, node.arguments);
    if (args === undefined) return context.standIn(str);
    return foreign(context, node, separated(args.length, `${name}(`, ")"), args, str, { pure: false, hint });
  }
  return undefined;
}
