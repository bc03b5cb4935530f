/** Array literals, with spreads among their members. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, isReference, mayBeAbsent, sameType } from "../../ir/types.js";
import { bare, isReadonlyList, spanOf } from "../source.js";
import { refusesOpenTuple, standInFor } from "./access.js";
import { elementType, alloc, copyOf, countTo } from "./array-make.js";
import type { FunctionContext } from "./context.js";
import { joinedType } from "./convert.js";
import { elementWanted } from "./empty-lists.js";
import { primitive } from "./primitive.js";
import { openElement } from "./variables.js";

type ListType = Extract<Type, { kind: "array" | "tuple" }>;

/** A member, or all elements of an array. */
export type Part =
  | { readonly kind: "one"; readonly value: Value; readonly node: ts.Expression }
  | { readonly kind: "many"; readonly array: Value; readonly node: ts.Expression };

/**
 * Members and arguments in order, spreads of tuples taken apart. An array that what follows may change is copied where it
 * stands. `undefined` where something was refused.
 */
export function partsOf(
  context: FunctionContext,
  nodes: readonly ts.Expression[],
  evaluate: (node: ts.Expression, at: number) => Value = (node) => context.expression(node),
): readonly Part[] | undefined {
  const parts: Part[] = [];
  let ok = true;
  for (const [i, node] of nodes.entries()) {
    if (!ts.isSpreadElement(node)) {
      parts.push({ kind: "one", value: evaluate(node, parts.length), node });
      continue;
    }
    const source = spreadSource(context, node.expression);
    if (source.type.kind === "tuple") {
      if (refusesOpenTuple(context, node.expression, "A spread")) ok = false;
      source.type.elems.forEach((type, at) => {
        const value = context.readFrom(source, context.at(node).load(field(source, String(at)), type));
        parts.push({ kind: "one", value, node });
      });
    } else if (source.type.kind === "array" || source.type.kind === "typed") {
      const changes = nodes.slice(i + 1).some((n) => !context.file.effects.isReadOnly(n));
      parts.push({
        kind: "many",
        array: changes ? copyOf(context, node, source, source.type, undefined) : source,
        node,
      });
    } else {
      ok = false;
      if (!context.isRefused(source)) context.report(language.spreadNotYet(spanOf(node), context.show(source.type)));
    }
  }
  return ok ? parts : undefined;
}

/** What a spread goes over: `...xs`, `...xs.values()`. */
function spreadSource(context: FunctionContext, node: ts.Expression): Value {
  const inner = bare(node);
  if (
    ts.isCallExpression(inner) &&
    inner.arguments.length === 0 &&
    ts.isPropertyAccessExpression(inner.expression) &&
    (inner.expression.name.text === "values" || inner.expression.name.text === "keys")
  ) {
    const owner = context.expression(inner.expression.expression);
    if (owner.type.kind === "array" || owner.type.kind === "typed")
      return inner.expression.name.text === "values" ? owner : indicesOf(context, node, owner);
  }
  const whole = context.lowering.data.snapshotOrNone(context, node);
  if (whole !== undefined) return whole;
  const source = context.expression(node);
  return context.lowering.data.members(context, node, source) ?? source;
}

/** `[0, 1, …, length - 1]`. */
export function indicesOf(context: FunctionContext, node: ts.Node, array: Value): Value {
  const length = context.integer(context.at(node).length(array));
  const made = alloc(context, node, arrayOf({ kind: "num" }), length, undefined);
  countTo(context, length, (i) => context.b.store(elem(made, i), i));
  return made;
}

export function lowerArrayLiteral(
  context: FunctionContext,
  node: ts.ArrayLiteralExpression,
  hint: string | undefined,
): Value {
  const omitted = node.elements.find(ts.isOmittedExpression);
  if (omitted !== undefined) {
    context.report(language.sparseArray(spanOf(node)));
    return standInFor(context, node);
  }
  const parts = partsOf(context, node.elements);
  return parts === undefined
    ? standInFor(context, node)
    : arrayOfParts(context, node, parts, literalType(context, node), hint);
}

/** A new array of the parts; of the type that is wanted, where that is known and they fit. */
export function arrayOfParts(
  context: FunctionContext,
  node: ts.Expression,
  parts: readonly Part[],
  wanted: Type | undefined,
  hint: string | undefined,
): Value {
  if (parts.every((p) => p.kind === "one")) {
    const type = memberTypes(context, node, parts, wanted);
    if (type === undefined) {
      context.typeAt(node);
      return standInFor(context, node);
    }
    const members = parts.map((part, i) => {
      const member = type.kind === "tuple" ? type.elems[i] : elementType(type);
      if (member === undefined) return part.value;
      const again = rebuilt(context, part.value, member, part.node);
      return again ?? context.coerce(part.value, member, part.node);
    });
    if (type.kind === "tuple")
      for (const left of type.elems.slice(parts.length))
        members.push(context.coerce(context.undefinedOf({ kind: "void" }), left, node));
    const made = context.at(node).aggregate(type, members, hint);
    if (members.length === 0) context.empty.add(made.id);
    if (members.length === 0 || context.file.types.holdsOwn(type)) context.opens(made, node);
    for (const member of members) context.putInto(made, member);
    return made;
  }
  const element = elementOf(context, parts, wanted);
  if (element === undefined) {
    context.report(language.spreadNotYet(spanOf(node), "of an unknown array"));
    return standInFor(context, node);
  }
  return concatenate(context, node, parts, { kind: "array", elem: element }, hint);
}

/** The type of a literal whose members are all known one by one. */
function memberTypes(
  context: FunctionContext,
  node: ts.Node,
  parts: readonly (Part & { kind: "one" })[],
  wanted: Type | undefined,
): ListType | undefined {
  if (wanted?.kind === "tuple" && wanted.elems.length !== parts.length) {
    const left = wanted.elems.slice(parts.length);
    if (left.length > 0 && left.every((t) => mayBeAbsent(t, undefined))) return wanted;
    // TypeScript gives a literal as many members as the pattern it is taken apart by.
    return wanted.elems.length < parts.length ? undefined : { kind: "tuple", elems: parts.map((p) => p.value.type) };
  }
  const [first] = parts;
  if (first === undefined && wanted?.kind === "array")
    return { kind: "array", elem: openElement(context, node, emptyElement(context, node, wanted.elem)) };
  const types = parts.map((p) => p.value.type);
  if (first !== undefined && types.some((t) => context.file.types.holdsOwn(t))) {
    // Which functions it holds, the members say.
    if (wanted?.kind === "tuple") {
      const either = types.length > 1 ? tupleOfEither(context, parts) : undefined;
      return { kind: "tuple", elems: either === undefined ? types : types.map(() => either) };
    }
    // And what is pushed later.
    const start = openElement(context, node, first.value.type);
    const elem = types.reduce<Type | undefined>((a, t) => a && context.file.types.join(a, t), start);
    const together = elem ?? tupleOfEither(context, parts);
    if (together !== undefined) return { kind: "array", elem: together };
  }
  if (wanted?.kind === "tuple" || wanted?.kind === "array") return wanted;
  if (first === undefined) return undefined;
  const joined = parts.reduce<Type | undefined>(
    (type, p) => (type === undefined ? undefined : joinedType(context, { ...first.value, type }, p.value)),
    first.value.type,
  );
  return joined === undefined || joined.kind === "void"
    ? { kind: "tuple", elems: parts.map((p) => p.value.type) }
    : { kind: "array", elem: joined };
}

/** What a list without members may hold: the functions it is declared to hold, nothing in it tells. */
function emptyElement({ file }: FunctionContext, node: ts.Node, declared: Type): Type {
  return file.types.placesOf(declared, "listed", `${file.nameOf(node.getSourceFile())}:${node.pos}`);
}

const isLiteral = (node: ts.Node): boolean => ts.isExpression(node) && ts.isArrayLiteralExpression(bare(node));

/** The type of `["sin", Math.sin]` and `["cos", Math.cos]`, which nobody else has: each member is one of several functions. */
export function tupleOfEither(
  context: FunctionContext,
  parts: readonly { readonly value: Value; readonly node: ts.Expression }[],
): Type | undefined {
  const tuples = parts.flatMap((p) => (p.value.type.kind === "tuple" && isLiteral(p.node) ? [p.value.type] : []));
  const [first] = tuples;
  if (first === undefined || tuples.length < parts.length) return undefined;
  if (tuples.some((t) => t.elems.length !== first.elems.length)) return undefined;
  const elems = first.elems.map((start, i) =>
    tuples.reduce<Type | undefined>((all, t) => all && context.file.types.join(all, t.elems[i] ?? start), start),
  );
  return elems.every((t) => t !== undefined) ? { kind: "tuple", elems } : undefined;
}

/** A tuple that was written in this place, made again with members of wider types. */
export function rebuilt(context: FunctionContext, v: Value, type: Type, node: ts.Node): Value | undefined {
  const from = v.type;
  if (type.kind !== "tuple" || from.kind !== "tuple" || sameType(from, type) || !isLiteral(node)) return undefined;
  if (!context.file.types.holdsOwn(type)) return undefined;
  const members = type.elems.map((wider, i) => {
    const member = context.at(node).load(field(v, String(i)), from.elems[i] ?? wider);
    return context.coerce(context.readFrom(v, member), wider, node);
  });
  const made = context.at(node).aggregate(type, members);
  for (const member of members) context.putInto(made, member);
  return made;
}

function elementOf(context: FunctionContext, parts: readonly Part[], wanted: Type | undefined): Type | undefined {
  if (wanted?.kind === "array" && !context.file.types.isOpen(wanted.elem)) return wanted.elem;
  const types = parts.map((p) => (p.kind === "one" ? p.value.type : elementType(p.array.type)));
  return types
    .slice(1)
    .reduce<Type | undefined>((a, t) => (a === undefined ? undefined : context.file.types.join(a, t)), types[0]);
}

/** The parts one after the other in a new array. */
export function concatenate(
  context: FunctionContext,
  node: ts.Node,
  parts: readonly Part[],
  type: Extract<Type, { kind: "array" | "typed" }>,
  hint: string | undefined,
): Value {
  const [only] = parts;
  if (
    only !== undefined &&
    parts.length === 1 &&
    only.kind === "many" &&
    sameType(elementType(only.array.type), elementType(type))
  )
    return copyOf(context, node, only.array, type, hint);
  const element = elementType(type);
  const ones = parts.filter((p) => p.kind === "one").length;
  const lengths = new Map<Part, Value>();
  let total: Value | undefined;
  for (const part of parts) {
    if (part.kind === "one") continue;
    const length = context.integer(context.at(node).length(part.array));
    lengths.set(part, length);
    total = total === undefined ? length : primitive(context, node, "add", [total, length]);
  }
  const fixed = context.constant(ones);
  const length = total === undefined ? fixed : ones === 0 ? total : primitive(context, node, "add", [total, fixed]);
  const made = alloc(context, node, type, length, hint);
  let before = 0;
  let offset: Value | undefined;
  const position = (): Value =>
    offset === undefined
      ? context.constant(before)
      : before === 0
        ? offset
        : primitive(context, node, "add", [offset, context.constant(before)]);
  for (const part of parts) {
    const start = position();
    if (part.kind === "one") {
      const member = context.coerce(part.value, element, part.node);
      context.at(node).store(elem(made, start), member);
      context.putInto(made, member);
      before++;
      continue;
    }
    const own = lengths.get(part) ?? fixed;
    const isStart = offset === undefined && before === 0;
    countTo(context, own, (i) => {
      const at = isStart ? i : primitive(context, node, "add", [start, i]);
      const from = context.b.load(elem(part.array, i), elementType(part.array.type));
      context.b.store(elem(made, at), context.coerce(from, element, part.node));
    });
    if (isReference(element)) context.putInto(made, part.array);
    offset = isStart ? own : primitive(context, node, "add", [start, own]);
    before = 0;
  }
  return made;
}

/** What the place expects, where it expects an array; else what the literal is. */
function literalType(context: FunctionContext, node: ts.ArrayLiteralExpression): ListType | undefined {
  const { checker, types } = context.file;
  const row = rowType(context, node);
  if (row !== undefined) return row;
  const whole = node.elements.length === 0 ? elementWanted(checker, node) : undefined;
  for (const type of [whole, checker.getContextualType(node), checker.getTypeAtLocation(node)]) {
    if (type === undefined) continue;
    const mapped = types.map(checker.getNonNullableType(type));
    if ("type" in mapped && (mapped.type.kind === "array" || mapped.type.kind === "tuple")) {
      return mapped.type;
    }
  }
  return undefined;
}

/** What a row of a table is that is written out where its rows differ, whatever the row is by itself. */
function rowType(context: FunctionContext, node: ts.Expression): ListType | undefined {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  if (!ts.isArrayLiteralExpression(at.parent)) return undefined;
  const { checker } = context.file;
  const table = checker.getContextualType(at.parent) ?? checker.getTypeAtLocation(at.parent);
  if (!checker.isTupleType(table) || !isReadonlyList(table)) return undefined;
  const whole = literalType(context, at.parent);
  const elem = whole?.kind === "array" ? whole.elem : undefined;
  return elem?.kind === "array" ? elem : undefined;
}
