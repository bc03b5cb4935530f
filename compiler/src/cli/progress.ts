/** One line on the terminal that says how far a long build is. */
import { relative } from "node:path";
import type { Progress } from "../index.js";
import type { Terminal } from "./terminal.js";

export interface ProgressLine {
  readonly onProgress: (progress: Progress) => void;
  /** Removes the line. */
  clear(): void;
}

/** Escape sequence: back to the first column, and clear the line. */
const clearLine = "\r\u001B[K";

/** Shows nothing unless standard error is a terminal. */
export function progressLine(terminal: Terminal): ProgressLine {
  if (!terminal.showsProgress) return { onProgress: () => {}, clear: () => {} };
  const show = (text: string): void => terminal.printError(`${clearLine}adc: ${text}`);
  show("reading the project");
  return {
    onProgress: ({ done, total, path }) => {
      if (path !== undefined) show(`${done + 1}/${total} ${relative(terminal.cwd, path)}`);
    },
    clear: () => terminal.printError(clearLine),
  };
}
