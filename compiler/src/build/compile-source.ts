/** Compiling a text in memory. */
import { resolve } from "node:path";
import type { Diagnostic } from "../diagnostics.js";
import { openMemory } from "../frontend/index.js";
import type { SpecifierEnding } from "../frontend/settings.js";
import { InvariantError } from "../support/invariant.js";
import { compileFile } from "./compile.js";
import { namesIn, outputPath } from "./paths.js";

export interface CompileSourceOptions {
  /** Name of the source, for messages and for the import in the generated code. Default: `model.ts`. */
  readonly fileName?: string;
  /** Other files that the source imports, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** How imports of source files end: `./model.js` (default), `./model.ts` or `./model`. */
  readonly importEnding?: SpecifierEnding;
}

export interface CompileSourceResult {
  /** The generated file; empty when there are errors, or nothing is annotated. */
  readonly code: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Generates the derivatives of the `@differentiable` functions of a source text. Nothing is read from or written to the
 * project. Throws only when adc itself fails.
 */
export function compileSource(source: string, options: CompileSourceOptions = {}): CompileSourceResult {
  const root = "/";
  const path = resolve(root, options.fileName ?? "model.ts");
  const others = Object.entries(options.files ?? {}).map(([name, text]) => [resolve(root, name), text] as const);
  const frontend = openMemory({ ...Object.fromEntries(others), [path]: source });
  if (!frontend.annotatedFiles.includes(path)) return { code: "", diagnostics: [] };
  const ending = options.importEnding ?? "js";
  const names = namesIn(outputPath(path, root, undefined), path, { ending, marksUnused: false });
  const { code, diagnostics, internalError } = compileFile(frontend, path, names);
  if (internalError) {
    const { functionName, message } = internalError;
    throw new InvariantError(functionName === undefined ? message : `${message} (while compiling ${functionName})`);
  }
  return { code: code ?? "", diagnostics };
}
