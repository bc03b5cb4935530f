/**
 * What is measured, made anew by adc whenever adc or a source has changed: a copy of the examples and of `bench/programs`,
 * `bench/hand` and `bench/tape` under `.cache/bench`, differentiated in the modes of `modes.ts` and compiled to plain
 * JavaScript, so that no loader's rewriting of the code is measured with it.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { build, formatDiagnostics } from "../compiler/src/index.js";
import { withMeasuredModes } from "./modes.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const measured = ["examples/adbench", "examples/gradbench", "bench/programs", "bench/hand", "bench/tape"];
/** What the copy depends on besides. */
const makers = ["compiler/src", "runtime/src", "bench/modes.ts", "bench/prepare.ts"];

/** The file that says, in milliseconds, how long adc took; without it a copy is not complete. */
const stamp = "compiled";
/** Copies that nobody has made or used for so long are removed. */
const keptFor = 24 * 60 * 60 * 1000;

let copy: string | undefined;

/** A complete copy: its folder, and the milliseconds that adc took for it. */
export interface Prepared {
  readonly folder: string;
  readonly milliseconds: number;
}

/** Modules are loaded from this copy from now on, whatever happens to the sources. */
export function usePrepared(folder: string): void {
  copy = folder;
}

/** Makes the copy unless it is there, and uses it. Throws when adc refuses something. */
export async function prepare(): Promise<Prepared> {
  const all = join(root, ".cache/bench");
  copy = join(all, sourcesHash());
  if (!existsSync(join(copy, stamp))) {
    const draft = `${copy}.${process.pid}`;
    await make(draft);
    try {
      renameSync(draft, copy);
    } catch (error) {
      // Another process was faster.
      rmSync(draft, { recursive: true });
      if (!existsSync(join(copy, stamp))) throw error;
    }
    for (const name of readdirSync(all)) {
      const old = join(all, name);
      if (statSync(old).mtimeMs < Date.now() - keptFor) rmSync(old, { recursive: true });
    }
  }
  return { folder: copy, milliseconds: Number(readFileSync(join(copy, stamp), "utf8")) };
}

/**
 * A measured module, by its path in the repository without ending: `load<typeof import("../examples/adbench/gmm.js")>(
 * "examples/adbench/gmm")`. What adc generates has no types here; its caller states what it takes and returns.
 */
export async function load<Module>(path: string): Promise<Module> {
  if (copy === undefined) await prepare();
  return (await import(pathToFileURL(join(copy ?? "", `${path}.js`)).href)) as Module;
}

function filesIn(path: string): string[] {
  if (path.endsWith(".ts")) return [path];
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  return entries.filter((entry) => entry.endsWith(".ts")).map((entry) => join(path, entry));
}

const sources = (folder: string): string[] => filesIn(join(root, folder)).filter((path) => !path.endsWith("_grad.ts"));

function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const path of [...makers, ...measured].flatMap(sources)) hash.update(`${path}\n${readFileSync(path, "utf8")}\n`);
  return hash.digest("hex").slice(0, 12);
}

async function make(folder: string): Promise<void> {
  for (const path of measured.flatMap(sources)) {
    const target = join(folder, path.slice(root.length));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, withMeasuredModes(readFileSync(path, "utf8")));
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));
  const result = await build({ cwd: folder, project: "tsconfig.json" });
  if (result.status !== "ok") {
    const messages = result.internalErrors.map(({ file, message }) => `${file}: ${message}`);
    throw new Error([formatDiagnostics(result.diagnostics, { cwd: root, pretty: false }), ...messages].join("\n"));
  }
  for (const path of filesIn(folder)) transpile(path);
  writeFileSync(join(folder, stamp), String(result.milliseconds));
}

const configuration = {
  extends: "../../../tsconfig.base.json",
  compilerOptions: { composite: false },
  include: ["**/*.ts"],
};

function transpile(path: string): void {
  const { outputText } = ts.transpileModule(readFileSync(path, "utf8"), {
    fileName: path,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  writeFileSync(path.replace(/ts$/, "js"), outputText);
}
