/** The gradient of `clusteringCost`: each point pulls at its nearest centroid. */

export function clusteringGradient(points: readonly number[][], centroids: readonly number[][]): number[][] {
  const gradient = centroids.map((centroid) => new Array<number>(centroid.length).fill(0));
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!;
    const dimension = point.length;
    let least = Infinity;
    let nearest = -1;
    for (let k = 0; k < centroids.length; k++) {
      const centroid = centroids[k]!;
      let sum = 0;
      for (let j = 0; j < dimension; j++) {
        const difference = point[j]! - centroid[j]!;
        sum += difference * difference;
      }
      if (sum < least) {
        least = sum;
        nearest = k;
      }
    }
    if (nearest < 0) continue;
    const centroid = centroids[nearest]!;
    const row = gradient[nearest]!;
    for (let j = 0; j < dimension; j++) {
      row[j]! += 2 * (centroid[j]! - point[j]!);
    }
  }
  return gradient;
}
