/** The same value under another type: as one that may be missing, as one that is there, as one of a union of objects. */
import { ts } from "ts-morph";
import type { Type, Value } from "../../ir/ir.js";
import { mayBeAbsent, present, sameType } from "../../ir/types.js";
import type { FunctionContext } from "./context.js";

/** The value under the type; absent where no value has both types. */
export function convert(context: FunctionContext, v: Value, type: Type, node: ts.Node | undefined): Value | undefined {
  if (sameType(v.type, type)) return v;
  const b = node === undefined ? context.b : context.at(node);
  if (v.type.kind === "void") {
    const as = context.isNull(v) ? null : undefined;
    return mayBeAbsent(type, as) ? b.absent(type, as, v.hint) : undefined;
  }
  const choice = context.lowering.asFunction(context, v, type, node);
  if (choice !== undefined) return choice;
  const wanted = present(type);
  if (wanted.kind === "dict" && isEmptyLiteral(context, v))
    return convert(context, b.aggregate(wanted, [], v.hint), type, node);
  if (!isCastable(context, v.type, type)) {
    if (wanted.kind !== "array" || node === undefined || !isEmptyList(node)) return undefined;
    const list = b.aggregate(wanted, [], v.hint);
    context.empty.add(list.id);
    return convert(context, list, type, undefined);
  }
  const made = b.cast(v, type);
  context.sameAs(v, made);
  return made;
}

/** `[]`: it says nothing of its elements. Of `a = b = []` both hold the same array. */
function isEmptyList(node: ts.Node): boolean {
  if (!ts.isArrayLiteralExpression(node) || node.elements.length > 0) return false;
  const { parent } = node;
  const isAssigned = ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return !isAssigned || ts.isExpressionStatement(parent.parent);
}

/** Has the value this type too? */
export function isConvertible(context: FunctionContext, v: Value, type: Type): boolean {
  if (sameType(v.type, type)) return true;
  if (v.type.kind === "void") return mayBeAbsent(type, context.isNull(v) ? null : undefined);
  const isMissing = v.type.kind === "maybe" && type.kind !== "maybe";
  if (!isMissing && context.file.types.choices.fits(present(v.type), present(type))) return true;
  return isCastable(context, v.type, type) || (present(type).kind === "dict" && isEmptyLiteral(context, v));
}

/** `{}`: nothing is known of it but that it is an object. */
function isEmptyLiteral(context: FunctionContext, v: Value): boolean {
  const { types } = context.file;
  if (v.type.kind !== "record" || types.classes.has(v.type.name) || types.holdsOwn(v.type)) return false;
  return types.records.get(v.type.name)?.fields.length === 0;
}

/** Can one value have both types? */
function isCastable(context: FunctionContext, from: Type, to: Type): boolean {
  if (sameType(from, to)) return true;
  if (from.kind === "maybe" || to.kind === "maybe") return isCastable(context, present(from), present(to));
  // TypeScript has checked that the one is the other: a `Set` is a `ReadonlySet`.
  if (from.kind === "opaque" && to.kind === "opaque")
    return !context.file.types.hasFunction(from) && !context.file.types.hasFunction(to);
  if (from.kind === "array" && to.kind === "array") return isCastable(context, from.elem, to.elem);
  if (from.kind === "dict" && to.kind === "dict") return from.key === to.key && isCastable(context, from.elem, to.elem);
  if (from.kind === "tuple" && to.kind === "tuple")
    return (
      from.elems.length === to.elems.length && from.elems.every((t, i) => isCastable(context, t, to.elems[i] ?? t))
    );
  if (from.kind !== "record" || to.kind !== "record") return false;
  const all = variantsOf(context, from.name);
  return variantsOf(context, to.name).some((name) => all.includes(name));
}

/** Does a type leave no room for objects that the value may be, and that nobody made with a class? */
export function isOnlyOfClasses(context: FunctionContext, type: Type, value: Type): boolean {
  const [to, from] = [present(type), present(value)];
  if ((to.kind === "array" && from.kind === "array") || (to.kind === "dict" && from.kind === "dict"))
    return isOnlyOfClasses(context, to.elem, from.elem);
  if (to.kind === "tuple" && from.kind === "tuple")
    return to.elems.some((t, i) => isOnlyOfClasses(context, t, from.elems[i] ?? t));
  if (to.kind !== "record" || from.kind !== "record") return false;
  const { classes } = context.file.types;
  const own = variantsOf(context, to.name);
  return own.every((name) => classes.has(name)) && variantsOf(context, from.name).some((name) => !classes.has(name));
}

const variantsOf = (context: FunctionContext, name: string): readonly string[] =>
  context.file.types.records.get(name)?.variants ?? [name];

/** The type that both values have after a conversion; absent where there is none. */
export function joinedType(context: FunctionContext, a: Value, b: Value): Type | undefined {
  if (context.isRefused(a) || context.never.has(a.id)) return b.type;
  if (context.isRefused(b) || context.never.has(b.id)) return a.type;
  if (a.type.kind === "void" && b.type.kind === "void") return a.type;
  if (a.type.kind === "void") return absence(context, a, b.type);
  if (b.type.kind === "void") return absence(context, b, a.type);
  return context.file.types.join(a.type, b.type);
}

function absence(context: FunctionContext, missing: Value, type: Type): Type {
  const as = context.isNull(missing) ? "null" : "undefined";
  if (type.kind !== "maybe") return { kind: "maybe", of: type, absent: as };
  return type.absent === as ? type : { ...type, absent: "both" };
}
