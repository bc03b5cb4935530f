/** The optimisation passes in their order, before and after differentiation. */
import type { Program } from "../ir/ir.js";
import { eliminateDeadCode } from "./dce.js";
import type { Pass, PassOptions } from "./pass.js";
import { simplify } from "./simplify.js";

export interface NamedPass {
  readonly name: string;
  readonly pass: Pass;
}

export interface OptimizeOptions extends PassOptions {
  /** Called after each pass with what it made: to verify, to dump. */
  readonly afterEach?: (name: string, program: Program) => void;
  /** Names of passes to leave out. */
  readonly without?: readonly string[];
}

export const beforeDifferentiation: readonly NamedPass[] = [
  { name: "simplify", pass: simplify },
  { name: "dce", pass: eliminateDeadCode },
];

export const afterDifferentiation: readonly NamedPass[] = [
  { name: "simplify", pass: simplify },
  { name: "dce", pass: eliminateDeadCode },
];

/** Runs passes in order. */
export function optimize(program: Program, passes: readonly NamedPass[], options: OptimizeOptions = {}): Program {
  let current = program;
  for (const { name, pass } of passes) {
    if (options.without?.includes(name) === true) continue;
    current = pass(current, options);
    options.afterEach?.(name, current);
  }
  return current;
}
