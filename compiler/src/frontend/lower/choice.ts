/** Values that are one of several types: made, taken apart by what the source asks or has found out, asked which they are. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, isReference, maybe, present, sameType } from "../../ir/types.js";
import { type Choice, type ChoiceMember, type Kind, kindOfValues } from "../choice-types.js";
import { whichField } from "../function-types.js";
import { spanOf } from "../source.js";
import { byWhich, renumbered, whichOf } from "./closure.js";
import type { FunctionContext } from "./context.js";
import { convert, isConvertible } from "./convert.js";
import { branchValue } from "./flow.js";
import { isNullish, presentValue } from "./missing.js";
import { primitive } from "./primitive.js";

/** What the field of a member holds. */
const heldType = ({ type }: ChoiceMember): Type => (isReference(type) ? maybe(type) : type);

/** A value as one of several types; absent where it has none of them. */
export function asChoice(context: FunctionContext, v: Value, type: Type): Value | undefined {
  const { choices, records } = context.file.types;
  if (type.kind === "maybe" && choices.of(type.of) !== undefined) {
    if (v.type.kind === "maybe") return asMissing(context, v, type);
    const made = asChoice(context, v, type.of);
    return made === undefined ? undefined : context.b.cast(made, type);
  }
  const to = choices.of(type);
  if (to === undefined || type.kind !== "record") return undefined;
  const from = choices.of(v.type);
  const positionOf = (own: Type): number => choices.positionOf(own, to);
  const own = from?.members.map((m) => m.type) ?? [v.type];
  // Where it is one of fewer types by what the source has found out, the others are never met.
  const isNarrower = from !== undefined && to.members.every((m) => own.some((t) => sameType(t, m.type)));
  if (!isNarrower && own.some((t) => positionOf(t) < 0)) return undefined;
  const known = new Map<string, Value>();
  if (from === undefined) {
    const k = positionOf(v.type);
    const member = to.members[k];
    if (member === undefined) return undefined;
    known.set(whichField, context.constant(k));
    known.set(member.field, convert(context, v, heldType(member), undefined) ?? context.b.cast(v, heldType(member)));
  } else {
    known.set(
      whichField,
      renumbered(
        context,
        v,
        from.members.map((m) => Math.max(positionOf(m.type), 0)),
      ),
    );
    for (const m of from.members) {
      const target = to.members[positionOf(m.type)];
      if (target === undefined) continue;
      const loaded = context.readFrom(v, context.b.load(field(v, m.field), heldType(m)));
      const held = heldType(target);
      known.set(target.field, convert(context, loaded, held, undefined) ?? context.b.cast(loaded, held));
    }
  }
  const members = (records.get(type.name)?.fields ?? []).map((f) => known.get(f.name) ?? context.placeholder(f.type));
  const made = context.b.aggregate(type, members, v.hint);
  for (const member of members) context.putInto(made, member);
  return made;
}

/** A value that may be missing, as one of several types that may be missing. */
function asMissing(context: FunctionContext, v: Value, type: Type & { readonly kind: "maybe" }): Value | undefined {
  const { choices } = context.file.types;
  if (v.type.kind !== "maybe" || v.type.absent === "both" || !choices.fits(v.type.of, type.of)) return undefined;
  const as = v.type.absent === "null" ? null : undefined;
  return branchValue(
    context,
    context.b.prim("isNullish", [v]),
    () => context.b.absent(type, as),
    () => convert(context, context.b.cast(v, present(v.type)), type, undefined) ?? context.placeholder(type),
    { type, hint: v.hint },
  );
}

/** The value of one of the types, where it is known to be that. */
function take(context: FunctionContext, v: Value, member: ChoiceMember, node: ts.Node): Value {
  const found = context.at(node).load(field(v, member.field), heldType(member), v.hint);
  return context.readFrom(v, isReference(member.type) ? context.at(node).cast(found, member.type) : found);
}

/** Runs `use` with what `v` is: once for each type that it may have. */
export const withMember = (
  context: FunctionContext,
  v: Value,
  any: Choice,
  node: ts.Node,
  hint: string | undefined,
  use: (own: Value) => Value,
): Value =>
  byWhich(context, v, any.members, node, { hint, shown: "." }, (member) => use(take(context, v, member, node)));

/** Is the value of one of the types of which this is true? */
export function isAmong(
  context: FunctionContext,
  v: Value,
  any: Choice,
  node: ts.Node,
  isWanted: (type: Type) => boolean,
): Value {
  const wanted = any.members.flatMap((m, k) => (isWanted(m.type) ? [k] : []));
  const [first, ...rest] = wanted;
  if (first === undefined) return context.constant(false);
  if (wanted.length === any.members.length) return context.constant(true);
  const which = whichOf(context, v, node);
  const test = (k: number): Value => primitive(context, node, "eq", [which, context.constant(k)]);
  return rest.reduce((sum, k) => primitive(context, node, "or", [sum, test(k)]), test(first));
}

/** A number or a boolean as a number; absent where it may be something else. */
export function numberOrFlag(context: FunctionContext, v: Value, node: ts.Node): Value | undefined {
  const any = context.file.types.choices.mixed(v.type);
  if (any?.members.every(({ type }) => type.kind === "num" || type.kind === "bool") !== true) return undefined;
  return withMember(context, v, any, node, v.hint, (own) => context.number(own, "+", node));
}

/** `v === other`, of which one may have several types; absent where neither has, and they are of one kind. */
export function equalsAmong(context: FunctionContext, a: Value, b: Value, node: ts.Node): Value | undefined {
  const { choices } = context.file.types;
  const missing = [a, b].findIndex(({ type }) => type.kind === "maybe" && choices.mixed(type.of) !== undefined);
  if (missing >= 0) {
    const [v, other] = missing === 0 ? [a, b] : [b, a];
    if (other.type.kind === "maybe") return undefined;
    const there = (): Value | undefined => equalsAmong(context, presentValue(context, v, node), other, node);
    return branchValue(
      context,
      isNullish(context, v, node),
      () => context.constant(false),
      () => there() ?? context.refuse(mixedTypes(context, a, b, node), bool),
      { type: bool },
    );
  }
  const [left, right] = [choices.mixed(a.type), choices.mixed(b.type)];
  if (left === undefined && right === undefined) {
    const kinds = [choices.kindOf(a.type), choices.kindOf(b.type)];
    const isScalar = kinds.some((k) => k === "number" || k === "text" || k === "flag");
    return isScalar && kinds.every((k) => k !== undefined) && kinds[0] !== kinds[1]
      ? context.constant(false)
      : undefined;
  }
  if (left !== undefined && right !== undefined)
    return withMember(
      context,
      a,
      left,
      node,
      undefined,
      (own) => equalsAmong(context, own, b, node) ?? context.refuse(mixedTypes(context, own, b, node), bool),
    );
  const [any, v, other] = left === undefined ? [right, b, a] : [left, a, b];
  const kind = choices.kindOf(other.type);
  if (any === undefined || kind === undefined) return undefined;
  const member = any.members.find((m) => choices.kindOf(m.type) === kind);
  if (member === undefined) return context.constant(false);
  if (isReference(member.type)) return undefined;
  const isIt = isAmong(context, v, any, node, (type) => type === member.type);
  const equal = (): Value => primitive(context, node, "eq", [take(context, v, member, node), other]);
  return branchValue(context, isIt, equal, () => context.constant(false), { type: bool });
}

const mixedTypes = (
  context: FunctionContext,
  a: Value,
  b: Value,
  node: ts.Node,
): ReturnType<typeof language.mixedTypes> =>
  language.mixedTypes(spanOf(node), "===", context.show(a.type), context.show(b.type));

/** What the checker says of the type of a value of several at `node`; absent where it says that there is no such value. */
export function narrowedChoice(
  context: FunctionContext,
  v: Value,
  any: Choice,
  type: ts.Type,
  node: ts.Node,
): Value | undefined {
  const { checker, types } = context.file;
  const all = (type.isUnion() ? type.types : [type]).filter((t) => (t.flags & absentFlags) === 0);
  const kinds = all.map((t) => kindOfValues(checker, t));
  const fits = (member: Type): boolean => {
    const kind = types.choices.kindOf(member);
    const isAlone = any.members.filter((m) => types.choices.kindOf(m.type) === kind).length === 1;
    return all.some((t, i) => {
      if (kinds[i] === undefined) return true;
      if (kinds[i] !== kind) return false;
      const mapped = isAlone ? undefined : types.map(t);
      return mapped === undefined || !("type" in mapped) || isOneOf(context, member, mapped.type);
    });
  };
  const left = any.members.filter((m) => fits(m.type));
  const [one] = left;
  if (left.length === any.members.length || all.length === 0) return v;
  if (one === undefined) return undefined;
  if (left.length === 1) return take(context, v, one, node);
  return asChoice(context, v, types.choices.among(left.map((m) => m.type))) ?? v;
}

/** May a member of this type be what the checker says? */
function isOneOf(context: FunctionContext, member: Type, said: Type): boolean {
  if (sameType(member, said)) return true;
  const { records } = context.file.types;
  // Which of several objects it is, the objects say.
  if (member.kind === "record")
    return said.kind !== "record" || records.get(said.name)?.variants?.includes(member.name) !== false;
  return false;
}

const absentFlags = ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void;

/**
 * A name whose value has one type here, where TypeScript has found out that it has another: this code does not run with such a
 * value.
 */
export function isOutOfReach(context: FunctionContext, v: Value, node: ts.Expression): boolean {
  const { checker, types } = context.file;
  const kind = types.choices.kindOf(v.type);
  const symbol = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(node) ? node.name : node);
  const declared = symbol === undefined ? undefined : checker.getTypeOfSymbol(symbol);
  if (kind === undefined || declared?.isUnion() !== true) return false;
  const isHere = (t: ts.Type): boolean => {
    const own = kindsOf(checker, t);
    // What is `undefined` may be an element out of range.
    return own === undefined || own.size === 0 || (own.has(kind) && (kind !== "list" || isAmongLists(context, v, t)));
  };
  return isHere(declared) && !isHere(checker.getTypeAtLocation(node));
}

/** May the list be one of those of the type? */
const isAmongLists = (context: FunctionContext, v: Value, type: ts.Type): boolean =>
  (type.isUnion() ? type.types : [type]).some((t) => {
    const mapped = kindOfValues(context.file.checker, t) === "list" ? context.file.types.map(t) : undefined;
    return mapped !== undefined && (!("type" in mapped) || isConvertible(context, v, mapped.type));
  });

/** The kinds of the values of a type; absent where one of them is not known. */
function kindsOf(checker: ts.TypeChecker, type: ts.Type): ReadonlySet<Kind> | undefined {
  const found = new Set<Kind>();
  for (const t of type.isUnion() ? type.types : [type]) {
    if (t.flags & absentFlags) continue;
    const kind = kindOfValues(checker, t);
    if (kind === undefined) return undefined;
    found.add(kind);
  }
  return found;
}

/** A value that may be missing is there: the choice that it is. */
export const choiceOf = (context: FunctionContext, type: Type): Choice | undefined =>
  context.file.types.choices.mixed(present(type));
