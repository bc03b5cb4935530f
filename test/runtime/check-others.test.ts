/** Checks of pullbacks, tangents, Jacobians and second derivatives: right ones pass, wrong ones fail at the right place. */
import { describe, expect, test } from "vitest";
import { checkGradient, checkHessian, checkHvp, checkJacobian, checkJvp, checkVjp } from "../../runtime/src/index.js";

type Pair = [x: number, y: number];
const f = (x: number, y: number): number => Math.sin(x) * y ** 3;
const gradient = (x: number, y: number): Pair => [Math.cos(x) * y ** 3, 3 * Math.sin(x) * y ** 2];
const hessian = (x: number, y: number): [Pair, Pair] => [
  [-Math.sin(x) * y ** 3, 3 * Math.cos(x) * y ** 2],
  [3 * Math.cos(x) * y ** 2, 6 * Math.sin(x) * y],
];
const hvp = (x: number, y: number, vx: number, vy: number): [Pair, Pair] => {
  const [[xx, xy], [yx, yy]] = hessian(x, y);
  return [gradient(x, y), [xx * vx + xy * vy, yx * vx + yy * vy]];
};

/** x ↦ (x₀ x₁, sin x₁) with its sum. */
interface Result {
  readonly parts: Float64Array;
  readonly total: number;
  readonly name: string;
}
const g = (x: Float64Array): Result => {
  const parts = Float64Array.of(x[0]! * x[1]!, Math.sin(x[1]!));
  return { parts, total: parts[0]! + parts[1]!, name: "g" };
};
interface Rows {
  readonly parts: Float64Array[];
  readonly total: Float64Array;
}
const rowsOf = (x: Float64Array): Rows => {
  const [a, b] = [Float64Array.of(x[1]!, x[0]!), Float64Array.of(0, Math.cos(x[1]!))];
  return { parts: [a, b], total: a.map((v, i) => v + b[i]!) };
};
interface Seed {
  readonly parts: Float64Array;
  readonly total: number;
}
const vjp = (x: Float64Array): [Result, (seed: Seed) => Float64Array] => [
  g(x),
  (seed) => {
    const { parts, total } = rowsOf(x);
    return total.map((t, j) => seed.total * t + parts.reduce((s, row, i) => s + seed.parts[i]! * row[j]!, 0));
  },
];
const jvp = (x: Float64Array, v: Float64Array): [Result, Seed] => {
  const dot = (row: Float64Array) => row.reduce((s, r, j) => s + r * v[j]!, 0);
  const { parts, total } = rowsOf(x);
  return [g(x), { parts: Float64Array.from(parts, dot), total: dot(total) }];
};
const at = Float64Array.of(0.7, -1.2);

describe("right derivatives pass", () => {
  test("pullbacks", () => {
    expect(checkVjp(g, vjp, [at])).toMatchObject({ ok: true, checked: 2 });
    expect(checkVjp(g, vjp, [at], { seed: { parts: Float64Array.of(1, 0), total: 0 } }).ok).toBe(true);
  });

  test("tangents", () => {
    expect(checkJvp(g, jvp, [at])).toMatchObject({ ok: true, checked: 3 });
    expect(checkJvp(g, jvp, [at], { tangents: [Float64Array.of(0, 2)] }).ok).toBe(true);
  });

  test("Jacobians", () => {
    expect(checkJacobian(g, rowsOf, [at])).toMatchObject({ ok: true, checked: 6 });
    expect(checkJacobian(f, gradient, [0.4, 1.5])).toMatchObject({ ok: true, checked: 2 });
  });

  test("second derivatives", () => {
    expect(checkHvp(gradient, hvp, [0.4, 1.5])).toMatchObject({ ok: true, checked: 4 });
    expect(checkHvp(gradient, hvp, [0.4, 1.5], { vectors: [0, 1] }).ok).toBe(true);
    expect(checkHessian(gradient, hessian, [0.4, 1.5])).toMatchObject({ ok: true, checked: 4 });
    expect(checkHessian(Math.cos, (x) => -Math.sin(x), [0.4])).toMatchObject({ ok: true, checked: 1 });
    const cubes = (x: Float64Array) => x.map((v) => 3 * v * v);
    const diagonal = (x: Float64Array) => Array.from(x, (v, i) => x.map((_, j) => (i === j ? 6 * v : 0)));
    expect(checkHessian(cubes, diagonal, [at])).toMatchObject({ ok: true, checked: 4 });
  });

  test("arguments are as they were", () => {
    checkVjp(g, vjp, [at]);
    checkJvp(g, jvp, [at]);
    checkJacobian(g, rowsOf, [at]);
    expect(at).toEqual(Float64Array.of(0.7, -1.2));
  });
});

describe("wrong derivatives fail, with the place", () => {
  test("a gradient, in words", () => {
    const report = checkGradient(f, (x, y) => [gradient(x, y)[0], 1], [0.4, 1.5]);
    expect(report.ok).toBe(false);
    expect(report.message).toMatch(/^arguments\[1\]: 1 is not the 2\.62\d+ that differences give \(step 0\.\d+\); /);
    expect(report.worst?.relativeError).toBeCloseTo(0.449, 2);
  });

  test("a pullback, a tangent, a Jacobian", () => {
    const wrong = (x: Float64Array): ReturnType<typeof vjp> => [g(x), () => Float64Array.of(0, 1)];
    expect(checkVjp(g, wrong, [at]).ok).toBe(false);
    const [, right] = jvp(at, at);
    const other = (): [Result, Seed] => [g(at), { ...right, total: 0 }];
    expect(checkJvp(g, other, [at], { tangents: [at] }).worst?.path).toBe("result.total");
    const rows = rowsOf(at);
    rows.parts[1]![0] = 0.5;
    expect(checkJacobian(g, () => rows, [at]).worst?.path).toBe("result.parts[1] by arguments[0][0]");
  });

  test("second derivatives", () => {
    const skew = (x: number, y: number): [Pair, Pair] => {
      const [first, [yx, yy]] = hessian(x, y);
      return [first, [yx + 0.1, yy]];
    };
    expect(checkHessian(gradient, skew, [0.4, 1.5]).worst?.path).toBe("arguments[1] by arguments[0]");
    const stale = (x: number, y: number, ...v: Pair): [Pair, Pair] => [[0, 0], hvp(x, y, ...v)[1]];
    expect(checkHvp(gradient, stale, [0.4, 1.5]).worst?.path).toMatch(/^gradient at/);
    expect(checkHvp(gradient, (x, y) => hvp(x, y, 1, 1), [0.4, 1.5]).worst?.path).toMatch(/^H v at/);
  });

  test("shapes that do not fit are errors", () => {
    expect(() => checkVjp(g, vjp, [at], { seed: { parts: Float64Array.of(1), total: 0 } })).toThrow(TypeError);
    expect(() => checkJvp(g, jvp, [at], { tangents: [1] })).toThrow(/^checkJvp: tangent 0/);
    expect(() => checkJacobian(g, () => ({ parts: [], total: at }), [at])).toThrow(/^checkJacobian: at result\.parts/);
  });
});
