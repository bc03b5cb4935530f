/** What the frontend hands on: IR, and what the user asked for. */
import type { Loc, Program, TypeImport, TypeText } from "../ir/ir.js";

/** The modes that have a name of their own. */
const namedModes = ["grad", "value_and_grad", "vjp", "jvp", "accumulate", "jacobian", "hvp", "hessian"] as const;
/** What can be generated: `d2`, `d3`, … are derivatives of higher order. */
export type Mode = (typeof namedModes)[number] | `d${number}`;

/** Is this the name of a mode? */
export const isMode = (name: string): name is Mode => namedModes.some((m) => m === name) || orderOf(name) !== undefined;

/** The order of `d2`, `d3`, …; absent for every other name. */
export function orderOf(name: string): number | undefined {
  const order = /^d([2-9]|[1-9]\d+)$/.exec(name)?.[1];
  return order === undefined ? undefined : Number(order);
}

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
  /** What `f_jacobian` and `f_hessian` return, where they are asked for. */
  readonly returnsJacobian?: TypeText;
  readonly returnsHessian?: TypeText;
  /** Jacobians and Hessians are given as coordinates: `sparse=true`. */
  readonly isSparse?: true;
  readonly loc: Loc;
  /** Argument lists of the calls in its `@example` tags, as text. */
  readonly examples?: readonly string[];
  /** How another file calls the function itself, where it can. */
  readonly original?: Original;
}

/** The function as it is imported: by itself, as a static method of an imported class, or as a method of its first argument. */
export interface Original {
  readonly imported?: TypeImport;
  readonly method?: string;
}

/** A source file with annotated functions, lowered. */
export interface LoweredFile {
  /** Absolute path. */
  readonly path: string;
  /** Every function reachable from the annotated ones. */
  readonly program: Program;
  readonly annotated: readonly Annotated[];
}
