/** How the code of packages is found and read: small packages that exist only here. */
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { openMemory } from "../../compiler/src/frontend/index.js";
import { knownModule } from "../../compiler/src/frontend/packages/known.js";
import { type PackageFiles, packageOf, resolvePackage } from "../../compiler/src/frontend/packages/resolve.js";
import { printProgram } from "../../compiler/src/ir/print.js";

const inMemory = (files: Readonly<Record<string, string>>): PackageFiles => ({
  fileExists: (path) => path in files,
  readFile: (path) => files[path],
});

describe("where the code of a package is", () => {
  const found = (
    manifest: object,
    others: readonly string[],
    specifier: string,
    from = "/src/model.ts",
  ): string | undefined => {
    const files: Record<string, string> = { "/node_modules/p/package.json": JSON.stringify(manifest) };
    for (const name of others) files[`/node_modules/p/${name}`] = "";
    return resolvePackage(inMemory(files), specifier, from)?.replace("/node_modules/p/", "");
  };

  test.each<[string, object, string[], string, string | undefined]>([
    ["exports, one target", { exports: "./a.js" }, ["a.js"], "p", "a.js"],
    [
      "exports, conditions",
      { exports: { types: "./a.d.ts", require: "./a.cjs", import: "./a.mjs" } },
      ["a.cjs", "a.mjs"],
      "p",
      "a.mjs",
    ],
    ["exports, only require", { exports: { ".": { require: "./a.cjs" } } }, ["a.cjs"], "p", "a.cjs"],
    [
      "exports, nested conditions",
      { exports: { ".": { node: { import: "./n.js" }, default: "./d.js" } } },
      ["n.js", "d.js"],
      "p",
      "n.js",
    ],
    ["exports, path", { exports: { "./sub": "./lib/sub.js" } }, ["lib/sub.js"], "p/sub", "lib/sub.js"],
    ["exports, pattern", { exports: { "./*": "./lib/*.js" } }, ["lib/sub.js"], "p/sub", "lib/sub.js"],
    ["exports, hidden path", { exports: { ".": "./a.js" } }, ["a.js", "sub.js"], "p/sub", undefined],
    ["module before main", { main: "a.cjs", module: "a.mjs" }, ["a.cjs", "a.mjs"], "p", "a.mjs"],
    ["main that is a folder", { main: "./lib" }, ["lib/index.js"], "p", "lib/index.js"],
    ["main without ending", { main: "lib/a" }, ["lib/a.js"], "p", "lib/a.js"],
    ["neither", {}, ["index.js"], "p", "index.js"],
    ["path without exports", {}, ["lib/a.js"], "p/lib/a", "lib/a.js"],
    ["source beside", { exports: "./a.js" }, ["a.ts"], "p", "a.ts"],
    ["missing", { main: "gone.js" }, [], "p", undefined],
  ])("%s", (_, manifest, others, specifier, expected) => {
    expect(found(manifest, others, specifier)).toBe(expected);
  });

  test("a relative import, and a package above", () => {
    expect(found({}, ["index.js", "lib/a.js"], "./a.js", "/node_modules/p/lib/b.js")).toBe("lib/a.js");
    expect(found({}, ["index.js"], "p", "/src/deep/down/model.ts")).toBe("index.js");
  });

  test("whose file it is", () => {
    expect(packageOf("/x/node_modules/@a/b/c.js")).toBe("@a/b");
    expect(packageOf("/x/node_modules/@types/a__b/c.d.ts")).toBe("@a/b");
    expect(packageOf("/x/node_modules/a/node_modules/b/c.js")).toBe("b");
    expect(packageOf("/x/src/a.ts")).toBeUndefined();
  });
});

/** One package with this code and these declarations, and a model that uses it. */
function lower(model: string, code: string, declarations: string, manifest: object = {}) {
  const all = { name: "p", type: "module", exports: { types: "./index.d.ts", default: "./index.js" }, ...manifest };
  const frontend = openMemory({
    "/model.ts": model,
    "/node_modules/p/package.json": JSON.stringify(all),
    "/node_modules/p/index.js": code,
    "/node_modules/p/index.d.ts": declarations,
  });
  return frontend.lower("/model.ts");
}

const model = (body: string, what = "{ f }"): string =>
  `import ${what} from "p";\n/** @differentiable */\nexport function g(x: number): number {\n  return ${body};\n}\n`;

describe("code that is read", () => {
  const f = "export declare function f(x: number, y?: number): number;";

  test.each<[string, string]>([
    ["var, assigned in branches", "export function f(x) { var a; if (x > 0) a = x; else a = -x; return a * a; }"],
    ["var, used outside of its block", "export function f(x) { if (x > 0) { var a = x; } else { a = 2; } return a; }"],
    [
      "var, declared twice",
      "export function f(x) { for (var i = 0; i < 2; i++) x *= x; for (var i = 0; i < 3; i++) x += i; return x + i; }",
    ],
    ["var, assigned in a loop", "export function f(x) { var s; for (var i = 0; i < 3; i++) { s = x * i; } return s; }"],
    ["variables of the module", "var A = 2, B = A * 3;\nexport function f(x) { return A * x + B; }"],
    [
      "arguments as defaults",
      "export function f(x) { var y = arguments.length > 1 && arguments[1] !== undefined ? arguments[1] : 3; return x * y; }",
    ],
    ["default parameters", "export const f = (x, y = 2) => x * y;"],
    ["another name", "function inner(x) { return x * x; }\nexport var f = inner;"],
    ["exported under another name", "function inner(x) { return x * x; }\nexport { inner as f };"],
    [
      "a function that was made by a function",
      "export var f = (function () { var k = 3; return function (x) { return k * x; }; })();",
    ],
    [
      "scratch in a closure",
      "export var f = (function () { var t = [0, 0]; return function (x) { t[0] = x; t[1] = x * x; return t[0] * t[1]; }; })();",
    ],
    [
      "scratch in the module",
      "const t = new Float64Array(2);\nexport function f(x) { t[0] = x; t[1] = t[0] * x; return t[1]; }",
    ],
    [
      "a class in JavaScript",
      "class P { static { this.prototype.isP = true; } constructor(x = 0) { this.x = x; } square() { this.x *= this.x; return this; } copy() { return new this.constructor(this.x); } }\nexport function f(x) { const p = new P(x); return p.isP && !x.isP ? p.copy().square().x + p.x : 0; }",
    ],
  ])("%s", (_, code) => {
    const { diagnostics, lowered } = lower(model("f(x)"), code, f);
    expect(diagnostics).toEqual([]);
    expect(lowered).toBeDefined();
  });

  test.each<[string, string, string, string]>([
    [
      "module.exports = f",
      'import f from "p"',
      "module.exports = function (x) { return x * x; };",
      "declare function f(x: number): number;\nexport = f;",
    ],
    [
      "exports.f = …",
      'import { f } from "p"',
      "exports.f = function (x) { return x * x; };",
      "export declare function f(x: number): number;",
    ],
    [
      "require",
      'import f from "p"',
      "var inner = require('./inner.js');\nmodule.exports = inner;",
      "declare function f(x: number): number;\nexport = f;",
    ],
  ])("CommonJS: %s", (_, imports, code, declarations) => {
    const manifest = { type: "commonjs", exports: undefined, main: "index.js", types: "index.d.ts" };
    const frontend = openMemory({
      "/model.ts": `${imports};\n/** @differentiable */\nexport function g(x: number): number {\n  return f(x);\n}\n`,
      "/node_modules/p/package.json": JSON.stringify({ name: "p", ...manifest }),
      "/node_modules/p/index.js": code,
      "/node_modules/p/inner.js":
        "'use strict';\nvar K = require('./k.js');\nfunction inner(x) { return K * x; }\nmodule.exports = inner;",
      "/node_modules/p/k.js": "/** @type {number} */\nvar Number = require('./number.js');\nmodule.exports = 3;",
      "/node_modules/p/number.js": "module.exports = Number;",
      "/node_modules/p/index.d.ts": declarations,
    });
    const { diagnostics, lowered } = frontend.lower("/model.ts");
    expect(diagnostics).toEqual([]);
    expect(printProgram(lowered?.program ?? { funcs: new Map(), records: new Map(), globals: new Map() })).toContain(
      "mul",
    );
  });
});

describe("code that is refused, at the user's own call", () => {
  const f = "export declare function f(x: number): number;";

  test.each<[string, string, string]>([
    [
      "state of the module",
      "let last = 0;\nexport function f(x) { last += x; return last; }",
      "`last` is a variable of the module",
    ],
    [
      "an object that remembers",
      "const t = [0];\nexport function f(x) { const before = t[0]; t[0] = x; return before; }",
      "may hold what an earlier call has left there",
    ],
    [
      "an object written on one path only",
      "const t = [0];\nexport function f(x) { if (x > 0) t[0] = x; return t[0]; }",
      "may hold what an earlier call has left there",
    ],
    [
      "an object that is handed out",
      "const t = [0];\nexport function f(x) { const o = { t }; o.t[0] = x; return o.t[0]; }",
      "is seen elsewhere",
    ],
    [
      "an object that two functions share",
      "const t = [0];\nfunction inner(x) { t[0] = 2 * x; return t[0]; }\nexport function f(x) { t[0] = x; return inner(x) + t[0]; }",
      "calls another one that uses it too",
    ],
    ["code for machines", `export function f(x){return ${"x+".repeat(2000)}x}`, "its code is minified"],
    ["something outside the language", "export function f(x) { return eval('x'); }", "eval"],
  ])("%s", (_, code, why) => {
    const { diagnostics } = lower(model("f(x)"), code, f);
    expect(diagnostics.map((d) => `${d.span?.file} ${d.span?.line}:${d.span?.column} ${d.code}`)).toEqual([
      "/model.ts 4:10 ADC4006",
    ]);
    expect(diagnostics[0]?.message).toContain("`f` cannot be followed into its package.");
    expect(diagnostics[0]?.message).toContain(why);
  });

  test("the calls that lead there come with it", () => {
    const code = "let n = 0;\nfunction deep(x) { n++; return x; }\nexport function f(x) { return deep(x); }";
    const [diagnostic] = lower(model("f(x)"), code, f).diagnostics;
    expect(diagnostic?.related.map((r) => `${r.span?.file} ${r.span?.line} ${r.message}`)).toEqual([
      "/node_modules/p/index.js 2 It is here in the package.",
      "/node_modules/p/index.js 3 Called from `f`.",
    ]);
  });

  test.each([
    ["sum.node", "it is native code"],
    ["sum.wasm", "it is WebAssembly"],
  ])("%s", (name, why) => {
    const frontend = openMemory({
      "/model.ts": model("f(x)"),
      "/node_modules/p/package.json": JSON.stringify({ name: "p", main: name, types: "index.d.ts" }),
      [`/node_modules/p/${name}`]: "",
      "/node_modules/p/index.d.ts": f,
    });
    const [diagnostic] = frontend.lower("/model.ts").diagnostics;
    expect(diagnostic).toMatchObject({ code: "ADC4006", span: { line: 4, column: 10 } });
    expect(diagnostic?.message).toContain(why);
    expect(diagnostic?.message).toContain("@vjp f from");
  });
});

describe("functions of @stdlib that adc knows", () => {
  const load = (name: string): ((...args: number[]) => number) => {
    const text = knownModule.textOf(`/adc/packages/@stdlib/${name}.js`);
    if (text === undefined) throw new Error(`${name} is not known`);
    const module: { exports: unknown } = { exports: undefined };
    new Function("module", "stopGradient", text)(module, (x: number) => x);
    return module.exports as (...args: number[]) => number;
  };
  const require = createRequire(import.meta.url);
  const numbers = [
    0,
    -0,
    1,
    -1,
    0.1,
    -0.3,
    2,
    3,
    0.9999999999999999,
    1.0000000000000002,
    1e-300,
    5e-324,
    -2e-310,
    1e300,
    Number.MAX_VALUE,
    Math.PI,
    -Math.E,
    2 ** 52,
    2 ** -1022,
  ];
  for (let i = 0; i < 200; i++) numbers.push((i % 2 === 0 ? 1 : -1) * Math.exp(7 * i - 700) * (1 + Math.sin(i)));

  test.each(["number-float64-base-get-high-word", "number-float64-base-get-low-word"])("%s", (name) => {
    const actual: (x: number) => number = require(`@stdlib/${name}`);
    for (const x of numbers) expect(load(name)(x), String(x)).toBe(actual(x));
  });

  test("number-float64-base-set-low-word", () => {
    const actual: (x: number, w: number) => number = require("@stdlib/number-float64-base-set-low-word");
    for (const x of numbers.filter((n) => Math.abs(n) >= 2 ** -1022))
      for (const w of [0, 1, 123456789, 4294967295])
        expect(load("number-float64-base-set-low-word")(x, w), String(x)).toBe(actual(x, w));
  });

  test("number-float64-base-from-words", () => {
    const actual: (high: number, low: number) => number = require("@stdlib/number-float64-base-from-words");
    const high: (x: number) => number = require("@stdlib/number-float64-base-get-high-word");
    const low: (x: number) => number = require("@stdlib/number-float64-base-get-low-word");
    for (const x of [...numbers, Infinity, -Infinity, NaN])
      expect(load("number-float64-base-from-words")(high(x), low(x)), String(x)).toBe(actual(high(x), low(x)));
  });

  test("math-base-special-ldexp", () => {
    const actual: (x: number, k: number) => number = require("@stdlib/math-base-special-ldexp");
    for (const x of [0.5, -0.75, 1.5, 3])
      for (const k of [-900, -3, 0, 4, 900, 1023]) expect(load("math-base-special-ldexp")(x, k)).toBe(actual(x, k));
  });
});
