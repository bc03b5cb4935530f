/**
 * What places hold that have been read, at one point of straight-line code: to see that a write would change nothing, and
 * to add to it without reading it again. A write that may still be taken out again covers the content as long as it stands.
 */
import type { Op, Place, Value } from "../ir/ir.js";

/** A place that was read, under one name. */
export interface Held {
  readonly place: Place;
  readonly read: Op;
  readonly value: Value;
  readonly literal: number | undefined;
  /** If there is no such place, what was read is `undefined`, not 0. */
  readonly isExact: boolean;
  /** The slot of the one write since. */
  readonly cover: number | undefined;
}

/** Places remembered per area at one time; keeps the pass linear. */
const mostHeld = 16;

export class HeldPlaces {
  readonly #areas = new Map<string, Map<string, Held>>();

  /** What is in a place; as long as only the write in the slot `except` stands since, what was before that. */
  find(area: string, key: string, except: number | undefined): Held | undefined {
    const held = this.#areas.get(area)?.get(key);
    return held !== undefined && (held.cover === undefined || held.cover === except) ? held : undefined;
  }

  note(area: string, key: string, held: Held): void {
    const inArea = this.#areas.get(area) ?? new Map<string, Held>();
    this.#areas.set(area, inArea);
    const [oldest] = inArea.keys();
    if (inArea.size >= mostHeld && oldest !== undefined) inArea.delete(oldest);
    inArea.set(key, held);
  }

  /** The write in the slot `cover` stands now; the one in the slot `except`, if there is one, does not any more. */
  cover(area: string, key: string, cover: number | undefined, except: number | undefined): void {
    const inArea = this.#areas.get(area);
    const held = inArea?.get(key);
    if (inArea === undefined || held === undefined) return;
    if (held.cover === undefined || held.cover === except) inArea.set(key, { ...held, cover });
    else inArea.delete(key);
  }

  /** Forgets those of an area, other than the one itself, that a write may change. */
  written(area: string, own: string, mayBe: (held: Held) => boolean): void {
    const inArea = this.#areas.get(area);
    for (const [key, held] of inArea ?? []) if (key !== own && mayBe(held)) inArea?.delete(key);
  }

  /** Forgets all of these areas (`undefined`: of all). */
  forget(areas: ReadonlySet<string> | undefined): void {
    if (areas === undefined) this.#areas.clear();
    else for (const area of areas) this.#areas.delete(area);
  }
}
