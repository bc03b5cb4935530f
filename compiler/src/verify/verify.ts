/** `adc verify`: the gradients of a project's functions against differences, at examples or at made-up arguments. */
import { relative, resolve } from "node:path";
import { findFunction } from "../build/find.js";
import { type InternalError, internalError } from "../build/compile.js";
import { outputPath } from "../build/paths.js";
import { selectProjects } from "../build/select.js";
import type { Diagnostic } from "../diagnostics.js";
import { emitModule } from "../emit/module.js";
import { type Frontend, openProject } from "../frontend/index.js";
import type { Annotated, LoweredFile, Mode } from "../frontend/lowered.js";
import { powConstant, ruleSet } from "../frontend/rules.js";
import { isArgumentList } from "../frontend/run-code.js";
import { ConfigurationError } from "../frontend/settings.js";
import { generate } from "../pipeline.js";
import { checkMode, collectRest, modesFor, spreadRest } from "./checks.js";
import { type Exports, type Importer, importPackage, Modules } from "./modules.js";
import { type Point, pointsFor } from "./points.js";
import { changesDerivatives, isSingle, prototypes, singleTolerance } from "./traits.js";

export interface VerifyOptions {
  /** Source files, folders, globs, or functions as `FILE#f`; relative to `cwd`. Default: every file of the project. */
  readonly files?: readonly string[];
  /** A tsconfig.json or its folder, relative to `cwd`. Default: the nearest one. */
  readonly project?: string;
  /** Default: the current directory of the process. */
  readonly cwd?: string;
  /** An argument list, as in a call; instead of examples and made-up arguments. */
  readonly at?: string;
  /** The largest relative error that passes. Default 1e-6. */
  readonly tolerance?: number;
  /** How packages are imported. Default: as Node does it. */
  readonly importer?: Importer;
}

/** What became of one function. */
export interface Verified {
  /** Relative to `cwd`. */
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly outcome: "agrees" | "disagrees" | "skipped";
  /** Where the function was called, and with what. */
  readonly points: number;
  /** What was compared: the modes. */
  readonly modes: readonly Mode[];
  readonly maxRelativeError: number;
  /** Why it was skipped, or what disagrees where. */
  readonly messages: readonly string[];
}

export interface VerifyResult {
  /** `ok`: nothing disagrees; `errors`: something does, or the program has errors; else as in `BuildResult`. */
  readonly status: "ok" | "errors" | "configuration" | "internal";
  readonly diagnostics: readonly Diagnostic[];
  readonly internalErrors: readonly InternalError[];
  readonly functions: readonly Verified[];
}

const rules = { ruleSet, powConstant };

/** Checks functions of a project. Resolves for every mistake in the program; what happened is in the result. */
export async function verify(options: VerifyOptions = {}): Promise<VerifyResult> {
  const cwd = resolve(options.cwd ?? ".");
  const functions: Verified[] = [];
  const diagnostics: Diagnostic[] = [];
  const internalErrors: InternalError[] = [];
  try {
    for (const unit of unitsOf(options, cwd, diagnostics, internalErrors))
      functions.push(...(await verifyUnit(unit, options, cwd, internalErrors)));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) return failed(internalError(cwd, error));
    return { status: "configuration", diagnostics: error.diagnostics, internalErrors, functions };
  }
  const isWrong =
    diagnostics.some(({ category }) => category === "error") || functions.some((f) => f.outcome === "disagrees");
  const status = internalErrors.length > 0 ? "internal" : isWrong ? "errors" : "ok";
  return { status, diagnostics, internalErrors, functions };
}

const failed = (error: InternalError): VerifyResult => ({
  status: "internal",
  diagnostics: [],
  internalErrors: [error],
  functions: [],
});

/** A file with the functions in it that are asked for. */
interface Unit {
  readonly frontend: Frontend;
  readonly lowered: LoweredFile;
  readonly wanted: readonly Annotated[];
  readonly root: string;
}

function* unitsOf(
  { files = [], project }: VerifyOptions,
  cwd: string,
  diagnostics: Diagnostic[],
  internalErrors: InternalError[],
): Generator<Unit> {
  const single = files.filter((file) => file.includes("#"));
  for (const target of single) {
    const found = findFunction({ target, cwd, ...(project === undefined ? {} : { project }) });
    if (found.status === "found") yield { ...found, wanted: [found.annotated], root: cwd };
    else if (found.status === "configuration") throw new ConfigurationError(found.diagnostics);
    else {
      diagnostics.push(...found.diagnostics);
      internalErrors.push(...found.internalErrors);
    }
  }
  const others = files.filter((file) => !file.includes("#"));
  if (files.length > 0 && others.length === 0) return;
  for (const { settings, files: chosen } of selectProjects({ cwd, project, files: others })) {
    const { tsconfig, root } = settings;
    const frontend = openProject({
      ...(tsconfig === undefined ? {} : { tsconfig }),
      ...(chosen === undefined ? {} : { files: chosen }),
    });
    const wanted = chosen === undefined ? undefined : new Set(chosen);
    for (const path of frontend.annotatedFiles) {
      if ((wanted !== undefined && !wanted.has(path)) || path.includes("/node_modules/")) continue;
      const { lowered, diagnostics: said } = frontend.lower(path);
      diagnostics.push(...said);
      if (lowered !== undefined && said.every(({ category }) => category !== "error"))
        yield { frontend, lowered, wanted: lowered.annotated, root };
    }
  }
}

async function verifyUnit(
  { frontend, lowered, wanted, root }: Unit,
  options: VerifyOptions,
  cwd: string,
  internalErrors: InternalError[],
): Promise<Verified[]> {
  const { importer = importPackage } = options;
  const file = relative(cwd, lowered.path);
  const blank = (annotated: Annotated, why: string): Verified => ({
    file,
    name: annotated.exportName,
    line: annotated.loc.line,
    outcome: "skipped",
    points: 0,
    modes: [],
    maxRelativeError: 0,
    messages: [why],
  });
  const target = outputPath(lowered.path, root, undefined);
  let code: string;
  try {
    const annotated = wanted.map((a) => ({ ...a, modes: modesFor(a.modes) }));
    code = emitModule(generate({ ...lowered, annotated }, rules), { specifier: (from) => from });
  } catch (error) {
    internalErrors.push(internalError(lowered.path, error));
    return [];
  }
  const modules = new Modules(frontend, new Map([[target, code]]), importer);
  let loaded: { readonly original: Exports; readonly generated: Exports; readonly runtime: Exports };
  try {
    loaded = {
      original: await modules.load(lowered.path),
      generated: await modules.load(target),
      runtime: await importer("@adc/runtime", lowered.path),
    };
  } catch (error) {
    const why = `the program cannot be run: ${error instanceof Error ? error.message : String(error)}`;
    return wanted.map((annotated) => blank(annotated, why));
  }
  const verified: Verified[] = [];
  for (const annotated of wanted) {
    const call = callOf(annotated, loaded.original);
    if (call === undefined) {
      verified.push(blank(annotated, "it is not exported, so it cannot be called"));
      continue;
    }
    const changing = changesDerivatives(lowered, annotated);
    if (changing !== undefined) {
      verified.push(blank(annotated, `it calls ${changing}, so its derivative is not that of its values`));
      continue;
    }
    const points = await pointsOf(annotated, lowered, call, options, modules, frontend);
    if (typeof points === "string") {
      verified.push(blank(annotated, points));
      continue;
    }
    const single = isSingle(lowered, annotated);
    const subject = { lowered, annotated, call, isSingle: single, ...loaded };
    const tolerance = options.tolerance ?? (single ? singleTolerance : undefined);
    verified.push(verifyFunction(subject, points, blank(annotated, ""), tolerance));
  }
  return verified;
}

interface Named {
  readonly point: Point;
  /** The argument list as it was written. */
  readonly text?: string;
}

function verifyFunction(
  subject: Parameters<typeof checkMode>[0],
  points: readonly Named[],
  blank: Verified,
  tolerance: number | undefined,
): Verified {
  const modes = new Set<Mode>();
  const messages: string[] = [];
  let maxRelativeError = 0;
  for (const { point, text } of points) {
    for (const mode of subject.annotated.modes) {
      const report = checkMode({ ...subject, ...(tolerance === undefined ? {} : { tolerance }) }, mode, point);
      if (report === undefined) continue;
      modes.add(mode);
      maxRelativeError = Math.max(maxRelativeError, report.maxRelativeError);
      if (!report.ok) messages.push(`${mode} at (${text ?? point().map(shown).join(", ")}): ${report.message}`);
    }
  }
  if (modes.size === 0)
    return {
      ...blank,
      messages: ["there is nothing to compare at its examples, where it throws or parameters are left out"],
    };
  const outcome = messages.length > 0 ? "disagrees" : "agrees";
  return { ...blank, outcome, points: points.length, modes: [...modes], maxRelativeError, messages };
}

/** Where the function is checked. */
async function pointsOf(
  annotated: Annotated,
  lowered: LoweredFile,
  call: (...args: readonly unknown[]) => unknown,
  { at, importer = importPackage }: VerifyOptions,
  modules: Modules,
  frontend: Frontend,
): Promise<readonly Named[] | string> {
  const written = at === undefined ? (annotated.examples ?? []) : [at];
  const usable = written.filter(isArgumentList);
  if (at !== undefined && usable.length === 0) return `\`${at}\` is no list of arguments`;
  if (usable.length === 0) {
    const prototypeOf = await prototypes(lowered, modules);
    const found = pointsFor({ lowered, annotated, call: spreadRest(call, annotated), prototypeOf });
    return typeof found === "string" ? `${found}; give an @example` : found.map((point) => ({ point }));
  }
  // Arguments may use everything that the file itself can name.
  const { path } = lowered;
  const lists = usable.map((list, i) => `export const ${exampleName}${i} = () => [${list}];`);
  try {
    const source = new Map([...modules.known(), [path, [modules.textOf(path), ...lists].join("\n")]]);
    const exports = await new Modules(frontend, source, importer).load(path);
    return usable.map((list, i) => ({
      text: list,
      point: () => collectRest(argumentsFrom(exports[`${exampleName}${i}`]), annotated),
    }));
  } catch (error) {
    return `its examples cannot be run: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What the functions are called that make the arguments of examples. */
const exampleName = "adcExample";

function argumentsFrom(make: unknown): readonly unknown[] {
  const made: unknown = typeof make === "function" ? Reflect.apply(make, undefined, []) : [];
  return Array.isArray(made) ? (made as readonly unknown[]) : [];
}

/** The function itself, called as the generated ones are: methods get their object first. */
function callOf(
  { original, exportName }: Annotated,
  exports: Exports,
): ((...args: readonly unknown[]) => unknown) | undefined {
  if (original === undefined) {
    const whole = exports["default"];
    const isIt = typeof whole === "function" && whole.name === exportName;
    return isIt ? (...args) => Reflect.apply(whole, undefined, args) as unknown : undefined;
  }
  const { imported, method } = original;
  const root = imported === undefined ? undefined : exports[imported.name];
  if (method === undefined)
    return typeof root === "function" ? (...args) => Reflect.apply(root, undefined, args) as unknown : undefined;
  const callOn = (owner: unknown, args: readonly unknown[]): unknown => {
    const found: unknown =
      typeof owner === "object" || typeof owner === "function" ? Reflect.get(Object(owner), method) : undefined;
    if (typeof found !== "function") throw new TypeError(`there is no method ${method}`);
    return Reflect.apply(found, owner, args) as unknown;
  };
  if (imported !== undefined) return root === undefined ? undefined : (...args) => callOn(root, args);
  return (self, ...args) => callOn(self, args);
}

/** An argument in a message. */
function shown(value: unknown): string {
  if (value instanceof Float64Array || value instanceof Float32Array)
    return `new ${value.constructor.name}([${value.join(", ")}])`;
  if (ArrayBuffer.isView(value))
    return `new ${value.constructor.name}([${Array.from(Object.values(value)).join(", ")}])`;
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, member]) => `${name}: ${shown(member)}`)
      .join(", ")} }`;
  return String(value);
}
