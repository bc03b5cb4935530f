/** The worked examples of a standard tutorial on automatic differentiation, with the numbers it gives. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import {
  addInto,
  checkGradient,
  checkHessian,
  checkHvp,
  checkJacobian,
  checkJvp,
  checkVjp,
  clipByNorm,
  norm,
  scale,
  zerosLike,
} from "../runtime/src/index.js";
import { compileAll } from "./support/compile.js";
import type { Exports } from "./support/evaluate.js";
import type { Layer, Sample } from "./tutorial/networks.js";

type Callable<A extends readonly unknown[], R> = (...args: A) => R;

let graphs: Exports = {};
let networks: Exports = {};

/** An export, typed by the test that calls it. */
function named<A extends readonly unknown[], R>(exports: Exports, name: string): Callable<A, R> {
  const found = exports[name];
  if (typeof found !== "function") throw new Error(`nothing exports ${name}`);
  return found as Callable<A, R>;
}
const numbers = <R = number>(name: string) => named<number[], R>(graphs, name);

beforeAll(() => {
  const load = (name: string): Exports => {
    const path = fileURLToPath(new URL(`tutorial/${name}.ts`, import.meta.url));
    const outcome = compileAll({ [path]: readFileSync(path, "utf8") }).get(path);
    if (outcome?.kind === "refused") throw new Error(outcome.diagnostics.map((d) => d.message).join("\n"));
    if (outcome?.kind !== "compiled") throw outcome?.error ?? new Error("not compiled");
    return { ...outcome.compiled.original, ...outcome.compiled.generated };
  };
  graphs = load("graphs");
  networks = load("networks");
});

describe("graphs", () => {
  test("values and adjoints of (x + y)(y + 1) at (2, 1)", () => {
    expect(numbers<unknown>("graph_value_and_grad")(2, 1)).toEqual([6, [2, 5]]);
    const adjoints: Record<string, number> = {};
    const log = (name: string, adjoint: number) => void (adjoints[name] = adjoint);
    const seen = named<[number, number, typeof log], unknown>(graphs, "seen_grad");
    expect(seen(2, 1, log)).toEqual([2, 5]);
    expect(adjoints).toEqual({ a: 2, b: 3 });
  });

  test("ln x + x y − sin y at (2, 5): value 11.652, partials 5.5 and 1.716, tangent 5.5", () => {
    const [value, [dx, dy]] = numbers<[number, [number, number]]>("baydin_value_and_grad")(2, 5);
    expect(value).toBeCloseTo(11.652, 3);
    expect(dx).toBe(5.5);
    expect(dy).toBeCloseTo(1.716, 3);
    expect(numbers<[number, number]>("baydin_jvp")(2, 5, 1, 0)[1]).toBe(5.5);
    expect(numbers<[number, number]>("baydin_jvp")(2, 5, 0, 1)[1]).toBe(dy);
  });

  test("a value used several times gathers its adjoints", () => {
    const x = 1.3;
    expect(numbers("fan_grad")(x)).toBeCloseTo(4 * x ** 3 + 3 * x ** 2 + 2 * x * Math.cos(x * x), 12);
  });

  test("branches and loops: the derivative of the path that ran", () => {
    // 1.5 → 3 → 9 → 81: (2x)⁴.
    expect(numbers("control")(1.5)).toBe(81);
    expect(numbers("control_grad")(1.5)).toBe(4 * 2 * 3 ** 3);
  });
});

describe("vectors", () => {
  test("vector-Jacobian products with seeds", () => {
    const [value, pullback] = numbers<[[number, number], (seed: [number, number]) => [number, number]]>("plane_vjp")(
      3,
      2,
    );
    expect(value).toEqual([18, 15 + Math.sin(2)]);
    expect(pullback([1, 0])).toEqual([12, 9]);
    expect(pullback([0, 1])).toEqual([5, Math.cos(2)]);
    expect(pullback([2, 10])).toEqual([74, 18 + 10 * Math.cos(2)]);
    const squares = named<[Float64Array], [Float64Array, (seed: Float64Array) => Float64Array]>(graphs, "squares_vjp");
    const [, back] = squares(Float64Array.of(1, 2, 3));
    expect(back(Float64Array.of(1, 1, 1))).toEqual(Float64Array.of(2, 4, 6));
    expect(back(Float64Array.of(0.1, 1, 10))).toEqual(Float64Array.of(0.2, 4, 60));
  });

  test("Jacobian-vector products", () => {
    const jvp = numbers<[[number, number], [number, number]]>("plane_jvp");
    expect(jvp(3, 2, 1, 0)[1]).toEqual([12, 5]);
    expect(jvp(3, 2, 0, 1)[1]).toEqual([9, Math.cos(2)]);
  });

  test("Jacobians", () => {
    expect(numbers<unknown>("plane_jacobian")(3, 2)).toEqual([
      [12, 9],
      [5, Math.cos(2)],
    ]);
    const squares = named<[Float64Array], Float64Array[]>(graphs, "squares_jacobian");
    expect(squares(Float64Array.of(1, 2))).toEqual([Float64Array.of(2, 0), Float64Array.of(0, 4)]);
    const a = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(named<[number[][], number[]], number[][]>(graphs, "linear_jacobian")(a, [7, 8, 9])).toEqual(a);
  });

  test("⟨seed, J v⟩ = ⟨Jᵀ seed, v⟩", () => {
    const [seed, v, x] = [Float64Array.of(0.3, -1, 2), Float64Array.of(1, 0.5, -0.7), Float64Array.of(1, 2, 3)];
    const dot = (p: Float64Array, q: Float64Array) => p.reduce((sum, a, i) => sum + a * q[i]!, 0);
    const [, tangent] = named<Float64Array[], [Float64Array, Float64Array]>(graphs, "squares_jvp")(x, v);
    const [, pullback] = named<[Float64Array], [unknown, (s: Float64Array) => Float64Array]>(graphs, "squares_vjp")(x);
    expect(dot(seed, tangent)).toBeCloseTo(dot(pullback(seed), v), 12);
  });
});

describe("higher derivatives", () => {
  test("e^(−x²) has the second derivative (4x² − 2) e^(−x²)", () => {
    for (const x of [-2, -0.5, 0, 0.3, 1, 2.5])
      expect(numbers("bell_d2")(x)).toBeCloseTo((4 * x * x - 2) * Math.exp(-x * x), 14);
  });

  test("sin(x) x², differentiated twice and a third time", () => {
    for (const x of [0.5, 2, -1.2]) {
      const [s, c] = [Math.sin(x), Math.cos(x)];
      expect(numbers("sineSquare_grad")(x)).toBeCloseTo(c * x * x + 2 * x * s, 13);
      expect(numbers("sineSquare_d2")(x)).toBeCloseTo(-s * x * x + 4 * x * c + 2 * s, 13);
      expect(numbers("sineSquare_d3")(x)).toBeCloseTo(-c * x * x - 6 * x * s + 6 * c, 12);
    }
  });

  test("Rosenbrock's Hessian at its minimum, and its product with a vector", () => {
    expect(numbers<unknown>("rosenbrock_hessian")(1, 1)).toEqual([
      [802, -400],
      [-400, 200],
    ]);
    const [gradient, product] = numbers<[number[], number[]]>("rosenbrock_hvp")(1, 1, 1, 2);
    expect(gradient.map(Math.abs)).toEqual([0, 0]);
    expect(product).toEqual([2, 0]);
    const grad = named<[number, number], unknown>(graphs, "rosenbrock_grad");
    expect(checkHvp(grad, named(graphs, "rosenbrock_hvp"), [-1.2, 1]).ok).toBe(true);
    expect(checkHessian(grad, named(graphs, "rosenbrock_hessian"), [-1.2, 1]).ok).toBe(true);
  });
});

describe("rules of one's own", () => {
  test("a rectifier and a leaky one", () => {
    expect([-1, 0, 2].map((x) => numbers("rectified_grad")(x))).toEqual([0, 0, 6]);
    expect(numbers<unknown>("leaky_grad")(2, 0.1)).toEqual([6, 0]);
    const [dx, dslope] = numbers<[number, number]>("leaky_grad")(-2, 0.1);
    expect(dx).toBeCloseTo(0.6);
    expect(dslope).toBe(-12);
    expect(
      checkGradient(named<[number, number], number>(graphs, "leaky"), named(graphs, "leaky_grad"), [-2, 0.1]).ok,
    ).toBe(true);
  });

  test("the rule is used, not the function: a straight-through estimator", () => {
    expect(numbers("straight_grad")(2.6)).toBe(6);
  });
});

describe("training", () => {
  let state = 3;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const vector = (n: number): Float64Array => Float64Array.from({ length: n }, random);
  const layer = (n: number, m: number): Layer => ({ w: vector(n * m), b: vector(n) });
  type Two = [hidden: Layer, output: Layer];
  type TwoArgs = [Layer, Layer, readonly Sample[]];
  const batchOf = (n: number): Sample[] => Array.from({ length: n }, () => ({ x: vector(2), y: random() }));

  test("the gradient of a batch is the mean of the gradients of its samples", () => {
    const grad = named<TwoArgs, Two>(networks, "twoLayers_grad");
    const [hidden, output, batch] = [layer(3, 2), layer(1, 3), batchOf(5)];
    const whole = grad(hidden, output, batch);
    const total = zerosLike(whole);
    for (const sample of batch) addInto(total, grad(hidden, output, [sample]));
    expect(norm(addInto(scale(total, 1 / batch.length), whole, -1))).toBeLessThan(1e-14);
  });

  test("gradients accumulate until they are reset", () => {
    const accumulate = named<[...TwoArgs, Two], number>(networks, "twoLayers_accumulate");
    const grad = named<TwoArgs, Two>(networks, "twoLayers_grad");
    const [hidden, output, batch] = [layer(3, 2), layer(1, 3), batchOf(3)];
    const once = grad(hidden, output, batch);
    let into = zerosLike(once);
    const first = accumulate(hidden, output, batch, into);
    expect(accumulate(hidden, output, batch, into)).toBe(first);
    expect(norm(addInto(scale(once, 2), into, -1))).toBeLessThan(1e-14);
    into = zerosLike(into);
    accumulate(hidden, output, batch, into);
    expect(norm(addInto(into, once, -1))).toBeLessThan(1e-14);
  });

  test("a step of gradient descent, with the gradient clipped by its norm, lowers the loss", () => {
    const both = named<TwoArgs, [number, Two]>(networks, "twoLayers_value_and_grad");
    const parameters: Two = [layer(4, 2), layer(1, 4)];
    const batch = batchOf(8);
    const [before, gradient] = both(...parameters, batch);
    const clipped = clipByNorm(gradient, 0.5);
    expect(norm(clipped)).toBeLessThanOrEqual(0.5 + 1e-15);
    addInto(parameters, clipped, -0.05);
    expect(both(...parameters, batch)[0]).toBeLessThan(before);
    for (let step = 0; step < 300; step++) addInto(parameters, both(...parameters, batch)[1], -0.1);
    expect(both(...parameters, batch)[0]).toBeLessThan(before / 4);
  });

  test("two and three layers against differences, relative error below 1e-5", () => {
    const two = named<TwoArgs, number>(networks, "twoLayers");
    const twoGrad = named<TwoArgs, Two>(networks, "twoLayers_grad");
    const options = { tolerance: 1e-5 };
    expect(
      checkGradient(two, twoGrad, [layer(3, 2), layer(1, 3), batchOf(4)], { ...options, wrt: [0, 1] }),
    ).toMatchObject({ ok: true, checked: 13 });
    type Args = [Layer[], readonly Sample[]];
    const three = named<Args, number>(networks, "threeLayers");
    const threeGrad = named<Args, Layer[]>(networks, "threeLayers_grad");
    const layers = [layer(4, 2), layer(3, 4), layer(3, 3)];
    const batch = [0, 1, 2, 1].map((y) => ({ x: vector(2), y }));
    const report = checkGradient(three, threeGrad, [layers, batch], { ...options, wrt: [0] });
    expect(report).toMatchObject({ ok: true, checked: 12 + 15 + 12 });
    expect(report.maxRelativeError).toBeLessThan(1e-8);
    expect(
      checkHvp(threeGrad, named(networks, "threeLayers_hvp"), [layers, batch], { ...options, wrt: [0] }),
    ).toMatchObject({ ok: true });
  });

  test("softmax: rows of the Jacobian add up to zero over the classes", () => {
    const f = named<[Layer, Float64Array], Float64Array>(networks, "probabilities");
    const jacobian = named<[Layer, Float64Array], Layer[]>(networks, "probabilities_jacobian");
    const args: [Layer, Float64Array] = [layer(3, 2), vector(2)];
    const rows = jacobian(...args);
    const sum = rows.slice(1).reduce((total, row) => addInto(total, row), scale(rows[0]!, 1));
    expect(norm(sum)).toBeLessThan(1e-15);
    expect(checkJacobian(f, jacobian, args, { wrt: [0] }).ok).toBe(true);
  });

  test("a long short-term memory over six steps", () => {
    type Args = [Float64Array, Float64Array[], number, Float64Array];
    const xs = Array.from({ length: 6 }, () => vector(2));
    const args: Args = [vector(4 * 3 * 6), xs, 3, vector(3)];
    const report = checkGradient(
      named<Args, number>(networks, "lstm"),
      named<Args, unknown>(networks, "lstm_grad"),
      args,
      { tolerance: 1e-5, wrt: [0, 1] },
    );
    expect(report).toMatchObject({ ok: true, checked: 72 + 12 });
  });

  test("batch normalisation: the gradient is orthogonal to a shift of the batch", () => {
    type Args = [Float64Array, number, number, number];
    const f = named<Args, Float64Array>(networks, "batchNorm");
    const vjp = named<Args, [Float64Array, (seed: Float64Array) => [Float64Array, number, number]]>(
      networks,
      "batchNorm_vjp",
    );
    const args: Args = [vector(6), 1.5, -0.2, 1e-5];
    expect(checkVjp(f, vjp, args, { wrt: [0, 1, 2] }).ok).toBe(true);
    expect(checkJvp(f, named(networks, "batchNorm_jvp"), args, { wrt: [0, 1, 2] }).ok).toBe(true);
    const [dxs, , dbeta] = vjp(...args)[1](Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(dxs.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 12);
    expect(dbeta).toBe(21);
  });

  test("checkpointed training: the gradients of a deep network, to the last bit", () => {
    type Args = [Float64Array, Float64Array, number];
    type Pair = [Float64Array, Float64Array];
    const [kept, again] = [named<Args, Pair>(networks, "deepOnTape_grad"), named<Args, Pair>(networks, "deep_grad")];
    const w = vector(9);
    const x = vector(3);
    for (const depth of [0, 1, 2, 17, 100]) expect(again(w, x, depth)).toEqual(kept(w, x, depth));
    const f = named<Args, number>(networks, "deep");
    expect(checkGradient(f, again, [w, x, 50], { tolerance: 1e-5, wrt: [0, 1] }).ok).toBe(true);
    let loss = f(w, x, 20);
    for (let epoch = 0; epoch < 20; epoch++) {
      addInto(w, again(w, x, 20)[0], -0.05);
      const next = f(w, x, 20);
      expect(next).toBeLessThan(loss);
      loss = next;
    }
  });

  test("residual blocks, also none of them", () => {
    type Args = [Layer[], Float64Array];
    const [f, grad] = [
      named<Args, number>(networks, "residual"),
      named<Args, [Layer[], Float64Array]>(networks, "residual_grad"),
    ];
    const blocks = [layer(3, 3), layer(3, 3), layer(3, 3)];
    expect(checkGradient(f, grad, [blocks, vector(3)], { tolerance: 1e-5 })).toMatchObject({ ok: true, checked: 39 });
    const x = vector(3);
    expect(grad([], x)[1]).toEqual(x.map((v) => 2 * v));
  });
});
