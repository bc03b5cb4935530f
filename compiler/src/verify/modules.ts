/** The modules of a project, run as they stand on disk, with what adc generates in the place of generated files. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Frontend } from "../frontend/index.js";
import { sourceOfImport, toJavaScript } from "../frontend/run-code.js";

export type Exports = Readonly<Record<string, unknown>>;

/** Imports a package for a file. */
export type Importer = (specifier: string, from: string) => Promise<Exports>;

/** As Node does it, from the file's own folder. */
export const importPackage: Importer = async (specifier, from) => {
  if (specifier.startsWith("node:")) return exportsOf(await import(specifier));
  const path = resolvePackage(specifier, from) ?? createRequire(import.meta.url).resolve(specifier);
  return exportsOf(await import(pathToFileURL(path).href));
};

function resolvePackage(specifier: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return undefined;
  }
}

const exportsOf = (module: unknown): Exports =>
  typeof module === "object" && module !== null ? Object.fromEntries(Object.entries(module)) : {};

/** A module cannot be run. */
export class ModuleError extends Error {
  override readonly name = "ModuleError";
}

type Run = (exports: object, module: object, require: (specifier: string) => unknown) => void;

interface Linked {
  readonly run: Run;
  /** The file of the project that an import means. */
  readonly sources: ReadonlyMap<string, string>;
  readonly packages: ReadonlyMap<string, Exports>;
}

export class Modules {
  readonly #linked = new Map<string, Linked>();
  readonly #loaded = new Map<string, { exports: Record<string, unknown> }>();

  constructor(
    private readonly frontend: Frontend,
    /** Texts that stand for what is on disk. */
    private readonly texts: ReadonlyMap<string, string>,
    private readonly importer: Importer,
  ) {}

  /** The texts that stand for files, to be shared with other modules. */
  known(): ReadonlyMap<string, string> {
    return this.texts;
  }

  textOf(path: string): string {
    return this.texts.get(path) ?? readFileSync(path, "utf8");
  }

  /** Runs a module, once. Throws what it throws. */
  async load(path: string): Promise<Exports> {
    await this.#link(path);
    return this.#run(path);
  }

  async #link(path: string): Promise<void> {
    if (this.#linked.has(path)) return;
    const { options } = this.frontend;
    const text = this.textOf(path);
    const code = path.endsWith(".json") ? `module.exports = ${text}` : toJavaScript(text, path, options);
    if (typeof code !== "string") throw new ModuleError(`${path}: ${code.why}`);
    const sources = new Map<string, string>();
    const packages = new Map<string, Exports>();
    const linked: Linked = { run: compiled(code, path), sources, packages };
    this.#linked.set(path, linked);
    for (const specifier of requiredIn(code)) {
      // Generated code names files by their absolute paths.
      const source = isAbsolute(specifier)
        ? specifier
        : sourceOfImport(specifier, path, options, (file) => this.texts.has(file));
      if (source !== undefined) {
        sources.set(specifier, source);
        await this.#link(source);
      } else packages.set(specifier, await this.importer(specifier, path));
    }
  }

  #run(path: string): Exports {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#loaded.set(path, module);
    const linked = this.#linked.get(path);
    linked?.run(module.exports, module, (specifier) => {
      const source = linked.sources.get(specifier);
      if (source !== undefined) return this.#run(source);
      return { ...linked.packages.get(specifier), __esModule: true };
    });
    return module.exports;
  }
}

function compiled(code: string, path: string): Run {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-type-assertion -- it runs the user's own program
    return new Function("exports", "module", "require", `${code}\n//# sourceURL=${path}`) as Run;
  } catch (error) {
    throw new ModuleError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What compiled code requires. */
function requiredIn(code: string): string[] {
  return [...new Set([...code.matchAll(/\brequire\((["'])([^"'\n]+)\1\)/g)].map((found) => found[2] ?? ""))];
}
