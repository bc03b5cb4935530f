/** The reverse transformation on random IR (aliases, references carried round loops, exits by exception) against dual numbers. */
import { describe, expect, it } from "vitest";
import type { Program, Region } from "../../compiler/src/ir/ir.js";
import { num } from "../../compiler/src/ir/types.js";
import { mapOp } from "../../compiler/src/ir/walk.js";
import { entryParams, randomProgram } from "../passes/random-ir.js";
import { dualGradient, interpret, type JsValue } from "../support/interpret.js";
import { Random } from "../support/random.js";
import { differentiated, gradients, numbersOf, relativeError, withoutPasses } from "./support.js";

/** Operations only generated code has are left out; the function returns its number. */
function asSource(program: Program): Program {
  const primal = (r: Region): Region => ({
    ...r,
    ops: r.ops.filter((op) => op.kind !== "clear" && op.kind !== "addInto").map((op) => mapOp(op, (v) => v, primal)),
  });
  const funcs = new Map([...program.funcs].map(([name, f]) => [name, { ...f, body: primal(f.body) }] as const));
  const main = funcs.get("main");
  if (main === undefined) throw new Error("no main");
  funcs.set("main", { ...main, body: { ...main.body, yields: main.body.yields?.slice(0, 1) ?? null }, results: [num] });
  return { ...program, funcs };
}

function thrownBy(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("random IR", () => {
  for (const [first, count, size] of [
    [1, 150, 12],
    [1000, 60, 40],
  ] as const) {
    it(`${count} programs of ${size} statements`, { timeout: 120_000 }, () => {
      for (let seed = first; seed < first + count; seed++) check(seed, size);
    });
  }
});

function check(seed: number, size: number): void {
  const random = new Random(seed);
  const program = asSource(randomProgram(() => random.real(), size));
  const n = () => random.real(-1.5, 1.5);
  const list = () => [n(), n(), n(), n()];
  const floats = () => Float64Array.from(list());
  const args: JsValue[] = [
    n(),
    n(),
    random.real() < 0.5,
    floats(),
    floats(),
    list(),
    list(),
    [list(), list(), list(), list()],
    [n(), n()],
    { x: n(), y: n() },
  ];
  const wrt = entryParams.flatMap((type, i) => (type.kind !== "bool" && (i === 0 || random.real() < 0.7) ? [i] : []));
  const thrown = thrownBy(() => interpret(program, "main", structuredClone(args)));
  for (const without of [[], withoutPasses]) {
    const label = `seed ${seed}${without.length === 0 ? "" : ", no pass"}`;
    const made = differentiated(program, "main", wrt, without);
    if (thrown !== undefined) {
      expect(
        thrownBy(() => gradients(made, "main", args)),
        label,
      ).toBe(thrown);
      continue;
    }
    // Where there is no value there is no derivative.
    if (Number.isNaN(interpret(program, "main", structuredClone(args))[0])) continue;
    const expected = dualGradient(program, "main", structuredClone(args), wrt);
    const { grad, pullback, argumentsAfter } = gradients(made, "main", args);
    expect(argumentsAfter, label).toEqual(args);
    const all = [...numbersOf(expected), ...numbersOf(grad)];
    // Where slopes are infinite the two modes may meet them differently.
    if (all.some((x) => !Number.isFinite(x) || Math.abs(x) > 1e8)) continue;
    expect(relativeError(expected, grad), label).toBeLessThan(1e-9);
    expect(relativeError(expected, pullback(1)), `${label}, vjp`).toBeLessThan(1e-9);
    expect(pullback(1), `${label}, second run`).toEqual(pullback(1));
  }
}
