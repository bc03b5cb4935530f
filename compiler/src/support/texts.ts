/** Texts of files, read again only when the file may have been written since. */
import { readFileSync, statSync } from "node:fs";

/** How long a file must have been left alone for its times to tell that it was not written since: clocks of disks are coarse. */
const settledAfter = 2000;

/** What tells one state of a file from the next; absent where there is no file, or its times do not tell yet. */
export function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || Date.now() - Math.max(found.mtimeMs, found.ctimeMs) < settledAfter) return undefined;
  return `${found.mtimeMs} ${found.ctimeMs} ${found.size} ${found.ino}`;
}

export class Texts {
  readonly #known = new Map<string, { readonly stamp: string; readonly text: string }>();

  /** Throws where the file cannot be read, as Node does. */
  read(path: string): string {
    const stamp = stampOf(path);
    const known = this.#known.get(path);
    if (known !== undefined && known.stamp === stamp) return known.text;
    const text = readFileSync(path, "utf8");
    if (stamp === undefined) this.#known.delete(path);
    else this.#known.set(path, { stamp, text });
    return text;
  }
}
