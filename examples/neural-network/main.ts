/** Trains a network with one hidden layer to tell three species of iris apart. */
import { loadFlowers, split, standardised } from "./data.js";
import { accuracy, initialNetwork, train } from "./train.js";

const { training, test } = split(loadFlowers());
const trainingSet = { inputs: standardised(training.inputs, training.inputs), labels: training.labels };
const testSet = { inputs: standardised(test.inputs, training.inputs), labels: test.labels };

const network = initialNetwork(4, 8, 3);
const before = performance.now();
const losses = train(network, trainingSet, { epochs: 400, rate: 0.1, momentum: 0.9, decay: 1e-4 });
const milliseconds = performance.now() - before;

for (let epoch = 0; epoch < losses.length; epoch += 50) {
  console.log(`epoch ${String(epoch).padStart(3)}: loss ${losses[epoch]?.toFixed(5)}`);
}
const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
console.log(
  `right on the training set: ${percent(accuracy(network, trainingSet))}, on the test set: ${percent(accuracy(network, testSet))}`,
);
console.log(`${losses.length} gradients in ${milliseconds.toFixed(0)} ms`);
