/** Every equation of the rewrite table: as text, and to the last bit on awkward numbers. */
import { describe, expect, test } from "vitest";
import { equations } from "../../compiler/src/optimize/equations.js";
import { evaluate, fold, type Literal } from "../../compiler/src/optimize/evaluate.js";
import { simplify } from "../../compiler/src/optimize/simplify.js";
import { eliminateDeadCode } from "../../compiler/src/optimize/dce.js";
import type { Op, Program, ValueId } from "../../compiler/src/ir/ir.js";
import { type PrimName, primitives } from "../../compiler/src/ir/primitives.js";
import { canonical, parse } from "./support.js";

const clean = (text: string): Program => eliminateDeadCode(simplify(parse(text)), {});
const numbers = (body: string): string => `func f(%x: num, %y: num) -> (num) { ${body} }`;
const booleans = (body: string): string => `func f(%a: bool, %b: bool) -> (bool) { ${body} }`;
const mixed = (body: string): string => `func f(%x: num, %y: num) -> (bool) { ${body} }`;

const rewritten: readonly (readonly [string, string, string])[] = [
  ["x + -0", numbers("%c = const -0; %r = add %x %c; yield %r"), numbers("yield %x")],
  ["-0 + x", numbers("%c = const -0; %r = add %c %x; yield %r"), numbers("yield %x")],
  ["x + -y", numbers("%n = neg %y; %r = add %x %n; yield %r"), numbers("%r = sub %x %y; yield %r")],
  ["-x + y", numbers("%n = neg %x; %r = add %n %y; yield %r"), numbers("%r = sub %y %x; yield %r")],
  ["x - 0", numbers("%c = const 0; %r = sub %x %c; yield %r"), numbers("yield %x")],
  ["-0 - x", numbers("%c = const -0; %r = sub %c %x; yield %r"), numbers("%r = neg %x; yield %r")],
  ["x - -y", numbers("%n = neg %y; %r = sub %x %n; yield %r"), numbers("%r = add %x %y; yield %r")],
  ["x * 1", numbers("%c = const 1; %r = mul %x %c; yield %r"), numbers("yield %x")],
  ["1 * x", numbers("%c = const 1; %r = mul %c %x; yield %r"), numbers("yield %x")],
  ["x * -1", numbers("%c = const -1; %r = mul %x %c; yield %r"), numbers("%r = neg %x; yield %r")],
  ["-1 * x", numbers("%c = const -1; %r = mul %c %x; yield %r"), numbers("%r = neg %x; yield %r")],
  ["-x * -y", numbers("%m = neg %x; %n = neg %y; %r = mul %m %n; yield %r"), numbers("%r = mul %x %y; yield %r")],
  [
    "-x * 3",
    numbers("%n = neg %x; %c = const 3; %r = mul %n %c; yield %r"),
    numbers("%c = const -3; %r = mul %x %c; yield %r"),
  ],
  [
    "3 * -x",
    numbers("%n = neg %x; %c = const 3; %r = mul %c %n; yield %r"),
    numbers("%c = const -3; %r = mul %c %x; yield %r"),
  ],
  ["x / 1", numbers("%c = const 1; %r = div %x %c; yield %r"), numbers("yield %x")],
  ["x / -1", numbers("%c = const -1; %r = div %x %c; yield %r"), numbers("%r = neg %x; yield %r")],
  ["-x / -y", numbers("%m = neg %x; %n = neg %y; %r = div %m %n; yield %r"), numbers("%r = div %x %y; yield %r")],
  [
    "-x / 3",
    numbers("%n = neg %x; %c = const 3; %r = div %n %c; yield %r"),
    numbers("%c = const -3; %r = div %x %c; yield %r"),
  ],
  [
    "3 / -x",
    numbers("%n = neg %x; %c = const 3; %r = div %c %n; yield %r"),
    numbers("%c = const -3; %r = div %c %x; yield %r"),
  ],
  ["x ** 2", numbers("%c = const 2; %r = pow %x %c; yield %r"), numbers("%r = mul %x %x; yield %r")],
  ["x ** 1", numbers("%c = const 1; %r = pow %x %c; yield %r"), numbers("yield %x")],
  ["x ** 0", numbers("%c = const 0; %r = pow %x %c; yield %r"), numbers("%r = const 1; yield %r")],
  ["- -x", numbers("%m = neg %x; %r = neg %m; yield %r"), numbers("yield %x")],
  [
    "-(x * 3)",
    numbers("%c = const 3; %m = mul %x %c; %r = neg %m; yield %r"),
    numbers("%c = const -3; %r = mul %x %c; yield %r"),
  ],
  [
    "-(3 * x)",
    numbers("%c = const 3; %m = mul %c %x; %r = neg %m; yield %r"),
    numbers("%c = const -3; %r = mul %c %x; yield %r"),
  ],
  ["|-x|", numbers("%m = neg %x; %r = abs %m; yield %r"), numbers("%r = abs %x; yield %r")],
  ["||x||", numbers("%m = abs %x; %r = abs %m; yield %r"), numbers("%r = abs %x; yield %r")],
  ["max(x)", numbers("%r = max %x; yield %r"), numbers("yield %x")],
  ["min(x)", numbers("%r = min %x; yield %r"), numbers("yield %x")],
  [
    "(x & y) | 0",
    numbers("%m = bitAnd %x %y; %c = const 0; %r = bitOr %m %c; yield %r"),
    numbers("%r = bitAnd %x %y; yield %r"),
  ],
  [
    "0 | (x >> y)",
    numbers("%m = shr %x %y; %c = const 0; %r = bitOr %c %m; yield %r"),
    numbers("%r = shr %x %y; yield %r"),
  ],
  ["!!a", booleans("%m = not %a; %r = not %m; yield %r"), booleans("yield %a")],
  ["!(x === y)", mixed("%m = eq %x %y; %r = not %m; yield %r"), mixed("%r = ne %x %y; yield %r")],
  ["!(x !== y)", mixed("%m = ne %x %y; %r = not %m; yield %r"), mixed("%r = eq %x %y; yield %r")],
  ["a && true", booleans("%c = const true; %r = and %a %c; yield %r"), booleans("yield %a")],
  ["true && a", booleans("%c = const true; %r = and %c %a; yield %r"), booleans("yield %a")],
  ["a && false", booleans("%c = const false; %r = and %a %c; yield %r"), booleans("%r = const false; yield %r")],
  ["a && a", booleans("%r = and %a %a; yield %r"), booleans("yield %a")],
  ["a || false", booleans("%c = const false; %r = or %a %c; yield %r"), booleans("yield %a")],
  ["false || a", booleans("%c = const false; %r = or %c %a; yield %r"), booleans("yield %a")],
  ["true || a", booleans("%c = const true; %r = or %c %a; yield %r"), booleans("%r = const true; yield %r")],
  ["a || a", booleans("%r = or %a %a; yield %r"), booleans("yield %a")],
  ["a === true", booleans("%c = const true; %r = eq %a %c; yield %r"), booleans("yield %a")],
  ["a === false", booleans("%c = const false; %r = eq %a %c; yield %r"), booleans("%r = not %a; yield %r")],
  ["a !== false", booleans("%c = const false; %r = ne %a %c; yield %r"), booleans("yield %a")],
  ["a !== true", booleans("%c = const true; %r = ne %a %c; yield %r"), booleans("%r = not %a; yield %r")],
  ["true === a", booleans("%c = const true; %r = eq %c %a; yield %r"), booleans("yield %a")],
  ["false === a", booleans("%c = const false; %r = eq %c %a; yield %r"), booleans("%r = not %a; yield %r")],
  ["false !== a", booleans("%c = const false; %r = ne %c %a; yield %r"), booleans("yield %a")],
  ["true !== a", booleans("%c = const true; %r = ne %c %a; yield %r"), booleans("%r = not %a; yield %r")],
  ["x < x", mixed("%r = lt %x %x; yield %r"), mixed("%r = const false; yield %r")],
  ["x > x", mixed("%r = gt %x %x; yield %r"), mixed("%r = const false; yield %r")],
  ["!!+a", booleans("%m = fromBool %a; %r = truthy %m; yield %r"), booleans("yield %a")],
];

const kept: readonly (readonly [string, string])[] = [
  ["x + 0 (x may be -0)", numbers("%c = const 0; %r = add %x %c; yield %r")],
  ["0 + x", numbers("%c = const 0; %r = add %c %x; yield %r")],
  ["x - -0", numbers("%c = const -0; %r = sub %x %c; yield %r")],
  ["0 - x", numbers("%c = const 0; %r = sub %c %x; yield %r")],
  ["x * 0", numbers("%c = const 0; %r = mul %x %c; yield %r")],
  ["x - x (x may be infinite)", numbers("%r = sub %x %x; yield %r")],
  ["x / x", numbers("%r = div %x %x; yield %r")],
  ["x ** 0.5 (differs from sqrt at -0 and -Infinity)", numbers("%c = const 0.5; %r = pow %x %c; yield %r")],
  ["x ** 3 (differs from x * x * x)", numbers("%c = const 3; %r = pow %x %c; yield %r")],
  ["-(x - y)", numbers("%m = sub %x %y; %r = neg %m; yield %r")],
  ["(x + y) - y", numbers("%m = add %x %y; %r = sub %m %y; yield %r")],
  ["!(x < y)", mixed("%m = lt %x %y; %r = not %m; yield %r")],
  ["x <= x", mixed("%r = le %x %x; yield %r")],
  ["x === x", mixed("%r = eq %x %x; yield %r")],
  ["x | 0", numbers("%c = const 0; %r = bitOr %x %c; yield %r")],
  ["(x >>> y) | 0", numbers("%m = ushr %x %y; %c = const 0; %r = bitOr %m %c; yield %r")],
  ["stopGradient(x)", numbers("%r = stopGradient %x; yield %r")],
  ["Math.max(x, 0), 0 a literal", numbers("%c = const 0; %r = maxLiteral %x %c; yield %r")],
  ["Math.exp(1) (the engine's last digit)", numbers("%c = const 1; %r = exp %c; yield %r")],
];

/** Runs straight-line primitives. */
function run(program: Program, args: readonly Literal[]): Literal {
  const func = program.funcs.get("f");
  if (func === undefined) throw new Error("no f");
  const values = new Map<ValueId, Literal>();
  func.body.params.forEach((v, k) => values.set(v.id, args[k]));
  const step = (op: Op): void => {
    if (op.kind === "const") values.set(op.result.id, op.value);
    else if (op.kind === "prim")
      values.set(
        op.result.id,
        evaluate(
          op.name,
          op.args.map((v) => values.get(v.id)),
        ),
      );
    else throw new Error(op.kind);
  };
  func.body.ops.forEach(step);
  const result = func.body.yields?.[0];
  if (result === undefined) throw new Error("no result");
  return values.get(result.id);
}

const awkward = [
  0,
  -0,
  1,
  -1,
  2,
  0.1,
  -3.7,
  1e-310,
  -5e-324,
  1e308,
  -1e308,
  Infinity,
  -Infinity,
  NaN,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 + 2,
];

describe("equations", () => {
  test.each(rewritten)("%s is rewritten", (_, before, after) => {
    expect(canonical(clean(before))).toBe(canonical(parse(after)));
  });
  test.each(kept)("%s is kept", (_, text) => {
    expect(canonical(clean(text))).toBe(canonical(parse(text)));
  });
  test.each(rewritten)("%s keeps every bit", (_, before, after) => {
    const [a, b] = [parse(before), parse(after)];
    const samples: readonly Literal[] = before.includes("%a: bool") ? [false, true] : awkward;
    for (const x of samples) for (const y of samples) expect(run(b, [x, y])).toBe(run(a, [x, y]));
  });
  test("there is a case for each equation", () => {
    const lines = Object.values(equations).reduce((sum, list) => sum + list.length, 0);
    expect(rewritten.length).toBeGreaterThanOrEqual(lines);
  });
});

describe("constants", () => {
  const cases: readonly (readonly [PrimName, readonly Literal[], Literal])[] = [
    ["add", [0.1, 0.2], 0.1 + 0.2],
    ["div", [0, 0], NaN],
    ["div", [1, -0], -Infinity],
    ["mod", [-1, 1], -0],
    ["round", [-2.5], -2],
    ["ushr", [-1, 0], 4294967295],
    ["shl", [1, 33], 2],
    ["imul", [4294967295, 5], -5],
    ["max", [], -Infinity],
    ["min", [0, -0], -0],
    ["eq", [NaN, NaN], false],
    ["is", [NaN, NaN], true],
    ["eq", ["a", "a"], true],
    ["isNullish", [null], true],
    ["isNullish", [0], false],
    ["truthy", [NaN], false],
    ["fromBool", [true], 1],
    ["add", [undefined, 1], undefined],
    ["and", [1, true], undefined],
    ["sqrt", [2], Math.SQRT2],
    ["exp", [1], undefined],
    ["pow", [2, 10], undefined],
  ];
  test.each(cases)("%s %j", (name, operands, expected) => expect(fold(name, operands)).toBe(expected));

  test("every primitive has a value on literals of its kind", () => {
    const names = Object.keys(primitives).filter((name): name is PrimName => name in primitives);
    for (const name of names) {
      const { arity } = primitives[name];
      const count = arity === -1 ? 3 : arity;
      const found = [2, true].map((v) => evaluate(name, Array<Literal>(count).fill(v))).filter((v) => v !== undefined);
      expect(found.length, name).toBeGreaterThan(0);
      expect(typeof found[0], name).toBe(primitives[name].result === "num" ? "number" : "boolean");
    }
  });
});
