/** Minimises all three functions. */
import { crossEntropy, oscillation } from "./models.js";
import { crossEntropy_grad } from "./models_grad.js";
import { adam, bottomOfValley, fitOscillation } from "./optimisers.js";

const { value, iterations } = bottomOfValley(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? -1.2 : 1)));
console.log(`valley: ${value.toExponential(0)} after ${iterations} iterations`);

const truth = [3, 0.4, 2, 0.5];
const times = Array.from({ length: 40 }, (_, i) => i / 8);
const fitted = fitOscillation(
  times,
  times.map((t) => oscillation(truth, t)),
  [2, 0.2, 1.8, 0.2],
);
console.log(`oscillation: (${fitted.parameterValues.map((b) => b.toFixed(6)).join(", ")})`);

/** Points in the plane; those beyond a line have the label 1, but for one of each kind that is on the wrong side. */
const xs = Array.from({ length: 60 }, (_, i) => Float64Array.of(Math.sin(7 * i), Math.cos(3 * i)));
const labels = xs.map(([x = 0, y = 0], i) => (x + 2 * y > 0.3 !== (i === 12 || i === 41) ? 1 : 0));
const w = new Float64Array(3);
const before = crossEntropy(w, xs, labels);
adam(w, (at) => crossEntropy_grad(at, xs, labels), 500);
console.log(`cross entropy: ${before.toFixed(3)} before, ${crossEntropy(w, xs, labels).toFixed(3)} after`);
