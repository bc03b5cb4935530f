/**
 * Maps and sets that are made in the program and hold arrays, objects, functions, or numbers that a derivative flows
 * through: records of our own, which functions of the prelude read and change.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, bool, isReference, maybe, num, present, sameType } from "../../ir/types.js";
import { type Collection, placesField, placesType } from "../collection-types.js";
import { preludeFunction } from "../prelude.js";
import { filesMatching } from "../scans.js";
import { bare, spanOf, typeArguments } from "../source.js";
import { standInFor } from "./access.js";
import { rebuilt, tupleOfEither } from "./array-literal.js";
import type { FunctionContext } from "./context.js";
import { isConvertible } from "./convert.js";
import { argumentsOf, callFunction } from "./follow.js";
import { foreign } from "./foreign.js";
import { isNullish, presentValue } from "./missing.js";
import { branchValue } from "./flow.js";
import { Again } from "./variables.js";

/** The map or set a value is. */
export const collectionOf = (context: FunctionContext, v: Value): Collection | undefined =>
  context.file.types.collections.of(present(v.type));

// -------------------------------------------------------------------------------------------------------------- making

/** `new Map(…)`, `new Set(…)` where it is one of our own; the argument, if any, is evaluated already. */
export function lowerCollectionNew(
  context: FunctionContext,
  node: ts.NewExpression,
  name: string,
  source: Value | undefined,
  hint: string | undefined,
): Value | undefined {
  if (name !== "Map" && name !== "Set") return undefined;
  const kind = name === "Map" ? "map" : "set";
  const type = typeFor(context, node, kind, source && memberTypes(context, kind, source), source !== undefined);
  const made = type === undefined ? undefined : emptyOf(context, node, type, hint);
  if (made === undefined) {
    context.file.made.some = true;
    return undefined;
  }
  if (source === undefined || source.type.kind === "void") return made;
  const list =
    snapshotOf(context, node, source) ??
    context.lowering.data.members(context, node.arguments?.[0] ?? node, source) ??
    source;
  if (list.type.kind !== "array" && list.type.kind !== "typed") {
    if (!context.isRefused(list)) context.report(language.spreadNotYet(spanOf(node), context.show(list.type)));
    return standInFor(context, node);
  }
  return callFunction(
    context,
    node,
    preludeFunction(kind === "map" ? "mapFrom" : "setFrom"),
    undefined,
    [made, list],
    hint,
  );
}

/** `new Map([["a", x], ["b", y]])` of our own: what is written is put into it, one after the other. */
export function lowerWrittenMap(
  context: FunctionContext,
  node: ts.NewExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  const pairs = name === "Map" ? writtenPairs(node) : [];
  if (pairs.length === 0) return undefined;
  const values = pairs.map(([key, v]) => [context.expression(key), context.expression(v)] as const);
  const isRefused = values.some((pair) => pair.some((v) => context.isRefused(v)));
  const join = (types: readonly Type[]): Type | undefined =>
    types.slice(1).reduce<Type | undefined>((a, t) => a && context.file.types.join(a, t), types[0]);
  const key = join(values.map(([k]) => k.type));
  const parts = pairs.flatMap(([, n], i) => {
    const v = values[i]?.[1];
    return v === undefined ? [] : [{ value: v, node: n }];
  });
  const value = join(values.map(([, v]) => v.type)) ?? tupleOfEither(context, parts);
  const type =
    isRefused || key === undefined || value === undefined
      ? undefined
      : typeFor(context, node, "map", { key, value }, true);
  const made = type === undefined ? undefined : emptyOf(context, node, type, hint);
  const of = made === undefined ? undefined : collectionOf(context, made);
  if (made === undefined || of === undefined) {
    // What is evaluated already is not evaluated again.
    pairs.forEach((pair, i) => pair.forEach((n, k) => context.known.set(n, values[i]?.[k] ?? context.constant(0))));
    return undefined;
  }
  pairs.forEach(([keyNode, valueNode], i) => {
    const [k, v] = values[i] ?? [];
    if (k === undefined || v === undefined) return;
    const member = rebuilt(context, v, of.value, valueNode) ?? context.coerce(v, of.value, valueNode);
    const args = [made, context.coerce(k, of.key, keyNode), member];
    for (const held of args.slice(1)) context.putInto(made, held);
    callFunction(context, node, preludeFunction("mapSet"), undefined, args);
  });
  return made;
}

/** The pairs of a literal that stands in the constructor. */
function writtenPairs(node: ts.NewExpression): readonly (readonly [ts.Expression, ts.Expression])[] {
  const [first] = node.arguments ?? [];
  const list = first === undefined ? undefined : bare(first);
  if (list === undefined || !ts.isArrayLiteralExpression(list)) return [];
  const pairs = list.elements.flatMap((e) => {
    const pair = bare(e);
    const [key, v] = ts.isArrayLiteralExpression(pair) ? pair.elements : [];
    const isPlain =
      key !== undefined && v !== undefined && ts.isArrayLiteralExpression(pair) && pair.elements.length === 2;
    return isPlain && !ts.isSpreadElement(key) && !ts.isSpreadElement(v) ? [[key, v] as const] : [];
  });
  return pairs.length === list.elements.length ? pairs : [];
}

function emptyOf(
  context: FunctionContext,
  node: ts.NewExpression,
  type: Type,
  hint: string | undefined,
): Value | undefined {
  const of = context.file.types.collections.of(type);
  if (of === undefined) return undefined;
  const keys = context.at(node).aggregate(arrayOf(of.key), []);
  const values = of.kind === "map" ? [context.at(node).aggregate(arrayOf(of.value), [])] : [];
  const own = placesType(of.key);
  const text = own.kind === "opaque" ? `new ${own.text}()` : "new Map()";
  const places = foreign(context, node, [text], [], own, { pure: false });
  return context.at(node).aggregate(type, [keys, ...values, places], hint);
}

/** The type of what is made; absent where a map of JavaScript does. */
function typeFor(
  context: FunctionContext,
  node: ts.NewExpression,
  kind: Collection["kind"],
  given: { readonly key: Type; readonly value: Type } | undefined,
  isFilled: boolean,
): Type | undefined {
  const { checker, types, made } = context.file;
  const args = [checker.getTypeAtLocation(node), checker.getContextualType(node)].flatMap((t) => {
    const found = t === undefined ? [] : typeArguments(checker, checker.getNonNullableType(t));
    return found.length > 0 && found.every((a) => (a.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) === 0)
      ? [found]
      : [];
  })[0];
  const declared = args?.map((t) => ownType(context, t));
  const known = context.signature?.elements.get(node);
  const key = either(context, declared?.[0], given?.key);
  const own = kind === "set" ? key : either(context, declared?.[1], given?.value);
  const isLater = !isFilled && own !== undefined && types.isOpen(own);
  const value = known ?? own;
  if (key === undefined || value === undefined) return undefined;
  if (!made.all && !isOwn(context, kind, key, value)) return undefined;
  const site = isLater && context.signature !== undefined ? { of: context.signature, node } : undefined;
  return types.collections.typeOf({ kind, key: kind === "set" ? value : key, value, site });
}

const either = (context: FunctionContext, declared: Type | undefined, given: Type | undefined): Type | undefined =>
  declared === undefined ? given : given === undefined ? declared : context.file.types.given(declared, given);

/** Needs it more than a map of JavaScript? */
const isOwn = (context: FunctionContext, kind: Collection["kind"], key: Type, value: Type): boolean =>
  // What is one of several types would be compared as the object it becomes.
  !context.file.types.choices.isIn(key) &&
  (isReference(key) || (kind === "map" && (isReference(value) || context.file.types.hasFunction(value))));

/** What an iterable gives. */
function memberTypes(
  context: FunctionContext,
  kind: Collection["kind"],
  source: Value,
): { readonly key: Type; readonly value: Type } | undefined {
  const of = collectionOf(context, source);
  const elem = source.type.kind === "array" ? source.type.elem : source.type.kind === "typed" ? num : undefined;
  if (kind === "set") {
    if (of?.kind === "set") return { key: of.key, value: of.key };
    return elem === undefined ? undefined : { key: elem, value: elem };
  }
  if (of?.kind === "map") return { key: of.key, value: of.value };
  const [key, value] = elem?.kind === "tuple" ? elem.elems : elem?.kind === "array" ? [elem.elem, elem.elem] : [];
  return key === undefined || value === undefined ? undefined : { key, value };
}

/** A declared type, maps and sets in it as they are made in the program. */
function ownType(context: FunctionContext, type: ts.Type): Type | undefined {
  const { checker, types, made } = context.file;
  if (type.isUnion()) {
    const there = checker.getNonNullableType(type);
    if (there !== type && !there.isUnion()) {
      const of = ownType(context, there);
      const whole = types.map(type);
      return of === undefined
        ? undefined
        : "type" in whole && whole.type.kind === "maybe"
          ? maybe(of, whole.type.absent)
          : of;
    }
  }
  const symbol = type.getSymbol();
  const kind = /^(Readonly)?Map$/.test(symbol?.name ?? "")
    ? "map"
    : /^(Readonly)?Set$/.test(symbol?.name ?? "")
      ? "set"
      : undefined;
  if (kind !== undefined) {
    const [key, value = key] = typeArguments(checker, type).map((t) => ownType(context, t));
    if (
      key !== undefined &&
      value !== undefined &&
      (made.all || isOwn(context, kind, key, value)) &&
      !types.isOpen(value)
    )
      return types.collections.typeOf({ kind, key, value, site: undefined });
  }
  if (checker.isArrayType(type)) {
    const [elem] = typeArguments(checker, type);
    const own = elem === undefined ? undefined : ownType(context, elem);
    if (own !== undefined && types.holdsOwn(own)) return arrayOf(own);
  }
  const mapped = types.map(type);
  return "type" in mapped ? mapped.type : undefined;
}

// ------------------------------------------------------------------------------------------------------------- methods

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

// ----------------------------------------------------------------------------------------------------------- iteration

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
