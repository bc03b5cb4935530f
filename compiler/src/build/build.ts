/** The build: finds the annotated files, compiles each, brings the generated files up to date, and says everything at once. */
import { relative, resolve } from "node:path";
import { type Diagnostic, output as outputDiagnostics } from "../diagnostics.js";
import { type Frontend, openProject } from "../frontend/index.js";
import { ConfigurationError, type ProjectSettings } from "../frontend/settings.js";
import { compileFile, type InternalError, internalError } from "./compile.js";
import { findOrphans } from "./orphans.js";
import { type Output, updateOutput } from "./outputs.js";
import { importSpecifier, outputPath } from "./paths.js";
import { type Selection, selectProjects } from "./select.js";

export interface BuildOptions {
  /** Source files, folders or globs, relative to `cwd`. Default: every source file of the project. */
  readonly files?: readonly string[];
  /** A tsconfig.json or its folder, relative to `cwd`. Default: the nearest one at or above `cwd`. */
  readonly project?: string;
  /** Where the generated files go instead of beside their sources. */
  readonly outDir?: string;
  /** Write nothing; report generated files that are missing or stale as errors. */
  readonly check?: boolean;
  /** Default: the current directory of the process. */
  readonly cwd?: string;
  /** Called before each file is compiled, and once at the end. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** Files compiled so far, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Absolute path of the file that is next; absent at the end. */
  readonly path?: string;
}

export interface BuildResult {
  /**
   * `ok`; `errors`: the program has errors, or `check` found something; `configuration`: nothing was compiled because the
   * call or the tsconfig is wrong; `internal`: adc itself failed on some file.
   */
  readonly status: "ok" | "errors" | "configuration" | "internal";
  /** Everything to be said about the program and the configuration, in the order of files and lines. */
  readonly diagnostics: readonly Diagnostic[];
  /** Bugs of adc that were met. */
  readonly internalErrors: readonly InternalError[];
  /** One per generated file, in the order of their paths. */
  readonly outputs: readonly Output[];
  /** Source files with `@differentiable` functions. */
  readonly files: number;
  /** `@differentiable` functions in them. */
  readonly functions: number;
  /** What the build depends on, as absolute paths: the tsconfigs and the source files they or the call name. */
  readonly inputs: readonly string[];
  readonly milliseconds: number;
}

/** What holds for the whole build. */
interface Context {
  readonly cwd: string;
  readonly outDir: string | undefined;
  readonly check: boolean;
}

/** What a build adds up while it runs. */
interface Findings {
  readonly diagnostics: Diagnostic[];
  readonly internalErrors: InternalError[];
  readonly outputs: Output[];
  readonly inputs: Set<string>;
  functions: number;
}

/** A source file and where its generated file goes. */
interface Unit {
  readonly frontend: Frontend;
  readonly settings: ProjectSettings;
  readonly source: string;
  readonly target: string;
}

/**
 * Generates the derivatives of every `@differentiable` function of a project, or of some of its files. Resolves for
 * every mistake in the program or the configuration and for our own failures; what happened is in the result.
 */
export async function build(options: BuildOptions = {}): Promise<BuildResult> {
  const steps = buildSteps(options, () => openSelections(options));
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    options.onProgress?.(step.value);
    // Lets timers and signals run between files.
    await new Promise((resume) => {
      setImmediate(resume);
    });
  }
}

/** A project or part of one, opened. */
export interface OpenedProject extends Selection {
  readonly frontend: Frontend;
}

/** The same build, of projects that somebody else opens, without giving up control between files. */
export function buildOpened(options: BuildOptions, open: () => readonly OpenedProject[]): BuildResult {
  const steps = buildSteps(options, open);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Yields before each file and once at the end. */
function* buildSteps(
  options: BuildOptions,
  open: () => readonly OpenedProject[],
): Generator<Progress, BuildResult, void> {
  const start = performance.now();
  const cwd = resolve(options.cwd ?? ".");
  const outDir = options.outDir === undefined ? undefined : resolve(cwd, options.outDir);
  const context: Context = { cwd, outDir, check: options.check ?? false };
  const found: Findings = { diagnostics: [], internalErrors: [], outputs: [], inputs: new Set(), functions: 0 };
  const finish = (files: number, configurationIsWrong = false): BuildResult => ({
    status: configurationIsWrong ? "configuration" : statusOf(found),
    diagnostics: sortDiagnostics(found.diagnostics),
    internalErrors: found.internalErrors,
    outputs: found.outputs.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
    inputs: [...found.inputs],
    files,
    functions: found.functions,
    milliseconds: performance.now() - start,
  });

  let units: Unit[];
  try {
    units = open().flatMap((project) => unitsOf(project, context, found));
  } catch (error) {
    if (error instanceof ConfigurationError) {
      found.diagnostics.push(...error.diagnostics);
      return finish(0, true);
    }
    found.internalErrors.push(internalError(cwd, error));
    return finish(0);
  }

  const clashing = clashes(units, cwd, found);
  for (const [done, unit] of units.entries()) {
    yield { done, total: units.length, path: unit.source };
    if (clashing.has(unit.target)) found.outputs.push({ path: unit.target, status: "skipped" });
    else buildUnit(unit, context, found);
  }
  yield { done: units.length, total: units.length };
  return finish(units.length);
}

function openSelections({ cwd, project, files }: BuildOptions): OpenedProject[] {
  return selectProjects({ cwd: resolve(cwd ?? "."), project, files }).map((selection) => {
    const { tsconfig } = selection.settings;
    const frontend = openProject({
      ...(tsconfig === undefined ? {} : { tsconfig }),
      ...(selection.files === undefined ? {} : { files: selection.files }),
    });
    return { ...selection, frontend };
  });
}

/** The annotated files of a project. Notes on the way what the build depends on, and what is orphaned. */
function unitsOf({ settings, files, frontend }: OpenedProject, context: Context, found: Findings): Unit[] {
  for (const path of [settings.tsconfig, ...settings.files, ...(files ?? [])]) {
    if (path !== undefined) found.inputs.add(path);
  }
  const wanted = files === undefined ? undefined : new Set(files);
  const sources = frontend.annotatedFiles.filter((source) => wanted?.has(source) ?? true).toSorted();
  if (files === undefined) reportOrphans(settings, new Set(sources), context, found);
  return sources.map((source) => ({
    frontend,
    settings,
    source,
    target: outputPath(source, settings.root, context.outDir),
  }));
}

function buildUnit({ frontend, settings, source, target }: Unit, { cwd, check }: Context, found: Findings): void {
  const specifier = (from: string): string => importSpecifier(target, from, settings.ending);
  const { code, functions, diagnostics, internalError: failure } = compileFile(frontend, source, specifier);
  found.functions += functions;
  found.diagnostics.push(...diagnostics);
  if (failure) found.internalErrors.push(failure);
  if (code === undefined) {
    found.outputs.push({ path: target, status: "skipped" });
    return;
  }
  const { status, problem } = updateOutput(target, code, { check, shown: relative(cwd, target) });
  if (problem) found.diagnostics.push(problem);
  found.outputs.push({ path: target, status });
}

function reportOrphans(
  settings: ProjectSettings,
  annotated: ReadonlySet<string>,
  { cwd, outDir, check }: Context,
  found: Findings,
): void {
  const report = check ? outputDiagnostics.orphan : outputDiagnostics.orphanLeft;
  for (const path of findOrphans(settings, annotated, outDir)) {
    found.outputs.push({ path, status: "orphaned" });
    found.diagnostics.push(report({ file: path, line: 1, column: 1, endLine: 1, endColumn: 1 }, relative(cwd, path)));
  }
}

/** Targets that more than one source would write (`model.ts` and `model.tsx`), each reported once. */
function clashes(units: readonly Unit[], cwd: string, found: Findings): ReadonlySet<string> {
  const sources = new Map<string, string[]>();
  for (const { source, target } of units) sources.set(target, [...(sources.get(target) ?? []), relative(cwd, source)]);
  const clashing = [...sources].filter(([, names]) => names.length > 1);
  for (const [target, names] of clashing) {
    found.diagnostics.push(outputDiagnostics.sameOutput(undefined, relative(cwd, target), names.join(", ")));
  }
  return new Set(clashing.map(([target]) => target));
}

function statusOf({ diagnostics, internalErrors }: Findings): BuildResult["status"] {
  if (internalErrors.length > 0) return "internal";
  return diagnostics.some(({ category }) => category === "error") ? "errors" : "ok";
}

/** By place, those without one last, each once: a helper that two files call is refused for both. */
function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { span } = diagnostic;
    const key = JSON.stringify([span?.file, span?.line, span?.column, diagnostic.code, diagnostic.message]);
    if (!unique.has(key)) unique.set(key, diagnostic);
  }
  return [...unique.values()].sort(({ span: left }, { span: right }) => {
    if (!left || !right) return Number(!left) - Number(!right);
    if (left.file !== right.file) return left.file < right.file ? -1 : 1;
    return left.line - right.line || left.column - right.column;
  });
}
