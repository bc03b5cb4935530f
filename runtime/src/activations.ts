/** Functions between the layers of a network, in forms that neither overflow nor cancel. adc knows their derivatives. */

/** max(x, 0). Slope 0 at 0. */
export function relu(x: number): number {
  return Math.max(x, 0);
}

/** x above 0, else `slope * x`. At 0 the slope is `slope`. */
export function leakyRelu(x: number, slope = 0.01): number {
  return x > 0 ? x : slope * x;
}

/** 1 / (1 + e⁻ˣ), the logistic function. Derivative s (1 − s). */
export function sigmoid(x: number): number {
  // The exponent is never positive: no overflow, and full relative accuracy far on either side.
  const e = Math.exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/** log(1 + eˣ). Derivative `sigmoid(x)`. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
