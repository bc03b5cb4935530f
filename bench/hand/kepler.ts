/** The gradient of `orbitMisfit`: the solution's derivatives are those of an implicit function. */

export function orbitGradient(
  anomalies: Float64Array,
  eccentricities: Float64Array,
  seen: Float64Array,
): [anomalies: Float64Array, eccentricities: Float64Array] {
  const dAnomalies = new Float64Array(anomalies.length);
  const dEccentricities = new Float64Array(eccentricities.length);
  for (let i = 0; i < anomalies.length; i++) {
    const e = eccentricities[i]!;
    const mean = anomalies[i]!;
    let anomaly = mean;
    let change = Infinity;
    while (Math.abs(change) > 1e-10) {
      change = (anomaly - e * Math.sin(anomaly) - mean) / (1 - e * Math.cos(anomaly));
      anomaly -= change;
    }
    const cosine = Math.cos(anomaly);
    const sine = Math.sin(anomaly);
    const seed = 2 * (cosine - e - seen[i]!);
    const slope = (-seed * sine) / (1 - e * cosine);
    dAnomalies[i] = slope;
    dEccentricities[i] = slope * sine - seed;
  }
  return [dAnomalies, dEccentricities];
}
