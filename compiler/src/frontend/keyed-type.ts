/** Objects with arbitrary keys, `Record<string, number>`, as IR types. */
import { ts } from "ts-morph";
import type { Type } from "../ir/ir.js";
import { dictOf, isDifferentiable, opaque, present, sameType } from "../ir/types.js";
import { isLibrary, propertiesOf } from "./source.js";
import type { Mapped, TypeMapper } from "./types.js";

/** The type of an object with arbitrary keys; absent where it is none. */
export function keyedType(types: TypeMapper, type: ts.Type): Mapped | undefined {
  if (types.checker.getIndexInfosOfType(type).length > 0) return { type: keyed(types, type) };
  const parameter = keyParameter(types, type);
  if (parameter === undefined) return undefined;
  const member = types.map(parameter.member);
  return "type" in member ? { type: dictOf(member.type, parameter.key) } : member;
}

/** `Record<K, T>` in a function whose type parameter `K` stands for some texts or numbers: which, the function does not know. */
export function keyParameter(
  types: TypeMapper,
  type: ts.Type,
): { readonly key: "str" | "num"; readonly member: ts.Type } | undefined {
  const [key, member, ...others] = type.aliasTypeArguments ?? [];
  const declaration = type.aliasSymbol?.declarations?.[0];
  if (key === undefined || member === undefined || others.length > 0 || type.aliasSymbol?.name !== "Record")
    return undefined;
  if (declaration === undefined || !isLibrary(types.program, declaration)) return undefined;
  const bound = key.flags & ts.TypeFlags.TypeParameter ? types.checker.getBaseConstraintOfType(key) : undefined;
  if (bound === undefined) return undefined;
  if (bound.flags & ts.TypeFlags.String) return { key: "str", member };
  return bound.flags & ts.TypeFlags.Number ? { key: "num", member } : undefined;
}

/** An object with arbitrary keys: its members are looked into where a derivative may flow through them. */
function keyed(types: TypeMapper, type: ts.Type): Type {
  const { checker } = types;
  const closed = opaque(types.show(type));
  const [info, ...others] = checker.getIndexInfosOfType(type);
  if (info === undefined || others.length > 0) return closed;
  const key =
    info.keyType.flags & ts.TypeFlags.String ? "str" : info.keyType.flags & ts.TypeFlags.Number ? "num" : undefined;
  const member = types.map(info.type);
  if (key === undefined || "why" in member || types.isOpen(member.type)) return closed;
  const fields = propertiesOf(checker, type).map((p) => types.map(checker.getTypeOfSymbol(p)));
  if (!fields.every((f) => "type" in f && sameType(present(f.type), present(member.type)))) return closed;
  // What is being mapped is an object that holds such objects.
  const held = present(member.type);
  const isBeingMapped = held.kind === "record" && types.records.get(held.name)?.fields.length === 0;
  const isFollowed =
    isBeingMapped || (isDifferentiable(member.type, types.records) && !types.choices.isIn(member.type));
  return isFollowed ? dictOf(member.type, key) : closed;
}
