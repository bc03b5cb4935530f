/** The recurrent network of ADBench. */
import type { LstmData } from "../../examples/adbench/lstm.js";
import { type LstmProblem, loadLstm } from "../../test/benchmarks/load.js";
import { load } from "../prepare.js";
import { directionLike } from "../random.js";
import type { Problem, Workload } from "../workload.js";

type Arguments = [main: Float64Array, extra: Float64Array, data: LstmData];
type Parameters = [main: Float64Array, extra: Float64Array];

interface Generated {
  readonly lstmLoss_grad: (...given: Arguments) => Parameters;
  readonly lstmLoss_jvp: (...given: [...Arguments, ...Parameters]) => [number, number];
}

/** The objective and what adc makes of it. */
export async function lstmFunctions(): Promise<typeof import("../../examples/adbench/lstm.js") & Generated> {
  return {
    ...(await load<typeof import("../../examples/adbench/lstm.js")>("examples/adbench/lstm")),
    ...(await load<Generated>("examples/adbench/lstm_grad")),
  };
}

export async function lstm(): Promise<Problem> {
  const { lstmGradient } = await load<typeof import("../hand/lstm.js")>("bench/hand/lstm");
  const { lstmByTape } = await load<typeof import("../tape/lstm.js")>("bench/tape/lstm");
  const functions = await lstmFunctions();

  const workload = (size: string, { main, extra, data }: LstmProblem, characters: number): Workload => {
    const sequence = data.sequence.subarray(0, characters * data.bits);
    const given: Arguments = [main, extra, { ...data, sequence }];
    const parameters: Parameters = [main, extra];
    const direction = directionLike(parameters) as Parameters;
    return {
      size,
      parameters,
      primal: () => functions.lstmLoss(...given),
      gradient: () => functions.lstmLoss_grad(...given),
      hand: () => lstmGradient(...given),
      jvp: () => functions.lstmLoss_jvp(...given, ...direction),
      ...(characters <= 64 ? { tape: () => lstmByTape(...given) } : {}),
    };
  };
  const file = (layers: number, all: number, characters = all) =>
    workload(`l${layers} c${characters}`, loadLstm(`lstm/lstm_l${layers}_c${all}.txt`), characters);
  return {
    name: "lstm",
    workloads: [() => file(2, 1024, 64), () => file(2, 1024), () => file(4, 1024), () => file(2, 4096)],
    growth: { of: "characters", from: 64, make: (n) => file(2, 1024, n) },
  };
}
