/** What each optimiser is given: the generated gradients, as they are. */
import { levenbergMarquardt } from "ml-levenberg-marquardt";
import numeric from "numeric";
import { oscillation, valley } from "./models.js";
import { oscillation_grad, valley_grad } from "./models_grad.js";

/** The bottom of the valley, by the quasi-Newton method (BFGS) of the package `numeric`. */
export function bottomOfValley(start: readonly number[]) {
  const { solution, f, iterations } = numeric.uncmin(valley, [...start], 1e-12, valley_grad, 500);
  return { solution, value: f, iterations };
}

/** The oscillation through measurements, by the package `ml-levenberg-marquardt`, with the exact Jacobian. */
export function fitOscillation(times: readonly number[], values: readonly number[], start: readonly number[]) {
  return levenbergMarquardt({ x: [...times], y: [...values] }, (b) => (t) => oscillation(b, t), {
    initialValues: [...start],
    jacobianFunction: (b) => (t) => oscillation_grad(b, t),
    damping: 1e-2,
    maxIterations: 100,
    errorTolerance: 1e-16,
  });
}

/** Adam (Kingma and Ba 2015) needs no package. Changes the weights. */
export function adam(w: Float64Array, gradient: (w: Float64Array) => Float64Array, steps: number, rate = 0.1): void {
  const [mean, square] = [new Float64Array(w.length), new Float64Array(w.length)];
  for (let t = 1; t <= steps; t++) {
    gradient(w).forEach((g, i) => {
      mean[i] = 0.9 * mean[i]! + 0.1 * g;
      square[i] = 0.999 * square[i]! + 0.001 * g * g;
      w[i]! -= ((rate / (1 - 0.9 ** t)) * mean[i]) / (Math.sqrt(square[i] / (1 - 0.999 ** t)) + 1e-8);
    });
  }
}
