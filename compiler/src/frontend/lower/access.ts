/** Reading and naming places in memory: `a[i]`, `t[0]`, `p.x`, `a.length`. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import type { Place, Type, Value } from "../../ir/ir.js";
import { num, sameType } from "../../ir/types.js";
import { inherited } from "../packages/prototype.js";
import { isPlainTuple, spanOf } from "../source.js";
import { elementType } from "./array-make.js";
import type { Choice } from "../choice-types.js";
import { withMember } from "./choice.js";
import { accessorField } from "./class-fields.js";
import type { FunctionContext } from "./context.js";
import { foreign } from "./foreign.js";
import { generalKeys } from "./generic-keys.js";
import { literalOf } from "./literals.js";
import { presentValue } from "./missing.js";
import { lowerTable } from "./tables.js";
import { admit } from "./variables.js";
import { loadMember, storeMember, type TupleMember } from "./tuple.js";

export interface Located {
  readonly place: Place;
  readonly type: Type;
  /** The member of a tuple that this chooses; `place` is then the first one. */
  readonly member?: TupleMember;
  /** The object is one of several: which, is known when the program runs. */
  readonly among?: { readonly base: Value; readonly any: Choice; readonly name: string };
}

/** Evaluates base and index, once, and says which place they name. */
export function locate(
  context: FunctionContext,
  node: ts.ElementAccessExpression | ts.PropertyAccessExpression,
  base: Value = presentValue(context, context.expression(node.expression), node),
): Located | undefined {
  if (ts.isPropertyAccessExpression(node))
    return fieldOf(context, base, context.lowering.classes.fieldName(context, base, node), node);
  return locateByKey(context, base, node.argumentExpression, node);
}

/** The place that a key which is computed names. */
function locateByKey(context: FunctionContext, base: Value, key: ts.Expression, node: ts.Node): Located | undefined {
  if (base.type.kind === "dict") return context.lowering.data.placeByKey(context, base, base.type, key);
  const literal = literalOf(context, key);
  if (base.type.kind === "array" || base.type.kind === "typed") {
    const named = context.expression(key);
    const index = context.indices.get(named.id) ?? named;
    if (index.type.kind !== "num") {
      if (!context.isRefused(index)) context.report(language.dynamicProperty(spanOf(key)));
      return undefined;
    }
    return { place: elem(base, index), type: elementType(base.type) };
  }
  if (literal !== undefined && typeof literal !== "boolean") return fieldOf(context, base, String(literal), node);
  if (context.isRefused(base)) return undefined;
  if (base.type.kind === "tuple") return tupleMember(context, base, base.type, key);
  if (base.type.kind === "record") return fieldByName(context, base, base.type.name, key);
  context.report(language.dynamicProperty(spanOf(key)));
  return undefined;
}

/** The member of a pattern whose key is computed: `const { [key]: v } = object`; absent after a report. */
export function memberByKey(
  context: FunctionContext,
  of: Value,
  key: ts.Expression,
  node: ts.BindingElement | ts.PropertyAssignment,
  hint: string | undefined,
): Located | Value | undefined {
  const base = presentValue(context, of, node);
  if (base.type.kind === "opaque" || base.type.kind === "str")
    return context.lowering.data.element(context, node, key, base, hint);
  return lowerTable(context, key, base, hint) ?? locateByKey(context, base, key, node);
}

/** A field whose name is computed: TypeScript must know which names it may be, and all of them must have one type. */
function fieldByName(context: FunctionContext, base: Value, record: string, node: ts.Expression): Located | undefined {
  const type = context.file.checker.getTypeAtLocation(node);
  const all = context.file.types.records.get(record)?.fields.map((f) => f.name) ?? [];
  const literals = type.isUnion() ? type.types : [type];
  const general = generalKeys(context, node, context.file.types.records.get(record)?.fields ?? []);
  const isAnyKey = general !== undefined;
  // `Color[i]`: a number that TypeScript knows nothing of is one of those that name members, or none of them.
  const isAnyNumber = (type.flags & ts.TypeFlags.Number) !== 0;
  const names = isAnyKey
    ? general.map((f) => f.name)
    : isAnyNumber
      ? all.filter((name) => /^(?:0|[1-9]\d*)$/.test(name))
      : literals.flatMap((t) => (t.isStringLiteral() ? [t.value] : t.isNumberLiteral() ? [String(t.value)] : []));
  // The order in which TypeScript lists a union depends on what else was compiled.
  names.sort((a, b) => all.indexOf(a) - all.indexOf(b));
  const fields = names.map((name) => context.file.types.records.get(record)?.fields.find((f) => f.name === name));
  const [first] = fields;
  const isKnown =
    (isAnyKey || isAnyNumber || names.length === literals.length) &&
    fields.every((f) => f !== undefined && first !== undefined && sameType(f.type, first.type));
  const index = context.expression(node);
  if (context.isRefused(index)) return undefined;
  if (!isKnown || first === undefined || (index.type.kind !== "str" && index.type.kind !== "num")) {
    context.report(language.dynamicProperty(spanOf(node)));
    return undefined;
  }
  const keys = index.type.kind === "str" ? names : names.map(Number);
  return {
    place: field(base, first.name),
    type: first.type,
    member: { base, index, count: names.length, type: first.type, isWithin: !isAnyNumber, keys },
  };
}

/** Refuses what asks how many members a tuple has, where some may be left out. */
export function refusesOpenTuple(context: FunctionContext, node: ts.Expression, what: string): boolean {
  const type = context.file.checker.getTypeAtLocation(node);
  const isOpen = context.file.checker.isTupleType(type) && !isPlainTuple(type);
  if (isOpen) context.report(language.tupleLength(spanOf(node), what));
  return isOpen;
}

/** A member of a tuple by an index that is computed: all members must have one type. */
function tupleMember(
  context: FunctionContext,
  base: Value,
  type: Type & { kind: "tuple" },
  node: ts.Expression,
): Located | undefined {
  const named = context.expression(node);
  const index = context.indices.get(named.id) ?? named;
  const [first] = type.elems;
  if (context.isRefused(index)) return undefined;
  if (index.type.kind !== "num" || first === undefined || !type.elems.every((e) => sameType(e, first))) {
    context.report(language.tupleIndex(spanOf(node)));
    return undefined;
  }
  return { place: field(base, "0"), type: first, member: { base, index, count: type.elems.length, type: first } };
}

export function fieldOf(context: FunctionContext, of: Value, name: string, node: ts.Node): Located | undefined {
  const base = presentValue(context, of, node);
  if (base.type.kind === "dict") return context.lowering.data.placeByName(context, base, base.type, name, node);
  if (base.type.kind === "tuple") {
    const type = base.type.elems[Number(name)];
    if (type !== undefined) return { place: field(base, name), type };
  }
  const any = context.file.types.choices.of(base.type);
  if (any !== undefined) {
    const { records } = context.file.types;
    const types = any.members.map(({ type }) =>
      type.kind === "record" ? records.get(type.name)?.fields.find((f) => f.name === name)?.type : undefined,
    );
    const type = types.slice(1).reduce<Type | undefined>((a, t) => a && t && context.file.types.join(a, t), types[0]);
    if (type !== undefined) return { place: field(base, name), type, among: { base, any, name } };
  }
  if (base.type.kind === "record" && any === undefined) {
    const { fields = [] } = context.file.types.records.get(base.type.name) ?? {};
    const found = fields.find((f) => f.name === name);
    // Some of several objects may have a getter or a setter there.
    const isPlain = !fields.some((f) => f.name === accessorField("get", name) || f.name === accessorField("set", name));
    if (found !== undefined && isPlain) return { place: field(base, name), type: found.type };
  }
  if (!context.isRefused(base))
    context.report(
      language.unsupportedType(spanOf(node), context.show(base.type), `Its member \`${name}\` is not in the language`),
    );
  return undefined;
}

export function load(context: FunctionContext, at: Located, node: ts.Node, hint?: string): Value {
  if (at.member !== undefined) return loadMember(context, at.member, node, hint);
  if (at.among !== undefined) {
    const { base, any, name } = at.among;
    return withMember(context, base, any, node, hint, (object) => {
      const own = fieldOf(context, object, name, node);
      return own === undefined
        ? standInFor(context, node)
        : context.coerce(load(context, own, node, hint), at.type, node);
    });
  }
  const loaded = context.at(node).load(at.place, at.type, hint);
  const { base } = at.place;
  if (base.type.kind === "typed" && !base.type.name.startsWith("Float")) context.integer(loaded);
  return context.readFrom(base, loaded);
}

/** `object.name`, the object already known. */
function accessOn(
  context: FunctionContext,
  node: ts.PropertyAccessExpression,
  object: Value,
  hint: string | undefined,
): Value {
  const size = context.lowering.data.size(context, node, object, hint);
  if (size !== undefined) return size;
  const member = context.lowering.classes.member(context, object, node, hint);
  if (member !== undefined) return member;
  const flag = inherited(context.file.types, object.type, node);
  if (flag !== undefined)
    return (
      context.at(node) && (flag === "undefined" ? context.undefinedOf({ kind: "void" }) : context.constant(flag, hint))
    );
  const before = context.known.get(node.expression);
  context.known.set(node.expression, object);
  const found = readPlace(context, node, hint);
  if (before === undefined) context.known.delete(node.expression);
  else context.known.set(node.expression, before);
  return found;
}

/** `base[index]`, `base.name` in the place of a value. */
export function lowerAccess(
  context: FunctionContext,
  node: ts.ElementAccessExpression | ts.PropertyAccessExpression,
  hint: string | undefined,
): Value {
  if (!ts.isPropertyAccessExpression(node)) return readPlace(context, node, hint);
  const { classes } = context.lowering;
  // In an optional chain the object is known: it was asked whether it is there.
  const isKnown = context.known.has(node.expression);
  const own = isKnown
    ? undefined
    : (classes.early(context, node) ??
      classes.staticOrSuper(context, node, hint) ??
      classes.nameOfConstructor(context, node, hint));
  if (own !== undefined) return own;
  const object = presentValue(context, context.expression(node.expression), node);
  const any = context.file.types.choices.of(object.type);
  if (any === undefined) return accessOn(context, node, object, hint);
  return withMember(context, object, any, node, hint, (one) => accessOn(context, node, one, hint));
}

/** What is stored in the place that the expression names. */
function readPlace(
  context: FunctionContext,
  node: ts.ElementAccessExpression | ts.PropertyAccessExpression,
  hint: string | undefined,
): Value {
  if (ts.isPropertyAccessExpression(node) && node.name.text === "length") {
    const base = presentValue(context, context.expression(node.expression), node);
    if (base.type.kind === "array" || base.type.kind === "typed")
      return context.integer(context.at(node).length(base, hint));
    if (base.type.kind === "tuple") {
      if (refusesOpenTuple(context, node.expression, "The length")) return standInFor(context, node);
      return context.constant(base.type.elems.length, hint);
    }
    if (base.type.kind === "str") {
      return context.integer(foreign(context, node, ["(", ").length"], [base], num, { pure: true, hint }));
    }
    return valueAt(context, fieldOf(context, base, "length", node), node, hint);
  }
  const base = presentValue(context, context.expression(node.expression), node);
  if (base.type.kind === "opaque" || base.type.kind === "str") {
    return ts.isPropertyAccessExpression(node)
      ? context.lowering.data.property(context, node, base, hint)
      : context.lowering.data.element(context, node, node.argumentExpression, base, hint);
  }
  if (ts.isPropertyAccessExpression(node) && isLeftOut(context, base, node.name.text, node.expression))
    return whereLeftOut(context, base, node.name.text, node, hint);
  const key = ts.isElementAccessExpression(node) ? literalOf(context, node.argumentExpression) : undefined;
  const own = typeof key === "string" ? context.lowering.classes.inPattern(context, base, key, node) : undefined;
  if (own !== undefined) return own;
  const chosen = ts.isElementAccessExpression(node)
    ? lowerTable(context, node.argumentExpression, base, hint)
    : undefined;
  return chosen ?? valueAt(context, locate(context, node, base), node, hint);
}

/** A literal that leaves out an optional member makes an object without such a field, where only the value could say what is in it. */
export function isLeftOut(context: FunctionContext, base: Value, name: string, owner: ts.Node): boolean {
  if (base.type.kind !== "record") return false;
  const { checker, types } = context.file;
  const members = (types.choices.of(base.type)?.members.map((m) => m.type) ?? [base.type]).flatMap((t) =>
    t.kind === "record" ? [t.name] : [],
  );
  const hasField = (record: string): boolean => types.records.get(record)?.fields.some((f) => f.name === name) === true;
  if (members.every(hasField)) return false;
  const declared = checker.getNonNullableType(checker.getTypeAtLocation(owner));
  const property = checker.getPropertyOfType(checker.getApparentType(declared), name);
  return property !== undefined && (property.flags & ts.SymbolFlags.Optional) !== 0;
}

/** Such a member: `undefined`, unless the object is one of several and some have it. */
export function whereLeftOut(
  context: FunctionContext,
  base: Value,
  name: string,
  node: ts.Node,
  hint: string | undefined,
): Value {
  const any = context.file.types.choices.of(base.type);
  if (any === undefined) return context.undefinedOf({ kind: "void" });
  return withMember(context, base, any, node, hint, (object) => memberIfAny(context, object, name, node, hint));
}

/** A field, or `undefined` where the object has none of this name. */
export function memberIfAny(
  context: FunctionContext,
  object: Value,
  name: string,
  node: ts.Node,
  hint: string | undefined,
): Value {
  const decl = object.type.kind === "record" ? context.file.types.records.get(object.type.name) : undefined;
  const own = decl?.fields.find((f) => f.name === name);
  return own === undefined
    ? context.undefinedOf({ kind: "void" })
    : load(context, { place: field(object, name), type: own.type }, node, hint);
}

function valueAt(
  context: FunctionContext,
  at: Located | undefined,
  node: ts.Expression,
  hint: string | undefined,
): Value {
  if (at === undefined) return standInFor(context, node);
  if (needsObject(context, at.type)) return context.refuse(language.lostThis(spanOf(node), node.getText()), at.type);
  return load(context, at, node, hint);
}

/** Is it a function that reads its object? */
function needsObject(context: FunctionContext, type: Type): boolean {
  const known = context.file.types.functions.of(type);
  if (known === undefined) return false;
  return (known.kind === "one" ? [known] : known.members).some(({ node, file }) => {
    const captures = file.captures.of(node);
    return captures.usesThis || captures.self.length > 0;
  });
}

/** A stand-in of the expression's own type, where that is known. */
export function standInFor(context: FunctionContext, node: ts.Node): Value {
  const mapped = context.file.types.map(
    context.file.checker.getNonNullableType(context.file.checker.getTypeAtLocation(node)),
  );
  return context.standIn("type" in mapped ? mapped.type : num);
}

/** Stores what is absent in an optional field, so that the object has no such key. */
export function remove(context: FunctionContext, { place, type }: Located, node: ts.Node): void {
  const absent = context.coerce(context.undefinedOf({ kind: "void" }), type, node);
  context.at(node).push({ kind: "store", place, value: absent, removes: true });
}

export function store(context: FunctionContext, at: Located, v: Value, node: ts.Node): void {
  if (at.among !== undefined) {
    const { base, any, name } = at.among;
    withMember(context, base, any, node, undefined, (object) => {
      const own = fieldOf(context, object, name, node);
      if (own !== undefined) store(context, own, v, node);
      return context.undefinedOf({ kind: "void" });
    });
    return;
  }
  const memo = context.memos.get(at.place.base.id);
  if (memo !== undefined) context.keeps(v, node, memo);
  if (at.place.kind === "elem") admit(context, at.place.base, v, node);
  context.putInto(at.place.base, v);
  const stored = context.coerce(v, at.type, node);
  if (at.member === undefined) context.at(node).store(at.place, stored);
  else storeMember(context, at.member, stored, node);
}
