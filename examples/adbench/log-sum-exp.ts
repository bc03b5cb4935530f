/** The logarithm of a sum of exponentials, without overflow. */
export function logSumExp(values: Float64Array): number {
  let max = values[0]!;
  for (let i = 1; i < values.length; i++) {
    if (values[i]! > max) max = values[i]!;
  }
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += Math.exp(values[i]! - max);
  }
  return max + Math.log(sum);
}
