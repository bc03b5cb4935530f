/** Programs whose files exist only in memory. JavaScript's library is parsed once and shared by all of them. */
import { isAbsolute } from "node:path";
import { Project, ts } from "ts-morph";
import { runtimeDeclarations } from "./memory-runtime.js";
import type { ProgramFiles } from "./packages/program.js";

/** Options for files that belong to no project. */
export const defaultOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

interface Library {
  readonly folder: string;
  readonly files: Map<string, ts.SourceFile>;
}

let shared: Library | undefined;

/** The library's files, as ts-morph brings them along. */
function library(): Library {
  if (shared !== undefined) return shared;
  const project = new Project({ useInMemoryFileSystem: true, compilerOptions: defaultOptions });
  project.createSourceFile("/any.ts", "");
  const program = project.getProgram().compilerObject;
  const files = new Map<string, ts.SourceFile>();
  for (const file of program.getSourceFiles())
    if (program.isSourceFileDefaultLibrary(file)) files.set(file.fileName, file);
  const [first] = files.keys();
  shared = { folder: first === undefined ? "/" : first.slice(0, first.lastIndexOf("/")), files };
  return shared;
}

/** A program, and the files it is made of. Those of packages are read where they are imported. */
export interface MemoryProgram {
  readonly program: ts.Program;
  readonly files: ProgramFiles;
}

export function memoryProgram(files: Readonly<Record<string, string>>, options: ts.CompilerOptions): MemoryProgram {
  const { folder, files: libraryFiles } = library();
  const texts = new Map<string, string>(Object.entries(runtimeDeclarations));
  const roots: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = isAbsolute(name) ? name : `/${name}`;
    texts.set(path, text);
    if (!path.includes("/node_modules/")) roots.push(path);
  }
  const folders = new Set<string>(["/"]);
  for (const path of texts.keys()) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
      folders.add(path.slice(0, end));
  }
  const host: ts.CompilerHost = {
    getSourceFile: (name, languageVersionOrOptions) => {
      const known = libraryFiles.get(name);
      if (known !== undefined) return known;
      const text = texts.get(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, languageVersionOrOptions, true);
    },
    getDefaultLibFileName: (o) => `${folder}/${ts.getDefaultLibFileName(o)}`,
    getDefaultLibLocation: () => folder,
    fileExists: (name) => texts.has(name) || libraryFiles.has(name),
    readFile: (name) => texts.get(name),
    directoryExists: (name) => folders.has(name.replace(/(.)\/$/, "$1")),
    getDirectories: () => [],
    writeFile: () => {},
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
  };
  const all: ts.CompilerOptions = { ...defaultOptions, noUncheckedIndexedAccess: true, ...options };
  return { program: ts.createProgram({ rootNames: roots, options: all, host }), files: host };
}
