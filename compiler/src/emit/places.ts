/**
 * Which line of generated code comes from where. While a file is put together from texts, a line carries its place with it as
 * a mark at its end; when the file is complete the marks are taken off.
 */
import type { Loc } from "../ir/ir.js";

/** The mark of a place, to be put at the end of a line. */
export type Mark = (loc: Loc | undefined) => string;

/** Where a line comes from; both count from 1. */
export interface LinePlace {
  readonly line: number;
  /** Where the statement begins in the line, from 0. */
  readonly column: number;
  readonly from: Loc;
}

/** Before and after the number of a place: what no line of code contains. */
const edge = "\0";

export class Places {
  readonly #places: Loc[] = [];

  readonly mark: Mark = (loc) => (loc === undefined ? "" : `${edge}${this.#places.push(loc) - 1}${edge}`);

  /** The text without marks, and what they said. */
  read(text: string): { readonly code: string; readonly places: readonly LinePlace[] } {
    const places: LinePlace[] = [];
    const lines = text.split("\n").map((line, i) => {
      if (!line.endsWith(edge)) return line;
      const end = line.lastIndexOf(edge, line.length - 2);
      const plain = line.slice(0, end);
      const from = this.#places[Number(line.slice(end + 1, -1))];
      if (from === undefined) return line;
      places.push({ line: i + 1, column: plain.length - plain.trimStart().length, from });
      return plain;
    });
    return { code: lines.join("\n"), places };
  }
}
