/** Hand tracking of ADBench, with sparse skin weights: the tall Jacobian. */
import type { HandData } from "../../examples/adbench/hand.js";
import { type HandProblem, loadHand } from "../../test/benchmarks/load.js";
import { handModelOf } from "../../test/benchmarks/problems.js";
import { load } from "../prepare.js";
import { directionLike } from "../random.js";
import type { Problem, Workload } from "../workload.js";

interface Generated {
  readonly handResiduals_jvp: (
    theta: Float64Array,
    data: HandData,
    dTheta: Float64Array,
  ) => [value: Float64Array, tangent: Float64Array];
  readonly handResidualsComplicated_jvp: (
    us: Float64Array,
    theta: Float64Array,
    data: HandData,
    dUs: Float64Array,
    dTheta: Float64Array,
  ) => [value: Float64Array, tangent: Float64Array];
}

/** The residuals and what adc makes of them. */
export async function handFunctions(): Promise<typeof import("../../examples/adbench/hand.js") & Generated> {
  return {
    ...(await load<typeof import("../../examples/adbench/hand.js")>("examples/adbench/hand")),
    ...(await load<Generated>("examples/adbench/hand_grad")),
  };
}

type HandFunctions = Awaited<ReturnType<typeof handFunctions>>;

/** The columns of the Jacobian: one sweep of forward mode for each of the 26, fewer than there are rows. */
export function handColumns(functions: HandFunctions, theta: Float64Array, data: HandData): Float64Array[] {
  return Array.from(theta, (_, i) => functions.handResiduals_jvp(theta, data, unit(theta.length, i))[1]);
}

/** Two sweeps for the points' own coordinates, all points at once, then one for each entry of the pose. */
export function complicatedHandColumns(
  functions: HandFunctions,
  us: Float64Array,
  theta: Float64Array,
  data: HandData,
): Float64Array[] {
  const [noUs, noTheta] = [new Float64Array(us.length), new Float64Array(theta.length)];
  const column = (dUs: Float64Array, dTheta: Float64Array): Float64Array =>
    functions.handResidualsComplicated_jvp(us, theta, data, dUs, dTheta)[1];
  const everySecond = (from: number): Float64Array => us.map((_, i) => (i % 2 === from ? 1 : 0));
  return [
    column(everySecond(0), noTheta),
    column(everySecond(1), noTheta),
    ...Array.from(theta, (_, i) => column(noUs, unit(theta.length, i))),
  ];
}

const poseCount = 26;

const unit = (length: number, i: number): Float64Array => {
  const vector = new Float64Array(length);
  vector[i] = 1;
  return vector;
};

/** Columns side by side. */
export function rowsOf(columns: unknown): Float64Array {
  const given = columns as Float64Array[];
  const height = given[0]?.length ?? 0;
  return Float64Array.from(
    { length: height * given.length },
    (_, k) => given[k % given.length]?.[Math.floor(k / given.length)] ?? NaN,
  );
}

const path = (kind: string, name: string): string => `hand/${kind}_small/${name}.txt`;

/** A few of a problem's points, or all. */
function part({ data, us, theta }: HandProblem, count = data.correspondences.length): HandProblem {
  return {
    data: {
      model: data.model,
      correspondences: data.correspondences.subarray(0, count),
      points: data.points.subarray(0, 3 * count),
    },
    us: us.subarray(0, 2 * count),
    theta,
  };
}

export async function hand(): Promise<Problem> {
  const functions = await handFunctions();
  const { handJacobianByHand } = await load<typeof import("../hand/hand.js")>("bench/hand/hand");

  const workload = ({ data, theta }: HandProblem): Workload => {
    const direction = directionLike(theta) as Float64Array;
    return {
      size: `c${data.correspondences.length}`,
      parameters: theta,
      primal: () => functions.handResiduals(theta, data),
      gradient: () => handColumns(functions, theta, data),
      hand: () => handJacobianByHand(theta, data),
      jvp: () => functions.handResiduals_jvp(theta, data, direction),
      ordered: rowsOf,
      column: (values, i) => values.filter((_, k) => k % poseCount === i),
    };
  };
  const read = (name: string): HandProblem => loadHand(path("simple", name), handModelOf(path("simple", name)), false);
  return {
    name: "hand simple",
    workloads: [
      () => workload(read("hand1_t26_c100")),
      () => workload(read("hand4_t26_c400")),
      () => workload(read("hand6_t26_c1600")),
    ],
    growth: { of: "points", from: 100, make: (n) => workload(part(read("hand6_t26_c1600"), n)) },
  };
}

export async function handComplicated(): Promise<Problem> {
  const functions = await handFunctions();
  const { complicatedHandJacobianByHand } = await load<typeof import("../hand/hand.js")>("bench/hand/hand");
  const width = poseCount + 2;

  const workload = ({ data, us, theta }: HandProblem): Workload => {
    const [dUs, dTheta] = directionLike([us, theta]) as [Float64Array, Float64Array];
    return {
      size: `c${data.correspondences.length}`,
      parameters: { us, theta },
      primal: () => functions.handResidualsComplicated(us, theta, data),
      gradient: () => complicatedHandColumns(functions, us, theta, data),
      hand: () => complicatedHandJacobianByHand(us, theta, data),
      jvp: () => functions.handResidualsComplicated_jvp(us, theta, data, dUs, dTheta),
      ordered: rowsOf,
      column: (values, i) =>
        Float64Array.from({ length: values.length / width }, (_, row) => {
          if (i >= us.length) return values[width * row + 2 + i - us.length] ?? NaN;
          return Math.floor(row / 3) === i >> 1 ? (values[width * row + (i % 2)] ?? NaN) : 0;
        }),
    };
  };
  const read = (name: string): HandProblem =>
    loadHand(path("complicated", name), handModelOf(path("complicated", name)), true);
  return {
    name: "hand complicated",
    workloads: [
      () => workload(read("hand1_t26_c100")),
      () => workload(read("hand4_t26_c400")),
      () => workload(read("hand6_t26_c1600")),
    ],
  };
}
