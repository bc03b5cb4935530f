/** The gradient of `lstmLoss` as a person derives it: eight numbers are kept for each unit and character. */
import type { LstmData } from "../../../examples/adbench/lstm.js";

/** What is kept of a unit. */
const kept = 8;

export function lstmGradient(
  main: Float64Array,
  extra: Float64Array,
  { layers, bits, state, sequence }: LstmData,
): [main: Float64Array, extra: Float64Array] {
  const steps = sequence.length / bits - 1;
  const units = layers * bits;
  const tape = new Float64Array(steps * units * kept);
  const predictions = new Float64Array(steps * bits);
  const sums = new Float64Array(steps);

  const hidden = new Float64Array(units);
  const cell = new Float64Array(units);
  for (let layer = 0; layer < layers; layer++) {
    for (let j = 0; j < bits; j++) {
      hidden[layer * bits + j] = state[2 * layer * bits + j]!;
      cell[layer * bits + j] = state[(2 * layer + 1) * bits + j]!;
    }
  }
  for (let t = 0; t < steps; t++) {
    let sum = 2;
    for (let j = 0; j < bits; j++) {
      let x = sequence[t * bits + j]! * extra[j]!;
      for (let layer = 0; layer < layers; layer++) {
        const s = layer * bits + j;
        const w = 8 * bits * layer + j;
        const b = w + 4 * bits;
        const h = hidden[s]!;
        const c = cell[s]!;
        const forget = 1 / (1 + Math.exp(-(x * main[w]! + main[b]!)));
        const ingate = 1 / (1 + Math.exp(-(h * main[w + bits]! + main[b + bits]!)));
        const outgate = 1 / (1 + Math.exp(-(x * main[w + 2 * bits]! + main[b + 2 * bits]!)));
        const change = Math.tanh(h * main[w + 3 * bits]! + main[b + 3 * bits]!);
        const next = c * forget + ingate * change;
        const squashed = Math.tanh(next);
        const p = (t * units + s) * kept;
        tape[p] = x;
        tape[p + 1] = h;
        tape[p + 2] = c;
        tape[p + 3] = forget;
        tape[p + 4] = ingate;
        tape[p + 5] = outgate;
        tape[p + 6] = change;
        tape[p + 7] = squashed;
        cell[s] = next;
        x = outgate * squashed;
        hidden[s] = x;
      }
      const prediction = x * extra[bits + j]! + extra[2 * bits + j]!;
      predictions[t * bits + j] = prediction;
      sum += Math.exp(prediction);
    }
    sums[t] = sum;
  }

  const dMain = new Float64Array(main.length);
  const dExtra = new Float64Array(extra.length);
  const dHidden = new Float64Array(units);
  const dCell = new Float64Array(units);
  const seed = -1 / (bits * steps);
  for (let t = steps - 1; t >= 0; t--) {
    let targets = 0;
    for (let j = 0; j < bits; j++) targets += sequence[(t + 1) * bits + j]!;
    for (let j = 0; j < bits; j++) {
      const softmax = Math.exp(predictions[t * bits + j]!) / sums[t]!;
      const dPrediction = seed * (sequence[(t + 1) * bits + j]! - targets * softmax);
      const top = (t * units + (layers - 1) * bits + j) * kept;
      dExtra[bits + j]! += dPrediction * tape[top + 5]! * tape[top + 7]!;
      dExtra[2 * bits + j]! += dPrediction;
      let dx = dPrediction * extra[bits + j]!;
      for (let layer = layers - 1; layer >= 0; layer--) {
        const s = layer * bits + j;
        const w = 8 * bits * layer + j;
        const b = w + 4 * bits;
        const p = (t * units + s) * kept;
        const x = tape[p]!;
        const h = tape[p + 1]!;
        const forget = tape[p + 3]!;
        const ingate = tape[p + 4]!;
        const outgate = tape[p + 5]!;
        const change = tape[p + 6]!;
        const squashed = tape[p + 7]!;

        const dh = dHidden[s]! + dx;
        const dc = dCell[s]! + dh * outgate * (1 - squashed * squashed);
        const dForget = dc * tape[p + 2]! * forget * (1 - forget);
        const dIngate = dc * change * ingate * (1 - ingate);
        const dOutgate = dh * squashed * outgate * (1 - outgate);
        const dChange = dc * ingate * (1 - change * change);
        dMain[w]! += dForget * x;
        dMain[b]! += dForget;
        dMain[w + bits]! += dIngate * h;
        dMain[b + bits]! += dIngate;
        dMain[w + 2 * bits]! += dOutgate * x;
        dMain[b + 2 * bits]! += dOutgate;
        dMain[w + 3 * bits]! += dChange * h;
        dMain[b + 3 * bits]! += dChange;
        dCell[s] = dc * forget;
        dHidden[s] = dIngate * main[w + bits]! + dChange * main[w + 3 * bits]!;
        dx = dForget * main[w]! + dOutgate * main[w + 2 * bits]!;
      }
      dExtra[j]! += dx * sequence[t * bits + j]!;
    }
  }
  return [dMain, dExtra];
}
