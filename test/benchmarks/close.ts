/** Comparison of numbers as the benchmark tests want it. */
import { expect } from "vitest";

export interface Closeness {
  readonly relative: number;
  /** Differences below this fraction of the largest expected number count as rounding. */
  readonly floor: number;
}

const defaults: Closeness = { relative: 1e-9, floor: 1e-13 };

/** Fails unless each number is the expected one up to a small relative error. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  closeness: Partial<Closeness> = {},
): void {
  const { relative, floor } = { ...defaults, ...closeness };
  expect(actual.length).toBe(expected.length);
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i] ?? NaN));
  }
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i] ?? NaN;
    const e = expected[i] ?? NaN;
    const allowed = Math.max(relative * Math.abs(e), floor * scale);
    // Written so that NaN fails.
    if (!(Math.abs(a - e) <= allowed)) {
      expect.fail(`entry ${i} is ${a}, expected ${e}: off by ${Math.abs(a - e)}, allowed ${allowed}`);
    }
  }
}

export function expectCloseNumber(actual: number, expected: number, closeness: Partial<Closeness> = {}): void {
  expectClose([actual], [expected], closeness);
}

export function norm(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    sum += (x[i] ?? NaN) ** 2;
  }
  return Math.sqrt(sum);
}
