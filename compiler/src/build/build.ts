/** The build: finds the annotated files, compiles each, brings the generated files up to date, and says everything at once. */
import { relative, resolve } from "node:path";
import { type Diagnostic, output as outputDiagnostics } from "../diagnostics.js";
import { type Frontend, openProject } from "../frontend/index.js";
import { ConfigurationError, type ProjectSettings } from "../frontend/settings.js";
import { compileFile, type InternalError, internalError } from "./compile.js";
import { findOrphans } from "./orphans.js";
import { type Output, type OutputStatus, updateOutput } from "./outputs.js";
import { namesIn, outputPath } from "./paths.js";
import { isMapOf, withSourceMap } from "./source-map.js";
import { type Selection, selectProjects } from "./select.js";
import { BuildSession } from "./session.js";
import { stagesOf } from "./stages.js";

export interface BuildOptions {
  /** Source files, folders or globs, relative to `cwd`. Default: every source file of the project. */
  readonly files?: readonly string[];
  /** A tsconfig.json or its folder, relative to `cwd`. Default: the nearest one at or above `cwd`. */
  readonly project?: string;
  /** Where the generated files go instead of beside their sources. */
  readonly outDir?: string;
  /** Write a source map beside each generated file. */
  readonly sourceMap?: boolean;
  /** Generated code reports the first value or partial derivative of a call that is not finite, with its source line. */
  readonly debug?: boolean;
  /** Write nothing; report generated files that are missing or stale as errors. */
  readonly check?: boolean;
  /** Default: the current directory of the process. */
  readonly cwd?: string;
  /** Called before each file is compiled, and once at the end. */
  readonly onProgress?: (progress: Progress) => void;
  /** What earlier builds have left to this one. */
  readonly session?: BuildSession;
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
  readonly sourceMap: boolean;
  readonly debug: boolean;
  readonly session: BuildSession;
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
  const steps = buildSteps(options, (generated) => openSelections(options, generated));
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

/** Opens the projects of a build, with these texts in the place of generated files that may not be on disk yet. */
export type Opener = (generated: ReadonlyMap<string, string>) => readonly OpenedProject[];

/** The same build, of projects that somebody else opens, without giving up control between files. */
export function buildOpened(options: BuildOptions, open: Opener): BuildResult {
  const steps = buildSteps(options, open);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Yields before each file and once at the end. */
function* buildSteps(options: BuildOptions, open: Opener): Generator<Progress, BuildResult, void> {
  const start = performance.now();
  const cwd = resolve(options.cwd ?? ".");
  const outDir = options.outDir === undefined ? undefined : resolve(cwd, options.outDir);
  const context: Context = {
    cwd,
    outDir,
    check: options.check ?? false,
    sourceMap: options.sourceMap ?? false,
    debug: options.debug ?? false,
    session: options.session ?? new BuildSession(),
  };
  const found: Findings = { diagnostics: [], internalErrors: [], outputs: [], inputs: new Set(), functions: 0 };
  let total = 0;
  let status: BuildResult["status"] | undefined;
  try {
    const projects = open(new Map());
    noteInputs(projects, found);
    const units = unitsOf(projects, context);
    total = units.length;
    reportOrphans(projects, units, context, found);
    yield* buildUnits(units, open, context, found);
    yield { done: total, total };
  } catch (error) {
    if (error instanceof ConfigurationError) {
      found.diagnostics.push(...error.diagnostics);
      status = "configuration";
    } else {
      found.internalErrors.push(internalError(cwd, error));
    }
  }
  return {
    status: status ?? statusOf(found),
    diagnostics: sortDiagnostics(found.diagnostics),
    internalErrors: found.internalErrors,
    outputs: found.outputs.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
    inputs: [...found.inputs],
    files: total,
    functions: found.functions,
    milliseconds: performance.now() - start,
  };
}

/** Stage by stage: the projects are opened again when a file of the next stage reads what the last one changed. */
function* buildUnits(
  units: readonly Unit[],
  open: Opener,
  context: Context,
  found: Findings,
): Generator<Progress, void, void> {
  const clashing = clashes(units, context.cwd, found);
  const generated = new Map<string, string>();
  let frontends = frontendsOf(units);
  let changed = false;
  let done = 0;
  for (const stage of stagesOf(units, importsIn(units))) {
    if (changed) frontends = frontendsOf(unitsOf(open(generated), context));
    changed = false;
    for (const { unit, reads } of stage) {
      yield { done: done++, total: units.length, path: unit.source };
      const frontend = frontends.get(unit.source) ?? unit.frontend;
      // What it reads could not be made: the reason is reported there, and its old version must not be built upon.
      const isBlocked = [...reads].some((target) => !generated.has(target));
      const output =
        clashing.has(unit.target) || isBlocked ? skipped : buildUnit({ ...unit, frontend }, context, found);
      found.outputs.push({ path: unit.target, status: output.status });
      if (output.code !== undefined) generated.set(unit.target, output.code);
      changed ||= output.code !== undefined && output.status !== "unchanged";
    }
  }
}

/** What files import, as far as the programs of the units know. */
function importsIn(units: readonly Unit[]): (path: string) => readonly string[] | undefined {
  const frontends = new Set(units.map(({ frontend }) => frontend));
  return (path) => {
    for (const frontend of frontends) {
      const found = frontend.imports(path);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function frontendsOf(units: readonly Unit[]): Map<string, Frontend> {
  return new Map(units.map(({ source, frontend }) => [source, frontend]));
}

function openSelections(
  { cwd = ".", project, files, session }: BuildOptions,
  overlay: ReadonlyMap<string, string>,
): OpenedProject[] {
  return selectProjects({ cwd: resolve(cwd), project, files }).map((selection) => {
    const { tsconfig } = selection.settings;
    const key = JSON.stringify([tsconfig, selection.files]);
    const frontend = openProject({
      overlay,
      ...(session === undefined ? {} : { disk: session.disk(key) }),
      ...(tsconfig === undefined ? {} : { tsconfig }),
      ...(selection.files === undefined ? {} : { files: selection.files }),
    });
    if (overlay.size === 0) session?.opened(key, frontend);
    return { ...selection, frontend };
  });
}

function noteInputs(projects: readonly OpenedProject[], { inputs }: Findings): void {
  for (const { settings, files } of projects) {
    for (const path of [settings.tsconfig, ...settings.files, ...(files ?? [])])
      if (path !== undefined) inputs.add(path);
  }
}

/**
 * The annotated files of the projects, each once: a file that several of them read belongs to the first that names it in
 * its tsconfig, else to the first that imports it.
 */
function unitsOf(projects: readonly OpenedProject[], context: Context): Unit[] {
  const owned = new Map<string, Unit>();
  for (const unit of projects.flatMap((project) => unitsIn(project, context))) {
    const { source } = unit;
    const before = owned.get(source);
    const isNamed = ({ settings }: Unit): boolean => settings.files.includes(source);
    if (before === undefined || (isNamed(unit) && !isNamed(before))) owned.set(source, unit);
  }
  return [...owned.values()];
}

/** The annotated files of a project. */
function unitsIn({ settings, files, frontend }: OpenedProject, { outDir }: Context): Unit[] {
  const wanted = files === undefined ? undefined : new Set(files);
  return frontend.annotatedFiles
    .filter((source) => (wanted?.has(source) ?? true) && !source.includes("/node_modules/"))
    .toSorted()
    .map((source) => ({ frontend, settings, source, target: outputPath(source, settings.root, outDir) }));
}

interface Built {
  readonly status: OutputStatus;
  readonly code?: string;
}

const skipped: Built = { status: "skipped" };

function buildUnit(
  { frontend, settings, source, target }: Unit,
  { cwd, check, sourceMap, debug, session }: Context,
  found: Findings,
): Built {
  const names = namesIn(target, source, settings);
  const key = JSON.stringify([source, target, settings.ending, settings.marksUnused, debug]);
  const compiled = session.compiled(frontend, key, () => compileFile(frontend, source, names, { debug }));
  const { functions, diagnostics, internalError: failure } = compiled;
  found.functions += functions;
  found.diagnostics.push(...diagnostics);
  if (failure) found.internalErrors.push(failure);
  if (compiled.code === undefined) return skipped;
  const { code, map } = sourceMap
    ? withSourceMap(target, compiled.code, compiled.places ?? [])
    : { code: compiled.code, map: undefined };
  const { status, problem } = updateOutput(target, code, { check, shown: relative(cwd, target), texts: session.texts });
  if (problem) found.diagnostics.push(problem);
  if (status === "skipped") return skipped;
  if (map === undefined) return { status, code };
  const path = `${target}.map`;
  const shown = relative(cwd, path);
  const beside = updateOutput(path, map, {
    check,
    shown,
    texts: session.texts,
    isOurs: (text) => isMapOf(target, text),
  });
  if (beside.problem) found.diagnostics.push(beside.problem);
  // A pair of files is as good as the worse of them.
  return { status: status === "unchanged" && beside.status !== "skipped" ? beside.status : status, code };
}

/** Looks for them only in whole projects: named files say nothing about the others. */
function reportOrphans(
  projects: readonly OpenedProject[],
  units: readonly Unit[],
  context: Context,
  found: Findings,
): void {
  const { cwd, outDir, check, session } = context;
  const report = check ? outputDiagnostics.orphan : outputDiagnostics.orphanLeft;
  const annotated = new Set(units.map(({ source }) => source));
  for (const { settings, files } of projects) {
    for (const path of files === undefined ? findOrphans(settings, annotated, outDir, session.texts) : []) {
      found.outputs.push({ path, status: "orphaned" });
      found.diagnostics.push(report({ file: path, line: 1, column: 1, endLine: 1, endColumn: 1 }, relative(cwd, path)));
    }
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
