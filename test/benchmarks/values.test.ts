/** The benchmark objectives against their expected values: no compiler involved. */
import { describe, expect, test } from "vitest";
import { reprojectionError, weightError } from "../../examples/adbench/ba.js";
import { gmmObjective } from "../../examples/adbench/gmm.js";
import { handResiduals, handResidualsComplicated } from "../../examples/adbench/hand.js";
import { lstmLoss } from "../../examples/adbench/lstm.js";
import { determinant } from "../../examples/gradbench/det.js";
import { clusteringCost } from "../../examples/gradbench/kmeans.js";
import { leastSquares } from "../../examples/gradbench/llsq.js";
import { logSumExp } from "../../examples/gradbench/lse.js";
import { lastEntry, solution } from "../../examples/gradbench/ode.js";
import { expectClose, expectCloseNumber, norm } from "./close.js";
import { type GmmProblem, loadBa, loadExpected, loadGmm, loadHand, loadLstm } from "./load.js";
import {
  baBlocks,
  gmmCases,
  gmmFromInput,
  gmmSummaries,
  handModelOf,
  handSummaries,
  lstmCases,
  lstmFiles,
  lstmFromExpected,
  lstmSummaries,
} from "./problems.js";

function gmm(problem: GmmProblem, priorSign: number): number {
  const { alphas, means, icf, points, dimension, wishart } = problem;
  return gmmObjective(alphas, means, icf, points, dimension, wishart, priorSign);
}

describe("gmm", () => {
  test.each(gmmCases)("%s", (_, expected) => {
    const problem = gmmFromInput(expected.input);
    expectCloseNumber(gmm(problem, 1), expected.gradbench.objective);
    expectCloseNumber(gmm(problem, -1), expected.adbench.objective);
  });

  test("the test file holds the input of gmm_test", () => {
    const input = gmmCases[0]?.[1].input;
    if (input === undefined) throw new Error("no gmm_test");
    expect(loadGmm("gmm/gmm_test_d2_K3_n1.txt")).toEqual(gmmFromInput(input));
  });

  test.each(gmmSummaries)("%s", (path, summary) => {
    const problem = loadGmm(path);
    expectCloseNumber(gmm(problem, 1), summary.objective_gradbench);
    expectCloseNumber(gmm(problem, -1), summary.objective_adbench);
  });

  test("at least a dozen data files are here", () => {
    expect(gmmSummaries.length).toBeGreaterThanOrEqual(12);
  });
});

describe("ba", () => {
  test.each(baBlocks)("%s", (_, { input, residual, w_err }) => {
    const camera = Float64Array.from(input.cam);
    expectClose(
      reprojectionError(camera, Float64Array.from(input.x), input.w, Float64Array.from(input.feat)),
      residual,
    );
    expectCloseNumber(weightError(input.w), w_err);
  });

  test("the test file gives the objective of GradBench", () => {
    const { n, m, p, objective_output } = loadExpected("ba_test_gradbench_jacobian");
    const problem = loadBa("ba/ba_test_n2_m10_p10.txt");
    expect([problem.cameras, problem.points, problem.observations]).toEqual([n, m, p]);
    const residual = reprojectionError(problem.camera, problem.point, problem.weight, problem.feature);
    expectClose(residual, objective_output.reproj_error.elements);
    expectCloseNumber(weightError(problem.weight), objective_output.w_err.element);
  });
});

describe("lstm", () => {
  test.each(lstmCases)("%s", (_, expected) => {
    const { main, extra, data } = lstmFromExpected(expected);
    expectCloseNumber(lstmLoss(main, extra, data), expected.objective);
  });

  test.each(lstmFiles)("%s", (name) => {
    const { main, extra, data } = loadLstm(`lstm/${name}.txt`);
    expectCloseNumber(lstmLoss(main, extra, data), loadExpected(name).objective);
  });

  test.each(lstmSummaries)("%s", (path, summary) => {
    const { main, extra, data } = loadLstm(path);
    expect(main.length + extra.length).toBe(summary.n_params);
    expectCloseNumber(lstmLoss(main, extra, data), summary.objective);
  });
});

describe("hand", () => {
  test("simple, two points", () => {
    const { data, theta } = loadHand("hand/hand_test_simple.txt", handModelOf("hand/hand_test_simple.txt"), false);
    expectClose(handResiduals(theta, data), loadExpected("hand_test_simple").objective);
  });

  test("complicated, two points", () => {
    const { data, us, theta } = loadHand(
      "hand/hand_test_complicated.txt",
      handModelOf("hand/hand_test_complicated.txt"),
      true,
    );
    const residuals = handResidualsComplicated(us, theta, data);
    expectClose(residuals, loadExpected("hand_test_complicated").objective);
  });

  test.each(handSummaries)("%s", (path, summary) => {
    const complicated = path.includes("complicated");
    const { data, us, theta } = loadHand(path, handModelOf(path), complicated);
    const residuals = complicated ? handResidualsComplicated(us, theta, data) : handResiduals(theta, data);
    expect(residuals.length).toBe(summary.rows);
    expectCloseNumber(norm(residuals), summary.norm_objective);
    expectClose(residuals.subarray(0, 3), summary.objective_first3);
  });
});

describe("the small problems of GradBench", () => {
  const extra = loadExpected("gradbench_extra");

  test.each([extra.det_3x3, extra.det_ell5_first_gradbench_input])("det $input.ell", ({ input, primal }) => {
    expectCloseNumber(determinant(Float64Array.from(input.A), input.ell), primal);
  });

  test.each([extra.llsq_m3_n5, extra.llsq_first_gradbench_input])("llsq $input.n", ({ input, primal }) => {
    expectCloseNumber(leastSquares(Float64Array.from(input.x), input.n), primal);
  });

  test("lse", () => {
    expectCloseNumber(logSumExp(Float64Array.from(extra.lse_n4.input.x)), extra.lse_n4.primal);
  });

  test.each([extra.ode_n3_s4, extra.ode_n6_s10])("ode $input.s", ({ input, primal }) => {
    const x = Float64Array.from(input.x);
    expectClose(solution(x, input.s), primal);
    expect(lastEntry(x, input.s)).toBe(solution(x, input.s)[x.length - 1]);
  });

  test("kmeans", () => {
    const { input, cost } = extra.kmeans_n6_k2_d2;
    expectCloseNumber(clusteringCost(input.points, input.centroids), cost);
  });
});
