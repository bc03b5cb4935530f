/** `i in xs`, `"r" in s`, `Object.hasOwn(xs, i)`: whether a list has an element, a tuple or an object a member. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { bool, mayBeAbsent } from "../../ir/types.js";
import { spanOf } from "../source.js";
import { load } from "./access.js";
import { elementType } from "./array-make.js";
import { accessedBy, isAlwaysThere, isNotSpread } from "./class-fields.js";
import type { FunctionContext } from "./context.js";
import { hasKey } from "./dictionary.js";
import { askIfThere } from "./held-undefined.js";
import { isUndefined, mayBeUndefined } from "./missing.js";
import { primitive } from "./primitive.js";

/** Does the list have an element of this name, which is written out or computed? */
export function hasElement(
  context: FunctionContext,
  node: ts.Node,
  list: Value,
  name: Value | string | number,
  form: "in" | "own",
  hint: string | undefined,
): Value {
  if (name === "length") return context.constant(true, hint);
  const isIndex = typeof name === "object" || String(Number(name)) === String(name);
  const key = typeof name === "object" ? name : context.at(node) && context.constant(isIndex ? Number(name) : name);
  const index = context.indices.get(key.id) ?? key;
  if (list.type.kind === "tuple") return isPlace(context, node, list, index, hint);
  const type = elementType(list.type);
  // By another name an array has only what all arrays have, and what is there may be `undefined` all the same.
  if (index.type.kind !== "num" || mayBeUndefined(type)) return hasKey(context, node, list, index, form, hint);
  const read = load(context, { place: elem(list, index), type }, node);
  return primitive(context, node, "not", [isUndefined(context, read, node)], hint);
}

/** Which places a tuple has, its type says, where none of its members may be left out. */
function isPlace(context: FunctionContext, node: ts.Node, tuple: Value, index: Value, hint: string | undefined): Value {
  const members = tuple.type.kind === "tuple" ? tuple.type.elems : [];
  if (index.type.kind !== "num" || members.some(mayBeUndefined))
    return context.refuse(language.reflection(spanOf(node), "in"), bool);
  const within = primitive(context, node, "and", [
    primitive(context, node, "ge", [index, context.constant(0)]),
    primitive(context, node, "lt", [index, context.constant(members.length)]),
  ]);
  if (context.isInteger(index)) return within;
  const isWhole = primitive(context, node, "isInteger", [index]);
  return primitive(context, node, "and", [isWhole, within], hint);
}

/** Has an object whose fields are known one of this name, of its own or, with `in`, from its class? */
export function hasField(
  context: FunctionContext,
  node: ts.Node,
  object: Value,
  name: string,
  form: "in" | "own",
  hint: string | undefined,
): Value {
  const { records, classes, table } = context.file.types;
  const decl = object.type.kind === "record" ? records.get(object.type.name) : undefined;
  const unknown = (): Value => context.refuse(language.reflection(spanOf(node), form === "in" ? "in" : "hasOwn"), bool);
  if (decl === undefined) return unknown();
  if (decl.fields.some((f) => accessedBy(f.name) === name))
    return isAlwaysThere(context.file.types, object.type, name) ? context.constant(true, hint) : unknown();
  const found = decl.fields.find((f) => f.name === name);
  const variants = decl.variants ?? [decl.name];
  const isHidden = found !== undefined && isNotSpread(context.file.types, object.type, name);
  const isOfClass = variants.some((n) => {
    const cls = classes.get(n)?.node;
    return cls !== undefined && table.member(cls, name) !== undefined;
  });
  if (isHidden || (found === undefined && (isOfClass || (form === "in" && name in {})))) return unknown();
  if (found === undefined) return context.constant(false, hint);
  const having = variants.map((n) => records.get(n)?.fields.find((f) => f.name === name));
  // An object whose members may be left out knows itself which it has.
  if (found.optional === true) askIfThere(context, object.type, name, node);
  if (decl.variants === undefined && decl.instance === undefined && found.optional === true)
    return hasKey(context, node, object, context.constant(name), form, hint);
  // Where the field itself may hold `undefined`, what it holds does not tell whether it is there.
  if (
    having.some(
      (f) => f?.optional === true || (f !== undefined && decl.variants !== undefined && mayBeAbsent(f.type, undefined)),
    )
  )
    return unknown();
  if (having.every((f) => f !== undefined)) return context.constant(true, hint);
  const read = context.at(node).load(field(object, name), found.type);
  return primitive(context, node, "not", [isUndefined(context, read, node)], hint);
}
