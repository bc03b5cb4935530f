/** Object literals: members in order, spreads, and the record type that fits them. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Field, RecordDecl, Type, Value } from "../../ir/ir.js";
import { present } from "../../ir/types.js";
import { isLiteralMember } from "../classes.js";
import { bare, spanOf } from "../source.js";
import { holdsCode } from "../type-questions.js";
import { standInFor } from "./access.js";
import { setMember } from "./accessors.js";
import { accessorField } from "./class-fields.js";
import { functionValue } from "./closure.js";
import type { FunctionContext } from "./context.js";
import { isConvertible } from "./convert.js";
import { keyOf } from "./destructure.js";
import { dictionaryType, lowerDictionary } from "./dictionary.js";
import { branchValue } from "./flow.js";
import { noteUndefined } from "./held-undefined.js";
import { fieldFor, objectOfType, spreadInto } from "./object-members.js";
import { opaqueObject } from "./opaque.js";
import { keyLiteral } from "./literals.js";
import { mayBeUndefined } from "./missing.js";
import { primitive } from "./primitive.js";
import { wantedHere } from "./wanted.js";

export function lowerObject(
  context: FunctionContext,
  node: ts.ObjectLiteralExpression,
  hint: string | undefined,
): Value {
  const keyed = isOnlyChecked(node) || isTakenApart(node) ? undefined : dictionaryType(context, node);
  if (keyed !== undefined) return lowerDictionary(context, node, keyed, hint);
  const open = opaqueType(context, node);
  if (open !== undefined) return opaqueObject(context, node, open, hint);
  const members = new Map<string, Value>();
  const holdingNothing: string[] = [];
  let ok = true;
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const source = spreadValue(context, property.expression);
      if (!spreadInto(context, property.expression, source, members)) ok = false;
    } else if (ts.isShorthandPropertyAssignment(property)) {
      const v = context.expression(property.name);
      if (mayBeUndefined(v.type) && !context.isNull(v)) holdingNothing.push(property.name.text);
      setMember(members, property.name.text, v);
    } else if (ts.isPropertyAssignment(property) && isChosenKey(context, property.name, members)) {
      replaceChosen(context, property, members);
    } else if (ts.isPropertyAssignment(property)) {
      const name = keyOf(context, property.name);
      const v = context.expression(property.initializer, name);
      if (name === "__proto__" && !ts.isComputedPropertyName(property.name)) {
        context.report(language.objectMember(spanOf(property), "`__proto__`"));
        ok = false;
      } else if (name === undefined) ok = false;
      else {
        if (mayBeUndefined(v.type) && !context.isNull(v)) holdingNothing.push(name);
        setMember(members, name, v);
      }
    } else if (ts.isMethodDeclaration(property)) {
      const name = keyOf(context, property.name);
      const v = functionValue(context, property, property.name, name);
      if (name === undefined || context.isRefused(v)) ok = false;
      else setMember(members, name, v);
    } else {
      // Kept under a name that no source can write; reading and assigning the member call it.
      const name = keyOf(context, property.name);
      const v = functionValue(context, property, property.name, name);
      if (name === undefined || context.isRefused(v)) ok = false;
      else setMember(members, accessorField(ts.isGetAccessor(property) ? "get" : "set", name), v);
    }
  }
  if (!ok) return standInFor(context, node);
  const made = objectOf(context, node, members, hint);
  for (const name of holdingNothing) noteUndefined(context, made.type, name);
  return made;
}

/** What is spread: of `...(c && { x })` nothing where `c` is not true. */
function spreadValue(context: FunctionContext, node: ts.Expression): Value {
  const inner = bare(node);
  if (!ts.isBinaryExpression(inner) || inner.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken)
    return context.expression(node);
  const cond = context.condition(inner.left);
  const nothing = (): Value => context.undefinedOf({ kind: "void" });
  return branchValue(context, cond, () => spreadValue(context, inner.right), nothing, {});
}

/** `{ ...p, [key]: v }`: is the key one of members that are there? */
function isChosenKey(context: FunctionContext, name: ts.PropertyName, members: ReadonlyMap<string, Value>): boolean {
  if (!ts.isComputedPropertyName(name) || keyLiteral(context, name.expression) !== undefined) return false;
  const names = namesOfKey(context, name.expression);
  return names.length > 0 && names.every((n) => members.has(n));
}

/** The names that a computed key may be; none where TypeScript does not know. */
function namesOfKey(context: FunctionContext, key: ts.Expression): readonly string[] {
  const { checker } = context.file;
  const own = checker.getTypeAtLocation(key);
  const type = own.flags & ts.TypeFlags.TypeParameter ? (checker.getBaseConstraintOfType(own) ?? own) : own;
  const literals = type.isUnion() ? type.types : [type];
  const names = literals.flatMap((t) =>
    t.isStringLiteral() ? [t.value] : t.isNumberLiteral() ? [String(t.value)] : [],
  );
  return names.length === literals.length ? names : [];
}

function replaceChosen(context: FunctionContext, property: ts.PropertyAssignment, members: Map<string, Value>): void {
  if (!ts.isComputedPropertyName(property.name)) return;
  const names = namesOfKey(context, property.name.expression);
  const key = context.expression(property.name.expression);
  const v = context.expression(property.initializer);
  const asText = key.type.kind === "str";
  for (const name of names) {
    const before = members.get(name);
    if (before === undefined) continue;
    const test = primitive(context, property, "eq", [key, context.constant(asText ? name : Number(name))]);
    members.set(
      name,
      branchValue(
        context,
        test,
        () => v,
        () => before,
        { hint: name },
      ),
    );
  }
}

/** A new object with these members; of the type the place expects, where they fit. */
export function objectOf(
  context: FunctionContext,
  node: ts.Expression,
  members: ReadonlyMap<string, Value>,
  hint: string | undefined,
): Value {
  return objectOfType(context, node, typeFor(context, node, members), members, hint);
}

// --------------------------------------------------------------------------------------------------------------- types

/** The type the place expects, where that is an object with arbitrary keys. */
function opaqueType(context: FunctionContext, node: ts.Expression): Type | undefined {
  const { program, checker, types } = context.file;
  const type = checker.getContextualType(node);
  const keyed =
    type === undefined || isTakenApart(node) ? [] : checker.getIndexInfosOfType(checker.getNonNullableType(type));
  // A table of functions, or of objects with functions, is an object with the fields it is written with.
  if (
    type === undefined ||
    keyed.length === 0 ||
    isOnlyChecked(node) ||
    keyed.some((info) => holdsCode(program, checker, info.type))
  )
    return undefined;
  const mapped = types.map(checker.getNonNullableType(type));
  return "type" in mapped && mapped.type.kind === "opaque" ? mapped.type : undefined;
}

/** `const { a, ...others } = { … }`: the pattern expects anything. */
const isTakenApart = (node: ts.Expression): boolean =>
  ts.isVariableDeclaration(node.parent) &&
  node.parent.type === undefined &&
  ts.isObjectBindingPattern(node.parent.name);

/** `{ … } satisfies Record<string, T>`: the literal is what it is, its type only checked. */
function isOnlyChecked(node: ts.Expression): boolean {
  let at: ts.Node = node.parent;
  while (
    ts.isPropertyAssignment(at) ||
    ts.isObjectLiteralExpression(at) ||
    ts.isArrayLiteralExpression(at) ||
    ts.isParenthesizedExpression(at) ||
    (ts.isAsExpression(at) && ts.isConstTypeReference(at.type))
  )
    at = at.parent;
  return ts.isSatisfiesExpression(at);
}

function typeFor(context: FunctionContext, node: ts.Expression, members: ReadonlyMap<string, Value>): Type {
  const candidates = candidatesFor(context, node);
  const isPlaced = (decl: RecordDecl): boolean =>
    decl.fields.some((f) => assignedPlace(context, node, f) !== undefined);
  const placed = candidates.find((decl) => sameNames(decl, members) && isPlaced(decl));
  const fitting = placed === undefined ? candidates.find((decl) => fits(context, decl, members)) : undefined;
  if (fitting !== undefined) return { kind: "record", name: fitting.name };
  // What a value is, is more than what is declared of it.
  const near = placed ?? candidates.find((decl) => sameNames(decl, members));
  return context.file.types.recordOf(
    near === undefined
      ? [...members].map(([name, v]) => fieldFor(context, name, v, undefined))
      : near.fields.flatMap((f) => {
          const v = members.get(f.name);
          const place = assignedPlace(context, node, f);
          if (place !== undefined) return [place];
          if (v === undefined && context.file.types.isOpen(f.type)) return [];
          return v === undefined || isConvertible(context, v, f.type) ? [f] : [fieldFor(context, f.name, v, f)];
        }),
  );
}

/** A field that holds functions, other ones later: it takes any that is given to a member of this declaration. */
function assignedPlace({ file }: FunctionContext, node: ts.Expression, f: Field): Field | undefined {
  const { checker, types } = file;
  if (types.places.isIn(f.type)) return f;
  const type = checker.getContextualType(node) ?? checker.getTypeAtLocation(node);
  const declared = checker.getPropertyOfType(checker.getNonNullableType(type), f.name)?.valueDeclaration;
  if (declared === undefined || !isLiteralMember(declared) || !types.table.isAssigned(declared)) return undefined;
  const place = types.placesOf(f.type, f.name, `${file.nameOf(declared.getSourceFile())}:${declared.pos}`);
  return types.places.isIn(place) ? { ...f, type: place } : undefined;
}

/** The records the literal may be one of: what the place expects, then what the literal is by itself. */
function candidatesFor(context: FunctionContext, node: ts.Expression): RecordDecl[] {
  const { checker, types } = context.file;
  const found: RecordDecl[] = [];
  for (const type of [wantedHere(checker, node), checker.getContextualType(node), checker.getTypeAtLocation(node)]) {
    if (type === undefined) continue;
    const mapped = types.map(checker.getNonNullableType(type));
    const of = "type" in mapped ? present(mapped.type) : undefined;
    const decl = of?.kind === "record" ? types.records.get(of.name) : undefined;
    if (decl === undefined) continue;
    const variants = (decl.variants ?? []).map((name) => types.records.get(name)).filter((d) => d !== undefined);
    found.push(...(decl.variants === undefined ? [decl] : variants));
  }
  return found;
}

const sameNames = (decl: RecordDecl, members: ReadonlyMap<string, Value>): boolean =>
  [...members.keys()].every((name) => decl.fields.some((f) => f.name === name)) &&
  decl.fields.every((f) => members.has(f.name) || mayBeUndefined(f.type));

function fits(context: FunctionContext, decl: RecordDecl, members: ReadonlyMap<string, Value>): boolean {
  return (
    sameNames(decl, members) &&
    decl.fields.every((f) => {
      const v = members.get(f.name);
      if (f.type.kind === "opaque" && f.noDiff === true) return true;
      // Left out, it is no field: nothing is known of what it would hold.
      if (v === undefined) return !context.file.types.isOpen(f.type);
      return context.isRefused(v) || context.never.has(v.id) || isConvertible(context, v, f.type);
    })
  );
}
