/** Emitted code does what the IR says: random functions against the interpreter. */
import { describe, expect, it } from "vitest";
import { emitModule } from "../../compiler/src/emit/module.js";
import type { Program } from "../../compiler/src/ir/ir.js";
import { printFunc } from "../../compiler/src/ir/print.js";
import { verify } from "../../compiler/src/ir/verify.js";
import { load, problems } from "../support/emit.js";
import { interpret } from "../support/interpret.js";
import { randomFunction } from "../support/random-ir.js";

const runs = Number(process.env["EMIT_RUNS"] ?? 300);
const start = Number(process.env["EMIT_SEED"] ?? 1);

function emitted(seed: number): { readonly text: string; readonly program: Program } {
  const func = randomFunction(seed);
  const program: Program = { funcs: new Map([["f", func]]), records: new Map(), globals: new Map() };
  verify(program);
  const plain = (text: string) => ({ text, imports: [] });
  const exported = {
    exportName: "f",
    doc: [],
    func,
    params: [
      { name: "s", type: plain("number") },
      { name: "b", type: plain("number") },
      { name: "x", type: plain("Float64Array") },
      { name: "y", type: plain("Float64Array") },
    ],
    returns: plain("[number, number, number, Float64Array, Float64Array]"),
  };
  const module = { sourcePath: "/f.ts", exported: [exported], program: { ...program, funcs: new Map() } };
  return { text: emitModule(module, { specifier: (from) => from }), program };
}

const inputs = [
  [0.5, -1.25],
  [-2, 3],
  [0, 0],
] as const;

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe("random functions", () => {
  it(`compute what the interpreter computes (${runs})`, () => {
    for (let seed = start; seed < start + runs; seed++) {
      const { text, program } = emitted(seed);
      const f = load(text)["f"];
      for (const [a, b] of inputs) {
        const args = () => [a, b, Float64Array.of(1, -2, 0.5, a), Float64Array.of(b, 3, 0, -1)];
        const expected = outcome(() => interpret(program, "f", args()));
        const actual = outcome(() => f?.(...(args() as never[])));
        try {
          expect(actual).toStrictEqual(expected);
        } catch (error) {
          const func = program.funcs.get("f");
          throw new Error(
            `seed ${seed} at (${a}, ${b})\n${text}\n${func === undefined ? "" : printFunc(func)}\n${String(error)}`,
            { cause: error },
          );
        }
      }
    }
  }, 120_000);

  it("type-check in the strictest mode", () => {
    const texts: Record<string, string> = {};
    for (let seed = start; seed < start + 60; seed++) texts[`random${seed}`] = emitted(seed).text;
    // Random tests contradict each other (`b === 1 && b === 2`), which TypeScript notices in the user's own code too.
    expect(problems(texts).filter((message) => !message.includes("TS2367"))).toEqual([]);
  }, 60_000);
});
