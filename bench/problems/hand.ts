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
  readonly handResiduals_jacobian: (theta: Float64Array, data: HandData) => Float64Array[];
  readonly handResidualsComplicated_jvp: (
    us: Float64Array,
    theta: Float64Array,
    data: HandData,
    dUs: Float64Array,
    dTheta: Float64Array,
  ) => [value: Float64Array, tangent: Float64Array];
  readonly residualsByPose_jacobian: (theta: Float64Array, us: Float64Array, data: HandData) => Float64Array[];
}

/** The residuals and what adc makes of them. */
export async function handFunctions(): Promise<typeof import("../../examples/adbench/hand.js") & Generated> {
  return {
    ...(await load<typeof import("../../examples/adbench/hand.js")>("examples/adbench/hand")),
    ...(await load<Omit<Generated, "residualsByPose_jacobian">>("examples/adbench/hand_grad")),
    ...(await load<Pick<Generated, "residualsByPose_jacobian">>("bench/programs/hand-by-pose_grad")),
  };
}

type HandFunctions = Awaited<ReturnType<typeof handFunctions>>;

/** The Jacobian of the complicated residuals: two columns for the points' own coordinates, and a row for each residual by the pose. */
export interface ComplicatedJacobian {
  readonly byPoint: readonly [Float64Array, Float64Array];
  readonly byPose: readonly Float64Array[];
}

/** Two sweeps of forward mode for the points' own coordinates, all points at once, and the Jacobian by the pose. */
export function complicatedHandJacobian(
  functions: HandFunctions,
  us: Float64Array,
  theta: Float64Array,
  data: HandData,
): ComplicatedJacobian {
  const still = new Float64Array(theta.length);
  const column = (from: number): Float64Array => {
    const everySecond = us.map((_, i) => (i % 2 === from ? 1 : 0));
    return functions.handResidualsComplicated_jvp(us, theta, data, everySecond, still)[1];
  };
  return { byPoint: [column(0), column(1)], byPose: functions.residualsByPose_jacobian(theta, us, data) };
}

const poseCount = 26;

/** Row after row. */
export const flatRows = (rows: unknown): Float64Array =>
  Float64Array.from((rows as Float64Array[]).flatMap((row) => [...row]));

/** Row after row, the columns of the points' own coordinates first. */
export function flatComplicatedRows(jacobian: unknown): Float64Array {
  const { byPoint, byPose } = jacobian as ComplicatedJacobian;
  const [first, second] = byPoint;
  return Float64Array.from(byPose.flatMap((row, r) => [first[r] ?? NaN, second[r] ?? NaN, ...row]));
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
      gradient: () => functions.handResiduals_jacobian(theta, data),
      hand: () => handJacobianByHand(theta, data),
      jvp: () => functions.handResiduals_jvp(theta, data, direction),
      ordered: flatRows,
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
      gradient: () => complicatedHandJacobian(functions, us, theta, data),
      hand: () => complicatedHandJacobianByHand(us, theta, data),
      jvp: () => functions.handResidualsComplicated_jvp(us, theta, data, dUs, dTheta),
      ordered: flatComplicatedRows,
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
