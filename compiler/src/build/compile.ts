/** One source file through the whole pipeline, keeping our own failures apart from the user's mistakes. */
import type { Diagnostic } from "../diagnostics.js";
import type { EmitOptions } from "../emit/generated.js";
import { type EmittedModule, emitWithPlaces } from "../emit/module.js";
import type { LinePlace } from "../emit/places.js";
import type { Dependencies } from "../frontend/dependencies.js";
import type { Frontend } from "../frontend/index.js";
import type { LoweredFile } from "../frontend/lowered.js";
import { powConstant, ruleSet } from "../frontend/rules.js";
import { generate, type PipelineOptions } from "../pipeline.js";

/** The compiler failed: a bug of adc, not a mistake in the program. */
export interface InternalError {
  /** Absolute path of the source file. */
  readonly file: string;
  /** The function being compiled, where known. */
  readonly functionName?: string;
  readonly message: string;
  readonly stack?: string;
}

export interface Compiled {
  /** The whole generated file. Absent when there is an error. */
  readonly code?: string;
  /** Which lines of it come from where. */
  readonly places?: readonly LinePlace[];
  /** Annotated functions in the file. */
  readonly functions: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly internalError?: InternalError;
  /** What all this depends on. */
  readonly needs?: Dependencies;
}

/** What is left to the caller of the pipeline's options. */
export type HowToCompile = Pick<PipelineOptions, "debug">;

/** Compiles one annotated file; `names` says what the generated file calls the files around it. Never throws. */
export function compileFile(frontend: Frontend, path: string, names: EmitOptions, how: HowToCompile = {}): Compiled {
  let lowered: LoweredFile | undefined;
  let diagnostics: readonly Diagnostic[] = [];
  let known: Pick<Compiled, "needs"> = {};
  try {
    const { needs, ...result } = frontend.lower(path);
    ({ lowered, diagnostics } = result);
    if (needs !== undefined) known = { needs };
  } catch (error) {
    return { functions: 0, diagnostics, internalError: internalError(path, error) };
  }
  const functions = lowered?.annotated.length ?? 0;
  if (!lowered || diagnostics.some(({ category }) => category === "error")) return { functions, diagnostics, ...known };
  try {
    return { ...translate(lowered, names, how), functions, diagnostics, ...known };
  } catch (error) {
    const { diagnostics: said } = frontend.lower(path, true);
    if (said.some(({ category }) => category === "error")) return { functions, diagnostics: said };
    const name = failingFunction(lowered, names, how);
    return { functions, diagnostics, internalError: internalError(path, error, name) };
  }
}

function translate(lowered: LoweredFile, names: EmitOptions, how: HowToCompile): EmittedModule {
  return emitWithPlaces(generate(lowered, { ruleSet, powConstant }, how), names);
}

/** The first annotated function that fails on its own, so that a report can name it. */
function failingFunction(lowered: LoweredFile, names: EmitOptions, how: HowToCompile): string | undefined {
  const failing = lowered.annotated.find((annotated) => {
    try {
      translate({ ...lowered, annotated: [annotated] }, names, how);
      return false;
    } catch {
      return true;
    }
  });
  return failing?.exportName;
}

/** What was thrown, as a report. */
export function internalError(file: string, thrown: unknown, functionName?: string): InternalError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  return {
    file,
    message,
    ...(functionName === undefined ? {} : { functionName }),
    ...(stack === undefined ? {} : { stack }),
  };
}
