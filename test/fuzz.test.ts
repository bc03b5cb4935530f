/** A fixed budget of random programs; `npm run fuzz` goes on for as long as one likes. */
import { describe, expect, it } from "vitest";
import { judge } from "./support/judge.js";
import { compileOne } from "./support/compile.js";
import { asFixture } from "./support/fuzz-minimize.js";
import { emptySummary, fuzzBatch } from "./support/fuzzing.js";
import { gradientFile } from "./support/generate/derivatives.js";
import { featureNames, parseFeatures } from "./support/generate/features.js";
import { generateProgram } from "./support/generate/program.js";
import { nameSubexpressions, returnTuple, unrollLoops } from "./support/metamorphic.js";
import { classesToFunctions } from "./support/metamorphic-classes.js";
import {
  boxVariables,
  callbacksToLoops,
  extractBodies,
  loopsToCallbacks,
  passCaptured,
  wrapBody,
} from "./support/metamorphic-functions.js";
import { typeCheck } from "./support/type-check.js";

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

  it.each(featureNames.map((feature, i) => ({ feature, first: 5001 + 100 * i })))(
    "with $feature from seed $first agree with every judge",
    { timeout: 120_000 },
    ({ feature, first }) => {
      const summary = emptySummary();
      fuzzBatch(first, 12, { size: 10, aliases: false, plain: false, features: parseFeatures(feature) }, summary);
      const found = summary.disagreements.map(
        ({ seed, kind, message, program }) => `seed ${seed}, ${kind}: ${message}\n${asFixture(program)}`,
      );
      expect(found).toEqual([]);
      const refused = [...summary.refused.values()].reduce((sum, times) => sum + times, 0);
      expect(refused, [...summary.refused.keys()].join("\n")).toBeLessThanOrEqual(2);
    },
  );

  it("are the same for the same seed", () => {
    const options = { size: 20, aliases: false, plain: false, features: featureNames };
    expect(generateProgram(7).source).toBe(generateProgram(7).source);
    expect(generateProgram(7).source).not.toBe(generateProgram(8).source);
    expect(generateProgram(7, options).source).toBe(generateProgram(7, options).source);
  });

  it("are TypeScript", { timeout: 60_000 }, () => {
    const options = { size: 15, aliases: false, plain: false, features: featureNames };
    const files = Array.from({ length: 60 }, (_, i): [string, string] => [
      `/typed/p${i}.ts`,
      generateProgram(6001 + i, options).source,
    ]);
    // Calls of generated gradients, which are not made here, have types of their own in the source.
    const isOther = (message: string): boolean => !message.includes(`Cannot find module '${gradientFile}'`);
    expect(typeCheck(Object.fromEntries(files)).filter(isOther)).toEqual([]);
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

  it("makes functions of bodies", () => {
    const source =
      "export function f(a: number[]): number {\n  let s = 1;\n  for (const v of a) { s *= v; }\n  return s;\n}\n";
    expect(wrapBody(source)).toContain("return ((): number => {");
    expect(extractBodies(source)).toContain("{ const turn1of = (): void => { s *= v; }; turn1of(); }");
    expect(boxVariables(source)).toContain(
      "const s = { value: 1 };\n  for (const v of a) { s.value *= v; }\n  return s.value;",
    );
    expect(extractBodies(source.replace("s *= v;", "break;"))).not.toContain("turn1of");
  });

  it("exchanges loops and callbacks", () => {
    const loop =
      "function f(a: number[]): number {\n  let s = 0;\n  for (let i = 0; i < a.length; i++) { s += a[i]!; }\n  return s;\n}\n";
    const callback = loopsToCallbacks(loop);
    expect(callback).toContain("a.forEach((_each, i: number) => { s += a[i]!; });");
    expect(callbacksToLoops(callback)).toContain(
      "for (let i = 0; i < a.length; i++) { const _each = a[i]!; { s += a[i]!; }}",
    );
    expect(loopsToCallbacks(loop.replace("s +=", "if (s > 1) continue; a.push(1); s +="))).not.toContain("forEach");
    expect(callbacksToLoops("const t = a.reduce((s, v) => s + v, 0);")).toContain("((s: number) => { for (");
  });

  it("passes what is captured", () => {
    const source =
      "export function f(x: number): number {\n  const w = x * 2;\n  const g = (z: number): number => z * w;\n  return g(x) + g(1);\n}\n";
    const passed = passCaptured(source);
    expect(passed).toContain("(z: number, wGiven: typeof w): number => z * wGiven");
    expect(passed).toContain("return g(x, w) + g(1, w);");
  });

  it("makes functions of methods", () => {
    const source =
      "export class P {\n  constructor(public x: number) {}\n  by(k: number): P {\n    return new P(this.x * k);\n  }\n  get twice(): number {\n    return 2 * this.x;\n  }\n}\nexport function f(p: P): number {\n  return p.by(3).twice;\n}\n";
    const functions = classesToFunctions(source);
    expect(functions).toContain("return P_twice(P_by(p, 3));");
    expect(functions).toContain("return P_new(self.x * k);");
    expect(functions).not.toContain("class");
  });

  it("returns a tuple", () => {
    expect(returnTuple("export function f(x: number): number {\n  return x;\n}\n")).toContain(
      "f(x: number): [number, number] {\n  return [x, 0.5];",
    );
  });
});
