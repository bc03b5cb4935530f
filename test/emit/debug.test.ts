/** `--debug`: generated code reports the first number of a call that is not finite, and computes the same. */
import { afterEach, expect, test } from "vitest";
import { type NotFinite, onNotFinite } from "../../runtime/src/index.js";
import { compileAll, compileOne, type Outcome } from "../support/compile.js";
import { exportedFunction } from "../support/evaluate.js";
import { readFixtures } from "../support/fixture.js";

afterEach(() => onNotFinite());

function generated(outcome: Outcome, name: string): (...args: readonly unknown[]) => unknown {
  if (outcome.kind !== "compiled") throw new Error(outcome.kind);
  return exportedFunction(outcome.compiled.generated, name);
}

/** What a call reports. */
function reported(call: () => unknown): readonly NotFinite[] {
  const reports: NotFinite[] = [];
  onNotFinite((report) => void reports.push(report));
  call();
  return reports;
}

const source = `/** @differentiable */
export function f(x: number, ys: number[]): number {
  let s = 0;
  for (let i = 0; i < ys.length; i++) {
    s += Math.log(ys[i]! * x);
  }
  const n = Math.sqrt(s);
  return n > 3 ? n / x : s + n;
}
`;

test("the first value that is not finite, with its line", () => {
  const grad = generated(compileOne(source, { debug: true }), "f_grad");
  expect(reported(() => grad(2, [1, -3, 4, -5]))).toEqual([
    { caller: "f_grad", what: "value", place: "model.ts:5", number: NaN },
  ]);
  expect(reported(() => grad(2, [0.1]))).toMatchObject([{ what: "value", place: "model.ts:7", number: NaN }]);
});

test("the first partial derivative where the values are finite", () => {
  const outcome = compileOne(source, { debug: true });
  const infinite = { what: "partial derivative", place: "model.ts:7", number: Infinity };
  expect(reported(() => generated(outcome, "f_grad")(1, [1]))).toMatchObject([infinite]);
  const pair = generated(outcome, "f_vjp")(1, [1]);
  const pullback: unknown = Array.isArray(pair) ? pair[1] : undefined;
  if (typeof pullback !== "function") throw new Error("no pullback");
  const pull = (): unknown => Reflect.apply(pullback, undefined, [1]);
  // Each call of a pullback reports anew.
  expect(reported(pull)).toMatchObject([{ caller: "f_vjp", ...infinite }]);
  expect(reported(pull)).toHaveLength(1);
});

test("nothing where everything is finite, and the same results", () => {
  const [plain, debug] = [compileOne(source), compileOne(source, { debug: true })];
  const args = [1.5, [2, 3, 4]];
  expect(reported(() => generated(debug, "f_grad")(...args))).toEqual([]);
  for (const name of ["f_grad", "f_value_and_grad"])
    expect(generated(debug, name)(...args)).toEqual(generated(plain, name)(...args));
});

test("a handler may stop the program", () => {
  onNotFinite(({ place, number }) => {
    throw new RangeError(`${number} at ${place}`);
  });
  expect(() => generated(compileOne(source, { debug: true }), "f_grad")(1, [-1])).toThrow("NaN at model.ts:5");
});

test("every construct can be looked into", () => {
  const folders = /^(loops|exits|recursion|closures|classes|runtime)\//;
  const failed = readFixtures()
    .filter(({ name }) => folders.test(name))
    .filter((_, i) => i % 6 === 0)
    .flatMap(({ name, path, source: text }) => {
      const outcome = compileAll({ [path]: text }, { debug: true, only: [path] }).get(path);
      return outcome?.kind === "crashed" ? [`${name}: ${outcome.error.message}`] : [];
    });
  expect(failed).toEqual([]);
});
