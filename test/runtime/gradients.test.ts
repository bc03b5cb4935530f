/** The helpers over any gradient: adding, scaling, clipping. */
import { describe, expect, test } from "vitest";
import { addInto, clipByNorm, clipByValue, type Gradient, norm, scale, zerosLike } from "../../runtime/src/index.js";

interface Model {
  readonly weights: Float64Array;
  readonly single: Float32Array;
  readonly rows: readonly (readonly number[])[];
  readonly pair: readonly [number, string, { bias: number }];
  readonly rate: number;
  readonly extra?: Float64Array;
  readonly none: number | null;
  readonly name: string;
  readonly activate: (x: number) => number;
}
const model = (): Model => ({
  weights: Float64Array.of(1, -2),
  single: Float32Array.of(0.5),
  rows: [[1, 2], [], [3]],
  pair: [4, "text", { bias: -5 }],
  rate: 6,
  none: null,
  name: "model",
  activate: Math.tanh,
});

describe("zerosLike", () => {
  test("keeps the shape, leaves out what is not differentiable", () => {
    const zeros: Gradient<Model> = zerosLike(model());
    expect(zeros).toEqual({
      weights: new Float64Array(2),
      single: new Float32Array(1),
      rows: [[0, 0], [], [0]],
      pair: [0, 0, { bias: 0 }],
      rate: 0,
      none: null,
    });
    expect(zerosLike(3)).toBe(0);
    expect(zerosLike<[a: number, b: number[]]>([1, [2]])).toEqual([0, [0]]);
    expect(() => zerosLike("text")).toThrow(TypeError);
  });

  test("keeps what is shared, and circles", () => {
    interface Ring {
      value: number;
      next?: Ring;
    }
    const ring: Ring = { value: 1 };
    ring.next = { value: 2, next: ring };
    const zeros = zerosLike([ring, ring] as const);
    expect(zeros[0]).toBe(zeros[1]);
    expect(zeros[0].next?.next).toBe(zeros[0]);
    expect(norm(ring)).toBeCloseTo(Math.sqrt(5));
  });
});

describe("addInto", () => {
  test("accumulates over batches, in place, and numbers by their result", () => {
    const total = zerosLike(model());
    const { weights } = total;
    const gradient = scale(total, 1);
    gradient.weights.set([1, 2]);
    gradient.rows[0]![1] = 3;
    gradient.rate = 4;
    expect(addInto(addInto(total, gradient), gradient, 0.5)).toBe(total);
    expect(total.weights).toBe(weights);
    expect(total).toMatchObject({ weights: Float64Array.of(1.5, 3), rows: [[0, 4.5], [], [0]], rate: 6 });
    expect(gradient.weights).toEqual(Float64Array.of(1, 2));
    let sum = 0;
    for (const x of [1, 2, 3]) sum = addInto(sum, x);
    expect(sum).toBe(6);
    expect(addInto<[number, number]>([1, 2], [10, 20])).toEqual([11, 22]);
  });

  test("a step of gradient descent on the parameters themselves", () => {
    const params = model();
    const gradient = zerosLike(params);
    gradient.weights.fill(10);
    gradient.pair[2].bias = 1;
    addInto(params, gradient, -0.1);
    expect(params.weights).toEqual(Float64Array.of(0, -3));
    expect(params.pair).toEqual([4, "text", { bias: -5.1 }]);
    expect(params.name).toBe("model");
  });

  test("what is absent adds nothing, or appears as a copy", () => {
    interface Sparse {
      a?: Float64Array;
      b: number | null;
    }
    const source: Sparse = { a: Float64Array.of(1), b: null };
    const target: Sparse = { b: 2 };
    addInto(target, source, 3);
    expect(target).toEqual({ a: Float64Array.of(3), b: 2 });
    expect(target.a).not.toBe(source.a);
  });

  test("what is shared on both sides is added once", () => {
    const [w, dw] = [Float64Array.of(1), Float64Array.of(10)];
    addInto([w, w], [dw, dw]);
    expect(w[0]).toBe(11);
    addInto([w, w], [Float64Array.of(100), Float64Array.of(1000)]);
    expect(w[0]).toBe(1111);
  });

  test("shapes that do not fit are errors with the place", () => {
    expect(() => addInto({ a: { b: new Float64Array(2) } }, { a: { b: new Float64Array(3) } })).toThrow(
      new RangeError("addInto: .a.b has length 2, the source 3"),
    );
    // The types say so too, where they are known.
    const addUntyped = addInto as (target: unknown, source: unknown) => unknown;
    expect(() => addUntyped({ a: [1] }, { a: 2 })).toThrow(TypeError);
    expect(() => addUntyped([1, [2]], [1, { x: 1 }])).toThrow("addInto: [1] is an array, the source an object");
  });
});

describe("norm", () => {
  test("of everything as one vector", () => {
    expect(norm({ a: 3, b: [Float64Array.of(4), [12]], name: "x" })).toBe(13);
    expect(norm([])).toBe(0);
    expect(norm(-2)).toBe(2);
  });

  test("neither over- nor underflows, and says what is not finite", () => {
    expect(norm([3e200, 4e200])).toBeCloseTo(5e200, -190);
    expect(norm([3e-200, 4e-200]) / 5e-200).toBeCloseTo(1);
    expect(norm([NaN, Infinity])).toBe(Infinity);
    expect(norm([NaN, 1])).toBeNaN();
    expect(norm([NaN])).toBeNaN();
  });
});

describe("clipping", () => {
  test("by norm: all together, direction kept, a copy always", () => {
    const gradient: [w: Float64Array, b: number] = [Float64Array.of(3, 0), 4];
    const clipped = clipByNorm(gradient, 1);
    expect(clipped[0][0]).toBeCloseTo(0.6);
    expect(clipped[1]).toBeCloseTo(0.8);
    expect(gradient).toEqual([Float64Array.of(3, 0), 4]);
    const same = clipByNorm(gradient, 5);
    expect(same).toEqual(gradient);
    expect(same[0]).not.toBe(gradient[0]);
    expect(clipByNorm(-3, 2)).toBe(-2);
    expect(norm(clipByNorm([1e300, 1e300], 1))).toBeCloseTo(1);
    expect(clipByNorm([0, 0], 0)).toEqual([0, 0]);
    expect(clipByNorm([1, NaN], 1)).toEqual([NaN, NaN]);
    expect(() => clipByNorm(1, -1)).toThrow(RangeError);
  });

  test("by value", () => {
    expect(clipByValue({ a: [-3, 0.5, 9] }, 1)).toEqual({ a: [-1, 0.5, 1] });
    expect(clipByValue(Float32Array.of(-3, 9), -1, 5)).toEqual(Float32Array.of(-1, 5));
    expect(clipByValue([NaN], 1)).toEqual([NaN]);
    expect(() => clipByValue(1, 2, 1)).toThrow(RangeError);
  });
});
