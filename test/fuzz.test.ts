/** A fixed budget of random programs; `npm run fuzz` goes on for as long as one likes. */
import { describe, expect, it } from "vitest";
import { judge } from "./support/judge.js";
import { compileOne } from "./support/compile.js";
import { asFixture, emptySummary, fuzzBatch } from "./support/fuzzing.js";
import { generateProgram } from "./support/generate/program.js";
import { nameSubexpressions, returnTuple, unrollLoops } from "./support/metamorphic.js";

describe("random programs", () => {
  it.each([
    { first: 1, count: 100, size: 8, aliases: false },
    { first: 1001, count: 80, size: 20, aliases: false },
    { first: 2001, count: 40, size: 60, aliases: false },
    { first: 3001, count: 80, size: 15, aliases: true },
  ])(
    "$count programs of size $size from seed $first agree with every judge",
    { timeout: 120_000 },
    ({ first, count, size, aliases }) => {
      const summary = emptySummary();
      fuzzBatch(first, count, { size, aliases, plain: false }, summary);
      const found = summary.disagreements.map(
        ({ seed, kind, message, program }) => `seed ${seed}, ${kind}: ${message}\n${asFixture(program)}`,
      );
      expect(found).toEqual([]);
      expect(summary.programs).toBe(count);
      const refused = [...summary.refused.values()].reduce((sum, times) => sum + times, 0);
      expect(refused, [...summary.refused.keys()].join("\n")).toBeLessThanOrEqual(aliases ? count / 2 : count / 20);
    },
  );

  it("are the same for the same seed", () => {
    expect(generateProgram(7).source).toBe(generateProgram(7).source);
    expect(generateProgram(7).source).not.toBe(generateProgram(8).source);
  });
});

describe("the judges notice", () => {
  const source = `/** @differentiable */
export function f(x: number, a: Float64Array): number {
  let s = x;
  for (let i = 0; i < a.length; i++) s = Math.sin(s) * a[i]! + x;
  return s;
}
`;
  const outcome = compileOne(source);
  if (outcome.kind !== "compiled") throw new Error("the sample must compile");
  const { compiled } = outcome;
  const [annotated] = compiled.lowered.annotated;
  if (annotated === undefined) throw new Error("nothing annotated");
  const args = [0.7, new Float64Array([1, 2])];
  type Call = (...args: readonly unknown[]) => unknown;

  /** What the judges say when each generated function is replaced by what \`spoil\` makes of it. */
  function kinds(spoil: (real: Call, name: string) => Call): Set<string> {
    const generated = Object.fromEntries(
      Object.entries(compiled.generated).map(([name, real]) => [
        name,
        typeof real === "function" ? spoil((...given) => Reflect.apply(real, undefined, given), name) : real,
      ]),
    );
    const found = annotated === undefined ? [] : judge({ ...compiled, generated }, annotated, args).problems;
    return new Set(found.map(({ kind }) => kind));
  }
  const isGrad = (name: string): boolean => name.endsWith("_grad") && !name.includes("value");

  it("nothing where nothing is wrong", () => {
    expect(kinds((real) => real)).toEqual(new Set());
  });

  it("a wrong number", () => {
    const found = kinds((real, name) => (...given) => {
      const result = real(...given);
      return isGrad(name) && Array.isArray(result) ? [Number(result[0]) * (1 + 1e-7), result[1]] : result;
    });
    expect(found).toContain("duals");
    expect(found).toContain("value_and_grad");
  });

  it("a zero in the place of a gradient", () => {
    const found = kinds(
      (real, name) =>
        (...given) =>
          isGrad(name) ? [0, new Float64Array(2)] : real(...given),
    );
    expect(found).toContain("differences");
    expect(found).toContain("duals");
  });

  it("a value that is off by one unit in the last place", () => {
    const found = kinds((real, name) => (...given) => {
      const result = real(...given);
      return name.includes("value") && Array.isArray(result) ? [Number(result[0]) * (1 + 2 ** -52), result[1]] : result;
    });
    expect(found).toEqual(new Set(["value"]));
  });

  it("an argument that was written", () => {
    const found = kinds((real) => (...given) => {
      const result = real(...given);
      if (given[1] instanceof Float64Array) given[1][0] = 5;
      return result;
    });
    expect(found).toContain("arguments");
  });

  it("an argument that was kept", () => {
    const found = kinds(
      (real, name) =>
        (...given) =>
          isGrad(name) ? [Number((real(...given) as unknown[])[0]), given[1]] : real(...given),
    );
    expect(found).toContain("fresh");
  });

  it("a call that depends on the one before", () => {
    let calls = 0;
    const found = kinds(
      (real, name) =>
        (...given) =>
          isGrad(name) ? [++calls, (real(...given) as unknown[])[1]] : real(...given),
    );
    expect(found).toContain("repeatable");
  });

  it("a pullback that reads the caller's array", () => {
    const found = kinds((real, name) => (...given) => {
      if (!name.endsWith("_vjp")) return real(...given);
      const [value] = real(...given) as [number];
      const late = (seed: unknown): unknown => (real(...given) as [number, Call])[1](seed);
      return [value, late];
    });
    expect(found).toContain("duals");
  });

  it("an exception that is not the user's", () => {
    const found = kinds((real, name) => (...given) => {
      if (isGrad(name)) throw new Error("mine");
      return real(...given);
    });
    expect(found).toContain("throws");
  });
});

describe("rewriting", () => {
  it("names every subexpression", () => {
    const source = "function f(x: number): number {\n  return Math.sin(x * 2) + x / (1 + x);\n}\n";
    const named = nameSubexpressions(source);
    expect(named).toContain("const named1 = x * 2;");
    expect(named).toContain("const named2 = Math.sin(named1);");
    expect(named.match(/const named/g)).toHaveLength(4);
  });

  it("unrolls loops whose trip count is known", () => {
    const source =
      "function f(a: number[]): number {\n  let s = 0;\n  for (let i = 0; i < a.length; i++) { s += a[i]! * i; }\n  return s;\n}\n";
    const unrolled = unrollLoops(source, 3);
    expect(unrolled.match(/const i: number = /g)).toHaveLength(3);
    expect(unrollLoops(source.replace("s +=", "if (s > 1) break; s +="), 3)).not.toContain("const i:");
  });

  it("returns a tuple", () => {
    expect(returnTuple("export function f(x: number): number {\n  return x;\n}\n")).toContain(
      "f(x: number): [number, number] {\n  return [x, 0.5];",
    );
  });
});
