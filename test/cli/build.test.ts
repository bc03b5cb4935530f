/** `adc build` as its users see it: what is written, what is printed, the exit status. */
import { existsSync, mkdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adc, makeFolder, square, tsconfig } from "./support.js";

const wrong = "/** @differentiable modes=nonsense */\nexport function wrong(x: number): number {\n  return x;\n}\n";
const project = { "package.json": '{ "type": "module" }', "tsconfig.json": tsconfig, "src/square.ts": square };

describe("what is written", () => {
  test("the whole project", async () => {
    const folder = makeFolder({ ...project, "src/deep/other.ts": square, "src/plain.ts": "export const x = 1;\n" });
    const { status, out, error } = await adc(folder, "build");
    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(out).toMatch(/^adc: 2 functions in 2 files, 2 written, \d+\.\d\d s\n$/);
    expect(folder.read("src/square_grad.ts")).toContain("export function square_grad(x: number): number");
    expect(folder.read("src/deep/other_grad.ts")).toContain("export function square_grad(x: number): number");
    expect(existsSync(join(folder.path, "src/plain_grad.ts"))).toBe(false);
  });

  test("optional members that `Partial` and `Pick` make are no more than optional", async () => {
    const exact = { target: "es2022", module: "nodenext", strict: true, exactOptionalPropertyTypes: true, types: [] };
    const folder = makeFolder({
      "package.json": '{ "type": "module" }',
      "tsconfig.json": JSON.stringify({ compilerOptions: exact, include: ["src"] }),
      "src/mapped.ts": `type Full = { x: number; y?: number; u?: number | undefined };
/** @differentiable modes=grad */
export function mapped(a: Partial<Record<"k", number>>, b: Pick<Full, "x" | "y">, c: Partial<Full>): number {
  return (a.k ?? 1) * b.x * (b.y ?? 1) * (c.u ?? 1);
}
`,
    });
    expect(await adc(folder, "build")).toMatchObject({ status: 0, error: "" });
    const text = folder.read("src/mapped_grad.ts");
    expect(text).toContain("a: { k?: number }");
    expect(text).toContain("b: { x: number; y?: number }");
    expect(text).toContain("u?: number | undefined; x?: number; y?: number");
  });

  test("projects that refer to each other, and files that two of them read, each once", async () => {
    const of = (rest: object, more: object = {}) =>
      JSON.stringify({
        compilerOptions: { target: "es2022", module: "nodenext", strict: true, types: [], composite: true, ...more },
        ...rest,
      });
    const folder = makeFolder({
      "package.json": '{ "type": "module" }',
      "tsconfig.json":
        '{ "files": [], "references": [{ "path": "core" }, { "path": "app" }, { "path": "app/tests.json" }] }',
      "core/tsconfig.json": of({ include: ["src"] }, { rootDir: "src", outDir: "dist" }),
      "core/src/square.ts": square,
      "app/tsconfig.json": of(
        { include: ["src"], references: [{ path: "../core" }] },
        { rootDir: "src", outDir: "dist" },
      ),
      "app/tests.json": of({ include: ["src", "test"] }),
      "app/src/cube.ts": `import { square } from "../../core/src/square.js";
/** @differentiable */
export function cube(x: number): number {
  return x * square(x);
}
`,
    });
    const { status, out, error } = await adc(folder, "build");
    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(out).toMatch(/^adc: 2 functions in 2 files, 2 written,/);
    expect(await adc(folder, "build --check -p app")).toMatchObject({ status: 0, error: "" });
  });

  test("what is not used or not reached is TypeScript's affair, not an error that stops the build", async () => {
    const folder = makeFolder({
      ...project,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          target: "es2022",
          module: "nodenext",
          strict: true,
          types: [],
          noUnusedLocals: true,
          noUnusedParameters: true,
          allowUnreachableCode: false,
          allowUnusedLabels: false,
        },
        include: ["src"],
      }),
      "src/square.ts": `type Unused = string;
/** @differentiable wrt=x */
export function square(x: number, other: number): number {
  const unused = 1;
  label: for (;;) {
    return x * x;
  }
  return x;
}
/** @differentiable wrt=x modes=vjp,hessian */
export function flat(x: number, o: { other: number }, _kept: number): number {
  return Math.sign(o.other) * x;
}
/** @differentiable wrt=x modes=vjp */
export function step(x: number): number {
  return Math.floor(x);
}
`,
    });
    expect(await adc(folder, "build")).toMatchObject({ status: 0 });
    // What is generated has what `noUnusedParameters` asks for.
    const text = folder.read("src/square_grad.ts");
    expect(text).toContain("export function square_grad(x: number, _other: number): number");
    expect(text).toContain("export function flat_hessian(_x: number, _o: { other: number }, _kept: number): number");
    expect(text).toContain("export function flat_vjp(");
    expect(text).toContain("(_seed: number): number => {");
  });

  test("only what was named", async () => {
    const folder = makeFolder({ ...project, "src/other.ts": square });
    expect(await adc(folder, "build src/sq*.ts")).toMatchObject({ status: 0, error: "" });
    expect(existsSync(join(folder.path, "src/square_grad.ts"))).toBe(true);
    expect(existsSync(join(folder.path, "src/other_grad.ts"))).toBe(false);
  });

  test("a file without a tsconfig", async () => {
    const folder = makeFolder({ "square.ts": square });
    expect(await adc(folder, "build square.ts")).toMatchObject({ status: 0, error: "" });
    expect(folder.read("square_grad.ts")).toContain("// @generated by adc");
  });

  test("nothing, when nothing changed: the file keeps its time", async () => {
    const folder = makeFolder(project);
    await adc(folder, "build");
    const file = join(folder.path, "src/square_grad.ts");
    utimesSync(file, 1000, 1000);
    expect((await adc(folder, "build")).out).toMatch(/^adc: 1 function in 1 file, up to date, /);
    expect(statSync(file).mtimeMs).toBe(1_000_000);
  });

  test("line ends that a checkout changed are no change", async () => {
    const folder = makeFolder(project);
    await adc(folder, "build");
    const text = folder.read("src/square_grad.ts").replaceAll("\n", "\r\n");
    folder.write("src/square_grad.ts", text);
    expect(await adc(folder, "build --check")).toMatchObject({ status: 0 });
    await adc(folder, "build");
    expect(folder.read("src/square_grad.ts")).toBe(text);
  });

  test("the same bytes from any directory", async () => {
    const folder = makeFolder(project);
    await adc(folder, "build");
    const text = folder.read("src/square_grad.ts");
    expect(text).not.toContain(folder.path);
    const other = makeFolder({ "elsewhere/x": "" });
    expect(await adc(other, `build -p ${folder.path} --out-dir out`)).toMatchObject({ status: 0, error: "" });
    expect((await adc({ ...folder, path: join(folder.path, "src") }, "build --check")).status).toBe(0);
    expect(folder.read("src/square_grad.ts")).toBe(text);
  });

  test("--out-dir keeps the folders below the project", async () => {
    const folder = makeFolder({ ...project, "src/deep/other.ts": square });
    expect(await adc(folder, "build --out-dir made/here")).toMatchObject({ status: 0, error: "" });
    expect(folder.read("made/here/src/square_grad.ts")).toContain("from ../../../src/square.ts");
    expect(folder.read("made/here/src/deep/other_grad.ts")).toContain("square_grad");
    expect(existsSync(join(folder.path, "src/square_grad.ts"))).toBe(false);
  });

  test("every function of every extension", async () => {
    const folder = makeFolder({ ...project, "src/a.mts": square, "src/b.cts": square });
    expect(await adc(folder, "build")).toMatchObject({ status: 0, error: "" });
    expect(existsSync(join(folder.path, "src/a_grad.mts"))).toBe(true);
    expect(existsSync(join(folder.path, "src/b_grad.cts"))).toBe(true);
  });

  test("a project without annotated functions", async () => {
    const folder = makeFolder({ ...project, "src/square.ts": "export const x = 1;\n" });
    const { status, out } = await adc(folder, "build");
    expect(status).toBe(0);
    expect(out).toMatch(/^adc: no @differentiable functions found, /);
  });
});

describe("mistakes in the program", () => {
  test("everything at once; the other files are built; the old output stays", async () => {
    const folder = makeFolder({
      ...project,
      "src/a.ts": wrong,
      "src/a_grad.ts": "// @generated by adc from ./a.ts\nexport const old = 1;\n",
      "src/b.ts": wrong,
    });
    const { status, out, error } = await adc(folder, "build");
    expect({ status, error }).toEqual({ status: 1, error: "" });
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^src\/a\.ts\(1,\d+\): error ADC1002: `nonsense` is not a mode\. /);
    expect(lines[1]).toMatch(/^src\/b\.ts\(1,\d+\): error ADC1002: /);
    expect(lines[2]).toMatch(/^adc: \d functions? in 3 files, 1 written, 2 skipped, 2 errors, /);
    expect(folder.read("src/a_grad.ts")).toContain("old = 1");
    expect(existsSync(join(folder.path, "src/b_grad.ts"))).toBe(false);
    expect(existsSync(join(folder.path, "src/square_grad.ts"))).toBe(true);
  });

  test("pretty on a terminal, and where it is asked for", async () => {
    const folder = makeFolder({ ...project, "src/a.ts": wrong });
    const pretty = /src\/a\.ts:1:\d+ - error ADC1002: [^]*\n1 \/\*\* @differentiable modes=nonsense \*\/\n +~+\n/;
    expect((await adc(folder, "build", { isTerminal: true })).out).toMatch(pretty);
    expect((await adc(folder, "build --pretty")).out).toMatch(pretty);
    expect((await adc(folder, "build", { env: { FORCE_COLOR: "1" } })).out).toMatch(pretty);
    expect((await adc(folder, "build --no-pretty", { isTerminal: true })).out).not.toMatch(pretty);
    expect((await adc(folder, "build", { isTerminal: true, env: { NO_COLOR: "1" } })).out).not.toMatch(pretty);
  });

  test.each([
    ["a syntax error", "/** @differentiable */\nexport function f(x: number): number {\n  return x * ;\n}\n"],
    [
      "a type error",
      "/** @differentiable */\nexport function f(x: number): number {\n  const y: string = x;\n  return x;\n}\n",
    ],
  ])("%s is reported at its place", async (_name, text) => {
    const folder = makeFolder({ ...project, "src/f.ts": text });
    const { status, out, error } = await adc(folder, "build");
    expect({ status, error }).toEqual({ status: 1, error: "" });
    expect(out).toMatch(/^src\/f\.ts\(3,\d+\): error /);
    expect(existsSync(join(folder.path, "src/f_grad.ts"))).toBe(false);
    expect(existsSync(join(folder.path, "src/square_grad.ts"))).toBe(true);
  });

  test("two sources of one name", async () => {
    const folder = makeFolder({ ...project, "src/square.mts": square, "src/square.tsx": square });
    const { status, out } = await adc(folder, "build src/square.ts src/square.tsx src/square.mts");
    expect(status).toBe(1);
    expect(out).toMatch(
      /^error ADC8006: src\/square_grad\.ts would be written for more than one source file\. .*src\/square\.ts, src\/square\.tsx/m,
    );
    expect(existsSync(join(folder.path, "src/square_grad.ts"))).toBe(false);
    expect(existsSync(join(folder.path, "src/square_grad.mts"))).toBe(true);
  });
});

describe("what stands in the way", () => {
  test("a file that is not ours is never overwritten", async () => {
    const folder = makeFolder({ ...project, "src/square_grad.ts": "export const mine = 1;\n", "src/other.ts": square });
    const { status, out } = await adc(folder, "build");
    expect(status).toBe(1);
    expect(out).toMatch(
      /^src\/square_grad\.ts\(1,1\): error ADC8001: src\/square_grad\.ts was not generated by adc and is left as it is\./,
    );
    expect(folder.read("src/square_grad.ts")).toBe("export const mine = 1;\n");
    expect(existsSync(join(folder.path, "src/other_grad.ts"))).toBe(true);
    expect((await adc(folder, "build --check")).status).toBe(1);
  });

  test("a comment that only talks about adc does not make it ours", async () => {
    const text = "/** See // @generated by adc from ./x.ts */\nexport const mine = 1;\n";
    const folder = makeFolder({ ...project, "src/square_grad.ts": text });
    expect((await adc(folder, "build")).status).toBe(1);
    expect(folder.read("src/square_grad.ts")).toBe(text);
  });

  test("a folder of that name", async () => {
    const folder = makeFolder(project);
    mkdirSync(join(folder.path, "src/square_grad.ts"));
    const { status, out } = await adc(folder, "build");
    expect(status).toBe(1);
    expect(out).toMatch(
      /^error ADC8002: src\/square_grad\.ts cannot be written\. The system says: a folder has this name \(EISDIR\)\./,
    );
  });

  test("a file where a folder is needed", async () => {
    const folder = makeFolder({ ...project, made: "" });
    const { status, out } = await adc(folder, "build --out-dir made");
    expect(status).toBe(1);
    expect(out).toMatch(
      /^error ADC8002: made\/src\/square_grad\.ts cannot be written\. The system says: a part of the path is a file/,
    );
  });
});

describe("--check", () => {
  test("writes nothing and reports what is missing", async () => {
    const folder = makeFolder(project);
    const { status, out } = await adc(folder, "build --check");
    expect(status).toBe(1);
    expect(out).toMatch(
      /^error ADC8004: src\/square_grad\.ts is missing\..*\nadc: 1 function in 1 file, 1 missing, 1 error, /,
    );
    expect(existsSync(join(folder.path, "src/square_grad.ts"))).toBe(false);
  });

  test("reports what is stale", async () => {
    const folder = makeFolder(project);
    await adc(folder, "build");
    expect((await adc(folder, "build --check")).status).toBe(0);
    const old = folder.read("src/square_grad.ts");
    folder.write("src/square.ts", square.replace("x * x", "x * x * x"));
    const { status, out } = await adc(folder, "build --check");
    expect(status).toBe(1);
    expect(out).toMatch(/^src\/square_grad\.ts\(1,1\): error ADC8003: src\/square_grad\.ts is stale\./);
    expect(folder.read("src/square_grad.ts")).toBe(old);
  });

  test("an orphan is an error under --check, a warning otherwise, and is never removed", async () => {
    const folder = makeFolder(project);
    await adc(folder, "build");
    folder.write("src/square.ts", "export const x = 1;\n");
    const checked = await adc(folder, "build --check");
    expect(checked.status).toBe(1);
    expect(checked.out).toMatch(/^src\/square_grad\.ts\(1,1\): error ADC8005: /);
    const built = await adc(folder, "build");
    expect(built.status).toBe(0);
    expect(built.out).toMatch(
      /^src\/square_grad\.ts\(1,1\): warning ADC8005: [^\n]*\nadc: no @differentiable functions found, 1 orphaned, 1 warning, /,
    );
    expect(existsSync(join(folder.path, "src/square_grad.ts"))).toBe(true);
  });
});

describe("a wrong call or configuration", () => {
  test.each([
    ["build -p gone.json", /^error ADC9001: There is no gone\.json\./],
    ["build src/gone.ts", /^error ADC9003: There is no src\/gone\.ts\./],
    ["build src/*.mts", /^error ADC9006: No TypeScript file matches src\/\*\.mts\./],
    ["build --chek", /^adc: unknown option '--chek'\n/],
    ["bild", /^adc: unknown command 'bild'\n/],
    ["", /^adc: no command given\n/],
  ])("adc %s", async (args, expected) => {
    const { status, out, error } = await adc(makeFolder(project), args);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(error).toMatch(expected);
  });

  test("an invalid tsconfig.json, at its place", async () => {
    const folder = makeFolder({ ...project, "tsconfig.json": '{\n  "compilerOptions": { "strict": "yes" }\n}\n' });
    const { status, out, error } = await adc(folder, "build");
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(error).toMatch(
      /^tsconfig\.json\(2,\d+\): error ADC9002: tsconfig\.json cannot be read\. Compiler option 'strict'/,
    );
  });

  test("help and version", async () => {
    const folder = makeFolder({});
    expect(await adc(folder, "--help")).toMatchObject({
      status: 0,
      error: "",
      out: expect.stringContaining("adc build [files"),
    });
    expect(await adc(folder, "--version")).toMatchObject({
      status: 0,
      error: "",
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe("progress", () => {
  test("only on a terminal", async () => {
    const folder = makeFolder({ ...project, "src/other.ts": square });
    expect((await adc(folder, "build --check")).error).toBe("");
    const { error } = await adc(folder, "build --check", { isTerminal: true, raw: true });
    expect(error).toContain("adc: 2/2 src/square.ts");
    expect(error.endsWith("\r\u001B[K")).toBe(true);
  });
});
