/** The examples do what their READMEs say. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { certified, certifiedSumOfSquares, starts, xs, ys } from "../examples/curve-fit/data.js";
import { fit } from "../examples/curve-fit/levenberg-marquardt.js";
import { sumOfSquares } from "../examples/curve-fit/mobility.js";
import {
  mobility_value_and_grad,
  sumOfSquares_grad,
  sumOfSquares_value_and_grad,
} from "../examples/curve-fit/mobility_grad.js";
import { loadFlowers, split, standardised } from "../examples/neural-network/data.js";
import { loss } from "../examples/neural-network/network.js";
import { loss_value_and_grad } from "../examples/neural-network/network_grad.js";
import { accuracy, initialNetwork, train } from "../examples/neural-network/train.js";
import { oscillation, valley } from "../examples/optimisers/models.js";
import { oscillation_grad, valley_grad } from "../examples/optimisers/models_grad.js";
import { bottomOfValley, fitOscillation } from "../examples/optimisers/optimisers.js";
import { f } from "../examples/quick-start/f.js";
import { f_grad, f_value_and_grad } from "../examples/quick-start/f_grad.js";
import { checkGradient } from "../runtime/src/index.js";
import { expectClose, expectCloseNumber } from "./benchmarks/close.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a script prints. */
async function output(run: () => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
  await run();
  return lines.join("\n");
}

describe("optimisers", () => {
  test("gradients agree with differences", () => {
    expect(checkGradient(valley, valley_grad, [[-1.2, 1, 0.3, 2]]).ok).toBe(true);
    expect(checkGradient(oscillation, oscillation_grad, [[3, 0.4, 2, 0.5], 1.3], { wrt: [0] }).ok).toBe(true);
  });

  test("a quasi-Newton method finds the bottom of the valley", () => {
    const { solution, value } = bottomOfValley([-1.2, 1, -1.2, 1, -1.2, 1]);
    expect(value).toBeLessThan(1e-20);
    for (const x of solution) expect(x).toBeCloseTo(1, 9);
  });

  test("Levenberg and Marquardt's method with the exact Jacobian finds the parameters", () => {
    const truth = [3, 0.4, 2, 0.5];
    const times = Array.from({ length: 30 }, (_, i) => i / 6);
    const values = times.map((t) => oscillation(truth, t));
    const { parameterValues } = fitOscillation(times, values, [2, 0.2, 1.8, 0.2]);
    parameterValues.forEach((b, i) => expect(b).toBeCloseTo(truth[i] ?? NaN, 8));
  });

  test("what the script prints", async () => {
    const lines = (await output(() => import("../examples/optimisers/main.js"))).split("\n");
    expect(lines[0]).toMatch(/^valley: \de-2\d after \d+ iterations$/);
    expect(lines[1]).toBe("oscillation: (3.000000, 0.400000, 2.000000, 0.500000)");
    expect(lines[2]).toMatch(/^cross entropy: 0\.693 before, 0\.2\d\d after$/);
  });
});

describe("quick start", () => {
  test("the gradient of the tutorial", () => {
    expectClose(f_grad(2, 3), [3 + Math.cos(2), 2]);
    expect(f_value_and_grad(2, 3)[0]).toBe(f(2, 3));
    expect(f_grad(2, 3)[0].toFixed(3)).toBe("2.584");
  });

  test("what the script prints", async () => {
    const text = await output(() => import("../examples/quick-start/main.js"));
    expect(text).toBe("f(2, 3) = 6.909\nits gradient there is (2.584, 2.000)");
    const readme = readFileSync(new URL("../examples/quick-start/README.md", import.meta.url), "utf8");
    expect(readme).toContain("`f(2, 3) = 6.909` and the gradient `(2.584, 2.000)`");
  });
});

describe("curve fit", () => {
  test.each(starts.map((start) => [start]))("from %s to the certified values", (start) => {
    const result = fit(mobility_value_and_grad, xs, ys, start);
    // The certified values have eleven digits.
    expectClose(result.parameters, certified, { relative: 1e-10, floor: 0 });
    expectCloseNumber(result.sumOfSquares, certifiedSumOfSquares, { relative: 1e-10 });
    expect(result.iterations).toBeLessThan(100);
  });

  test("the gradient of the sum vanishes at the fit and agrees with differences elsewhere", () => {
    const start = starts[1];
    if (start === undefined) throw new Error("no start");
    const fitted = fit(mobility_value_and_grad, xs, ys, start);
    const [value, away] = sumOfSquares_value_and_grad(start, xs, ys);
    expect(value).toBe(sumOfSquares(start, xs, ys));
    const atFit = sumOfSquares_grad(fitted.parameters, xs, ys);
    atFit.forEach((slope, i) => expect(Math.abs(slope)).toBeLessThan(1e-8 * Math.abs(away[i] ?? NaN)));

    away.forEach((slope, i) => {
      const h = 1e-6 * (start[i] ?? NaN);
      const shifted = (by: number): number =>
        sumOfSquares(
          start.map((value_, j) => (i === j ? value_ + by : value_)),
          xs,
          ys,
        );
      expectCloseNumber((shifted(h) - shifted(-h)) / (2 * h), slope, { relative: 1e-6 });
    });
  });

  test("what the script prints", async () => {
    const text = await output(() => import("../examples/curve-fit/main.js"));
    expect(text).toMatch(/b1 = 1288\.1396800 +certified 1288\.1396800 +equal digits: 10/);
    expect(text.match(/converged in \d+ iterations/g)).toHaveLength(2);
  });
});

describe("neural network", () => {
  const flowers = loadFlowers();
  const { training, test: held } = split(flowers);

  test("the flowers are Fisher's: the means of his paper", () => {
    const means = [0, 1, 2].map((label) => {
      const rows = flowers.inputs.filter((_, i) => flowers.labels[i] === label);
      expect(rows).toHaveLength(50);
      return [0, 1, 2, 3].map((j) => rows.reduce((sum, row) => sum + (row[j] ?? NaN), 0) / 50);
    });
    expectClose(means.flat(), [5.006, 3.428, 1.462, 0.246, 5.936, 2.77, 4.26, 1.326, 6.588, 2.974, 5.552, 2.026]);
  });

  test("the gradient has the network's shape and agrees with differences", () => {
    const network = initialNetwork(4, 3, 3);
    const inputs = standardised(training.inputs, training.inputs);
    const [value, gradient] = loss_value_and_grad(network, inputs, training.labels, 1e-2);
    expect(value).toBe(loss(network, inputs, training.labels, 1e-2));

    const rows = (n: typeof network): number[][] => [
      ...n.hidden.weights,
      n.hidden.biases,
      ...n.output.weights,
      n.output.biases,
    ];
    const gradients = rows(gradient);
    expect(gradients.map((row) => row.length)).toEqual(rows(network).map((row) => row.length));
    rows(network).forEach((row, k) => {
      row.forEach((entry, i) => {
        const at = (x: number): number => {
          row[i] = x;
          const result = loss(network, inputs, training.labels, 1e-2);
          row[i] = entry;
          return result;
        };
        const h = 1e-5;
        expectCloseNumber((at(entry + h) - at(entry - h)) / (2 * h), gradients[k]?.[i] ?? NaN, { relative: 1e-6 });
      });
    });
  });

  test("training tells the species apart", () => {
    const trainingSet = { inputs: standardised(training.inputs, training.inputs), labels: training.labels };
    const testSet = { inputs: standardised(held.inputs, training.inputs), labels: held.labels };
    const network = initialNetwork(4, 8, 3);
    const losses = train(network, trainingSet, { epochs: 400, rate: 0.1, momentum: 0.9, decay: 1e-4 });
    expect(losses[0]).toBeGreaterThan(0.9);
    expect(losses.at(-1)).toBeLessThan(0.055);
    expect(accuracy(network, trainingSet)).toBeGreaterThan(0.98);
    expect(accuracy(network, testSet)).toBeGreaterThan(0.96);
  });

  test("what the script prints", async () => {
    const text = await output(() => import("../examples/neural-network/main.js"));
    expect(text).toMatch(/right on the training set: 98\.3 %, on the test set: 96\.7 %/);
  });
});
