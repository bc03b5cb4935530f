/** Every numbered invariant of `verify.ts` is broken once or more, and each break is found under its number. */
import { describe, expect, it } from "vitest";
import { value } from "../../compiler/src/ir/build.js";
import type { Func, Op, Program, Region, Value } from "../../compiler/src/ir/ir.js";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { bool, float64Array, num, record } from "../../compiler/src/ir/types.js";
import { verify } from "../../compiler/src/ir/verify.js";

/** A function of one number, one flag, one array and one tape around the given lines. */
const inFunction = (lines: string, yields = ""): string => `
record P (x: num, a: Float32Array, tag: str)
record "P.adjoint" (x: num, a: Float64Array)
global k: num { %k = const 1; yield %k }
func g(%u: num) -> (num, bool) { %t = truthy %u; yield %u, %t }
func f(%x: num, %b: bool, %a: [num], %p: %P, %tape: tape) -> () {
  ${lines}
  yield ${yields}
}`;

const broken: readonly (readonly [number: number, what: string, text: string])[] = [
  [1, "a record with two fields of one name", "record R (x: num, x: num)"],
  [2, "an undeclared record in a parameter", "func f(%p: [%Nowhere]) -> () {}"],
  [2, "an undeclared record in a result", 'func f() -> ((num, %Nowhere)) { throw "1" }'],
  [2, "an undeclared record in a field", "record R (x: %Nowhere)"],
  [2, "an undeclared record in a global", "global g: %Nowhere { %x = const 1; yield %x }"],
  [2, "an undeclared shadow", "record R (x: num)\nfunc f(%r: %R) -> () { %d = zeros %r }"],
  [4, "a use after the region of the definition", inFunction("if %b { %y = neg %x }; %z = neg %y")],
  [4, "a use in the other arm", inFunction("if %b { %y = neg %x } else { %z = neg %y }")],
  [4, "a yield from an inner region", inFunction("if %b { %y = neg %x }", "%y")],
  [4, "a value of another function's", inFunction("for %i = %x to %x step 1 test < { %y = neg %i }; %z = neg %i")],
  [6, "an operand too few", inFunction("%y = add %x")],
  [6, "an operand too many", inFunction("%y = neg %x %x")],
  [6, "a boolean added", inFunction("%y = add %x %b")],
  [6, "a number negated as a boolean", inFunction("%y = not %x")],
  [6, "the wrong result type", inFunction("%y: bool = add %x %x")],
  [6, "a comparison of different types", inFunction("%y = eq %x %b")],
  [6, "an order of booleans", inFunction("%y = lt %b %b")],
  [6, "a conversion of a number to a number as if of a boolean", inFunction("%y = fromBool %x")],
  [7, "a literal of another type", inFunction("%y: bool = const 1")],
  [7, "undefined as a number", inFunction("%y: num = const undefined")],
  [8, "an element of a number", inFunction("%y: num = load %x[%x]")],
  [8, "an element of a record", inFunction("%y: num = load %p[%x]")],
  [8, "a boolean index", inFunction("%y = load %a[%b]")],
  [8, "a field that the record has not", inFunction("%y: num = load %p.y")],
  [8, "a tuple position that is not there", inFunction('%t: (num) = new %x; %y: num = load %t."1"')],
  [8, "a field of an array", inFunction("%y: num = load %a.length")],
  [9, "a load of another type", inFunction("%y: bool = load %a[%x]")],
  [9, "a store of another type", inFunction("store %a[%x] = %b")],
  [9, "an accum of another type", inFunction("accum %p.x += %b")],
  [9, "an accum of text", inFunction('%s = const "1"; accum %p.tag += %s')],
  [10, "the length of a record", inFunction("%n = length %p")],
  [10, "a length that is no number", inFunction("%n: bool = length %a")],
  [27, "a push onto a typed array", inFunction("%t = load %p.a; %n = length %t; store %t[%n] = %x grows")],
  [27, "a field that grows", inFunction("store %p.x = %x grows")],
  [27, "a typed array that is resized", inFunction("%t = load %p.a; resize %t %x")],
  [27, "an array resized to a boolean", inFunction("resize %a %b")],
  [27, "a view of a JavaScript array", inFunction("%v: [num] = view %a %x %x")],
  [27, "a view of another kind", inFunction("%t = load %p.a; %v: Float64Array = view %t %x %x")],
  [11, "members of different types in an array", inFunction("%y: [num] = new %x %b")],
  [11, "a tuple too short", inFunction("%y: (num, num) = new %x")],
  [
    11,
    "record members out of order",
    inFunction('%s = const "1"; %n = length %a; %t: Float32Array = alloc %n; %y: %P = new %t %x %s'),
  ],
  [11, "shadow members left out", inFunction('%y: %"P.adjoint" = new %x')],
  [11, "a new number", inFunction("%y: num = new %x")],
  [12, "a boolean length", inFunction("%y: [num] = alloc %b")],
  [12, "an allocated tuple", inFunction("%y: (num) = alloc %x")],
  [12, "an array of booleans filled with a number", inFunction("%y: [bool] = alloc %x fill 1")],
  [13, "a copy of another type", inFunction("%y: Float64Array = copy %a")],
  [13, "zeros that are not the shadow type", inFunction("%y: %P = zeros %p")],
  [13, "addInto of a number", inFunction("addInto %x %x")],
  [13, "addInto of another shape", inFunction("addInto %a %p")],
  [13, "addInto of another depth", inFunction("%y: [[num]] = new %a; addInto %y %a")],
  [13, "addInto from a record without a field", inFunction("%d = zeros %p; addInto %p %d")],
  [13, "clear of a number", inFunction("clear %x")],
  [
    13,
    "a shared copy of another type",
    inFunction('%m: opaque "Map" = foreign pure "new Map()"; %y: Float64Array = share copy %a memo %m'),
  ],
  [
    13,
    "shared zeros that are not the shadow type",
    inFunction('%m: opaque "Map" = foreign pure "new Map()"; %y: %P = share zeros %p memo %m'),
  ],
  [
    13,
    "a shared gradient of another shape",
    inFunction('%m: opaque "Map" = foreign pure "new Map()"; %y: Float64Array = share export %a memo %m'),
  ],
  [13, "a memo that is none", inFunction("%y = share copy %a memo %x")],
  [13, "an export of another shape", inFunction("%y: Float64Array = export %a")],
  [14, "a call of nothing", inFunction("%y: num = call nothing(%x)")],
  [14, "a call with an argument too few", inFunction("%y: num, %z: bool = call g()")],
  [14, "a call with an argument of another type", inFunction("%y: num, %z: bool = call g(%b)")],
  [14, "a call with a result too few", inFunction("%y: num = call g(%x)")],
  [14, "a call with a result of another type", inFunction("%y: num, %z: num = call g(%x)")],
  [15, "an if on a number", inFunction("if %x { }")],
  [15, "an arm that yields too little", inFunction("%y = if %b { yield %x } else { }")],
  [15, "an arm that yields another type", inFunction("%y = if %b { yield %x } else { yield %b }")],
  [16, "a loop to a boolean", inFunction("for %i = %x to %b step 1 test < { }")],
  [16, "a step of zero", inFunction("for %i = %x to %x step 0 test < { }")],
  [16, "a step of a half", inFunction("for %i = %x to %x step 0.5 test < { }")],
  [16, "a boolean index", inFunction("for %i: bool = %x to %x step 1 test < { }")],
  [16, "a count that is no number", inFunction("for %i = %x to %x step 1 test < count %n: bool { }")],
  [16, "a result too few", inFunction("for %i = %x to %x step 1 test < (%s = %x) { yield %s }")],
  [
    16,
    "a carried value of another type",
    inFunction("for %i = %x to %x step 1 test < (%s = %x: bool) -> (%r) { yield %s }"),
  ],
  [16, "a result of another type", inFunction("for %i = %x to %x step 1 test < (%s = %x) -> (%r: bool) { yield %s }")],
  [
    17,
    "a while with different parameters",
    inFunction("while (%s = %x) -> (%r) cond { yield %b } body (%t: bool) { yield %x }"),
  ],
  [
    17,
    "a while with a result of another type",
    inFunction("while (%s = %x) -> (%r: bool) cond { yield %b } body { yield %s }"),
  ],
  [17, "a count that is no number in a while", inFunction("while count %n: bool cond { yield %b } body { }")],
  [18, "a body that yields too little", inFunction("for %i = %x to %x step 1 test < (%s = %x) -> (%r) { }")],
  [18, "a body without its flag", inFunction("for %i = %x to %x step 1 test < (%s = %x) breaks -> (%r) { yield %s }")],
  [18, "a flag where there is no break", inFunction("while (%s = %x) -> (%r) cond { yield %b } body { yield %b, %s }")],
  [18, "the flag at the end", inFunction("while (%s = %x) breaks -> (%r) cond { yield %b } body { yield %s, %b }")],
  [19, "a test that is a number", inFunction("while cond { yield %x } body { }")],
  [19, "a test that yields nothing", inFunction("while cond { } body { }")],
  [19, "a test that throws", inFunction('while cond { throw "1" } body { }')],
  [19, "a test that stores", inFunction("while cond { store %a[%x] = %x; yield %b } body { }")],
  [19, "a test that calls", inFunction("while cond { %y: num, %z: bool = call g(%x); yield %z } body { }")],
  [
    19,
    "a test that may print, in an arm",
    inFunction('while cond { if %b { foreign "console.log()" }; yield %b } body { }'),
  ],
  [20, "an operation after a throw", 'func f(%x: num) -> () { throw "1"; %y = neg %x; never }'],
  [
    20,
    "an operation after an if that never ends",
    'func f(%b: bool) -> () { if %b { throw "1" } else { throw "2" }; %y = not %b }',
  ],
  [20, "a yield after a throw", 'func f(%x: num) -> (num) { throw "1"; yield %x }'],
  [20, "an end that is reached", "func f(%x: num) -> (num) { never }"],
  [20, "an if with one end that is said never to be reached", inFunction('if %b { throw "1" } else { never }')],
  [22, "a global that is not declared", inFunction("%y: num = global nothing")],
  [22, "a global of another type", inFunction("%y: bool = global k")],
  [22, "a global initialised with another type", "global k: num { %b = const true; yield %b }"],
  [22, "a global that yields nothing", "global k: num { }"],
  [23, "a closure of another type", inFunction("%c: fn(num) -> () = closure (%s: num) { yield %s }")],
  [23, "a closure of no type of functions", inFunction("%c: num = closure (%s: num) { yield %s }")],
  [23, "a closure that never ends", inFunction('%c: fn() -> () = closure () { throw "1" }')],
  [24, "a tape that is a number", inFunction("closeTape %x")],
  [24, "a save on a number", inFunction("save %x %x")],
  [24, "a tape saved on a tape", inFunction("save %tape %tape")],
  [24, "a mark that is a boolean", inFunction("tapeRewind %tape %b")],
  [24, "room for a boolean", inFunction("reserve %tape %x %b")],
  [24, "an opened tape that is a number", inFunction("%t: num = openTape")],
  [25, "a result too many", inFunction("", "%x")],
  [25, "a result too few", "func f() -> (num) { }"],
  [25, "a result of another type", "func f(%b: bool) -> (num) { yield %b }"],
  [
    26,
    "a shadow with a field too many",
    'record R (x: num, s: str)\nrecord "R.adjoint" (x: num, s: num)\nfunc f(%r: %R) -> () { %d = zeros %r }',
  ],
  [
    26,
    "a shadow that rounds",
    'record R (a: Float32Array)\nrecord "R.adjoint" (a: Float32Array)\nfunc f(%r: [%R]) -> () { %d = zeros %r }',
  ],
  [
    26,
    "an inner shadow that is wrong",
    'record Q (x: num)\nrecord "Q.adjoint" ()\nrecord R (q: %Q, x: num)\nrecord "R.adjoint" (q: %"Q.adjoint", x: num)\nfunc f(%r: %R) -> () { %d = zeros %r }',
  ],
];

const program = (body: Region, results = body.yields?.map((v) => v.type) ?? [], name = "f"): Program => {
  const func: Func = { name, source: name, body, results };
  return { funcs: new Map([["f", func]]), records: new Map(), globals: new Map() };
};
const neg = (x: Value, result: Value): Op => ({ kind: "prim", name: "neg", args: [x], result });
const x = value(num, "x");
const y = value(num, "y");

/** What the text form cannot say. */
const brokenByHand: readonly (readonly [number: number, what: string, made: Program])[] = [
  [1, "a function under another name", program({ params: [], ops: [], yields: [] }, [], "g")],
  [
    1,
    "a record under another name",
    { ...program({ params: [], ops: [], yields: [] }), records: new Map([["R", { name: "S", fields: [] }]]) },
  ],
  [
    1,
    "a global under another name",
    {
      ...program({ params: [], ops: [], yields: [] }),
      globals: new Map([["a", { name: "b", type: num, init: { params: [], ops: [], yields: [] } }]]),
    },
  ],
  [3, "two definitions", program({ params: [x], ops: [neg(x, y), neg(x, y)], yields: [y] })],
  [3, "a parameter defined again", program({ params: [x], ops: [neg(x, x)], yields: [x] })],
  [3, "a region that stands twice", program(twice())],
  [4, "a use before the definition", program({ params: [x], ops: [neg(y, value(num)), neg(x, y)], yields: [] })],
  [4, "a value that nothing defines", program({ params: [], ops: [], yields: [y] })],
  [5, "a use with another type", program({ params: [x], ops: [], yields: [{ id: x.id, type: bool }] })],
  [15, "an arm with parameters", program(armWith([value(num)]))],
  [15, "results of arms that never end", program(neverEnding())],
  [
    21,
    "text with a hole too few",
    program({ params: [x], ops: [{ kind: "foreign", text: ["log()"], args: [x], pure: false }], yields: [] }),
  ],
  [
    21,
    "a throw with a hole too many",
    program({ params: [], ops: [{ kind: "throw", text: ["a", "b"], args: [] }], yields: null }),
  ],
  [17, "a while with a parameter too few", program(whileWithout())],
];

function twice(): Region {
  const cond = value(bool);
  const arm: Region = { params: [], ops: [neg(x, value(num))], yields: [] };
  return { params: [x, cond], ops: [{ kind: "if", cond, then: arm, else: arm, results: [] }], yields: [] };
}
function armWith(params: readonly Value[]): Region {
  const cond = value(bool);
  const op: Op = {
    kind: "if",
    cond,
    then: { params, ops: [], yields: [] },
    else: { params: [], ops: [], yields: [] },
    results: [],
  };
  return { params: [cond], ops: [op], yields: [] };
}
function neverEnding(): Region {
  const cond = value(bool);
  const arm = (): Region => ({ params: [], ops: [{ kind: "throw", text: ["1"], args: [] }], yields: null });
  return { params: [cond], ops: [{ kind: "if", cond, then: arm(), else: arm(), results: [value(num)] }], yields: null };
}
function whileWithout(): Region {
  const cond = value(bool);
  const carried = value(num);
  const op: Op = {
    kind: "while",
    inits: [x],
    cond: { params: [], ops: [], yields: [cond] },
    body: { params: [carried], ops: [], yields: [carried] },
    breaks: false,
    results: [value(num)],
  };
  return { params: [x, cond], ops: [op], yields: [] };
}

describe("verify", () => {
  it.each(broken)("invariant %i: finds %s", (number, _, text) => {
    expect(() => verify(parseProgram(text))).toThrow(`invariant ${number}:`);
  });

  it.each(brokenByHand)("invariant %i: finds %s", (number, _, made) => {
    expect(() => verify(made)).toThrow(`invariant ${number}:`);
  });

  it("has a case for every number", () => {
    const seen = new Set([...broken, ...brokenByHand].map(([number]) => number));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 27 }, (_, i) => i + 1));
  });

  it("prints the operation and names the function", () => {
    const text = inFunction("for %i = %x to %x step 1 test < { %y = add %i %b }");
    expect(() => verify(parseProgram(text))).toThrow("%y = add %i %b");
    expect(() => verify(parseProgram(text))).toThrow("in function f");
  });

  it.each([
    [
      "comparisons of like things",
      inFunction("%c = eq %b %b; %d = is %a %a; %u = const undefined; %e = eq %x %u; %n = isNullish %p"),
    ],
    [
      "null and undefined as what cannot be looked into",
      inFunction('%n: opaque "Map | null" = const null; %u = const undefined'),
    ],
    [
      "a gradient of a record added into its shadow",
      inFunction('%d = zeros %p; addInto %d %p; %g: %"P.adjoint" = export %d; addInto %d %g'),
    ],
    [
      "loops with and without everything",
      inFunction(
        'for %i = %x to %x step -3 test >= breaks count %n { yield %b }; while cond { yield %b } body { throw "1" }',
      ),
    ],
    [
      "a pure test with branches",
      inFunction(
        'while cond { %c = if %b { %y = load %a[%x]; %t = truthy %y; yield %t } else { %k = global k; %z: bool = foreign pure "z"; yield %z }; yield %c } body { }',
      ),
    ],
    ["recursion", "func f(%x: num) -> (num) { %y: num = call f(%x); yield %y }"],
    [
      "recursive records",
      'record L (x: num, next: [%L])\nrecord "L.adjoint" (x: num, next: [%"L.adjoint"])\nfunc f(%l: %L) -> () { %d = zeros %l }',
    ],
    ["a function that always throws", 'func f(%b: bool) -> (num) { if %b { throw "1" } else { throw "2" } }'],
  ])("accepts %s", (_, text) => {
    expect(() => verify(parseProgram(text))).not.toThrow();
  });

  it("takes linear time", () => {
    const large = (count: number): Program => {
      const lines = Array.from(
        { length: count },
        (_, i) => `%v${i}: num = load %r.x; store %r.x = %v${i}; if %b { %w${i}: [%R] = new %r }`,
      );
      return parseProgram(`record R (x: num)\nfunc f(%r: %R, %b: bool) -> () {\n${lines.join("\n")}\n}`);
    };
    const time = (made: Program): number => {
      const start = performance.now();
      verify(made);
      return performance.now() - start;
    };
    const [small, big] = [large(2_000), large(16_000)];
    time(small);
    expect(time(big)).toBeLessThan(1000);
  });

  it("finds a record that only a nested type mentions", () => {
    const made = program({
      params: [value({ kind: "tuple", elems: [float64Array, { kind: "array", elem: record("R") }] })],
      ops: [],
      yields: [],
    });
    expect(() => verify(made)).toThrow("record R is not declared");
  });
});
