/** The method of Levenberg and Marquardt, for models of which a value and a gradient can be had at every data point. */

export type ModelWithGradient = (b: Float64Array, x: number) => [value: number, gradient: Float64Array];

export interface Fit {
  readonly parameters: Float64Array;
  readonly sumOfSquares: number;
  readonly iterations: number;
}

/** Least-squares fit of a model to the data from a starting point on. */
export function fit(model: ModelWithGradient, xs: Float64Array, ys: Float64Array, start: Float64Array): Fit {
  let parameters = start;
  let { sum, gradient, hessian } = linearise(model, xs, ys, parameters);
  let damping = 1e-3;
  let iterations = 0;
  while (iterations < 200) {
    iterations++;
    const step = solve(damped(hessian, damping), gradient);
    const candidate = parameters.map((value, i) => value + step[i]!);
    const next = linearise(model, xs, ys, candidate);
    // Near the minimum the sum of squares is flat to the last digit; the step still improves the parameters.
    if (next.sum <= sum * (1 + 1e-12)) {
      parameters = candidate;
      ({ sum, gradient, hessian } = next);
      damping /= 10;
    } else {
      damping *= 10;
    }
    if (step.every((value, i) => Math.abs(value) <= 1e-11 * Math.abs(parameters[i]!))) break;
  }
  return { parameters, sumOfSquares: sum, iterations };
}

/** Sum of squares of r = y - f(b, x), and JᵀJ and Jᵀr, where the rows of J are gradients of the model. */
function linearise(model: ModelWithGradient, xs: Float64Array, ys: Float64Array, b: Float64Array) {
  const gradient = new Float64Array(b.length);
  const hessian = Array.from(b, () => new Float64Array(b.length));
  let sum = 0;
  xs.forEach((x, point) => {
    const [value, row] = model(b, x);
    const residual = ys[point]! - value;
    sum += residual * residual;
    row.forEach((ri, i) => {
      gradient[i]! += ri * residual;
      row.forEach((rj, j) => {
        hessian[i]![j]! += ri * rj;
      });
    });
  });
  return { sum, gradient, hessian };
}

/** The matrix with its diagonal made larger by a factor. */
function damped(matrix: readonly Float64Array[], damping: number): Float64Array[] {
  return matrix.map((row, i) => row.map((entry, j) => (i === j ? entry * (1 + damping) : entry)));
}

/** Solves a x = b for a positive definite matrix, by elimination. */
function solve(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = b.slice();
  for (let k = 0; k < x.length; k++) {
    for (let i = k + 1; i < x.length; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < x.length; j++) a[i]![j]! -= factor * a[k]![j]!;
      x[i]! -= factor * x[k]!;
    }
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < x.length; j++) x[i]! -= a[i]![j]! * x[j]!;
    x[i]! /= a[i]![i]!;
  }
  return x;
}
