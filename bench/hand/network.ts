/**
 * The gradient of the network's `loss`: forward and reverse sweep of one input at a time, four units at a time, so that an
 * input of a layer is read once for four rows of weights.
 */
import type { Network } from "../programs/network.js";

interface LayerGradient {
  weights: Float64Array;
  biases: Float64Array;
}

export function lossGradient(
  network: Network,
  inputs: readonly Float64Array[],
  labels: Int32Array,
): { layers: LayerGradient[] } {
  const { layers } = network;
  const depth = layers.length;
  const gradients = layers.map(
    ({ weights, biases }): LayerGradient => ({
      weights: new Float64Array(weights.length),
      biases: new Float64Array(biases.length),
    }),
  );
  const outputs = layers.map(({ biases }) => new Float64Array(biases.length));
  const adjoints = layers.map(({ biases }) => new Float64Array(biases.length));
  const scores = outputs[depth - 1]!;
  const dScores = adjoints[depth - 1]!;
  const share = 1 / inputs.length;

  for (let i = 0; i < inputs.length; i++) {
    let signal = inputs[i]!;
    for (let l = 0; l < depth; l++) {
      const { weights, biases } = layers[l]!;
      const output = outputs[l]!;
      affine(weights, biases, signal, output);
      if (l < depth - 1) {
        for (let j = 0; j < output.length; j++) output[j] = Math.tanh(output[j]!);
      }
      signal = output;
    }

    let max = scores[0]!;
    for (let j = 1; j < scores.length; j++) {
      if (scores[j]! > max) max = scores[j]!;
    }
    let sum = 0;
    for (let j = 0; j < scores.length; j++) {
      const exponential = Math.exp(scores[j]! - max);
      dScores[j] = exponential;
      sum += exponential;
    }
    const factor = share / sum;
    for (let j = 0; j < scores.length; j++) dScores[j]! *= factor;
    dScores[labels[i]!]! -= share;

    for (let l = depth - 1; l > 0; l--) {
      const input = outputs[l - 1]!;
      const dInput = adjoints[l - 1]!;
      dInput.fill(0);
      affineReverse(layers[l]!.weights, input, adjoints[l]!, gradients[l]!, dInput);
      for (let j = 0; j < dInput.length; j++) {
        const y = input[j]!;
        dInput[j]! *= 1 - y * y;
      }
    }
    affineReverseOfWeights(inputs[i]!, adjoints[0]!, gradients[0]!);
  }
  return { layers: gradients };
}

function affine(weights: Float64Array, biases: Float64Array, input: Float64Array, output: Float64Array): void {
  const width = input.length;
  const units = output.length;
  let i = 0;
  for (; i + 3 < units; i += 4) {
    let a = biases[i]!;
    let b = biases[i + 1]!;
    let c = biases[i + 2]!;
    let d = biases[i + 3]!;
    let p = i * width;
    let q = p + width;
    let r = q + width;
    let s = r + width;
    for (let j = 0; j < width; j++) {
      const x = input[j]!;
      a += weights[p++]! * x;
      b += weights[q++]! * x;
      c += weights[r++]! * x;
      d += weights[s++]! * x;
    }
    output[i] = a;
    output[i + 1] = b;
    output[i + 2] = c;
    output[i + 3] = d;
  }
  for (; i < units; i++) {
    let a = biases[i]!;
    for (let j = 0; j < width; j++) a += weights[i * width + j]! * input[j]!;
    output[i] = a;
  }
}

function affineReverse(
  weights: Float64Array,
  input: Float64Array,
  dOutput: Float64Array,
  { weights: dWeights, biases: dBiases }: LayerGradient,
  dInput: Float64Array,
): void {
  const width = input.length;
  const units = dOutput.length;
  let i = 0;
  for (; i + 3 < units; i += 4) {
    const a = dOutput[i]!;
    const b = dOutput[i + 1]!;
    const c = dOutput[i + 2]!;
    const d = dOutput[i + 3]!;
    dBiases[i]! += a;
    dBiases[i + 1]! += b;
    dBiases[i + 2]! += c;
    dBiases[i + 3]! += d;
    const p = i * width;
    const q = p + width;
    const r = q + width;
    const s = r + width;
    for (let j = 0; j < width; j++) {
      const x = input[j]!;
      dWeights[p + j]! += a * x;
      dWeights[q + j]! += b * x;
      dWeights[r + j]! += c * x;
      dWeights[s + j]! += d * x;
      dInput[j]! += a * weights[p + j]! + b * weights[q + j]! + (c * weights[r + j]! + d * weights[s + j]!);
    }
  }
  for (; i < units; i++) {
    const a = dOutput[i]!;
    dBiases[i]! += a;
    for (let j = 0; j < width; j++) {
      dWeights[i * width + j]! += a * input[j]!;
      dInput[j]! += a * weights[i * width + j]!;
    }
  }
}

/** As `affineReverse` for the first layer, whose input is a constant. */
function affineReverseOfWeights(
  input: Float64Array,
  dOutput: Float64Array,
  { weights: dWeights, biases: dBiases }: LayerGradient,
): void {
  const width = input.length;
  for (let i = 0; i < dOutput.length; i++) {
    const a = dOutput[i]!;
    dBiases[i]! += a;
    const p = i * width;
    for (let j = 0; j < width; j++) dWeights[p + j]! += a * input[j]!;
  }
}
