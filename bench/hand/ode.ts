/**
 * The gradient of `lastEntry`. Entry i of a stage depends on entry i - 1 of the one before, so a step is one loop with
 * the four stages in variables; y is kept at the start of each step, and the stages are computed again.
 */

/** y at the start of each step; kept from call to call. */
let kept = new Float64Array(0);

export function lastEntryGradient(x: Float64Array, steps: number): Float64Array {
  const n = x.length;
  const h = 2 / steps;
  const half = h / 2;
  if (kept.length < steps * n) kept = new Float64Array(steps * n);
  const states = kept;
  states.fill(0, 0, n);
  for (let step = 0; step + 1 < steps; step++) {
    const base = step * n;
    let y = 1;
    let stage1 = 1;
    let stage2 = 1;
    let stage3 = 1;
    for (let i = 0; i < n; i++) {
      const xi = x[i]!;
      const k1 = xi * y;
      const k2 = xi * stage1;
      const k3 = xi * stage2;
      const k4 = xi * stage3;
      y = states[base + i]!;
      stage1 = y + half * k1;
      stage2 = y + half * k2;
      stage3 = y + h * k3;
      states[base + n + i] = y + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    }
  }

  const gradient = new Float64Array(n);
  const dy = new Float64Array(n);
  dy[n - 1] = 1;
  const stages = new Float64Array(3 * n);
  for (let step = steps - 1; step >= 0; step--) {
    const base = step * n;
    let before = 1;
    let s1 = 1;
    let s2 = 1;
    for (let i = 0; i < n; i++) {
      const xi = x[i]!;
      const y = states[base + i]!;
      const next1 = y + half * (xi * before);
      const next2 = y + half * (xi * s1);
      const next3 = y + h * (xi * s2);
      stages[3 * i] = next1;
      stages[3 * i + 1] = next2;
      stages[3 * i + 2] = next3;
      before = y;
      s1 = next1;
      s2 = next2;
    }
    // Adjoints of entry i of the stages, and of y from the slope of entry i + 1.
    let d1 = 0;
    let d2 = 0;
    let d3 = 0;
    let carried = 0;
    for (let i = n - 1; i > 0; i--) {
      const xi = x[i]!;
      const d = dy[i]!;
      const sixth = (h / 6) * d;
      const dk1 = sixth + half * d1;
      const dk2 = 2 * sixth + half * d2;
      const dk3 = 2 * sixth + h * d3;
      dy[i] = d + d1 + d2 + d3 + carried;
      const p = 3 * i - 3;
      gradient[i]! += dk1 * states[base + i - 1]! + dk2 * stages[p]! + dk3 * stages[p + 1]! + sixth * stages[p + 2]!;
      carried = dk1 * xi;
      d1 = dk2 * xi;
      d2 = dk3 * xi;
      d3 = sixth * xi;
    }
    const d = dy[0]!;
    gradient[0]! += h * d + half * (d1 + d2) + h * d3;
    dy[0] = d + d1 + d2 + d3 + carried;
  }
  return gradient;
}
