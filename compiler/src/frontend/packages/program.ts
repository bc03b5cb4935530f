/**
 * A program with the code of packages in it. The user's own files, and what their imports mean, stay as they are; the
 * files that run in packages are added, and what these import is resolved to what runs.
 */
import { ts } from "ts-morph";
import { knownModule } from "./known.js";
import { type PackageFiles, packageOf, resolvePackage } from "./resolve.js";

/** The files a program was made of. */
export interface ProgramFiles extends PackageFiles {
  directoryExists?(path: string): boolean;
  getDirectories?(path: string): string[];
}

/** The TypeScript that made the user's program. */
export type TypeScript = typeof ts;

const script = /\.[cm]?[jt]sx?$/;
const declaration = /\.d\.[cm]?ts$/;
/** Code with lines this long, on average, was made by a machine for machines. */
const longestLine = 400;

/** Why a file cannot be read as the code of a package; absent where it can. */
export function unreadable(files: PackageFiles, path: string): string | undefined {
  if (path.endsWith(".node")) return "it is native code";
  if (path.endsWith(".wasm")) return "it is WebAssembly";
  if (!script.test(path) || declaration.test(path)) return "it is not JavaScript";
  const text = textOf(files, path);
  if (text === undefined) return "its file cannot be read";
  if (text.length > 2000 && text.length / text.split("\n").length > longestLine) return "its code is minified";
  return undefined;
}

function textOf(files: PackageFiles, path: string): string | undefined {
  const known = knownModule.textOf(path);
  if (known !== undefined) return known;
  const code = files.readFile(path);
  return code === undefined ? undefined : knownModule.smooth(path, code);
}

/**
 * A comment in front of `var f = require(…)` that states a type hides from TypeScript what is imported. Types come from
 * the values anyway. Every character stays in its place.
 */
const withoutTypes = (text: string): string =>
  text.includes("require") ? text.replaceAll(/@type(?=\s*\{)/g, "@____") : text;

/** Is this code of a package, not of the user? */
export const isPackageFile = (path: string): boolean => packageOf(path) !== undefined && !declaration.test(path);

/** The program, with these files of packages and all that they import. */
export function withPackages(
  program: ts.Program,
  files: ProgramFiles,
  roots: readonly string[],
  typescript: TypeScript = ts,
): ts.Program {
  const before = program.getCompilerOptions();
  const options: ts.CompilerOptions = { ...before, allowJs: true, checkJs: false, noEmit: true };
  const library = program.getSourceFiles().find((f) => program.isSourceFileDefaultLibrary(f))?.fileName;
  const folder = library === undefined ? "/" : library.slice(0, library.lastIndexOf("/"));
  const resolved = resolvedBefore(program);
  const cache = typescript.createModuleResolutionCache(program.getCurrentDirectory(), (name) => name, before);
  const host: ts.CompilerHost = {
    getSourceFile: (name, version) => {
      const known = program.getSourceFile(name);
      if (known !== undefined) return known;
      const text = textOf(files, name);
      if (text === undefined) return undefined;
      return typescript.createSourceFile(name, isPackageFile(name) ? withoutTypes(text) : text, version, true);
    },
    getDefaultLibFileName: (o) => `${folder}/${typescript.getDefaultLibFileName(o)}`,
    getDefaultLibLocation: () => folder,
    fileExists: (name) => program.getSourceFile(name) !== undefined || files.fileExists(name),
    readFile: (name) => textOf(files, name),
    ...(files.directoryExists === undefined ? {} : { directoryExists: files.directoryExists.bind(files) }),
    ...(files.getDirectories === undefined ? {} : { getDirectories: files.getDirectories.bind(files) }),
    ...(files.realpath === undefined ? {} : { realpath: files.realpath.bind(files) }),
    writeFile: () => {},
    getCurrentDirectory: () => program.getCurrentDirectory(),
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    resolveModuleNameLiterals: (literals, from, redirected, _options, file) =>
      literals.map((literal) => {
        if (isPackageFile(from)) return codeOf(files, literal.text, from);
        const known = resolved(literal, file);
        if (known !== undefined) return known;
        const mode = typescript.getModeForUsageLocation(file, literal, before);
        return typescript.resolveModuleName(literal.text, from, before, host, cache, redirected, mode);
      }),
  };
  const rootNames = [...program.getRootFileNames(), ...roots];
  const projectReferences = program.getProjectReferences();
  return typescript.createProgram({
    rootNames,
    options,
    host,
    ...(projectReferences === undefined ? {} : { projectReferences }),
  });
}

/** What an import in the code of a package means: code that can be read, or nothing. */
function codeOf(files: PackageFiles, specifier: string, from: string): ts.ResolvedModuleWithFailedLookupLocations {
  const path = resolvePackage(files, specifier, from);
  if (path === undefined || unreadable(files, path) !== undefined) return { resolvedModule: undefined };
  const extension = path.slice(path.lastIndexOf("."));
  return { resolvedModule: { resolvedFileName: path, extension, isExternalLibraryImport: false } };
}

type Resolved = ts.ResolvedModuleWithFailedLookupLocations;

/** How the program itself has resolved its imports, where it tells. */
function resolvedBefore(
  program: ts.Program,
): (literal: ts.StringLiteralLike, file: ts.SourceFile) => Resolved | undefined {
  // Not among the declared members of a program; without it the imports are resolved once more.
  const ask: unknown = Reflect.get(program, "getResolvedModuleFromModuleSpecifier");
  if (typeof ask !== "function") return () => undefined;
  return (literal, file) => {
    if (program.getSourceFile(file.fileName) === undefined) return undefined;
    const found: unknown = Reflect.apply(ask, program, [literal, file]);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its declared type, where it is declared
    return found as Resolved | undefined;
  };
}
