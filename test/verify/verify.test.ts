/** `adc verify`: finds arguments, agrees with right derivatives, names wrong ones, says what it skips. */
import { expect, test } from "vitest";
import { processTerminal, type Terminal } from "../../compiler/src/cli/terminal.js";
import { reportVerified } from "../../compiler/src/cli/verify-report.js";
import { type Importer, importPackage } from "../../compiler/src/verify/modules.js";
import { type Verified, verify, type VerifyOptions } from "../../compiler/src/verify/verify.js";
import * as runtime from "../../runtime/src/index.js";
import { adc, makeFolder, tsconfig } from "../cli/support.js";

/** The runtime from its sources: it may not be built. */
const importer: Importer = async (specifier, from) =>
  specifier === "@adc/runtime" ? { ...runtime } : await importPackage(specifier, from);

async function verified(source: string, options: VerifyOptions = {}): Promise<readonly Verified[]> {
  const folder = makeFolder({ "tsconfig.json": tsconfig, "src/model.ts": source, "src/other.ts": other });
  const result = await verify({ cwd: folder.path, importer, ...options });
  expect(result.diagnostics.filter((d) => d.category === "error")).toEqual([]);
  expect(result.internalErrors).toEqual([]);
  return result.functions;
}

const other = "export const half = (x: number): number => x / 2;\n";

test("arguments are found for numbers, arrays, matrices in rows, objects, counts", async () => {
  const functions = await verified(`
    import { half } from "./other.js";
    /** @differentiable */
    export function logs(x: number, y: number): number { return Math.log(x) * half(y); }
    /** @differentiable wrt=a,x */
    export function form(a: Float64Array, x: Float64Array, n: number): number {
      if (a.length !== n * n || x.length !== n) throw new RangeError("shape");
      let sum = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += x[i]! * a[i * n + j]! * x[j]!;
      return sum;
    }
    interface Layer { readonly w: readonly (readonly number[])[]; readonly b?: readonly number[]; readonly bias: readonly [number, number] }
    /** @differentiable */
    export const layer = (l: Layer, x: readonly number[]): number[] =>
      l.w.map((row, i) => row.reduce((sum, w, j) => sum + w * x[j]!, (l.b?.[i] ?? 0) + l.bias[0]));
  `);
  expect(functions.map(({ name, outcome, points, modes }) => ({ name, outcome, points, modes }))).toEqual([
    { name: "logs", outcome: "agrees", points: 2, modes: ["grad", "value_and_grad", "vjp"] },
    { name: "form", outcome: "agrees", points: 2, modes: ["grad", "value_and_grad", "vjp"] },
    { name: "layer", outcome: "agrees", points: 2, modes: ["vjp"] },
  ]);
  for (const { maxRelativeError } of functions) expect(maxRelativeError).toBeLessThan(1e-8);
});

test("every mode", async () => {
  const [f, g] = await verified(`
    /** @differentiable modes=grad,jvp,hvp,hessian,accumulate wrt=x */
    export function f(x: Float64Array): number { let s = 0; for (const v of x) s += Math.exp(v) * s + v * v; return s; }
    /** @differentiable modes=d2,d3 */
    export function g(x: number): number { return Math.exp(-x * x); }
  `);
  expect(f).toMatchObject({ outcome: "agrees", modes: ["grad", "jvp", "hvp", "hessian", "accumulate"] });
  expect(g).toMatchObject({ outcome: "agrees", modes: ["d2", "d3"] });
});

const wrongRule = `
  import { half } from "./other.js";
  export function cube(x: number): number { return x * x * x; }
  /** @vjp cube */
  export function cubeRule(x: number): [number, (seed: number) => number] { return [x * x * x, (seed) => 2 * half(seed) * x * x]; }
  /** @differentiable modes=grad
   *  @example f(2) // 8
   *  @example
   *  console.log(f(half(1)))
   */
  export function f(x: number): number { return cube(x); }
`;

test("a wrong derivative is named with its place, at the examples", async () => {
  const [f] = await verified(wrongRule.replace("@example f(2)", "@example f(2 * half(2))"));
  expect(f).toMatchObject({ outcome: "disagrees", points: 2, modes: ["grad"] });
  expect(f?.messages[0]).toMatch(/^grad at \(2 \* half\(2\)\): arguments\[0\]: 4 is not the 12 that/);
});

test("at given arguments, one function", async () => {
  const folder = makeFolder({ "tsconfig.json": tsconfig, "src/model.ts": wrongRule, "src/other.ts": other });
  const options = { cwd: folder.path, importer, files: ["src/model.ts#f"] };
  const result = await verify({ ...options, at: "0" });
  expect(result).toMatchObject({ status: "ok", functions: [{ name: "f", outcome: "agrees", points: 1 }] });
  expect((await verify({ ...options, at: "1" })).status).toBe("errors");
  expect((await verify({ ...options, at: "1)" })).functions[0]).toMatchObject({ outcome: "skipped" });
});

test("what cannot be made up or called is skipped, and says why", async () => {
  const functions = await verified(`
    /** @differentiable wrt=x */
    export function named(x: number, name: string): number { return name === "square" ? x * x : x; }
    /** @differentiable */
    export function never(x: number): number { if (x < 1e6) throw new RangeError("too small"); return x; }
    /** @differentiable */
    function hidden(x: number): number { return x; }
    /** @differentiable wrt=x
     *  @example withText(3, "square") */
    export function withText(x: number, name: string): number { return name === "square" ? hidden(x) * x : x; }
  `);
  expect(functions.map(({ name, outcome, messages }) => [name, outcome, ...messages])).toEqual([
    ["named", "skipped", "text cannot be made up; give an @example"],
    ["never", "skipped", "no arguments were found for which it returns finite numbers; give an @example"],
    ["hidden", "skipped", "it is not exported, so it cannot be called"],
    ["withText", "agrees"],
  ]);
});

test("methods, and functions that write to their arguments", async () => {
  const functions = await verified(`
    export class Model {
      constructor(readonly w: number) {}
      /** @differentiable
       *  @example new Model(2).energy(new Model(3), 0.5) */
      energy(x: number): number { return this.w * x * x; }
      /** @differentiable */
      static twice(x: number): number { return 2 * x; }
    }
    /** @differentiable */
    export function cumulate(xs: Float64Array): number {
      for (let i = 1; i < xs.length; i++) xs[i]! += xs[i - 1]! * xs[i]!;
      return xs[xs.length - 1]!;
    }
  `);
  expect(functions.map(({ name, outcome }) => [name, outcome])).toEqual([
    ["Model_energy", "agrees"],
    ["Model_twice", "agrees"],
    ["cumulate", "agrees"],
  ]);
});

test("a wrong call", async () => {
  const folder = makeFolder({ "tsconfig.json": tsconfig, "src/model.ts": wrongRule, "src/other.ts": other });
  expect((await adc(folder, "verify src/nothing.ts")).status).toBe(2);
  expect((await adc(folder, "verify src/model.ts#g")).status).toBe(2);
  expect((await adc(folder, "verify --tolerance x")).status).toBe(2);
  expect((await adc(folder, "verify src/model.ts --at 2")).error).toContain("'--at' needs one function");
});

test("what is printed, and the exit status", () => {
  let printed = "";
  const terminal: Terminal = { ...processTerminal(), print: (text) => void (printed += text) };
  const one = { file: "src/model.ts", line: 1, points: 2, maxRelativeError: 2e-12, messages: [] } as const;
  const right: Verified = { ...one, name: "f", outcome: "agrees", modes: ["grad", "vjp"] };
  const wrong: Verified = { ...one, name: "g", outcome: "disagrees", modes: ["grad"], messages: ["grad at (1): no"] };
  const skipped: Verified = { ...one, name: "h", outcome: "skipped", modes: [], messages: ["text cannot be made up"] };
  const result = { diagnostics: [], internalErrors: [] } as const;
  const status = reportVerified({ ...result, status: "errors", functions: [right, wrong, skipped] }, false, terminal);
  expect(status).toBe(1);
  expect(printed).toBe(
    [
      "src/model.ts#f  agrees at 2 points: grad, vjp; relative error 2.0e-12",
      "src/model.ts#g  DISAGREES",
      "  grad at (1): no",
      "src/model.ts#h  skipped: text cannot be made up",
      "adc: 1 agree, 1 disagree, 1 skipped",
      "",
    ].join("\n"),
  );
  expect(reportVerified({ ...result, status: "ok", functions: [right, skipped] }, false, terminal)).toBe(0);
});
