/**
 * `@adc/compiler/transformer`: a ts-patch program transformer. One run of `tspc` writes the generated files and checks
 * the project with them.
 *
 *     "plugins": [{ "transform": "@adc/compiler/transformer", "transformProgram": true }]
 *
 * The annotated functions are read from the program that TypeScript has just made, so nothing is parsed twice. It was
 * made before the generated files were written; a second program, which shares all unchanged source files with the
 * first, takes its place.
 */
import { resolve } from "node:path";
import { ts } from "ts-morph";
import { buildOpened, type BuildResult } from "./build/build.js";
import { formatDiagnostics } from "./frontend/format-diagnostics.js";
import { openProgram } from "./frontend/index.js";
import { ConfigurationError, readSettings } from "./frontend/settings.js";

type TypeScript = typeof ts;

export interface TransformerConfig {
  /** Like `--out-dir`, relative to the tsconfig's folder. */
  readonly outDir?: string;
}

export interface TransformerExtras {
  /** The TypeScript that made the program. */
  readonly ts: TypeScript;
}

/** What ts-patch calls with every program that tsc makes; it looks for the default export. */
export default function transformProgram(
  program: ts.Program,
  host: ts.CompilerHost | undefined,
  config: TransformerConfig,
  { ts: hostTs }: TransformerExtras,
): ts.Program {
  const objection = objectionTo(hostTs);
  if (objection !== undefined) return withError(program, objection);
  const tsconfig = program.getCompilerOptions()["configFilePath"];
  if (typeof tsconfig !== "string") return program;
  const isAnnotated = program
    .getSourceFiles()
    .some(({ text, isDeclarationFile }) => !isDeclarationFile && text.includes("@differentiable"));
  if (!isAnnotated) return program;

  // Parent pointers and JSDoc tags of the nodes can be read only after the checker has bound the files.
  program.getTypeChecker();
  const renew = (generated: ReadonlySet<string>): ts.Program =>
    withGeneratedFiles(program, host ?? hostTs.createCompilerHost(program.getCompilerOptions()), generated, hostTs);
  const result = generate(program, resolve(tsconfig), config, renew, hostTs);
  const failure = printResult(result, program, hostTs);
  const present = result.outputs.filter(({ status }) => status === "written" || status === "unchanged");
  const renewed = renew(new Set(present.map(({ path }) => path)));
  return failure === undefined ? renewed : withError(renewed, failure);
}

/** Our frontend reads the host's syntax trees, so both must mean the same by every number in them. */
function objectionTo(hostTs: TypeScript): string | undefined {
  const isSame = (["SyntaxKind", "TypeFlags", "SymbolFlags", "ObjectFlags"] as const).every((name) => {
    const [ours, theirs]: [object, object | undefined] = [ts[name], hostTs[name]];
    return theirs === undefined || JSON.stringify(ours) === JSON.stringify(theirs);
  });
  if (isSame && hostTs.version.startsWith("6.")) return undefined;
  return `@adc/compiler/transformer works with TypeScript 6, and this is TypeScript ${hostTs.version}. Run 'adc build' before tsc instead.`;
}

function generate(
  program: ts.Program,
  tsconfig: string,
  { outDir }: TransformerConfig,
  renew: (generated: ReadonlySet<string>) => ts.Program,
  hostTs: TypeScript,
): BuildResult {
  const cwd = program.getCurrentDirectory();
  return buildOpened(
    { cwd, ...(outDir === undefined ? {} : { outDir: resolve(tsconfig, "..", outDir) }) },
    (generated) => {
      const frontend = openProgram(renew(new Set(generated.keys())), hostTs);
      return readSettings(tsconfig, cwd)
        .slice(0, 1)
        .map((settings) => ({ settings, frontend }));
    },
  );
}

/** Prints what there is to be said, as tsc prints its own; returns what the run must fail with. */
function printResult(result: BuildResult, program: ts.Program, hostTs: TypeScript): string | undefined {
  const { diagnostics, internalErrors, status } = result;
  const pretty = program.getCompilerOptions()["pretty"] ?? hostTs.sys.writeOutputIsTTY?.();
  const cwd = program.getCurrentDirectory();
  hostTs.sys.write(formatDiagnostics(diagnostics, { cwd, pretty: pretty === true }));
  for (const { file, functionName, message } of internalErrors) {
    const where = functionName === undefined ? file : `${file}, function ${functionName}`;
    hostTs.sys.write(`adc: internal error (${where}): ${message.split("\n", 1)[0]}\n`);
  }
  if (internalErrors.length > 0) return "adc itself failed; the lines above say where. Please report it.";
  if (status === "ok") return undefined;
  const errors = diagnostics.filter(({ category }) => category === "error").length;
  return `adc found ${errors === 1 ? "an error" : `${errors} errors`} in @differentiable functions, printed above.`;
}

/** The program with these generated files as they are on disk now. */
function withGeneratedFiles(
  program: ts.Program,
  host: ts.CompilerHost,
  generated: ReadonlySet<string>,
  hostTs: TypeScript,
): ts.Program {
  const changed = new Set([...generated].filter((path) => program.getSourceFile(path)?.text !== host.readFile(path)));
  const rootNames = [...program.getRootFileNames()];
  const known = new Set(rootNames.map((name) => resolve(name)));
  for (const name of includedNow(program)) if (generated.has(name) && !known.has(name)) rootNames.push(name);
  if (changed.size === 0 && rootNames.length === known.size) return program;

  // The host may remember that a file was missing: under `--build` and `--watch` it does. Its own way of reading a
  // source file is kept, because it gives the file the version that incremental builds need.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what inherits everything from a host is a host
  const overlay = Object.create(host) as ts.CompilerHost;
  overlay.fileExists = (name) => generated.has(resolve(name)) || host.fileExists(name);
  overlay.getSourceFile = (name, options, onError, isNew) => {
    if (changed.has(resolve(name))) return host.getSourceFile(name, options, onError, true);
    return program.getSourceFile(name) ?? host.getSourceFile(name, options, onError, isNew);
  };
  Object.assign(overlay, {
    resolveModuleNameLiterals: undefined,
    resolveModuleNames: undefined,
    resolveTypeReferenceDirectiveReferences: undefined,
    resolveTypeReferenceDirectives: undefined,
    hasInvalidatedResolutions: undefined,
  });
  const projectReferences = program.getProjectReferences();
  return hostTs.createProgram({
    rootNames,
    options: program.getCompilerOptions(),
    host: overlay,
    configFileParsingDiagnostics: program.getConfigFileParsingDiagnostics(),
    ...(projectReferences === undefined ? {} : { projectReferences }),
  });
}

/** The files that the tsconfig names, now that the generated ones are there. */
function includedNow(program: ts.Program): readonly string[] {
  const tsconfig = program.getCompilerOptions()["configFilePath"];
  if (typeof tsconfig !== "string") return [];
  try {
    return readSettings(resolve(tsconfig), program.getCurrentDirectory()).flatMap(({ files }) => files);
  } catch (error) {
    // tsc reports the configuration itself.
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}

/** A number that TypeScript does not use. */
const diagnosticCode = 990_001;

/**
 * The program with one more error. It stands among the global ones, which incremental builds ask for anew in every run;
 * TypeScript stops at these, so those of the files come along.
 */
function withError(program: ts.Program, messageText: string): ts.Program {
  const error: ts.Diagnostic = {
    category: ts.DiagnosticCategory.Error,
    code: diagnosticCode,
    messageText,
    file: undefined,
    start: undefined,
    length: undefined,
  };
  const own = program.getGlobalDiagnostics.bind(program);
  program.getGlobalDiagnostics = (cancellation) => [
    error,
    ...own(cancellation),
    ...program.getSemanticDiagnostics(undefined, cancellation),
  ];
  return program;
}
