/** `adc explain`: whole outputs on small functions, what it says of harder ones, and what it says when there is nothing to show. */
import { describe, expect, test } from "vitest";
import { adc, makeFolder, square, tsconfig } from "./support.js";

const model = `/** @differentiable wrt=w,b */
export function loss(w: number, b: number, xs: Float64Array, ys: Float64Array): number {
  const n = xs.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const r = Math.tanh(w * xs[i]! + b) - ys[i]!;
    sum += r * r;
  }
  return sum / n;
}
/** @differentiable wrt=a */
export function pairs(a: Float64Array, n: number): number {
  let s = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) s = Math.sin(a[i]! - a[j]! + s);
  return s;
}
/** @differentiable */
export function root(a: number): number {
  let x = a;
  while (Math.abs(x * x - a) > 1e-12) x = 0.5 * (x + a / x);
  return x;
}
/** @differentiable */
export function step(x: number, y: number): number {
  const k = Math.floor(x);
  return k * y + relu(x);
}
function relu(x: number): number {
  return x > 0 ? x : 0;
}
/** @differentiable */
export function power(x: number, n: number): number {
  return n <= 0 ? 1 : x * power(x, n - 1);
}
/** @differentiable */
export function scaled(v: Float64Array, k: number): Float64Array {
  return v.map((x) => k * x * x);
}
export function plain(x: number): number {
  return x;
}
`;

const folder = () => makeFolder({ "tsconfig.json": tsconfig, "src/model.ts": model, "src/square.ts": square });
const explained = new Map<string, string>();
const explain = async (name: string, more = "") => {
  const known = explained.get(name + more);
  if (known !== undefined) return known;
  const { status, out, error } = await adc(folder(), `explain src/model.ts#${name} ${more}`);
  expect({ status, error }).toEqual({ status: 0, error: "" });
  explained.set(name + more, out);
  return out;
};

describe("adc explain", () => {
  test("--mode jvp: values and tangents, nothing reversed", async () => {
    const out = await explain("loss", "--mode jvp");
    expect(out).toContain("loss_jvp: the value and its derivative along tangents of loss with respect to w, b");
    expect(out).toContain("loop: n iterations\n");
    expect(out).toContain("none: tangents are computed beside the values");
    expect(out).toMatch(/operations +primal +values +tangents|values: /);
    expect(out).not.toMatch(/adjoint|revers/);
    expect(await explain("power", "--mode jvp")).toContain("the value and the tangent come from a function of");
    // Of a function to an array too.
    expect(await explain("scaled", "--mode jvp")).toContain("scaled_jvp: ");
  });

  test("--mode hvp: the derivative along a vector, reversed", async () => {
    const out = await explain("loss", "--mode hvp");
    expect(out).toContain("loss_hvp: the gradient and the Hessian times a vector");
    expect(out).toContain("wDot, bDot: differentiated");
    expect(out).toMatch(/r is active: depends on w and b/);
    expect(out).toMatch(/sumDot is active: depends on w, b, wDot and bDot/);
    expect(out).toContain("along vector");
    expect(await explain("power", "--mode hvp")).toContain("stays a call");
    // There is no gradient of an array: the pullback.
    expect(await explain("scaled", "--mode hvp")).toContain("scaled_vjp: ");
  });

  test("--mode value_and_grad, vjp", async () => {
    expect(await explain("loss", "--mode value_and_grad")).toContain("loss_value_and_grad: the value and the gradient");
    expect(await explain("loss", "--mode vjp")).toContain("loss_vjp: the value and the pullback");
  });

  test("a scalar function", async () => {
    const { status, out } = await adc(folder(), "explain src/square.ts#square");
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "square_grad: the gradient of square with respect to x

       line    tape bytes │ src/square.ts
      ────────────────────┼───────────────────────────────────────────────────────────────────────────────
          2               │ export function square(x: number): number {
                          │   · x: differentiated
          3 ●             │   return x * x;
                          │     · the result is active: depends on x
                          │     · not run forward: no value of this line is needed, only adjoints
          4               │ }

      Summary
        tape            none: everything the reverse sweep needs is in variables or computed again
        also made       no arrays or objects besides the result
        operations      primal   forward sweep   reverse sweep
          + - * /            1               0               1
      "
    `);
  });

  test("a loop", async () => {
    expect(await explain("loss")).toMatchInlineSnapshot(`
      "loss_grad: the gradient of loss with respect to w, b

       line    tape bytes │ src/model.ts
      ────────────────────┼───────────────────────────────────────────────────────────────────────────────
          2               │ export function loss(w: number, b: number, xs: Float64Array, ys: Float64Array…
                          │   · w, b: differentiated
                          │   · xs, ys: constant, not differentiated
          3               │   const n = xs.length;
          4               │   let sum = 0;
          5 ●             │   for (let i = 0; i < n; i++) {
                          │     · loop: n iterations; each is reversed at once; nothing is stored
                          │     · sum is active: depends on w and b, flows into the result
          6 ●             │     const r = Math.tanh(w * xs[i]! + b) - ys[i]!;
                          │       · r is active: depends on w and b, flows into sum
                          │       · kept in a variable: r, w * xs[i] + b, xs[i]
          7 ●             │     sum += r * r;
                          │       · sum is active: depends on w and b, flows into the result
                          │       · not run forward: no value of this line is needed, only adjoints
          8               │   }
          9 ●             │   return sum / n;
                          │     · the result is active: depends on w and b
                          │     · not run forward: no value of this line is needed, only adjoints
         10               │ }

      Summary
        tape            none: everything the reverse sweep needs is in variables or computed again
        also made       no arrays or objects besides the result
        operations       primal   forward sweep   reverse sweep
          + - * /       5·n + 1             3·n         7·n + 1
          Math.*, **          n               n               n
          loads, stores     2·n             2·n               0
      "
    `);
  });

  test("a triangle of iterations is counted exactly", async () => {
    const out = await explain("pairs");
    expect(out).toContain("loop: n - i - 1 iterations");
    // n (n - 1) / 2 numbers of eight bytes.
    expect(out).toMatch(/tape +4·n² - 4·n bytes/);
  });

  test("a loop whose iterations nobody knows before", async () => {
    const out = await explain("root");
    expect(out).toContain("stored: x, 8·k21 bytes");
    expect(out).toContain("k21             the number of iterations of the loop at line 21");
  });

  test("why something is not active, and a helper that is inlined", async () => {
    const out = await explain("step");
    expect(out).toContain("floor: slope zero everywhere, so a constant from here on");
    expect(out).toContain("relu: inlined");
    expect(out).toContain("src/model.ts, relu");
    expect(out).toMatch(/tape +none/);
  });

  test("recursion", async () => {
    const out = await explain("power");
    expect(out).toContain("power: stays a call; forward and reverse are functions of their own");
    expect(out.replace(/\s+│\s+/g, " ")).toContain(
      "n: differentiated, but the result does not depend on it: its gradient is zero",
    );
    expect(out).toMatch(/tape +≤ 8·calls\(power\) bytes/);
  });

  test("a pullback", async () => {
    const out = await explain("scaled");
    expect(out).toContain("scaled_vjp: the value and the pullback of scaled with respect to v, k");
    expect(out).toContain("pullback");
  });

  test("no line is longer than a terminal is wide, and none ends in a space", async () => {
    for (const name of ["loss", "pairs", "root", "step", "power", "scaled"]) {
      for (const line of (await explain(name)).split("\n")) {
        expect(line.length).toBeLessThanOrEqual(100);
        expect(line).toBe(line.trimEnd());
      }
    }
  });

  test("--ir shows the program after each step", async () => {
    const out = await explain("pairs", "--ir");
    for (const step of ["lower", "before: simplify", "differentiate", "after: dce"])
      expect(out).toContain(`── ${step} ─`);
    expect(out).toContain('func "src/model.ts#pairs"(%a: Float64Array, %n: num) -> (num)');
    expect(out).toContain("save %tape");
    expect(out).toContain("(no change)");
    // Other functions of the file are left out.
    expect(out).not.toContain("src/model.ts#root");
  });

  test("colours on a terminal only", async () => {
    const options = { isTerminal: true, raw: true };
    expect((await adc(folder(), "explain src/model.ts#loss", options)).out).toContain("\u001B[");
    expect((await adc(folder(), "explain src/model.ts#loss --no-pretty", options)).out).not.toContain("\u001B[");
  });
});

describe("without anything to show", () => {
  test.each([
    ["src/none.ts#f", 2, "error ADC9003: There is no src/none.ts."],
    [
      "src/model.ts#none",
      2,
      "error ADC9007: There is no @differentiable function `none` in src/model.ts. Marked so are: `loss`, `pairs`",
    ],
    ["src/model.ts#plain", 2, "error ADC9007: There is no @differentiable function `plain` in src/model.ts."],
    ["src#loss", 2, "error ADC9008: src is not one source file."],
    ["src/model.ts#loss -p other", 2, "error ADC9001: There is no other."],
    ["src/model.ts", 2, "'adc explain' needs one function"],
  ])("%s", async (target, status, message) => {
    const run = await adc(folder(), `explain ${target}`);
    expect(run.error).toContain(message);
    expect({ status: run.status, out: run.out }).toEqual({ status, out: "" });
  });

  test.each(["explain", "graph"])("adc %s of a program with errors", async (command) => {
    const wrong = makeFolder({
      "tsconfig.json": tsconfig,
      "src/model.ts": "/** @differentiable */\nexport function f(x: number): number {\n  return eval('x');\n}\n",
    });
    const run = await adc(wrong, `${command} src/model.ts#f`);
    expect(run.status).toBe(1);
    expect(run.error).toMatch(/^src\/model\.ts\(3,\d+\): error ADC/);
  });
});
