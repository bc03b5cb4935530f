/** How a change of type is written: not at all where TypeScript sees it too, as `x!`, or as `x as T`. */
import type { Absence, Op, Type } from "../ir/ir.js";
import { present, type Records, sameType } from "../ir/types.js";
import { holdsInstance } from "./seen-as-fields.js";

export type CastStep = "none" | "present" | "as";

export function castStep(from: Type, to: Type, records: Records): CastStep {
  if (isAssignable(from, to, records)) return "none";
  return isAssignable(present(from), to, records) ? "present" : "as";
}

/** A cast that is another name for its operand. */
export const isSilentCast = (op: Op, records: Records): op is Op & { kind: "cast" } =>
  op.kind === "cast" && castStep(op.value.type, op.result.type, records) === "none";

function isAssignable(from: Type, to: Type, records: Records): boolean {
  if (sameType(from, to)) return true;
  if (to.kind === "maybe") {
    if (from.kind === "void") return to.absent !== "null";
    if (from.kind !== "maybe") return isAssignable(from, to.of, records);
    return (to.absent === "both" || to.absent === from.absent) && isAssignable(from.of, to.of, records);
  }
  if (from.kind === "array" && to.kind === "array") return isAssignable(from.elem, to.elem, records);
  if (from.kind === "dict" && to.kind === "dict")
    return (from.loose !== true || to.loose === true) && isAssignable(from.elem, to.elem, records);
  if (from.kind === "tuple" && to.kind === "tuple")
    return from.elems.every((elem, k) => isAssignable(elem, to.elems[k] ?? elem, records));
  if (from.kind !== "record" || to.kind !== "record" || !isVariant(from.name, to.name, records, new Set()))
    return false;
  const wide = records.get(to.name);
  const narrow = records.get(from.name);
  // A field that is read through no variant must be seen in the type of the union.
  const isHidden = (wide?.fields ?? []).some(
    (f) => f.optional === true && f.through === undefined && narrow?.fields.some((g) => g.name === f.name) !== true,
  );
  if (wide?.text === undefined && isHidden) return false;
  // Where only the union has a name, TypeScript does not see that what is spelled out is one of its variants.
  return records.get(to.name)?.text === undefined || records.get(from.name)?.text !== undefined;
}

/** Is one a union under the name the user gave it, the other a variant spelled out because it holds instances (`seen-as-fields.ts`)? */
export function isApartInText(from: Type, to: Type, records: Records): boolean {
  const [a, b] = [present(from), present(to)];
  if (a.kind === "array" && b.kind === "array") return isApartInText(a.elem, b.elem, records);
  if (a.kind !== "record" || b.kind !== "record") return false;
  const hasText = (name: string): boolean => records.get(name)?.text !== undefined;
  const isWide = (name: string): boolean => records.get(name)?.variants !== undefined;
  return hasText(a.name) !== hasText(b.name) && (isWide(a.name) || isWide(b.name)) && holdsInstance(records, a.name);
}

function isVariant(name: string, wide: string, records: Records, seen: Set<string>): boolean {
  if (seen.has(wide)) return false;
  seen.add(wide);
  return (records.get(wide)?.variants ?? []).some((v) => v === name || isVariant(name, v, records, seen));
}

/** An expression that is known to be there. */
export const asserted = (text: string): string => (text.endsWith("!") ? text : `${text}!`);

/** The test whether something of a maybe type is absent. */
export function absenceTest(place: string, absent: Absence): string {
  return absent === "both" ? `${place} == null` : `${place} === ${absent}`;
}

/** What stands for a value that is absent: the value itself where there are two ways. */
export const absentText = (place: string, absent: Absence): string => (absent === "both" ? place : absent);

/** A place that was tested, as what it holds: TypeScript remembers tests of names and of members found by name. */
export const presentText = (place: string): string =>
  /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*|\[\d+\])*$/.test(place) || place.endsWith("!") ? place : `${place}!`;
