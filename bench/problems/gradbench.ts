/** The small problems of GradBench, on uniform random numbers. */
import { load } from "../prepare.js";
import { directionLike, Random } from "../random.js";
import type { Problem, Workload } from "../workload.js";

type OfVector<Rest extends unknown[]> = (x: Float64Array, ...rest: Rest) => Float64Array;
type AlongVector = (...given: [...unknown[], direction: Float64Array]) => [number, number];

/** A workload of a function of an array and constants. */
function ofVector<Rest extends unknown[]>(
  size: string,
  x: Float64Array,
  rest: Rest,
  functions: {
    readonly primal: (x: Float64Array, ...rest: Rest) => number;
    readonly gradient: OfVector<Rest>;
    readonly hand: OfVector<Rest>;
    readonly jvp: AlongVector;
    readonly tape?: OfVector<Rest> | undefined;
  },
): Workload {
  const { primal, gradient, hand, jvp, tape } = functions;
  const direction = directionLike(x) as Float64Array;
  return {
    size,
    parameters: x,
    primal: () => primal(x, ...rest),
    gradient: () => gradient(x, ...rest),
    hand: () => hand(x, ...rest),
    jvp: () => jvp(x, ...rest, direction),
    ...(tape === undefined ? {} : { tape: () => tape(x, ...rest) }),
  };
}

/** The function and what adc makes of it. */
export async function llsqFunctions(): Promise<
  typeof import("../../examples/gradbench/llsq.js") & {
    leastSquares_grad: OfVector<[number]>;
    leastSquares_jvp: AlongVector;
  }
> {
  return {
    ...(await load<typeof import("../../examples/gradbench/llsq.js")>("examples/gradbench/llsq")),
    ...(await load<{ leastSquares_grad: OfVector<[number]>; leastSquares_jvp: AlongVector }>(
      "examples/gradbench/llsq_grad",
    )),
  };
}

export async function llsq(): Promise<Problem> {
  const { leastSquaresGradient } = await load<typeof import("../hand/llsq.js")>("bench/hand/llsq");
  const { leastSquaresByTape } = await load<typeof import("../tape/gradbench.js")>("bench/tape/gradbench");
  const functions = await llsqFunctions();
  const workload = (terms: number, n: number): Workload =>
    ofVector(`m${terms} n${n}`, new Random(1).array(terms), [n], {
      primal: functions.leastSquares,
      gradient: functions.leastSquares_grad,
      hand: leastSquaresGradient,
      jvp: functions.leastSquares_jvp,
      tape: n <= 64 ? leastSquaresByTape : undefined,
    });
  return {
    name: "llsq",
    workloads: [() => workload(128, 64), () => workload(128, 1024), () => workload(128, 16384)],
    growth: { of: "points", from: 64, make: (n) => workload(128, n) },
  };
}

/** The function and what adc makes of it. */
export async function lseFunctions(): Promise<
  typeof import("../../examples/gradbench/lse.js") & { logSumExp_grad: OfVector<[]>; logSumExp_jvp: AlongVector }
> {
  return {
    ...(await load<typeof import("../../examples/gradbench/lse.js")>("examples/gradbench/lse")),
    ...(await load<{ logSumExp_grad: OfVector<[]>; logSumExp_jvp: AlongVector }>("examples/gradbench/lse_grad")),
  };
}

export async function lse(): Promise<Problem> {
  const { logSumExpGradient } = await load<typeof import("../hand/lse.js")>("bench/hand/lse");
  const { logSumExpByTape } = await load<typeof import("../tape/gradbench.js")>("bench/tape/gradbench");
  const functions = await lseFunctions();
  const workload = (n: number): Workload =>
    ofVector(`n${n}`, new Random(2).array(n), [], {
      primal: functions.logSumExp,
      gradient: functions.logSumExp_grad,
      hand: logSumExpGradient,
      jvp: functions.logSumExp_jvp,
      tape: n <= 2500 ? logSumExpByTape : undefined,
    });
  return {
    name: "lse",
    workloads: [() => workload(2500), () => workload(40_000), () => workload(640_000)],
    growth: { of: "numbers", from: 1024, make: workload },
  };
}

/** The function and what adc makes of it. */
export async function detFunctions(): Promise<
  typeof import("../../examples/gradbench/det.js") & {
    determinant_grad: OfVector<[number]>;
    determinant_jvp: AlongVector;
  }
> {
  return {
    ...(await load<typeof import("../../examples/gradbench/det.js")>("examples/gradbench/det")),
    ...(await load<{ determinant_grad: OfVector<[number]>; determinant_jvp: AlongVector }>(
      "examples/gradbench/det_grad",
    )),
  };
}

export async function det(): Promise<Problem> {
  const { determinantGradient } = await load<typeof import("../hand/det.js")>("bench/hand/det");
  const { determinantByTape } = await load<typeof import("../tape/gradbench.js")>("bench/tape/gradbench");
  const functions = await detFunctions();
  const workload = (ell: number): Workload =>
    ofVector(`ell ${ell}`, new Random(3).array(ell * ell), [ell], {
      primal: functions.determinant,
      gradient: functions.determinant_grad,
      hand: determinantGradient,
      jvp: functions.determinant_jvp,
      tape: ell <= 5 ? determinantByTape : undefined,
    });
  return { name: "det", workloads: [() => workload(5), () => workload(7), () => workload(9)] };
}

/** The function and what adc makes of it. */
export async function odeFunctions(): Promise<
  typeof import("../../examples/gradbench/ode.js") & { lastEntry_grad: OfVector<[number]>; lastEntry_jvp: AlongVector }
> {
  return {
    ...(await load<typeof import("../../examples/gradbench/ode.js")>("examples/gradbench/ode")),
    ...(await load<{ lastEntry_grad: OfVector<[number]>; lastEntry_jvp: AlongVector }>("examples/gradbench/ode_grad")),
  };
}

export async function ode(): Promise<Problem> {
  const { lastEntryGradient } = await load<typeof import("../hand/ode.js")>("bench/hand/ode");
  const { lastEntryByTape } = await load<typeof import("../tape/gradbench.js")>("bench/tape/gradbench");
  const functions = await odeFunctions();
  const workload = (n: number, steps: number): Workload =>
    ofVector(`n${n} s${steps}`, new Random(4).array(n), [steps], {
      primal: functions.lastEntry,
      gradient: functions.lastEntry_grad,
      hand: lastEntryGradient,
      jvp: functions.lastEntry_jvp,
      tape: n <= 10 ? lastEntryByTape : undefined,
    });
  return {
    name: "ode",
    workloads: [() => workload(6, 10), () => workload(1000, 10), () => workload(10_000, 100)],
    growth: { of: "steps", from: 8, make: (n) => workload(1000, n) },
  };
}

type Rows = number[][];

/** The function and what adc makes of it. */
export async function kmeansFunctions(): Promise<
  typeof import("../../examples/gradbench/kmeans.js") & {
    clusteringCost_grad: (points: Rows, centroids: Rows) => Rows;
    clusteringCost_jvp: (points: Rows, centroids: Rows, direction: Rows) => [number, number];
    clusteringCost_hvp: (points: Rows, centroids: Rows, direction: Rows) => [Rows, Rows];
  }
> {
  return {
    ...(await load<typeof import("../../examples/gradbench/kmeans.js")>("examples/gradbench/kmeans")),
    ...(await load<{
      clusteringCost_grad: (points: Rows, centroids: Rows) => Rows;
      clusteringCost_jvp: (points: Rows, centroids: Rows, direction: Rows) => [number, number];
      clusteringCost_hvp: (points: Rows, centroids: Rows, direction: Rows) => [Rows, Rows];
    }>("examples/gradbench/kmeans_grad")),
  };
}

export async function kmeans(): Promise<Problem> {
  const { clusteringGradient } = await load<typeof import("../hand/kmeans.js")>("bench/hand/kmeans");
  const { clusteringByTape } = await load<typeof import("../tape/gradbench.js")>("bench/tape/gradbench");
  const functions = await kmeansFunctions();
  const workload = (k: number, n: number, d: number): Workload => {
    const points = new Random(5).rows(n, d);
    // A little off the last points, so that no distance is zero.
    const centroids = points.slice(-k).map((row) => row.map((value, j) => value + 0.01 * (j + 1)));
    const direction = directionLike(centroids) as Rows;
    return {
      size: `k${k} n${n} d${d}`,
      parameters: centroids,
      primal: () => functions.clusteringCost(points, centroids),
      gradient: () => functions.clusteringCost_grad(points, centroids),
      hand: () => clusteringGradient(points, centroids),
      jvp: () => functions.clusteringCost_jvp(points, centroids, direction),
      ...(k * n <= 1000 ? { tape: () => clusteringByTape(points, centroids) } : {}),
    };
  };
  return {
    name: "kmeans",
    workloads: [() => workload(10, 100, 8), () => workload(10, 1000, 8), () => workload(100, 1000, 16)],
    growth: { of: "points", from: 256, make: (n) => workload(10, n, 8) },
  };
}
