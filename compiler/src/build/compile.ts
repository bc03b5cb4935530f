/** One source file through the whole pipeline, keeping our own failures apart from the user's mistakes. */
import type { Diagnostic } from "../diagnostics.js";
import type { EmitOptions } from "../emit/generated.js";
import { emitModule } from "../emit/module.js";
import type { Frontend } from "../frontend/index.js";
import type { LoweredFile } from "../frontend/lowered.js";
import { powConstant, ruleSet } from "../frontend/rules.js";
import { generate } from "../pipeline.js";

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
  /** Annotated functions in the file. */
  readonly functions: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly internalError?: InternalError;
}

/** Compiles one annotated file; `names` says what the generated file calls the files around it. Never throws. */
export function compileFile(frontend: Frontend, path: string, names: EmitOptions): Compiled {
  let lowered: LoweredFile | undefined;
  let diagnostics: readonly Diagnostic[] = [];
  try {
    ({ lowered, diagnostics } = frontend.lower(path));
  } catch (error) {
    return { functions: 0, diagnostics, internalError: internalError(path, error) };
  }
  const functions = lowered?.annotated.length ?? 0;
  if (!lowered || diagnostics.some(({ category }) => category === "error")) return { functions, diagnostics };
  try {
    return { code: translate(lowered, names), functions, diagnostics };
  } catch (error) {
    const name = failingFunction(lowered, names);
    return { functions, diagnostics, internalError: internalError(path, error, name) };
  }
}

function translate(lowered: LoweredFile, names: EmitOptions): string {
  return emitModule(generate(lowered, { ruleSet, powConstant }), names);
}

/** The first annotated function that fails on its own, so that a report can name it. */
function failingFunction(lowered: LoweredFile, names: EmitOptions): string | undefined {
  const failing = lowered.annotated.find((annotated) => {
    try {
      translate({ ...lowered, annotated: [annotated] }, names);
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
