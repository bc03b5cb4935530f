/** A network of dense layers, written with classes. */

/** One layer: a row of weights for each unit, one after the other, and a bias for each. */
export class Dense {
  constructor(
    readonly weights: Float64Array,
    readonly biases: Float64Array,
  ) {}

  apply(input: Float64Array): Float64Array {
    const { weights, biases } = this;
    const output = new Float64Array(biases.length);
    for (let i = 0; i < output.length; i++) {
      let sum = biases[i]!;
      for (let j = 0; j < input.length; j++) {
        sum += weights[i * input.length + j]! * input[j]!;
      }
      output[i] = sum;
    }
    return output;
  }
}

/** Layers with tanh between them. */
export class Network {
  constructor(readonly layers: readonly Dense[]) {}

  scores(input: Float64Array): Float64Array {
    let signal = input;
    for (let i = 0; i < this.layers.length; i++) {
      signal = this.layers[i]!.apply(signal);
      if (i < this.layers.length - 1) signal = signal.map((value) => Math.tanh(value));
    }
    return signal;
  }
}

/**
 * Mean cross entropy of the predicted classes.
 *
 * @differentiable wrt=network modes=grad,jvp,hvp
 */
export function loss(network: Network, inputs: readonly Float64Array[], labels: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < inputs.length; i++) {
    const scores = network.scores(inputs[i]!);
    sum += logSumExp(scores) - scores[labels[i]!]!;
  }
  return sum / inputs.length;
}

function logSumExp(values: Float64Array): number {
  let max = values[0]!;
  for (const value of values) {
    if (value > max) max = value;
  }
  let sum = 0;
  for (const value of values) {
    sum += Math.exp(value - max);
  }
  return max + Math.log(sum);
}
