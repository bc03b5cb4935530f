/**
 * What is known about memory at one point of a walk: a version for each area (see `effects.ts`). Two reads of the same
 * place give the same if the versions they depend on are the same.
 *
 * An element under a literal index depends on the stores under unknown indices and on those under its own index; an
 * element under an unknown index, and the length, on all stores to the area.
 */
import { type Area, isPrivateArea, type Writes } from "./effects.js";
import { ScopedMap } from "./scoped-map.js";

export class MemoryState {
  private readonly versions = new ScopedMap<number>();
  private next = 1;

  mark(): number {
    return this.versions.mark();
  }

  undo(mark: number): void {
    this.versions.undo(mark);
  }

  /** The version that a read depends on. `literal` is the literal index, if it is one. */
  version(area: Area, literal?: number): string {
    const epoch = isPrivateArea(area) ? 0 : this.get("*");
    return literal === undefined ? `${epoch}/${this.get(`${area}*`)}` : `${epoch}/${this.get(area)}/${this.get(`${area}=${literal}`)}`;
  }

  /** A store to one place. */
  write(area: Area, literal?: number): void {
    this.bump(`${area}*`);
    this.bump(literal === undefined ? area : `${area}=${literal}`);
  }

  writeAll(writes: Writes): void {
    if (writes.everything) this.forget();
    for (const area of writes.areas) this.write(area);
  }

  /** Anything but private aggregates may have changed. */
  forget(): void {
    this.bump("*");
  }

  private get(key: string): number {
    return this.versions.get(key) ?? 0;
  }

  private bump(key: string): void {
    this.versions.set(key, this.next++);
  }
}
