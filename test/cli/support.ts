/** A throw-away project folder, and a terminal that remembers what was printed. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { onTestFinished } from "vitest";
import { main } from "../../compiler/src/cli.js";

export interface Folder {
  readonly path: string;
  write(name: string, text: string): void;
  read(name: string): string;
}

/** A folder with these files, removed when the test is over. */
export function makeFolder(files: Readonly<Record<string, string>>): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "adc-test-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const folder: Folder = {
    path,
    write: (name, text) => {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    },
    read: (name) => readFileSync(join(path, name), "utf8"),
  };
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  return folder;
}

export const tsconfig = JSON.stringify({
  compilerOptions: { target: "es2022", module: "nodenext", strict: true, types: [] },
  include: ["src"],
});

/** A project with one annotated function that everything can differentiate. */
export const square = `/** @differentiable */
export function square(x: number): number {
  return x * x;
}
`;

export interface Run {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  /** Keep colours and cursor movements in the result. */
  readonly raw?: boolean;
  readonly untilStopped?: (printed: () => string) => Promise<void>;
}

/** `adc <args>` in a folder, in this process. */
export async function adc({ path }: Folder, args: string, options: RunOptions = {}): Promise<Run> {
  let out = "";
  let error = "";
  const status = await main(args.split(" ").filter(Boolean), {
    cwd: path,
    env: options.env ?? {},
    isTerminal: options.isTerminal ?? false,
    showsProgress: options.isTerminal ?? false,
    print: (text) => {
      out += text;
    },
    printError: (text) => {
      error += text;
    },
    untilStopped: () => options.untilStopped?.(() => out) ?? Promise.resolve(),
  });
  const clean = options.raw === true ? (text: string) => text : stripVTControlCharacters;
  return { status, out: clean(out), error: clean(error) };
}
