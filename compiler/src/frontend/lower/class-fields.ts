/** Names of fields in records that no source can write, or that are no fields of the object itself. */
import { ts } from "ts-morph";
import type { Field, Type, Value } from "../../ir/ir.js";
import type { TypeMapper } from "../types.js";

/** The field that holds a getter or setter of an object literal. */
export const accessorField = (kind: "get" | "set", name: string): string => `${kind} ${name}`;

const pattern = /^([gs]et) (.*)$/s;

/** The member that a field is the getter or the setter of; absent for a plain field. */
export const accessedBy = (name: string): string | undefined => pattern.exec(name)?.[2];

export const hasAccessors = (fields: readonly Field[]): boolean => fields.some((f) => accessedBy(f.name) !== undefined);

/** Holds the object getters or setters? */
export const isWithAccessors = ({ records }: TypeMapper, { type }: Value): boolean =>
  type.kind === "record" && hasAccessors(records.get(type.name)?.fields ?? []);

/** Has each of several objects a value for the member, as a field or by a getter? */
export function isAlwaysThere({ records }: TypeMapper, type: Type, name: string): boolean {
  const names = (type.kind === "record" ? records.get(type.name)?.variants : undefined) ?? [];
  return names.every((variant) => {
    const fields = records.get(variant)?.fields ?? [];
    const own = fields.find((f) => f.name === name);
    return own === undefined ? fields.some((f) => f.name === accessorField("get", name)) : own.type.kind !== "maybe";
  });
}

/** May an object with these fields be one of a type with those: has it each of them, as a field or by an accessor? */
export const maySeemOf = (fields: readonly Field[], of: readonly Field[]): boolean =>
  hasAccessors(fields) &&
  of.every((f) => f.optional === true || fields.some((own) => own.name === f.name || accessedBy(own.name) === f.name));

/** Is a field of the record not copied by `{ ...object }`: hidden in the class, or a getter of a literal? */
export function isNotSpread(types: TypeMapper, type: Type, name: string): boolean {
  const instance = type.kind === "record" ? types.classes.get(type.name) : undefined;
  if (instance === undefined) return false;
  const member = types.table.fields(instance.node).find((f) => f.name === name);
  return member === undefined || ts.isPrivateIdentifier(member.node.name);
}
