/** Which projects and which of their files a build is about. */
import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { configuration, type Diagnostic } from "../diagnostics.js";
import {
  ConfigurationError,
  findTsconfig,
  looseSettings,
  matchFiles,
  type ProjectSettings,
  readSettings,
  resolveTsconfig,
} from "../frontend/settings.js";

export interface Selection {
  readonly settings: ProjectSettings;
  /** Absolute paths. Absent: every source file of the project. */
  readonly files?: readonly string[];
}

export interface SelectOptions {
  readonly cwd: string;
  readonly project?: string | undefined;
  /** Paths, folders or globs, relative to `cwd`. */
  readonly files?: readonly string[] | undefined;
}

/** Throws `ConfigurationError` with everything that is wrong with the call. */
export function selectProjects({ cwd, project, files }: SelectOptions): Selection[] {
  if (files !== undefined && files.length > 0) return selectFiles(expandFiles(files, cwd), project, cwd);
  const tsconfig = project === undefined ? findTsconfig(cwd) : resolveTsconfig(project, cwd);
  if (tsconfig === undefined) throw new ConfigurationError([configuration.noProject(undefined, cwd)]);
  const projects = readSettings(resolve(tsconfig), cwd);
  if (projects.length === 0) {
    throw new ConfigurationError([configuration.noSources(undefined, relative(cwd, tsconfig))]);
  }
  return projects.map((settings) => ({ settings }));
}

/** Named files take the settings of the nearest tsconfig.json above them all; without one they stand alone. */
function selectFiles(files: readonly string[], project: string | undefined, cwd: string): Selection[] {
  const common = commonDirectory(files);
  const tsconfig = project === undefined ? findTsconfig(common) : resolveTsconfig(project, cwd);
  const projects = tsconfig === undefined ? [] : readSettings(resolve(tsconfig), cwd);
  const groups = new Map<ProjectSettings, string[]>();
  const otherwise = projects[0] ?? looseSettings(common);
  for (const file of files) {
    const settings = projects.find((candidate) => candidate.files.includes(file)) ?? otherwise;
    const group = groups.get(settings);
    if (group) group.push(file);
    else groups.set(settings, [file]);
  }
  return [...groups].map(([settings, members]) => ({ settings, files: members }));
}

/** Absolute paths, each once, sorted: the result must not depend on the order of the command line. */
function expandFiles(patterns: readonly string[], cwd: string): string[] {
  const found = new Set<string>();
  const problems: Diagnostic[] = [];
  for (const pattern of patterns) {
    const path = resolve(cwd, pattern);
    const isFile = existsSync(path) && statSync(path).isFile();
    const matches = isFile ? [path] : matchFiles(pattern, cwd);
    for (const match of matches) found.add(match);
    if (matches.length > 0) continue;
    const isPattern = /[*?]/.test(pattern) || existsSync(path);
    const problem = isPattern ? configuration.nothingMatches : configuration.fileMissing;
    problems.push(problem(undefined, pattern));
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return [...found].sort();
}

function commonDirectory(files: readonly string[]): string {
  const [first, ...rest] = files.map((file) => dirname(file).split(sep));
  let common = first ?? [];
  for (const parts of rest) {
    const differs = common.findIndex((part, index) => part !== parts[index]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return common.join(sep) || sep;
}
