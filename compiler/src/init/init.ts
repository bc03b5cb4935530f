/** `adc init`: sets a project up. Changes only what has to be there, where it has to be, and says what it did. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { configuration, type Diagnostic } from "../diagnostics.js";
import { ConfigurationError, findTsconfig, resolveTsconfig } from "../frontend/settings.js";
import { appendJson, findJson, type JsonNode, parseJsonText, setJson } from "./json-text.js";

export interface InitOptions {
  /** Default: the current directory of the process. */
  readonly cwd?: string;
  /** A tsconfig.json or its folder, relative to `cwd`. Default: the nearest one. */
  readonly project?: string;
}

export interface InitResult {
  readonly status: "ok" | "configuration";
  readonly diagnostics: readonly Diagnostic[];
  /** What was found in the project. */
  readonly found: readonly string[];
  /** What was changed, a line an entry. */
  readonly changed: readonly string[];
  /** What is left to do, as commands and sentences. */
  readonly next: readonly string[];
}

const transformer = "@adc/compiler/transformer";
const bundlers = ["vite", "rollup", "rolldown", "webpack", "@rspack/core", "esbuild"] as const;

/** Sets a project up for adc. What is there stays as it is written; a second run changes nothing. */
export function initProject(options: InitOptions = {}): InitResult {
  const cwd = resolve(options.cwd ?? ".");
  try {
    return setUp(cwd, options.project);
  } catch (error) {
    const diagnostics =
      error instanceof ConfigurationError
        ? error.diagnostics
        : error instanceof NotJson
          ? [configuration.notJson(undefined, relative(cwd, error.path) || error.path, error.message)]
          : undefined;
    if (diagnostics === undefined) throw error;
    return { status: "configuration", diagnostics, found: [], changed: [], next: [] };
  }
}

class NotJson extends Error {
  constructor(
    readonly path: string,
    why: string,
  ) {
    super(why);
  }
}

/** A JSON file that is there. */
class JsonFile {
  text: string;
  readonly #before: string;

  constructor(readonly path: string) {
    this.#before = readFileSync(path, "utf8");
    this.text = this.#before;
    void this.root;
  }

  get root(): JsonNode {
    try {
      return parseJsonText(this.text);
    } catch (error) {
      throw new NotJson(this.path, error instanceof Error ? error.message : String(error));
    }
  }

  string(...path: readonly string[]): string | undefined {
    const node = findJson(this.root, path);
    return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
  }

  write(): void {
    if (this.text !== this.#before) writeFileSync(this.path, this.text);
  }
}

function setUp(cwd: string, project: string | undefined): InitResult {
  const manifestPath = findUp(cwd, "package.json");
  if (manifestPath === undefined) throw new ConfigurationError([configuration.noManifest(undefined, cwd)]);
  const tsconfigPath = project === undefined ? findTsconfig(cwd) : resolveTsconfig(project, cwd);
  if (tsconfigPath === undefined) throw new ConfigurationError([configuration.noTsconfigToSetUp(undefined, cwd)]);
  const manifest = new JsonFile(manifestPath);
  const tsconfig = new JsonFile(tsconfigPath);
  const shown = (file: JsonFile): string => relative(cwd, file.path) || file.path;

  const root = dirname(manifestPath);
  const typescript = typescriptVersion(root, manifest);
  const major = /\d+/.exec(typescript ?? "")?.[0];
  const bundler = bundlers.find((name) => dependency(manifest, name) !== undefined);
  const usesTsPatch = dependency(manifest, "ts-patch") !== undefined && major === "6";
  const found = [
    `TypeScript ${typescript ?? "(not installed)"}`,
    ...(usesTsPatch ? ["ts-patch"] : []),
    ...(bundler === undefined ? [] : [bundler]),
  ];

  const changed: string[] = [];
  if (usesTsPatch) addPlugin(tsconfig, shown(tsconfig), changed);
  else addToScripts(manifest, shown(manifest), bundler, changed);
  // Only when both could be read and changed is anything written.
  manifest.write();
  tsconfig.write();
  return { status: "ok", diagnostics: [], found, changed, next: nextSteps(root, manifest, usesTsPatch, bundler) };
}

/** With ts-patch one run of `tspc` does it all. */
function addPlugin(tsconfig: JsonFile, shown: string, changed: string[]): void {
  const plugins = findJson(tsconfig.root, ["compilerOptions", "plugins"]);
  const items = plugins?.kind === "array" ? plugins.items : [];
  const isThere = items.some((item) => {
    const transform = findJson(item, ["transform"]);
    return transform?.kind === "scalar" && transform.value === transformer;
  });
  if (isThere) return;
  const plugin = { transform: transformer, transformProgram: true };
  tsconfig.text = appendJson(tsconfig.text, ["compilerOptions", "plugins"], plugin);
  changed.push(`${shown}: compilerOptions.plugins has the transformer of adc`);
}

/** Everywhere else the derivatives are written before the compiler or the bundler runs. */
function addToScripts(manifest: JsonFile, shown: string, bundler: string | undefined, changed: string[]): void {
  const build = manifest.string("scripts", "build");
  if (build !== undefined && /\badc build\b/.test(build)) return;
  const before = manifest.string("scripts", "prebuild");
  if (before !== undefined && /\badc build\b/.test(before)) return;
  const command = build ?? (bundler === undefined ? "tsc" : bundler === "vite" ? "vite build" : undefined);
  const script = command === undefined ? "adc build" : `adc build && ${command}`;
  manifest.text = setJson(manifest.text, ["scripts", "build"], script);
  changed.push(`${shown}: the script "build" is "${script}"`);
}

function nextSteps(root: string, manifest: JsonFile, usesTsPatch: boolean, bundler: string | undefined): string[] {
  const install = installCommands(root);
  const missing = [
    ...(dependency(manifest, "@adc/compiler") === undefined ? [`${install.dev} @adc/compiler`] : []),
    ...(dependency(manifest, "@adc/runtime") === undefined ? [`${install.plain} @adc/runtime`] : []),
  ];
  const watch = bundler === undefined ? [] : ["run `adc build --watch` beside the development server"];
  return [
    ...missing,
    "mark a function with `/** @differentiable */`",
    usesTsPatch ? "run `tspc`" : `${install.run} build`,
    ...watch,
  ];
}

function installCommands(root: string): { readonly dev: string; readonly plain: string; readonly run: string } {
  const has = (name: string): boolean => findUp(root, name) !== undefined;
  if (has("pnpm-lock.yaml")) return { dev: "pnpm add --save-dev", plain: "pnpm add", run: "pnpm run" };
  if (has("yarn.lock")) return { dev: "yarn add --dev", plain: "yarn add", run: "yarn run" };
  if (has("bun.lock") || has("bun.lockb")) return { dev: "bun add --dev", plain: "bun add", run: "bun run" };
  return { dev: "npm install --save-dev", plain: "npm install", run: "npm run" };
}

function dependency(manifest: JsonFile, name: string): string | undefined {
  for (const list of ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]) {
    const version = manifest.string(list, name);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** The version that is installed, else the one that is asked for. */
function typescriptVersion(root: string, manifest: JsonFile): string | undefined {
  const installed = findUp(root, join("node_modules", "typescript", "package.json"));
  return (
    (installed === undefined ? undefined : new JsonFile(installed).string("version")) ??
    dependency(manifest, "typescript")
  );
}

function findUp(directory: string, name: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (dirname(at) === at) return undefined;
  }
}
