/** `new Map(…)` and `new Set(…)` of our own: of which types they are, and what they are filled with. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, isReference, maybe, num } from "../../ir/types.js";
import { type Collection, placesType } from "../collection-types.js";
import { preludeFunction } from "../prelude.js";
import { bare, spanOf, typeArguments } from "../source.js";
import { standInFor } from "./access.js";
import { rebuilt, tupleOfEither } from "./array-literal.js";
import { collectionOf, snapshotOf } from "./collection.js";
import type { FunctionContext } from "./context.js";
import { callFunction } from "./follow.js";
import { foreign } from "./foreign.js";

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
  const wanted = kind === "set" ? key : either(context, declared?.[1], given?.value);
  // Functions that are put into it later, anywhere in the program.
  const place = `${context.file.nameOf(node.getSourceFile())}:${node.pos}`;
  const own = wanted === undefined || kind === "set" ? wanted : types.placesOf(wanted, "held", place);
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
