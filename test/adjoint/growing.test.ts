/** Arrays that become longer and shorter: differentiated text IR, against dual numbers, with and without optimisation. */
import { describe, expect, it } from "vitest";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { printProgram } from "../../compiler/src/ir/print.js";
import { emitText, load, problems } from "../support/emit.js";
import { dualGradient } from "../support/interpret.js";
import { growingCases as cases } from "./growing-cases.js";
import { differentiated, gradients, relativeError, withoutPasses } from "./support.js";

/** The generated TypeScript of the differentiated functions alone. */
function generated(text: string, wrt: readonly number[]): string {
  const program = differentiated(parseProgram(text), "f", wrt, []);
  const named = [...program.funcs]
    .filter(([name]) => name !== "f")
    .map(([name, func]) => {
      const plain =
        name === "f.grad" ? "grad" : name === "f.vjp" ? "vjp" : name === "f.value_and_grad" ? "both" : `_${name}`;
      return [name, { ...func, name: plain }] as const;
    });
  const renamed = new Map(named.map(([name, func]) => [name, func.name]));
  const whole = { ...program, funcs: new Map(named.map(([, func]) => [func.name, func] as const)) };
  const printed = printProgram(whole).replace(
    /call "([^"]+)"/g,
    (_, callee: string) => `call ${JSON.stringify(renamed.get(callee) ?? callee)}`,
  );
  return emitText(printed);
}

describe("generated code of arrays that change their length", () => {
  const texts = Object.fromEntries(Object.entries(cases).map(([name, c]) => [name, generated(c.text, c.wrt)]));

  it("type-checks", () => {
    expect(problems(texts)).toEqual([]);
  });

  it.each(Object.entries(cases))("%s", (name, { args, wrt, text }) => {
    const expected = dualGradient(parseProgram(text), "f", structuredClone([...args]), wrt);
    const exports = load(texts[name] ?? "");
    const given = structuredClone([...args]);
    const grad = exports["grad"]?.(...(given as never[]));
    expect(relativeError(expected, grad)).toBeLessThan(1e-12);
    expect(given).toEqual(args);
    const made = exports["vjp"]?.(...(given as never[]));
    const pullback = Array.isArray(made) ? (made[1] as (seed: number) => unknown) : undefined;
    expect(relativeError(expected, pullback?.(1))).toBeLessThan(1e-12);
    expect(pullback?.(1)).toEqual(pullback?.(1));
    expect(given).toEqual(args);
  });
});

describe("arrays that change their length", () => {
  for (const [name, { args, wrt, text }] of Object.entries(cases)) {
    for (const without of [[], withoutPasses]) {
      it(`${name}${without.length === 0 ? "" : ", no pass"}`, () => {
        const program = parseProgram(text);
        const expected = dualGradient(program, "f", structuredClone([...args]), wrt);
        const { grad, pullback, argumentsAfter } = gradients(differentiated(program, "f", wrt, without), "f", args);
        expect(relativeError(expected, grad)).toBeLessThan(1e-12);
        expect(relativeError(expected, pullback(1))).toBeLessThan(1e-12);
        expect(pullback(1)).toEqual(pullback(1));
        expect(argumentsAfter).toEqual(args);
      });
    }
  }
});
