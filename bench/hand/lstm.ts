/**
 * The gradient of `lstmLoss` as a person derives it: eight numbers are kept for each unit and character, and the slopes of
 * the gates come from their results.
 */
import type { LstmData } from "../../examples/adbench/lstm.js";

/** What is kept of a unit. */
const kept = 8;

/** Stay from call to call. */
let lastTape = new Float64Array(0);
let lastOutputs = new Float64Array(0);

export function lstmGradient(
  main: Float64Array,
  extra: Float64Array,
  { layers, bits, state, sequence }: LstmData,
): [main: Float64Array, extra: Float64Array] {
  // An integer for the engine too: quotients are doubles, and so would be every index made from them.
  const steps = (sequence.length / bits - 1) | 0;
  const units = layers * bits;
  if (lastTape.length < steps * units * kept) lastTape = new Float64Array(steps * units * kept);
  if (lastOutputs.length < steps * bits) lastOutputs = new Float64Array(steps * bits);
  const tape = lastTape;
  /** The exponentials of the predictions, divided by their sum and 2. */
  const outputs = lastOutputs;

  const hidden = new Float64Array(units);
  const cell = new Float64Array(units);
  for (let layer = 0; layer < layers; layer++) {
    for (let j = 0; j < bits; j++) {
      hidden[layer * bits + j] = state[2 * layer * bits + j]!;
      cell[layer * bits + j] = state[(2 * layer + 1) * bits + j]!;
    }
  }
  const signal = new Float64Array(bits);
  let p = 0;
  for (let t = 0; t < steps; t++) {
    const now = t * bits;
    for (let j = 0; j < bits; j++) signal[j] = sequence[now + j]! * extra[j]!;
    for (let layer = 0; layer < layers; layer++) {
      const first = layer * bits;
      const w = 8 * first;
      const b = w + 4 * bits;
      for (let j = 0; j < bits; j++) {
        const x = signal[j]!;
        const h = hidden[first + j]!;
        const c = cell[first + j]!;
        const forget = 1 / (1 + Math.exp(-(x * main[w + j]! + main[b + j]!)));
        const ingate = 1 / (1 + Math.exp(-(h * main[w + bits + j]! + main[b + bits + j]!)));
        const outgate = 1 / (1 + Math.exp(-(x * main[w + 2 * bits + j]! + main[b + 2 * bits + j]!)));
        const change = Math.tanh(h * main[w + 3 * bits + j]! + main[b + 3 * bits + j]!);
        const next = c * forget + ingate * change;
        const squashed = Math.tanh(next);
        tape[p] = x;
        tape[p + 1] = h;
        tape[p + 2] = c;
        tape[p + 3] = forget;
        tape[p + 4] = ingate;
        tape[p + 5] = outgate;
        tape[p + 6] = change;
        tape[p + 7] = squashed;
        p += kept;
        cell[first + j] = next;
        const output = outgate * squashed;
        hidden[first + j] = output;
        signal[j] = output;
      }
    }
    let sum = 2;
    for (let j = 0; j < bits; j++) {
      const exponential = Math.exp(signal[j]! * extra[bits + j]! + extra[2 * bits + j]!);
      outputs[now + j] = exponential;
      sum += exponential;
    }
    const factor = 1 / sum;
    for (let j = 0; j < bits; j++) outputs[now + j]! *= factor;
  }

  const dMain = new Float64Array(main.length);
  const dExtra = new Float64Array(extra.length);
  const dHidden = new Float64Array(units);
  const dCell = new Float64Array(units);
  const dSignal = signal;
  const seed = -1 / (bits * steps);
  for (let t = steps - 1; t >= 0; t--) {
    const now = t * bits;
    const next = now + bits;
    const top = (t + 1) * units * kept - bits * kept;
    let targets = 0;
    for (let j = 0; j < bits; j++) targets += sequence[next + j]!;
    for (let j = 0; j < bits; j++) {
      const dPrediction = seed * (sequence[next + j]! - targets * outputs[now + j]!);
      const q = top + j * kept;
      dExtra[bits + j]! += dPrediction * tape[q + 5]! * tape[q + 7]!;
      dExtra[2 * bits + j]! += dPrediction;
      dSignal[j] = dPrediction * extra[bits + j]!;
    }
    for (let layer = layers - 1; layer >= 0; layer--) {
      const first = layer * bits;
      const w = 8 * first;
      const b = w + 4 * bits;
      let q = (t * units + first) * kept;
      for (let j = 0; j < bits; j++) {
        const x = tape[q]!;
        const h = tape[q + 1]!;
        const c = tape[q + 2]!;
        const forget = tape[q + 3]!;
        const ingate = tape[q + 4]!;
        const outgate = tape[q + 5]!;
        const change = tape[q + 6]!;
        const squashed = tape[q + 7]!;
        q += kept;

        const dh = dHidden[first + j]! + dSignal[j]!;
        const dc = dCell[first + j]! + dh * outgate * (1 - squashed * squashed);
        const dForget = dc * c * forget * (1 - forget);
        const dIngate = dc * change * ingate * (1 - ingate);
        const dOutgate = dh * squashed * outgate * (1 - outgate);
        const dChange = dc * ingate * (1 - change * change);
        dCell[first + j] = dc * forget;
        dHidden[first + j] = dIngate * main[w + bits + j]! + dChange * main[w + 3 * bits + j]!;
        dSignal[j] = dForget * main[w + j]! + dOutgate * main[w + 2 * bits + j]!;
        dMain[w + j]! += dForget * x;
        dMain[b + j]! += dForget;
        dMain[w + bits + j]! += dIngate * h;
        dMain[b + bits + j]! += dIngate;
        dMain[w + 2 * bits + j]! += dOutgate * x;
        dMain[b + 2 * bits + j]! += dOutgate;
        dMain[w + 3 * bits + j]! += dChange * h;
        dMain[b + 3 * bits + j]! += dChange;
      }
    }
    for (let j = 0; j < bits; j++) dExtra[j]! += dSignal[j]! * sequence[now + j]!;
  }
  return [dMain, dExtra];
}
