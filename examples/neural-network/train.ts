/** Training: gradient descent with momentum on the whole training set. */
import type { Flowers } from "./data.js";
import { type Layer, type Network, predict } from "./network.js";
import { loss_value_and_grad } from "./network_grad.js";

export interface Settings {
  readonly epochs: number;
  readonly rate: number;
  readonly momentum: number;
  readonly decay: number;
}

/** Small weights, the same ones every time. */
export function initialNetwork(inputs: number, hidden: number, outputs: number): Network {
  let state = 1;
  const weight = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const layer = (units: number, width: number): Layer => ({
    weights: Array.from({ length: units }, () => Array.from({ length: width }, weight)),
    biases: Array.from({ length: units }, () => 0),
  });
  return { hidden: layer(hidden, inputs), output: layer(outputs, hidden) };
}

/** Trains the network in place and returns the losses before each epoch. */
export function train(network: Network, flowers: Flowers, settings: Settings): number[] {
  const velocity = structuredClone(network);
  scale(velocity, 0);
  const losses: number[] = [];
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const [value, gradient] = loss_value_and_grad(network, flowers.inputs, flowers.labels, settings.decay);
    losses.push(value);
    scale(velocity, settings.momentum);
    addScaled(velocity, -settings.rate, gradient);
    addScaled(network, 1, velocity);
  }
  return losses;
}

/** The fraction of flowers whose species the network finds. */
export function accuracy(network: Network, flowers: Flowers): number {
  const right = flowers.inputs.filter((input, i) => {
    const scores = predict(network, input);
    return scores.indexOf(Math.max(...scores)) === flowers.labels[i];
  });
  return right.length / flowers.inputs.length;
}

/** Every row of parameters. */
const rows = ({ hidden, output }: Network): number[][] => [
  ...hidden.weights,
  hidden.biases,
  ...output.weights,
  output.biases,
];

function scale(target: Network, factor: number): void {
  for (const row of rows(target)) row.forEach((value, i) => (row[i] = factor * value));
}

/** target += factor × source */
function addScaled(target: Network, factor: number, source: Network): void {
  const sources = rows(source);
  rows(target).forEach((row, k) => row.forEach((value, i) => (row[i] = value + factor * sources[k]![i]!)));
}
