/**
 * Getters and setters of object literals: functions that the object holds under names no source can write. Reading and assigning the
 * member call them; what copies an object, or lists its members, reads the getters and keeps what they return.
 */
import type { ts } from "ts-morph";
import { field } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { load, memberIfAny, standInFor } from "./access.js";
import { accessedBy, accessorField, isAlwaysThere } from "./class-fields.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { callValue } from "./follow.js";
import { isNullish, presentValue } from "./missing.js";

/** The function behind a member; absent where the member is a plain field. */
export function accessorOf(
  context: FunctionContext,
  base: Value,
  kind: "get" | "set",
  name: string,
  node: ts.Node,
): Value | undefined {
  if (base.type.kind !== "record") return undefined;
  const own = accessorField(kind, name);
  const found = context.file.types.records.get(base.type.name)?.fields.find((f) => f.name === own);
  return found === undefined ? undefined : load(context, { place: field(base, own), type: found.type }, node);
}

/** What the getter of a literal returns; absent where there is none. Of several objects some may hold a plain field instead. */
export function literalGetter(
  context: FunctionContext,
  base: Value,
  name: string,
  node: ts.Expression,
  hint: string | undefined,
): Value | undefined {
  const f = accessorOf(context, base, "get", name, node);
  if (f === undefined) return undefined;
  const called = (): Value =>
    callValue(context, node, presentValue(context, f, node), base, [], hint) ?? standInFor(context, node);
  if (f.type.kind !== "maybe") return called();
  const held = (): Value => {
    const v = memberIfAny(context, base, name, node, hint);
    return isAlwaysThere(context.file.types, base.type, name) ? presentValue(context, v, node) : v;
  };
  return branchValue(context, isNullish(context, f, node), held, called, { hint });
}

/** What a copy of the object has in the place of an accessor: what the getter returns, nothing where there is only a setter. */
export function accessed(context: FunctionContext, object: Value, fieldName: string, node: ts.Expression): Value {
  const name = accessedBy(fieldName) ?? fieldName;
  return literalGetter(context, object, name, node, name) ?? context.undefinedOf({ kind: "void" });
}

/** Sets a member of an object that is written, at the position of what it had of this name: an accessor gives way to a plain member. */
export function setMember(members: Map<string, Value>, fieldName: string, v: Value): void {
  const of = accessedBy(fieldName);
  const others = of === undefined ? [accessorField("get", fieldName), accessorField("set", fieldName)] : [of];
  const replaced = others.filter((name) => members.has(name));
  if (replaced.length === 0) {
    members.set(fieldName, v);
    return;
  }
  const [position] = replaced;
  const all = [...members];
  members.clear();
  for (const [name, before] of all) {
    if (name === position) members.set(fieldName, v);
    else if (!replaced.includes(name)) members.set(name, before);
  }
}
