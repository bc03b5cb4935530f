/** Names of fields in records that no source can write, or that are no fields of the object itself. */
import { ts } from "ts-morph";
import type { Type } from "../../ir/ir.js";
import type { TypeMapper } from "../types.js";

/** The field that holds a getter or setter of an object literal. */
export const accessorField = (kind: "get" | "set", name: string): string => `${kind} ${name}`;

/** Is a field of the record not copied by `{ ...object }`: hidden in the class, or a getter of a literal? */
export function isNotSpread(types: TypeMapper, type: Type, name: string): boolean {
  const instance = type.kind === "record" ? types.classes.get(type.name) : undefined;
  if (instance === undefined) return false;
  const member = types.table.fields(instance.node).find((f) => f.name === name);
  return member === undefined || ts.isPrivateIdentifier(member.node.name);
}
