/**
 * Derivative rules of the runtime's scalar functions, read and run like those of `math.ts`. In a formula, `sigmoid` is the
 * primitive, and here what it computes.
 */

const sigmoid = (x: number) => {
  const e = Math.exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
};

/** From the result alone. Near 1 it is right to 1e-16, not to the last digit of 1 - z. */
export const sigmoidRule = (g: number, z: number) => g * z * (1 - z);
export const softplusRule = (g: number, _z: number, x: number) => g * sigmoid(x);
export const logAddExpRule = (g: number, _z: number, x: number, y: number) => [g * sigmoid(x - y), g * sigmoid(y - x)]; // NaN where both are -Infinity
