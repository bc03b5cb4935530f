/** What the frontend hands on: IR, and what the user asked for. */
import type { Loc, Program, TypeText } from "../ir/ir.js";

/** What can be generated. The contract names more; these are implemented. */
export const modes = ["grad", "value_and_grad", "vjp"] as const;
export type Mode = (typeof modes)[number];

export interface ParamSignature {
  readonly name: string;
  /** The type as it is written in the generated signature. */
  readonly type: TypeText;
  /** `Gradient<P>` of it, in its plainest spelling (`number`, `Float64Array`, `Gradient<Vec3>` …). */
  readonly gradient: TypeText;
  /** What the parameter has as its default, as it is written: `x: number = 3`. */
  readonly default?: string;
  /** Declared `x?: T`. */
  readonly optional?: true;
  /** Declared `...xs: T[]`. */
  readonly rest?: true;
}

/** One annotated function. */
export interface Annotated {
  /** Its IR function in `LoweredFile.program`; IR parameters stand in the order of `params`. */
  readonly func: string;
  /** `loss` for `loss_grad`. */
  readonly exportName: string;
  readonly modes: readonly Mode[];
  /** Positions of the differentiated parameters, ascending. */
  readonly wrt: readonly number[];
  readonly params: readonly ParamSignature[];
  readonly returns: TypeText;
  /** `Gradient<R>`. */
  readonly returnsGradient: TypeText;
  readonly loc: Loc;
}

/** A source file with annotated functions, lowered. */
export interface LoweredFile {
  /** Absolute path. */
  readonly path: string;
  /** Every function reachable from the annotated ones. */
  readonly program: Program;
  readonly annotated: readonly Annotated[];
}
