/** Functions that call the gradients of others: one build from nothing gives what a second one would. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stagesOf } from "../../compiler/src/build/stages.js";
import { adc, makeFolder, tsconfig } from "./support.js";

const inner = `/** @differentiable modes=grad */
export function inner(x: number): number {
  return x * x * x;
}
`;
const outer = `import { slope } from "./helper.js";

/** @differentiable modes=grad */
export function outer(x: number): number {
  return slope(x) * x;
}
`;
const project = {
  "package.json": '{ "type": "module" }',
  "tsconfig.json": tsconfig,
  "src/a-outer.ts": outer,
  "src/helper.ts":
    'import { inner_grad } from "./inner_grad.js";\nexport const slope = (x: number): number => inner_grad(x);\n',
  "src/inner.ts": inner,
};

describe("a gradient of a gradient", () => {
  test("in one build from a clean checkout", async () => {
    const folder = makeFolder(project);
    const { status, out, error } = await adc(folder, "build");
    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(out).toMatch(/^adc: 2 functions in 2 files, 2 written, /);
    expect(folder.read("src/a-outer_grad.ts")).toContain("export function outer_grad(x: number): number");
    expect(await adc(folder, "build --check")).toMatchObject({ status: 0 });
  });

  test("--check sees through what it does not write", async () => {
    const folder = makeFolder(project);
    expect((await adc(folder, "build --check")).out).toMatch(/, 2 missing, 2 errors, /);
    await adc(folder, "build");
    folder.write("src/inner.ts", inner.replace("x * x * x", "x * x"));
    expect((await adc(folder, "build --check")).out).toMatch(/, 2 stale, 2 errors, /);
  });

  test("an error in the inner function is reported once, and nothing is built upon its old gradient", async () => {
    const folder = makeFolder(project);
    await adc(folder, "build");
    const old = folder.read("src/a-outer_grad.ts");
    folder.write("src/inner.ts", inner.replace("modes=grad", "modes=nonsense"));
    const { status, out } = await adc(folder, "build");
    expect(status).toBe(1);
    expect(out.match(/error ADC/g)).toHaveLength(1);
    expect(out).toMatch(/, 2 skipped, 1 error, /);
    expect(folder.read("src/a-outer_grad.ts")).toBe(old);
  });

  test("a file that imports its own gradient", async () => {
    const own = `import { inner_grad } from "./inner_grad.js";\n${inner}export const use = (): number => inner_grad(2);\n`;
    const folder = makeFolder({ ...project, "src/inner.ts": own });
    expect(await adc(folder, "build")).toMatchObject({ status: 0, error: "" });
    expect(existsSync(join(folder.path, "src/inner_grad.ts"))).toBe(true);
  });
});

describe("stages", () => {
  const unit = (name: string) => ({ source: `/p/${name}.ts`, target: `/p/${name}_grad.ts` });
  const stagesIn = (files: Readonly<Record<string, string>>, names: readonly string[]) => {
    const { path } = makeFolder(files);
    const placed = names
      .map(unit)
      .map(({ source, target }) => ({ source: source.replace("/p", path), target: target.replace("/p", path) }));
    return stagesOf(placed).map((stage) => stage.map(({ unit: { source } }) => source.slice(path.length + 1, -3)));
  };

  test.each<[string, Record<string, string>, string[], string[][]]>([
    ["independent files", { "a.ts": "", "b.ts": 'import "./a.js"' }, ["a", "b"], [["a", "b"]]],
    [
      "a chain",
      { "a.ts": 'import "./b_grad.js"', "b.ts": 'import {} from "./c_grad"', "c.ts": "" },
      ["a", "b", "c"],
      [["c"], ["b"], ["a"]],
    ],
    ["an alias of the tsconfig", { "a.ts": 'import "@/deep/b_grad"', "b.ts": "" }, ["a", "b"], [["b"], ["a"]]],
    ["an import of the .ts", { "a.ts": 'import "./b_grad.ts"', "b.ts": "" }, ["a", "b"], [["b"], ["a"]]],
    [
      "a re-export",
      { "a.ts": 'export * from "./x.js"', "x.ts": 'export * from "./b_grad.js"', "b.ts": "" },
      ["a", "b"],
      [["b"], ["a"]],
    ],
    ["a circle is cut", { "a.ts": 'import "./b_grad.js"', "b.ts": 'import "./a_grad.js"' }, ["a", "b"], [["b"], ["a"]]],
    [
      "a circle of ordinary imports",
      { "a.ts": 'import "./b.js"', "b.ts": 'import "./a.js"' },
      ["a", "b"],
      [["a", "b"]],
    ],
  ])("%s", (_name, files, names, expected) => {
    expect(stagesIn(files, names)).toEqual(expected);
  });
});
