/** All stages of the compiler on files in memory, and what they made ready to run. The only judge's file that knows them. */
import { basename, dirname, relative } from "node:path";
import * as runtime from "../../runtime/src/index.js";
import type { Diagnostic } from "../../compiler/src/diagnostics.js";
import { emitModule } from "../../compiler/src/emit/module.js";
import { openMemory, openProject } from "../../compiler/src/frontend/index.js";
import type { LoweredFile, Mode } from "../../compiler/src/frontend/lowered.js";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { generate, type PipelineOptions } from "../../compiler/src/pipeline.js";
import { type Exports, Modules } from "./evaluate.js";

/** A source file that was compiled, with everything needed to run it. */
export interface Compiled {
  readonly path: string;
  readonly lowered: LoweredFile;
  /** The generated file. */
  readonly text: string;
  readonly modules: Modules;
  /** The user's own functions. */
  readonly original: Exports;
  /** The generated ones. */
  readonly generated: Exports;
}

/** What became of one file: it was compiled, or refused with diagnostics, or the compiler failed. */
export type Outcome =
  | { readonly kind: "compiled"; readonly compiled: Compiled; readonly warnings: readonly Diagnostic[] }
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "crashed"; readonly stage: string; readonly error: Error };

export interface CompileOptions extends PipelineOptions {
  /** Which of the files to compile; absent: every one with an annotation. */
  readonly only?: readonly string[];
  /** Modules of packages that the files import, by specifier; the files are then read from the disk, with what is installed. */
  readonly packages?: Readonly<Record<string, Exports>>;
  /** Makes every mode that a function can have, whatever is asked for; or of these modes those it can have. */
  readonly everyMode?: boolean | readonly string[];
  /** With it, Jacobians and Hessians are sparse. */
  readonly isSparse?: boolean;
}

/** `/a/model.ts` to `/a/model_grad.ts`. */
export const generatedPath = (path: string): string => path.replace(/\.ts$/, "_grad.ts");

/** Compiles every file (absolute paths) of one in-memory project. */
export function compileAll(
  files: Readonly<Record<string, string>>,
  options: CompileOptions = {},
): Map<string, Outcome> {
  const { packages } = options;
  const frontend = packages === undefined ? openMemory({ ...files }) : openProject({ files: Object.keys(files) });
  const modules = new Modules(files, (specifier) => (specifier === "@adc/runtime" ? runtime : packages?.[specifier]));
  const outcomes = new Map<string, Outcome>();
  for (const path of options.only ?? frontend.annotatedFiles) {
    let stage = "frontend";
    try {
      const { lowered, diagnostics } = frontend.lower(path);
      if (lowered === undefined || diagnostics.some(({ category }) => category === "error")) {
        outcomes.set(path, { kind: "refused", diagnostics });
        continue;
      }
      stage = "pipeline";
      const draws = /\bMath\.random\b/.test(files[path] ?? "");
      const asked = withEveryMode(lowered, options.everyMode ?? false, options.isSparse === true, draws);
      const module = generate(asked, { ruleSet, powConstant }, options);
      stage = "emitter";
      const text = emitModule(module, { specifier: (from) => specifierFrom(path, from) });
      stage = "evaluation";
      modules.add(generatedPath(path), text);
      const generated = modules.exports(generatedPath(path));
      const compiled = { path, lowered: asked, text, modules, original: modules.exports(path), generated };
      outcomes.set(path, { kind: "compiled", compiled, warnings: diagnostics });
    } catch (error) {
      outcomes.set(path, { kind: "crashed", stage, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return outcomes;
}

function withEveryMode(
  lowered: LoweredFile,
  wanted: boolean | readonly string[],
  isSparse: boolean,
  draws: boolean,
): LoweredFile {
  if (wanted === false) return lowered;
  const annotated = lowered.annotated.map((a) => {
    const { body, results } = lowered.program.funcs.get(a.func) ?? {};
    const [only, ...others] = a.wrt.map((i) => body?.params[i]?.type.kind);
    const canAccumulate = others.length > 0 || (only !== "num" && only !== "maybe");
    const ofNumber: readonly Mode[] = [
      "grad",
      "value_and_grad",
      "hvp",
      // Each of its sweeps would draw other numbers: refused.
      ...(draws ? [] : (["hessian"] as const)),
      ...(canAccumulate ? (["accumulate"] as const) : []),
      ...(only === "num" && others.length === 0 ? (["d2", "d3"] as const) : []),
    ];
    const possible: readonly Mode[] = [
      ...(results?.[0]?.kind === "num" ? ofNumber : []),
      "vjp",
      "jvp",
      ...(draws && isSparse ? [] : (["jacobian"] as const)),
    ];
    // What is asked for is made anyway: the expectations of a fixture may be about it.
    const chosen = [...new Set([...possible.filter((mode) => wanted === true || wanted.includes(mode)), ...a.modes])];
    return isSparse ? { ...a, modes: chosen, isSparse } : { ...a, modes: chosen };
  });
  return { ...lowered, annotated };
}

function specifierFrom(importer: string, from: string): string {
  if (!from.startsWith("/")) return from;
  const path = relative(dirname(importer), from).replace(/\.ts$/, ".js");
  return path.startsWith(".") ? path : `./${path}`;
}

/** One source text by itself. */
export function compileOne(source: string, options: CompileOptions = {}): Outcome {
  const path = "/memory/model.ts";
  const outcome = compileAll({ [path]: source }, { ...options, only: [path] }).get(path);
  if (outcome === undefined) throw new Error(`${basename(path)} was not compiled`);
  return outcome;
}
