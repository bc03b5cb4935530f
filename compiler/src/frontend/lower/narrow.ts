/**
 * What TypeScript knows of a value where it stands: after a test, or behind `!` and `as`, a value that may be missing is
 * there, and one of a union of objects is one of its members.
 */
import { ts } from "ts-morph";
import type { Field, Type, Value } from "../../ir/ir.js";
import { instanceTypeOf } from "../class-types.js";
import { maySeemOf } from "./class-fields.js";
import { choiceOf, isOutOfReach, narrowedChoice } from "./choice.js";
import type { FunctionContext } from "./context.js";
import { bare, symbolOf } from "../source.js";
import { convert, isOnlyOfClasses } from "./convert.js";
import { branch, branchValue } from "./flow.js";
import { isNullish, presentValue } from "./missing.js";

const { TypeFlags } = ts;

/** The value as what the checker says it is at `node`. */
export function narrowed(context: FunctionContext, v: Value, node: ts.Expression): Value {
  const isOpen =
    v.type.kind === "maybe" || isWide(context, v.type) || context.file.types.choices.of(v.type) !== undefined;
  const isName = ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
  if (!isOpen && !(isName && isOutOfReach(context, v, node))) return v;
  const type = context.file.checker.getTypeAtLocation(node);
  if (type.flags & (TypeFlags.Never | TypeFlags.Any | TypeFlags.Unknown | TypeFlags.Instantiable)) return v;
  if (!isOpen) return unreached(context, type, node);
  const there = v.type.kind === "maybe" && !mayBeMissing(type) ? presentValue(context, v, node) : v;
  const choice = choiceOf(context, there.type);
  if (choice !== undefined && there.type.kind !== "maybe")
    return narrowedChoice(context, there, choice, type, node) ?? unreached(context, type, node);
  return isWide(context, there.type) ? asMember(context, there, type, node) : there;
}

/** What nobody will read. */
export function unreached(context: FunctionContext, type: ts.Type, node: ts.Node): Value {
  const mapped = context.file.types.map(type);
  const nothing = context.at(node) && context.placeholder("type" in mapped ? mapped.type : { kind: "void" });
  context.never.add(nothing.id);
  return nothing;
}

function asMember(context: FunctionContext, v: Value, type: ts.Type, node: ts.Expression): Value {
  const mapped = context.file.types.map(context.file.checker.getNonNullableType(type));
  if (!("type" in mapped) || mapped.type.kind !== "record") return v;
  // Other objects may have the type of a class or of an interface as well.
  const family = context.file.types.records.get(mapped.type.name);
  const isFamily = !type.isUnion() && family?.variants !== undefined && family.instance !== undefined;
  if (isFamily && !leavesOutOthers(context, v.type, family.variants ?? [], type)) return v;
  if (!type.isUnion() && isOnlyOfClasses(context, mapped.type, v.type) && !isTested(context, type, node)) return v;
  const isMember = isVariantOf(context, mapped.type, v.type) && !mayBeByAccessors(context, mapped.type, v.type);
  return isMember ? (convert(context, v, mapped.type, node) ?? v) : v;
}

/** Are the objects that a family leaves out of classes that have another type for TypeScript as well? */
function leavesOutOthers(
  { file: { types, checker } }: FunctionContext,
  of: Type,
  family: readonly string[],
  type: ts.Type,
): boolean {
  const all = (of.kind === "record" ? types.records.get(of.name)?.variants : undefined) ?? [];
  return all.every((name) => {
    const node = types.classes.get(name)?.node;
    const isOther = node !== undefined && node.typeParameters === undefined;
    return family.includes(name) || (isOther && !checker.isTypeAssignableTo(instanceTypeOf(types, node), type));
  });
}

/** TypeScript says the same of a plain member and of one that a getter computes: is there an object with getters that `type` leaves out? */
function mayBeByAccessors({ file: { types } }: FunctionContext, type: Type, of: Type): boolean {
  if (type.kind !== "record" || of.kind !== "record") return false;
  const said = types.records.get(type.name);
  const fieldsOf = (name: string): readonly Field[] => types.records.get(name)?.fields ?? [];
  const left = types.records.get(of.name)?.variants?.filter((n) => !(said?.variants ?? [type.name]).includes(n)) ?? [];
  return left.some((name) => (said?.variants ?? [type.name]).some((n) => maySeemOf(fieldsOf(name), fieldsOf(n))));
}

/** Does TypeScript say something else of a value here than where it was declared? */
function isTested({ file: { checker } }: FunctionContext, type: ts.Type, node: ts.Expression): boolean {
  const inner = bare(node);
  if (inner !== node && !ts.isParenthesizedExpression(node) && !ts.isNonNullExpression(node)) return true;
  const name = ts.isPropertyAccessExpression(inner) ? inner.name : inner;
  const symbol = ts.isIdentifier(name) ? symbolOf(checker, name) : undefined;
  if (symbol === undefined) return false;
  return checker.getNonNullableType(checker.getTypeOfSymbol(symbol)) !== checker.getNonNullableType(type);
}

/** Has the one only members that the other has too, and fewer? */
function isVariantOf(context: FunctionContext, type: Type, of: Type): boolean {
  if (type.kind !== "record" || of.kind !== "record") return false;
  const { records } = context.file.types;
  const all = records.get(of.name)?.variants ?? [];
  const own = records.get(type.name)?.variants ?? [type.name];
  return own.length < all.length && own.every((name) => all.includes(name));
}

export const isWide = (context: FunctionContext, type: Type): boolean =>
  type.kind === "record" && context.file.types.records.get(type.name)?.variants !== undefined;

export function mayBeMissing(type: ts.Type): boolean {
  const missing = TypeFlags.Undefined | TypeFlags.Null | TypeFlags.Void | TypeFlags.Any | TypeFlags.Unknown;
  if (type.flags & (missing | TypeFlags.Instantiable)) return true;
  return type.isUnion() && type.types.some(mayBeMissing);
}

// ------------------------------------------------------------------------------------------------------ optional chains

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression;

/** The `?.` nearest to the start of a chain that is still to be lowered. */
export function openLink(context: FunctionContext, node: ts.Expression): Link | undefined {
  let found: Link | undefined;
  let at: ts.Node = node;
  while (isLink(at) || ts.isNonNullExpression(at)) {
    if (!(at.flags & ts.NodeFlags.OptionalChain)) break;
    if (isLink(at) && at.questionDotToken !== undefined && !context.known.has(at.expression)) found = at;
    if (context.known.has(at.expression)) break;
    at = at.expression;
  }
  return found;
}

const isLink = (node: ts.Node): node is Link =>
  ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node);

/** `a?.b.c`: `undefined` where `a` is missing; nothing to its right is evaluated then. */
export function lowerChain(
  context: FunctionContext,
  node: ts.Expression,
  link: Link,
  used: boolean,
  hint: string | undefined,
): Value {
  const owner = ownerOf(context, link);
  if (owner !== undefined && ts.isCallExpression(link)) {
    const v = context.known.get(owner) ?? context.expression(owner);
    const called = context.lowering.classes.optionalCall(context, node, link, v, hint);
    if (called !== undefined) return called;
    const isNew = !context.known.has(owner);
    context.known.set(owner, v);
    const made = lowerLink(context, node, link, used, hint);
    if (isNew) context.known.delete(owner);
    return made;
  }
  return lowerLink(context, node, link, used, hint);
}

/** The object of `object.m?.()`, where it is one. */
function ownerOf(context: FunctionContext, link: Link): ts.Expression | undefined {
  if (!ts.isCallExpression(link) || !ts.isPropertyAccessExpression(link.expression)) return undefined;
  const of = link.expression.expression;
  const { checker, types } = context.file;
  const mapped = types.map(checker.getNonNullableType(checker.getTypeAtLocation(of)));
  return "type" in mapped && mapped.type.kind === "record" ? of : undefined;
}

function lowerLink(
  context: FunctionContext,
  node: ts.Expression,
  link: Link,
  used: boolean,
  hint: string | undefined,
): Value {
  const start = context.expression(link.expression);
  const rest = <R>(run: () => R): R => {
    context.known.set(link.expression, presentValue(context, start, link));
    const result = run();
    context.known.delete(link.expression);
    return result;
  };
  // An element out of range is missing whatever its type says.
  const missing = isNullish(context, start, link);
  const nothing = (): Value => context.undefinedOf({ kind: "void" });
  if (used) return branchValue(context, missing, nothing, () => rest(() => context.expression(node)), { hint });
  branch(
    context,
    missing,
    () => {},
    () => rest(() => context.lowering.effect(context, node)),
    false,
  );
  return nothing();
}
