/** GradBench's evals: for each function what prepares an input, what is timed, and how its result is written. */
import type { GmmInput } from "../../test/benchmarks/expected.js";
import { gmmFromInput } from "../../test/benchmarks/problems.js";
import { load } from "../prepare.js";
import { baErrors, baFunctions, baJacobian } from "../problems/ba.js";
import { gmmFunctions } from "../problems/gmm.js";
import { detFunctions, kmeansFunctions, llsqFunctions, lseFunctions, odeFunctions } from "../problems/gradbench.js";
import { complicatedHandJacobian, flatComplicatedRows, flatRows, handFunctions } from "../problems/hand.js";
import { lstmFunctions } from "../problems/lstm.js";
import { type BaInput, flatten, handData, type HandInput, type LstmInput, rowsOfWidth } from "./inputs.js";
import { nestedEvals } from "./nested.js";

/** A function with its input: `run` is timed, `output` writes what it returned as JSON wants it. */
export interface Task {
  readonly run: () => unknown;
  readonly output: () => unknown;
}

/** By the function's name. */
export type Eval = Readonly<Record<string, (input: never) => Task>>;

/** Keeps the last result between the two. */
export function task<Result>(compute: () => Result, output: (result: Result) => unknown = (result) => result): Task {
  let result: Result | undefined;
  return {
    run: () => (result = compute()),
    output: () => output(result ?? compute()),
  };
}

const list = (values: ArrayLike<number>): number[] => Array.from(values);

export const evals: ReadonlyMap<string, () => Promise<Eval>> = new Map<string, () => Promise<Eval>>([
  ["hello", hello],
  ["gmm", gmm],
  ["ba", ba],
  ["ht", ht],
  ["lstm", lstm],
  ["llsq", llsq],
  ["lse", lse],
  ["det", det],
  ["ode", ode],
  ["kmeans", kmeans],
  ...nestedEvals,
]);

async function hello(): Promise<Eval> {
  const { square } = await load<typeof import("../programs/hello.js")>("bench/programs/hello");
  const { square_grad } = await load<{ square_grad: (x: number) => number }>("bench/programs/hello_grad");
  return { square: (x: number) => task(() => square(x)), double: (x: number) => task(() => square_grad(x)) };
}

async function gmm(): Promise<Eval> {
  const { gmmObjective, gmmObjective_grad } = await gmmFunctions();
  const given = (input: GmmInput): Parameters<typeof gmmObjective> => {
    const { alphas, means, icf, points, dimension, wishart } = gmmFromInput(input);
    return [alphas, means, icf, points, dimension, wishart, 1];
  };
  return {
    objective: (input: GmmInput) => {
      const prepared = given(input);
      return task(() => gmmObjective(...prepared));
    },
    jacobian: (input: GmmInput) => {
      const prepared = given(input);
      const { d, k } = input;
      return task(
        () => gmmObjective_grad(...prepared),
        ([alpha, mu, icf]) => {
          const rows = rowsOfWidth(icf, icf.length / k);
          return {
            alpha: list(alpha),
            mu: rowsOfWidth(mu, d),
            q: rows.map((row) => row.slice(0, d)),
            l: rows.map((row) => row.slice(d)),
          };
        },
      );
    },
  };
}

async function ba(): Promise<Eval> {
  const functions = await baFunctions();
  type Given = Parameters<typeof functions.reprojectionError>;
  const given = ({ cam, x, w, feat }: BaInput): Given => [
    Float64Array.from(cam),
    Float64Array.from(x),
    w,
    Float64Array.from(feat),
  ];
  return {
    objective: (input: BaInput) => {
      const { p } = input;
      const prepared = given(input);
      return task(
        () => baErrors(functions, prepared, p),
        (errors) => ({
          reproj_error: { elements: list(errors.subarray(0, 2)), repeated: p },
          w_err: { element: errors[2 * p], repeated: p },
        }),
      );
    },
    jacobian: (input: BaInput) => {
      const prepared = given(input);
      return task(
        () => ({ vals: baJacobian(functions, prepared, input.p), ...baPattern(input) }),
        ({ rows, cols, vals }) => ({ rows: ends(rows), cols: ends(cols), vals: ends(vals) }),
      );
    },
  };
}

/** The first 30 entries and the last. */
const ends = (values: Float64Array | Int32Array): number[] => [...values.subarray(0, 30), ...values.subarray(-1)];

/** Where the entries of the Jacobian stand, in compressed rows. */
function baPattern({ n, m, p }: BaInput): { rows: Int32Array; cols: Int32Array } {
  const rows = new Int32Array(3 * p + 1);
  const cols = new Int32Array(31 * p);
  let end = 0;
  for (let row = 0; row < 2 * p; row++) {
    const i = row >> 1;
    for (let j = 0; j < 11; j++) cols[end + j] = 11 * (i % n) + j;
    for (let j = 0; j < 3; j++) cols[end + 11 + j] = 11 * n + 3 * (i % m) + j;
    cols[end + 14] = 11 * n + 3 * m + i;
    end += 15;
    rows[row + 1] = end;
  }
  for (let i = 0; i < p; i++) {
    cols[end] = 11 * n + 3 * m + i;
    end++;
    rows[2 * p + i + 1] = end;
  }
  return { rows, cols };
}

async function ht(): Promise<Eval> {
  const functions = await handFunctions();
  return {
    objective: (input: HandInput) => {
      const [us, theta, data] = [flatten(input.us), Float64Array.from(input.theta), handData(input)];
      return task(
        () =>
          us.length === 0 ? functions.handResiduals(theta, data) : functions.handResidualsComplicated(us, theta, data),
        list,
      );
    },
    jacobian: (input: HandInput) => {
      const [us, theta, data] = [flatten(input.us), Float64Array.from(input.theta), handData(input)];
      if (us.length === 0)
        return task(
          () => functions.handResiduals_jacobian(theta, data),
          (rows) => rowsOfWidth(flatRows(rows), theta.length),
        );
      return task(
        () => complicatedHandJacobian(functions, us, theta, data),
        (made) => rowsOfWidth(flatComplicatedRows(made), theta.length + 2),
      );
    },
  };
}

async function lstm(): Promise<Eval> {
  const { lstmLoss, lstmLoss_grad } = await lstmFunctions();
  const given = (input: LstmInput): Parameters<typeof lstmLoss> => {
    const [main, extra] = [flatten(input.main_params), flatten(input.extra_params)];
    const [state, sequence] = [flatten(input.state), flatten(input.sequence)];
    return [main, extra, { layers: input.main_params.length / 2, bits: extra.length / 3, state, sequence }];
  };
  return {
    objective: (input: LstmInput) => {
      const prepared = given(input);
      return task(() => lstmLoss(...prepared));
    },
    jacobian: (input: LstmInput) => {
      const prepared = given(input);
      return task(
        () => lstmLoss_grad(...prepared),
        ([main, extra]) => [...main, ...extra],
      );
    },
  };
}

/** An eval whose input has an array under a name, and perhaps a number under another. */
function ofArray(
  given: (input: never) => [Float64Array, number],
  primal: (x: Float64Array, n: number) => number | Float64Array,
  gradient: (x: Float64Array, n: number) => Float64Array,
): Eval {
  return {
    primal: (input: never) => {
      const [x, n] = given(input);
      return task(
        () => primal(x, n),
        (result) => (typeof result === "number" ? result : list(result)),
      );
    },
    gradient: (input: never) => {
      const [x, n] = given(input);
      return task(() => gradient(x, n), list);
    },
  };
}

async function llsq(): Promise<Eval> {
  const { leastSquares, leastSquares_grad } = await llsqFunctions();
  const given = ({ x, n }: { x: number[]; n: number }): [Float64Array, number] => [Float64Array.from(x), n];
  return ofArray(given, leastSquares, leastSquares_grad);
}

async function lse(): Promise<Eval> {
  const { logSumExp, logSumExp_grad } = await lseFunctions();
  const given = ({ x }: { x: number[] }): [Float64Array, number] => [Float64Array.from(x), 0];
  return ofArray(
    given,
    (x) => logSumExp(x),
    (x) => logSumExp_grad(x),
  );
}

async function det(): Promise<Eval> {
  const { determinant, determinant_grad } = await detFunctions();
  const given = ({ A, ell }: { A: number[]; ell: number }): [Float64Array, number] => [Float64Array.from(A), ell];
  return ofArray(given, determinant, determinant_grad);
}

async function ode(): Promise<Eval> {
  const { solution, lastEntry_grad } = await odeFunctions();
  const given = ({ x, s }: { x: number[]; s: number }): [Float64Array, number] => [Float64Array.from(x), s];
  return ofArray(given, solution, lastEntry_grad);
}

interface KmeansInput {
  readonly points: number[][];
  readonly centroids: number[][];
}

async function kmeans(): Promise<Eval> {
  const { clusteringCost, clusteringCost_hvp } = await kmeansFunctions();
  return {
    cost: ({ points, centroids }: KmeansInput) => task(() => clusteringCost(points, centroids)),
    // The Hessian is diagonal: its product with ones is the diagonal.
    dir: ({ points, centroids }: KmeansInput) => {
      const ones = centroids.map((row) => row.map(() => 1));
      return task(() => {
        const [gradient, diagonal] = clusteringCost_hvp(points, centroids, ones);
        return gradient.map((row, k) => row.map((entry, j) => entry / (diagonal[k]?.[j] ?? NaN)));
      });
    },
  };
}
