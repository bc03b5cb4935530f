/** The rules as data: the trees read from the formulas compute what the formulas compute, and become the IR they should. */
import { describe, expect, test } from "vitest";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { Builder, value } from "../../compiler/src/ir/build.js";
import type { Op } from "../../compiler/src/ir/ir.js";
import { primitives, type PrimName } from "../../compiler/src/ir/primitives.js";
import { num } from "../../compiler/src/ir/types.js";
import { walk } from "../../compiler/src/ir/walk.js";
import { flat } from "../../compiler/src/rules/flat.js";
import { instantiate } from "../../compiler/src/rules/instantiate.js";
import type { Rule, RuleExpr } from "../../compiler/src/rules/rule.js";
import { ruleEntry } from "../../compiler/src/rules/table.js";
import { applyPrimitive, evaluateSlot } from "../support/evaluate-rule.js";

const names = Object.keys(primitives).filter((name): name is PrimName => name in primitives);
const arities = (name: PrimName): readonly number[] =>
  primitives[name].arity === -1 ? [1, 2, 3, 4] : [primitives[name].arity];

/** A fixed sequence of numbers, some equal, some zero. */
function* sample(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state % 5 === 0 ? 0 : state % 5 === 1 ? 1 : (state / 2147483648) * 4 - 2;
  }
}

describe("the table", () => {
  test("has a rule for every primitive, with a slot per operand", () => {
    for (const name of names) for (const arity of arities(name)) expect(ruleSet(name, arity).slots).toHaveLength(arity);
  });

  test("is flat exactly where it says so", () => {
    const isFlat = (name: PrimName) =>
      arities(name).every((arity) => ruleSet(name, arity).slots.every((slot) => slot === null));
    expect(names.filter(isFlat).sort()).toEqual([...flat].sort());
  });

  test("is flat wherever the result is a truth value", () => {
    for (const name of names.filter((n) => primitives[n].result === "bool")) expect(ruleEntry(name).kind).toBe("flat");
  });

  test("keeps what it has read", () => {
    expect(ruleSet("max", 3)).toBe(ruleSet("max", 3));
    expect(ruleSet("max", 3)).not.toBe(ruleSet("max", 2));
  });

  test("refuses a wrong number of operands", () => {
    expect(() => ruleSet("sin", 2)).toThrow("sin takes 1 operands");
  });
});

describe("trees compute what the formulas compute", () => {
  for (const name of names) {
    const entry = ruleEntry(name);
    if (entry.kind !== "formula") continue;
    test(`of ${name}`, () => {
      const numbers = sample(7);
      for (let round = 0; round < 200; round++) {
        const operands = Array.from({ length: primitives[name].arity }, () => numbers.next().value);
        const g = numbers.next().value;
        const z = Number(applyPrimitive(name, operands));
        const trees = ruleSet(name, operands.length).slots.map((slot) => evaluateSlot(slot, g, z, operands));
        expect(trees).toEqual([entry.formula(g, z, ...operands)].flat());
      }
    });
  }
});

describe("families", () => {
  test.each(["max", "min", "maxLiteral", "minLiteral"] as const)("%s hands out exactly what it gets", (name) => {
    const numbers = sample(3);
    for (const arity of [1, 2, 3, 4, 7]) {
      for (let round = 0; round < 100; round++) {
        const operands = Array.from({ length: arity }, () => Math.round(numbers.next().value));
        const z = Number(applyPrimitive(name, operands));
        const shares = ruleSet(name, arity).slots.map((slot) => evaluateSlot(slot, 1, z, operands));
        expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 14);
        shares.forEach((share, i) => expect(share === 0 || operands[i] === z).toBe(true));
      }
    }
  });

  test.each(["max", "min"] as const)("%s treats its operands alike", (name) => {
    const slopes = (operands: readonly number[]) =>
      ruleSet(name, operands.length).slots.map((slot) =>
        evaluateSlot(slot, 1, Number(applyPrimitive(name, operands)), operands),
      );
    for (const operands of [
      [1, 1, 0],
      [0, 1, 0, 1],
      [2, 2, 2, 2],
      [3, 1],
    ]) {
      expect(slopes([...operands].toReversed())).toEqual(slopes(operands).toReversed());
    }
  });
});

describe("what a rule keeps for the reverse sweep", () => {
  const needs = (rule: Rule): string => {
    const found = new Set<string>();
    const visit = (expr: RuleExpr): void => {
      if (expr.kind === "result") found.add("z");
      if (expr.kind === "operand") found.add("xy"[expr.index] ?? "?");
      if (expr.kind === "prim") expr.args.forEach(visit);
      if (expr.kind === "cond") [expr.test, expr.then, expr.else].forEach(visit);
    };
    for (const slot of rule.slots) if (slot !== null) visit(slot);
    return [...found].sort().join("");
  };
  test.each([
    ["add", ""],
    ["sub", ""],
    ["neg", ""],
    ["fround", ""],
    ["exp", "z"],
    ["sqrt", "z"],
    ["cbrt", "z"],
    ["tan", "z"],
    ["log", "x"],
    ["sin", "x"],
    ["tanh", "x"],
    ["mul", "xy"],
    ["div", "yz"],
    ["max", "xy"],
    ["atan2", "xy"],
  ] as const)("%s: %s", (name, expected) => {
    expect(needs(ruleSet(name, arities(name)[1] ?? primitives[name].arity))).toBe(expected);
  });
  test.each([
    [1, ""],
    [2, "x"],
    [0.5, "z"],
    [-1, "z"],
    [-2, "xz"],
    [2.7, "x"],
  ])("x ** %d: %s", (exponent, expected) => {
    expect(needs(powConstant(exponent))).toBe(expected);
  });
});

describe("instantiate", () => {
  const build = (slots: readonly (RuleExpr | null)[], arity: number) => {
    const builder = new Builder();
    const [adjoint, result] = [value(num, "g"), value(num, "z")];
    const operands = Array.from({ length: arity }, (_, i) => value(num, `x${i}`));
    const asked: string[] = [];
    const environment = {
      adjoint,
      result: () => {
        asked.push("z");
        return result;
      },
      operand: (i: number) => {
        asked.push(`x${i}`);
        return operands[i]!;
      },
    };
    const memo = new Map();
    const values = slots.map((slot) => (slot === null ? undefined : instantiate(builder, slot, environment, memo)));
    const ops: Op[] = [];
    walk(builder.region([], []), (op) => ops.push(op));
    return { builder, values, asked, ops, adjoint, result, operands };
  };
  const prims = (ops: readonly Op[]) => ops.map((op) => (op.kind === "prim" ? op.name : op.kind));

  test("exp asks for its result only", () => {
    const { ops, asked, adjoint, result } = build(ruleSet("exp", 1).slots, 1);
    expect(asked).toEqual(["z"]);
    expect(ops).toMatchObject([{ kind: "prim", name: "mul", args: [adjoint, result] }]);
  });

  test("the constant of a block is computed once", () => {
    expect(prims(build(ruleSet("tanh", 1).slots, 1).ops)).toEqual(["cosh", "mul", "div"]);
    expect(prims(build(ruleSet("atan2", 2).slots, 2).ops).filter((name) => name === "hypot")).toHaveLength(1);
  });

  test("a conditional becomes an if whose arms hold what only they need", () => {
    const { builder, values } = build(ruleSet("expm1", 1).slots, 1);
    const last = builder.ops.at(-1);
    expect(last?.kind).toBe("if");
    if (last?.kind !== "if") return;
    expect(last.results).toEqual(values);
    expect(prims(last.then.ops)).toEqual(["const", "add", "mul"]);
    expect(prims(last.else.ops)).toEqual(["exp", "mul"]);
  });

  test("what is first needed in one arm is not read from the other", () => {
    const shared: RuleExpr = { kind: "prim", name: "sin", args: [{ kind: "operand", index: 0 }] };
    const test: RuleExpr = {
      kind: "prim",
      name: "gt",
      args: [
        { kind: "operand", index: 0 },
        { kind: "const", value: 0 },
      ],
    };
    const { builder } = build([{ kind: "cond", test, then: shared, else: shared }, shared], 1);
    expect(prims(builder.ops)).toEqual(["const", "gt", "if", "sin"]);
    const branch = builder.ops[2];
    if (branch?.kind !== "if") throw new Error("an if");
    expect([prims(branch.then.ops), prims(branch.else.ops)]).toEqual([["sin"], ["sin"]]);
  });
});
