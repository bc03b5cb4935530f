/** Logarithms of the gamma function and of its multivariate relative. */

/** log Γ(x) for x > 0: Stirling's series, after the argument has been shifted to where the series converges fast. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  while (z < 16) {
    shift += Math.log(z);
    z += 1;
  }
  const inverse = 1 / z;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188)))));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** log Γ_p(a), the logarithm of the multivariate gamma function. */
export function logMultivariateGamma(a: number, p: number): number {
  let result = 0.25 * p * (p - 1) * Math.log(Math.PI);
  for (let j = 1; j <= p; j++) {
    result += logGamma(a + 0.5 * (1 - j));
  }
  return result;
}
