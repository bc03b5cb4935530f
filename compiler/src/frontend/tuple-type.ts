/** Tuple types as IR types. */
import { ts } from "ts-morph";
import type { Type } from "../ir/ir.js";
import { arrayOf, maybe, num, sameType, str, tupleOf } from "../ir/types.js";
import { isMarkedNoDiff, noDiffReason } from "./no-diff.js";
import { isPlainTuple, isReadonlyList, memberTypes, optionalMembers } from "./source.js";
import type { Mapped, TypeMapper } from "./types.js";

export function tupleType(types: TypeMapper, type: ts.Type): Mapped {
  const { checker } = types;
  const elements = memberTypes(checker, type);
  if (elements.some((t) => isMarkedNoDiff(checker, t))) return { why: noDiffReason };
  // A long tuple is a table that was declared `as const`.
  if (elements.length > 4 && elements.every((t) => t.flags & ts.TypeFlags.NumberLiteral)) return { type: arrayOf(num) };
  const members = elements.map((t) => types.map(t));
  const failed = members.find((m) => "why" in m);
  if (failed !== undefined) return failed;
  const mapped = members.flatMap((m) => ("type" in m ? [m.type] : []));
  const table = isReadonlyList(type) ? tableOf(types, type, mapped) : undefined;
  if (table !== undefined) return { type: table };
  if (isPlainTuple(type)) return { type: tupleOf(mapped) };
  // With an optional member, or more at the end, its length is known only when it is there, as that of an array.
  const [first] = mapped;
  if (first !== undefined && mapped.every((t) => sameType(t, first))) return { type: arrayOf(first) };
  const optional = optionalMembers(type);
  return optional === undefined
    ? { why: "Tuples with rest members are in the language where all members are of one type" }
    : { type: tupleOf(mapped.map((t, i) => (optional.includes(i) ? maybe(t) : t))) };
}

/**
 * A table that was written `as const` with rows that differ: lists of several lengths are arrays, objects of which some have
 * more members than others are of one wide type. So its rows can be gone through, and chosen by a number.
 */
function tableOf(types: TypeMapper, type: ts.Type, rows: readonly Type[]): Type | undefined {
  const [first] = rows;
  if (first === undefined || rows.every((row) => sameType(row, first))) return undefined;
  const { checker, records } = types;
  const members = memberTypes(checker, type);
  const list = members.every(isReadonlyList) ? listOf(rows) : undefined;
  if (list !== undefined) return arrayOf(list);
  const isPlain = (row: Type): boolean => row.kind === "record" && !types.classes.has(row.name) && !types.holdsOwn(row);
  if (!rows.every(isPlain) || !members.every((t) => isWrittenTable(checker, t))) return undefined;
  const all = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  const mapped = all === undefined ? undefined : types.map(all);
  if (mapped === undefined || !("type" in mapped) || mapped.type.kind !== "record") return undefined;
  const decl = records.get(mapped.type.name);
  return decl?.variants === undefined || decl.apart !== undefined ? undefined : arrayOf(mapped.type);
}

/** What lists of several lengths are that nobody writes to: an array of numbers, flags or texts, or of such arrays. */
export function listOf(rows: readonly Type[]): Type | undefined {
  if (!rows.every((row) => row.kind === "tuple" || row.kind === "array")) return undefined;
  const elements = rows.flatMap((row) => (row.kind === "tuple" ? row.elems : [row.elem]));
  const [first] = elements;
  if (first === undefined) return undefined;
  const isScalar = first.kind === "num" || first.kind === "str" || first.kind === "bool";
  if (isScalar) return elements.every((e) => e.kind === first.kind) ? arrayOf(plain(first)) : undefined;
  const inner = listOf(elements);
  return inner === undefined ? undefined : arrayOf(inner);
}

const plain = (type: Type): Type => (type.kind === "num" ? num : type.kind === "str" ? str : type);

/** `{ readonly nodes: readonly [-0.5, 0.5] }`: are there numbers in the type, in its tuples and objects? */
export function isWrittenTable(checker: ts.TypeChecker, type: ts.Type): boolean {
  if ((type.flags & ts.TypeFlags.NumberLiteral) !== 0) return true;
  if (checker.isTupleType(type)) return memberTypes(checker, type).some((t) => isWrittenTable(checker, t));
  const isAnonymous = ((type.getSymbol()?.flags ?? 0) & ts.SymbolFlags.ObjectLiteral) !== 0;
  return (
    isAnonymous && checker.getPropertiesOfType(type).some((p) => isWrittenTable(checker, checker.getTypeOfSymbol(p)))
  );
}
