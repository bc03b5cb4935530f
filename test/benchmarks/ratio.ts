/**
 * How much longer a gradient takes than its function, in one process: primal and gradient run by turns, and medians are
 * compared, so that a slow spell of the machine hits both alike. `npx tsx test/benchmarks/ratio.ts [rounds]`.
 */
import { bundleCost, type Observation, reprojectionError, weightError } from "../../examples/adbench/ba.js";
import { bundleCost_grad } from "../../examples/adbench/ba_grad.js";
import { gmmObjective } from "../../examples/adbench/gmm.js";
import { gmmObjective_grad } from "../../examples/adbench/gmm_grad.js";
import { handResiduals } from "../../examples/adbench/hand.js";
import { lstmLoss } from "../../examples/adbench/lstm.js";
import { lstmLoss_grad } from "../../examples/adbench/lstm_grad.js";
import { reprojectionJacobian } from "./hand-written/ba.js";
import { gmmGradient } from "./hand-written/gmm.js";
import { lstmGradient } from "./hand-written/lstm.js";
import { handJacobian, sparseBaJacobian } from "./jacobians.js";
import { loadBa, loadGmm, loadHand, loadHandModel, loadLstm } from "./load.js";

interface Workload {
  readonly name: string;
  readonly primal: () => unknown;
  readonly gradient: () => unknown;
  /** The same gradient as a person writes it, where there is one. */
  readonly byHand?: () => unknown;
}

function gmmWorkload(name: string): Workload {
  const { alphas, means, icf, points, dimension, wishart } = loadGmm(`gmm/1k/gmm_${name}.txt`);
  return {
    name: `gmm 1k ${name}`,
    primal: () => gmmObjective(alphas, means, icf, points, dimension, wishart, 1),
    gradient: () => gmmObjective_grad(alphas, means, icf, points, dimension, wishart, 1),
    byHand: () => gmmGradient(alphas, means, icf, points, dimension, wishart, 1),
  };
}

function lstmWorkload(name: string): Workload {
  const { main, extra, data } = loadLstm(`lstm/lstm_${name}.txt`);
  return {
    name: `lstm ${name}`,
    primal: () => lstmLoss(main, extra, data),
    gradient: () => lstmLoss_grad(main, extra, data),
    byHand: () => lstmGradient(main, extra, data),
  };
}

function baWorkloads(): Workload[] {
  const problem = loadBa("ba/ba1_n49_m7776_p31843.txt");
  const { camera, point, weight, feature, observations } = problem;
  const residuals = (): Float64Array => {
    const errors = new Float64Array(3 * observations);
    for (let i = 0; i < observations; i++) {
      const [x, y] = reprojectionError(camera, point, weight, feature);
      errors[2 * i] = x;
      errors[2 * i + 1] = y;
      errors[2 * observations + i] = weightError(weight);
    }
    return errors;
  };

  const jacobianByHand = (): Float64Array => {
    const values = new Float64Array(31 * observations);
    for (let i = 0; i < observations; i++) {
      reprojectionJacobian(camera, point, weight, feature, values, 30 * i);
      values[30 * observations + i] = -2 * weight;
    }
    return values;
  };

  const cameras = Array.from({ length: problem.cameras }, () => camera.slice());
  const points = Array.from({ length: problem.points }, () => point.slice());
  const weights = new Float64Array(observations).fill(weight);
  const features = Array.from({ length: observations }, () => feature.slice());
  const pairs = Array.from({ length: observations }, (_, i): Observation => [i % problem.cameras, i % problem.points]);
  return [
    {
      name: "ba1 Jacobian",
      primal: residuals,
      gradient: () => sparseBaJacobian(problem),
      byHand: jacobianByHand,
    },
    {
      name: "ba1 cost",
      primal: () => bundleCost(cameras, points, weights, features, pairs),
      gradient: () => bundleCost_grad(cameras, points, weights, features, pairs),
    },
  ];
}

function handWorkload(): Workload {
  const model = loadHandModel("hand/model_small");
  const problem = loadHand("hand/simple_small/hand1_t26_c100.txt", model, false);
  return {
    name: "hand c100, 300 rows",
    primal: () => handResiduals(problem.theta, problem.data),
    gradient: () => handJacobian(problem),
  };
}

/** Rounds whose times are dropped. */
const warmUp = 3;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

function milliseconds(run: () => unknown, times: number): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) run();
  return (performance.now() - start) / times;
}

/** How often a function must run for a sample of about 20 ms. */
function repetitions(run: () => unknown): number {
  milliseconds(run, 3);
  return Math.max(1, Math.ceil(20 / milliseconds(run, 3)));
}

function measure(workload: Workload, rounds: number): string[] {
  const runs = [workload.primal, workload.gradient, ...(workload.byHand === undefined ? [] : [workload.byHand])];
  const counts = runs.map(repetitions);
  const times = runs.map((): number[] => []);
  for (let round = 0; round < rounds + warmUp; round++) {
    runs.forEach((run, i) => {
      const time = milliseconds(run, counts[i] ?? 1);
      if (round >= warmUp) times[i]?.push(time);
    });
  }
  const [primal = [], gradient = [], byHand = []] = times;
  const over = (list: readonly number[]): number[] => list.map((time, i) => time / (primal[i] ?? NaN));
  const spread = `${Math.min(...over(gradient)).toFixed(2)} … ${Math.max(...over(gradient)).toFixed(2)}`;
  const shown = (list: readonly number[], digits: number): string =>
    list.length === 0 ? "" : median(list).toFixed(digits);
  return [
    workload.name,
    shown(primal, 3),
    shown(gradient, 3),
    shown(over(gradient), 2),
    spread,
    shown(byHand, 3),
    shown(over(byHand), 2),
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return rows.map(line).join("\n");
}

const rounds = Number(process.argv[2] ?? 15);
const workloads = [
  gmmWorkload("d2_K5"),
  gmmWorkload("d10_K25"),
  lstmWorkload("l2_c1024"),
  lstmWorkload("l4_c1024"),
  ...baWorkloads(),
  handWorkload(),
];
console.log(
  table([
    ["problem", "primal ms", "gradient ms", "ratio", "least … most", "by hand ms", "ratio"],
    ...workloads.map((workload) => measure(workload, rounds)),
  ]),
);
