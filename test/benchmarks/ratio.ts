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
import { handJacobian, sparseBaJacobian } from "./jacobians.js";
import { loadBa, loadGmm, loadHand, loadHandModel, loadLstm } from "./load.js";

interface Workload {
  readonly name: string;
  readonly primal: () => unknown;
  readonly gradient: () => unknown;
}

function gmmWorkload(name: string): Workload {
  const { alphas, means, icf, points, dimension, wishart } = loadGmm(`gmm/1k/gmm_${name}.txt`);
  return {
    name: `gmm 1k ${name}`,
    primal: () => gmmObjective(alphas, means, icf, points, dimension, wishart, 1),
    gradient: () => gmmObjective_grad(alphas, means, icf, points, dimension, wishart, 1),
  };
}

function lstmWorkload(name: string): Workload {
  const { main, extra, data } = loadLstm(`lstm/lstm_${name}.txt`);
  return {
    name: `lstm ${name}`,
    primal: () => lstmLoss(main, extra, data),
    gradient: () => lstmLoss_grad(main, extra, data),
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

  const cameras = Array.from({ length: problem.cameras }, () => camera.slice());
  const points = Array.from({ length: problem.points }, () => point.slice());
  const weights = new Float64Array(observations).fill(weight);
  const features = Array.from({ length: observations }, () => feature.slice());
  const pairs = Array.from({ length: observations }, (_, i): Observation => [i % problem.cameras, i % problem.points]);
  return [
    { name: "ba1 Jacobian", primal: residuals, gradient: () => sparseBaJacobian(problem) },
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

function measure({ name, primal, gradient }: Workload, rounds: number): string[] {
  const primalTimes: number[] = [];
  const gradientTimes: number[] = [];
  const ratios: number[] = [];
  const primalCount = repetitions(primal);
  const gradientCount = repetitions(gradient);
  for (let round = 0; round < rounds; round++) {
    const p = milliseconds(primal, primalCount);
    const g = milliseconds(gradient, gradientCount);
    // The first rounds warm up.
    if (round < 3) continue;
    primalTimes.push(p);
    gradientTimes.push(g);
    ratios.push(g / p);
  }
  const spread = `${Math.min(...ratios).toFixed(2)} … ${Math.max(...ratios).toFixed(2)}`;
  return [name, median(primalTimes).toFixed(3), median(gradientTimes).toFixed(3), median(ratios).toFixed(2), spread];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return rows.map(line).join("\n");
}

const rounds = Number(process.argv[2] ?? 18);
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
    ["problem", "primal ms", "gradient ms", "ratio", "least … most"],
    ...workloads.map((workload) => measure(workload, rounds)),
  ]),
);
