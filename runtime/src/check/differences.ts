/** The numeric derivative of a function of one number, by central differences extrapolated to step zero. */

export interface NumericDerivative {
  /** NaN where no step gave finite values on both sides. */
  readonly value: number;
  /** The largest step the value was made from. */
  readonly step: number;
  /** How far rounding alone may have moved the value. */
  readonly noise: number;
}

/** The relative spacing of numbers in single precision. */
export const singleEpsilon = 2 ** -23;

const mostSteps = 24;
/** No power of two, nor near one: the steps would fall on the periods of functions like `sin(2πkx)`. */
const firstPart = 53.7;
/** Differences taken into one extrapolation. */
const window = 6;

/**
 * Ridders' method: steps are halved, the differences of up to six consecutive steps are extrapolated (the error of a
 * central difference is a series in the square of the step), and the value with the smallest estimated error is kept.
 * Steps that leave the domain (a value that is not finite, an exception) are passed over.
 *
 * @param at The function. @param x Where. @param scale The first step is about a 50th of it.
 * @param round How the function's argument is stored; the identity, or `Math.fround`.
 * @param epsilon The relative spacing of the numbers that the function computes with.
 */
export function numericDerivative(
  at: (x: number) => number,
  x: number,
  scale: number,
  round: (x: number) => number,
  epsilon = Number.EPSILON,
): NumericDerivative {
  let best: NumericDerivative = { value: NaN, step: scale / firstPart, noise: 0 };
  let bestError = Infinity;
  let previous: readonly number[] = [];
  let steps: number[] = [];
  for (let k = 0, wanted = scale / firstPart; k < mostSteps; k++, wanted /= 2) {
    const right = round(x + wanted);
    const step = right - x;
    const left = round(x - step);
    if (!(left < x && x < right)) break;
    const [low, high] = [at(left), at(right)];
    const difference = (high - low) / (right - left);
    if (!Number.isFinite(difference)) {
      [previous, steps] = [[], []];
      continue;
    }
    steps = [...steps, step].slice(-window);
    const row = extrapolate(difference, previous);
    const noise = (8 * epsilon * Math.max(Math.abs(low), Math.abs(high))) / step;
    row.forEach((value, j) => {
      const apart = errorOf(value, j, row, previous);
      // Where numbers are rounded coarsely, values that agree may all be wrong.
      const error = epsilon > Number.EPSILON ? Math.max(apart, noise) : apart;
      if (error > bestError || (error === bestError && !Number.isNaN(best.value))) return;
      bestError = error;
      best = { value, step: steps[steps.length - 1 - j] ?? step, noise };
    });
    if (bestError <= 1e-12 * Math.abs(best.value) || bestError === 0) break;
    previous = row;
  }
  return best;
}

/** The next row of the tableau, in which column j is free of the first j terms of the error. */
function extrapolate(difference: number, previous: readonly number[]): number[] {
  const row = [difference];
  for (let j = 0; j < Math.min(previous.length, window - 1); j++) {
    const [finer, coarser] = [row[j] ?? NaN, previous[j] ?? NaN];
    row.push(finer + (finer - coarser) / (4 ** (j + 1) - 1));
  }
  return row;
}

/** The larger of the distances to the two entries a value was made from; a single difference has nothing to be judged by. */
function errorOf(value: number, column: number, row: readonly number[], previous: readonly number[]): number {
  if (column === 0) return previous.length === 0 ? Number.MAX_VALUE : Math.abs(value - (previous[0] ?? value));
  return Math.max(Math.abs(value - (row[column - 1] ?? NaN)), Math.abs(value - (previous[column - 1] ?? NaN)));
}
