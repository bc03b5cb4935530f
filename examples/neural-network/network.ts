/** A classifier with one hidden layer, on plain arrays. */

export interface Layer {
  /** One row of weights for each unit. */
  readonly weights: number[][];
  readonly biases: number[];
}

export interface Network {
  readonly hidden: Layer;
  readonly output: Layer;
}

/**
 * Mean cross entropy of the predicted classes, with a little weight decay.
 *
 * @differentiable wrt=network modes=value_and_grad
 */
export function loss(
  network: Network,
  inputs: readonly (readonly number[])[],
  labels: readonly number[],
  decay: number,
): number {
  let sum = 0;
  for (let i = 0; i < inputs.length; i++) {
    const scores = predict(network, inputs[i]!);
    sum += logSumExp(scores) - scores[labels[i]!]!;
  }
  return sum / inputs.length + decay * (squaredNorm(network.hidden.weights) + squaredNorm(network.output.weights));
}

/** A score for each class; the largest one wins. */
export function predict(network: Network, input: readonly number[]): number[] {
  const hidden = affine(network.hidden, input);
  for (let i = 0; i < hidden.length; i++) {
    hidden[i] = Math.tanh(hidden[i]!);
  }
  return affine(network.output, hidden);
}

/** Weights times input plus biases. */
function affine(layer: Layer, input: readonly number[]): number[] {
  const result = new Array<number>(layer.biases.length).fill(0);
  for (let i = 0; i < layer.biases.length; i++) {
    const row = layer.weights[i]!;
    let sum = layer.biases[i]!;
    for (let j = 0; j < input.length; j++) {
      sum += row[j]! * input[j]!;
    }
    result[i] = sum;
  }
  return result;
}

function logSumExp(values: readonly number[]): number {
  let max = -Infinity;
  for (const value of values) {
    if (value > max) max = value;
  }
  let sum = 0;
  for (const value of values) {
    sum += Math.exp(value - max);
  }
  return max + Math.log(sum);
}

function squaredNorm(rows: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const row of rows) {
    for (const entry of row) {
      sum += entry * entry;
    }
  }
  return sum;
}
