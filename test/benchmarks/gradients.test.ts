/** The generated gradients of the benchmark objectives against their expected values. */
import { describe, expect, test } from "vitest";
import type { Observation } from "../../examples/adbench/ba.js";
import { bundleCost_value_and_grad, reprojectionError_vjp, weightError_grad } from "../../examples/adbench/ba_grad.js";
import { gmmObjective_grad, gmmObjective_value_and_grad } from "../../examples/adbench/gmm_grad.js";
import { lstmLoss_grad, lstmLoss_value_and_grad } from "../../examples/adbench/lstm_grad.js";
import { determinant_grad, determinant_value_and_grad } from "../../examples/gradbench/det_grad.js";
import { clusteringCost_value_and_grad } from "../../examples/gradbench/kmeans_grad.js";
import { leastSquares_grad, leastSquares_value_and_grad } from "../../examples/gradbench/llsq_grad.js";
import { logSumExp_grad, logSumExp_value_and_grad } from "../../examples/gradbench/lse_grad.js";
import { lastEntry_grad, solution_vjp } from "../../examples/gradbench/ode_grad.js";
import { expectClose, expectCloseNumber, norm } from "./close.js";
import type { GmmSummary } from "./expected.js";
import { handJacobian, sparseBaJacobian } from "./jacobians.js";
import { type GmmProblem, loadBa, loadExpected, loadGmm, loadHand, loadLstm } from "./load.js";
import {
  baBlocks,
  gmmCases,
  gmmFromInput,
  gmmSummaries,
  handModelOf,
  handSummaries,
  icfRows,
  lstmCases,
  lstmFiles,
  lstmFromExpected,
  lstmSummaries,
} from "./problems.js";

describe("gmm", () => {
  function gradient(problem: GmmProblem, priorSign: number): [Float64Array, Float64Array, Float64Array] {
    const { alphas, means, icf, points, dimension, wishart } = problem;
    return gmmObjective_grad(alphas, means, icf, points, dimension, wishart, priorSign);
  }

  test.each(gmmCases)("%s", (_, { input, gradbench, adbench }) => {
    const problem = gmmFromInput(input);
    const { alpha, mu, q, l } = gradbench.gradient;
    const [dAlphas, dMeans, dIcf] = gradient(problem, 1);
    expectClose(dAlphas, alpha);
    expectClose(dMeans, mu.flat());
    expectClose(dIcf, icfRows(q, l));

    const [aAlphas, aMeans, aIcf] = gradient(problem, -1);
    expectClose(aAlphas, alpha);
    expectClose(aMeans, mu.flat());
    expectClose(aIcf, icfRows(adbench.q, adbench.l));
    if (adbench.gradient_flat !== undefined) {
      expectClose([...aAlphas, ...aMeans, ...aIcf], adbench.gradient_flat);
    }
  });

  test("the value comes with the gradient", () => {
    const { alphas, means, icf, points, dimension, wishart } = loadGmm("gmm/gmm_test_d2_K3_n1.txt");
    const [value, grad] = gmmObjective_value_and_grad(alphas, means, icf, points, dimension, wishart, -1);
    expectCloseNumber(value, gmmCases[0]?.[1].adbench.objective ?? NaN);
    expect(grad).toEqual(gmmObjective_grad(alphas, means, icf, points, dimension, wishart, -1));
  });

  /** The q (diagonal) or l (rest) parts of the gradient of `icf`. */
  function part(dIcf: Float64Array, { d, k }: GmmSummary, which: "q" | "l"): Float64Array {
    const rowLength = (d * (d + 1)) / 2;
    return dIcf.filter((_, i) => i < k * rowLength && i % rowLength < d === (which === "q"));
  }

  test.each(gmmSummaries)("%s", (path, summary) => {
    const problem = loadGmm(path);
    const [dAlphas, dMeans, dIcf] = gradient(problem, 1);
    const dq = part(dIcf, summary, "q");
    const dl = part(dIcf, summary, "l");
    expectCloseNumber(norm(dAlphas), summary.norm_dalpha);
    expectCloseNumber(norm(dMeans), summary.norm_dmu);
    expectCloseNumber(norm(dq), summary.norm_dq_gradbench);
    expectCloseNumber(norm(dl), summary.norm_dl_gradbench);
    expectCloseNumber(dMeans[0] ?? NaN, summary.dmu_0_0);
    expectCloseNumber(dq[0] ?? NaN, summary.dq_0_0_gradbench);
    expectCloseNumber(dl[0] ?? NaN, summary.dl_0_0_gradbench);

    const [aAlphas, aMeans, aIcf] = gradient(problem, -1);
    expectClose(aAlphas, dAlphas);
    expectClose(aMeans, dMeans);
    expectCloseNumber(norm(part(aIcf, summary, "q")), summary.norm_dq_adbench);
    expectCloseNumber(norm(part(aIcf, summary, "l")), summary.norm_dl_adbench);
  });
});

describe("ba", () => {
  test.each(baBlocks)("%s", (_, { input, residual, jacobian_block }) => {
    const [value, pullback] = reprojectionError_vjp(
      Float64Array.from(input.cam),
      Float64Array.from(input.x),
      input.w,
      Float64Array.from(input.feat),
    );
    expectClose(value, residual);
    for (const [seed, row] of [
      [[1, 0], jacobian_block.row_x],
      [[0, 1], jacobian_block.row_y],
    ] as const) {
      const [camera, point, weight] = pullback([seed[0], seed[1]]);
      expectClose(camera, row.cam);
      expectClose(point, row.point);
      expectCloseNumber(weight, row.w);
    }
    expectCloseNumber(weightError_grad(input.w), jacobian_block.d_werr_dw);
  });

  test("the sparse Jacobian of the test file", () => {
    const { output } = loadExpected("ba_test_gradbench_jacobian");
    const { rows, columns, values } = sparseBaJacobian(loadBa("ba/ba_test_n2_m10_p10.txt"));
    const wire = (x: ArrayLike<number>): number[] => [...Array.from(x).slice(0, 30), x[x.length - 1] ?? NaN];
    expect(wire(rows)).toEqual(output.rows);
    expect(wire(columns)).toEqual(output.cols);
    expectClose(wire(values), output.vals);
  });

  test("the gradient of the cost is the Jacobian's transpose times the errors", () => {
    const problem = loadBa("ba/ba_test_n2_m10_p10.txt");
    const block = baBlocks.find(([name]) => name === "ba_test_n2_m10_p10")?.[1];
    if (block === undefined) throw new Error("no such block");
    const { residual, w_err, jacobian_block } = block;
    const { row_x, row_y, d_werr_dw } = jacobian_block;
    const times = (x: number, y: number): number => residual[0] * x + residual[1] * y;

    const observations = Array.from(
      { length: problem.observations },
      (_, i): Observation => [i % problem.cameras, i % problem.points],
    );
    const [value, [cameras, points, weights]] = bundleCost_value_and_grad(
      observations.slice(0, problem.cameras).map(() => problem.camera.slice()),
      observations.slice(0, problem.points).map(() => problem.point.slice()),
      new Float64Array(problem.observations).fill(problem.weight),
      observations.map(() => problem.feature),
      observations,
    );
    expectCloseNumber(value, 0.5 * problem.observations * (times(...residual) + w_err * w_err));
    // Each of the two cameras sees five points; each point is seen once.
    const camera = row_x.cam.map((x, j) => 5 * times(x, row_y.cam[j] ?? NaN));
    expect(cameras).toHaveLength(2);
    cameras.forEach((row) => expectClose(row, camera));
    const point = row_x.point.map((x, j) => times(x, row_y.point[j] ?? NaN));
    expect(points).toHaveLength(10);
    points.forEach((row) => expectClose(row, point));
    expectClose(weights, new Float64Array(10).fill(times(row_x.w, row_y.w) + w_err * d_werr_dw));
  });

  test("all observations of ba1", () => {
    const problem = loadBa("ba/ba1_n49_m7776_p31843.txt");
    const { rows, columns, values } = sparseBaJacobian(problem);
    expect(rows.length).toBe(3 * problem.observations + 1);
    expect(columns.length).toBe(31 * problem.observations);
    const block = baBlocks.find(([name]) => name === "ba1")?.[1].jacobian_block;
    if (block === undefined) throw new Error("no ba1");
    const { row_x, row_y } = block;
    const expected = [...row_x.cam, ...row_x.point, row_x.w, ...row_y.cam, ...row_y.point, row_y.w];
    for (let i = 0; i < problem.observations; i++) {
      expectClose(values.subarray(30 * i, 30 * i + 30), expected);
    }
    expectCloseNumber(values[values.length - 1] ?? NaN, block.d_werr_dw);
  });
});

describe("lstm", () => {
  test.each(lstmCases)("%s", (_, expected) => {
    const { main, extra, data } = lstmFromExpected(expected);
    const [dMain, dExtra] = lstmLoss_grad(main, extra, data);
    expectClose([...dMain, ...dExtra], expected.gradient);
  });

  test.each(lstmFiles)("%s", (name) => {
    const expected = loadExpected(name);
    const { main, extra, data } = loadLstm(`lstm/${name}.txt`);
    const [value, [dMain, dExtra]] = lstmLoss_value_and_grad(main, extra, data);
    expectCloseNumber(value, expected.objective);
    expectClose([...dMain, ...dExtra], expected.gradient);
  });

  test.each(lstmSummaries)("%s", (path, summary) => {
    const { main, extra, data } = loadLstm(path);
    const [dMain, dExtra] = lstmLoss_grad(main, extra, data);
    expectCloseNumber(norm([...dMain, ...dExtra]), summary.norm_gradient);
    expectCloseNumber(dMain[0] ?? NaN, summary.first);
    expectCloseNumber(dExtra[dExtra.length - 1] ?? NaN, summary.last);
  });
});

describe("hand", () => {
  test.each(["simple", "complicated"] as const)("%s, two points, the whole Jacobian", (kind) => {
    const expected = loadExpected(`hand_test_${kind}`);
    const problem = loadHand(
      `hand/hand_test_${kind}.txt`,
      handModelOf(`hand/hand_test_${kind}.txt`),
      kind === "complicated",
    );
    const { residuals, jacobian } = handJacobian(problem);
    expectClose(residuals, expected.objective);
    expect(jacobian.length).toBe(expected.jacobian.length);
    // Row by row: the columns of a finger that does not move a point are exactly zero.
    jacobian.forEach((row, i) => expectClose(row, expected.jacobian[i] ?? []));
  });

  test.each(handSummaries)("%s", (path, summary) => {
    const { data, us, theta } = loadHand(path, handModelOf(path), path.includes("complicated"));
    // One point at a time: reverse mode costs as much as the whole residual for every row, and this is the same function.
    const squares = new Float64Array(summary.cols);
    for (let i = 0; i < data.correspondences.length; i++) {
      const { jacobian } = handJacobian({
        data: {
          model: data.model,
          correspondences: data.correspondences.subarray(i, i + 1),
          points: data.points.subarray(3 * i, 3 * i + 3),
        },
        us: us.subarray(2 * i, 2 * i + 2),
        theta,
      });
      expect(jacobian.length).toBe(3);
      for (const row of jacobian) {
        row.forEach((entry, j) => {
          squares[j] = (squares[j] ?? NaN) + entry * entry;
        });
      }
    }
    const columnNorms = squares.map(Math.sqrt);
    expectClose(columnNorms, summary.column_norms);
    expectCloseNumber(norm(columnNorms), summary.norm_jacobian);
  });

  test("a row of a hundred points is the row of its point", () => {
    const { data, us, theta } = loadHand(
      "hand/simple_small/hand1_t26_c100.txt",
      handModelOf("hand/simple_small/hand1_t26_c100.txt"),
      false,
    );
    const { jacobian } = handJacobian({ data, us, theta });
    const alone = handJacobian({
      data: {
        model: data.model,
        correspondences: data.correspondences.subarray(42, 43),
        points: data.points.subarray(126, 129),
      },
      us,
      theta,
    });
    alone.jacobian.forEach((row, j) => expectClose(jacobian[126 + j] ?? [], row));
  });
});

describe("the small problems of GradBench", () => {
  const extra = loadExpected("gradbench_extra");

  test.each([extra.det_3x3, extra.det_ell5_first_gradbench_input])("det $input.ell", ({ input, primal, gradient }) => {
    const matrix = Float64Array.from(input.A);
    expectClose(determinant_grad(matrix, input.ell), gradient);
    const [value, grad] = determinant_value_and_grad(matrix, input.ell);
    expectCloseNumber(value, primal);
    expectClose(grad, gradient);
  });

  test.each([extra.llsq_m3_n5, extra.llsq_first_gradbench_input])("llsq $input.n", ({ input, primal, gradient }) => {
    const x = Float64Array.from(input.x);
    expectClose(leastSquares_grad(x, input.n), gradient);
    const [value, grad] = leastSquares_value_and_grad(x, input.n);
    expectCloseNumber(value, primal);
    expectClose(grad, gradient);
  });

  test("lse", () => {
    const x = Float64Array.from(extra.lse_n4.input.x);
    expectClose(logSumExp_grad(x), extra.lse_n4.gradient);
    expectCloseNumber(logSumExp_value_and_grad(x)[0], extra.lse_n4.primal);
  });

  test("lse of equal numbers: the shift has no derivative, whoever wins the tie", () => {
    expectClose(logSumExp_grad(Float64Array.of(1, 1, 1, 1)), [0.25, 0.25, 0.25, 0.25]);
  });

  test("ode", () => {
    const { ode_n3_s4, ode_n6_s10 } = extra;
    expectClose(lastEntry_grad(Float64Array.from(ode_n3_s4.input.x), ode_n3_s4.input.s), ode_n3_s4.gradient);
    const x = Float64Array.from(ode_n6_s10.input.x);
    expectClose(lastEntry_grad(x, ode_n6_s10.input.s), ode_n6_s10.gradient_of_rk_program);

    const [y, pullback] = solution_vjp(x, ode_n6_s10.input.s);
    expectClose(y, ode_n6_s10.primal);
    expectClose(pullback(Float64Array.of(0, 0, 0, 0, 0, 1)), ode_n6_s10.gradient_of_rk_program);
    // y[0] is 2 x[0].
    expectClose(pullback(Float64Array.of(1, 0, 0, 0, 0, 0)), [2, 0, 0, 0, 0, 0]);
  });

  test("ode of many equations: the last entry and its gradient underflow to zero, not to NaN", () => {
    const x = new Float64Array(1000).fill(0.5);
    expect(lastEntry_grad(x, 10).every((entry) => entry === 0)).toBe(true);
  });

  test("kmeans", () => {
    const { input, cost, dir } = extra.kmeans_n6_k2_d2;
    const [value, grad] = clusteringCost_value_and_grad(input.points, input.centroids);
    expectCloseNumber(value, cost);
    // The diagonal of the Hessian is twice the size of the cluster, here three points each.
    const step = grad.map((row) => row.map((entry) => entry / 6));
    expectClose(step.flat(), dir.flat());
  });
});
