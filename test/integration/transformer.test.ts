/** `tspc` of ts-patch 4 with TypeScript 6: generates and checks in one run, from a clean checkout. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expectedLineFit, lineFit, makeProject, type Project, type TypeScriptPackage } from "./support.js";

const plugins = [{ transform: "@adc/compiler/transformer", transformProgram: true }];

function makeTransformed(
  options: object = {},
  files: Readonly<Record<string, string>> = lineFit,
  typescript: TypeScriptPackage = "typescript",
): Project {
  const config: { compilerOptions: object } = JSON.parse(lineFit["tsconfig.json"]);
  const compilerOptions = { ...config.compilerOptions, plugins, ...options };
  return makeProject({ ...files, "tsconfig.json": JSON.stringify({ ...config, compilerOptions }) }, typescript);
}

const wrongModel = `/** @differentiable modes=nonsense */
export function f(x: number): number {
  return x * x;
}
`;

describe("tspc", () => {
  test.each<[string, object, string[], boolean]>([
    ["plain", {}, ["-p", "tsconfig.json"], true],
    ["--noEmit", {}, ["--noEmit"], false],
    ["--incremental", { incremental: true }, [], true],
    ["composite -b", { composite: true }, ["-b"], true],
  ])("%s", (_name, options, args, emits) => {
    const project = makeTransformed(options);
    // The second run finds everything in place.
    for (let run = 0; run < 2; run++) expect(project.run("tspc", ...args)).toEqual({ status: 0, out: "", error: "" });
    expect(project.read("src/model_grad.ts")).toContain("export function loss_grad(");
    expect(existsSync(join(project.path, "dist/main.js"))).toBe(emits);
    if (!emits) return;
    const { w, b, value } = expectedLineFit();
    const close = (number: number): unknown => expect.closeTo(number, 12);
    const result: unknown = JSON.parse(project.run("dist/main.js").out);
    expect(result).toMatchObject({ w: close(w), b: close(b), value: close(value) });
  });

  test("what it writes is what adc build writes", () => {
    const project = makeTransformed();
    expect(project.run("tspc")).toMatchObject({ status: 0 });
    expect(project.run("adc", "build", "--check")).toMatchObject({ status: 0, error: "" });
  });

  test("a file that nothing imports is compiled as well", () => {
    const project = makeTransformed({}, { ...lineFit, "src/main.ts": "export {};\n" });
    expect(project.run("tspc")).toEqual({ status: 0, out: "", error: "" });
    expect(existsSync(join(project.path, "dist/model_grad.js"))).toBe(true);
  });

  test("a function that calls the gradient of another is built in the same run", () => {
    const project = makeTransformed(
      {},
      {
        "src/inner.ts":
          "/** @differentiable modes=grad */\nexport function inner(x: number): number {\n  return x * x * x;\n}\n",
        "src/a-outer.ts":
          'import { inner_grad } from "./inner_grad.js";\n/** @differentiable modes=grad */\nexport function outer(x: number): number {\n  return inner_grad(x) * x;\n}\n',
        "src/main.ts": 'import { outer_grad } from "./a-outer_grad.js";\nconsole.log(outer_grad(2));\n',
      },
    );
    expect(project.run("tspc")).toEqual({ status: 0, out: "", error: "" });
    // (3 x² · x)' = 9 x²
    expect(Number(project.run("dist/main.js").out)).toBeCloseTo(36, 12);
  });

  test("a stale generated file is renewed before it is checked", () => {
    const project = makeTransformed();
    expect(project.run("tspc")).toMatchObject({ status: 0 });
    project.write("src/model.ts", lineFit["src/model.ts"].replace("wrt=w,b", "wrt=w,b,xs"));
    const { status, out } = project.run("tspc");
    expect(status).not.toBe(0);
    expect(out).toMatch(/^src\/main\.ts\(\d+,\d+\): error TS2322: /);
  });

  test.each<[string, object, string[]]>([
    ["plain", {}, []],
    ["--noEmit", {}, ["--noEmit"]],
    ["--incremental", { incremental: true }, []],
    ["composite -b", { composite: true }, ["-b"]],
  ])("errors of adc and of tsc come in one run, and again in the next: %s", (_name, options, args) => {
    const project = makeTransformed(options, {
      ...lineFit,
      "src/wrong.ts": wrongModel,
      "src/types.ts": "export const text: string = 3;\n",
    });
    const ours = /^src\/wrong\.ts\(1,\d+\): error ADC1002: /m;
    const sum = /^error TS990001: adc found an error in @differentiable functions, printed above\.$/m;
    const both = project.run("tspc", ...args);
    expect(both.status).not.toBe(0);
    expect(both.out).toMatch(ours);
    expect(both.out).toMatch(/^src\/types\.ts\(1,14\): error TS2322: /m);
    expect(both.out).toMatch(sum);
    expect(existsSync(join(project.path, "src/wrong_grad.ts"))).toBe(false);
    expect(existsSync(join(project.path, "src/model_grad.ts"))).toBe(true);

    project.write("src/types.ts", "export const text: string = '';\n");
    for (let run = 0; run < 2; run++) {
      const alone = project.run("tspc", ...args);
      expect(alone.status).not.toBe(0);
      expect(alone.out).toMatch(ours);
      expect(alone.out).toMatch(sum);
    }

    project.write("src/wrong.ts", wrongModel.replace("modes=nonsense", ""));
    expect(project.run("tspc", ...args)).toEqual({ status: 0, out: "", error: "" });
  });

  test("a project without annotated functions is left alone", () => {
    const project = makeTransformed({}, { "src/main.ts": 'console.log("plain");\n' });
    expect(project.run("tspc")).toEqual({ status: 0, out: "", error: "" });
    expect(project.run("dist/main.js").out).toBe("plain\n");
  });
});
