/** The hand-written gradients, the points of reference for speed, against the expected values. */
import { describe, test } from "vitest";
import { expectClose, expectCloseNumber, norm } from "./close.js";
import { reprojectionJacobian } from "./hand-written/ba.js";
import { gmmGradient } from "./hand-written/gmm.js";
import { lstmGradient } from "./hand-written/lstm.js";
import { loadExpected, loadGmm, loadLstm } from "./load.js";
import {
  baBlocks,
  gmmCases,
  gmmFromInput,
  gmmSummaries,
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
