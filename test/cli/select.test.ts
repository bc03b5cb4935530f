/** Which projects and files a call is about, and what is wrong with it. */
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { type Selection, selectProjects } from "../../compiler/src/build/select.js";
import { ConfigurationError } from "../../compiler/src/frontend/settings.js";
import { type Folder, makeFolder } from "./support.js";

const text = "export const x = 1;\n";
const config = (options: object = {}, rest: object = {}) => JSON.stringify({ compilerOptions: options, ...rest });

/** A selection with paths relative to the folder. */
function shown({ path }: Folder, selections: readonly Selection[]) {
  return selections.map(({ settings: { tsconfig, root, files }, files: named }) => ({
    tsconfig: tsconfig === undefined ? undefined : relative(path, tsconfig),
    root: relative(path, root),
    sources: files.map((file) => relative(path, file)).sort(),
    named: named?.map((file) => relative(path, file)),
  }));
}

const select = (folder: Folder, options: { project?: string; files?: string[]; cwd?: string } = {}) =>
  shown(folder, selectProjects({ cwd: folder.path, ...options }));

function problems(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.diagnostics.map(({ code, message }) => `${code} ${message}`);
    throw error;
  }
  return [];
}

describe("projects", () => {
  test("the nearest tsconfig.json above the current directory", () => {
    const folder = makeFolder({ "tsconfig.json": config(), "a.ts": text, "deep/b.ts": text });
    const expected = [{ tsconfig: "tsconfig.json", root: "", sources: ["a.ts", "deep/b.ts"], named: undefined }];
    expect(select(folder)).toEqual(expected);
    expect(select(folder, { cwd: `${folder.path}/deep` })).toEqual(expected);
  });

  test.each(["other", "other/tsconfig.json", "./other/"])("-p %s", (project) => {
    const folder = makeFolder({
      "tsconfig.json": config(),
      "a.ts": text,
      "other/tsconfig.json": config(),
      "other/b.ts": text,
    });
    expect(select(folder, { project })).toMatchObject([
      { tsconfig: "other/tsconfig.json", root: "other", sources: ["other/b.ts"] },
    ]);
  });

  test("rootDir is the root", () => {
    const folder = makeFolder({ "tsconfig.json": config({ rootDir: "src" }), "src/a.ts": text });
    expect(select(folder)).toMatchObject([{ root: "src" }]);
  });

  test("a solution stands for the projects it refers to", () => {
    const folder = makeFolder({
      "tsconfig.json": config({}, { files: [], references: [{ path: "app" }, { path: "lib/tsconfig.lib.json" }] }),
      "app/tsconfig.json": config({}, { references: [{ path: "../lib/tsconfig.lib.json" }] }),
      "app/a.ts": text,
      "lib/tsconfig.lib.json": config(),
      "lib/b.ts": text,
    });
    expect(select(folder).map(({ sources }) => sources)).toEqual([["app/a.ts"], ["lib/b.ts"]]);
  });

  test.each<[string, object, string]>([
    ["nodenext", { module: "nodenext" }, "js"],
    ["node16 resolution", { module: "node16", moduleResolution: "node16" }, "js"],
    ["nothing said", {}, "js"],
    ["esnext alone", { module: "esnext" }, "js"],
    ["bundler", { module: "esnext", moduleResolution: "bundler" }, "none"],
    ["preserve", { module: "preserve" }, "none"],
    ["commonjs", { module: "commonjs" }, "none"],
    ["bundler with .ts", { moduleResolution: "bundler", allowImportingTsExtensions: true, noEmit: true }, "ts"],
    ["rewriting", { module: "nodenext", rewriteRelativeImportExtensions: true }, "ts"],
  ])("imports under %s", (_name, options, ending) => {
    const folder = makeFolder({ "tsconfig.json": config(options), "a.ts": text });
    expect(selectProjects({ cwd: folder.path }).map(({ settings }) => settings.ending)).toEqual([ending]);
  });

  test("options of a later TypeScript are none of our business", () => {
    const folder = makeFolder({ "tsconfig.json": config({ target: "es2099", fromTheFuture: true }), "a.ts": text });
    expect(problems(() => select(folder))).toEqual([]);
  });
});

describe("named files", () => {
  const files = {
    "tsconfig.json": config({}, { include: ["src"] }),
    "src/a.ts": text,
    "src/sub/b.mts": text,
    "c.ts": text,
  };

  test.each([
    [["src/a.ts"], ["src/a.ts"]],
    [["src/*.ts"], ["src/a.ts"]],
    [["src/**/*"], ["src/a.ts", "src/sub/b.mts"]],
    [["src"], ["src/a.ts", "src/sub/b.mts"]],
    [
      ["./src/sub/b.mts", "src/a.ts", "src/a.ts"],
      ["src/a.ts", "src/sub/b.mts"],
    ],
    [["c.ts"], ["c.ts"]],
  ])("%s", (named, expected) => {
    expect(select(makeFolder(files), { files: named })).toMatchObject([{ tsconfig: "tsconfig.json", named: expected }]);
  });

  test("without a tsconfig.json above them", () => {
    const folder = makeFolder({ "x/a.ts": text, "x/y/b.ts": text });
    expect(select(folder, { files: ["x/y/b.ts", "x/a.ts"] })).toEqual([
      { tsconfig: undefined, root: "x", sources: [], named: ["x/a.ts", "x/y/b.ts"] },
    ]);
  });

  test("a tsconfig.json nearer to the files than to the current directory", () => {
    const folder = makeFolder({ "tsconfig.json": config(), "x/tsconfig.json": config(), "x/a.ts": text });
    expect(select(folder, { files: ["x/a.ts"] })).toMatchObject([{ tsconfig: "x/tsconfig.json", root: "x" }]);
  });

  test("declarations are not sources", () => {
    const folder = makeFolder({ "tsconfig.json": config(), "a.ts": text, "b.d.ts": text });
    expect(select(folder, { files: ["*.ts"] })).toMatchObject([{ named: ["a.ts"] }]);
  });
});

describe("what is wrong with the call", () => {
  test.each<[string, Record<string, string>, { project?: string; files?: string[] }, RegExp[]]>([
    ["no such tsconfig", {}, { project: "gone.json" }, [/^ADC9001 There is no gone\.json\./]],
    ["a folder without one", { "x/a.ts": text }, { project: "x" }, [/^ADC9001 There is no x\/tsconfig\.json\./]],
    ["not JSON", { "tsconfig.json": "{ compilerOptions: [" }, {}, [/^ADC9002 tsconfig\.json cannot be read\./]],
    ["extends nothing", { "tsconfig.json": '{"extends":"./base.json"}', "a.ts": text }, {}, [/^ADC9002 .*base\.json/]],
    [
      "a wrong type",
      { "tsconfig.json": '{"compilerOptions":{"strict":"very"}}', "a.ts": text },
      {},
      [/^ADC9002 .*strict/],
    ],
    ["no files", { "tsconfig.json": '{"include":["src"]}' }, {}, [/^ADC9005 tsconfig\.json names no source files\./]],
    [
      "no such files",
      { "tsconfig.json": "{}" },
      { files: ["a.ts", "b.ts"] },
      [/^ADC9003 There is no a\.ts\./, /^ADC9003 There is no b\.ts\./],
    ],
    ["a glob of nothing", { "a.ts": text }, { files: ["*.mts"] }, [/^ADC9006 No TypeScript file matches \*\.mts\./]],
    ["an empty folder", { "x/a.md": "" }, { files: ["x"] }, [/^ADC9006 No TypeScript file matches x\./]],
  ])("%s", (_name, files, options, expected) => {
    const folder = makeFolder(files);
    const found = problems(() => select(folder, options));
    expect(found).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(found[index]).toMatch(pattern));
  });

  test("no tsconfig.json anywhere", () => {
    const folder = makeFolder({ "a.ts": text });
    expect(problems(() => select(folder))).toEqual([
      expect.stringMatching(/^ADC9004 There is no tsconfig\.json in .* or above it\./),
    ]);
  });

  test("the place in the tsconfig.json", () => {
    const folder = makeFolder({ "tsconfig.json": '{\n  "include": 3\n}\n', "a.ts": text });
    try {
      select(folder);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        diagnostics: [{ span: { file: `${folder.path}/tsconfig.json`, line: 2, column: 14 } }],
      });
    }
  });
});
