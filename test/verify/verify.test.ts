/** `adc verify`: finds arguments, agrees with right derivatives, names wrong ones, says what it skips. */
import { expect, test } from "vitest";
import { processTerminal, type Terminal } from "../../compiler/src/cli/terminal.js";
import { runtimeDeclarations } from "../../compiler/src/frontend/memory-runtime.js";
import { reportVerified } from "../../compiler/src/cli/verify-report.js";
import { type Importer, importPackage } from "../../compiler/src/verify/modules.js";
import { type Verified, verify, type VerifyOptions } from "../../compiler/src/verify/verify.js";
import * as runtime from "../../runtime/src/index.js";
import { adc, makeFolder, tsconfig } from "../cli/support.js";

/** The runtime from its sources: it may not be built. */
const importer: Importer = async (specifier, from) =>
  specifier === "@adc/runtime" ? { ...runtime } : await importPackage(specifier, from);

const installed = Object.fromEntries(
  Object.entries(runtimeDeclarations).map(([path, text]) => [path.replace(/^\//, ""), text] as const),
);

async function verified(source: string, options: VerifyOptions = {}): Promise<readonly Verified[]> {
  const folder = makeFolder({ "tsconfig.json": tsconfig, "src/model.ts": source, "src/other.ts": other, ...installed });
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
    export function mapped(x: number, m: ReadonlyMap<string, number>): number { return x * (m.get("a") ?? 2); }
    /** @differentiable */
    export function never(x: number): number { if (x < 1e6) throw new RangeError("too small"); return x; }
    /** @differentiable */
    function hidden(x: number): number { return x; }
    /** @differentiable wrt=x
     *  @example withText(3, "square") */
    export function withText(x: number, name: string): number { return name === "square" ? hidden(x) * x : x; }
  `);
  expect(functions.map(({ name, outcome, messages }) => [name, outcome, ...messages])).toEqual([
    ["mapped", "skipped", "`ReadonlyMap<string, number>` cannot be made up; give an @example"],
    ["never", "skipped", "no arguments were found for which it returns finite numbers; give an @example"],
    ["hidden", "skipped", "it is not exported, so it cannot be called"],
    ["withText", "agrees"],
  ]);
});

test("arguments of every kind: the rest, texts, unions, keys, instances, methods called as usual", async () => {
  const functions = await verified(`
    /** @differentiable modes=grad,jvp,accumulate */
    export function rest(x: number, ...zs: number[]): number { return zs.reduce((s, z) => s + z * z * x, x); }
    /** @differentiable modes=grad */
    export function chosen(x: number, how: string): number {
      if (how === "tanh") return Math.tanh(x);
      throw new RangeError(how);
    }
    export interface Circle { kind: "circle"; r: number }
    export interface Rect { kind: "rect"; w: number; h: number }
    /** @differentiable modes=grad,hessian */
    export function area(s: Circle | Rect): number {
      if (s.kind === "circle") return s.r ** 3;
      if (s.kind === "rect") return s.w * s.h;
      throw new RangeError();
    }
    /** @differentiable modes=grad */
    export function table(d: Record<string, number>): number {
      return Object.keys(d).reduce((s, k) => s + d[k]! ** 2, 0);
    }
    export class Vec {
      constructor(readonly x: number, readonly y: number) {}
      dot(o: Vec): number { return this.x * o.x + this.y * o.y; }
      /** @differentiable wrt=this modes=grad
       *  @example new Vec(1, 2).power(3) */
      power(n: number): number { return this.x ** n; }
    }
    /** @differentiable modes=hvp */
    export function squared(v: Vec, s: number): number { return v.dot(v) * s; }
    /** @differentiable modes=grad */
    export default function whole(x: number): number { return x * x; }
  `);
  expect(functions.map(({ name, outcome, points }) => [name, outcome, points])).toEqual([
    ["rest", "agrees", 2],
    ["chosen", "agrees", 2],
    ["area", "agrees", 2],
    ["table", "agrees", 2],
    ["Vec_power", "agrees", 1],
    ["squared", "agrees", 2],
    ["whole", "agrees", 2],
  ]);
});

test("functions that change what they are given, leave parameters out, throw, stop gradients, round", async () => {
  const functions = await verified(`
    import { stopGradient, tapGradient } from "@adc/runtime";
    interface Item { x: number; next: Item | null }
    /** @differentiable modes=grad,jvp,jacobian,hessian
     *  @example changed([{ x: 1, next: { x: 2, next: null } }], 3) */
    export function changed(items: Item[], s: number): number {
      const first = items[0]!;
      first.next!.x *= first.x;
      items.push({ x: s, next: first.next });
      first.next = null;
      return items.reduce((sum, item) => sum + item.x ** 2 * (item.next?.x ?? 1), 0);
    }
    /** @differentiable
     *  @example partly(2)
     *  @example partly(2, 3)
     *  @example partly(-1) */
    export function partly(x: number, y?: number, o = { k: 2 }): number {
      if (x < 0) throw new RangeError("negative");
      return x ** 2 * (y ?? 1) * o.k;
    }
    /** @differentiable */
    export function stopped(x: number): number { return x * stopGradient(x); }
    /** @differentiable modes=grad */
    export function clipped(x: number): number { return tapGradient(x * x, (g) => g / 2); }
    /** @differentiable modes=grad */
    export function watched(x: number): number { return tapGradient(x * x, (g) => { Math.abs(g); }); }
    /** @differentiable modes=grad,jvp */
    export function single(x: Float32Array, w: number): number {
      const y = x.map((v) => v * w);
      return y.reduce((sum, v) => sum + v * v, 0);
    }
  `);
  expect(functions.map(({ name, outcome, points }) => [name, outcome, points])).toEqual([
    ["changed", "agrees", 1],
    ["partly", "agrees", 3],
    ["stopped", "skipped", 0],
    ["clipped", "skipped", 0],
    ["watched", "agrees", 2],
    ["single", "agrees", 2],
  ]);
});

test("sparse matrices, right and wrong ones", async () => {
  const functions = await verified(`
    function cube(x: number): number { return x * x * x; }
    /** @vjp cube */
    function cubeRule(x: number): [number, (seed: number) => number] { return [x * x * x, (seed) => 2 * seed * x * x]; }
    /** @differentiable modes=jacobian sparse=true */
    export function chain(u: Float64Array): Float64Array { return u.map((v, i) => v * v + (u[i - 1] ?? 0) * (u[i + 1] ?? 1)); }
    /** @differentiable modes=hessian sparse=true */
    export function energy(u: Float64Array, k: number): number {
      let s = 0;
      for (let i = 0; i + 1 < u.length; i++) s += k * (u[i + 1]! - u[i]! ** 2) ** 2;
      return s;
    }
    /** @differentiable modes=jacobian sparse=true */
    export function wrong(u: Float64Array): Float64Array { return u.map((v) => cube(v)); }
  `);
  expect(functions.map(({ name, outcome, modes }) => [name, outcome, modes])).toEqual([
    ["chain", "agrees", ["jacobian"]],
    ["energy", "agrees", ["hessian"]],
    ["wrong", "disagrees", ["jacobian"]],
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
  const skipped: Verified = {
    ...one,
    name: "h",
    outcome: "skipped",
    modes: [],
    messages: ["a function cannot be made up"],
  };
  const result = { diagnostics: [], internalErrors: [] } as const;
  const status = reportVerified({ ...result, status: "errors", functions: [right, wrong, skipped] }, false, terminal);
  expect(status).toBe(1);
  expect(printed).toBe(
    [
      "src/model.ts#f  agrees at 2 points: grad, vjp; relative error 2.0e-12",
      "src/model.ts#g  DISAGREES",
      "  grad at (1): no",
      "src/model.ts#h  skipped: a function cannot be made up",
      "adc: 1 agree, 1 disagree, 1 skipped",
      "",
    ].join("\n"),
  );
  expect(reportVerified({ ...result, status: "ok", functions: [right, skipped] }, false, terminal)).toBe(0);
});
