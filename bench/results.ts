/** What a run finds out, as it stands in `results.json`. */

export interface TimesRow {
  readonly problem: string;
  readonly size: string;
  readonly parameters: number;
  /** Milliseconds of one call of the primal: the median, and the least. */
  readonly primal: number;
  readonly leastPrimal: number;
  /** Medians of the ratios of samples of the same round. */
  readonly ratios: Ratios;
  /** The same of the shortest samples: what is left when nothing disturbs. */
  readonly least: Ratios;
}

export interface Ratios {
  /** adc's gradient (or Jacobian), and the one by hand, to the primal. */
  readonly gradient: number;
  readonly hand: number;
  readonly gradientToHand: number;
  readonly jvp: number;
  readonly hvpToGradient?: number;
  /** Two calls of the primal for one parameter, times the number of parameters. */
  readonly differences: number;
  readonly tape?: number;
}

export interface BytesRow {
  readonly problem: string;
  readonly size: string;
  /** Allocated by one call. */
  readonly primal: number;
  readonly gradient: number;
  readonly hand: number;
  /** Written on adc's tape by one call of the gradient. */
  readonly tape: number;
}

export interface GrowthRow {
  readonly problem: string;
  readonly of: string;
  readonly sizes: readonly number[];
  /** Milliseconds, and bytes that are allocated and on the tape, at each size. */
  readonly primal: readonly number[];
  readonly gradient: readonly number[];
  readonly allocated: readonly number[];
  readonly tape: readonly number[];
}

export interface Results {
  readonly machine: string;
  readonly node: string;
  readonly rounds: number;
  /** Milliseconds that adc took for all measured programs. */
  readonly compiled: number;
  readonly times: readonly TimesRow[];
  readonly bytes: readonly BytesRow[];
  readonly growth: readonly GrowthRow[];
}

/** The exponent p of the best fit of values = c nᵖ; 0 where nothing grows from nothing. */
export function exponent(sizes: readonly number[], values: readonly number[]): number {
  const points = sizes.map((n, i): [number, number] => [Math.log(n), Math.log(Math.max(values[i] ?? NaN, 1e-9))]);
  const mean = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
  const [x, y] = [mean(points.map(([a]) => a)), mean(points.map(([, b]) => b))];
  const covariance = mean(points.map(([a, b]) => (a - x) * (b - y)));
  return covariance / mean(points.map(([a]) => (a - x) ** 2));
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
