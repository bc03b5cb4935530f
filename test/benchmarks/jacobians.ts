/** Jacobians of the benchmark problems, put together from pullbacks. */
import { reprojectionError_vjp, weightError_grad } from "../../examples/adbench/ba_grad.js";
import { handResiduals_vjp, handResidualsComplicated_vjp } from "../../examples/adbench/hand_grad.js";
import type { BaProblem, HandProblem } from "./load.js";

/** A sparse matrix in compressed rows. */
export interface SparseMatrix {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** All errors of all observations: two rows for each observation, then one for each weight. */
export function sparseBaJacobian(problem: BaProblem): SparseMatrix {
  const { cameras, points, observations, camera, point, weight, feature } = problem;
  const rows = new Int32Array(3 * observations + 1);
  const columns = new Int32Array(31 * observations);
  const values = new Float64Array(31 * observations);
  let end = 0;
  for (let i = 0; i < observations; i++) {
    const [, pullback] = reprojectionError_vjp(camera, point, weight, feature);
    for (let row = 0; row < 2; row++) {
      const [dCamera, dPoint, dWeight] = pullback(row === 0 ? [1, 0] : [0, 1]);
      values.set(dCamera, end);
      values.set(dPoint, end + 11);
      values[end + 14] = dWeight;
      for (let j = 0; j < 11; j++) columns[end + j] = 11 * (i % cameras) + j;
      for (let j = 0; j < 3; j++) columns[end + 11 + j] = 11 * cameras + 3 * (i % points) + j;
      columns[end + 14] = 11 * cameras + 3 * points + i;
      end += 15;
      rows[2 * i + row + 1] = end;
    }
  }
  for (let i = 0; i < observations; i++) {
    values[end] = weightError_grad(weight);
    columns[end] = 11 * cameras + 3 * points + i;
    end += 1;
    rows[2 * observations + i + 1] = end;
  }
  return { rows, columns, values };
}

export interface HandJacobian {
  readonly residuals: Float64Array;
  /** 26 columns for the simple problem; the complicated one has the two coordinates of the row's own point before them. */
  readonly jacobian: readonly Float64Array[];
}

export function handJacobian({ data, us, theta }: HandProblem): HandJacobian {
  const rowCount = 3 * data.correspondences.length;
  const seed = new Float64Array(rowCount);
  const jacobian: Float64Array[] = [];
  const fillRows = (row: (seed: Float64Array, i: number) => Float64Array): void => {
    for (let i = 0; i < rowCount; i++) {
      seed.fill(0);
      seed[i] = 1;
      jacobian.push(row(seed, i));
    }
  };

  if (us.length === 0) {
    const [residuals, pullback] = handResiduals_vjp(theta, data);
    fillRows((rowSeed) => pullback(rowSeed));
    return { residuals, jacobian };
  }
  const [residuals, pullback] = handResidualsComplicated_vjp(us, theta, data);
  fillRows((rowSeed, i) => {
    const [dUs, dTheta] = pullback(rowSeed);
    const point = Math.floor(i / 3);
    return Float64Array.of(dUs[2 * point] ?? NaN, dUs[2 * point + 1] ?? NaN, ...dTheta);
  });
  return { residuals, jacobian };
}
