/** Custom rules for functions of packages, whose code need not be readable; small packages that exist only here. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { openMemory } from "../../compiler/src/frontend/index.js";
import { emitModule } from "../../compiler/src/emit/module.js";
import { generate } from "../../compiler/src/pipeline.js";

const binary = {
  "/node_modules/special/package.json": JSON.stringify({ name: "special", type: "module", exports: "./index.js" }),
  "/node_modules/special/index.d.ts": `export declare function erf(x: number): number;
export declare function mix(x: Float64Array, y: Float64Array): number;
export declare const root: (x: number) => number;
declare const whole: { erf(x: number): number };
export default whole;
`,
  // Nothing of this can be read.
  "/node_modules/special/index.js": "export * from './native.node';\n",
};

/** What is said of a model, or its generated file. */
function compiled(files: Readonly<Record<string, string>>): { said: readonly string[]; text: string } {
  const frontend = openMemory({ ...binary, ...files });
  const { lowered, diagnostics } = frontend.lower("/model.ts");
  const said = diagnostics.map((d) => `${d.code} @ ${d.span?.line}:${d.span?.column}`);
  if (lowered === undefined) return { said, text: "" };
  const text = emitModule(generate(lowered, { ruleSet, powConstant }), { specifier: () => "./model.js" });
  return { said, text };
}

const rules = `import { erf, mix } from "special";
/** @vjp erf from "special" */
export function erfRule(x: number): [value: number, pullback: (seed: number) => number] {
  return [erf(x), (seed) => seed * 1.1283791670955126 * Math.exp(-x * x)];
}
/** @vjp mix from "special" */
export function mixRule(x: Float64Array, y: Float64Array): [number, (seed: number) => [Float64Array, Float64Array]] {
  return [mix(x, y), (seed) => [y.map((v) => v * seed), x.map((v) => v * seed)]];
}
`;

const page = readFileSync(new URL("../../docs/rules.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```ts\n([^]*?)```/g)].map((found, i) => [i, found[1] ?? ""] as const);

describe("docs/rules.md", () => {
  test.each(blocks)("example %i", (_, block) => {
    const special = {
      "/node_modules/fast-norm/package.json": JSON.stringify({ name: "fast-norm", exports: "./index.js" }),
      "/node_modules/fast-norm/index.d.ts": "export declare function fastNorm(x: Float64Array): number;\n",
      "/node_modules/fast-norm/index.js": "module.exports = require('./native.node');\n",
    };
    expect(compiled({ ...special, "/model.ts": block }).said).toEqual([]);
  });
});

describe("rules for functions of packages", () => {
  test("a rule in the file that calls, by its name", () => {
    const { said, text } = compiled({
      "/model.ts": `${rules}/** @differentiable modes=grad */
export function f(x: number, y: Float64Array): number {
  return erf(x * x) * mix(y, y);
}
`,
    });
    expect(said).toEqual([]);
    expect(text).toContain('import { erfRule, mixRule } from "./model.js";');
    expect(text).not.toContain("special");
  });

  test("where nothing depends on what is differentiated, the rule's value is used", () => {
    const { said, text } = compiled({
      "/model.ts": `${rules}/** @differentiable wrt=x modes=grad */
export function f(x: number, y: number): number {
  return x * erf(y);
}
`,
    });
    expect(said).toEqual([]);
    expect(text).toMatch(/erfRule\(x\);\s*return ruled\[0\]/);
  });

  test("as a value", () => {
    const { said } = compiled({
      "/model.ts": `${rules}/** @differentiable */
export function f(xs: number[]): number {
  return xs.map(erf).reduce((a, b) => a + b, 0);
}
`,
    });
    expect(said).toEqual(["ADC1039 @ 12:17"]);
  });

  test("what the package does not export", () => {
    const { said } = compiled({
      "/model.ts": `import { erf } from "special";
/** @vjp erfc from "special" */
export function erfcRule(x: number): [number, (seed: number) => number] {
  return [1 - erf(x), (seed) => -seed];
}
/** @differentiable */
export function f(x: number): number {
  return x;
}
`,
    });
    expect(said).toEqual(["ADC1032 @ 2:5"]);
  });

  test("a signature that does not fit what the package declares", () => {
    const { said } = compiled({
      "/model.ts": `import { mix } from "special";
/** @vjp mix from "special" */
export function mixRule(x: Float64Array, y: Float64Array): [number, (seed: number) => Float64Array] {
  return [mix(x, y), () => x];
}
/** @differentiable */
export function f(x: Float64Array): number {
  return mix(x, x);
}
`,
    });
    expect(said).toContain("ADC1034 @ 2:5");
  });

  test("second derivatives of a rule that calls what cannot be read", () => {
    const { said, text } = compiled({
      "/model.ts": `${rules}/** @differentiable modes=hvp */
export function f(x: number): number {
  return erf(x);
}
`,
    });
    expect(said).toEqual([]);
    expect(text).toContain("1.1283791670955126");
  });

  test("a rule that nobody can import and that asks the package for the value", () => {
    const { said } = compiled({
      "/model.ts": `import { erf } from "special";
/** @differentiable */
export function f(x: number): number {
  return erf(x);
}
`,
      "/rules.ts": rules,
    });
    expect(said).toEqual(["ADC1040 @ 3:1"]);
  });
});
