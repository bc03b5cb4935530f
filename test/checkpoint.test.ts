/** Checkpointed loops: equal to the bit with those without the tag, in memory that grows with the square root; fixed points. */
import { describe, expect, it } from "vitest";
import { binomialSplit, borrowTape, moveAdjoints, refuseOverlap, snapshotsWithin } from "../runtime/src/index.js";
import { type Compiled, compileOne } from "./support/compile.js";
import { evaluateExpression, type Exports } from "./support/evaluate.js";
import { type Fixture, readFixtures } from "./support/fixture.js";

const withoutTags = (source: string): string =>
  source
    .replaceAll(/\/\*\* @(?:checkpoint|implicit)[^*]*\*\//g, "")
    .replaceAll(/^ \* {1,2}@(?:checkpoint|implicit) \*\/$/gm, " */");

/** Reversed as a whole: a loop whose iterations are reversed one by one makes its sums in another order. */
function compiled(source: string): Compiled {
  const everyMode = ["grad", "value_and_grad", "vjp", "hvp", "jvp"];
  const outcome = compileOne(source, { everyMode, without: ["fuse"] });
  if (outcome.kind === "compiled") return outcome.compiled;
  throw outcome.kind === "crashed" ? outcome.error : new Error(outcome.diagnostics.map((d) => d.message).join("\n"));
}

function call(exports: Exports, name: string, args: readonly unknown[]): unknown {
  const f = exports[name];
  if (typeof f !== "function") throw new Error(`no ${name}`);
  return f(...structuredClone(args));
}

/** What every generated function returns at the arguments of a case; pullbacks run twice. */
function everything({ generated, original, lowered }: Compiled, fixture: Fixture): readonly unknown[] {
  return fixture.cases.flatMap(({ name, args }) => {
    const list = evaluateExpression(args, { ...original, ...generated });
    const annotated = lowered.annotated.find(({ exportName }) => exportName === name);
    if (!Array.isArray(list) || annotated === undefined) throw new Error(`no case of ${name}`);
    const tangents: unknown[] = annotated.wrt.map((i): unknown => list[i]);
    return annotated.modes.map((mode): unknown => {
      const given: readonly unknown[] = mode === "hvp" || mode === "jvp" ? [...list, ...tangents] : list;
      const result = call(generated, `${name}_${mode}`, given);
      if (mode !== "vjp" || !Array.isArray(result)) return result;
      const [value, pullback] = result as [unknown, (seed: unknown) => unknown];
      return [value, pullback(structuredClone(value)), pullback(structuredClone(value))];
    });
  });
}

const fixtures = readFixtures().filter(({ name }) => name.startsWith("checkpoint/"));

describe("checkpointed loops", () => {
  it.each(fixtures.map((f) => [f.name, f] as const))("%s is equal to the bit with the plain reversal", (_, fixture) => {
    const plain = withoutTags(fixture.source);
    expect(plain).not.toBe(fixture.source);
    expect(plain).not.toContain("@checkpoint");
    const tagged = compiled(fixture.source);
    expect(tagged.text).toMatch(/_again/);
    expect(everything(tagged, fixture)).toStrictEqual(everything(compiled(plain), fixture));
  });

  const recurrence = `/** @differentiable wrt=x0,r modes=grad,hvp */
export function equal(x0: number, r: number, n: number): number {
  let x = x0;
  /** @checkpoint */
  for (let i = 0; i < n; i++) x = r * x * (1 - x) + 0.001 * Math.sin(i);
  return x;
}
/** @differentiable wrt=x0,r modes=grad */
export function growing(x0: number, r: number, n: number): number {
  let x = x0;
  let i = 0;
  /** @checkpoint */
  while (i < n) {
    x = r * x * (1 - x) + 0.001 * Math.sin(i);
    i++;
  }
  return x;
}
/** @differentiable wrt=x0,r modes=grad */
export function binomial(x0: number, r: number, n: number): number {
  let x = x0;
  /** @checkpoint schedule=revolve snapshots=12 */
  for (let i = 0; i < n; i++) x = r * x * (1 - x) + 0.001 * Math.sin(i);
  return x;
}
`;
  /** The room that a call leaves on the tape it returns to the pool, in numbers. */
  const room = (run: () => unknown): number => {
    const kept = Array.from({ length: 8 }, borrowTape);
    run();
    expect(kept).toHaveLength(8);
    return borrowTape().numbers.length;
  };

  it("keep the square root of what the plain reversal keeps", () => {
    const tagged = compiled(recurrence).generated;
    const plain = compiled(withoutTags(recurrence)).generated;
    for (const n of [1e4, 1e5, 1e6]) {
      // Room doubles, so it may be twice what is needed. A state and a segment, and what a new tape has.
      const most = Math.max(1024, 2 * 2 * 3 * Math.sqrt(2 * n));
      const args = [0.3, 3.1, n];
      expect(room(() => call(tagged, "equal_grad", args))).toBeLessThanOrEqual(most);
      expect(room(() => call(tagged, "growing_grad", args))).toBeLessThanOrEqual(most);
      if (n < 1e6) expect(room(() => call(tagged, "binomial_grad", args))).toBe(1024);
      expect(room(() => call(plain, "equal_grad", args))).toBeGreaterThanOrEqual(n);
    }
    const args = [0.3, 3.1, 1e6];
    expect(call(tagged, "equal_grad", args)).toStrictEqual(call(plain, "equal_grad", args));
    expect(call(tagged, "growing_grad", args)).toStrictEqual(call(plain, "growing_grad", args));
    const twice = [0.3, 3.1, 1e5, 1, 1];
    expect(room(() => call(tagged, "equal_hvp", twice))).toBeLessThanOrEqual(16 * Math.sqrt(2e5));
    expect(call(tagged, "equal_hvp", twice)).toStrictEqual(call(plain, "equal_hvp", twice));
  });

  it("integrates an equation in 100,000 steps", () => {
    const fixture = fixtures.find(({ name }) => name === "checkpoint/integration");
    if (fixture === undefined) throw new Error("no such fixture");
    const args = [1, 0, 4, 20, 1e5];
    const tagged = compiled(fixture.source).generated;
    const plain = compiled(withoutTags(fixture.source)).generated;
    expect(room(() => call(tagged, "f_grad", args))).toBeLessThan(64 * 1024);
    expect(room(() => call(plain, "f_grad", args))).toBeGreaterThan(1e6);
    expect(call(tagged, "f_grad", args)).toStrictEqual(call(plain, "f_grad", args));
  });

  it("throws where what it would copy is seen through two typed arrays", () => {
    const { generated } = compiled(`/** @differentiable modes=grad */
export function f(xs: Float64Array): number {
  const a = xs.slice();
  const b = a.subarray(1);
  /** @checkpoint */
  for (let i = 0; i < 4; i++) {
    a[0] = Math.sin(a[0]! + b[0]!);
    b[0] = b[0]! * a[0]!;
  }
  return a[1]!;
}`);
    expect(() => call(generated, "f_grad", [Float64Array.of(0.1, 0.2)])).toThrow(TypeError);
  });
});

describe("the binomial schedule", () => {
  const choose = (n: number, k: number): number => {
    let c = 1;
    for (let i = 1; i <= k; i++) c = (c * (n - k + i)) / i;
    return Math.round(c);
  };

  /** Iterations that run before their reversal, and the most snapshots at any one time. */
  function cost(length: number, snapshots: number): { readonly again: number; readonly most: number } {
    if (length <= 1) return { again: 0, most: 0 };
    const taken = binomialSplit(length, snapshots);
    expect(taken).toBeGreaterThanOrEqual(1);
    expect(taken).toBeLessThan(length);
    const first = cost(taken, snapshots);
    const rest = cost(length - taken, snapshots - 1);
    return { again: taken + first.again + rest.again, most: Math.max(first.most, 1 + rest.most) };
  }

  it.each([1, 2, 3, 5, 10])("runs the fewest iterations again, with %i snapshots", (snapshots) => {
    for (const length of [1, 2, 3, 4, 7, 10, 11, 35, 36, 100, 120]) {
      let r = 0;
      while (choose(snapshots + r, snapshots) < length) r++;
      // Griewank & Walther 2000, equation 7: r l - β(s + 1, r - 1).
      const fewest = r === 0 ? 0 : r * length - choose(snapshots + r, snapshots + 1);
      const { again, most } = cost(length, snapshots);
      expect(again).toBe(fewest);
      expect(most).toBeLessThanOrEqual(snapshots);
    }
  });
});

describe("what checkpointed code asks of the runtime", () => {
  it("counts the bytes of a snapshot", () => {
    expect(snapshotsWithin(1000, 16)).toBe(62);
    expect(snapshotsWithin(1000, 0, new Float64Array(10))).toBe(12);
    const shared = [1, 2, 3];
    expect(snapshotsWithin(1000, 8, { a: shared, b: shared })).toBe(Math.floor(1000 / (8 + 16 + 24)));
    expect(snapshotsWithin(1, 8)).toBe(1);
  });

  it("moves adjoints, but for what both hold", () => {
    const shared = Float64Array.of(1, 2);
    const from = { a: 1, b: shared, c: [3, 4], d: { e: 5 } };
    const to = { a: 10, b: shared, c: [30, 40], d: { e: 50 } };
    moveAdjoints(from, to);
    expect(to).toEqual({ a: 11, b: Float64Array.of(1, 2), c: [33, 44], d: { e: 55 } });
    expect(from).toEqual({ a: 0, b: Float64Array.of(1, 2), c: [0, 0], d: { e: 0 } });
  });

  it("finds typed arrays that lie over each other", () => {
    const a = new Float64Array(4);
    expect(() => refuseOverlap(a, a, { b: new Float64Array(4) })).not.toThrow();
    expect(() => refuseOverlap(a.subarray(0, 2), [a.subarray(2)])).not.toThrow();
    expect(() => refuseOverlap({ a }, a.subarray(1))).toThrow(TypeError);
  });
});

describe("fixed points", () => {
  const sources = (tag: string): string => `/** @differentiable modes=grad,vjp */
export function root(a: number, n: number): number {
  let x = a;
  /** ${tag} */
  for (let i = 0; i < n; i++) x = 0.5 * (x + a / x);
  return x;
}
/** @differentiable modes=grad */
export function still(a: number): number {
  let x = a;
  /** ${tag} */
  for (let i = 0; i < 3; i++) x = x + 0 * a;
  return x;
}`;
  const { generated } = compiled(sources("@implicit max=50"));

  it("keep nothing of the iterations", () => {
    const before = borrowTape();
    call(generated, "root_grad", [2, 1e6]);
    expect(borrowTape().numbers.length).toBe(1024);
    expect(before.numbers.length).toBeGreaterThan(0);
  });

  it("throw where there is none", () => {
    expect(() => call(generated, "root_grad", [200, 3])).toThrow(/has not come to a fixed point/);
    expect(() => call(generated, "still_grad", [2])).toThrow(/does not converge in 50 rounds/);
    expect(call(generated, "root_grad", [200, 30])).toEqual([0.5 / Math.sqrt(200), 0]);
  });
});
