/** Lowers small programs and compares the interpreter of the IR with JavaScript: values, thrown errors and changed arguments. */
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { openMemory } from "../../compiler/src/frontend/index.js";
import { printProgram } from "../../compiler/src/ir/print.js";
import { verify } from "../../compiler/src/ir/verify.js";
import * as runtime from "../../runtime/src/index.js";
import { interpret, type JsValue } from "../support/interpret.js";

/** A source with an annotated function `f`, and the arguments to call it with. */
export interface Case {
  readonly source: string;
  readonly args: readonly (readonly JsValue[])[];
  /** Other files, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the text of the IR must (not) contain. */
  readonly has?: readonly RegExp[];
  readonly hasNot?: readonly RegExp[];
}

/** A function body over `x: number` and `a: number[]`, or a whole source. */
export function program(text: string): string {
  if (text.includes("@differentiable")) return text;
  return `/** @differentiable */\nexport function f(x: number, a: number[]): number {\n${text}\n}\n`;
}

const values: readonly (readonly JsValue[])[] = [
  [2, [3, -1, 0.5, 4]],
  [-1.5, [1, 1, 1, 1]],
  [0, [0, 2, 5, -3]],
  [5, [-2, 7, 1, 0]],
];

export type Row = string | Case;

export function compareWithJavaScript(title: string, rows: Readonly<Record<string, Row>>): void {
  describe(`frontend: ${title}`, () => {
    const all: Record<string, string> = {};
    const cases = Object.entries(rows).map(([name, row], i) => {
      const { source, args, ...rest }: Case = typeof row === "string" ? { source: row, args: values } : row;
      const path = `/case${i}/main.ts`;
      all[path] = program(source);
      for (const [file, text] of Object.entries(rest.files ?? {})) all[`/case${i}/${file}`] = text;
      return { name, path, args, ...rest };
    });
    const frontend = openMemory(all, { noUncheckedIndexedAccess: false });
    const modules = new Linked(all);
    it.each(cases)("$name", ({ path, args, has = [], hasNot = [] }) => {
      const { lowered, diagnostics } = frontend.lower(path);
      const errors = diagnostics.filter(({ category }) => category === "error");
      expect(errors.map((d) => `${d.span?.line}:${d.span?.column} ${d.code} ${d.message}`)).toEqual([]);
      expect(lowered).toBeDefined();
      if (lowered === undefined) return;
      const text = printProgram(lowered.program);
      verify(lowered.program);
      for (const pattern of has) expect(text).toMatch(pattern);
      for (const pattern of hasNot) expect(text).not.toMatch(pattern);
      const f = modules.exports(path)["f"];
      const [entry] = lowered.annotated;
      if (!isCallable(f) || entry === undefined) throw new Error("the case has no function f");
      for (const list of args) {
        const expectedArgs = structuredClone(list);
        const actualArgs = structuredClone(list);
        const expected = outcome(() => f(...expectedArgs));
        const actual = outcome(() => interpret(lowered.program, entry.func, actualArgs)[0]);
        expect({ args: list, ...actual }, text).toEqual({ args: list, ...expected });
        expect(actualArgs, text).toEqual(expectedArgs);
      }
    });
  });
}

type Run = (exports: object, require: (name: string) => object, console: object) => void;
type Callable = (...args: readonly JsValue[]) => unknown;

const isCallable = (value: unknown): value is Callable => typeof value === "function";

/** The sources as TypeScript itself would run them; all of its syntax, which the judge's own evaluator does not need. */
class Linked {
  readonly #loaded = new Map<string, Record<string, unknown>>();

  constructor(readonly sources: Readonly<Record<string, string>>) {}

  exports(path: string): Readonly<Record<string, unknown>> {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const exports: Record<string, unknown> = {};
    this.#loaded.set(path, exports);
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
    const { outputText } = ts.transpileModule(this.sources[path] ?? "", { compilerOptions });
    const run = new Function("exports", "require", "console", outputText) as Run;
    run(
      exports,
      (name: string) =>
        name === "@adc/runtime" ? runtime : this.exports(new URL(name.replace(/js$/, "ts"), `file://${path}`).pathname),
      { log: () => {} },
    );
    return exports;
  }
}

function outcome(run: () => unknown): { value: unknown } | { thrown: string } {
  try {
    return { value: run() };
  } catch (error) {
    return { thrown: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
