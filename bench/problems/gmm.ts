/** Gaussian mixture model of ADBench, 1000 points. */
import type { Wishart } from "../../examples/adbench/gmm.js";
import { type GmmProblem, loadGmm } from "../../test/benchmarks/load.js";
import { load } from "../prepare.js";
import { directionLike } from "../random.js";
import type { Problem, Workload } from "../workload.js";

type Arguments = [
  alphas: Float64Array,
  means: Float64Array,
  icf: Float64Array,
  points: Float64Array,
  dimension: number,
  wishart: Wishart,
  priorSign: number,
];
type Parameters = [alphas: Float64Array, means: Float64Array, icf: Float64Array];

interface Generated {
  readonly gmmObjective_grad: (...given: Arguments) => Parameters;
  readonly gmmObjective_jvp: (...given: [...Arguments, ...Parameters]) => [number, number];
  readonly gmmObjective_hvp: (...given: [...Arguments, ...Parameters]) => [Parameters, Parameters];
}

/** The objective and what adc makes of it. */
export async function gmmFunctions(): Promise<typeof import("../../examples/adbench/gmm.js") & Generated> {
  return {
    ...(await load<typeof import("../../examples/adbench/gmm.js")>("examples/adbench/gmm")),
    ...(await load<Generated>("examples/adbench/gmm_grad")),
  };
}

export async function gmm(): Promise<Problem> {
  const { gmmGradient } = await load<typeof import("../hand/gmm.js")>("bench/hand/gmm");
  const { gmmByTape } = await load<typeof import("../tape/gmm.js")>("bench/tape/gmm");
  const functions = await gmmFunctions();

  const workload = (size: string, problem: GmmProblem, count: number): Workload => {
    const { alphas, means, icf, dimension, wishart } = problem;
    const points = problem.points.subarray(0, count * dimension);
    const given: Arguments = [alphas, means, icf, points, dimension, wishart, 1];
    const parameters: Parameters = [alphas, means, icf];
    const direction = directionLike(parameters) as Parameters;
    return {
      size,
      parameters,
      primal: () => functions.gmmObjective(...given),
      gradient: () => functions.gmmObjective_grad(...given),
      hand: () => gmmGradient(...given),
      jvp: () => functions.gmmObjective_jvp(...given, ...direction),
      hvp: () => functions.gmmObjective_hvp(...given, ...direction),
      ...(dimension * alphas.length <= 50 ? { tape: () => gmmByTape(...given) } : {}),
    };
  };
  const file = (name: string) => () => workload(name.replace("_", " "), loadGmm(`gmm/1k/gmm_${name}.txt`), 1000);
  return {
    name: "gmm",
    workloads: [file("d2_K5"), file("d10_K5"), file("d10_K25"), file("d20_K50")],
    growth: {
      of: "points",
      from: 32,
      make: (n) => workload(String(n), loadGmm("gmm/1k/gmm_d10_K5.txt"), n),
    },
  };
}
