/**
 * Every rule against slopes computed in 900 digits by `support/references/slopes.py`, at ordinary and at extreme points.
 * The rules run as they stand: no compiler in the loop.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { primitives, type PrimName } from "../../compiler/src/ir/primitives.js";
import { ruleEntry } from "../../compiler/src/rules/table.js";
import { applyPrimitive, evaluateSlot, ulps } from "../support/evaluate-rule.js";

/** The arguments, then the slope in each; what is beyond the doubles is the text "Infinity". */
type Row = readonly [args: readonly number[], slopes: readonly (number | string)[]];

const isRow = (x: unknown): x is Row => Array.isArray(x) && x.length === 2 && x.every(Array.isArray);

const parsed: unknown = JSON.parse(readFileSync(new URL("../support/references/slopes.json", import.meta.url), "utf8"));
const references: readonly (readonly [name: string, rows: readonly Row[]])[] = Object.keys(parsed ?? {}).map((name) => {
  const rows: unknown = Object.getOwnPropertyDescriptor(parsed, name)?.value;
  return [name, Array.isArray(rows) ? rows.filter(isRow) : []];
});

/** Units in the last place allowed; a slope below `floor` may also be 0 or off by as much (its square overflowed). */
const limits: Record<string, { readonly ulps: number | ((x: number, y: number) => number); readonly floor?: number }> =
  {
    acos: { ulps: 2 },
    acosh: { ulps: 3 },
    asin: { ulps: 2 },
    asinh: { ulps: 3 },
    atan: { ulps: 2, floor: 1e-307 },
    atan2: { ulps: 5, floor: 1e-307 },
    atanh: { ulps: 3 },
    cbrt: { ulps: 4 },
    cos: { ulps: 2 },
    cosh: { ulps: 2 },
    div: { ulps: 2 },
    exp: { ulps: 2 },
    expm1: { ulps: 2 },
    hypot: { ulps: 3 },
    log: { ulps: 1 },
    log10: { ulps: 2, floor: 1e-308 },
    log1p: { ulps: 1 },
    log2: { ulps: 2 },
    mod: { ulps: 0 },
    /** `y - 1` is rounded below y = 1, which the slope feels |ln x| times. */
    pow: { ulps: (x, y) => (y < 1 ? 4 + Math.abs(Math.log(x)) : 4) },
    sin: { ulps: 2 },
    sinh: { ulps: 2 },
    sqrt: { ulps: 2 },
    sqrtSumSquares: { ulps: 2 },
    tan: { ulps: 3 },
    tanh: { ulps: 4, floor: 1e-307 },
  };

const isPrimName = (name: string): name is PrimName => name in primitives;

/** The slopes that are further from their reference than allowed, in words. */
function misses(
  rows: readonly Row[],
  slopes: (args: readonly number[]) => readonly number[],
  floor: number,
  allowed: (args: readonly number[]) => number,
): string[] {
  return rows.flatMap(([args, expected]) => {
    const actual = slopes(args);
    return expected.flatMap((slope, i) => {
      const reference = Number(slope);
      const got = actual[i] ?? NaN;
      const distance = Math.abs(got - reference) <= floor ? 0 : ulps(got, reference);
      return distance <= allowed(args)
        ? []
        : [`d${i} at (${args.join(", ")}): ${got}, not ${reference} (${distance} ulp)`];
    });
  });
}

test("there are references", () => {
  expect(references.map(([name]) => name).filter(isPrimName)).toEqual(expect.arrayContaining(Object.keys(limits)));
  expect(references.reduce((sum, [, rows]) => sum + rows.length, 0)).toBeGreaterThan(5000);
});

describe("slopes against references", () => {
  for (const [name, rows] of references.filter(([key]) => isPrimName(key))) {
    test(`${name}: ${rows.length} points`, () => {
      if (!isPrimName(name)) return;
      const limit = limits[name];
      const slopes = (args: readonly number[]) => {
        const z = Number(applyPrimitive(name, args));
        const entry = ruleEntry(name);
        if (entry.kind === "formula") return [entry.formula(1, z, ...args)].flat();
        return ruleSet(name, args.length).slots.map((slot) => evaluateSlot(slot, 1, z, args));
      };
      const allowed = limit?.ulps ?? 0;
      const ulpsAt = ([x = NaN, y = NaN]: readonly number[]) => (typeof allowed === "number" ? allowed : allowed(x, y));
      expect(misses(rows, slopes, limit?.floor ?? 0, ulpsAt)).toEqual([]);
    });
  }
});

describe("slopes of x ** literal against references", () => {
  for (const [key, rows] of references.filter(([k]) => k.startsWith("pow "))) {
    const exponent = Number(key.slice(4));
    test(`x ** ${exponent}: ${rows.length} points`, () => {
      const [slot] = powConstant(exponent).slots;
      const slopes = ([x = NaN]: readonly number[]) => [evaluateSlot(slot ?? null, 1, x ** exponent, [x])];
      expect(misses(rows, slopes, 0, () => 3)).toEqual([]);
    });
  }
});
