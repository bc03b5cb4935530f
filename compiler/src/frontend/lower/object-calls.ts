/** `Object.keys`, `Object.entries`, `Object.assign` and their like, on objects whose fields are known. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { field, value } from "../../ir/build.js";
import type { Field, RecordDecl, Type, Value } from "../../ir/ir.js";
import { arrayOf, bool, isReference, present, sameType, str, typeText } from "../../ir/types.js";
import { preludeFunction } from "../prelude.js";
import { bare, isConst, spanOf, symbolOf } from "../source.js";
import { load, standInFor } from "./access.js";
import { isNotSpread } from "./class-fields.js";
import type { FunctionContext } from "./context.js";
import {
  copyMembers,
  dictionaryOf,
  dictionaryType,
  hasKey,
  keysOfDictionary,
  lowerDictionary,
  membersOfDictionary,
} from "./dictionary.js";
import { branch } from "./flow.js";
import { callFunction } from "./follow.js";
import { hasElement, hasField } from "./has-member.js";
import { askIfThere } from "./held-undefined.js";
import { listedMembers } from "./listed-members.js";
import { keyLiteral } from "./literals.js";
import { isUndefined, mayBeUndefined, presentValue } from "./missing.js";
import { objectOf } from "./object.js";
import { spreadInto, withoutAccessors } from "./object-members.js";
import { listed as listedOpaque } from "./opaque-results.js";
import { primitive } from "./primitive.js";

export function lowerObjectCall(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  used: boolean,
  hint: string | undefined,
): Value | undefined {
  const [first, ...others] = node.arguments;
  if (first === undefined) return undefined;
  switch (name) {
    case "Object.freeze":
    case "Object.seal":
      return context.expression(first, hint);
    case "Object.keys":
    case "Object.values":
    case "Object.entries":
      return membersOf(context, node, first, name, hint);
    case "Object.assign":
      return assignAll(context, node, first, others);
    case "Object.hasOwn":
      return hasOwn(context, node, first, others[0], hint);
    case "Object.is":
      return undefined;
    case "structuredClone":
      return copied(context, node, first, used, hint);
    default:
      return undefined;
  }
}

/** `Object.hasOwn(table, key)`, `table.hasOwnProperty(key)`. */
export function hasOwn(
  context: FunctionContext,
  node: ts.CallExpression,
  of: ts.Expression,
  key: ts.Expression | undefined,
  hint: string | undefined,
): Value | undefined {
  if (key === undefined) return undefined;
  const table = presentValue(context, context.expression(of), of);
  if (context.isRefused(table)) return context.standIn(bool);
  if (table.type.kind === "dict" || table.type.kind === "opaque")
    return hasKey(context, of, table, context.expression(key), "own", hint);
  const name = keyLiteral(context, key);
  if (context.file.types.choices.kindOf(table.type) === "list")
    return hasElement(context, node, table, name ?? context.expression(key), "own", hint);
  const isPlain = table.type.kind === "record" && context.file.types.choices.of(table.type) === undefined;
  if (isPlain && name !== undefined) return hasField(context, node, table, String(name), "own", hint);
  return context.refuse(language.reflection(spanOf(node), "hasOwn"), bool);
}

function recordOf(context: FunctionContext, v: Value): RecordDecl | undefined {
  const decl = v.type.kind === "record" ? context.file.types.records.get(v.type.name) : undefined;
  if (decl === undefined) return undefined;
  // What an instance has from its class, or hides, is not among its keys.
  return { ...decl, fields: decl.fields.filter((f) => !isNotSpread(context.file.types, v.type, f.name)) };
}

/** The names `for…in` goes over; nothing where they are not known. */
export function keysOf(context: FunctionContext, node: ts.Expression, of: Value): Value | undefined {
  const v = withoutAccessors(context, of, node);
  if (v.type.kind === "opaque" || v.type.kind === "dict") return keysOfDictionary(context, node, v);
  const decl = recordOf(context, v);
  if (decl === undefined || decl.variants !== undefined) return undefined;
  if (decl.fields.some((f) => mayBeUndefined(f.type)))
    return listedMembers(context, node, v, decl, "Object.keys", undefined);
  const fields = inWrittenOrder(context, node, decl);
  if (fields === undefined)
    context.file.ordered.push({ record: decl.name, diagnostic: language.dynamicKeys(spanOf(node), "for…in") });
  return context.at(node).aggregate(
    arrayOf(str),
    (fields ?? decl.fields).map((f) => context.constant(f.name)),
  );
}

/** The fields in the order in which a constant's literal has them; absent where the object is no such constant. */
function inWrittenOrder(context: FunctionContext, node: ts.Expression, decl: RecordDecl): readonly Field[] | undefined {
  const symbol = ts.isIdentifier(bare(node)) ? symbolOf(context.file.checker, bare(node)) : undefined;
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || !isConst(declaration)) return undefined;
  const literal = declaration.initializer === undefined ? undefined : bare(declaration.initializer);
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) return undefined;
  const names = literal.properties.flatMap((p) =>
    !ts.isSpreadAssignment(p) && (ts.isIdentifier(p.name) || ts.isStringLiteralLike(p.name)) ? [p.name.text] : [],
  );
  // Keys that look like numbers come first, in their own order.
  if (names.length < literal.properties.length || names.some((n) => /^\d+$/.test(n))) return undefined;
  const fields = names.flatMap((n) => decl.fields.find((f) => f.name === n) ?? []);
  return fields.length === decl.fields.length && new Set(names).size === names.length ? fields : undefined;
}

function membersOf(
  context: FunctionContext,
  node: ts.CallExpression,
  of: ts.Expression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  const v = withoutAccessors(context, presentValue(context, context.expression(of), of), of);
  if (context.isRefused(v)) return standInFor(context, node);
  if (v.type.kind === "dict") return membersOfDictionary(context, node, v, name, hint);
  if (v.type.kind === "opaque") {
    const mapped = context.file.types.map(context.file.checker.getTypeAtLocation(node));
    const type = "type" in mapped && mapped.type.kind === "array" ? mapped.type : undefined;
    return type === undefined ? undefined : listedOpaque(context, node, [`${name}(`, ")"], v, type, hint);
  }
  const decl = recordOf(context, v);
  const isPartial = decl?.variants === undefined && decl?.fields.some((f) => mayBeUndefined(f.type)) === true;
  const listed = decl === undefined || !isPartial ? undefined : listedMembers(context, node, v, decl, name, hint);
  if (listed !== undefined) return listed;
  // Which fields there are must be known, and so must their order: that of the declaration may not be that of the object.
  if (decl === undefined || decl.variants !== undefined || decl.fields.some((f) => mayBeUndefined(f.type))) {
    context.report(language.dynamicKeys(spanOf(node), name));
    return standInFor(context, node);
  }
  const written = inWrittenOrder(context, of, decl);
  if (written === undefined)
    context.file.ordered.push({ record: decl.name, diagnostic: language.dynamicKeys(spanOf(node), name) });
  const fields = written ?? decl.fields;
  const names = fields.map((f) => context.constant(f.name));
  if (name === "Object.keys") return context.at(node).aggregate(arrayOf(str), names, hint);
  const type = commonType(context, fields);
  if (type === undefined) {
    context.report(language.dynamicKeys(spanOf(node), name));
    return standInFor(context, node);
  }
  const values = fields.map((f) =>
    context.coerce(load(context, { place: field(v, f.name), type: f.type }, node, f.name), type, node),
  );
  const pair: Type = { kind: "tuple", elems: [str, type] };
  const members =
    name === "Object.values"
      ? values
      : values.map((member, i) => {
          const key = names[i] ?? context.constant("");
          const made = context.at(node).aggregate(pair, [key, member]);
          context.putInto(made, member);
          return made;
        });
  const made = context.at(node).aggregate(arrayOf(name === "Object.values" ? type : pair), members, hint);
  for (const member of members) context.putInto(made, member);
  return made;
}

/** The type of all fields: the one they have, or one of those. */
function commonType({ file: { types } }: FunctionContext, fields: readonly Field[]): Type | undefined {
  const [first, ...others] = fields.map((f) => f.type);
  return others.reduce<Type | undefined>(
    (all, t) => (all === undefined || sameType(all, t) ? all : types.join(all, t)),
    first,
  );
}

/** May an object lack the member: one that is optional, or that only some of those have which it may be? */
function mayLeaveOut(context: FunctionContext, object: Value, name: string): boolean {
  const { records } = context.file.types;
  const decl = recordOf(context, object);
  const lacks = (n: string): boolean => records.get(n)?.fields.some((f) => f.name === name) !== true;
  return (
    decl?.fields.some((f) => f.name === name && f.optional === true) === true || decl?.variants?.some(lacks) === true
  );
}

/** `Object.assign(target, a, b)`: the fields of `a` and `b` are stored into `target`, one after the other. */
function assignAll(
  context: FunctionContext,
  node: ts.CallExpression,
  first: ts.Expression,
  others: readonly ts.Expression[],
): Value {
  const literal = bare(first);
  const keyed = ts.isObjectLiteralExpression(literal) ? dictionaryType(context, node) : undefined;
  if (keyed !== undefined && ts.isObjectLiteralExpression(literal)) {
    const made = lowerDictionary(context, literal, keyed, undefined);
    for (const other of others) copyMembers(context, other, made, context.expression(other));
    return made;
  }
  if (ts.isObjectLiteralExpression(literal)) {
    const made = new Map<string, Value>();
    for (const source of node.arguments)
      if (!spreadInto(context, source, context.expression(source), made)) return standInFor(context, node);
    return objectOf(context, node, made, undefined);
  }
  const target = context.expression(first);
  if (dictionaryOf(target) !== undefined) {
    for (const other of others) copyMembers(context, other, target, context.expression(other));
    return target;
  }
  const decl = recordOf(context, target);
  if (context.isRefused(target)) return target;
  if (decl === undefined) return refuse(context, node, first);
  for (const other of others) {
    const source = context.expression(other);
    const members = new Map<string, Value>();
    if (!spreadInto(context, other, source, members)) return target;
    for (const [name, v] of members) {
      const own = decl.fields.find((f) => f.name === name);
      if (own === undefined) return refuse(context, node, other);
      const set = (given: Value): void => {
        context.putInto(target, given);
        context.at(node).store(field(target, name), context.coerce(given, own.type, other));
      };
      // A member that the source leaves out is left as it is.
      if (mayLeaveOut(context, source, name)) {
        askIfThere(context, source.type, name, other);
        branch(
          context,
          primitive(context, other, "not", [isUndefined(context, v, other)]),
          () => set(presentValue(context, v, other)),
          () => {},
          false,
        );
      } else set(v);
    }
  }
  return target;
}

function refuse(context: FunctionContext, node: ts.CallExpression, at: ts.Expression): Value {
  context.report(
    meaning.builtinArguments(spanOf(at), "Object.assign", "an object that has other fields than the first argument"),
  );
  return standInFor(context, node);
}

/** A deep copy of arrays and objects of numbers. */
function copied(
  context: FunctionContext,
  node: ts.CallExpression,
  of: ts.Expression,
  used: boolean,
  hint: string | undefined,
): Value {
  const source = context.expression(of);
  if (!used || context.isRefused(source) || !isReference(source.type)) return source;
  // A clone shares inside what its source shares; a copy does not, so nothing may be shared.
  const held = holdings(context, source.type);
  if (held === "several") {
    context.report(meaning.builtinArguments(spanOf(of), "structuredClone", "something that may hold an object twice"));
    return context.standIn(source.type);
  }
  if (held === "members")
    for (const [a, b] of pairsOfOneType(context, source, node))
      callFunction(context, node, preludeFunction("apart"), undefined, [a, b]);
  if (held === "elements") callFunction(context, node, preludeFunction("distinct"), undefined, [source]);
  const result = value(source.type, hint);
  context.at(node).push({ kind: "copy", source, result });
  return result;
}

/** Lists of scalars among the members that are of one type, so that two may be one list. */
function pairsOfOneType(context: FunctionContext, source: Value, node: ts.Node): (readonly [Value, Value])[] {
  const fields = recordOf(context, source)?.fields.filter((f) => isReference(f.type)) ?? [];
  const held = fields.map((f) =>
    context.readFrom(source, context.at(node).load(field(source, f.name), f.type, f.name)),
  );
  return held.flatMap((a, i) => held.slice(i + 1).flatMap((b) => (sameType(a.type, b.type) ? [[a, b] as const] : [])));
}

/** Where something of this type may hold the same object twice: nowhere, among its elements, among its members, or somewhere else. */
function holdings(context: FunctionContext, type: Type): "nothing" | "elements" | "members" | "several" {
  const held = present(type);
  if (held.kind === "array") {
    if (!isReference(held.elem)) return "nothing";
    return holdings(context, held.elem) === "nothing" ? "elements" : "several";
  }
  const members =
    held.kind === "tuple"
      ? held.elems
      : held.kind === "record"
        ? (context.file.types.records.get(held.name)?.fields ?? []).map((f) => f.type)
        : [];
  const references = members.filter(isReference);
  const areFlat = references.every((m) => present(m).kind !== "record" && holdings(context, m) === "nothing");
  const kinds = new Set(references.map((m) => typeText(present(m))));
  if (areFlat && kinds.size === references.length) return "nothing";
  const isRecord = type.kind === "record" && !members.some((m) => m.kind === "maybe");
  return areFlat && isRecord ? "members" : "several";
}
