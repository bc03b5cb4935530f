/** The gradient of `leastSquares`: four points at a time, so that a coefficient is read and added to once for all of them. */

export function leastSquaresGradient(x: Float64Array, n: number): Float64Array {
  const gradient = new Float64Array(x.length);
  const point = (i: number): number => -1 + (2 * i) / (n - 1);
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const t0 = point(i);
    const t1 = point(i + 1);
    const t2 = point(i + 2);
    const t3 = point(i + 3);
    let r0 = Math.sign(t0);
    let r1 = Math.sign(t1);
    let r2 = Math.sign(t2);
    let r3 = Math.sign(t3);
    let p0 = 1;
    let p1 = 1;
    let p2 = 1;
    let p3 = 1;
    for (let j = 0; j < x.length; j++) {
      const coefficient = x[j]!;
      r0 -= coefficient * p0;
      r1 -= coefficient * p1;
      r2 -= coefficient * p2;
      r3 -= coefficient * p3;
      p0 *= t0;
      p1 *= t1;
      p2 *= t2;
      p3 *= t3;
    }
    // The residuals times the powers.
    p0 = -r0;
    p1 = -r1;
    p2 = -r2;
    p3 = -r3;
    for (let j = 0; j < gradient.length; j++) {
      gradient[j]! += p0 + p1 + (p2 + p3);
      p0 *= t0;
      p1 *= t1;
      p2 *= t2;
      p3 *= t3;
    }
  }
  for (; i < n; i++) {
    const t = point(i);
    let residual = Math.sign(t);
    let power = 1;
    for (let j = 0; j < x.length; j++) {
      residual -= x[j]! * power;
      power *= t;
    }
    power = -residual;
    for (let j = 0; j < gradient.length; j++) {
      gradient[j]! += power;
      power *= t;
    }
  }
  return gradient;
}
