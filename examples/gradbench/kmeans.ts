/** The cost of a clustering: the problem `kmeans` of GradBench. */

/**
 * Sum over the points of the squared distance to the nearest centroid.
 *
 * @differentiable wrt=centroids modes=grad,value_and_grad
 */
export function clusteringCost(points: readonly number[][], centroids: readonly number[][]): number {
  let cost = 0;
  for (const point of points) {
    let nearest = Infinity;
    for (const centroid of centroids) {
      const distance = squaredDistance(point, centroid);
      if (distance < nearest) nearest = distance;
    }
    cost += nearest;
  }
  return cost;
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}
