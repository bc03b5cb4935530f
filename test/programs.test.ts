/**
 * Programs from various fields, each against extrapolated differences of the program itself: in every mode, at random
 * inputs, with respect to every number of the differentiated parameters.
 */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type ProgramCase, programCases } from "./programs/cases.js";
import { compileAndLoad } from "./support/compile-and-load.js";
import { cloneData, difference, leaves, mapLeaves, numberAt, type Path, pathText } from "./support/data.js";
import { differenceAt } from "./support/differences.js";
import { Random } from "./support/random.js";

type AnyFunction = (...args: readonly unknown[]) => unknown;

const placeOf = (file: string): string => fileURLToPath(new URL(`./programs/${file}`, import.meta.url));

async function primalOf({ file, name }: ProgramCase): Promise<AnyFunction> {
  return functionOf((await import(placeOf(file))) as Record<string, unknown>, name);
}

function functionOf(exports: Readonly<Record<string, unknown>>, name: string): AnyFunction {
  const found = exports[name];
  if (typeof found !== "function") throw new Error(`no function ${name}`);
  return found as AnyFunction;
}

/** Sum of the numbers of a structure, each times its weight. */
const weighted = (value: unknown, weights: unknown): number =>
  leaves(value).reduce((sum, leaf) => sum + leaf.value * numberAt(weights, leaf.path), 0);

interface Derivatives {
  /** Where the mode gives one. */
  readonly value?: unknown;
  /** One structure for each differentiated parameter. */
  readonly gradients: readonly unknown[];
  readonly seed: unknown;
}

/** What the generated function of a mode says. */
function derivatives(
  generated: Readonly<Record<string, unknown>>,
  { name, wrt }: ProgramCase,
  mode: ProgramCase["modes"][number],
  args: readonly unknown[],
  random: Random,
): Derivatives {
  const run = functionOf(generated, `${name}_${mode}`);
  const split = (gradient: unknown): readonly unknown[] =>
    wrt.length === 1 ? [gradient] : (gradient as readonly unknown[]);
  if (mode === "grad") return { gradients: split(run(...args)), seed: 1 };
  const result = run(...args) as readonly [unknown, unknown];
  if (mode === "value_and_grad") return { value: result[0], gradients: split(result[1]), seed: 1 };

  const [value, pullback] = result as readonly [unknown, AnyFunction];
  const seed = mapLeaves(value, () => random.real(-1, 1));
  const first = split(pullback(cloneData(seed)));
  expect(difference(split(pullback(cloneData(seed))), first), "a pullback that runs twice").toBeUndefined();
  return { value, gradients: first, seed };
}

describe.each(programCases)("$file $name", (program) => {
  test.each([1, 2, 3])("at random input %i", async (seed) => {
    const primal = await primalOf(program);
    const generated = await compileAndLoad(placeOf(program.file));
    const args = program.args(new Random(seed));
    const value = primal(...cloneData(args));

    for (const mode of program.modes) {
      const given = cloneData(args);
      const found = derivatives(generated, program, mode, given, new Random(seed + 100));
      expect(difference(given, args), `the arguments after ${mode}`).toBeUndefined();
      expect(difference("value" in found ? found.value : value, value), `the value of ${mode}`).toBeUndefined();

      const projected = (...shifted: readonly unknown[]): number => weighted(primal(...shifted), found.seed);
      const wrong: string[] = [];
      let smooth = 0;
      let count = 0;
      program.wrt.forEach((parameter, position) => {
        for (const { path } of leaves(args[parameter])) {
          const whole: Path = [parameter, ...path];
          const estimate = differenceAt(projected, args, whole);
          count++;
          if (!estimate.smooth) continue;
          smooth++;
          const derivative = numberAt(found.gradients, [position, ...path]);
          const allowed = 1e-6 * Math.max(1e-2, Math.abs(estimate.value)) + 4 * estimate.error;
          if (Math.abs(derivative - estimate.value) <= allowed) continue;
          wrong.push(`${pathText(whole)}: ${derivative}, differences say ${estimate.value} ± ${estimate.error}`);
        }
      });
      expect(wrong, `the gradients of ${mode}`).toEqual([]);
      // A kink may happen to be near one of the inputs, not near most of them.
      expect(smooth).toBeGreaterThanOrEqual(0.7 * count);
    }
  });
});
