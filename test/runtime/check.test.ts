/** `checkGradient`: passes right gradients, fails wrong ones, and says where. */
import { describe, expect, test } from "vitest";
import { checkGradient } from "../../runtime/src/index.js";

describe("right gradients pass", () => {
  test("one number", () => {
    const report = checkGradient(Math.sin, Math.cos, [0.7]);
    expect(report).toMatchObject({ ok: true, checked: 1 });
    expect(report.maxRelativeError).toBeLessThan(1e-11);
    expect(report.worst?.path).toBe("arguments[0]");
  });

  test("several numbers", () => {
    const f = (x: number, y: number) => x * y + Math.sin(x);
    const report = checkGradient(f, (x, y) => [y + Math.cos(x), x], [2, 3]);
    expect(report).toMatchObject({ ok: true, checked: 2 });
  });

  test("far from 1, in both directions", () => {
    expect(checkGradient(Math.log, (x) => 1 / x, [1e-7]).maxRelativeError).toBeLessThan(1e-8);
    expect(checkGradient(Math.log, (x) => 1 / x, [1e12]).maxRelativeError).toBeLessThan(1e-10);
    expect(
      checkGradient(
        (x: number) => 1 / x,
        (x) => -1 / (x * x),
        [1e-5],
      ).ok,
    ).toBe(true);
    expect(
      checkGradient(
        (x: number) => x * x,
        (x) => 2 * x,
        [0],
      ).ok,
    ).toBe(true);
    expect(
      checkGradient(
        (x: number) => Math.sin(1e-12 * x),
        (x) => 1e-12 * Math.cos(1e-12 * x),
        [3],
        { scale: 1e10 },
      ).ok,
    ).toBe(true);
  });

  test("on the periods of a fast oscillation", () => {
    for (const k of [32, 50, 64, 100, 128, 512, 1000]) {
      const omega = 2 * Math.PI * k;
      expect(
        checkGradient(
          (x: number) => Math.sin(omega * x),
          (x) => omega * Math.cos(omega * x),
          [0],
        ).ok,
      ).toBe(true);
    }
  });

  test("at a kink, by the conventions", () => {
    expect(checkGradient(Math.abs, () => 0, [0]).ok).toBe(true);
    expect(
      checkGradient(
        (x: number, y: number) => Math.max(x, y),
        () => [0.5, 0.5],
        [2, 2],
      ).ok,
    ).toBe(true);
    expect(
      checkGradient(
        (x: number, y: number) => Math.hypot(x, y),
        () => [0, 0],
        [0, 0],
      ).ok,
    ).toBe(true);
  });

  test("beside a kink", () => {
    expect(
      checkGradient(
        (x: number) => Math.abs(x) * Math.exp(x),
        (x) => Math.exp(x) * (1 + x),
        [1e-3],
      ).ok,
    ).toBe(true);
  });

  test("at the edge of the domain of a function that throws", () => {
    const root = (x: number) => {
      if (x < 0) throw new RangeError("negative");
      return Math.sqrt(x);
    };
    expect(checkGradient(root, (x) => 0.5 / Math.sqrt(x), [1e-4]).ok).toBe(true);
  });

  test("float arrays, arrays of arrays, tuples and objects", () => {
    interface Model {
      readonly weights: Float64Array;
      readonly rows: number[][];
      readonly pair: readonly [number, number];
      readonly name: string;
      readonly steps: number;
    }
    const f = (m: Model, xs: readonly number[]) =>
      m.weights.reduce((s, w, i) => s + w * w * (xs[i] ?? 0), 0) +
      m.rows.flat().reduce((s, r) => s + Math.exp(r), 0) +
      m.pair[0] * m.pair[1] * m.steps;
    const gradient = (m: Model, xs: readonly number[]): [Omit<Model, "name" | "steps">, number[]] => [
      {
        weights: m.weights.map((w, i) => 2 * w * (xs[i] ?? 0)),
        rows: m.rows.map((row) => row.map(Math.exp)),
        pair: [m.pair[1] * m.steps, m.pair[0] * m.steps],
      },
      xs.map((_, i) => (m.weights[i] ?? 0) ** 2),
    ];
    const model: Model = {
      weights: Float64Array.of(1, -2),
      rows: [[0.1], [0.2, 0.3]],
      pair: [3, 4],
      name: "m",
      steps: 2,
    };
    const report = checkGradient(f, gradient, [model, [5, 6]]);
    expect(report).toMatchObject({ ok: true, checked: 9 });
    expect(model).toEqual({
      weights: Float64Array.of(1, -2),
      rows: [[0.1], [0.2, 0.3]],
      pair: [3, 4],
      name: "m",
      steps: 2,
    });
  });

  test("Float32Array: steps are those that can be stored", () => {
    const f = (x: Float32Array) => x.reduce((s, v) => s + v ** 3, 0);
    const report = checkGradient(f, (x) => x.map((v) => 3 * v * v), [Float32Array.of(0.1, -1.7, 3)]);
    expect(report.ok).toBe(true);
    expect(report.maxRelativeError).toBeLessThan(1e-6);
  });

  test("positions of a tuple without a derivative", () => {
    const f = ([x, unit]: readonly [number, string]) => x * x + unit.length;
    expect(checkGradient(f, ([x]): [number, number] => [2 * x, 0], [[3, "m"]])).toMatchObject({ ok: true, checked: 1 });
  });

  test("optional and null members", () => {
    interface P {
      a?: number;
      b: number | null;
      c: number;
    }
    const f = (p: P) => (p.a ?? 1) * p.c + (p.b ?? 2) * p.c;
    const gradient = (p: P): P => ({
      ...(p.a === undefined ? {} : { a: p.c }),
      b: p.b === null ? null : p.c,
      c: (p.a ?? 1) + (p.b ?? 2),
    });
    expect(checkGradient(f, gradient, [{ b: null, c: 3 }])).toMatchObject({ ok: true, checked: 1 });
    expect(checkGradient(f, gradient, [{ a: 5, b: 4, c: 3 }])).toMatchObject({ ok: true, checked: 3 });
  });

  test("class instances keep their methods and their private members", () => {
    class Spring {
      readonly #stiffness = 3;
      constructor(public length: number) {}
      energy(): number {
        return this.#stiffness * this.length ** 2;
      }
    }
    expect(
      checkGradient(
        (s: Spring) => s.energy(),
        (s) => ({ length: 6 * s.length }),
        [new Spring(2)],
      ).ok,
    ).toBe(true);
  });

  test("a function that changes what its arguments hold: elements pushed, members taken out and put elsewhere", () => {
    interface Item {
      x: number;
      next?: Item | null;
    }
    const f = (items: Item[]): number => {
      const [first] = items;
      if (first === undefined) return 0;
      items.push({ x: 2 * first.x });
      if (first.next) {
        first.next.x *= first.x;
        items.unshift(first.next);
        delete first.next;
      }
      return items.reduce((sum, item) => sum + item.x ** 2, 0);
    };
    const gradient = ([item]: Item[]): Item[] => {
      const { x, next } = item ?? { x: 0 };
      const y = next?.x ?? 0;
      return [{ x: 10 * x + 2 * x * y * y, next: { x: 2 * y * x * x } }];
    };
    const items: Item[] = [{ x: 3, next: { x: 2 } }];
    expect(checkGradient(f, gradient, [items])).toMatchObject({ ok: true, checked: 2 });
    expect(items).toEqual([{ x: 3, next: { x: 2 } }]);
  });

  test("a function in single precision", () => {
    const f = (x: number): number => Math.fround(Math.fround(x) ** 2 + Math.fround(Math.sin(x)));
    const options = { precision: "single", tolerance: 1e-3 } as const;
    expect(checkGradient(f, (x) => 2 * x + Math.cos(x), [1.3], options).ok).toBe(true);
    expect(checkGradient(f, (x) => 2.1 * x + Math.cos(x), [1.3], options).ok).toBe(false);
  });

  test("a function that overwrites its arguments, differentiated or not", () => {
    const f = (x: Float64Array, work: Int32Array, state: { calls: number }) => {
      for (let i = 0; i < x.length; i++) x[i]! *= x[i]!;
      work[0]! += 1;
      state.calls += 1;
      return x.reduce((s, v) => s + v, 0) * work[0]! * state.calls;
    };
    const x = Float64Array.of(1, 2);
    const work = Int32Array.of(4);
    const state = { calls: 2 };
    expect(checkGradient(f, (v) => Float64Array.from(v, (xi) => 30 * xi), [x, work, state], { wrt: [0] }).ok).toBe(
      true,
    );
    expect([x, work, state]).toEqual([Float64Array.of(1, 2), Int32Array.of(4), { calls: 2 }]);
  });

  test("a gradient of exact zeros", () => {
    expect(
      checkGradient(
        (x: number) => Math.floor(x),
        () => 0,
        [0.5],
      ).maxRelativeError,
    ).toBe(0);
    expect(
      checkGradient(
        (x: number) => 1e6 + Math.floor(x),
        () => 0,
        [0.5],
      ).maxRelativeError,
    ).toBe(0);
    const rounding = (x: number) => Math.cos(x) ** 2 + Math.sin(x) ** 2;
    expect(checkGradient(rounding, () => 0, [0.5]).ok).toBe(true);
  });

  test("two hundred thousand numbers", () => {
    const x = Float64Array.from({ length: 200_000 }, (_, i) => i);
    const report = checkGradient(
      (v: Float64Array) => v[0]! ** 2,
      () => new Float64Array(200_000),
      [x],
    );
    expect(report.ok).toBe(true);
  }, 60_000);
});

describe("wrong gradients fail", () => {
  test("a sign", () => {
    const report = checkGradient(Math.cos, Math.sin, [1]);
    expect(report.ok).toBe(false);
    expect(report.maxRelativeError).toBeCloseTo(1, 6);
    expect(report.worst?.analytic).toBeCloseTo(Math.sin(1), 12);
    expect(report.worst?.numeric).toBeCloseTo(-Math.sin(1), 10);
    expect(report.worst?.step).toBeGreaterThan(0);
  });

  test("one element of many", () => {
    const f = (x: { data: readonly number[] }[]) =>
      x.reduce((s, { data }) => s + data.reduce((t, v) => t + v * v, 0), 0);
    const wrong = (x: { data: readonly number[] }[]) =>
      x.map(({ data }, i) => ({ data: data.map((v, j) => 2 * v + (i === 1 && j === 2 ? 1e-3 : 0)) }));
    const report = checkGradient(f, wrong, [[{ data: [1, 2, 3] }, { data: [4, 5, 6] }]]);
    expect(report).toMatchObject({ ok: false, checked: 6, worst: { path: "arguments[0][1].data[2]" } });
  });

  test("one argument of several", () => {
    const report = checkGradient(
      (x: number, y: number) => x + 1e6 * y,
      () => [2, 1e6],
      [1, 1],
    );
    expect(report).toMatchObject({ ok: false, worst: { path: "arguments[0]", analytic: 2 } });
    expect(report.maxRelativeError).toBeCloseTo(1 / 3, 8);
  });

  test("slightly, and the tolerance decides", () => {
    const gradient = (x: number) => 2 * x * (1 + 1e-5);
    expect(checkGradient((x: number) => x * x, gradient, [3]).ok).toBe(false);
    expect(checkGradient((x: number) => x * x, gradient, [3], { tolerance: 1e-4 }).ok).toBe(true);
  });

  test("zero where there is a slope, NaN, and Infinity", () => {
    expect(checkGradient(Math.exp, () => 0, [0]).maxRelativeError).toBe(1);
    for (const bad of [NaN, Infinity]) {
      const report = checkGradient(Math.exp, () => bad, [0]);
      expect(report).toMatchObject({ ok: false, maxRelativeError: Infinity, worst: { analytic: bad } });
    }
    expect(
      checkGradient(
        (x: number, y: number) => x + y,
        () => [1, NaN],
        [0, 0],
      ),
    ).toMatchObject({ ok: false, worst: { path: "arguments[1]" } });
  });

  test("where the function has no values around", () => {
    expect(checkGradient(Math.sqrt, () => Infinity, [0]).ok).toBe(false);
  });
});

describe("which parameters", () => {
  const f = (a: number, b: number, xs: readonly number[]) => a * b + xs.reduce((s, x) => s + x, 0);

  test("one of several, by its shape", () => {
    expect(checkGradient(f, (_a, _b, xs) => xs.map(() => 1), [2, 3, [1, 1, 1]])).toMatchObject({
      ok: true,
      checked: 3,
    });
  });

  test("all of them before any other reading", () => {
    expect(checkGradient(f, (a, b, xs) => [b, a, xs.map(() => 1)], [2, 3, [1, 1, 1]])).toMatchObject({
      ok: true,
      checked: 5,
    });
  });

  test("an open case is refused, and `wrt` decides it", () => {
    expect(() => checkGradient(f, (_a, b) => b, [2, 3, [1]])).toThrow("say which with `wrt`");
    expect(checkGradient(f, (_a, b) => b, [2, 3, [1]], { wrt: [0] }).ok).toBe(true);
    expect(() => checkGradient(f, (a, b) => [b, a], [2, 3, [1, 1]])).toThrow("say which with `wrt`");
    expect(checkGradient(f, (a, b) => [b, a], [2, 3, [1, 1]], { wrt: [0, 1] })).toMatchObject({ ok: true, checked: 2 });
  });

  test("an empty array has a gradient like any other", () => {
    const g = (xs: readonly number[], ys: readonly number[]) => [...xs, ...ys].reduce((s, x) => s + x * x, 0);
    const gradient = (xs: readonly number[], ys: readonly number[]) => [xs.map((x) => 2 * x), ys.map((y) => 2 * y)];
    expect(checkGradient(g, gradient, [[1, 2], []])).toMatchObject({ ok: true, checked: 2 });
    expect(
      checkGradient(
        (xs: readonly number[], _names: readonly string[]) => xs.length,
        (xs) => xs.map(() => 0),
        [[1], []],
      ).ok,
    ).toBe(true);
  });

  test("shapes that do not fit are refused", () => {
    expect(() => checkGradient(f, () => "x", [2, 3, [1]])).toThrow(TypeError);
    expect(() =>
      checkGradient(
        (x: Float64Array) => x[0]!,
        () => new Float64Array(3),
        [new Float64Array(2)],
      ),
    ).toThrow("arguments[0]: it is a Float64Array of 2, its gradient a Float64Array of 3");
    expect(() =>
      checkGradient(
        (p: { a: number }) => p.a,
        () => ({ b: 1 }),
        [{ a: 1 }],
      ),
    ).toThrow(".b, which is not there");
  });

  test("what does not return a number is refused", () => {
    const vector = (x: number) => [x];
    // @ts-expect-error tsc refuses it too
    expect(() => checkGradient(vector, () => 1, [1])).toThrow("does not return a number");
  });

  test("what the function throws at the point itself comes through", () => {
    const fails = (x: number): number => {
      throw new RangeError(`no ${x}`);
    };
    expect(() => checkGradient(fails, () => 1, [1])).toThrow("no 1");
  });
});
