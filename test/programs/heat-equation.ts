/** Heat in a rod whose conductivity varies, by explicit finite differences. */

/**
 * Squared difference between the temperatures at the end and those that were measured.
 *
 * @differentiable wrt=conductivity,initial modes=grad,value_and_grad
 */
export function mismatch(
  conductivity: Float64Array,
  initial: Float64Array,
  measured: Float64Array,
  duration: number,
): number {
  const u = simulate(conductivity, initial, duration);
  let sum = 0;
  for (let i = 0; i < u.length; i++) {
    sum += (u[i]! - measured[i]!) ** 2;
  }
  return sum / u.length;
}

/** The temperatures after `duration`; both ends are kept at their temperatures. */
function simulate(conductivity: Float64Array, initial: Float64Array, duration: number): Float64Array {
  const n = initial.length;
  const h = 1 / (n - 1);
  const u = new Float64Array(n);
  for (let i = 0; i < n; i++) u[i] = initial[i]!;

  const stable = (0.4 * h * h) / maximum(conductivity);
  const flux = new Float64Array(n - 1);
  let time = 0;
  while (time < duration) {
    const dt = Math.min(stable, duration - time);
    for (let i = 0; i < n - 1; i++) {
      const k = 0.5 * (conductivity[i]! + conductivity[i + 1]!);
      flux[i] = (k * (u[i + 1]! - u[i]!)) / h;
    }
    for (let i = 1; i < n - 1; i++) {
      u[i]! += (dt / h) * (flux[i]! - flux[i - 1]!);
    }
    time += dt;
  }
  return u;
}

function maximum(values: Float64Array): number {
  let largest = -Infinity;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}
