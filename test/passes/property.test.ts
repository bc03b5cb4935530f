/** Every pass, alone and in every preset, keeps what random programs do: results, effects, exceptions, to the last bit. */
import { describe, expect, test } from "vitest";
import type { Program } from "../../compiler/src/ir/ir.js";
import { printProgram } from "../../compiler/src/ir/print.js";
import { verify } from "../../compiler/src/ir/verify.js";
import {
  afterDifferentiation,
  beforeDifferentiation,
  type NamedPass,
  optimize,
} from "../../compiler/src/optimize/index.js";
import { interpret, type JsValue } from "../support/interpret.js";
import { Random } from "../support/random.js";
import { randomArguments, randomProgram } from "./random-ir.js";

const programs = Number(process.env["PASS_PROGRAMS"] ?? 60);
const firstSeed = Number(process.env["PASS_SEED"] ?? 1);
const inputs = 4;

interface Outcome {
  readonly results: readonly JsValue[];
  readonly thrown: string | undefined;
  readonly printed: readonly unknown[][];
  readonly argumentsAfter: readonly unknown[];
}

function observe(program: Program, seed: number): Outcome {
  const source = new Random(seed);
  const args = randomArguments(() => source.real());
  const printed: unknown[][] = [];
  try {
    const results = interpret(program, "main", args as JsValue[], { console: printed, fuel: 200_000 });
    return { results, thrown: undefined, printed, argumentsAfter: args };
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    return { results: [], thrown: error.message, printed, argumentsAfter: args };
  }
}

function check(seed: number, passes: readonly NamedPass[]): void {
  const source = new Random(seed);
  const program = randomProgram(() => source.real(), 10 + Math.floor(source.real() * 50));
  verify(program);
  let failed = "";
  const after = optimize(program, passes, {
    entries: new Set(["main"]),
    afterEach: (name, made) => {
      failed = name;
      verify(made);
    },
  });
  for (let input = 0; input < inputs; input++) {
    const [before, now] = [observe(program, seed * 100 + input), observe(after, seed * 100 + input)];
    expect(
      now,
      `seed ${seed}, input ${input}, last pass ${failed}\n${printProgram(program)}\nbecomes\n${printProgram(after)}`,
    ).toStrictEqual(before);
  }
}

const single = new Map([...beforeDifferentiation, ...afterDifferentiation].map((named) => [named.name, [named]]));

describe("random programs", () => {
  test.each([...single])("%s", (_, passes) => {
    for (let k = 0; k < programs; k++) check(firstSeed + k, passes);
  });
  test("all passes before differentiation", () => {
    for (let k = 0; k < programs; k++) check(firstSeed + 10_000 + k, beforeDifferentiation);
  });
  test("all passes after differentiation", () => {
    for (let k = 0; k < programs; k++) check(firstSeed + 20_000 + k, afterDifferentiation);
  });
  test("the passes in any order", () => {
    const all = [...single.values()].flat();
    for (let k = 0; k < programs; k++) {
      const order = new Random(firstSeed + 30_000 + k);
      check(
        firstSeed + 30_000 + k,
        Array.from({ length: 6 }, () => all[Math.floor(order.real() * all.length)]).filter((p) => p !== undefined),
      );
    }
  });
});
