/** What the emitter gets: the functions of one generated file. */
import type { Func, Program, TypeImport, TypeText } from "../ir/ir.js";

export interface GeneratedParam {
  readonly name: string;
  readonly type: TypeText;
  /** What it has when the caller leaves it out. */
  readonly default?: string;
  /** The caller may leave it out. */
  readonly optional?: true;
  /** It takes all arguments from here on. */
  readonly rest?: true;
}

/** An exported function: `loss_grad`. */
export interface GeneratedFunction {
  readonly exportName: string;
  /** Lines of its doc comment, without the stars. */
  readonly doc: readonly string[];
  readonly func: Func;
  /** Names and types of the parameters, in the order of `func.body.params`. */
  readonly params: readonly GeneratedParam[];
  /** Type of what it returns. Several IR results are returned as an array literal. */
  readonly returns: TypeText;
  /** The function of the source that it is made from, where it can be called, and how many of the parameters are that function's. */
  readonly original?: {
    readonly imported?: TypeImport;
    /** A static method of what is imported, or else a method of the first parameter. */
    readonly method?: string;
    readonly params: number;
  };
}

export interface GeneratedModule {
  /** Absolute path of the source file. */
  readonly sourcePath: string;
  readonly exported: readonly GeneratedFunction[];
  /** The halves and helpers the exported functions call, the records and the globals they mention. Helpers are not exported. */
  readonly program: Program;
}

export interface EmitOptions {
  /** Specifier for an import from a source file (absolute path, no change for packages). */
  readonly specifier: (from: string) => string;
  /** The source as the header names it, relative to the generated file; by default a file beside it. */
  readonly source?: string;
  /** Parameters that are not used have an underscore before their names. */
  readonly marksUnused?: boolean;
}
