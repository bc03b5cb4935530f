/**
 * Times of functions that run by turns, so that a slow spell of the machine hits all alike: each round takes one sample of
 * each, of about the same length, and medians are compared.
 */

export interface Effort {
  readonly rounds: number;
  /** About how long a sample takes, in milliseconds. Short samples are rarely interrupted. */
  readonly sample: number;
  /** How long each function runs before anything is measured, in milliseconds. */
  readonly warmUp: number;
}

/** Milliseconds for one call, sample by sample. */
export type Samples = readonly number[];

/** Whatever was computed ends up here, so that no call can be left out. */
const sink: { last?: unknown } = {};

function milliseconds(run: () => unknown, times: number): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) sink.last = run();
  return (performance.now() - start) / times;
}

/** Runs a function until it is as fast as it gets; returns how often it is called in a sample. */
function warm(run: () => unknown, { warmUp, sample }: Effort): number {
  const end = performance.now() + warmUp;
  let time = milliseconds(run, 1);
  while (performance.now() < end) {
    time = milliseconds(run, Math.max(1, Math.min(1000, Math.floor(sample / time))));
  }
  return Math.max(1, Math.round(sample / Math.max(time, 1e-6)));
}

/** Samples of each function, in the order given. */
export function interleaved(runs: readonly (() => unknown)[], effort: Effort): Samples[] {
  const entries = runs.map((run) => ({ run, times: warm(run, effort), samples: [] as number[] }));
  for (let round = 0; round < effort.rounds; round++) {
    for (const { run, times, samples } of entries) samples.push(milliseconds(run, times));
  }
  return entries.map(({ samples }) => samples);
}

export function median(values: Samples): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** The median over the rounds of one time divided by another of the same round. */
export function ratio(times: Samples, by: Samples): number {
  return median(times.map((time, i) => time / (by[i] ?? NaN)));
}
