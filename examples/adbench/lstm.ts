/** A character-level recurrent network with diagonal weights: the objective `lstm` of ADBench. */

/** The fixed part of the problem; matrices are stored row by row. */
export interface LstmData {
  readonly layers: number;
  /** Bits of one character, the width of every vector. */
  readonly bits: number;
  /** 2 × layers rows: hidden and cell vector of each layer by turns, at the start. */
  readonly state: Float64Array;
  /** One row for each character. */
  readonly sequence: Float64Array;
}

/**
 * Mean negative log likelihood of each character given those before it.
 *
 * `main` has 2 × layers rows, weights and biases of each layer by turns; a row is four blocks: forget, in, out, change.
 * `extra` has three rows: weights of the input, weights and biases of the output.
 *
 * @differentiable wrt=main,extra modes=grad,value_and_grad
 */
export function lstmLoss(main: Float64Array, extra: Float64Array, data: LstmData): number {
  const { layers, bits, state, sequence } = data;
  const characters = sequence.length / bits;

  const hidden = new Float64Array(layers * bits);
  const cell = new Float64Array(layers * bits);
  for (let layer = 0; layer < layers; layer++) {
    for (let j = 0; j < bits; j++) {
      hidden[layer * bits + j] = state[2 * layer * bits + j]!;
      cell[layer * bits + j] = state[(2 * layer + 1) * bits + j]!;
    }
  }

  const prediction = new Float64Array(bits);
  let total = 0;
  for (let t = 0; t < characters - 1; t++) {
    predict(main, extra, sequence, t * bits, hidden, cell, prediction);

    let sum = 0;
    for (let j = 0; j < bits; j++) {
      sum += Math.exp(prediction[j]!);
    }
    const normalizer = Math.log(2 + sum);
    for (let j = 0; j < bits; j++) {
      total += sequence[(t + 1) * bits + j]! * (prediction[j]! - normalizer);
    }
  }
  return -total / (bits * (characters - 1));
}

/** Advances all layers by one character, which starts at `input` in the sequence, and writes the prediction for the next. */
function predict(
  main: Float64Array,
  extra: Float64Array,
  sequence: Float64Array,
  input: number,
  hidden: Float64Array,
  cell: Float64Array,
  prediction: Float64Array,
): void {
  const bits = prediction.length;
  const layers = hidden.length / bits;
  for (let j = 0; j < bits; j++) {
    prediction[j] = sequence[input + j]! * extra[j]!;
  }
  for (let layer = 0; layer < layers; layer++) {
    advanceLayer(main, layer, prediction, hidden, cell);
  }
  for (let j = 0; j < bits; j++) {
    prediction[j] = prediction[j]! * extra[bits + j]! + extra[2 * bits + j]!;
  }
}

/** One step of one layer: its hidden and cell vectors change, and `signal`, its input, becomes its output. */
function advanceLayer(
  main: Float64Array,
  layer: number,
  signal: Float64Array,
  hidden: Float64Array,
  cell: Float64Array,
): void {
  const bits = signal.length;
  const weight = 8 * bits * layer;
  const bias = weight + 4 * bits;
  for (let j = 0; j < bits; j++) {
    const s = layer * bits + j;
    const x = signal[j]!;
    const h = hidden[s]!;
    const forget = sigmoid(x * main[weight + j]! + main[bias + j]!);
    const ingate = sigmoid(h * main[weight + bits + j]! + main[bias + bits + j]!);
    const outgate = sigmoid(x * main[weight + 2 * bits + j]! + main[bias + 2 * bits + j]!);
    const change = Math.tanh(h * main[weight + 3 * bits + j]! + main[bias + 3 * bits + j]!);
    cell[s] = cell[s]! * forget + ingate * change;
    hidden[s] = outgate * Math.tanh(cell[s]);
    signal[j] = hidden[s];
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
