/** The recurrent network on the minimal tape. */
import type { LstmData } from "../../examples/adbench/lstm.js";
import { adjoints, backpropagate, startTape, Value, values } from "./value.js";

export function lstmByTape(
  main: Float64Array,
  extra: Float64Array,
  { layers, bits, state, sequence }: LstmData,
): [main: Float64Array, extra: Float64Array] {
  startTape();
  const [m, e] = [values(main), values(extra)];
  const hidden = Array.from({ length: layers }, (_, l) => values(state.subarray(2 * l * bits, (2 * l + 1) * bits)));
  const cell = Array.from({ length: layers }, (_, l) => values(state.subarray((2 * l + 1) * bits, (2 * l + 2) * bits)));
  const steps = sequence.length / bits - 1;
  let total = new Value(0);
  for (let t = 0; t < steps; t++) {
    let sum = new Value(2);
    const predictions: Value[] = [];
    for (let j = 0; j < bits; j++) {
      let x = e[j]!.times(sequence[t * bits + j]!);
      for (let l = 0; l < layers; l++) {
        const gate = (block: number, input: Value): Value => {
          const w = 8 * bits * l + block * bits + j;
          return input.times(m[w]!).plus(m[w + 4 * bits]!);
        };
        const [h, c] = [hidden[l]!, cell[l]!];
        const kept = c[j]!.times(gate(0, x).sigmoid());
        c[j] = kept.plus(gate(1, h[j]!).sigmoid().times(gate(3, h[j]!).tanh()));
        h[j] = gate(2, x).sigmoid().times(c[j]!.tanh());
        x = h[j]!;
      }
      const prediction = x.times(e[bits + j]!).plus(e[2 * bits + j]!);
      predictions.push(prediction);
      sum = sum.plus(prediction.exp());
    }
    const normalizer = sum.log();
    predictions.forEach((prediction, j) => {
      total = total.plus(prediction.minus(normalizer).times(sequence[(t + 1) * bits + j]!));
    });
  }
  backpropagate(total.times(-1 / (bits * steps)));
  return [adjoints(m), adjoints(e)];
}
