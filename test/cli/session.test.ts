/** A build that follows another in the same session writes and says what one from scratch would. */
import { existsSync, readdirSync, rmSync, unlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { build, BuildSession } from "../../compiler/src/index.js";
import { Texts } from "../../compiler/src/support/texts.js";
import { type Folder, makeFolder } from "./support.js";

const files = {
  "package.json": '{ "type": "module" }',
  "tsconfig.json": JSON.stringify({
    compilerOptions: { target: "es2022", module: "nodenext", strict: true, types: [] },
    include: ["src"],
  }),
  "node_modules/pack/package.json":
    '{ "name": "pack", "type": "module", "exports": { "types": "./index.d.ts", "default": "./index.js" } }',
  "node_modules/pack/index.d.ts": "export declare function twice(x: number): number;\n",
  "node_modules/pack/index.js": "export function twice(x) {\n  return 2 * x;\n}\n",
  "src/packed.ts": `import { twice } from "pack";
/** @differentiable */
export function packed(x: number): number {
  return twice(x) * x;
}
`,
  "src/helper.ts": `export function scale(x: number): number {
  return 2 * x;
}
export const bend = (x: number) => x * x;
export function other(x: number): number {
  return x;
}
`,
  "src/constant.ts": "export const rate = 3;\nexport const table = [1, 2, 3];\n",
  "src/through.ts": 'export { scale, bend } from "./helper.js";\n',
  "src/shapes.ts": `export interface Shape {
  size: number;
  area(): number;
}
export class Square implements Shape {
  size: number;
  constructor(size: number) {
    this.size = size;
  }
  area(): number {
    return this.size * this.size;
  }
}
`,
  "src/a.ts": `import { bend, scale } from "./through.js";
import { rate } from "./constant.js";
/** @differentiable */
export function a(x: number): number {
  return scale(x) * bend(x) + rate * x;
}
`,
  "src/b.ts": `import { Square } from "./shapes.js";
/** @differentiable */
export function b(x: number): number {
  const square = new Square(x);
  return square.area() + square.size;
}
`,
  "src/c.ts": `/** @differentiable */
export function c(x: number, y: number): number {
  return Math.sin(x) * y;
}
`,
  "src/outer.ts": `import { inner_grad } from "./inner_grad.js";
/** @differentiable */
export function outer(x: number): number {
  return inner_grad(x) * x;
}
`,
  "src/inner.ts": `/** @differentiable */
export function inner(x: number): number {
  return x * x * x;
}
`,
};

/** What a build says, and what it leaves in `src`. */
async function outcome(folder: Folder, session?: BuildSession): Promise<unknown> {
  const result = await build({ cwd: folder.path, ...(session === undefined ? {} : { session }) });
  const names = readdirSync(join(folder.path, "src"), { recursive: true, encoding: "utf8" }).toSorted();
  return {
    status: result.status,
    said: result.diagnostics.map((d) => [d.code, d.message, d.span?.line, d.span?.file.slice(folder.path.length)]),
    failures: result.internalErrors,
    counts: [result.files, result.functions],
    texts: names.filter((n) => n.endsWith("_grad.ts")).map((n) => [n, folder.read(join("src", n))]),
  };
}

type Edit = readonly [name: string, from: string | RegExp, to: string];
interface Step {
  readonly what: string;
  readonly edits?: readonly Edit[];
  readonly write?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

const steps: readonly Step[] = [
  { what: "nothing" },
  { what: "the code of a package, not what it declares", edits: [["node_modules/pack/index.js", "2 * x", "5 * x"]] },
  { what: "the body of a helper", edits: [["src/helper.ts", "2 * x", "5 * x"]] },
  { what: "the body of a helper that nobody calls", edits: [["src/helper.ts", "return x;", "return x + 1;"]] },
  { what: "a helper without a declared type", edits: [["src/helper.ts", "=> x * x", "=> x * x * x"]] },
  { what: "what a helper takes", edits: [["src/helper.ts", "bend = (x: number)", "bend = (x: number, by = 2)"]] },
  { what: "a constant", edits: [["src/constant.ts", "rate = 3", "rate = 4"]] },
  { what: "an error of types", edits: [["src/helper.ts", "5 * x", '"5"']] },
  { what: "another while it is there", edits: [["src/constant.ts", "rate = 4", "rate = 7"]] },
  { what: "the error goes", edits: [["src/helper.ts", '"5"', "5 * x"]] },
  { what: "something adc refuses", edits: [["src/c.ts", "return", "debugger; eval('1'); return"]] },
  { what: "another file meanwhile", edits: [["src/inner.ts", "x * x * x", "x * x * x * x"]] },
  { what: "it goes", edits: [["src/c.ts", "debugger; eval('1'); ", ""]] },
  { what: "an error of syntax", edits: [["src/c.ts", "* y", "* "]] },
  { what: "it goes again", edits: [["src/c.ts", "* ;", "* y;"]] },
  {
    what: "a subclass in a file that nobody imports",
    write: {
      "src/cube.ts":
        'import { Square } from "./shapes.js";\nexport class Cube extends Square {\n  override area(): number {\n    return 6 * this.size;\n  }\n}\n',
    },
  },
  { what: "its method", edits: [["src/cube.ts", "6 *", "7 *"]] },
  {
    what: "what it extends",
    edits: [
      ["src/cube.ts", "extends Square", "extends Object"],
      ["src/cube.ts", "override area", "size = 1; area"],
    ],
  },
  { what: "it is removed", remove: ["src/cube.ts"] },
  { what: "a method", edits: [["src/shapes.ts", "this.size * this.size", "this.size * 3"]] },
  {
    what: "a field that others assign",
    write: {
      "src/poke.ts":
        'import type { Square } from "./shapes.js";\nexport function poke(s: Square): void {\n  s.size = 2;\n}\n',
    },
  },
  {
    what: "a new annotated file",
    write: { "src/deep/d.ts": "/** @differentiable */\nexport const d = (x: number): number => Math.exp(x);\n" },
  },
  { what: "its function changes", edits: [["src/deep/d.ts", "Math.exp(x)", "Math.log(x)"]] },
  { what: "it is removed with what was generated", remove: ["src/deep/d.ts", "src/deep/d_grad.ts"] },
  { what: "a generated file is removed", remove: ["src/a_grad.ts"] },
  { what: "a generated file is changed", edits: [["src/b_grad.ts", "export function", "export  function"]] },
  { what: "an inner function", edits: [["src/inner.ts", "x * x * x * x", "Math.exp(x)"]] },
  { what: "the inner function has an error", edits: [["src/inner.ts", "Math.exp(x)", "Math.exp(x, y)"]] },
  { what: "and none", edits: [["src/inner.ts", "Math.exp(x, y)", "Math.exp(3 * x)"]] },
  { what: "the mark is taken away", edits: [["src/c.ts", "@differentiable", "Not any more."]] },
  { what: "and given back", edits: [["src/c.ts", "Not any more.", "@differentiable wrt=x"]] },
  { what: "a mark where none can be", edits: [["src/c.ts", /$/, "/** @differentiable */\nexport const n = 1;\n"]] },
  { what: "nothing else", edits: [["src/c.ts", "/** @differentiable wrt=x */", ""]] },
  {
    what: "and none there",
    edits: [
      [
        "src/c.ts",
        "/** @differentiable */\nexport const n",
        "/** differentiable: @differentiable no */\nexport const n",
      ],
    ],
  },
  {
    what: "as before",
    edits: [
      ["src/c.ts", "/** differentiable: @differentiable no */\nexport const n", "export const n"],
      ["src/c.ts", /^\s*/, "/** @differentiable wrt=x */\n"],
    ],
  },
  { what: "an import of what is missing", edits: [["src/c.ts", /^/, 'import { gone } from "./gone.js";\n']] },
  { what: "which then appears", write: { "src/gone.ts": "export const gone = 1;\n" } },
  { what: "a global declaration", write: { "src/global.d.ts": "declare const factor: number;\n" } },
  { what: "which is used", edits: [["src/c.ts", "* y", "* y * factor"]] },
  { what: "and no more", edits: [["src/c.ts", " * factor", ""]] },
  {
    what: "a rule for a function",
    edits: [
      [
        "src/helper.ts",
        /^/,
        "/** @vjp scale */\nexport const scale_vjp = (x: number): [number, (s: number) => number] => [5 * x, (s) => 5 * s];\n",
      ],
    ],
  },
  { what: "the rule is another", edits: [["src/helper.ts", "5 * s", "6 * s"]] },
  { what: "an option", edits: [["tsconfig.json", '"strict":true', '"strict":true,"noUncheckedIndexedAccess":true']] },
];

describe("builds of one session", () => {
  test("after every change as from scratch", { timeout: 300_000 }, async () => {
    const folder = makeFolder(files);
    const scratch = makeFolder(files);
    const session = new BuildSession();
    for (const { what, edits = [], write = {}, remove = [] } of [{ what: "at first" }, ...steps] as readonly Step[]) {
      for (const at of [folder, scratch]) {
        for (const [name, from, to] of edits) {
          const text = at.read(name);
          expect(text.replace(from, to), what).not.toBe(text);
          at.write(name, text.replace(from, to));
        }
        for (const [name, text] of Object.entries(write)) at.write(name, text);
        for (const name of remove) if (existsSync(join(at.path, name))) unlinkSync(join(at.path, name));
      }
      expect(await outcome(folder, session), what).toEqual(await outcome(scratch));
    }
  });

  test("only what depends on a change is made again", async () => {
    const folder = makeFolder(files);
    const session = new BuildSession();
    const written = async (): Promise<string[]> => {
      const { outputs } = await build({ cwd: folder.path, session });
      return outputs.filter(({ status }) => status === "written").map(({ path }) => path.slice(folder.path.length + 5));
    };
    expect(await written()).toHaveLength(6);
    rmSync(join(folder.path, "src/c_grad.ts"));
    expect(await written()).toEqual(["c_grad.ts"]);
    folder.write("src/c.ts", folder.read("src/c.ts").replace("Math.sin", "Math.cos"));
    expect(await written()).toEqual(["c_grad.ts"]);
    folder.write("src/helper.ts", folder.read("src/helper.ts").replace("2 * x", "3 * x"));
    expect(await written()).toEqual(["a_grad.ts"]);
  });
});

test("a text is read again when the file was written, even to the same length", () => {
  const folder = makeFolder({ "a.txt": "one" });
  const path = join(folder.path, "a.txt");
  const texts = new Texts();
  const old = new Date(Date.now() - 60_000);
  utimesSync(path, old, old);
  expect(texts.read(path)).toBe("one");
  folder.write("a.txt", "two");
  expect(texts.read(path)).toBe("two");
  folder.write("a.txt", "six");
  expect(texts.read(path)).toBe("six");
});
