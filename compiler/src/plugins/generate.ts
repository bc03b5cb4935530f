/**
 * What every bundler plugin does: the build of the project, so that generated files are up to date before the bundler reads
 * them. They are written where `adc build` writes them.
 */
import { resolve } from "node:path";
import { build, type BuildResult } from "../build/build.js";
import { BuildSession } from "../build/session.js";
import type { Diagnostic } from "../diagnostics.js";

export interface AdcPluginOptions {
  /** A tsconfig.json or its folder, relative to the bundler's root. Default: the nearest one at or above it. */
  readonly project?: string;
  /** Source files, folders or globs. Default: every source file of the project. */
  readonly files?: readonly string[];
  /** Where the generated files go instead of beside their sources. */
  readonly outDir?: string;
  /** Write a source map beside each generated file. */
  readonly sourceMap?: boolean;
  /** Generated code reports the first value or partial derivative of a call that is not finite. */
  readonly debug?: boolean;
}

/** Something to be said, with its place where it has one: lines from 1, columns from 0. */
export interface Said {
  readonly text: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface Generated {
  readonly errors: readonly Said[];
  readonly warnings: readonly Said[];
  /** The files to watch. */
  readonly inputs: readonly string[];
  /** The generated files that are there. */
  readonly outputs: readonly string[];
}

/** Runs builds one after the other; a build that is asked for while another waits is that one. */
export class Generation {
  #running: Promise<Generated> | undefined;
  #waiting: Promise<Generated> | undefined;
  readonly #session = new BuildSession();

  constructor(private readonly options: AdcPluginOptions) {}

  run(root: string): Promise<Generated> {
    if (this.#running === undefined) return this.#start(root);
    this.#waiting ??= this.#running.then(() => {
      this.#waiting = undefined;
      return this.#start(root);
    });
    return this.#waiting;
  }

  #start(root: string): Promise<Generated> {
    const running = build({ ...this.options, cwd: resolve(root), session: this.#session }).then(generated);
    const done = running.finally(() => {
      this.#running = undefined;
    });
    this.#running = done;
    return done;
  }
}

function generated({ diagnostics, internalErrors, inputs, outputs }: BuildResult): Generated {
  const internal = internalErrors.map(({ file, functionName, message }): Said => {
    const where = functionName === undefined ? "" : ` in ${functionName}`;
    return { text: `adc itself failed${where}: ${message.split("\n", 1)[0] ?? ""}`, file };
  });
  const errors = diagnostics.filter(({ category }) => category === "error").map(said);
  return {
    errors: [...errors, ...internal],
    warnings: diagnostics.filter(({ category }) => category !== "error").map(said),
    inputs,
    outputs: outputs.filter(({ status }) => status === "written" || status === "unchanged").map(({ path }) => path),
  };
}

function said({ code, message, span }: Diagnostic): Said {
  const text = `${code}: ${message}`;
  return span === undefined ? { text } : { text, file: span.file, line: span.line, column: span.column - 1 };
}

/** `src/model.ts:12:5: ADC2003: …`: for bundlers that show no place of their own. */
export function withPlace({ text, file, line, column }: Said): string {
  if (file === undefined) return text;
  return line === undefined ? `${file}: ${text}` : `${file}:${line}:${(column ?? 0) + 1}: ${text}`;
}

/** All errors as one text. */
export function together(errors: readonly Said[]): string {
  const head = `adc found ${errors.length === 1 ? "an error" : `${errors.length} errors`} in @differentiable functions.`;
  return [head, ...errors.map(withPlace)].join("\n");
}
