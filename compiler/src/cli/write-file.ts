/** Writing what a command was asked to write. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Terminal } from "./terminal.js";

/** Writes a file below the current folder and says so; returns the exit status. */
export function writeFile(path: string, text: string, terminal: Terminal): number {
  const target = resolve(terminal.cwd, path);
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  } catch (error) {
    terminal.printError(`adc: cannot write ${path}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  terminal.print(`adc: ${path} written\n`);
  return 0;
}
