/** A charged particle that falls: the problem `particle` of GradBench, a derivative of a program that uses a derivative. */
import { potential_grad } from "./potential_grad.js";

/**
 * Squared x where the particle reaches the ground, when one of the charges that push it stands at height 10 - w.
 *
 * @differentiable modes=value_and_grad
 */
export function landing(w: number): number {
  const dt = 0.1;
  let x = 0;
  let y = 8;
  let vx = 0.75;
  let vy = 0;
  while (true) {
    const [gx, gy] = potential_grad(x, y, w);
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
