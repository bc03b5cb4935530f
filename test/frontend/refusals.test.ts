/** Refusals: all of a file at once, each at its exact place, with the way the place was reached. */
import { describe, expect, it } from "vitest";
import { openMemory } from "../../compiler/src/frontend/index.js";
import type { Diagnostic } from "../../compiler/src/diagnostics.js";

function refused(files: Readonly<Record<string, string>> | string, options = {}): readonly Diagnostic[] {
  const all = typeof files === "string" ? { "/a.ts": files } : files;
  const [path = ""] = Object.keys(all);
  const { lowered, diagnostics } = openMemory(all, options).lower(path);
  expect(lowered).toBeUndefined();
  return diagnostics;
}

const errorsOf = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.filter(({ category }) => category === "error");

const places = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map((d) => `${d.span?.file}(${d.span?.line},${d.span?.column}): ${d.code}`);
const f = (body: string, rest = ""): string =>
  `${rest}/** @differentiable */ export function f(x: number, a: number[]): number {\n${body}\nreturn x;\n}`;

describe("refusals", () => {
  it.each([
    ["var", "var y = x;", "2,1", "ADC2023"],
    ["object spread of an array", "const p = { u: 1, ...[2] };", "2,22", "ADC2007"],
    ["push on a tuple", "const t: [number, number] = [x, 1]; t.push(x);", "2,39", "ADC2006"],
    ["spread into an unknown call", "console.log(...a);", "2,13", "ADC2007"],
    ["new of a library class", "const d = new Date();", "2,11", "ADC2010"],
    ["delete", "const p = [x, 1]; delete p[0];", "2,19", "ADC2011"],
    ["active into a map", "const m = new WeakMap<object, number>(); m.set(a, x); return m.get(a)!;", "2,51", "ADC3002"],
    ["bigint", "const n = 1n;", "2,11", "ADC2012"],
    ["any", "const y: any = x;", "2,10", "ADC2015"],
    ["parseFloat of a template", "return parseFloat(`${x}`);", "2,8", "ADC3001"],
    ["toFixed and back", "const t = x.toFixed(1); const u = t + '0'; return Number(u);", "2,51", "ADC3001"],
    ["plus of text", "return +`${a[0]}`;", "2,8", "ADC3001"],
    [
      "through a variable of a loop",
      "let t = ''; for (let i = 0; i < 2; i++) t = `${x}`; return Number(t);",
      "2,60",
      "ADC3001",
    ],
    ["text kept in an object", "const p = { t: `${x}` }; return Number(p.t);", "2,33", "ADC3001"],
    ["unknown global", "return fetch('x') as unknown as number;", "2,8", "ADC4001"],
  ])("%s", (_name, body, place, code) => {
    expect(places(refused(f(body)))).toContain(`/a.ts(${place}): ${code}`);
  });

  it("reports everything wrong in a file, once and in order", () => {
    const found = refused(
      f(
        "var y = x;\nconst t: [number, number] = [x, y]; t.push(y);\nif (x > 0) { const n = 1n; } else { a.toLocaleString(); }\ndelete (a as { u?: number }).u;",
      ),
    );
    expect(places(found)).toEqual([
      "/a.ts(2,1): ADC2023",
      "/a.ts(3,39): ADC2006",
      "/a.ts(4,24): ADC2012",
      "/a.ts(4,39): ADC2005",
      "/a.ts(5,1): ADC2011",
    ]);
  });

  it("says little about what was already refused", () => {
    expect(
      places(refused(f("const m = new Date();\nconst s = m.getTime() + m.valueOf();\nx += s * Number(m);"))),
    ).toEqual(["/a.ts(2,11): ADC2010"]);
  });

  it("names the calls that lead into a helper", () => {
    const [found, ...others] = refused({
      "/a.ts":
        "import { g } from './g.js';\n/** @differentiable */\nexport function f(x: number): number {\n  return g(x);\n}",
      "/g.ts":
        "export function g(x: number): number {\n  return h(x) * 2;\n}\nfunction h(x: number): number {\n  var y = x; return y;\n}",
    });
    expect(others).toEqual([]);
    expect(found?.code).toBe("ADC2023");
    expect(found?.span).toMatchObject({ file: "/g.ts", line: 5 });
    expect(found?.related.map((r) => `${r.span.file}(${r.span.line},${r.span.column}): ${r.message}`)).toEqual([
      "/g.ts(2,10): Called from `g`.",
      "/a.ts(4,10): Called from `f`.",
    ]);
  });

  it("reports TypeScript's errors, of the file and of those it calls, and no others", () => {
    expect(places(refused(f("const y: string = x; try {} finally {}")))).toEqual(["/a.ts(2,7): TS2322"]);
    expect(places(refused(f("const y = ;")))).toEqual(["/a.ts(2,11): TS1109"]);
    const inHelper = refused({
      "/a.ts": "import { g } from './g.js';\n/** @differentiable */\nexport const f = (x: number) => g(x);",
      "/g.ts": "export function g(x: number): number {\n  const y: string = x;\n  return x;\n}",
    });
    expect(places(inHelper)).toContain("/g.ts(2,9): TS2322");
  });

  it("does not mind that a gradient is not generated yet", () => {
    const source =
      "import { f_grad } from './a_grad.js';\nimport { k } from './gone.js';\n/** @differentiable */\nexport function f(x: number): number { return x; }\nconsole.log(f_grad(1).nothing);";
    expect(places(refused({ "/a.ts": source }))).toEqual(["/a.ts(2,19): TS2307"]);
    const { lowered } = openMemory({
      "/a.ts": source.replace("import { k } from './gone.js';\n", ""),
      "/a_grad.ts": "export const f_grad = (x: string): number => 1;",
    }).lower("/a.ts");
    expect(lowered).toBeDefined();
  });

  it("does not carry derivatives into constants of the module", () => {
    const source = (body: string): string =>
      f(
        body,
        "const T = [1, 2]; const M = [[1], [2]];\nconst give = (): number[] => T; const same = (b: number[]): number[] => b;\nfunction put(b: number[], v: number): void { b[0] = v; }\n",
      );
    for (const body of [
      "T[0] = x;",
      "T[0]! += x;",
      "const t = T; t[1] = x;",
      "M[0]![0] = x;",
      "const r = M[1]!; r[0] = x;",
      "put(T, x);",
      "for (const r of M) r[0] = x;",
      "const t = x > 0 ? T : a; t[0] = x;",
      "T.fill(x);",
      "[T[0]] = [x];",
      "const p = { w: T }; p.w[0] = x;",
      "const p = { w: a }; p.w = T; p.w[0] = x;",
      "give()[0] = x;",
      "let r = a; for (let i = 0; i < 2; i++) { r[0] = x; r = T; }",
      "same(T)[0] = x;",
    ]) {
      expect(
        places(refused(source(body))).map((p) => p.slice(-7)),
        body,
      ).toEqual(["ADC2018"]);
    }
  });

  it("does not lose derivatives in text that helpers read or write", () => {
    expect(
      places(refused(f("return read(x.toFixed(3));", "function read(s: string): number { return Number(s); }\n"))).map(
        (p) => p.slice(-7),
      ),
    ).toEqual(["ADC3001"]);
    expect(
      places(refused(f("return Number(write(x));", "function write(y: number): string { return `${y}`; }\n"))).map(
        (p) => p.slice(-7),
      ),
    ).toEqual(["ADC3001"]);
  });

  it("lets objects that refer to constants be written themselves", () => {
    const source = f("const p = { w: T, u: 1 }; p.u = x; p.u += T[0]!; x = p.u;", "const T = [1, 2];\n");
    expect(errorsOf(openMemory({ "/a.ts": source }).lower("/a.ts").diagnostics)).toEqual([]);
  });

  it("follows the user's own noUncheckedIndexedAccess", () => {
    expect(places(refused(f("const y: number = a[0];")))).toEqual(["/a.ts(2,7): TS2322"]);
    const loose = openMemory({ "/a.ts": f("const y: number = a[0];") }, { noUncheckedIndexedAccess: false });
    expect(errorsOf(loose.lower("/a.ts").diagnostics)).toEqual([]);
  });
});
