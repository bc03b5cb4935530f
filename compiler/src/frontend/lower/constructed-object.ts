/**
 * The object whose constructor is running: its fields are values by name until something needs the object itself, and then
 * it is made of them.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Field, Type, Value } from "../../ir/ir.js";
import { isReference, num, present, sameType } from "../../ir/types.js";
import { assigned } from "../assignments.js";
import { declaredFields, ownConstructor, refinedType } from "../class-types.js";
import type { ClassNode, FieldMember } from "../classes.js";
import { bare, isFunctionLike, spanOf } from "../source.js";
import type { Bindings } from "../types.js";
import { constructorText } from "./class-text.js";
import type { FunctionContext } from "./context.js";
import { isConvertible } from "./convert.js";
import { thisKey } from "./env.js";

/** An object whose constructor is running. */
export interface Construction {
  /** The class that `new` named, and the one whose constructor is running. */
  readonly node: ClassNode;
  running: ClassNode;
  readonly type: ts.Type;
  readonly bindings: Bindings;
  readonly hint: string | undefined;
  /** What is in the fields so far, in the order in which they were set. */
  readonly fields: Map<string, Value>;
  made: Value | undefined;
}

export function setField(context: FunctionContext, member: FieldMember, v: Value, node: ts.Node): void {
  const construction = context.constructions.at(-1);
  if (construction === undefined) return;
  if (construction.made === undefined) {
    construction.fields.delete(member.name);
    construction.fields.set(member.name, v);
    return;
  }
  const { made } = construction;
  const field =
    made.type.kind === "record" ? fieldsOf(context, made.type).find((f) => f.name === member.name) : undefined;
  if (field === undefined) return;
  context.putInto(made, v);
  context.at(node).store({ kind: "field", base: made, name: member.name }, context.coerce(v, field.type, node));
}

/** The field holds `undefined` again. */
export function unsetField(context: FunctionContext, member: FieldMember, node: ts.Node): void {
  const construction = context.constructions.at(-1);
  construction?.fields.delete(member.name);
  const { made } = construction ?? {};
  const own = made === undefined ? undefined : fieldsOf(context, made.type).find((f) => f.name === member.name);
  if (made === undefined || own === undefined) return;
  context.at(node).store({ kind: "field", base: made, name: own.name }, empty(context, own.type));
}

const fieldsOf = (context: FunctionContext, type: Type): readonly Field[] =>
  type.kind === "record" ? (context.file.types.records.get(type.name)?.fields ?? []) : [];

/** Makes the object now, if a piece of the constructor needs more of it than fields that are set. */
export function prepare(context: FunctionContext, node: ts.Node): void {
  const construction = context.constructions.at(-1);
  if (construction === undefined || construction.made !== undefined) return;
  const isStatement = ts.isExpressionStatement(node);
  if (isStatement && isSuperCall(node.expression)) return;
  const isLeaving = ts.isStatement(node) && context.exits.of(node).to.length > 0;
  const inner = isStatement ? node.expression : node;
  if (isLeaving || needsObject(context, construction, inner)) settle(context, node);
}

const isSuperCall = (node: ts.Expression): boolean => {
  const inner = bare(node);
  return ts.isCallExpression(inner) && inner.expression.kind === ts.SyntaxKind.SuperKeyword;
};

function needsObject(context: FunctionContext, construction: Construction, node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node)) return needsObject(context, construction, node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const name = earlyName(context, node.left);
    if (name !== undefined) return needsObject(context, construction, node.right);
  }
  return mentionsObject(context, construction, node);
}

/** Is `this` used as anything but the owner of a field that is set and read? */
function mentionsObject(context: FunctionContext, construction: Construction, node: ts.Node): boolean {
  if (ts.isTypeNode(node)) return false;
  if (node.kind === ts.SyntaxKind.SuperKeyword) return true;
  if (node.kind === ts.SyntaxKind.ThisKeyword) {
    const { parent } = node;
    if (!ts.isPropertyAccessExpression(parent)) return true;
    const name = earlyName(context, parent);
    return name === undefined || !construction.fields.has(name) || isWritten(parent) || isInFunction(node);
  }
  if (ts.isClassLike(node) || (isFunctionLike(node) && !ts.isArrowFunction(node))) return false;
  return ts.forEachChild(node, (child) => mentionsObject(context, construction, child) || undefined) ?? false;
}

function isWritten(node: ts.PropertyAccessExpression): boolean {
  const { parent } = node;
  return (
    assigned(parent) === node ||
    ts.isDeleteExpression(parent) ||
    (ts.isArrayLiteralExpression(parent) && isTarget(parent)) ||
    (ts.isCallExpression(parent) && parent.expression === node)
  );
}

const isTarget = (node: ts.ArrayLiteralExpression): boolean =>
  ts.isBinaryExpression(node.parent) &&
  node.parent.left === node &&
  node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;

/** Stands `this` in an arrow function of the constructor? */
function isInFunction(node: ts.Node): boolean {
  for (
    let at = node.parent;
    at !== undefined && !ts.isConstructorDeclaration(at) && !ts.isClassLike(at);
    at = at.parent
  )
    if (ts.isArrowFunction(at)) return true;
  return false;
}

/** The name of the field that `this.x` is, while the object is not made. */
function earlyName(context: FunctionContext, node: ts.Expression): string | undefined {
  const inner = bare(node);
  const construction = context.constructions.at(-1);
  if (construction === undefined || construction.made !== undefined) return undefined;
  if (!ts.isPropertyAccessExpression(inner) || bare(inner.expression).kind !== ts.SyntaxKind.ThisKeyword)
    return undefined;
  const { table } = context.file.types;
  const member = table.member(construction.node, inner.name.text, construction.running);
  return member?.kind === "field" ? member.name : undefined;
}

/** `this.x` in a constructor whose object is not made yet. */
export function earlyField(context: FunctionContext, node: ts.Expression): Value | undefined {
  const name = earlyName(context, node);
  return name === undefined ? undefined : context.constructions.at(-1)?.fields.get(name);
}

/** `this.x = v` in a constructor whose object is not made yet. */
export function earlyAssignment(context: FunctionContext, node: ts.BinaryExpression): Value | undefined {
  if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const name = earlyName(context, node.left);
  if (name === undefined) return undefined;
  const v = context.expression(node.right, name);
  const construction = context.constructions.at(-1);
  const member = construction && context.file.types.table.fields(construction.node).find((f) => f.name === name);
  if (member !== undefined) setField(context, member, v, node);
  return v;
}

/** `this`. */
export function lowerThis(context: FunctionContext, node: ts.Node): Value {
  const construction = context.constructions.at(-1);
  if (construction !== undefined) return settle(context, node);
  const own = context.thisValue;
  if (own !== undefined) return own;
  return context.refuse(language.lostThis(spanOf(node), "this"));
}

/** The object, made of what its fields hold; those that are not set yet hold what nobody reads. */
export function settle(context: FunctionContext, node: ts.Node): Value {
  const construction = context.constructions.at(-1);
  if (construction === undefined) return context.standIn(num);
  if (construction.made !== undefined) return construction.made;
  const { types } = context.file;
  const declared = declaredFields(types, construction.node, construction.type).map(({ member, field }) => ({
    member,
    field: "why" in field ? field : asInRecord(context, construction.type, field),
  }));
  const fields: Field[] = [];
  const members: Value[] = [];
  for (const { member, field } of declared) {
    const v = construction.fields.get(member.name);
    const chosen = fieldType(context, member, field, v);
    if (chosen === undefined) {
      if ("why" in field) context.report(language.unsupportedType(spanOf(member.node), member.name, field.why));
      continue;
    }
    fields.push("why" in field ? { name: member.name, type: chosen } : withType(field, chosen));
    members.push(v === undefined ? empty(context, chosen) : context.coerce(v, chosen, node));
  }
  if (types.table.isOneOfSeveral(construction.node)) {
    const { text, imports } = constructorText(context, construction.node);
    const own = value(ownConstructor.type);
    context.at(node).push({ kind: "foreign", text: [text], args: [], pure: true, result: own, imports });
    fields.push(ownConstructor);
    members.push(own);
  }
  const type = refinedType(
    types,
    { node: construction.node, bindings: construction.bindings },
    fields,
    construction.type,
  );
  const made = context.at(node).aggregate(type, members, construction.hint);
  for (const member of members) context.putInto(made, member);
  construction.made = made;
  context.env.declare(thisKey, { type, hint: construction.hint ?? "self", level: context.level }, made);
  return made;
}

/** The field as the record of the class has it: that there may be nothing in it is not always declared. */
function asInRecord({ file: { types } }: FunctionContext, of: ts.Type, field: Field): Field {
  const mapped = types.map(of);
  const decl = "type" in mapped && mapped.type.kind === "record" ? types.records.get(mapped.type.name) : undefined;
  const own = decl?.variants === undefined ? decl?.fields.find((f) => f.name === field.name) : undefined;
  return own?.type.kind === "maybe" && sameType(own.type.of, field.type) ? own : field;
}

/** A field with another type; what is known to be there is no optional field. */
function withType({ optional, ...field }: Field, type: Type): Field {
  return optional === true && type.kind === "maybe" ? { ...field, type, optional } : { ...field, type };
}

/** The type of a field: as declared, or that of what is put there where that says more. */
function fieldType(
  context: FunctionContext,
  member: FieldMember,
  declared: Field | { readonly why: string },
  v: Value | undefined,
): Type | undefined {
  if (v === undefined || v.type.kind === "void" || context.isRefused(v))
    return "why" in declared ? undefined : declared.type;
  if ("why" in declared) return v.type;
  const { type } = declared;
  const { types } = context.file;
  if (declared.noDiff === true || types.places.isIn(type)) return type;
  // One that may be left out is of the same kind where it is given.
  if (sameType(v.type, type) || sameType(v.type, present(type))) return type;
  if (types.functions.of(v.type) !== undefined || types.isOpen(type)) return v.type;
  const isKept = isReference(v.type) && !types.table.isAssigned(member.node);
  if (!isKept || isOneOf(context, v.type, type)) return type;
  // Objects of one class that hold more than is declared could not stand beside those of the others.
  const isAmongOthers = types.table.isOneOfSeveral(member.owner) && isConvertible(context, v, type);
  return isAmongOthers ? type : v.type;
}

/** Is the type one of a union that knows which of its members a value is? Then objects that hold different members are alike. */
function isOneOf(context: FunctionContext, type: Type, union: Type): boolean {
  if (type.kind !== "record" || union.kind !== "record") return false;
  return context.file.types.records.get(union.name)?.variants?.includes(type.name) === true;
}

/** What a field holds before it is set: `undefined`, which in arithmetic is NaN. */
function empty(context: FunctionContext, type: Type): Value {
  return type.kind === "num" ? context.b.const(Number.NaN) : context.placeholder(type);
}
