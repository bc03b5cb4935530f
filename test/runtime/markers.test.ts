/** The markers at run time: they change nothing. */
import ts from "typescript";
import { expect, test } from "vitest";
import { differentiable, stopGradient } from "../../runtime/src/index.js";

test("stopGradient returns the very value", () => {
  expect(stopGradient(3)).toBe(3);
  const weights = new Float64Array(2);
  expect(stopGradient(weights)).toBe(weights);
});

test.each([false, true])("the decorator as tsc applies it (experimentalDecorators: %s)", (experimentalDecorators) => {
  const source = `
    class Model {
      #scale = 2;
      @differentiable loss(w: number) { return w * this.#scale; }
      @differentiable({ wrt: ["w"] }) static twice(w: number) { return 2 * w; }
    }
    return [new Model().loss(3), Model.twice(4)];`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { experimentalDecorators, target: ts.ScriptTarget.ES2022 },
  });
  expect(new Function("differentiable", outputText)(differentiable)).toEqual([6, 8]);
});
