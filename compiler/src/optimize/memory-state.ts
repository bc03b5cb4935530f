/**
 * What is known about memory at one point of a walk: version numbers that change with every write (see `effects.ts` for
 * areas and origins). Two reads of the same place give the same if the versions they depend on are the same.
 *
 * An element under a literal index depends on the stores under unknown indices and on those under its own index; an
 * element under an unknown index, and the length, on all stores.
 */
import { originKey, type Site, type Writes } from "./effects.js";
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
  version({ area, origin }: Site, literal?: number): string {
    const own = this.counter(`${area} ${originKey(origin)}`, literal);
    if (origin.kind === "private") return own;
    const epoch = this.get("everything");
    if (origin.kind === "unknown") return `${epoch}/${this.counter(`${area} any`, literal)}`;
    return `${epoch}/${own}/${this.counter(`${area} unknown`, literal)}`;
  }

  /** A store to one place. */
  write({ area, origin }: Site, literal?: number): void {
    this.count(`${area} ${originKey(origin)}`, literal);
    if (origin.kind !== "private") this.count(`${area} any`, literal);
  }

  writeAll(writes: Writes): void {
    if (writes.everything) this.forget();
    for (const site of writes.sites.values()) this.write(site);
  }

  /** Anything but private objects may have changed. */
  forget(): void {
    this.bump("everything");
  }

  /** How often places were written: under this literal index or an unknown one; or under any index. */
  private counter(key: string, literal: number | undefined): string {
    return literal === undefined ? `${this.get(`${key}*`)}` : `${this.get(key)}.${this.get(`${key}=${literal}`)}`;
  }

  private count(key: string, literal: number | undefined): void {
    this.bump(`${key}*`);
    this.bump(literal === undefined ? key : `${key}=${literal}`);
  }

  private get(key: string): number {
    return this.versions.get(key) ?? 0;
  }

  private bump(key: string): void {
    this.versions.set(key, this.next++);
  }
}
