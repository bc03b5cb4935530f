/** The frontend: from TypeScript files to IR. The only part of the compiler that knows TypeScript. */
import { relative, resolve } from "node:path";
import { ts } from "ts-morph";
import { configuration, type Diagnostic } from "../diagnostics.js";
import type { Loc } from "../ir/ir.js";
import { hasAnnotation } from "./annotations.js";
import { type Difference, differenceOf, recording } from "./dependencies.js";
import { Disk } from "./disk.js";
import { lowerFile, type LowerResult } from "./lower-file.js";
import { functionText, type FunctionText } from "./function-text.js";
import { defaultOptions, memoryProgram } from "./memory.js";
import { nameInPackage } from "./packages/resolve.js";
import { specifiersOf } from "./program-imports.js";
import { type ProgramFiles, type TypeScript, withPackages } from "./packages/program.js";

export interface Frontend {
  /** Absolute paths of the files that contain `@differentiable`, in alphabetic order. */
  readonly annotatedFiles: readonly string[];
  /** What is wrong with the configuration. */
  readonly diagnostics: readonly Diagnostic[];
  /** The options the project is compiled with. */
  readonly options: ts.CompilerOptions;
  /**
   * Lowers one file; never throws for a mistake of the user. TypeScript checks the code that is lowered, or with
   * `checksFiles` and where something is wrong, the files that it stands in.
   */
  lower(path: string, checksFiles?: boolean): LowerResult;
  /** What has changed since an earlier program; absent where that is not known. */
  since(earlier: Frontend): Difference | undefined;
  /** What a file of the program imports, as it is written; absent where that is not known. */
  imports(path: string): readonly string[] | undefined;
  /** The lines of the function that is at a place; none for the code of packages. */
  functionText(at: Loc): FunctionText | undefined;
}

export interface OpenOptions {
  /** Path of a tsconfig.json. */
  readonly tsconfig?: string;
  /** Source files; with a `tsconfig`, these of the project. */
  readonly files?: readonly string[];
  /** Texts that stand for what is on disk under these absolute paths: generated files that are not written yet. */
  readonly overlay?: ReadonlyMap<string, string>;
  /** What earlier programs have read. */
  readonly disk?: Disk;
}

/** Opens a project, or a list of files. */
export function openProject(o: OpenOptions): Frontend {
  const diagnostics: Diagnostic[] = [];
  const config = o.tsconfig === undefined ? undefined : readConfig(resolve(o.tsconfig), diagnostics);
  const files = o.files?.map((f) => resolve(f).replaceAll("\\", "/"));
  const named = (files ?? []).filter((file) => {
    const isThere = ts.sys.fileExists(file);
    if (!isThere) diagnostics.push(configuration.fileMissing(undefined, relative(process.cwd(), file)));
    return isThere;
  });
  const program = (o.disk ?? new Disk()).program({
    roots: [...new Set([...named, ...(config?.fileNames ?? [])])],
    options: config?.options ?? defaultOptions,
    overlay: o.overlay ?? new Map(),
  });
  const root = o.tsconfig === undefined ? process.cwd() : resolve(o.tsconfig, "..");
  const wanted = files === undefined ? undefined : new Set(files);
  return open({ program, files: ts.sys }, root, diagnostics, (path) => wanted === undefined || wanted.has(path));
}

/** Opens a program that somebody else has made with a TypeScript 6 of their own. */
export function openProgram(program: ts.Program, typescript: TypeScript = ts): Frontend {
  const config = program.getCompilerOptions()["configFilePath"];
  return open(
    { program, files: ts.sys, typescript },
    typeof config === "string" ? resolve(config, "..") : program.getCurrentDirectory(),
    [],
    () => true,
  );
}

/** Opens files that exist only in memory; names are absolute, as `/src/model.ts`. */
export function openMemory(files: Readonly<Record<string, string>>, options: ts.CompilerOptions = {}): Frontend {
  return open(memoryProgram(files, options), "/", [], () => true);
}

function readConfig(
  path: string,
  diagnostics: Diagnostic[],
): { options: ts.CompilerOptions; fileNames: readonly string[] } | undefined {
  const shown = relative(process.cwd(), path) || path;
  if (!ts.sys.fileExists(path)) {
    diagnostics.push(configuration.tsconfigMissing(undefined, shown));
    return undefined;
  }
  const read = ts.readConfigFile(path, (name) => ts.sys.readFile(name));
  const errors = read.error === undefined ? [] : [read.error];
  const parsed = ts.parseJsonConfigFileContent(read.config ?? {}, ts.sys, resolve(path, ".."), undefined, path);
  // A project whose files are all named on the command line may have none of its own.
  errors.push(...parsed.errors.filter((e) => e.code !== 18003 && e.code !== 18002));
  for (const error of errors)
    diagnostics.push(
      configuration.tsconfigInvalid(undefined, shown, ts.flattenDiagnosticMessageText(error.messageText, " ")),
    );
  return { options: parsed.options, fileNames: parsed.fileNames };
}

interface Opened {
  readonly program: ts.Program;
  readonly files: ProgramFiles;
  /** The TypeScript that made the program, if not ours. */
  readonly typescript?: TypeScript;
}

function open(
  { program, files, typescript }: Opened,
  root: string,
  diagnostics: readonly Diagnostic[],
  isWanted: (path: string) => boolean,
): Frontend {
  // Binds the files, without which JSDoc tags have no parents.
  program.getTypeChecker();
  const annotatedFiles = program
    .getSourceFiles()
    .filter((f) => !f.isDeclarationFile && isWanted(f.fileName) && hasAnnotation(f))
    .map((f) => f.fileName)
    .toSorted();
  const nameOf = (file: ts.SourceFile): string =>
    nameInPackage(file.fileName) ?? relative(root, file.fileName).replaceAll("\\", "/");
  const extended = new Map<string, ts.Program>();
  /** The program with the code of these files in it; what a file is lowered in depends on that file alone. */
  const extend = (paths: ReadonlySet<string>): ts.Program => {
    const roots = [...paths].toSorted();
    const key = roots.join("\n");
    const made = extended.get(key) ?? withPackages(program, files, roots, typescript);
    if (!extended.has(key)) made.getTypeChecker();
    extended.set(key, made);
    return made;
  };
  const lowerQuickly = (source: ts.SourceFile): LowerResult | undefined => {
    try {
      return lowerFile(program, source, nameOf, files);
    } catch {
      // Code that TypeScript objects to may be beyond us; what is our own mistake comes up again.
      return undefined;
    }
  };
  /** The files whose functions lead into packages. */
  const leading = new Set<string>();
  const lower = (path: string, checksFiles: boolean): LowerResult => {
    const source = program.getSourceFile(path) ?? program.getSourceFile(resolve(path));
    if (source === undefined) return { diagnostics: [configuration.fileMissing(undefined, path)], wanted: new Set() };
    const paths = new Set<string>();
    if (!checksFiles) {
      const quick = lowerQuickly(source);
      if (quick?.lowered !== undefined && quick.wanted.size === 0) return quick;
    }
    // Something is wrong, or in a package: then everything is to be said, and what TypeScript says comes first.
    let result = lowerFile(program, source, nameOf, files, false, { checksFiles: true });
    while (result.wanted.size > 0 && [...result.wanted].some((wanted) => !paths.has(wanted))) {
      leading.add(path);
      for (const wanted of result.wanted) paths.add(wanted);
      const larger = extend(paths);
      const again = larger.getSourceFile(source.fileName) ?? source;
      result = lowerFile(larger, again, nameOf, files, true, { checksFiles: true });
    }
    return result;
  };
  const frontend: Frontend = {
    annotatedFiles,
    diagnostics,
    options: program.getCompilerOptions(),
    functionText: (at) => {
      const source = nameInPackage(at.file) === undefined ? program.getSourceFile(at.file) : undefined;
      return source === undefined ? undefined : functionText(source, at);
    },
    lower: (path, checksFiles = false) => {
      const { result, needs } = recording(program, () => lower(path, checksFiles));
      // What runs in packages is no part of the program that is compared with later ones.
      return leading.has(path) ? result : { ...result, needs };
    },
    since: (earlier) => {
      const before = programs.get(earlier);
      return before === undefined ? undefined : differenceOf(before, program);
    },
    imports: (path) => {
      const file = program.getSourceFile(path);
      return file === undefined ? undefined : specifiersOf(file)?.map(({ text }) => text);
    },
  };
  programs.set(frontend, program);
  return frontend;
}

/** The program of each frontend. */
const programs = new WeakMap<Frontend, ts.Program>();
