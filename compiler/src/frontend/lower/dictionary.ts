/**
 * Objects with arbitrary keys whose members a derivative may flow through, `Record<string, number>`: places are found by
 * key. A member that is not there is `undefined`, whatever the settings of TypeScript say.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import { deletionText } from "../../ir/deletion.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, bool, num, present, str } from "../../ir/types.js";
import { keyParameter } from "../keyed-type.js";
import { preludeFunction } from "../prelude.js";
import { spanOf } from "../source.js";
import { type Located, standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";
import { branch } from "./flow.js";
import { callFunction } from "./follow.js";
import { foreign } from "./foreign.js";
import { isUndefined, presentValue } from "./missing.js";
import { withoutAccessors } from "./object-members.js";

type Dictionary = Extract<Type, { kind: "dict" }>;

export const dictionaryOf = (v: Value): Dictionary | undefined => {
  const type = present(v.type);
  return type.kind === "dict" ? type : undefined;
};

/** A key as what the object is looked up by; absent after a report. */
function keyFor(context: FunctionContext, node: ts.Expression, type: Dictionary, given: Value): Value | undefined {
  if (given.type.kind === type.key) return given;
  if (context.isRefused(given)) return undefined;
  if (given.type.kind === "num") return foreign(context, node, ["String(", ")"], [given], str, { pure: true });
  if (given.type.kind === "str") return foreign(context, node, ["Number(", ")"], [given], num, { pure: true });
  context.report(language.dynamicProperty(spanOf(node)));
  return undefined;
}

/** A name that is written out, as a key. */
function nameKey(context: FunctionContext, node: ts.Node, type: Dictionary, name: string): Value {
  context.at(node);
  return context.constant(type.key === "num" ? Number(name) : name);
}

/** `table[key]`. */
export function placeByKey(
  context: FunctionContext,
  base: Value,
  type: Dictionary,
  key: ts.Expression,
): Located | undefined {
  const found = keyFor(context, key, type, context.expression(key));
  return found === undefined ? undefined : { place: elem(base, found), type: type.elem };
}

/** `table.name`. */
export function placeByName(
  context: FunctionContext,
  base: Value,
  type: Dictionary,
  name: string,
  node: ts.Node,
): Located {
  return { place: elem(base, nameKey(context, node, type, name)), type: type.elem };
}

// -------------------------------------------------------------------------------------------------------------- making

/** The type of an object literal that has arbitrary keys: by what the place expects, or by what it is itself. */
export function dictionaryType(context: FunctionContext, node: ts.Expression): Dictionary | undefined {
  const { checker, types } = context.file;
  for (const type of [checker.getContextualType(node), checker.getTypeAtLocation(node)]) {
    if (type === undefined) continue;
    const there = checker.getNonNullableType(type);
    if (checker.getIndexInfosOfType(there).length === 0 && keyParameter(types, there) === undefined) continue;
    const mapped = types.map(there);
    if ("type" in mapped && mapped.type.kind === "dict") return mapped.type;
  }
  return undefined;
}

export const emptyDictionary = (context: FunctionContext, node: ts.Node, type: Dictionary, hint?: string): Value =>
  context.at(node).aggregate(type, [], hint);

function put(context: FunctionContext, node: ts.Node, into: Value, key: Value, v: Value): void {
  const type = dictionaryOf(into);
  if (type === undefined || context.isRefused(v)) return;
  context.putInto(into, v);
  context.at(node).store(elem(into, key), context.coerce(v, type.elem, node));
}

/** `{ ...table, name: v, [key]: w }` */
export function lowerDictionary(
  context: FunctionContext,
  node: ts.ObjectLiteralExpression,
  type: Dictionary,
  hint: string | undefined,
): Value {
  const made = emptyDictionary(context, node, type, hint);
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      copyMembers(context, property, made, context.expression(property.expression));
      continue;
    }
    const isShort = ts.isShorthandPropertyAssignment(property);
    if (!isShort && !ts.isPropertyAssignment(property)) {
      context.report(language.objectMember(spanOf(property), "This form"));
      continue;
    }
    const { name } = property;
    const key = ts.isComputedPropertyName(name)
      ? keyFor(context, name.expression, type, context.expression(name.expression))
      : nameKey(context, name, type, ts.isBigIntLiteral(name) ? name.getText() : name.text);
    const v = context.expression(isShort ? property.name : property.initializer);
    if (key !== undefined) put(context, property, made, key, v);
  }
  return made;
}

/** `...source`, `Object.assign(target, source)`. */
export function copyMembers(context: FunctionContext, node: ts.Node, into: Value, of: Value): boolean {
  const type = dictionaryOf(into);
  if (type === undefined) return false;
  const from = ts.isSpreadAssignment(node) ? node.expression : node;
  const source = ts.isExpression(from) ? withoutAccessors(context, of, from) : of;
  if (source.type.kind === "void") return true;
  if (source.type.kind === "maybe") {
    // Nothing is copied of what is not there.
    let ok = true;
    branch(
      context,
      context.at(node).prim("isNullish", [source]),
      () => {},
      () => {
        ok = copyMembers(context, node, into, presentValue(context, source, node));
      },
      false,
    );
    return ok;
  }
  if (source.type.kind === "dict") {
    const at = ts.isSpreadAssignment(node) ? node.expression : ts.isExpression(node) ? node : undefined;
    if (at === undefined) return false;
    callFunction(context, at, preludeFunction("memberAssign"), undefined, [
      into,
      source,
      keysOfDictionary(context, at, source),
    ]);
    context.putInto(into, source);
    return true;
  }
  const decl = source.type.kind === "record" ? context.file.types.records.get(source.type.name) : undefined;
  if (decl === undefined || decl.variants !== undefined) {
    if (!context.isRefused(source)) context.report(language.spreadNotYet(spanOf(node), context.show(source.type)));
    return false;
  }
  for (const f of decl.fields) {
    const own = context.at(node).load(field(source, f.name), f.type, f.name);
    const key = nameKey(context, node, type, f.name);
    if (f.optional !== true) put(context, node, into, key, own);
    else
      branch(
        context,
        isUndefined(context, own, node),
        () => {},
        () => put(context, node, into, key, presentValue(context, own, node)),
        false,
      );
  }
  return true;
}

/** `const { a, ...rest } = table`: a copy without the members that were taken. */
export function restOfDictionary(
  context: FunctionContext,
  table: Value,
  taken: ReadonlySet<string>,
  node: ts.BindingElement | ts.SpreadAssignment,
  hint: string | undefined,
): Value {
  const type = dictionaryOf(table);
  const at = ts.isSpreadAssignment(node) ? node : ts.isIdentifier(node.name) ? node.name : undefined;
  if (type === undefined || at === undefined) {
    context.report(language.destructuringForm(spanOf(node), "A rest of this"));
    return standInFor(context, node);
  }
  const made = emptyDictionary(context, node, type, hint);
  copyMembers(context, at, made, table);
  for (const name of taken)
    foreign(context, node, [deletionText, "[", "]"], [made, nameKey(context, node, type, name)], bool, { pure: false });
  return made;
}

// -------------------------------------------------------------------------------------------------------------- listing

/** The keys there are, in a new array. */
export const keysOfDictionary = (context: FunctionContext, node: ts.Node, table: Value): Value =>
  foreign(context, node, ["Object.keys(", ")"], [table], arrayOf(str), { pure: false });

/** `Object.keys(table)`, `Object.values(table)`, `Object.entries(table)`. */
export function membersOfDictionary(
  context: FunctionContext,
  node: ts.CallExpression,
  table: Value,
  name: string,
  hint: string | undefined,
): Value {
  const keys = keysOfDictionary(context, node, table);
  if (name === "Object.keys") return keys;
  const f = preludeFunction(name === "Object.values" ? "memberValues" : "memberEntries");
  return context.readFrom(table, callFunction(context, node, f, undefined, [table, keys], hint));
}

/** `Object.fromEntries(pairs)`; absent where what it makes is no such object. */
export function fromEntries(
  context: FunctionContext,
  node: ts.CallExpression,
  pairs: Value,
  hint: string | undefined,
): Value | undefined {
  if (pairs.type.kind !== "array" || pairs.type.elem.kind !== "tuple") return undefined;
  const type = dictionaryType(context, node);
  if (type === undefined) return undefined;
  const made = emptyDictionary(context, node, type, hint);
  context.putInto(made, pairs);
  return callFunction(context, node, preludeFunction("membersFrom"), undefined, [made, pairs], hint);
}

/** `key in table`, `Object.hasOwn(table, key)`. */
export function hasKey(
  context: FunctionContext,
  node: ts.Node,
  table: Value,
  key: Value,
  form: "in" | "own",
  hint?: string,
): Value {
  return form === "in"
    ? foreign(context, node, ["", " in ", ""], [key, table], bool, { pure: false, hint })
    : foreign(context, node, ["Object.hasOwn(", ", ", ")"], [table, key], bool, { pure: false, hint });
}

/** `delete table[key]`. */
export function deleteMember(
  context: FunctionContext,
  node: ts.DeleteExpression,
  table: Value,
  access: ts.ElementAccessExpression | ts.PropertyAccessExpression,
): Value {
  const type = dictionaryOf(table);
  if (type === undefined) return standInFor(context, node);
  const key = ts.isPropertyAccessExpression(access)
    ? nameKey(context, access.name, type, access.name.text)
    : keyFor(context, access.argumentExpression, type, context.expression(access.argumentExpression));
  if (key === undefined) return context.standIn(bool);
  return foreign(context, node, [deletionText, "[", "]"], [table, key], bool, { pure: false });
}
