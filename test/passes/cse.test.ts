/** What is computed or read twice, and what only looks so. */
import { describe, expect, test } from "vitest";
import { printProgram } from "../../compiler/src/ir/print.js";
import { eliminateCommonSubexpressions } from "../../compiler/src/optimize/cse.js";
import { expectPass, expectUnchanged, parse, runPass } from "./support.js";

const head =
  "func f(%x: Float64Array, %y: Float64Array, %v: [num], %w: [num], %h: Float32Array, %i: num, %j: num, %c: bool) -> (num)";
const f = (body: string): string => `record P (x: num, y: num) record Q (x: num) ${head} { ${body} }`;

const merged: readonly (readonly [string, string, string])[] = [
  ["a primitive", f("%a = exp %i; %b = exp %i; %r = sub %a %b; yield %r"), f("%a = exp %i; %r = sub %a %a; yield %r")],
  [
    "a sum the other way round",
    f("%a = add %i %j; %b = add %j %i; %r = sub %a %b; yield %r"),
    f("%a = add %i %j; %r = sub %a %a; yield %r"),
  ],
  [
    "a chain",
    f("%a = exp %i; %b = mul %a %j; %d = exp %i; %e = mul %d %j; %r = sub %b %e; yield %r"),
    f("%a = exp %i; %b = mul %a %j; %r = sub %b %b; yield %r"),
  ],
  ["literals", f("%0 = const 2; %1 = const 2; %r = mul %0 %1; yield %r"), f("%0 = const 2; %r = mul %0 %0; yield %r")],
  [
    "in a region, what is computed around it",
    f("%a = exp %i; %r = if %c { %b = exp %i; %d = mul %b %b; yield %d } else { yield %j }; yield %r"),
    f("%a = exp %i; %r = if %c { %d = mul %a %a; yield %d } else { yield %j }; yield %r"),
  ],
  [
    "two loads",
    f("%a = load %x[%i]; %b = load %x[%i]; %r = mul %a %b; yield %r"),
    f("%a = load %x[%i]; %r = mul %a %a; yield %r"),
  ],
  [
    "loads beside a store to another kind of array",
    f("%a = load %x[%i]; store %v[%i] = %j; %b = load %x[%i]; %r = mul %a %b; yield %r"),
    f("%a = load %x[%i]; store %v[%i] = %j; %r = mul %a %a; yield %r"),
  ],
  [
    "loads beside a store under another literal index",
    f("%o = const 0; %t = const 1; %a = load %x[%o]; store %y[%t] = %j; %b = load %x[%o]; %r = mul %a %b; yield %r"),
    f("%o = const 0; %t = const 1; %a = load %x[%o]; store %y[%t] = %j; %r = mul %a %a; yield %r"),
  ],
  [
    "loads beside a store to an array of its own",
    f(
      "%m: Float64Array = alloc %i; %a = load %x[%i]; store %m[%i] = %a; %b = load %x[%i]; %d = load %m[%j]; %r = mul %a %b; %q = add %r %d; yield %q",
    ),
    f(
      "%m: Float64Array = alloc %i; %a = load %x[%i]; store %m[%i] = %a; %d = load %m[%j]; %r = mul %a %a; %q = add %r %d; yield %q",
    ),
  ],
  [
    "loads around an if and a loop that write nothing",
    f(
      "%a = load %x[%i]; if %c { }; for %k = %i to %j step 1 test < { %e = load %x[%k] }; %b = load %x[%i]; %r = mul %a %b; yield %r",
    ),
    f("%a = load %x[%i]; if %c { }; for %k = %i to %j step 1 test < { %e = load %x[%k] }; %r = mul %a %a; yield %r"),
  ],
  [
    "a load in a loop that writes nothing it may be",
    f("%a = load %x[%i]; for %k = %i to %j step 1 test < { %b = load %x[%i]; store %v[%k] = %b }; yield %a"),
    f("%a = load %x[%i]; for %k = %i to %j step 1 test < { store %v[%k] = %a }; yield %a"),
  ],
  [
    "lengths of typed arrays across a store",
    f("%a = length %x; store %x[%i] = %j; %b = length %x; %r = add %a %b; yield %r"),
    f("%a = length %x; store %x[%i] = %j; %r = add %a %a; yield %r"),
  ],
  [
    "the length of a copy and of its zeros",
    f("%a = length %x; %p = copy %x; %q = zeros %p; %b = length %q; %r = add %a %b; yield %r"),
    f("%a = length %x; %p = copy %x; %q = zeros %p; %r = add %a %a; yield %r"),
  ],
  [
    "the length of an allocation of that length",
    f("%a = length %x; %p: Float64Array = alloc %a; %b = length %p; yield %b"),
    f("%a = length %x; %p: Float64Array = alloc %a; yield %a"),
  ],
  [
    "what was just stored in an array",
    f("store %v[%i] = %j; %a = load %v[%i]; yield %a"),
    f("store %v[%i] = %j; yield %j"),
  ],
  [
    "what was just stored in a typed array, in range",
    f(
      "%n = length %x; %z = const 0; for %k = %z to %n step 1 test < (%s = %j) -> (%r) { %e = exp %s; store %x[%k] = %e; %a = load %x[%k]; yield %a }; yield %r",
    ),
    f(
      "%n = length %x; %z = const 0; for %k = %z to %n step 1 test < (%s = %j) -> (%r) { %e = exp %s; store %x[%k] = %e; yield %e }; yield %r",
    ),
  ],
  [
    "fields",
    f(
      "%p: %P = new %i %j; %a = load %p.x; %q: %Q = new %a; store %q.x = %j; %b = load %p.x; %d = load %q.x; %r = add %b %d; yield %r",
    ),
    f("%p: %P = new %i %j; %q: %Q = new %i; store %q.x = %j; %r = add %i %j; yield %r"),
  ],
  [
    "members of a literal",
    f("%m: [num] = new %i %j; %o = const 1; %a = load %m[%o]; yield %a"),
    f("%m: [num] = new %i %j; %o = const 1; yield %j"),
  ],
  [
    "loads around an arm that throws after writing",
    f(`%a = load %x[%i]; if %c { store %x[%i] = %j; throw "boom" }; %b = load %x[%i]; %r = mul %a %b; yield %r`),
    f(`%a = load %x[%i]; if %c { store %x[%i] = %j; throw "boom" }; %r = mul %a %a; yield %r`),
  ],
  [
    "loads of a parameter around stores to an array made here, though others see that",
    f(
      `%m: Float64Array = alloc %i; foreign "f(" %m ")"; %a = load %x[%i]; %d = load %m[%i]; store %m[%i] = %a; %b = load %x[%i]; %e = load %m[%i]; %r = mul %a %b; %q = mul %d %e; %s = add %r %q; yield %s`,
    ),
    f(
      `%m: Float64Array = alloc %i; foreign "f(" %m ")"; %a = load %x[%i]; %d = load %m[%i]; store %m[%i] = %a; %e = load %m[%i]; %r = mul %a %a; %q = mul %d %e; %s = add %r %q; yield %s`,
    ),
  ],
  [
    "loads of an array made here around stores to another",
    f(
      `%m: [num] = new %i; %n: [num] = new %j; foreign "f(" %m "," %n ")"; %a = load %m[%i]; store %n[%i] = %a; %b = load %m[%i]; %r = mul %a %b; yield %r`,
    ),
    f(
      `%m: [num] = new %i; %n: [num] = new %j; foreign "f(" %m "," %n ")"; %a = load %m[%i]; store %n[%i] = %a; %r = mul %a %a; yield %r`,
    ),
  ],
  [
    "an array of its own across foreign code and calls",
    `func g(%x: Float64Array) -> () { %z = const 0; store %x[%z] = %z } ${f(`%m: Float64Array = alloc %i; store %m[%i] = %j; %a = load %m[%i]; foreign "f()"; call g(%x); %b = load %m[%i]; %r = add %a %b; yield %r`)}`,
    `func g(%x: Float64Array) -> () { %z = const 0; store %x[%z] = %z } ${f(`%m: Float64Array = alloc %i; store %m[%i] = %j; %a = load %m[%i]; foreign "f()"; call g(%x); %r = add %a %a; yield %r`)}`,
  ],
];

const kept: readonly (readonly [string, string])[] = [
  [
    "a length before and after a push",
    "func f(%v: [num], %a: num) -> (num) { %l = length %v; store %v[%l] = %a grows; %m = length %v; %r = sub %m %l; yield %r }",
  ],
  [
    "a length and an element before and after a cut",
    "func f(%v: [num], %a: num) -> (num) { %l = length %v; %e = load %v[%a]; resize %v %a; %m = length %v; %g = load %v[%a]; %r = max %m %l %e %g; yield %r }",
  ],
  [
    "elements of a typed array around a store through a view",
    "func f(%v: Float64Array, %a: num) -> (num) { %0 = const 0; %1 = const 1; %l = length %v; %w: Float64Array = view %v %1 %l; %e = load %v[%1]; store %w[%0] = %a; %g = load %v[%1]; %r = max %e %g; yield %r }",
  ],
  ["0 and -0", f("%a = const 0; %b = const -0; %r = div %a %b; yield %r")],
  ["a difference the other way round", f("%a = sub %i %j; %b = sub %j %i; %r = mul %a %b; yield %r")],
  [
    "a maximum with a literal the other way round",
    f("%a = maxLiteral %i %j; %b = maxLiteral %j %i; %r = mul %a %b; yield %r"),
  ],
  [
    "what the arms compute, afterwards",
    f("if %c { %a = exp %i; store %v[%i] = %a } else { %b = exp %i; store %v[%j] = %b }; %r = exp %i; yield %r"),
  ],
  [
    "loads around a store to what may be the same array",
    f("%a = load %x[%i]; store %y[%j] = %i; %b = load %x[%i]; %r = mul %a %b; yield %r"),
  ],
  [
    "loads of an array from memory around a store to a parameter",
    "func f(%m: [[num]], %v: [num], %i: num) -> (num) { %w = load %m[%i]; %a = load %w[%i]; store %v[%i] = %i; %b = load %w[%i]; %r = mul %a %b; yield %r }",
  ],
  [
    "loads around an accumulation",
    f("%a = load %x[%i]; accum %y[%i] += %j; %b = load %x[%i]; %r = mul %a %b; yield %r"),
  ],
  [
    "loads around a store under an unknown index",
    f("%o = const 0; %a = load %x[%o]; store %x[%i] = %j; %b = load %x[%o]; %r = mul %a %b; yield %r"),
  ],
  [
    "loads under an unknown index around a store under a literal one",
    f("%o = const 0; %a = load %x[%i]; store %x[%o] = %j; %b = load %x[%i]; %r = mul %a %b; yield %r"),
  ],
  [
    "loads around an if that writes",
    f("%a = load %x[%i]; if %c { store %x[%i] = %j }; %b = load %x[%i]; %r = mul %a %b; yield %r"),
  ],
  [
    "loads around a loop that writes",
    f(
      "%a = load %x[%i]; for %k = %i to %j step 1 test < { store %x[%k] = %j }; %b = load %x[%i]; %r = mul %a %b; yield %r",
    ),
  ],
  [
    "a load that a later iteration finds changed",
    f(
      "%a = load %x[%i]; for %k = %i to %j step 1 test < { %b = load %x[%i]; %d = mul %a %b; store %x[%k] = %d }; yield %a",
    ),
  ],
  ["loads around foreign code", f(`%a = load %x[%i]; foreign "f()"; %b = load %x[%i]; %r = mul %a %b; yield %r`)],
  [
    "loads around a clear and an addition of wholes",
    f(
      "%a = load %x[%i]; clear %y; %b = load %x[%i]; addInto %y %x; %d = load %x[%i]; %r = mul %a %b; %q = mul %r %d; yield %q",
    ),
  ],
  [
    "lengths of an array that may grow",
    f("%a = length %v; store %w[%i] = %j; %b = length %v; %r = add %a %b; yield %r"),
  ],
  [
    "the length of an allocation of any number (it is truncated)",
    f("%p: Float64Array = alloc %i; %b = length %p; yield %b"),
  ],
  ["what was stored in a typed array, perhaps beyond its end", f("store %x[%i] = %j; %a = load %x[%i]; yield %a")],
  [
    "what a Float32Array rounds",
    f(
      "%n = length %h; %z = const 0; for %k = %z to %n step 1 test < (%s = %j) -> (%r) { store %h[%k] = %s; %a = load %h[%k]; yield %a }; yield %r",
    ),
  ],
  [
    "an array that got a second name",
    f(
      "%m: [num] = alloc %i fill 0; %p = if %c { yield %m } else { yield %v }; %a = load %m[%i]; store %p[%i] = %j; %b = load %m[%i]; %r = mul %a %b; yield %r",
    ),
  ],
  [
    "an array made here around stores to one that was read from memory",
    f(
      "%m: [num] = alloc %i fill 0; %n: [[num]] = new %w; store %n[%i] = %m; %q = load %n[%j]; %a = load %m[%i]; store %q[%i] = %j; %b = load %m[%i]; %r = mul %a %b; yield %r",
    ),
  ],
  [
    "an array that was put into another",
    f(
      "%m: [num] = alloc %i fill 0; %n: [[num]] = new %m; %q = load %n[%i]; %a = load %m[%i]; store %q[%i] = %j; %b = load %m[%i]; %r = mul %a %b; yield %r",
    ),
  ],
  [
    "an array that a callee gets",
    `func g(%x: Float64Array) -> () { %z = const 0; store %x[%z] = %z } ${f("%m: Float64Array = alloc %i; %a = load %m[%i]; call g(%m); %b = load %m[%i]; %r = add %a %b; yield %r")}`,
  ],
  [
    "an array that a callee's callee writes",
    `func h(%x: Float64Array) -> () { %z = const 0; store %x[%z] = %z } func g(%x: Float64Array) -> () { call h(%x) } ${f("%a = load %x[%i]; call g(%y); %b = load %x[%i]; %r = add %a %b; yield %r")}`,
  ],
  [
    "a pullback's reads: it runs at another time",
    "func f(%x: Float64Array, %i: num) -> (num, fn(num) -> (num)) { %a = load %x[%i]; %p = closure (%g: num) { %b = load %x[%i]; %d = mul %b %g; yield %d }; yield %a, %p }",
  ],
  [
    "allocations",
    f(
      "%m: [num] = alloc %i fill 0; %n: [num] = alloc %i fill 0; store %m[%i] = %j; %a = load %n[%i]; %b = load %m[%j]; %r = add %a %b; yield %r",
    ),
  ],
  ["effects", f(`%a: num = foreign "random()"; %b: num = foreign "random()"; %r = add %a %b; yield %r`)],
];

describe("common subexpressions", () => {
  test.each(merged)("merges %s", (_, before, after) => expectPass(eliminateCommonSubexpressions, before, after));
  test.each(kept)("keeps %s", (_, text) => expectUnchanged(eliminateCommonSubexpressions, text));

  test("the name of the second goes to the first if that has none", () => {
    const text = "func f(%x: num) -> (num) { %0 = exp %x; %y = mul %0 %0; %e = exp %x; %z = mul %e %y; yield %z }";
    const after = "func f(%x: num) -> (num) { %e = exp %x; %y = mul %e %e; %z = mul %e %y; yield %z }";
    expect(printProgram(runPass(eliminateCommonSubexpressions, text))).toBe(printProgram(parse(after)));
  });
  test("named literals keep their names to themselves", () => {
    const text =
      "func f(%x: num) -> (num) { %n = const 2; %0 = const 2; %1 = const 2; %y = mul %x %0; %z = add %y %1; %q = sub %z %n; yield %q }";
    const after =
      "func f(%x: num) -> (num) { %n = const 2; %0 = const 2; %y = mul %x %0; %z = add %y %0; %q = sub %z %n; yield %q }";
    expect(printProgram(runPass(eliminateCommonSubexpressions, text))).toBe(printProgram(parse(after)));
  });
});
