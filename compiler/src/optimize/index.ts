/** The optimisation passes in their order, before and after differentiation. */
import type { Program } from "../ir/ir.js";
import { keepCells } from "./cells.js";
import { eliminateCommonSubexpressions } from "./cse.js";
import { eliminateDeadCode } from "./dce.js";
import { hoistInvariants } from "./hoist.js";
import { countLoops } from "./count.js";
import { inline } from "./inline.js";
import { jam } from "./jam.js";
import { followLengths } from "./lengths.js";
import { outlineLoops } from "./outline.js";
import type { Pass, PassOptions } from "./pass.js";
import { pruneParams } from "./prune-params.js";
import { scalarize } from "./scalarize.js";
import { sinkIntoPullbacks } from "./sink.js";
import { simplify } from "./simplify.js";
import { forwardStores } from "./stores.js";
import { unrollSmall } from "./unroll.js";
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

const passes = {
  simplify,
  inline,
  unroll: unrollSmall,
  sink: sinkIntoPullbacks,
  scalarize,
  cse: eliminateCommonSubexpressions,
  "sum-of-squares": recogniseSumsOfSquares,
  lengths: followLengths,
  hoist: hoistInvariants,
  count: countLoops,
  stores: forwardStores,
  cells: keepCells,
  jam,
  dce: eliminateDeadCode,
  outline: outlineLoops,
  "prune-params": pruneParams,
} satisfies Record<string, Pass>;

const named = (...names: readonly (keyof typeof passes)[]): readonly NamedPass[] =>
  names.map((name) => ({ name, pass: passes[name] }));

export const beforeDifferentiation = named(
  "simplify",
  "inline",
  "simplify",
  "unroll",
  "simplify",
  "scalarize",
  "cse",
  "lengths",
  "simplify",
  "sum-of-squares",
  "hoist",
  "count",
  "cse",
  "dce",
  "outline",
);

/** What makes differentiated functions better, … */
export const improvement = named(
  "simplify",
  "dce",
  "sink",
  "scalarize",
  "simplify",
  "cse",
  "stores",
  "hoist",
  "simplify",
  "cells",
  "hoist",
  "jam",
  "cse",
  "stores",
  "simplify",
);

/** … and what then leaves no trace of values that nobody asks for. */
export const removal = named("dce", "prune-params", "dce");

export const afterDifferentiation = [...improvement, ...removal];

/** What decides a value at a kink (CONVENTIONS: a sum of squares), or was asked for, not speed: never left out. */
const conventions: ReadonlySet<string> = new Set(["sum-of-squares", "outline"]);

/** The name of a decision that can be left out as a pass can: that loops run again iteration by iteration in the reverse sweep. */
export const fusion = "fuse";

/** … and of that one: that Hessians are computed in several directions at once. */
export const severalDirections = "directions";

/** Names of the passes, and of those decisions, that can be left out. */
export const optionalPasses: readonly string[] = [
  ...Object.keys(passes).filter((name) => !conventions.has(name)),
  fusion,
  severalDirections,
];

/** Runs passes in order. A pass that has run is left out the next time if nothing has changed since. */
export function optimize(program: Program, passes: readonly NamedPass[], options: OptimizeOptions = {}): Program {
  let current = program;
  const settled = new Map<string, Program>();
  for (const { name, pass } of passes) {
    const isLeftOut = options.without?.includes(name) === true && !conventions.has(name);
    if (isLeftOut || settled.get(name) === current) continue;
    current = pass(current, options);
    settled.set(name, current);
    options.afterEach?.(name, current);
  }
  return current;
}
