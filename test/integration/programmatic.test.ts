/** `import { build, compileSource } from "@adc/compiler"` in a project that has the packages installed. */
import { expect, test } from "vitest";
import { lineFit, makeProject } from "./support.js";

test("build", () => {
  const project = makeProject({
    ...lineFit,
    "run.mjs": `import { build } from "@adc/compiler";
const progress = [];
const first = await build({ onProgress: ({ done, total }) => progress.push([done, total]) });
const second = await build({ check: true });
const shown = ({ status, outputs, files, functions, diagnostics, internalErrors, milliseconds }) =>
  ({ status, outputs: outputs.map((output) => output.status), files, functions, diagnostics, internalErrors, timed: milliseconds > 0 });
console.log(JSON.stringify({ progress, first: shown(first), second: shown(second), path: first.outputs[0].path }));
`,
  });
  const { status, out, error } = project.run("run.mjs");
  expect({ status, error }).toEqual({ status: 0, error: "" });
  const common = { status: "ok", files: 1, functions: 1, diagnostics: [], internalErrors: [], timed: true };
  expect(JSON.parse(out)).toEqual({
    progress: [
      [0, 1],
      [1, 1],
    ],
    first: { ...common, outputs: ["written"] },
    second: { ...common, outputs: ["unchanged"] },
    path: `${project.path}/src/model_grad.ts`,
  });
});

test("compileSource", () => {
  const project = makeProject({
    "run.mjs": `import { compileSource } from "@adc/compiler";
const good = compileSource("/** @differentiable */\\nexport function f(x: number): number { return x * x; }\\n");
const bad = compileSource("/** @differentiable modes=nonsense */\\nexport function f(x: number): number { return x; }\\n", { fileName: "bad.ts" });
console.log(JSON.stringify({ good, bad }));
`,
  });
  const { status, out, error } = project.run("run.mjs");
  expect({ status, error }).toEqual({ status: 0, error: "" });
  expect(JSON.parse(out)).toMatchObject({
    good: { code: expect.stringMatching(/export function f_grad\(x: number\): number/), diagnostics: [] },
    bad: { code: "", diagnostics: [{ code: "ADC1002", category: "error", span: { line: 1 } }] },
  });
});

test("the types of the package are strict-clean for its users", () => {
  const project = makeProject({
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        target: "es2022",
        module: "nodenext",
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        types: ["node"],
      },
      include: ["*.ts"],
    }),
    "use.ts": `import { build, type BuildResult, compileSource, formatDiagnostics } from "@adc/compiler";
const result: BuildResult = await build({ files: ["a.ts"], check: true });
const { code, diagnostics } = compileSource("", { fileName: "a.ts" });
console.log(code.length, formatDiagnostics([...diagnostics, ...result.diagnostics], { cwd: ".", pretty: false }));
`,
  });
  expect(project.run("tsc")).toEqual({ status: 0, out: "", error: "" });
});
