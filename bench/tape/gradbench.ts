/** The small problems of GradBench on the minimal tape. */
import { adjoints, backpropagate, logSumExp, startTape, Value, values } from "./value.js";

export function leastSquaresByTape(x: Float64Array, n: number): Float64Array {
  startTape();
  const parameters = values(x);
  let sum = new Value(0);
  for (let i = 0; i < n; i++) {
    const t = -1 + (2 * i) / (n - 1);
    let residual = new Value(Math.sign(t));
    let power = 1;
    for (const parameter of parameters) {
      residual = residual.minus(parameter.times(power));
      power *= t;
    }
    sum = sum.plus(residual.times(residual));
  }
  backpropagate(sum.times(0.5));
  return adjoints(parameters);
}

export function logSumExpByTape(x: Float64Array): Float64Array {
  startTape();
  const parameters = values(x);
  backpropagate(logSumExp(parameters));
  return adjoints(parameters);
}

export function determinantByTape(matrix: Float64Array, size: number): Float64Array {
  startTape();
  const entries = values(matrix);
  const expand = (row: number, columns: readonly number[]): Value => {
    let sum = new Value(row === size ? 1 : 0);
    columns.forEach((column, i) => {
      const others = columns.filter((other) => other !== column);
      const minor = expand(row + 1, others);
      sum = sum.plus(entries[row * size + column]!.times(minor).times(i % 2 === 0 ? 1 : -1));
    });
    return sum;
  };
  backpropagate(
    expand(
      0,
      Array.from({ length: size }, (_, j) => j),
    ),
  );
  return adjoints(entries);
}

export function clusteringByTape(points: readonly number[][], centroids: readonly number[][]): number[][] {
  startTape();
  const rows = centroids.map(values);
  let cost = new Value(0);
  for (const point of points) {
    let nearest = new Value(Infinity);
    for (const row of rows) {
      let distance = new Value(0);
      row.forEach((coordinate, j) => {
        const difference = coordinate.minus(point[j]!);
        distance = distance.plus(difference.times(difference));
      });
      if (distance.value < nearest.value) nearest = distance;
    }
    cost = cost.plus(nearest);
  }
  backpropagate(cost);
  return rows.map((row) => [...adjoints(row)]);
}

export function lastEntryByTape(x: Float64Array, steps: number): Float64Array {
  startTape();
  const parameters = values(x);
  const h = 2 / steps;
  const slope = (y: readonly Value[]): Value[] => parameters.map((xi, i) => (i === 0 ? xi : xi.times(y[i - 1]!)));
  const moved = (y: readonly Value[], by: number, k: readonly Value[]): Value[] =>
    y.map((value, i) => value.plus(k[i]!.times(by)));
  let y = values(new Float64Array(x.length));
  for (let step = 0; step < steps; step++) {
    const k1 = slope(y);
    const k2 = slope(moved(y, h / 2, k1));
    const k3 = slope(moved(y, h / 2, k2));
    const k4 = slope(moved(y, h, k3));
    y = moved(moved(moved(moved(y, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
  }
  backpropagate(y.at(-1)!);
  return adjoints(parameters);
}
