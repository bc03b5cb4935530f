/**
 * Slopes of special functions, for `custom-rules/shipped.ts`: each takes what the function takes and then its value. Digamma and
 * its derivatives by recurrence and asymptotic series (Abramowitz and Stegun 6.3.5, 6.3.18, 6.4.6, 6.4.7, 6.4.12), with
 * relative errors of some 1e-15 away from their zeros.
 */
export const specialSource = `
export function erfSlope(x: number, y: number): number { return 1.1283791670955126 * Math.exp(-x * x); }
export function erfcSlope(x: number, y: number): number { return -1.1283791670955126 * Math.exp(-x * x); }
export function erfinvSlope(x: number, y: number): number { return 0.886226925452758 * Math.exp(y * y); }
export function erfcinvSlope(x: number, y: number): number { return -0.886226925452758 * Math.exp(y * y); }
export function gammaSlope(x: number, y: number): number { return y * psi(x); }
export function gammalnSlope(x: number, y: number): number { return psi(x); }
export function digammaSlope(x: number, y: number): number { return psi1(x); }
export function trigammaSlope(x: number, y: number): number { return psi2(x); }
export function betaSlopeA(a: number, b: number, y: number): number { return y * (psi(a) - psi(a + b)); }
export function betaSlopeB(a: number, b: number, y: number): number { return y * (psi(b) - psi(a + b)); }
export function betalnSlopeA(a: number, b: number, y: number): number { return psi(a) - psi(a + b); }
export function betalnSlopeB(a: number, b: number, y: number): number { return psi(b) - psi(a + b); }

function psi(x: number): number {
  if (x < 0.5) return psi(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let sum = 0;
  while (x < 10) {
    sum -= 1 / x;
    x++;
  }
  const r = 1 / (x * x);
  const tail = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760 - r / 12))))));
  return sum + Math.log(x) - 0.5 / x - tail;
}

function psi1(x: number): number {
  if (x < 0.5) {
    const s = Math.sin(Math.PI * x) / Math.PI;
    return 1 / (s * s) - psi1(1 - x);
  }
  let sum = 0;
  while (x < 10) {
    sum += 1 / (x * x);
    x++;
  }
  const r = 1 / (x * x);
  const tail = r * (1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - r * (5 / 66 - r * (691 / 2730 - (r * 7) / 6))))));
  return sum + (1 + 0.5 / x + tail) / x;
}

function psi2(x: number): number {
  if (x < 0.5) {
    const s = Math.sin(Math.PI * x) / Math.PI;
    return psi2(1 - x) - (2 * Math.cos(Math.PI * x)) / (s * s * s);
  }
  let sum = 0;
  while (x < 10) {
    sum -= 2 / (x * x * x);
    x++;
  }
  const r = 1 / (x * x);
  const tail = r * (1 / 2 - r * (1 / 6 - r * (1 / 6 - r * (3 / 10 - r * (5 / 6 - r * (691 / 210 - (r * 35) / 2))))));
  return sum - (1 + 1 / x + tail) * r;
}
`;
