/** A minimum of maxima: the problem `saddle` of GradBench. The derivative goes through the whole inner optimisation. */
import { negatedSaddle_value_and_grad } from "./saddle-function_grad.js";

/**
 * The y that maximises f(x, y), by gradient descent on -f from (1, 1) on with steps that grow and shrink.
 */
export function maximiser(x1: number, x2: number): [y1: number, y2: number] {
  let y1 = 1;
  let y2 = 1;
  let [value, [g1, g2]] = negatedSaddle_value_and_grad(x1, x2, y1, y2);
  let rate = 1e-5;
  let accepted = 0;
  while (Math.hypot(g1, g2) > 1e-5) {
    if (accepted === 10) {
      rate *= 2;
      accepted = 0;
      continue;
    }
    const next1 = y1 - rate * g1;
    const next2 = y2 - rate * g2;
    if (Math.hypot(y1 - next1, y2 - next2) <= 1e-5) break;
    const [nextValue, [nextG1, nextG2]] = negatedSaddle_value_and_grad(x1, x2, next1, next2);
    if (nextValue < value) {
      y1 = next1;
      y2 = next2;
      value = nextValue;
      g1 = nextG1;
      g2 = nextG2;
      accepted++;
    } else {
      rate /= 2;
      accepted = 0;
    }
  }
  return [y1, y2];
}

/**
 * The maximum over y of f(x, y).
 *
 * @differentiable modes=value_and_grad
 */
export function innerMaximum(x1: number, x2: number): number {
  const [y1, y2] = maximiser(x1, x2);
  const [value] = negatedSaddle_value_and_grad(x1, x2, y1, y2);
  return -value;
}
