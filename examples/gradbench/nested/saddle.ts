/** A minimum of maxima: the problem `saddle` of GradBench. The derivative goes through the whole inner optimisation. */
import { negatedSaddle_jvp, negatedSaddle_value_and_grad } from "./saddle-function_grad.js";

type ValueAndGradient = (
  x1: number,
  x2: number,
  y1: number,
  y2: number,
) => [value: number, gradient: [y1: number, y2: number]];

/** The function and its gradient by reverse mode. */
const byReverseMode: ValueAndGradient = (x1, x2, y1, y2) => negatedSaddle_value_and_grad(x1, x2, y1, y2);

/** The same by forward mode. */
const byForwardMode: ValueAndGradient = (x1, x2, y1, y2) => {
  const [value, g1] = negatedSaddle_jvp(x1, x2, y1, y2, 1, 0);
  const [, g2] = negatedSaddle_jvp(x1, x2, y1, y2, 0, 1);
  return [value, [g1, g2]];
};

/** The y that maximises f(x, y); the gradients are by reverse mode. */
export function maximiser(x1: number, x2: number): [y1: number, y2: number] {
  return maximiserBy(byReverseMode, x1, x2);
}

/** As `maximiser`; the gradients are by forward mode. */
export function maximiserInForwardMode(x1: number, x2: number): [y1: number, y2: number] {
  return maximiserBy(byForwardMode, x1, x2);
}

/** Gradient descent on -f from (1, 1) on, with steps that grow and shrink. */
function maximiserBy(negated: ValueAndGradient, x1: number, x2: number): [y1: number, y2: number] {
  let y1 = 1;
  let y2 = 1;
  let [value, [g1, g2]] = negated(x1, x2, y1, y2);
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
    const [nextValue, [nextG1, nextG2]] = negated(x1, x2, next1, next2);
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
 * @differentiable modes=value_and_grad,jvp
 */
export function innerMaximum(x1: number, x2: number): number {
  const [y1, y2] = maximiser(x1, x2);
  const [value] = byReverseMode(x1, x2, y1, y2);
  return -value;
}

/**
 * As `innerMaximum`; the inner gradients are by forward mode.
 *
 * @differentiable modes=value_and_grad,jvp
 */
export function innerMaximumInForwardMode(x1: number, x2: number): number {
  const [y1, y2] = maximiserInForwardMode(x1, x2);
  const [value] = byForwardMode(x1, x2, y1, y2);
  return -value;
}
