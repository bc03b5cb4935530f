/**
 * Maps and sets that are made in the program and hold arrays, objects, functions, or numbers that a derivative flows
 * through: records of our own, which functions of the prelude read and change.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, bool, num, present, sameType } from "../../ir/types.js";
import { type Collection, placesField, placesType } from "../collection-types.js";
import { preludeFunction } from "../prelude.js";
import { filesMatching } from "../scans.js";
import { bare, spanOf } from "../source.js";
import { standInFor } from "./access.js";
import type { FunctionContext } from "./context.js";
import { isConvertible } from "./convert.js";
import { argumentsOf } from "./arguments.js";
import { callFunction } from "./follow.js";
import { foreign } from "./foreign.js";
import { isNullish, presentValue } from "./missing.js";
import { branchValue } from "./flow.js";
import { Again } from "./variables.js";

/** The map or set a value is. */
export const collectionOf = (context: FunctionContext, v: Value): Collection | undefined =>
  context.file.types.collections.of(present(v.type));

/** `map.get(key)`, `set.add(x)`, …; absent where there is no such method. */
export function lowerCollectionMethod(
  context: FunctionContext,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  of: Value,
  hint: string | undefined,
): Value | undefined {
  const self = presentValue(context, of, callee);
  const type = collectionOf(context, self);
  if (type === undefined) return undefined;
  const name = callee.name.text;
  const prelude = (f: string, ...args: readonly Value[]): Value =>
    callFunction(context, node, preludeFunction(f), undefined, [self, ...args], hint);
  const view = viewOf(type, name);
  if (view !== undefined && node.arguments.length === 0) return prelude(view);
  const [first, second] = node.arguments;
  if (name === "clear" && first === undefined) return prelude("keysClear");
  if (first === undefined || node.arguments.some(ts.isSpreadElement)) return undefined;
  if (name === "forEach") {
    const args = argumentsOf(context, [first]);
    const [f] = args ?? [];
    if (f === undefined || "all" in f) return standInFor(context, node);
    if (context.file.types.functions.of(f.type) === undefined) {
      if (!context.isRefused(f)) context.report(language.functionValuesNotYet(spanOf(first), first.getText()));
      return standInFor(context, node);
    }
    return prelude(type.kind === "map" ? "mapForEach" : "setForEach", f);
  }
  const given = context.expression(first);
  if (context.isRefused(given)) return standInFor(context, node);
  if (name === "add" && type.kind === "set") admitTo(context, type, given, first);
  const key = context.coerce(given, type.key, first);
  switch (name) {
    case "has":
      return foreign(context, node, ["", ".has(", ")"], [placesOf(context, node, self, type), key], bool, {
        pure: false,
        compares: true,
        hint,
      });
    case "delete":
      return prelude("keyDelete", key);
    case "add":
      if (type.kind !== "set") return undefined;
      context.putInto(self, key);
      prelude("setAdd", key);
      return self;
    case "get":
      return type.kind === "map" ? context.readFrom(self, prelude("mapGet", key)) : undefined;
    case "set": {
      if (type.kind !== "map" || second === undefined) return undefined;
      const v = context.expression(second);
      if (context.isRefused(v)) return self;
      admitTo(context, type, v, second);
      const member = context.coerce(v, type.value, second);
      context.putInto(self, member);
      prelude("mapSet", key, member);
      return self;
    }
    default:
      return undefined;
  }
}

/** What it holds, the first that is put into it may say. */
function admitTo(context: FunctionContext, type: Collection, v: Value, node: ts.Node): void {
  const { types, running } = context.file;
  const { site } = type;
  if (site === undefined || context.isRefused(v) || sameType(v.type, type.value)) return;
  if (isConvertible(context, v, type.value) && !types.isOpen(type.value)) return;
  const known = site.of.elements.get(site.node);
  const wanted = known === undefined ? v.type : types.join(known, v.type);
  if (wanted === undefined || sameType(wanted, type.value) || !running.includes(site.of)) return;
  site.of.elements.set(site.node, wanted);
  throw new Again(site.of, node);
}

const placesOf = (context: FunctionContext, node: ts.Node, self: Value, type: Collection): Value =>
  context.at(node).load(field(self, placesField), placesType(type.key));

/** `map.size`. */
export function lowerCollectionSize(
  context: FunctionContext,
  node: ts.PropertyAccessExpression,
  self: Value,
  hint: string | undefined,
): Value | undefined {
  const type = collectionOf(context, self);
  if (type === undefined || node.name.text !== "size") return undefined;
  return context.integer(
    foreign(context, node, ["", ".size"], [placesOf(context, node, self, type)], num, { pure: false, hint }),
  );
}

/** The function of the prelude that lists what a method goes over. */
function viewOf({ kind }: Collection, name: string): string | undefined {
  switch (name) {
    case "keys":
      return "keysOf";
    case "values":
      return kind === "map" ? "valuesOf" : "keysOf";
    case "entries":
      return kind === "map" ? "entriesOf" : "pairsOf";
    default:
      return undefined;
  }
}

/** What `for…of` and a spread go over, as a list made now. */
export function snapshotOf(context: FunctionContext, node: ts.Expression, of: Value): Value | undefined {
  const type = collectionOf(context, of);
  if (type === undefined) return undefined;
  const self = presentValue(context, of, node);
  return callFunction(context, node, preludeFunction(type.kind === "map" ? "entriesOf" : "keysOf"), undefined, [self]);
}

/** `map.get(key) ?? []` in a place that only goes over it: the members of the one or of the other. */
export function membersOrNone(context: FunctionContext, node: ts.Expression): Value | undefined {
  const inner = bare(node);
  if (!ts.isBinaryExpression(inner) || inner.operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken)
    return undefined;
  const other = bare(inner.right);
  if (!ts.isArrayLiteralExpression(other) || other.elements.length > 0) return undefined;
  const { checker } = context.file;
  if (checker.isArrayType(checker.getNonNullableType(checker.getTypeAtLocation(inner.left)))) return undefined;
  const left = context.expression(inner.left);
  const missing = isNullish(context, left, node);
  const there = presentValue(context, left, node);
  const members = (): Value | undefined =>
    snapshotOf(context, node, there) ?? context.lowering.data.members(context, inner.left, there);
  if (left.type.kind !== "maybe") return members();
  let list: Type | undefined;
  const all = (): Value => {
    const found = members() ?? there;
    list = found.type;
    return found;
  };
  return branchValue(
    context,
    context.at(node).prim("not", [missing]),
    all,
    () => context.at(node).aggregate(list?.kind === "array" ? list : arrayOf(num), []),
    {},
  );
}

/** One step over a map or set of our own. */
export interface Step {
  /** Is there something in this place still? */
  readonly held: Value | undefined;
  readonly key: () => Value;
  readonly value: () => Value;
}

/** The arrays of a map or set. */
export function stepAt(context: FunctionContext, node: ts.Node, self: Value, type: Collection, index: Value): Step {
  const from = (name: "keys" | "values", elem: Type): Value => {
    const array = context.at(node).load(field(self, name), arrayOf(elem));
    return context.readFrom(array, context.at(node).load({ kind: "elem", base: array, index }, elem));
  };
  const key = (): Value => from("keys", type.key);
  const held = shrinks(context) ? isHeld(context, node, placesOf(context, node, self, type), key(), index) : undefined;
  return { held, key, value: () => (type.kind === "map" ? from("values", type.value) : key()) };
}

export function countOf(context: FunctionContext, node: ts.Node, self: Value, type: Collection): Value {
  const keys = context.at(node).load(field(self, "keys"), arrayOf(type.key));
  return context.integer(context.at(node).length(keys));
}

/** Is something taken out of a map or set anywhere in the program? */
function shrinks(context: FunctionContext): boolean {
  const { made, user } = context.file;
  const { program } = user ?? context.file;
  made.shrinks ??= filesMatching(program, /\.\s*(delete|clear)\b/).length > 0;
  return made.shrinks;
}

function isHeld(context: FunctionContext, node: ts.Node, places: Value, key: Value, index: Value): Value {
  return foreign(context, node, heldText, [places, key, index], bool, { pure: false, compares: true });
}

/** What only the functions of the prelude call; absent where it is none of these. */
export function lowerPlaces(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  if (context.file.user === undefined) return undefined;
  const texts = placeTexts.get(name);
  if (texts === undefined) return undefined;
  const args = node.arguments.map((a) => context.expression(a));
  const [places, key, index] = args;
  if (name === "isHeld") {
    if (!shrinks(context)) return context.constant(true);
    if (places !== undefined && key !== undefined && index !== undefined)
      return isHeld(context, node, places, key, index);
  }
  if (name === "placeOf")
    return context.integer(foreign(context, node, texts, args, num, { pure: false, compares: true, hint }));
  context.at(node).push({ kind: "foreign", text: texts, args, pure: false });
  return context.undefinedOf({ kind: "void" });
}

const heldText = ["(", ".get(", ") === ", ")"];

const placeTexts = new Map<string, readonly string[]>([
  ["placeOf", ["(", ".get(", ") ?? -1)"]],
  ["putPlace", ["", ".set(", ", ", ")"]],
  ["dropPlace", ["", ".delete(", ")"]],
  ["clearPlaces", ["", ".clear()"]],
  ["isHeld", heldText],
]);

const ownTexts = new Set([...placeTexts.values(), ["", ".has(", ")"], ["", ".size"]].map((t) => t.join("\0")));

/** Does an operation only read or change the places of a map or set of our own, for what it is made of? */
export const isOfPlaces = (text: readonly string[]): boolean => ownTexts.has(text.join("\0"));
