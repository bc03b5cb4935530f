/** A charged particle that falls: the problem `particle` of GradBench, a derivative of a program that uses a derivative. */
import { potential_grad, potential_jvp } from "./potential_grad.js";

type Gradient = (x: number, y: number, w: number) => [x: number, y: number];

/**
 * Squared x where the particle reaches the ground, when one of the charges that push it stands at height 10 - w. The
 * inner derivative is by reverse mode.
 *
 * @differentiable modes=value_and_grad,jvp
 */
export function landing(w: number): number {
  return squaredLanding(w, (x, y, height) => potential_grad(x, y, height));
}

/**
 * As `landing`; the inner derivative is by forward mode.
 *
 * @differentiable modes=value_and_grad,jvp
 */
export function landingInForwardMode(w: number): number {
  return squaredLanding(w, (x, y, height) => [
    potential_jvp(x, y, height, 1, 0)[1],
    potential_jvp(x, y, height, 0, 1)[1],
  ]);
}

function squaredLanding(w: number, gradient: Gradient): number {
  const dt = 0.1;
  let x = 0;
  let y = 8;
  let vx = 0.75;
  let vy = 0;
  while (true) {
    const [gx, gy] = gradient(x, y, w);
    x += dt * vx;
    y += dt * vy;
    if (y <= 0) break;
    vx -= dt * gx;
    vy -= dt * gy;
  }
  const rest = -y / vy;
  const last = x + rest * vx;
  return last * last;
}
