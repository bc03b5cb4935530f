/**
 * Derivative rules of the functions of `Math`. Read as formulas, run as functions, and turned into IR by
 * `frontend/rules.ts`, which reads this text. Parameters by position: the adjoint `g` of the result, the result `z`, the
 * operands. The value is what the operand's adjoint receives, or a list with one entry per operand. The free names of an
 * entry are what the reverse sweep must know, so each form uses as few as accuracy allows. The functions of any number
 * of operands are in `families.ts`.
 */

export const abs = (g: number, _z: number, x: number) => (x > 0 ? g : x < 0 ? -g : 0); // 0 at 0: the smallest slope

// `1 - x * x` would lose half the digits near ±1, `x * x - 1` and `x * x + 1` would overflow.
export const acos = (g: number, _z: number, x: number) => -g / Math.sqrt((1 - x) * (1 + x)); // -Infinity at ±1
export const asin = (g: number, _z: number, x: number) => g / Math.sqrt((1 - x) * (1 + x)); // Infinity at ±1
export const atan = (g: number, _z: number, x: number) => g / (1 + x * x);
export const acosh = (g: number, _z: number, x: number) => g / (Math.sqrt(x - 1) * Math.sqrt(x + 1)); // Infinity at 1
export const asinh = (g: number, _z: number, x: number) => g / Math.hypot(1, x);
export const atanh = (g: number, _z: number, x: number) => g / ((1 - x) * (1 + x)); // Infinity at ±1

/** `Math.atan2(y, x)`: dividing by the radius twice neither under- nor overflows as its square does. */
export const atan2 = (g: number, _z: number, y: number, x: number) => {
  const h = Math.hypot(x, y);
  return [h === 0 ? 0 : (g * (x / h)) / h, h === 0 ? 0 : (-g * (y / h)) / h]; // 0, 0 at the origin
};

export const sin = (g: number, _z: number, x: number) => g * Math.cos(x);
export const cos = (g: number, _z: number, x: number) => -g * Math.sin(x);
export const tan = (g: number, z: number) => g * (1 + z * z);
export const sinh = (g: number, _z: number, x: number) => g * Math.cosh(x);
export const cosh = (g: number, _z: number, x: number) => g * Math.sinh(x);
/** From x, not from z: `1 - z * z` has no correct digit left beyond |x| = 19. */
export const tanh = (g: number, _z: number, x: number) => {
  const c = Math.cosh(x);
  return g / (c * c);
};

export const exp = (g: number, z: number) => g * z;
/** `z + 1` alone would lose every digit below x = -37. */
export const expm1 = (g: number, z: number, x: number) => (z > -0.5 ? g * (z + 1) : g * Math.exp(x));
export const log = (g: number, _z: number, x: number) => g / x; // Infinity at 0
export const log10 = (g: number, _z: number, x: number) => g / (x * Math.LN10); // Infinity at 0
export const log1p = (g: number, _z: number, x: number) => g / (1 + x); // Infinity at -1
export const log2 = (g: number, _z: number, x: number) => g / (x * Math.LN2); // Infinity at 0

export const sqrt = (g: number, z: number) => (0.5 * g) / z; // Infinity at 0
export const sqrtSumSquares = (g: number, z: number) => (z === 0 ? 0 : (0.5 * g) / z); // 0 at 0, as Math.hypot
/** `z / (3 * x)` would be NaN at 0 and overflow. */
export const cbrt = (g: number, z: number) => g / (3 * z * z); // Infinity at 0

export const fround = (g: number) => g; // the rounding of a real number, not a step
