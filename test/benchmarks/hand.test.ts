/**
 * What `npm run bench` measures, at its smallest sizes: the gradients by hand against the expected values, and adc, the minimal
 * tape and differences against the gradients by hand; then a run of the measurement itself that is over at once.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { gmmGradient } from "../../bench/hand/gmm.js";
import { complicatedHandJacobianByHand, handJacobianByHand } from "../../bench/hand/hand.js";
import { lstmGradient } from "../../bench/hand/lstm.js";
import { reprojectionJacobian } from "../../bench/hand/ba.js";
import { bytes, check, growth, type Scope, times } from "../../bench/parts.js";
import { prepare } from "../../bench/prepare.js";
import { problems } from "../../bench/problems/index.js";
import { report } from "../../bench/report.js";
import { exponent } from "../../bench/results.js";
import { expectClose, expectCloseNumber, norm } from "./close.js";
import { loadExpected, loadGmm, loadHand, loadLstm } from "./load.js";
import {
  baBlocks,
  gmmCases,
  gmmFromInput,
  gmmSummaries,
  handModelOf,
  icfRows,
  lstmCases,
  lstmFiles,
  lstmFromExpected,
} from "./problems.js";

describe("gmm", () => {
  test.each(gmmCases)("%s", (_, { input, gradbench, adbench }) => {
    const { alphas, means, icf, points, dimension, wishart } = gmmFromInput(input);
    const { alpha, mu, q, l } = gradbench.gradient;
    const [dAlphas, dMeans, dIcf] = gmmGradient(alphas, means, icf, points, dimension, wishart, 1);
    expectClose(dAlphas, alpha);
    expectClose(dMeans, mu.flat());
    expectClose(dIcf, icfRows(q, l));
    const [, , aIcf] = gmmGradient(alphas, means, icf, points, dimension, wishart, -1);
    expectClose(aIcf, icfRows(adbench.q, adbench.l));
  });

  test.each(gmmSummaries)("%s", (path, summary) => {
    const { alphas, means, icf, points, dimension, wishart } = loadGmm(path);
    const [dAlphas, dMeans, dIcf] = gmmGradient(alphas, means, icf, points, dimension, wishart, 1);
    expectCloseNumber(norm(dAlphas), summary.norm_dalpha);
    expectCloseNumber(norm(dMeans), summary.norm_dmu);
    expectCloseNumber(norm(dIcf), Math.hypot(summary.norm_dq_gradbench, summary.norm_dl_gradbench));
  });
});

describe("lstm", () => {
  test.each(lstmCases)("%s", (_, expected) => {
    const { main, extra, data } = lstmFromExpected(expected);
    const [dMain, dExtra] = lstmGradient(main, extra, data);
    expectClose([...dMain, ...dExtra], expected.gradient);
  });

  test.each(lstmFiles)("%s", (name) => {
    const { main, extra, data } = loadLstm(`lstm/${name}.txt`);
    const [dMain, dExtra] = lstmGradient(main, extra, data);
    expectClose([...dMain, ...dExtra], loadExpected(name).gradient);
  });
});

test.each(baBlocks)("ba %s", (_, { input, jacobian_block: { row_x, row_y } }) => {
  const block = new Float64Array(30);
  const feature = Float64Array.from(input.feat);
  reprojectionJacobian(Float64Array.from(input.cam), Float64Array.from(input.x), input.w, feature, block, 0);
  expectClose(block, [...row_x.cam, ...row_x.point, row_x.w, ...row_y.cam, ...row_y.point, row_y.w]);
});

test.each(["simple", "complicated"] as const)("hand %s", (kind) => {
  const path = `hand/hand_test_${kind}.txt`;
  const { us, theta, data } = loadHand(path, handModelOf(path), kind === "complicated");
  const jacobian = kind === "simple" ? handJacobianByHand(theta, data) : complicatedHandJacobianByHand(us, theta, data);
  expectClose(jacobian, loadExpected(`hand_test_${kind}`).jacobian.flat());
});

describe("what is measured", () => {
  const scope: Scope = { sizes: 1, effort: { rounds: 1, sample: 0.1, warmUp: 0 }, looks: 1, doublings: 2 };

  beforeAll(async () => {
    await prepare();
  });

  test.each([...problems])("%s: adc, the tape and differences agree with the gradient by hand", async (_, load) => {
    expect(check(await load(), scope)).toHaveLength(1);
  });

  test("the measurement itself", async () => {
    const problem = await (problems.get("kepler") ?? expect.fail("no kepler"))();
    const rows = times(problem, scope);
    const memory = bytes(problem, scope);
    const grown = growth({ ...problem, name: "grown" }, scope);
    expect(memory[0]?.tape).toBeGreaterThan(0);
    const results = { machine: "m", node: "n", rounds: 1, compiled: 0, times: rows, bytes: memory, growth: grown };
    const text = report(results);
    expect(text).toMatch(/^\| kepler +\| 20 orbits \| +40 \|/m);
    expect(text).toMatch(/^\| grown +\| orbits \| 256 … 512 \|/m);
  });
});

test("an exponent", () => {
  expect(exponent([1, 2, 4], [3, 12, 48])).toBeCloseTo(2);
});
