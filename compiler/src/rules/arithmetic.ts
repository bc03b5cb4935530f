/**
 * Derivative rules of JavaScript's operators. Read as formulas, run as functions, and turned into IR by
 * `frontend/rules.ts`, which reads this text. Parameters by position: the adjoint `g` of the result, the result `z`, the
 * operands. The value is what the operand's adjoint receives, or a list with one entry per operand. The free names of an
 * entry are what the reverse sweep must know, so each form uses as few as accuracy allows.
 */

export const add = (g: number) => [g, g];
export const sub = (g: number) => [g, -g];
export const mul = (g: number, _z: number, x: number, y: number) => [g * y, g * x];
export const div = (g: number, z: number, _x: number, y: number) => [g / y, -(g / y) * z]; // 1/0: Infinity, -Infinity
export const neg = (g: number) => -g;

/** `x % y`: slope 1, and minus the exact quotient (`Math.trunc(x / y)` errs where x / y rounds up to an integer). */
export const mod = (g: number, z: number, x: number, y: number) => [g, -Math.round((x - z) / y) * g]; // jumps are flat

/** `x ** y`. */
export const pow = (g: number, z: number, x: number, y: number) => [
  y === 0 ? 0 : g * y * x ** (y - 1), // 0**0: 0, 0**1: 1, 0**½: Infinity, 0**-1: -Infinity
  x > 0 ? g * z * Math.log(x) : x === 0 && y >= 0 ? 0 : NaN, // no real power on either side of a negative base's exponent
];

// `x ** y` where the source says which number y is. Only the base has a slope.

/** The common exponents, in the cheapest accurate form. */
export const powLiterals: ReadonlyMap<number, (g: number, z: number, x: number) => number> = new Map([
  [1, (g: number) => g], // 1 at 0 too
  [2, (g: number, _z: number, x: number) => g * (2 * x)],
  [3, (g: number, _z: number, x: number) => g * (3 * x * x)],
  [4, (g: number, _z: number, x: number) => g * (4 * x * x * x)],
  [5, (g: number, _z: number, x: number) => g * (5 * (x * x) * (x * x))],
  [6, (g: number, _z: number, x: number) => g * (6 * (x * x) * (x * x) * x)],
  [7, (g: number, _z: number, x: number) => g * (7 * (x * x) * (x * x) * (x * x))],
  [8, (g: number, _z: number, x: number) => g * (8 * (x * x) * (x * x) * (x * x) * x)],
  [0.5, (g: number, z: number) => (0.5 * g) / z], // Infinity at 0
  [1.5, (g: number, _z: number, x: number) => g * (1.5 * Math.sqrt(x))],
  [2.5, (g: number, _z: number, x: number) => g * (2.5 * x * Math.sqrt(x))],
  [-1, (g: number, z: number) => -g * z * z], // -Infinity at 0
]);

/** Other exponents below 0: z / x neither under- nor overflows before the slope does. */
export const powNegative = (g: number, z: number, x: number, y: number) => g * (y * (z / x)); // ±Infinity at 0

/** Other exponents between 0 and 1: likewise, and y - 1 need not be rounded. */
export const powFraction = (g: number, z: number, x: number, y: number) => (x === 0 ? g * Infinity : g * (y * (z / x)));

/** Other exponents above 1: z / x would be 0 where z underflows, and 0 / 0 at 0. */
export const powAbove = (g: number, _z: number, x: number, y: number) => g * (y * x ** (y - 1)); // 0 at 0
