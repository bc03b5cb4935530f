/** What object literals and copies of objects are made of: members by name, those of other objects, and the record that is made. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Field, Type, Value } from "../../ir/ir.js";
import { maybe } from "../../ir/types.js";
import { spanOf } from "../source.js";
import { load } from "./access.js";
import { accessed, setMember } from "./accessors.js";
import { accessedBy, isAlwaysThere, isNotSpread, isWithAccessors } from "./class-fields.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { askIfThere } from "./held-undefined.js";
import { isNullish, isUndefined, presentValue } from "./missing.js";

/** A new object of a record with these members. */
export function objectOfType(
  context: FunctionContext,
  node: ts.Expression,
  type: Type,
  members: ReadonlyMap<string, Value>,
  hint: string | undefined,
): Value {
  const fields = (type.kind === "record" ? context.file.types.records.get(type.name)?.fields : undefined) ?? [];
  const order = fields.map((f) => f.name).filter((name) => members.has(name));
  const { reordered } = context.file;
  const given = [...members.keys()];
  if (type.kind === "record" && !reordered.has(type.name) && given.some((name, i) => order[i] !== name))
    reordered.set(type.name, [...given, ...fields.map((f) => f.name).filter((name) => !members.has(name))]);
  const ordered = fields.map((f) => {
    const v = members.get(f.name);
    if (v === undefined) return context.at(node).absent(f.type, undefined);
    return f.type.kind === "opaque" && f.noDiff === true ? v : context.coerce(v, f.type, node);
  });
  const made = context.at(node).aggregate(type, ordered, hint);
  for (const member of ordered) context.putInto(made, member);
  return made;
}

/** `...p`: every field of `p`, by name. What may be missing in `p`, or with all of `p`, leaves what was there. */
export function spreadInto(
  context: FunctionContext,
  node: ts.Expression,
  of: Value,
  members: Map<string, Value>,
  except: ReadonlySet<string> = new Set(),
): boolean {
  if (of.type.kind === "void") return true;
  const source = presentValue(context, of, node);
  const { types } = context.file;
  const decl = source.type.kind === "record" ? types.records.get(source.type.name) : undefined;
  const byAccessor = new Set((decl?.fields ?? []).flatMap((f) => accessedBy(f.name) ?? []));
  const isKnown = decl?.variants === undefined || [...byAccessor].every((n) => isAlwaysThere(types, source.type, n));
  if (decl === undefined || !isKnown || types.choices.of(source.type) !== undefined) {
    if (!context.isRefused(source)) context.report(language.spreadNotYet(spanOf(node), context.show(of.type)));
    return false;
  }
  const copied = new Set(except);
  for (const { name: fieldName, type, optional } of decl.fields) {
    const name = accessedBy(fieldName) ?? fieldName;
    const isAccessor = byAccessor.has(name);
    if (copied.has(name) || isNotSpread(types, source.type, name)) continue;
    if (isAccessor) copied.add(name);
    const own = (): Value =>
      isAccessor
        ? accessed(context, source, fieldName, node)
        : load(context, { place: field(source, name), type }, node, name);
    const before = members.get(name);
    const otherwise = (): Value => before ?? context.undefinedOf({ kind: "void" });
    const mismatch = (a: Value, b: Value): void =>
      context.report(language.mixedTypes(spanOf(node), "...", context.show(a.type), context.show(b.type)));
    const over = (): Value => {
      if (optional !== true || isAccessor || before === undefined) return own();
      askIfThere(context, source.type, name, node);
      const there = (): Value => presentValue(context, own(), node);
      return branchValue(context, isUndefined(context, own(), node), otherwise, there, { hint: name, mismatch });
    };
    setMember(
      members,
      name,
      of.type.kind === "maybe"
        ? branchValue(context, isNullish(context, of, node), otherwise, over, { hint: name, mismatch })
        : over(),
    );
  }
  return true;
}

/** The object itself, or where it has getters a copy that holds what they return, as what lists members sees it. */
export function withoutAccessors(
  context: FunctionContext,
  v: Value,
  node: ts.Expression,
  except: ReadonlySet<string> = new Set(),
): Value {
  if (!isWithAccessors(context.file.types, v)) return v;
  const members = new Map<string, Value>();
  if (!spreadInto(context, node, v, members, except)) return context.standIn(context.file.types.recordOf([]));
  const type = context.file.types.recordOf([...members].map(([name, own]) => fieldFor(context, name, own, undefined)));
  return objectOfType(context, node, type, members, undefined);
}

/** The field of a record that a member is; `declared` is that of the type that is expected. */
export function fieldFor(context: FunctionContext, name: string, v: Value, declared: Field | undefined): Field {
  const type: Type = v.type.kind === "void" ? maybe({ kind: "num" }, context.isNull(v) ? "null" : "undefined") : v.type;
  const noDiff = declared?.noDiff === true ? { noDiff: true } : {};
  return declared?.optional === true
    ? { name, type: maybe(type), optional: true, ...noDiff }
    : { name, type, ...noDiff };
}
