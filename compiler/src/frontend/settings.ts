/** What a build must know about a TypeScript project before it is opened: its files, its root, how it writes imports. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { ts } from "ts-morph";
import { configuration, type Diagnostic, type Span } from "../diagnostics.js";

/** How relative imports end in the project: `./model.js`, `./model.ts` or `./model`. */
export type SpecifierEnding = "js" | "ts" | "none";

export interface ProjectSettings {
  /** Absolute path. Absent when files were named and no tsconfig.json lies above them. */
  readonly tsconfig?: string;
  /** The directory below which `--out-dir` mirrors the sources; as in tsc, `rootDir` or where the tsconfig lies. */
  readonly root: string;
  /** Absolute paths of the source files that the tsconfig names. */
  readonly files: readonly string[];
  readonly ending: SpecifierEnding;
  /** Do parameters that are not used have an underscore before their names, as `noUnusedParameters` asks for? */
  readonly marksUnused: boolean;
}

/** The call or the configuration is wrong: nothing was compiled. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ message }) => message).join("\n"));
  }
}

/** The settings of loose files without a tsconfig. */
export function looseSettings(root: string): ProjectSettings {
  return { root, files: [], ending: "js", marksUnused: false };
}

/** The `tsconfig.json` in a directory or the nearest one above it. */
export function findTsconfig(directory: string): string | undefined {
  return ts.findConfigFile(directory, (path) => ts.sys.fileExists(path));
}

/** What `-p` names: a file, or a directory with a `tsconfig.json` in it. */
export function resolveTsconfig(project: string, cwd: string): string {
  const path = resolve(cwd, project);
  if (!existsSync(path)) throw new ConfigurationError([configuration.tsconfigMissing(undefined, project)]);
  if (!statSync(path).isDirectory()) return path;
  const inside = join(path, "tsconfig.json");
  if (existsSync(inside)) return inside;
  throw new ConfigurationError([configuration.tsconfigMissing(undefined, join(project, "tsconfig.json"))]);
}

/**
 * Reads a tsconfig. One without files of its own that refers to other projects (a "solution") stands for those; the
 * result is empty when they have none either. Throws `ConfigurationError` for what cannot be read.
 */
export function readSettings(tsconfig: string, cwd: string): ProjectSettings[] {
  const found: ProjectSettings[] = [];
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const parsed = parseTsconfig(path, cwd);
    if (parsed.fileNames.length > 0) found.push(settingsOf(path, parsed));
    else for (const reference of parsed.projectReferences ?? []) visit(ts.resolveProjectReferencePath(reference));
  };
  visit(tsconfig);
  return found;
}

function settingsOf(tsconfig: string, { options, fileNames }: ts.ParsedCommandLine): ProjectSettings {
  return {
    tsconfig,
    root: options.rootDir ?? dirname(tsconfig),
    files: fileNames.map((name) => resolve(name)),
    ending: specifierEnding(options),
    marksUnused: options.noUnusedParameters === true,
  };
}

/** Complaints that are no reason to stop: no inputs (decided above), and options of a TypeScript newer than ours. */
const harmless = new Set([18002, 18003, 5023, 5025, 6046]);

function parseTsconfig(path: string, cwd: string): ts.ParsedCommandLine {
  // The first reading tells of unreadable files and wrong syntax, the second knows the places of wrong settings.
  const readFile = (name: string): string | undefined => ts.sys.readFile(name);
  const { error } = ts.readConfigFile(path, readFile);
  if (error) throw configurationError(path, [error], cwd);
  const file = ts.readJsonConfigFile(path, readFile);
  const parsed = ts.parseJsonSourceFileConfigFileContent(file, ts.sys, dirname(path), undefined, path);
  const errors = parsed.errors.filter(({ code }) => !harmless.has(code));
  if (errors.length > 0) throw configurationError(path, errors, cwd);
  return parsed;
}

function configurationError(tsconfig: string, errors: readonly ts.Diagnostic[], cwd: string): ConfigurationError {
  return new ConfigurationError(
    errors.map(({ file, start, length, messageText }) => {
      const why = ts.flattenDiagnosticMessageText(messageText, " ");
      const span = file && start !== undefined ? spanOf(file, start, start + (length ?? 0)) : undefined;
      return configuration.tsconfigInvalid(span, relative(cwd, file?.fileName ?? tsconfig), why);
    }),
  );
}

function spanOf(file: ts.SourceFile, from: number, to: number): Span {
  const start = file.getLineAndCharacterOfPosition(from);
  const end = file.getLineAndCharacterOfPosition(to);
  return {
    file: resolve(file.fileName),
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

function specifierEnding(options: ts.CompilerOptions): SpecifierEnding {
  if (options.allowImportingTsExtensions === true || options.rewriteRelativeImportExtensions === true) return "ts";
  const { ModuleKind, ModuleResolutionKind } = ts;
  if (options.moduleResolution !== undefined) {
    return options.moduleResolution >= ModuleResolutionKind.Node16 &&
      options.moduleResolution !== ModuleResolutionKind.Bundler
      ? "js"
      : "none";
  }
  // Without a word on resolution, `./model.js` is found by all of TypeScript's, and by Node; CommonJS projects omit it.
  return options.module === ModuleKind.CommonJS || options.module === ModuleKind.Preserve ? "none" : "js";
}

/** Source files that a glob in tsconfig's syntax (`*`, `**`, `?`) or a directory matches, as absolute paths. */
export function matchFiles(pattern: string, cwd: string): string[] {
  return ts.sys
    .readDirectory(cwd, [".ts", ".tsx", ".mts", ".cts"], undefined, [pattern])
    .map((path) => resolve(path))
    .filter((path) => !/\.d\.[cm]?ts$/.test(path));
}
