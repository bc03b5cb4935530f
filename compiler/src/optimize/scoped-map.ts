/** A map whose entries last as long as the region they were made in: `mark` on entry, `undo` on exit. */
export class ScopedMap<V> {
  private readonly entries = new Map<string, V>();
  private readonly log: { readonly key: string; readonly before: V | undefined }[] = [];

  get(key: string): V | undefined {
    return this.entries.get(key);
  }

  set(key: string, entry: V): void {
    this.log.push({ key, before: this.entries.get(key) });
    this.entries.set(key, entry);
  }

  mark(): number {
    return this.log.length;
  }

  /** Puts everything back to how it was at a mark. */
  undo(mark: number): void {
    while (this.log.length > mark) {
      const last = this.log.pop();
      if (last === undefined) return;
      if (last.before === undefined) this.entries.delete(last.key);
      else this.entries.set(last.key, last.before);
    }
  }
}
