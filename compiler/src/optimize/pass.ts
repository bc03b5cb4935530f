/** What an optimisation pass is, and the step from one function to a program. */
import type { Func, Program } from "../ir/ir.js";

export interface PassOptions {
  /** Functions reached from outside the program: never removed. Absent: no function is removed. */
  readonly entries?: ReadonlySet<string>;
  /** Functions that keep their calls (they have a derivative rule of their own). */
  readonly keepCalls?: ReadonlySet<string>;
}

/** Verified IR to verified IR of the same meaning: same results to the last bit, same effects in the same order. */
export type Pass = (program: Program, options: PassOptions) => Program;

/** Rebuilds every function of a program on its own. */
export function mapFuncs(program: Program, map: (func: Func) => Func): Program {
  const funcs = new Map<string, Func>();
  for (const [name, func] of program.funcs) funcs.set(name, map(func));
  return { ...program, funcs };
}
