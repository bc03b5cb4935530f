/** The interpreter is a judge, so it is judged first: against JavaScript itself, differences, and values known by hand. */
import { describe, expect, it } from "vitest";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import type { Program } from "../../compiler/src/ir/ir.js";
import { verify } from "../../compiler/src/ir/verify.js";
import type { JsValue } from "../support/dual.js";
import {
  dualGradient,
  interpret,
  InterpreterError,
  type InterpretOptions,
  jvp,
  OutOfFuelError,
} from "../support/interpret.js";

const parse = (text: string): Program => {
  const program = parseProgram(text);
  verify(program);
  return program;
};
const run = (text: string, args: readonly JsValue[], options?: InterpretOptions): readonly JsValue[] =>
  interpret(parse(text), "f", args, options);

/** A derivative of order six in the step. */
function difference(f: (x: number) => number, x: number): number {
  const h = 2e-3 * Math.max(Math.abs(x), 0.1);
  const at = (k: number): number => f(x + k * h) - f(x - k * h);
  return (45 * at(1) - 9 * at(2) + at(3)) / (60 * h);
}

/** `new Array(length)`: elements that were never set. */
function holes(length: number): number[] {
  const made: number[] = [];
  made.length = length;
  return made;
}

/** What each program returns, on plain values. */
const plain: readonly (readonly [what: string, text: string, args: readonly JsValue[], results: readonly JsValue[]])[] =
  [
    [
      "a literal of each kind",
      'func f() -> (num, bool, str, void, void) { %a = const -0; %b = const true; %c = const "x"; %d = const null; %e = const undefined; yield %a, %b, %c, %d, %e }',
      [],
      [-0, true, "x", null, undefined],
    ],
    [
      "reads past the end",
      "func f(%x: [num], %y: Float64Array) -> (num, num, num) { %5 = const 5; %a = load %x[%5]; %b = load %y[%5]; %c = add %a %5; yield %a, %b, %c }",
      [[1], new Float64Array(1)],
      [undefined, undefined, NaN],
    ],
    [
      "writes past the end",
      "func f(%x: [num], %y: Float64Array) -> (num, num, num) { %2 = const 2; store %x[%2] = %2; store %y[%2] = %2; %a = length %x; %b = length %y; %c = load %y[%2]; yield %a, %b, %c }",
      [[1], new Float64Array(1)],
      [3, 1, undefined],
    ],
    [
      "a loop down",
      "func f(%n: num) -> (num, num) { %0 = const 0; for %i = %n to %0 step -2 test > (%s = %0: num) -> (%r) count %c { %t = add %s %i; yield %t }; yield %r, %c }",
      [5],
      [9, 3],
    ],
    [
      "a loop that never runs",
      "func f(%n: num) -> (num, num) { %0 = const 0; for %i = %0 to %n step 1 test < (%s = %n: num) -> (%r) count %c { yield %i }; yield %r, %c }",
      [NaN],
      [NaN, 0],
    ],
    [
      "loops with <= and >=",
      "func f(%n: num) -> (num, num) { %0 = const 0; for %i = %0 to %n step 1 test <= count %c {}; for %i = %n to %0 step -1 test >= count %d {}; yield %c, %d }",
      [2.5],
      [3, 3],
    ],
    [
      "a loop that breaks",
      "func f(%n: num) -> (num, num) { %0 = const 0; %9 = const 9; for %i = %0 to %9 step 1 test < (%s = %0: num) breaks -> (%r) count %c { %t = add %s %i; %b = ge %i %n; yield %b, %t }; yield %r, %c }",
      [3],
      [6, 4],
    ],
    [
      "a while",
      "func f(%n: num) -> (num, num) { %1 = const 1; while (%x = %n: num) -> (%r) count %c cond { %b = gt %x %1; yield %b } body { %2 = const 2; %y = div %x %2; yield %y }; yield %r, %c }",
      [10],
      [0.625, 4],
    ],
    [
      "a while that breaks before its test is made again",
      "func f(%n: num) -> (num) { while (%x = %n: num) breaks -> (%r) cond { %t = const true; yield %t } body { %1 = const 1; %y = sub %x %1; %b = lt %y %1; yield %b, %y }; yield %r }",
      [3.5],
      [0.5],
    ],
    [
      "an if with two results",
      "func f(%b: bool) -> (num, num) { %1 = const 1; %2 = const 2; %p, %q = if %b { yield %1, %2 } else { yield %2, %1 }; yield %p, %q }",
      [false],
      [2, 1],
    ],
    [
      "recursion",
      "func f(%n: num) -> (num) { %1 = const 1; %b = le %n %1; %r = if %b { yield %1 } else { %m = sub %n %1; %p: num = call f(%m); %q = mul %n %p; yield %q }; yield %r }",
      [6],
      [720],
    ],
    [
      "arrays that share",
      "func f(%n: num) -> (num) { %0 = const 0; %a: [num] = new %n; %m: [[num]] = new %a %a; %row = load %m[%0]; store %row[%0] = %0; %v = load %a[%0]; yield %v }",
      [4],
      [0],
    ],
    [
      "allocation",
      "func f(%n: num) -> (Float64Array, [num], [num], Int8Array) { %a: Float64Array = alloc %n; %b: [num] = alloc %n fill 7; %c: [num] = alloc %n; %d: Int8Array = alloc %n fill 300; yield %a, %b, %c, %d }",
      [2],
      [new Float64Array(2), [7, 7], holes(2), new Int8Array([44, 44])],
    ],
    [
      "rounding typed arrays",
      "func f(%x: num) -> (num, num, num) { %1 = const 1; %0 = const 0; %a: Float32Array = alloc %1; store %a[%0] = %x; %u = load %a[%0]; %b: Uint8ClampedArray = alloc %1; store %b[%0] = %x; %v = load %b[%0]; %c: Int16Array = alloc %1; store %c[%0] = %x; %w = load %c[%0]; yield %u, %v, %w }",
      [300.7],
      [Math.fround(300.7), 255, 300],
    ],
    [
      "accum",
      'func f(%x: num) -> (num, num) { %0 = const 0; %a: [num] = new %x; accum %a[%0] += %x; %t: (num) = new %x; accum %t."0" += %x; %u = load %a[%0]; %v = load %t."0"; yield %u, %v }',
      [3],
      [6, 6],
    ],
    [
      "records",
      "record P (x: num, s: str)\nfunc f(%p: %P) -> (%P, num) { %x = load %p.x; %s = load %p.s; %y = neg %x; %q: %P = new %y %s; store %p.x = %y; %z = load %p.x; yield %q, %z }",
      [{ x: 2, s: "a" }],
      [{ x: -2, s: "a" }, -2],
    ],
    [
      "a deep copy",
      "record P (x: num, a: [num])\nfunc f(%p: %P) -> (%P, %P) { %c = copy %p; %0 = const 0; %a = load %c.a; store %a[%0] = %0; yield %p, %c }",
      [{ x: 1, a: [5] }],
      [
        { x: 1, a: [5] },
        { x: 1, a: [0] },
      ],
    ],
    [
      "zeros, addInto, clear and export",
      'record P (x: num, a: Float32Array, s: str, m: [(num, bool)])\nrecord "P.adjoint" (x: num, a: Float64Array, m: [(num, num)])\nrecord G (x: num, a: Float32Array)\nfunc f(%p: %P) -> (%"P.adjoint", %G, %"P.adjoint") { %z = zeros %p; %d = zeros %p; addInto %d %p; addInto %d %p; %g: %G = export %d; %e = copy %d; clear %d; yield %e, %g, %d }',
      [{ x: 1, a: new Float32Array([2, 3]), s: "a", m: [[4, true]] }],
      [
        { x: 2, a: new Float64Array([4, 6]), m: [[8, 0]] },
        { x: 2, a: new Float32Array([4, 6]) },
        { x: 0, a: new Float64Array(2), m: [[0, 0]] },
      ],
    ],
    [
      "globals, made once",
      "global k: [num] { %1 = const 1; %a: [num] = new %1; yield %a }\nfunc f() -> (num) { %0 = const 0; %a = global k; %b = global k; accum %a[%0] += %0; %2 = const 2; store %a[%0] = %2; %v = load %b[%0]; yield %v }",
      [],
      [2],
    ],
    [
      "foreign values",
      'func f(%x: num, %a: [num]) -> (str, num) { %s: str = foreign pure "String(" %x ") + \\"!\\""; %n: num = foreign "" %a ".push(1)"; yield %s, %n }',
      [1.5, [0]],
      ["1.5!", 2],
    ],
    [
      "a tape",
      "func f(%x: num, %b: bool, %a: [num]) -> (num, bool, [num], num) { %t = openTape; %2 = const 2; reserve %t %2 %2; save %t %x %b; save %t %2 %a; %p: num, %q: [num] = restore %t; %r: num, %s: bool = restore %t; closeTape %t; yield %p, %s, %q, %r }",
      [5, true, [1]],
      [2, true, [1], 5],
    ],
    [
      "a tape that is rewound",
      "func f(%x: num) -> (num, num) { %t = openTape owned; %1 = const 1; reserve %t %1 %1; save %t %x; %m = tapeTop %t; %a: num = restore %t; tapeRewind %t %m; %b: num = restore %t; yield %a, %b }",
      [5],
      [5, 5],
    ],
  ];

describe("execution", () => {
  it.each(plain)("%s", (_, text, args, results) => {
    expect(run(text, args)).toStrictEqual(results);
  });

  it("writes into its arguments as JavaScript does", () => {
    const x = new Float64Array([1, 2]);
    run("func f(%x: Float64Array) -> () { %0 = const 0; store %x[%0] = %0 }", [x]);
    expect(x).toEqual(new Float64Array([0, 2]));
  });

  it("collects console calls, and drops them otherwise", () => {
    const text =
      'func f(%x: num, %a: [num]) -> () { foreign "console.log(\\"x\\", " %x ")"; foreign "console.warn(" %a ")"; %0 = const 0; store %a[%0] = %x }';
    const calls: unknown[][] = [];
    run(text, [1, [5]], { console: calls });
    expect(calls).toEqual([["x", 1], [[5]]]);
    expect(() => run(text, [1, [5]])).not.toThrow();
  });

  it("finds imported names in its scope", () => {
    expect(
      run('func f(%x: num) -> (num) { %y: num = foreign "twice(" %x ")" import twice "/twice.ts"; yield %y }', [4], {
        scope: { twice: (x: number) => 2 * x },
      }),
    ).toEqual([8]);
  });

  it("throws what the program throws", () => {
    expect(() => run('func f(%x: num) -> () { throw "new RangeError(`bad " %x "`)" }', [3])).toThrow(RangeError);
    expect(() =>
      run("func f(%x: [[num]]) -> (num) { %0 = const 0; %r = load %x[%0]; %v = load %r[%0]; yield %v }", [[]]),
    ).toThrow(TypeError);
  });

  it("makes closures over the values of their time", () => {
    const text = `func f(%n: num) -> ([fn(num) -> (num)], fn() -> (), fn() -> (num, num)) {
      %0 = const 0; %all: [fn(num) -> (num)] = alloc %n
      for %i = %0 to %n step 1 test < { %g = closure (%s: num) { %y = mul %s %i; yield %y }; store %all[%i] = %g }
      %none = closure () { }
      %two = closure () { yield %n, %0 }
      yield %all, %none, %two
    }`;
    const [all, none, two] = run(text, [3]) as [((s: number) => number)[], () => unknown, () => unknown];
    expect(all.map((g) => g(10))).toEqual([0, 10, 20]);
    expect(none()).toBe(undefined);
    expect(two()).toEqual([3, 0]);
  });

  it("stops loops that never end", () => {
    const text = "func f() -> () { while cond { %t = const true; yield %t } body { } }";
    expect(() => run(text, [], { fuel: 1000 })).toThrow(OutOfFuelError);
    expect(() => run("func f() -> () { call f() }", [], { fuel: 1000 })).toThrow(OutOfFuelError);
  });

  it.each([
    ["a restore of another kind", "%t = openTape; reserve %t %x %x; save %t %x; %b: bool = restore %t"],
    ["a restore of fewer", "%t = openTape; reserve %t %x %x; save %t %x %x; %y: num = restore %t"],
    ["a restore of nothing", "%t = openTape; %y: num = restore %t"],
    ["a save without room", "%t = openTape; save %t %x"],
    ["a save with too little room", "%t = openTape; reserve %t %x %x; save %t %x %x; save %t %x"],
    ["a boolean without room", "%t = openTape; %0 = const 0; %b = const true; reserve %t %x %0; save %t %b"],
    ["a closed tape", "%t = openTape; closeTape %t; %y: num = restore %t"],
    ["a mark above the tape", "%t = openTape; tapeRewind %t %x"],
  ])("refuses %s", (_, lines) => {
    expect(() => run(`func f(%x: num) -> () { ${lines} }`, [2])).toThrow(InterpreterError);
  });

  it("counts room that was given back", () => {
    const lines =
      "%t = openTape; %1 = const 1; reserve %t %1 %1; save %t %x; %y: num = restore %t; save %t %x; reserve %t %1 %1; save %t %x";
    expect(() => run(`func f(%x: num) -> () { ${lines} }`, [2])).not.toThrow();
  });
});

describe("tangents", () => {
  const sum = `func f(%x: Float64Array, %y: num) -> (num) {
    %0 = const 0; %n = length %x
    for %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) { %v = load %x[%i]; %q = mul %v %v; %t = add %s %q; yield %t }
    %z = mul %r %y
    yield %z
  }`;

  it("go through loops, memory and calls", () => {
    const x = new Float64Array([1, 2, 3]);
    expect(dualGradient(parse(sum), "f", [x, 10], [0, 1])).toEqual([new Float64Array([20, 40, 60]), 14]);
    expect(jvp(parse(sum), "f", [x, 10], [new Float64Array([1, 0, 0.5]), 2])).toEqual({
      values: [140],
      tangents: [20 + 30 + 28],
    });
    expect(jvp(parse(sum), "f", [x, 10], [undefined, 1])).toEqual({ values: [140], tangents: [14] });
  });

  it("leave the arguments unchanged", () => {
    const text =
      "func f(%x: [num]) -> (num) { %0 = const 0; %v = load %x[%0]; %w = mul %v %v; store %x[%0] = %w; %u = load %x[%0]; yield %u }";
    const x = [3];
    expect(dualGradient(parse(text), "f", [x], [0])).toEqual([[6]]);
    expect(x).toEqual([3]);
  });

  const structures = "record P (x: num, c: num nodiff, s: str, a: [[num]], t: (num, bool), o: num)";
  it("have the shape of the gradient", () => {
    const text = `${structures}
      func f(%p: %P, %a: [Float32Array]) -> (num) {
        %0 = const 0; %1 = const 1
        %x = load %p.x; %c = load %p.c; %m = load %p.a; %row = load %m[%1]; %v = load %row[%0]; %t = load %p.t; %u = load %t."0"
        %f = load %a[%0]; %w = load %f[%1]
        %r = mul %x %c; %r1 = mul %r %v; %r2 = mul %r1 %u; %r3 = mul %r2 %w
        yield %r3
      }`;
    const p = { x: 2, c: 3, s: "", a: [[], [5, 6]], t: [7, true], o: undefined };
    expect(dualGradient(parse(text), "f", [p, [new Float32Array([10, 11])]], [0, 1])).toEqual([
      { x: 3 * 5 * 7 * 11, a: [[], [2 * 3 * 7 * 11, 0]], t: [2 * 3 * 5 * 11, 0] },
      [new Float64Array([0, 2 * 3 * 5 * 7])],
    ]);
  });

  it("of structured results come in their shape, and are weighed by a seed", () => {
    const text = `record R (y: num, a: Float64Array, s: str)
      func f(%x: num) -> (%R) { %2 = const 2; %0 = const 0; %q = mul %x %x; %a: Float64Array = alloc %2; store %a[%0] = %q; %s = const ""; %r: %R = new %x %a %s; yield %r }`;
    const program = parse(text);
    expect(jvp(program, "f", [3], [1])).toEqual({
      values: [{ y: 3, a: new Float64Array([9, 0]), s: "" }],
      tangents: [{ y: 1, a: new Float64Array([6, 0]) }],
    });
    expect(dualGradient(program, "f", [3], [0], { seed: { y: 10, a: new Float64Array([100, 1000]) } })).toEqual([610]);
  });

  it.each([
    [
      "a Float32Array rounds the number, not the tangent",
      "Float32Array",
      0.1,
      Math.fround(0.1) ** 2,
      2 * Math.fround(0.1),
    ],
    ["an Int32Array is a step", "Int32Array", 2.7, 4, 0],
    ["a Uint8ClampedArray is a step", "Uint8ClampedArray", 2.7, 9, 0],
    ["a Float64Array keeps both", "Float64Array", 2.5, 6.25, 5],
  ])("%s", (_, name, x, value, slope) => {
    const text = `func f(%x: num) -> (num) { %1 = const 1; %0 = const 0; %a: ${name} = alloc %1; store %a[%0] = %x; %v = load %a[%0]; %w = mul %v %v; yield %w }`;
    expect(jvp(parse(text), "f", [x], [1])).toEqual({ values: [value], tangents: [slope] });
  });

  it.each([
    ["an overwritten element forgets", "%a: [num] = new %x; store %a[%0] = %0; %v = load %a[%0]", 0],
    ["a copy remembers", "%a: [num] = new %x; %b = copy %a; store %a[%0] = %0; %v = load %b[%0]", 1],
    [
      "an alias sees",
      "%a: [num] = new %0; %m: [[num]] = new %a; store %a[%0] = %x; %b = load %m[%0]; %v = load %b[%0]",
      1,
    ],
    [
      "a write past a typed array's end is lost",
      "%9 = const 9; %a: Float64Array = alloc %0; store %a[%9] = %x; %u = load %a[%9]; %v = add %0 %0",
      0,
    ],
    ["accum adds", "%a: [num] = new %x; accum %a[%0] += %x; %v = load %a[%0]", 2],
    [
      "addInto adds, clear forgets",
      "%a: [num] = new %x; %d = zeros %a; %e = zeros %a; addInto %d %a; addInto %d %a; addInto %e %a; clear %e; %u = load %d[%0]; %w = load %e[%0]; %v = add %u %w",
      2,
    ],
    [
      "export remembers",
      "%1 = const 1; %a: Float64Array = alloc %1; store %a[%0] = %x; %g: Float32Array = export %a; %v = load %g[%0]",
      1,
    ],
    ["a tape remembers", "%t = openTape; %1 = const 1; reserve %t %1 %1; save %t %x; %v: num = restore %t", 1],
    [
      "a loop index starts where its bound is",
      "%1 = const 1; for %i = %x to %9 step 1 test < (%s = %0: num) -> (%v) { %w = add %s %i; yield %w }",
      6,
    ],
    ["a branch is a branch", "%b = ge %x %0; %v = if %b { yield %x } else { %n = neg %x; yield %n }", 1],
    ["foreign text loses it", '%v: num = foreign "Math.sin(" %x ")"', 0],
    [
      "carried values carry it",
      "%b = const true; while (%y = %x: num) breaks -> (%v) cond { yield %b } body { %w = mul %y %y; yield %b, %w }",
      6,
    ],
  ])("%s", (_, lines, slope) => {
    const text = `func f(%x: num, %9: num) -> (num) { %0 = const 0; ${lines}; yield %v }`;
    expect(jvp(parse(text), "f", [3, 9], [1, 0]).tangents).toEqual([slope]);
  });

  it("agree with differences on a program with everything", () => {
    const text = `record P (x: num, y: num)
      global k: [num] { %a = const 0.5; %b = const 1.5; %r: [num] = new %a %b; yield %r }
      func g(%p: %P, %i: num) -> (num) { %x = load %p.x; %y = load %p.y; %s = sin %x; %e = exp %y; %r = mul %s %e; %t = add %r %i; yield %t }
      func f(%xs: [num], %p: %P) -> (num) {
        %0 = const 0; %n = length %xs; %k = global k; %half = load %k[%0]
        for %i = %0 to %n step 1 test < (%s = %half: num) breaks -> (%r) {
          %v = load %xs[%i]; %q = mul %v %s; store %xs[%i] = %q; store %p.x = %q
          %c: num = call g(%p, %i)
          %neg = lt %c %0
          %w = if %neg { %a = abs %c; yield %a } else { %l = log1p %c; yield %l }
          %big = gt %w %n
          yield %big, %w
        }
        yield %r
      }`;
    const program = parse(text);
    const xs = [0.7, -0.9, 2.5, 0.3];
    const p = { x: 0.2, y: 0.6 };
    const value = (changed: readonly number[], y: number): number =>
      Number(interpret(program, "f", [[...changed], { x: 0.2, y }])[0]);
    const [byXs, byP] = dualGradient(program, "f", [xs, p], [0, 1]) as [number[], { x: number; y: number }];
    xs.forEach((_, i) =>
      expect(byXs[i]).toBeCloseTo(
        difference(
          (v) =>
            value(
              xs.map((u, k) => (k === i ? v : u)),
              0.6,
            ),
          xs[i] ?? NaN,
        ),
        8,
      ),
    );
    expect(byP.x).toBe(0);
    expect(byP.y).toBeCloseTo(
      difference((y) => value(xs, y), 0.6),
      8,
    );
  });
});
