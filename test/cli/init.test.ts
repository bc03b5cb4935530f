/** `adc init`: every kind of project, formatting that stays, and a second run that changes nothing. */
import { describe, expect, test } from "vitest";
import { appendJson, setJson } from "../../compiler/src/init/json-text.js";
import { adc, makeFolder, tsconfig } from "./support.js";

const manifest = (more: object): string => JSON.stringify({ name: "model", version: "1.0.0", ...more }, undefined, 2);

describe("adc init", () => {
  test("a project with tsc", async () => {
    const project = makeFolder({
      "tsconfig.json": tsconfig,
      "package.json": manifest({
        scripts: { test: "vitest", build: "tsc -b" },
        devDependencies: { typescript: "7.0.2" },
      }),
    });
    const first = await adc(project, "init");
    expect(first).toEqual({
      status: 0,
      error: "",
      out: `adc: found TypeScript 7.0.2
adc: changed
  package.json: the script "build" is "adc build && tsc -b"
adc: next
  npm install --save-dev @adc/compiler
  npm install @adc/runtime
  mark a function with \`/** @differentiable */\`
  npm run build
`,
    });
    const after = project.read("package.json");
    expect(JSON.parse(after)).toMatchObject({ scripts: { test: "vitest", build: "adc build && tsc -b" } });
    const second = await adc(project, "init");
    expect(second.out).toContain("adc: nothing to change\n");
    expect(project.read("package.json")).toBe(after);
    expect(project.read("tsconfig.json")).toBe(tsconfig);
  });

  test("a project with ts-patch and TypeScript 6 gets the transformer, and keeps its comments", async () => {
    const text = `{
    // What tsc does.
    "compilerOptions": {
        "strict": true, /* always */
        "module": "nodenext",
    },
}
`;
    const project = makeFolder({
      "tsconfig.json": text,
      "package.json": manifest({
        devDependencies: { typescript: "^6.0.0", "ts-patch": "4.0.1", "@adc/compiler": "1" },
      }),
    });
    const { status, out } = await adc(project, "init");
    expect(status).toBe(0);
    expect(out).toContain("adc: found TypeScript ^6.0.0, ts-patch\n");
    expect(out).toContain("tsconfig.json: compilerOptions.plugins has the transformer of adc");
    expect(out).not.toContain("--save-dev");
    expect(project.read("tsconfig.json")).toBe(`{
    // What tsc does.
    "compilerOptions": {
        "strict": true, /* always */
        "module": "nodenext",
        "plugins": [{ "transform": "@adc/compiler/transformer", "transformProgram": true }],
    },
}
`);
    expect((await adc(project, "init")).out).toContain("adc: nothing to change");
  });

  test("ts-patch with another TypeScript cannot be used", async () => {
    const project = makeFolder({
      "tsconfig.json": tsconfig,
      "package.json": manifest({ devDependencies: { typescript: "5.9.3", "ts-patch": "3.3.0" } }),
    });
    await adc(project, "init");
    expect(project.read("tsconfig.json")).toBe(tsconfig);
    expect(JSON.parse(project.read("package.json"))).toMatchObject({ scripts: { build: "adc build && tsc" } });
  });

  test("a project with a bundler and pnpm, with tabs", async () => {
    const project = makeFolder({
      "tsconfig.json": tsconfig,
      "pnpm-lock.yaml": "",
      "package.json": '{\r\n\t"name": "m",\r\n\t"devDependencies": { "vite": "8.0.0" }\r\n}\r\n',
    });
    const { out } = await adc(project, "init");
    expect(out).toContain("adc: found TypeScript (not installed), vite\n");
    expect(out).toContain("  pnpm add --save-dev @adc/compiler\n");
    expect(out).toContain("run `adc build --watch` beside the development server");
    expect(project.read("package.json")).toBe(
      '{\r\n\t"name": "m",\r\n\t"devDependencies": { "vite": "8.0.0" },\r\n\t"scripts": {\r\n\t\t"build": "adc build && vite build"\r\n\t}\r\n}\r\n',
    );
  });

  test.each<[string, Record<string, string>, string]>([
    ["no package.json", { "tsconfig.json": tsconfig }, "ADC9010: There is no package.json"],
    ["no tsconfig.json", { "package.json": "{}" }, "ADC9011: There is no tsconfig.json"],
    ["no JSON", { "tsconfig.json": tsconfig, "package.json": "{ name }" }, "ADC9012: package.json cannot be changed."],
  ])("%s", async (_name, files, message) => {
    const { status, out, error } = await adc(makeFolder(files), "init");
    expect(error).toContain(message);
    expect({ status, out }).toEqual({ status: 2, out: "" });
  });
});

describe("JSON is changed in place", () => {
  test.each<[string, string]>([
    ["{}", '{\n  "a": {\n    "b": 1\n  }\n}'],
    ['{ "x": 0 }', '{ "x": 0, "a": {\n  "b": 1\n} }'],
    ['{\n\t"a": {}\n}', '{\n\t"a": {\n\t\t"b": 1\n\t}\n}'],
    ['{ "a": { "b": 22 } }', '{ "a": { "b": 1 } }'],
    ['{ "a": { "c": [1], }, } // end', '{ "a": { "c": [1], "b": 1, }, } // end'],
  ])("%s", (before, after) => {
    expect(setJson(before, ["a", "b"], 1)).toBe(after);
  });

  test("lists grow at their end", () => {
    expect(appendJson('{ "a": [] }', ["a"], "x")).toBe('{ "a": [\n  "x"\n] }');
    expect(appendJson('{ "a": [1] }', ["a"], { b: 2 })).toBe('{ "a": [1, { "b": 2 }] }');
    expect(appendJson('{ "a": [\n  1\n] }', ["a"], 2)).toBe('{ "a": [\n  1,\n  2\n] }');
  });

  test.each(["{", '{ "a" }', "{ a: 1 }", '{ "a": 1 } x', "[1 2]"])("%s is no JSON", (text) => {
    expect(() => setJson(text, ["a"], 1)).toThrow(SyntaxError);
  });
});
