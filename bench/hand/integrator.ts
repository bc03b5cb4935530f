/** The gradient of `misfit`: two variables, the state at the start of each step is kept, a step is computed again. */

/** The state at the start of each step; kept from call to call. */
let kept = new Float64Array(0);

export function misfitGradient(
  rates: readonly number[],
  start: readonly number[],
  observed: Float64Array,
  h: number,
  substeps: number,
): [rates: number[], start: number[]] {
  const a = rates[0]!;
  const b = rates[1]!;
  const c = rates[2]!;
  const d = rates[3]!;
  const steps = (observed.length >> 1) * substeps;
  if (kept.length < 2 * steps + 2) kept = new Float64Array(2 * steps + 2);
  const states = kept;
  const half = h / 2;
  const sixth = h / 6;
  let u = start[0]!;
  let v = start[1]!;
  for (let step = 0; step < steps; step++) {
    states[2 * step] = u;
    states[2 * step + 1] = v;
    const p1 = u * (a - b * v);
    const q1 = v * (c * u - d);
    const u2 = u + half * p1;
    const v2 = v + half * q1;
    const p2 = u2 * (a - b * v2);
    const q2 = v2 * (c * u2 - d);
    const u3 = u + half * p2;
    const v3 = v + half * q2;
    const p3 = u3 * (a - b * v3);
    const q3 = v3 * (c * u3 - d);
    const u4 = u + h * p3;
    const v4 = v + h * q3;
    u += sixth * (p1 + 2 * (p2 + p3) + u4 * (a - b * v4));
    v += sixth * (q1 + 2 * (q2 + q3) + v4 * (c * u4 - d));
  }
  states[2 * steps] = u;
  states[2 * steps + 1] = v;

  let da = 0;
  let db = 0;
  let dc = 0;
  let dd = 0;
  let du = 0;
  let dv = 0;
  let step = steps;
  for (let i = observed.length - 2; i >= 0; i -= 2) {
    du += 2 * (states[2 * step]! - observed[i]!);
    dv += 2 * (states[2 * step + 1]! - observed[i + 1]!);
    for (let k = 0; k < substeps; k++) {
      step--;
      const u1 = states[2 * step]!;
      const v1 = states[2 * step + 1]!;
      const e1 = a - b * v1;
      const f1 = c * u1 - d;
      const u2 = u1 + half * u1 * e1;
      const v2 = v1 + half * v1 * f1;
      const e2 = a - b * v2;
      const f2 = c * u2 - d;
      const u3 = u1 + half * u2 * e2;
      const v3 = v1 + half * v2 * f2;
      const e3 = a - b * v3;
      const f3 = c * u3 - d;
      const u4 = u1 + h * u3 * e3;
      const v4 = v1 + h * v3 * f3;

      let dp = sixth * du;
      let dq = sixth * dv;
      let pu = dp * u4;
      let qv = dq * v4;
      da += pu;
      db -= pu * v4;
      dc += qv * u4;
      dd -= qv;
      const du4 = dp * (a - b * v4) + c * qv;
      const dv4 = dq * (c * u4 - d) - b * pu;

      dp = 2 * sixth * du + h * du4;
      dq = 2 * sixth * dv + h * dv4;
      pu = dp * u3;
      qv = dq * v3;
      da += pu;
      db -= pu * v3;
      dc += qv * u3;
      dd -= qv;
      const du3 = dp * e3 + c * qv;
      const dv3 = dq * f3 - b * pu;

      dp = 2 * sixth * du + half * du3;
      dq = 2 * sixth * dv + half * dv3;
      pu = dp * u2;
      qv = dq * v2;
      da += pu;
      db -= pu * v2;
      dc += qv * u2;
      dd -= qv;
      const du2 = dp * e2 + c * qv;
      const dv2 = dq * f2 - b * pu;

      dp = sixth * du + half * du2;
      dq = sixth * dv + half * dv2;
      pu = dp * u1;
      qv = dq * v1;
      da += pu;
      db -= pu * v1;
      dc += qv * u1;
      dd -= qv;
      du += du2 + du3 + du4 + dp * e1 + c * qv;
      dv += dv2 + dv3 + dv4 + dq * f1 - b * pu;
    }
  }
  return [
    [da, db, dc, dd],
    [du, dv],
  ];
}
