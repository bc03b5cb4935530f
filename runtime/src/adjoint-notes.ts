/** Adjoints that are handed over between the two runs of a checkpointed function, where references change. */
import type { Tape } from "./tape.js";

export const isNumbers = (v: object): v is Float64Array | Float32Array =>
  v instanceof Float64Array || v instanceof Float32Array;

/**
 * The shadows of everything that some references lead to, in an order that follows from the references alone; and how those
 * shadows refer to each other. Another run of the same code makes references of the same form, so the notes of both correspond.
 */
class Notes {
  readonly shadows: object[] = [];
  readonly links: [holder: object, key: string | number, held: unknown][] = [];

  add(primal: unknown, shadow: unknown, seen: Set<object>): void {
    const pending: [primal: unknown, shadow: unknown][] = [[primal, shadow]];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const [object, adjoints] = at;
      if (typeof object !== "object" || object === null || seen.has(object)) continue;
      seen.add(object);
      if (typeof adjoints !== "object" || adjoints === null) {
        this.shadows.push(nothing);
        continue;
      }
      this.shadows.push(adjoints);
      if (ArrayBuffer.isView(object)) continue;
      for (const key of Array.isArray(object) ? object.keys() : Object.keys(adjoints).sort()) {
        const held: unknown = Reflect.get(adjoints, key);
        // Where there is nothing, there may be something later.
        if (typeof held !== "number") this.links.push([adjoints, key, held]);
        const member: unknown = Reflect.get(object, key);
        if (typeof member === "object" && member !== null) pending.push([member, held]);
      }
    }
  }
}

/** Stands for the shadow of what has none. */
const nothing: object = Object.freeze({});

/** Notes the shadows of what `primals` lead to; `shadows` has the shadow of each. */
export function noteAdjoints(primals: readonly unknown[], shadows: readonly unknown[]): object {
  const notes = new Notes();
  const seen = new Set<object>();
  primals.forEach((primal, i) => notes.add(primal, shadows[i], seen));
  return notes;
}

/** Adds the adjoints in the shadows of `from` to those of `to`, and sets the former to zero. What is in both stays. */
export function giveAdjoints(from: object, to: object): void {
  pairs(from, to, (source, target) => {
    if (isNumbers(source) && isNumbers(target)) {
      const length = Math.min(source.length, target.length);
      for (let i = 0; i < length; i++) target[i] = (target[i] ?? 0) + (source[i] ?? 0);
      source.fill(0);
      return;
    }
    eachNumber(source, (key, adjoint) => {
      const before: unknown = Reflect.get(target, key);
      if (typeof before === "number") Reflect.set(target, key, before + adjoint);
      Reflect.set(source, key, 0);
    });
  });
}

/**
 * Adds the adjoints in the shadows of `from` to those of `to`, which refer to each other again as when they were noted. What
 * has been given away is zero by now; what only others refer to still, nobody took over, and it keeps what they added.
 */
export function addAdjoints(from: object, to: object): void {
  pairs(from, to, (source, target) => {
    if (isNumbers(source) && isNumbers(target)) {
      const length = Math.min(source.length, target.length);
      for (let i = 0; i < length; i++) target[i] = (target[i] ?? 0) + (source[i] ?? 0);
      return;
    }
    eachNumber(target, (key, adjoint) => {
      const own: unknown = Reflect.get(source, key);
      if (typeof own === "number") Reflect.set(target, key, adjoint + own);
    });
  });
  if (to instanceof Notes) for (const [holder, key, held] of to.links) Reflect.set(holder, key, held);
}

/** A pullback that runs again finds the shadows referring to each other as they did when they were noted. */
export function keepLinks(notes: object, tape: Tape): void {
  if (notes instanceof Notes) for (const link of notes.links) tape.links.push(link);
}

function pairs(from: object, to: object, visit: (source: object, target: object) => void): void {
  if (!(from instanceof Notes) || !(to instanceof Notes)) return;
  from.shadows.forEach((source, i) => {
    const target = to.shadows[i];
    if (target !== undefined && source !== target && source !== nothing && target !== nothing) visit(source, target);
  });
}

function eachNumber(holder: object, visit: (key: string, adjoint: number) => void): void {
  for (const key of Object.keys(holder)) {
    const held: unknown = Reflect.get(holder, key);
    if (typeof held === "number") visit(key, held);
  }
}
