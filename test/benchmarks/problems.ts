/** The benchmark problems with their expected values, ready for the tests of values and of derivatives. */
import type { HandModel } from "../../examples/adbench/hand.js";
import type { BaBlock, GmmExpected, GmmInput, LstmExpected } from "./expected.js";
import { type GmmProblem, hasData, type LstmProblem, loadExpected, loadHandModel } from "./load.js";

const flatten = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat());

/** The rows of q and l side by side. */
export function icfRows(q: readonly (readonly number[])[], l: readonly (readonly number[])[]): Float64Array {
  return flatten(q.map((row, k) => [...row, ...(l[k] ?? [])]));
}

export function gmmFromInput(input: GmmInput): GmmProblem {
  return {
    dimension: input.d,
    alphas: Float64Array.from(input.alpha),
    means: flatten(input.mu),
    icf: icfRows(input.q, input.l),
    points: flatten(input.x),
    wishart: { gamma: input.gamma, m: input.m },
  };
}

export const gmmCases: readonly (readonly [name: string, expected: GmmExpected])[] = [
  ["gmm_test", loadExpected("gmm_test")],
  ["gmm_small_d3_K2_n4", loadExpected("gmm_small_d3_K2_n4")],
];

/** The entries of a summary whose data file is here, by path. */
function present<T>(all: Readonly<Record<string, T>>): [path: string, summary: T][] {
  return Object.entries(all).filter(([path]) => path !== "note" && hasData(path));
}

export const gmmSummaries = present(loadExpected("gmm_summaries"));
export const lstmSummaries = present(loadExpected("lstm_summaries"));
export const handSummaries = present(loadExpected("hand_summaries"));

export const baBlocks: readonly (readonly [name: string, block: BaBlock])[] = Object.entries(
  loadExpected("ba_block"),
).filter(([name]) => name !== "note");

export const lstmCases: readonly (readonly [name: string, expected: LstmExpected])[] = [
  ["lstm_tiny_l1_b2_c3", loadExpected("lstm_tiny_l1_b2_c3")],
  ["lstm_small_l2_b3_c5", loadExpected("lstm_small_l2_b3_c5")],
];

export function lstmFromExpected(expected: LstmExpected): LstmProblem {
  const { main_params, extra_params, state, sequence } = expected.input;
  return {
    main: flatten(main_params),
    extra: flatten(extra_params),
    data: { layers: expected.l, bits: expected.b, state: flatten(state), sequence: flatten(sequence) },
  };
}

/** Files with a full gradient beside the data file. */
export const lstmFiles = ["lstm_l2_c1024", "lstm_l4_c1024"] as const;

const handModels = new Map<string, HandModel>();
/** The model of a file of hand data. */
export function handModelOf(path: string): HandModel {
  const folder = path.includes("_big/") ? "hand/model_big" : "hand/model_small";
  const model = handModels.get(folder) ?? loadHandModel(folder);
  handModels.set(folder, model);
  return model;
}
