/** Fits the curve to the data and compares the parameters with the values NIST certifies. */
import { certified, certifiedSumOfSquares, starts, xs, ys } from "./data.js";
import { fit } from "./levenberg-marquardt.js";
import { sumOfSquares } from "./mobility.js";
import { mobility_value_and_grad, sumOfSquares_grad } from "./mobility_grad.js";

/** How many digits of a certified value, which has eleven, another number shares. */
const digits = (value: number, certain: number): number =>
  Math.min(11, Math.floor(-Math.log10(Math.abs(value / certain - 1))));

for (const start of starts) {
  console.log(
    `from (${start.join(", ")}), where the sum of squares is ${sumOfSquares(start, xs, ys).toExponential(3)}`,
  );
  const before = performance.now();
  const result = fit(mobility_value_and_grad, xs, ys, start);
  const milliseconds = performance.now() - before;

  result.parameters.forEach((value, i) => {
    const truth = certified[i] ?? NaN;
    console.log(
      `  b${i + 1} = ${value.toPrecision(11).padEnd(16)} certified ${truth.toPrecision(11).padEnd(16)} equal digits: ${digits(value, truth)}`,
    );
  });
  const slope = Math.max(...sumOfSquares_grad(result.parameters, xs, ys).map(Math.abs));
  console.log(
    `  sum of squares ${result.sumOfSquares.toPrecision(11)}, certified ${certifiedSumOfSquares.toPrecision(11)}`,
  );
  console.log(
    `  converged in ${result.iterations} iterations, ${milliseconds.toFixed(1)} ms; largest slope left: ${slope.toExponential(1)}`,
  );
}
