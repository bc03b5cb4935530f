/** The optimisation passes in their order, before and after differentiation. */
import type { Program } from "../ir/ir.js";
import { eliminateCommonSubexpressions } from "./cse.js";
import { eliminateDeadCode } from "./dce.js";
import { hoistInvariants } from "./hoist.js";
import { inline } from "./inline.js";
import type { Pass, PassOptions } from "./pass.js";
import { simplify } from "./simplify.js";
import { recogniseSumsOfSquares } from "./sum-of-squares.js";

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
  { name: "inline", pass: inline },
  { name: "cse", pass: eliminateCommonSubexpressions },
  { name: "sum-of-squares", pass: recogniseSumsOfSquares },
  { name: "hoist", pass: hoistInvariants },
  { name: "dce", pass: eliminateDeadCode },
];

export const afterDifferentiation: readonly NamedPass[] = [
  { name: "simplify", pass: simplify },
  { name: "cse", pass: eliminateCommonSubexpressions },
  { name: "hoist", pass: hoistInvariants },
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
