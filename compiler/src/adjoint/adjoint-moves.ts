/** Adjoints that move from one shadow structure to another, by functions of the runtime. */
import { type Builder, value } from "../ir/build.js";
import type { Value } from "../ir/ir.js";
import { num, opaque } from "../ir/types.js";

const notesType = opaque("object");

function ask(b: Builder, name: string, text: readonly string[], args: readonly Value[], result?: Value): void {
  const imports = [{ name, from: "@adc/runtime" }];
  const shared = {
    kind: "foreign",
    text: [`${name}(${text[0] ?? ""}`, ...text.slice(1)],
    args,
    pure: false,
    imports,
  } as const;
  b.push(result === undefined ? shared : { ...shared, result });
}

/** Adds the adjoints that have come to a structure to those of what the second run made in its place; clears them. */
export function moveAdjoints(b: Builder, from: Value, to: Value): void {
  ask(b, "moveAdjoints", ["", ", ", ")"], [from, to]);
}

/** The shadows that structures lead to, noted in the order of the structures. */
export function noteAdjoints(b: Builder, pairs: readonly (readonly [Value, Value])[], hint: string): Value {
  const notes = value(notesType, hint);
  const list = pairs.slice(1).map(() => ", ");
  const text = pairs.length === 0 ? ["[], [])"] : ["[", ...list, "], [", ...list, "])"];
  ask(b, "noteAdjoints", text, [...pairs.map(([v]) => v), ...pairs.map(([, shadow]) => shadow)], notes);
  return notes;
}

/** As `moveAdjoints`, between what was noted. */
export function giveAdjoints(b: Builder, from: Value, to: Value): void {
  ask(b, "giveAdjoints", ["", ", ", ")"], [from, to]);
}

/** What was noted second gets the adjoints of what was noted first. */
export function addAdjoints(b: Builder, from: Value, to: Value): void {
  ask(b, "addAdjoints", ["", ", ", ")"], [from, to]);
}

/** The next run of a pullback begins with these links. */
export function keepLinks(b: Builder, notes: Value, tape: Value): void {
  ask(b, "keepLinks", ["", ", ", ")"], [notes, tape]);
}

export const newNotes = (hint: string): Value => value(notesType, hint);

/** The largest absolute value of numbers and of what structures hold. */
export function largestOf(b: Builder, held: readonly Value[], hint: string): Value {
  const result = value(num, hint);
  const text = held.length === 0 ? [")"] : ["", ...held.slice(1).map(() => ", "), ")"];
  ask(b, "largestOf", text, held, result);
  return result;
}

/** Throws where the state that an iteration is given is not the one it leaves. */
export function requireFixedPoint(b: Builder, where: string, state: readonly (readonly [Value, Value])[]): void {
  const list = state.slice(1).map(() => ", ");
  const text = [`${JSON.stringify(where)}, [`, ...list, "], [", ...list, "])"];
  if (state.length > 0) ask(b, "requireFixedPoint", text, [...state.map(([v]) => v), ...state.map(([, v]) => v)]);
}

/** Throws where typed arrays in these structures lie over each other. */
export function refuseOverlap(b: Builder, held: readonly Value[]): void {
  ask(b, "refuseOverlap", ["", ...held.slice(1).map(() => ", "), ")"], held);
}
