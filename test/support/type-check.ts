/** Type-checks many files held in memory with one program of the TypeScript compiler, under the strictest settings users have. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const settings: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: false,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

const libraries = new Map<string, ts.SourceFile | undefined>();

/** What TypeScript has to say about `files` (absolute paths); each message opens with the file and the place. */
export function typeCheck(files: Readonly<Record<string, string>>, checked = Object.keys(files)): string[] {
  const host = ts.createCompilerHost(settings);
  const readDisk = host.getSourceFile.bind(host);
  const texts = new Map(Object.entries(files));
  host.getSourceFile = (name, target, ...rest) => {
    const text = texts.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, target);
    if (!libraries.has(name)) libraries.set(name, readDisk(name, target, ...rest));
    return libraries.get(name);
  };
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => texts.has(name) || exists(name);
  const read = host.readFile.bind(host);
  host.readFile = (name) => texts.get(name) ?? read(name);
  host.resolveModuleNameLiterals = (literals, containing) =>
    literals.map(({ text }) => ({ resolvedModule: resolve(text, containing, host.fileExists) }));
  const program = ts.createProgram(checked, settings, host);
  return checked.flatMap((name) => {
    const file = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map((diagnostic) => {
      const { line } = ts.getLineAndCharacterOfPosition(
        diagnostic.file ?? ts.createSourceFile(name, "", 99),
        diagnostic.start ?? 0,
      );
      return `${name}(${line + 1}): TS${diagnostic.code} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")}`;
    });
  });
}

function resolve(
  specifier: string,
  containing: string,
  exists: (name: string) => boolean,
): ts.ResolvedModuleFull | undefined {
  if (specifier === "@adc/runtime") return { resolvedFileName: join(root, "runtime/src/index.ts"), extension: ".ts" };
  if (!specifier.startsWith(".")) return undefined;
  const path = join(dirname(containing), specifier).replace(/\.js$/, "");
  return [`${path}.ts`, join(path, "index.ts")]
    .filter(exists)
    .map((name) => ({ resolvedFileName: name, extension: ".ts" }))[0];
}
