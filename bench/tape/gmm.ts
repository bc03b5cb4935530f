/** The Gaussian mixture model on the minimal tape; terms without derivative are left out. */
import type { Wishart } from "../../examples/adbench/gmm.js";
import { adjoints, backpropagate, logSumExp, startTape, Value, values } from "./value.js";

export function gmmByTape(
  alphas: Float64Array,
  means: Float64Array,
  icf: Float64Array,
  points: Float64Array,
  dimension: number,
  wishart: Wishart,
  priorSign: number,
): [alphas: Float64Array, means: Float64Array, icf: Float64Array] {
  startTape();
  const [a, m, q] = [values(alphas), values(means), values(icf)];
  const rowLength = (dimension * (dimension + 1)) / 2;
  const count = points.length / dimension;
  const diagonals: Value[] = [];
  const sums = a.map((_, k) => {
    let sum = new Value(0);
    for (let j = 0; j < dimension; j++) {
      const entry = q[k * rowLength + j]!;
      diagonals.push(entry.exp());
      sum = sum.plus(entry);
    }
    return sum;
  });
  let result = logSumExp(a).times(-count);
  for (let i = 0; i < count; i++) {
    const terms = a.map((alpha, k) => {
      const centered = Array.from({ length: dimension }, (_, j) =>
        m[k * dimension + j]!.minus(points[i * dimension + j]!),
      );
      const whitened = centered.map((x, j) => x.times(diagonals[k * dimension + j]!));
      let position = k * rowLength + dimension;
      for (let column = 0; column < dimension; column++) {
        for (let j = column + 1; j < dimension; j++) {
          whitened[j] = whitened[j]!.plus(q[position]!.times(centered[column]!));
          position++;
        }
      }
      let squares = new Value(0);
      for (const z of whitened) squares = squares.plus(z.times(z));
      return alpha.plus(sums[k]!).minus(squares.times(0.5));
    });
    result = result.plus(logSumExp(terms));
  }
  let penalty = new Value(0);
  for (let k = 0; k < a.length; k++) {
    for (let p = 0; p < rowLength; p++) {
      const entry = p < dimension ? diagonals[k * dimension + p]! : q[k * rowLength + p]!;
      penalty = penalty.plus(entry.times(entry).times(0.5 * wishart.gamma * wishart.gamma));
    }
    penalty = penalty.minus(sums[k]!.times(wishart.m));
  }
  backpropagate(result.minus(penalty.times(priorSign)));
  return [adjoints(a), adjoints(m), adjoints(q)];
}
