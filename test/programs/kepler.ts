/** Orbits of planets. */

export interface Orbit {
  readonly semiMajorAxis: number;
  readonly eccentricity: number;
  readonly meanAnomaly: number;
}

/**
 * Where the planet is, in the plane of its orbit.
 *
 * @differentiable modes=vjp
 */
export function orbitPosition({ semiMajorAxis: a, eccentricity: e, meanAnomaly }: Orbit): { x: number; y: number } {
  const anomaly = eccentricAnomaly(e, meanAnomaly);
  return { x: a * (Math.cos(anomaly) - e), y: a * Math.sqrt(1 - e * e) * Math.sin(anomaly) };
}

/** Solves E - e sin E = M by Newton's method, with bisection where that strays. */
function eccentricAnomaly(e: number, m: number): number {
  let low = m - e;
  let high = m + e;
  let x = m + (m < Math.PI ? 0.5 : -0.5) * e;
  for (let i = 0; i < 60; i++) {
    const value = x - e * Math.sin(x) - m;
    if (value < 0) low = x;
    else high = x;
    let next = x - value / (1 - e * Math.cos(x));
    if (next < low || next > high) next = (low + high) / 2;
    const change = Math.abs(next - x);
    x = next;
    if (change === 0) break;
  }
  // One more step, so that the derivative has converged as the value has.
  return x - (x - e * Math.sin(x) - m) / (1 - e * Math.cos(x));
}

/**
 * Length of the orbit, by adaptive Simpson's rule.
 *
 * @differentiable modes=grad,value_and_grad
 */
export function orbitLength(semiMajorAxis: number, eccentricity: number): number {
  return 4 * semiMajorAxis * simpson(eccentricity, 0, Math.PI / 2, 1e-7, 12);
}

function simpson(e: number, from: number, to: number, tolerance: number, depth: number): number {
  const middle = (from + to) / 2;
  const whole = rule(e, from, to);
  const halves = rule(e, from, middle) + rule(e, middle, to);
  if (depth === 0 || Math.abs(whole - halves) < 15 * tolerance) return halves + (halves - whole) / 15;
  return simpson(e, from, middle, tolerance / 2, depth - 1) + simpson(e, middle, to, tolerance / 2, depth - 1);
}

const rule = (e: number, from: number, to: number): number =>
  ((to - from) / 6) * (speed(e, from) + 4 * speed(e, (from + to) / 2) + speed(e, to));

const speed = (e: number, angle: number): number => Math.sqrt(1 - (e * Math.cos(angle)) ** 2);
