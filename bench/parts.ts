/** The parts of a measurement of one problem; each runs in a process of its own, so that no two share what V8 has learnt. */
import { allocatedBytes, tapeBytes } from "./memory.js";
import { type Effort, interleaved, median, ratio, type Samples } from "./measure.js";
import { judge } from "./judge.js";
import type { BytesRow, GrowthRow, Ratios, TimesRow } from "./results.js";
import { centralDifference, type Problem, slots, type Workload } from "./workload.js";

export interface Scope {
  /** How many of the problem's sizes, smallest first. */
  readonly sizes: number;
  readonly effort: Effort;
  /** How often the bytes of a call are counted. */
  readonly looks: number;
  /** How many powers of two the growth is measured over. */
  readonly doublings: number;
}

function workloadsIn(problem: Problem, { sizes }: Scope): Workload[] {
  return problem.workloads.slice(0, sizes).map((make) => make());
}

/** Fails unless everything that is measured computes the same. */
export function check(problem: Problem, scope: Scope): string[] {
  return workloadsIn(problem, scope).map((workload) => {
    const verdicts = judge(workload);
    const bad = verdicts.filter(({ distance, allowed }) => !(distance <= allowed));
    const said = bad.map(({ what, distance }) => `${what}: off by ${distance.toExponential(1)}`);
    if (bad.length > 0) throw new Error(`${problem.name}, ${workload.size}: ${said.join("; ")}`);
    return `${workload.size}: ${verdicts.length} comparisons`;
  });
}

export function times(problem: Problem, scope: Scope): TimesRow[] {
  return workloadsIn(problem, scope).map((workload) => timesOf(problem.name, workload, scope.effort));
}

function timesOf(problem: string, workload: Workload, effort: Effort): TimesRow {
  const { primal, gradient, hand, jvp, hvp, tape, parameters } = workload;
  const all = slots(parameters);
  const [slot] = all;
  if (slot === undefined) throw new Error(`${problem} has no parameters`);
  const differences = (): unknown => centralDifference(primal, slot);
  const runs = [primal, gradient, hand, jvp, differences, ...(hvp === undefined ? [] : [hvp])];
  const [ofPrimal = [], ofGradient = [], ofHand = [], ofJvp = [], ofDifferences = [], ofHvp] = interleaved(
    runs,
    effort,
  );
  // By itself and last: its garbage would slow down the others.
  const [ofTape, besideTape = []] = tape === undefined ? [] : interleaved([tape, primal], { ...effort, rounds: 5 });

  const ratios = (over: (times: Samples, by: Samples) => number): Ratios => ({
    gradient: over(ofGradient, ofPrimal),
    hand: over(ofHand, ofPrimal),
    gradientToHand: over(ofGradient, ofHand),
    jvp: over(ofJvp, ofPrimal),
    differences: over(ofDifferences, ofPrimal) * all.length,
    ...(ofHvp === undefined ? {} : { hvpToGradient: over(ofHvp, ofGradient) }),
    ...(ofTape === undefined ? {} : { tape: over(ofTape, besideTape) }),
  });
  return {
    problem,
    size: workload.size,
    parameters: all.length,
    primal: median(ofPrimal),
    leastPrimal: Math.min(...ofPrimal),
    ratios: ratios(ratio),
    least: ratios((a, b) => Math.min(...a) / Math.min(...b)),
  };
}

export function bytes(problem: Problem, scope: Scope): BytesRow[] {
  const { looks } = scope;
  return workloadsIn(problem, scope).map(({ size, primal, gradient, hand }) => ({
    problem: problem.name,
    size,
    primal: allocatedBytes(primal, looks),
    gradient: allocatedBytes(gradient, looks),
    hand: allocatedBytes(hand, looks),
    tape: tapeBytes(gradient),
  }));
}

export function growth({ name, growth: grows }: Problem, { effort, doublings, looks }: Scope): GrowthRow[] {
  if (grows === undefined) return [];
  const sizes = Array.from({ length: doublings }, (_, i) => grows.from * 2 ** i);
  const rows = sizes.map((n) => {
    const { primal, gradient } = grows.make(n);
    const [ofPrimal = [], ofGradient = []] = interleaved([primal, gradient], effort);
    return {
      primal: Math.min(...ofPrimal),
      gradient: Math.min(...ofGradient),
      allocated: allocatedBytes(gradient, looks),
      tape: tapeBytes(gradient),
    };
  });
  return [
    {
      problem: name,
      of: grows.of,
      sizes,
      primal: rows.map((row) => row.primal),
      gradient: rows.map((row) => row.gradient),
      allocated: rows.map((row) => row.allocated),
      tape: rows.map((row) => row.tape),
    },
  ];
}
