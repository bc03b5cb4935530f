/** Positions on orbits, for each of which Newton's iteration solves Kepler's equation. */

/**
 * Sum of the squared differences between the first coordinate of each body and where it was seen.
 *
 * @differentiable wrt=anomalies,eccentricities modes=grad,jvp
 */
export function orbitMisfit(anomalies: Float64Array, eccentricities: Float64Array, seen: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < anomalies.length; i++) {
    const e = eccentricities[i]!;
    const x = Math.cos(eccentricAnomaly(anomalies[i]!, e)) - e;
    sum += (x - seen[i]!) ** 2;
  }
  return sum;
}

/** The E with E - e sin E = M. */
function eccentricAnomaly(mean: number, e: number): number {
  let anomaly = mean;
  let change = Infinity;
  while (Math.abs(change) > 1e-10) {
    change = (anomaly - e * Math.sin(anomaly) - mean) / (1 - e * Math.cos(anomaly));
    anomaly -= change;
  }
  return anomaly;
}
