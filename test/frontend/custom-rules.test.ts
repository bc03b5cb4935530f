/** Custom rules for functions of packages, whose code need not be readable; small packages that exist only here. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { openMemory } from "../../compiler/src/frontend/index.js";
import { emitModule } from "../../compiler/src/emit/module.js";
import { generate } from "../../compiler/src/pipeline.js";
import * as runtime from "../../runtime/src/index.js";
import { Modules } from "../support/evaluate.js";

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

const lin = {
  "/node_modules/lin/package.json": JSON.stringify({ name: "lin", type: "module", exports: "./index.js" }),
  "/node_modules/lin/index.d.ts": `export declare class Base {
  data: Float64Array;
  constructor(data: Float64Array);
  norm(): number;
  lost(x: number): number;
}
export declare class Vec extends Base {
  dot(o: Vec): number;
  plus(o: Vec): Vec;
  twice(o: Vec): number;
  hidden(x: number): number;
}
export interface Thing {
  go(x: number): number;
}
`,
  "/node_modules/lin/index.js": `export class Base {
  constructor(data) { this.data = data; }
  norm() { return Math.sqrt(this.data.reduce((s, v) => s + v * v, 0)); }
  hidden(x) { return x; }
}
export class Vec extends Base {
  dot(o) { let s = 0; for (let i = 0; i < this.data.length; i++) s += this.data[i] * o.data[i]; return s; }
  plus(o) { return new Vec(this.data.map((v, i) => v + o.data[i])); }
  twice(o) { return 2 * this.dot(o); }
}
`,
};

// Each is a multiple of the derivative, so that the rules can be told from what adc would derive.
const methodRules = `import { type Base, Vec } from "lin";
interface Gradient { data: Float64Array }
const times = (x: Float64Array, k: number): Gradient => ({ data: x.map((v) => k * v) });
/** @vjp Vec.dot from "lin" */
export function dotRule(self: Vec, o: Vec): [number, (seed: number) => [Gradient, Gradient]] {
  return [self.dot(o), (seed) => [times(o.data, 10 * seed), times(self.data, 10 * seed)]];
}
/** @vjp Vec.plus from "lin" */
export function plusRule(self: Vec, o: Vec): [Vec, (seed: Gradient) => [Gradient, Gradient]] {
  return [self.plus(o), (seed) => [times(seed.data, 100), times(seed.data, 1)]];
}
/** @vjp Vec.norm from "lin" */
export function normRule(self: Base): [number, (seed: number) => Gradient] {
  const n = self.norm();
  return [n, (seed) => times(self.data, (1000 * seed) / n)];
}
`;

/** Runs a generated function of a model. */
function run(text: string, name: string, ...args: readonly unknown[]): unknown {
  const modules = new Modules({ "/model_grad.ts": text }, () => runtime);
  const found = modules.exports("/model_grad.ts")[name];
  return typeof found === "function" ? Reflect.apply(found, undefined, args) : undefined;
}

describe("rules for methods of classes of packages", () => {
  const x = Float64Array.of(3, 0);
  const y = Float64Array.of(0, 4);

  test("called on an object, inherited, with objects as results, and by the package itself", () => {
    const { said, text } = compiled({
      ...lin,
      "/model.ts": `${methodRules}/** @differentiable modes=grad,jvp,hvp */
export function dot(x: Float64Array, y: Float64Array): number {
  return new Vec(x).dot(new Vec(y));
}
/** @differentiable modes=grad,jvp,hvp */
export function norm(x: Float64Array, y: Float64Array): number {
  const sum = new Vec(x).plus(new Vec(y));
  return sum.norm();
}
/** @differentiable modes=grad */
export function twice(x: Float64Array, y: Float64Array): number {
  return new Vec(x).twice(new Vec(y));
}
`,
    });
    expect(said).toEqual([]);
    expect(run(text, "dot_grad", x, y)).toEqual([Float64Array.of(0, 40), Float64Array.of(30, 0)]);
    expect(run(text, "dot_jvp", x, y, y, x)).toEqual([0, 250]);
    expect(run(text, "norm_grad", x, y)).toEqual([Float64Array.of(60_000, 80_000), Float64Array.of(600, 800)]);
    expect(run(text, "norm_jvp", x, y, y, x)).toEqual([5, 80_000 * 4 + 600 * 3]);
    expect(run(text, "twice_grad", x, y)).toEqual([Float64Array.of(0, 80), Float64Array.of(60, 0)]);
    // The rule is what is differentiated again.
    const [, hv] = run(text, "dot_hvp", x, y, y, x) as [unknown, unknown];
    expect(hv).toEqual([Float64Array.of(30, 0), Float64Array.of(0, 40)]);
  });

  test.each([
    ["Vec.dot", "self: Vec, o: Vec", "number", "[Gradient, number]", "ADC1034 @ 3:5"],
    ["Vec.norm", "self: Vec, o: Vec", "number", "Gradient", "ADC1034 @ 3:5"],
    ["Vec.nothing", "self: Vec", "number", "Gradient", "ADC1032 @ 3:5"],
    ["Thing.go", "self: Vec, x: number", "number", "number", "ADC1032 @ 3:5"],
    // Declared, and nowhere in the code; in another class than the declaration says.
    ["Base.lost", "self: Base, x: number", "number", "number", "ADC1032 @ 3:5"],
    ["Vec.hidden", "self: Vec, x: number", "number", "number", "ADC1032 @ 3:5"],
  ])("%s that does not fit, or is not there", (name, params, value, gradient, expected) => {
    const { said } = compiled({
      ...lin,
      "/model.ts": `import { Vec, type Base } from "lin";
interface Gradient { data: Float64Array }
/** @vjp ${name} from "lin" */
export function rule(${params}): [${value}, (seed: number) => ${gradient}] {
  throw new Error(self.data.length.toString());
}
/** @differentiable */
export function f(x: Float64Array): number {
  return new Vec(x).dot(new Vec(x));
}
`,
    });
    expect(said).toEqual([expected]);
  });
});
