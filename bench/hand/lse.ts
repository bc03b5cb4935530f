/** The gradient of `logSumExp`: the exponentials, divided by their sum. */

export function logSumExpGradient(x: Float64Array): Float64Array {
  let max = -Infinity;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    if (value > max) max = value;
  }
  const gradient = new Float64Array(x.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const exponential = Math.exp(x[i]! - max);
    gradient[i] = exponential;
    sum += exponential;
  }
  const factor = 1 / sum;
  for (let i = 0; i < gradient.length; i++) {
    gradient[i]! *= factor;
  }
  return gradient;
}
