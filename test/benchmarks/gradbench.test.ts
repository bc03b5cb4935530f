/** GradBench's protocol: a session through the executable, and every function of every eval on what is expected. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { HandData } from "../../examples/adbench/hand.js";
import { type Answer, createTool } from "../../bench/gradbench/tool.js";
import { prepare } from "../../bench/prepare.js";
import { expectClose, expectCloseNumber } from "./close.js";
import { loadExpected, loadHand } from "./load.js";
import { handModelOf } from "./problems.js";

beforeAll(async () => {
  await prepare();
});

/** Defines an eval and evaluates one of its functions. */
async function evaluate(module: string, name: string, input: unknown): Promise<unknown> {
  const tool = createTool();
  expect(await tool({ id: 0, kind: "define", module })).toEqual({ id: 0, success: true });
  const answer = await tool({ id: 1, kind: "evaluate", module, function: name, input });
  expect(answer.error).toBeUndefined();
  expect(answer.success).toBe(true);
  // As it goes over the wire.
  return JSON.parse(JSON.stringify(answer.output)) as unknown;
}

const extra = loadExpected("gradbench_extra");

describe("numbers and lists", () => {
  const lstm = loadExpected("lstm_small_l2_b3_c5");
  test.each<[module: string, name: string, input: unknown, expected: number | readonly number[]]>([
    ["hello", "square", 3, 9],
    ["hello", "double", 3, 6],
    ["lstm", "objective", lstm.input, lstm.objective],
    ["lstm", "jacobian", lstm.input, lstm.gradient],
    ["llsq", "primal", extra.llsq_m3_n5.input, extra.llsq_m3_n5.primal],
    ["llsq", "gradient", extra.llsq_m3_n5.input, extra.llsq_m3_n5.gradient],
    ["lse", "primal", extra.lse_n4.input, extra.lse_n4.primal],
    ["lse", "gradient", extra.lse_n4.input, extra.lse_n4.gradient],
    ["det", "primal", extra.det_3x3.input, extra.det_3x3.primal],
    ["det", "gradient", extra.det_3x3.input, extra.det_3x3.gradient],
    ["ode", "primal", extra.ode_n3_s4.input, extra.ode_n3_s4.primal],
    ["ode", "gradient", extra.ode_n3_s4.input, extra.ode_n3_s4.gradient],
    ["kmeans", "cost", extra.kmeans_n6_k2_d2.input, extra.kmeans_n6_k2_d2.cost],
    ["particle", "rr", extra.particle.input, extra.particle.output],
    ["particle", "rf", extra.particle.input, extra.particle.output],
    ["particle", "fr", extra.particle.input, extra.particle.output],
    ["particle", "ff", extra.particle.input, extra.particle.output],
    ["saddle", "rr", extra.saddle.input, extra.saddle.output],
    ["saddle", "rf", extra.saddle.input, extra.saddle.output],
    ["saddle", "fr", extra.saddle.input, extra.saddle.output],
    ["saddle", "ff", extra.saddle.input, extra.saddle.output],
  ])("%s %s", async (module, name, input, expected) => {
    const output = await evaluate(module, name, input);
    if (typeof expected === "number") expectCloseNumber(output as number, expected);
    else expectClose(output as number[], expected);
  });
});

test("kmeans dir", async () => {
  const { input, dir } = extra.kmeans_n6_k2_d2;
  const output = (await evaluate("kmeans", "dir", input)) as number[][];
  expect(output.map((row) => row.length)).toEqual(dir.map((row) => row.length));
  expectClose(output.flat(), dir.flat());
});

test("gmm", async () => {
  const { input, gradbench } = loadExpected("gmm_small_d3_K2_n4");
  expectCloseNumber((await evaluate("gmm", "objective", input)) as number, gradbench.objective);
  const output = (await evaluate("gmm", "jacobian", input)) as typeof gradbench.gradient;
  expectClose(output.alpha, gradbench.gradient.alpha);
  for (const part of ["mu", "q", "l"] as const) {
    expect(output[part]).toHaveLength(2);
    expectClose(output[part].flat(), gradbench.gradient[part].flat());
  }
});

test("ba", async () => {
  const { output, objective_output } = loadExpected("ba_test_gradbench_jacobian");
  const input = loadExpected("ba_block")["ba_test_n2_m10_p10"]?.input;
  const objective = (await evaluate("ba", "objective", input)) as typeof objective_output;
  expect(objective.reproj_error.repeated).toBe(objective_output.reproj_error.repeated);
  expectClose(objective.reproj_error.elements, objective_output.reproj_error.elements);
  expect(objective.w_err.repeated).toBe(objective_output.w_err.repeated);
  expectCloseNumber(objective.w_err.element, objective_output.w_err.element);
  const jacobian = (await evaluate("ba", "jacobian", input)) as typeof output;
  expect(jacobian.rows).toEqual(output.rows);
  expect(jacobian.cols).toEqual(output.cols);
  expectClose(jacobian.vals, output.vals);
});

test.each(["simple", "complicated"] as const)("ht, %s", async (kind) => {
  const path = `hand/hand_test_${kind}.txt`;
  const { us, theta, data } = loadHand(path, handModelOf(path), kind === "complicated");
  const input = handInput(us, theta, data);
  const expected = loadExpected(`hand_test_${kind}`);
  expectClose((await evaluate("ht", "objective", input)) as number[], expected.objective);
  const jacobian = (await evaluate("ht", "jacobian", input)) as number[][];
  expect(jacobian.map((row) => row.length)).toEqual(expected.jacobian.map((row) => row.length));
  expectClose(jacobian.flat(), expected.jacobian.flat());
});

/** A problem as GradBench sends it, with a dense matrix of weights. */
function handInput(us: Float64Array, theta: Float64Array, { model, points, correspondences }: HandData): unknown {
  const rows = (values: ArrayLike<number>, width: number): number[][] =>
    Array.from({ length: values.length / width }, (_, i) => Array.from(values).slice(i * width, (i + 1) * width));
  const bones = model.parents.length;
  const weights = Array.from({ length: model.boneStarts.length - 1 }, (_, vertex) => {
    const row = new Array<number>(bones).fill(0);
    for (let i = model.boneStarts[vertex]!; i < model.boneStarts[vertex + 1]!; i++) {
      row[model.boneIndices[i]!] = model.boneWeights[i]!;
    }
    return row;
  });
  return {
    theta: [...theta],
    us: rows(us, 2),
    data: {
      correspondences: [...correspondences],
      points: rows(points, 3),
      model: {
        bone_count: bones,
        parents: [...model.parents],
        base_relatives: model.baseRelatives.map((matrix) => rows(matrix, 4)),
        inverse_base_absolutes: model.inverseBaseAbsolutes.map((matrix) => rows(matrix, 4)),
        base_positions: rows(model.basePositions, 3).map((position) => [...position, 1]),
        weights,
        triangles: rows(model.triangles, 3),
        is_mirrored: model.isMirrored,
      },
    },
  };
}

test("a session through the executable", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const args = ["--import", "tsx", "bench/gradbench/main.ts"];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const limits = { min_runs: 3, min_seconds: 0.001 };
  const messages = [
    { id: 0, kind: "start", eval: "llsq" },
    { id: 1, kind: "define", module: "llsq" },
    { id: 2, kind: "evaluate", module: "llsq", function: "gradient", input: { ...extra.llsq_m3_n5.input, ...limits } },
    { id: 3, kind: "analysis", of: 2, valid: true },
    { id: 4, kind: "define", module: "unheard" },
    { id: 5, kind: "evaluate", module: "llsq", function: "unheard", input: 1 },
    { id: 6, kind: "evaluate", module: "llsq", function: "primal", input: null },
  ];
  for (const message of messages) child.stdin.write(`${JSON.stringify(message)}\n`);
  child.stdin.end();
  const answers: Answer[] = [];
  for await (const line of createInterface({ input: child.stdout })) answers.push(JSON.parse(line) as Answer);
  if (child.exitCode === null) await once(child, "close");
  expect(child.exitCode).toBe(0);

  expect(answers.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(answers.map(({ success }) => success)).toEqual([undefined, true, true, undefined, false, false, false]);
  expect(answers[0]?.tool).toBe("adc");
  expect(answers[3]).toEqual({ id: 3 });
  expectClose(answers[2]?.output as number[], extra.llsq_m3_n5.gradient);
  const timings = answers[2]?.timings?.filter(({ name }) => name === "evaluate") ?? [];
  expect(timings.length).toBeGreaterThanOrEqual(3);
  expect(timings.every(({ nanoseconds }) => Number.isInteger(nanoseconds))).toBe(true);
  expect(timings.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0)).toBeGreaterThanOrEqual(1e6);
});
