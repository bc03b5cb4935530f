/** What it takes to run the files of a project: their JavaScript, and which file an import means. */
import { ts } from "ts-morph";

/** The JavaScript of a TypeScript file as a CommonJS module, types stripped, or why there is none. */
export function toJavaScript(
  text: string,
  path: string,
  options: ts.CompilerOptions,
): string | { readonly why: string } {
  const made = ts.transpileModule(text, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      experimentalDecorators: options.experimentalDecorators === true,
      useDefineForClassFields: options.useDefineForClassFields !== false,
      ...(options.jsx === undefined ? {} : { jsx: options.jsx }),
    },
  });
  const [problem] = made.diagnostics ?? [];
  return problem === undefined ? made.outputText : { why: ts.flattenDiagnosticMessageText(problem.messageText, " ") };
}

/** The source file of the project that an import means; absent for packages. */
export function sourceOfImport(
  specifier: string,
  from: string,
  options: ts.CompilerOptions,
  exists: (path: string) => boolean,
): string | undefined {
  const host: ts.ModuleResolutionHost = {
    fileExists: (path) => exists(path) || ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
  };
  const { resolvedModule } = ts.resolveModuleName(specifier, from, options, host);
  if (resolvedModule === undefined || resolvedModule.isExternalLibraryImport === true) return undefined;
  return /\.d\.[cm]?ts$/.test(resolvedModule.resolvedFileName) ? undefined : resolvedModule.resolvedFileName;
}

/** Is this text an argument list, as it stands between the parentheses of a call? */
export function isArgumentList(text: string): boolean {
  const made = ts.transpileModule(`f(${text});`, { reportDiagnostics: true });
  return made.diagnostics === undefined || made.diagnostics.length === 0;
}
