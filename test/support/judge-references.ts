/** The judges that know what a gradient should be: dual numbers through the lowered IR, and differences of the user's own function. */
import type { Annotated } from "../../compiler/src/frontend/lowered.js";
import type { Compiled } from "./compile.js";
import { cloneData, firstTime, leaves, mapLeaves, memberAt, numberAt, type Path, pathText, text } from "./data.js";
import { differenceAlong, differenceAt, type Estimate } from "./differences.js";
import { dualGradient, jvp, type JsValue } from "./interpret.js";
import { withDraws } from "./limit.js";
import type { Random } from "./random.js";
import type { Tally } from "./tally.js";

export interface JudgeOptions {
  /** At most this many numbers are varied for differences; 0 leaves that judge out. */
  readonly differences?: number;
  /** Leaves the dual numbers out. */
  readonly noDuals?: boolean;
  readonly seed?: number;
}

export type Callable = (...args: readonly unknown[]) => unknown;

/** What a call did: returned, or threw; and what it printed. */
export type Ran =
  | { readonly kind: "returned"; readonly value: unknown; readonly printed: unknown }
  | { readonly kind: "threw"; readonly thrown: string; readonly printed: unknown };

export interface Trial {
  readonly compiled: Compiled;
  readonly annotated: Annotated;
  readonly args: readonly unknown[];
  /** What the user's own function does at `args`. */
  readonly primal: Ran;
  readonly tally: Tally;
  readonly random: Random;
  readonly options: JudgeOptions;
}

/** The gradient as one entry for each differentiated parameter. */
export const perParameter = (annotated: Annotated, gradient: unknown): readonly unknown[] =>
  annotated.wrt.length === 1 ? [gradient] : Array.isArray(gradient) ? gradient : [];

/** Without what belongs to arguments that are missing and have no default: there, zero and nothing are the same. */
export const whereGiven = (trial: Trial, gradients: readonly unknown[]): readonly unknown[] =>
  gradients.map((gradient, i) => {
    const position = trial.annotated.wrt[i] ?? 0;
    const missing = trial.args[position] === undefined || trial.args[position] === null;
    return missing && trial.annotated.params[position]?.default === undefined ? undefined : gradient;
  });

/** The arguments with the literals that stand for those left out. */
export function withDefaults(annotated: Annotated, args: readonly unknown[]): readonly unknown[] {
  return annotated.params.map((param, i) =>
    args[i] === undefined && param.default !== undefined ? new Function(`return ${param.default}`)() : args[i],
  );
}

/** The gradient weighed by `seed`, by dual numbers through the lowered IR. */
export function dualReference(trial: Trial, seed: unknown): readonly unknown[] | undefined {
  const { compiled, annotated, options } = trial;
  const args = withDefaults(annotated, trial.args);
  if (options.noDuals === true) return undefined;
  const { program } = compiled.lowered;
  const fuel = 20_000_000;
  try {
    const values = cloneData(args) as JsValue[];
    const found = withDraws(() =>
      dualGradient(program, annotated.func, values, annotated.wrt, {
        fuel,
        seed: seed as JsValue,
        scope: compiled.original,
      }),
    );
    return compiled.modules.source(compiled.path).includes("Math.random")
      ? redrawn(trial, found, seed)
      : whereGiven(trial, found);
  } catch (error) {
    trial.tally.problem("duals: failed", `the interpreter fails on ${annotated.exportName}: ${thrownText(error)}`);
    return undefined;
  }
}

/** The same gradient with one run for each number, so that each run draws the same random numbers. */
function redrawn(trial: Trial, found: readonly unknown[], seed: unknown): readonly unknown[] {
  const { compiled, annotated, args } = trial;
  return annotated.wrt.map((position, i) =>
    mapLeaves(found[i], (_, path) => {
      const direction: unknown[] = args.map(() => undefined);
      direction[position] = mapLeaves(args[position], (__, other) => (pathText(other) === pathText(path) ? 1 : 0));
      const { tangents } = withDraws(() =>
        jvp(compiled.lowered.program, annotated.func, cloneData(args) as JsValue[], direction as JsValue[], {
          scope: compiled.original,
        }),
      );
      return leaves(seed).reduce((sum, leaf) => sum + leaf.value * numberAt(tangents[0], leaf.path), 0);
    }),
  );
}

/** Single numbers, or one direction through all of them when there are many. */
export function againstDifferences(
  trial: Trial,
  name: string,
  gradient: readonly unknown[],
  f: (...args: readonly unknown[]) => number,
): void {
  const { annotated, args, tally, random, options } = trial;
  const limit = options.differences ?? 12;
  if (limit === 0) return;
  // A parameter that is omitted has a gradient at its default, but nothing to vary.
  const isNew = firstTime(args);
  const numbers = leaves(gradient)
    .map(({ path, value }) => ({ path: argumentPath(annotated, path), value }))
    .filter(({ path }) => typeof memberAt(args, path) === "number" && isNew(path));
  const chosen = numbers.length <= limit ? numbers : random.shuffle(numbers).slice(0, limit);
  const quiet = (...values: readonly unknown[]): number => {
    try {
      return f(...values);
    } catch {
      return NaN;
    }
  };
  const scale = Math.max(1e-3, ...numbers.map(({ value }) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  for (const { path, value } of chosen) {
    if (memberAt(args, path.slice(0, -1)) instanceof Float32Array) {
      tally.skipped++;
      continue;
    }
    const estimate = differenceAt(quiet, args, path);
    compareEstimate(tally, `${name}, by differences at ${pathText(path)}:`, value, estimate, scale);
  }
  if (numbers.length > limit) {
    const direction = numbers.map(({ path }) => ({ path, value: random.real(-1, 1) }));
    const slope = numbers.reduce((sum, { value }, i) => sum + value * (direction[i]?.value ?? 0), 0);
    compareEstimate(
      tally,
      `${name}, by differences along a direction:`,
      slope,
      differenceAlong(quiet, args, direction),
      scale,
    );
  }
}

export function compareEstimate(
  tally: Tally,
  where: string,
  value: number,
  estimate: Estimate,
  scale: number,
  beside: (t: number) => unknown = () => NaN,
): void {
  if (!estimate.smooth || !Number.isFinite(value)) {
    tally.skipped++;
    return;
  }
  const allowed = 1e-6 * (Math.abs(estimate.value) + 0.01 * scale) + 20 * estimate.error + 1e-9;
  const isClose = (found: unknown): boolean => Math.abs(Number(found) - estimate.value) <= allowed;
  tally.check(
    "differences",
    isClose(value) || isSingledOut(beside, isClose),
    () => `${where} ${value}, not ${estimate.value} (± ${estimate.error})`,
  );
}

/** Is the point one that a branch singles out, so that what is executed there says nothing of the points around it? */
export function isSingledOut(beside: (t: number) => unknown, isClose: (value: unknown) => boolean): boolean {
  try {
    return isClose(beside(1e-4)) && isClose(beside(-1e-4));
  } catch {
    return false;
  }
}

/** From the place in the gradients to the place in the arguments. */
export function argumentPath(annotated: Annotated, path: Path): Path {
  const [position, ...rest] = path;
  const parameter = annotated.wrt[Number(position)];
  if (parameter === undefined) throw new Error("a gradient of no parameter");
  return [parameter, ...rest];
}

/** How deep functions may call each other is not the program's own business. */
export const isTooDeep = (thrown: string | undefined): boolean =>
  thrown?.startsWith("RangeError: Maximum call stack") === true;

export const thrownText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : `${typeof error} ${text(error)}`;
