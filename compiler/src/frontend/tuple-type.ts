/** Tuple types as IR types. */
import { ts } from "ts-morph";
import { arrayOf, maybe, num, sameType, tupleOf } from "../ir/types.js";
import { isMarkedNoDiff, noDiffReason } from "./no-diff.js";
import { isPlainTuple, memberTypes, optionalMembers } from "./source.js";
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
  if (isPlainTuple(type)) return { type: tupleOf(mapped) };
  // With an optional member, or more at the end, its length is known only when it is there, as that of an array.
  const [first] = mapped;
  if (first !== undefined && mapped.every((t) => sameType(t, first))) return { type: arrayOf(first) };
  const optional = optionalMembers(type);
  return optional === undefined
    ? { why: "Tuples with rest members are in the language where all members are of one type" }
    : { type: tupleOf(mapped.map((t, i) => (optional.includes(i) ? maybe(t) : t))) };
}

/** `{ readonly nodes: readonly [-0.5, 0.5] }`: are there numbers in the type, in its tuples and objects? */
export function isWrittenTable(checker: ts.TypeChecker, type: ts.Type): boolean {
  if ((type.flags & ts.TypeFlags.NumberLiteral) !== 0) return true;
  if (checker.isTupleType(type)) return memberTypes(checker, type).some((t) => isWrittenTable(checker, t));
  const isAnonymous = ((type.getSymbol()?.flags ?? 0) & ts.SymbolFlags.ObjectLiteral) !== 0;
  return (
    isAnonymous && checker.getPropertiesOfType(type).some((p) => isWrittenTable(checker, checker.getTypeOfSymbol(p)))
  );
}
