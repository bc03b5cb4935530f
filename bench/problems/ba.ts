/** Bundle adjustment of ADBench: the blocks of the sparse Jacobian of all observations. */
import { type BaProblem, loadBa } from "../../test/benchmarks/load.js";
import { load } from "../prepare.js";
import { directionLike } from "../random.js";
import type { Problem, Workload } from "../workload.js";

type Row = [camera: Float64Array, point: Float64Array, weight: number];
type Arguments = [...Row, feature: Float64Array];

interface Generated {
  readonly reprojectionError_jacobian: (...given: Arguments) => [Row, Row];
  readonly reprojectionError_jvp: (...given: [...Arguments, ...Row]) => [[number, number], [number, number]];
  readonly weightError_grad: (weight: number) => number;
}

/** Numbers of a block: two rows of 11 for the camera, 3 for the point, 1 for the weight. */
const width = 15;

/** The errors and what adc makes of them. */
export async function baFunctions(): Promise<typeof import("../../examples/adbench/ba.js") & Generated> {
  return {
    ...(await load<typeof import("../../examples/adbench/ba.js")>("examples/adbench/ba")),
    ...(await load<Generated>("examples/adbench/ba_grad")),
  };
}

/** All errors of as many equal observations: two for each, then one for each weight. */
export function baErrors(
  functions: BaFunctions,
  [camera, point, weight, feature]: Arguments,
  count: number,
): Float64Array {
  const errors = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = functions.reprojectionError(camera, point, weight, feature);
    errors[2 * i] = x;
    errors[2 * i + 1] = y;
    errors[2 * count + i] = functions.weightError(weight);
  }
  return errors;
}

/** The blocks of the Jacobian, observation by observation, then the derivatives of the weights' errors. */
export function baJacobian(
  functions: BaFunctions,
  [camera, point, weight, feature]: Arguments,
  count: number,
): Float64Array {
  const values = new Float64Array((2 * width + 1) * count);
  for (let i = 0; i < count; i++) {
    const rows = functions.reprojectionError_jacobian(camera, point, weight, feature);
    for (let row = 0; row < 2; row++) {
      const [ofCamera, ofPoint, ofWeight] = rows[row]!;
      const at = width * (2 * i + row);
      values.set(ofCamera, at);
      values.set(ofPoint, at + 11);
      values[at + 14] = ofWeight;
    }
    values[2 * width * count + i] = functions.weightError_grad(weight);
  }
  return values;
}

type BaFunctions = Awaited<ReturnType<typeof baFunctions>>;

export async function ba(): Promise<Problem> {
  const { reprojectionJacobian } = await load<typeof import("../hand/ba.js")>("bench/hand/ba");
  const { reprojectionByTape } = await load<typeof import("../tape/ba.js")>("bench/tape/ba");
  const functions = await baFunctions();

  /** All observations are the same one, as in the files; each is computed. */
  const workload = (size: string, { camera, point, weight, feature }: BaProblem, count: number): Workload => {
    const parameters = { camera, point, weight };
    const [dCamera, dPoint, dWeight] = directionLike([camera, point, weight]) as Row;
    const given = (): Arguments => [camera, point, parameters.weight, feature];
    const filled = (fill: (values: Float64Array, at: number) => void): Float64Array => {
      const values = new Float64Array((2 * width + 1) * count);
      for (let i = 0; i < count; i++) fill(values, 2 * width * i);
      return values;
    };
    const byTape = (): Float64Array => {
      const values = filled((into, at) => reprojectionByTape(camera, point, weight, feature, into, at));
      return values.fill(-2 * weight, 2 * width * count);
    };
    return {
      size,
      parameters,
      primal: () => baErrors(functions, given(), count),
      gradient: () => baJacobian(functions, given(), count),
      hand: () => {
        const values = filled((into, at) => reprojectionJacobian(camera, point, weight, feature, into, at));
        return values.fill(-2 * weight, 2 * width * count);
      },
      jvp: () => {
        const errors = new Float64Array(2 * count);
        for (let i = 0; i < count; i++) {
          const [, tangent] = functions.reprojectionError_jvp(camera, point, weight, feature, dCamera, dPoint, dWeight);
          errors[2 * i] = tangent[0];
          errors[2 * i + 1] = tangent[1];
        }
        return errors;
      },
      column: (values, parameter) =>
        Float64Array.from({ length: 3 * count }, (_, row) => {
          if (row < 2 * count) return values[width * row + parameter] ?? NaN;
          return parameter === width - 1 ? (values[2 * width * count + row - 2 * count] ?? NaN) : 0;
        }),
      ...(count > 1000 ? {} : { tape: () => byTape() }),
    };
  };
  const first = (): BaProblem => loadBa("ba/ba1_n49_m7776_p31843.txt");
  const file = (name: string, path: string) => () => {
    const problem = loadBa(path);
    return workload(name, problem, problem.observations);
  };
  return {
    name: "ba",
    workloads: [
      () => workload("p1000", first(), 1000),
      file("ba1 p31843", "ba/ba1_n49_m7776_p31843.txt"),
      file("ba3 p182072", "ba/ba3_n161_m48126_p182072.txt"),
    ],
    growth: { of: "observations", from: 1024, make: (n) => workload(String(n), first(), n) },
  };
}
