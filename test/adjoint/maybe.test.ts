/** Values that may be absent, casts and unions of records: the reverse transformation against dual numbers, and the code that comes out. */
import { describe, expect, it } from "vitest";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { verify } from "../../compiler/src/ir/verify.js";
import { dualGradient, interpret } from "../support/interpret.js";
import { absenceCases } from "./absence-cases.js";
import { unionCases } from "./union-cases.js";
import { differentiated, generatedText, gradients, relativeError, withoutPasses } from "./support.js";
import { load, problems } from "../support/emit.js";

const declarations = `
interface ListNode { value: number; next: ListNode | null }
interface Tree { x: number; left?: Tree; right?: Tree }
interface Circle { kind: "circle"; r: number }
interface Rect { kind: "rect"; w: number; h: number }
type Shape = Circle | Rect;
interface P { x: number; k?: number }
interface Q { x: number; k?: number | null }
interface R { w?: number[]; v: Float64Array | null }
interface Lit { op: "lit"; v: number }
interface Var { op: "var" }
interface Bin { op: "add" | "mul"; l: Expr; r: Expr }
type Expr = Lit | Var | Bin;`;

describe("absence, casts and unions", () => {
  for (const [name, { args, wrt, text }] of Object.entries({ ...absenceCases, ...unionCases })) {
    const program = parseProgram(text);
    verify(program);
    for (const without of [[], withoutPasses]) {
      it(`${name}${without.length > 0 ? ", without passes" : ""}`, () => {
        const expected = dualGradient(program, "f", structuredClone([...args]), wrt);
        const result = differentiated(program, "f", wrt, without);
        const { grad, pullback, argumentsAfter } = gradients(result, "f", args);
        const all = wrt.length === 1 ? [grad] : (grad as readonly unknown[]);
        expect(relativeError(expected, all), JSON.stringify([expected, all])).toBeLessThan(1e-12);
        expect(argumentsAfter).toEqual(args);
        for (let run = 0; run < 2; run++)
          expect(relativeError(expected, wrt.length === 1 ? [pullback(1)] : pullback(1))).toBeLessThan(1e-12);

        const generated = generatedText(program, "f", wrt, without, declarations);
        expect(problems({ [`maybe-${name}`]: generated }), generated).toEqual([]);
        const exports = load(generated);
        const given = structuredClone([...args]);
        const run = exports["f_grad"]?.(...(given as never[]));
        expect(relativeError(expected, wrt.length === 1 ? [run] : run), generated).toBeLessThan(1e-12);
        expect(JSON.stringify(shapeOf(wrt.length === 1 ? [run] : run))).toBe(JSON.stringify(shapeOf(expected)));
        expect(given).toEqual(args);
      });
    }
  }
});

describe("seeds of results with members that may be absent", () => {
  const text = `record P (x: num, k: num? optional) text "P"
record Node (value: num, next: %Node?null) text "ListNode"
record Out (p: %P, list: %Node?null) text "Out"
func f(%x: num) -> (%Out) {
  %0 = const 0
  %null: %Node?null = const null
  %xx = mul %x %x
  %large = gt %x %0
  %k: num? = if %large { %e = exp %x; %w: num? = cast %e; yield %w } else { %none: num? = const undefined; yield %none }
  %p: %P = new %xx %k
  %s = sin %x
  %node: %Node = new %s %null
  %list: %Node?null = if %large { %w: %Node?null = cast %node; yield %w } else { yield %null }
  %out: %Out = new %p %list
  yield %out
}`;
  const program = parseProgram(text);
  verify(program);
  const seedAll = { p: { x: 2, k: 3 }, list: { value: 5, next: null } };
  const seedLess = { p: { x: 2 }, list: null };
  const slope = (x: number, seed: typeof seedAll | typeof seedLess): number => {
    const there = x > 0;
    const k = "k" in seed.p && there ? seed.p.k * Math.exp(x) : 0;
    return 2 * 2 * x + k + (there && seed.list !== null ? seed.list.value * Math.cos(x) : 0);
  };
  for (const without of [[], withoutPasses]) {
    it.each([0.5, -0.5])(`at %d${without.length > 0 ? ", without passes" : ""}`, (x) => {
      const result = differentiated(program, "f", [0], without);
      const [, interpreted] = interpret(result, "f.vjp", [x]);
      const generated = generatedText(
        program,
        "f",
        [0],
        without,
        `${declarations}\ninterface Out { p: P; list: ListNode | null }`,
      );
      expect(problems({ seeds: generated }), generated).toEqual([]);
      const vjp = load(generated)["f_vjp"];
      if (vjp === undefined) throw new Error("f_vjp is missing");
      const [, emitted] = vjp(...([x] as never[])) as [unknown, (seed: unknown) => unknown];
      for (const seed of [seedAll, seedLess, seedAll]) {
        expect((interpreted as (seed: unknown) => unknown)(seed)).toBeCloseTo(slope(x, seed), 12);
        expect(emitted(seed)).toBeCloseTo(slope(x, seed), 12);
      }
    });
  }
});

/** The members of a structure, in order, without its numbers. */
function shapeOf(x: unknown): unknown {
  if (typeof x === "number") return 0;
  if (typeof x !== "object" || x === null) return x;
  if (Array.isArray(x)) return x.map(shapeOf);
  return Object.fromEntries(
    Object.entries(x)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, shapeOf(member)]),
  );
}
