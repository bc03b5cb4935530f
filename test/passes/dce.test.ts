/** Dead code goes, effects stay. */
import { describe, expect, test } from "vitest";
import { eliminateDeadCode } from "../../compiler/src/optimize/dce.js";
import { expectPass, expectUnchanged, runPass } from "./support.js";

const f = (body: string): string => `func f(%x: Float64Array, %n: num, %c: bool) -> (num) { ${body} }`;

const removed: readonly (readonly [string, string, string])[] = [
  ["a primitive", f("%a = exp %n; yield %n"), f("yield %n")],
  ["a chain", f("%a = exp %n; %b = add %a %a; yield %n"), f("yield %n")],
  [
    "loads, lengths, allocations",
    f("%l = length %x; %a = load %x[%n]; %m: Float64Array = alloc %l; yield %n"),
    f("yield %n"),
  ],
  ["a copy and its zeros", f("%a = copy %x; %z = zeros %x; yield %n"), f("yield %n")],
  ["a pure expression", f(`%a: num = foreign pure "g()"; yield %n`), f("yield %n")],
  ["the result of an expression that must run", f(`%a: num = foreign "g()"; yield %n`), f(`foreign "g()"; yield %n`)],
  ["an if without effects", f("%r = if %c { %a = exp %n; yield %a } else { yield %n }; yield %n"), f("yield %n")],
  [
    "one result of an if",
    f("%r, %q = if %c { %a = exp %n; %b = sin %n; yield %a, %b } else { yield %n, %n }; yield %q"),
    f("%q = if %c { %b = sin %n; yield %b } else { yield %n }; yield %q"),
  ],
  [
    "one arm's work",
    f(`%r = if %c { foreign "a"; %a = exp %n; yield %a } else { yield %n }; yield %n`),
    f(`if %c { foreign "a" }; yield %n`),
  ],
  [
    "a loop without effects",
    f("%z = const 0; for %i = %z to %n step 1 test < (%s = %n) -> (%r) { %t = add %s %i; yield %t }; yield %n"),
    f("yield %n"),
  ],
  [
    "a while without effects",
    f("while (%s = %n) -> (%r) cond { %t = lt %s %n; yield %t } body { %u = add %s %n; yield %u }; yield %n"),
    f("yield %n"),
  ],
  [
    "a carried value that only computes itself",
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %n, %d = %n) -> (%r, %q) { %t = add %s %i; %e = mul %d %d; yield %t, %e }; yield %r",
    ),
    f("%z = const 0; for %i = %z to %n step 1 test < (%s = %n) -> (%r) { %t = add %s %i; yield %t }; yield %r"),
  ],
  [
    "two carried values that only compute each other",
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %n, %a = %n, %b = %n) -> (%r, %p, %q) { %t = add %s %i; %d = mul %b %b; %e = sin %a; yield %t, %d, %e }; yield %r",
    ),
    f("%z = const 0; for %i = %z to %n step 1 test < (%s = %n) -> (%r) { %t = add %s %i; yield %t }; yield %r"),
  ],
  [
    "a carried value through a nested loop",
    f(`%z = const 0
       for %i = %z to %n step 1 test < (%s = %n, %d = %n) -> (%r, %q) {
         for %j = %z to %n step 1 test < (%u = %s, %e = %d) -> (%u1, %e1) { %v = add %u %j; %g = mul %e %e; yield %v, %g }
         yield %u1, %e1 }
       yield %r`),
    f(`%z = const 0
       for %i = %z to %n step 1 test < (%s = %n) -> (%r) {
         for %j = %z to %n step 1 test < (%u = %s) -> (%u1) { %v = add %u %j; yield %v }
         yield %u1 }
       yield %r`),
  ],
  [
    "a count nobody reads",
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %n) -> (%r) count %k { %t = add %s %i; yield %t }; yield %r",
    ),
    f("%z = const 0; for %i = %z to %n step 1 test < (%s = %n) -> (%r) { %t = add %s %i; yield %t }; yield %r"),
  ],
  [
    "a local array that is written and never read",
    f(
      "%z = const 0; %m: Float64Array = alloc %n; for %i = %z to %n step 1 test < { %v = load %x[%i]; %w = exp %v; store %m[%i] = %w; accum %m[%z] += %v }; yield %n",
    ),
    f("yield %n"),
  ],
  [
    "local arrays that only hold each other",
    f(
      "%z = const 0; %m: [[num]] = alloc %n; %r: [num] = alloc %n fill 0; store %r[%z] = %n; store %m[%z] = %r; yield %n",
    ),
    f("yield %n"),
  ],
  ["a cleared shadow", f("%d = zeros %x; accum %d[%n] += %n; clear %d; addInto %d %x; yield %n"), f("yield %n")],
  [
    "additions to zeros, rows and all",
    "func f(%g: [[num]], %n: num) -> (num) { %z = zeros %g; addInto %z %g; clear %z; yield %n }",
    "func f(%g: [[num]], %n: num) -> (num) { yield %n }",
  ],
  ["a pullback nobody takes", f("%p = closure (%g: num) { store %x[%n] = %g; yield %g }; yield %n"), f("yield %n")],
  [
    "a call of a function without effects",
    `func g(%a: num) -> (num) { %z = const 3; %m: [num] = alloc %z fill 0; store %m[%z] = %a; %r = load %m[%z]; yield %r }
     func f(%n: num) -> (num) { %r: num = call g(%n); yield %n }`,
    `func g(%a: num) -> (num) { %z = const 3; %m: [num] = alloc %z fill 0; store %m[%z] = %a; %r = load %m[%z]; yield %r }
     func f(%n: num) -> (num) { yield %n }`,
  ],
  [
    "a call of a recursive function without effects",
    `func g(%a: num, %c: bool) -> (num) { %r = if %c { %q: num = call g(%a, %c); yield %q } else { yield %a }; yield %r }
     func f(%n: num, %c: bool) -> (num) { %r: num = call g(%n, %c); yield %n }`,
    `func g(%a: num, %c: bool) -> (num) { %r = if %c { %q: num = call g(%a, %c); yield %q } else { yield %a }; yield %r }
     func f(%n: num, %c: bool) -> (num) { yield %n }`,
  ],
];

const kept: readonly (readonly [string, string])[] = [
  ["stores to a parameter", f("store %x[%n] = %n; yield %n")],
  ["an expression that must run", f(`foreign "log()"; yield %n`)],
  [
    "pushes onto a local array that is measured, and a cut",
    f("%m: [num] = new; %0 = const 0; store %m[%0] = %n grows; resize %m %0; %r = length %m; yield %r"),
  ],
  [
    "a store through a view of a local array",
    f(
      "%0 = const 0; %m: Float64Array = alloc %n; %w: Float64Array = view %m %0 %n; store %w[%0] = %n; %r = load %m[%0]; yield %r",
    ),
  ],
  ["a throw", f(`if %c { throw "boom" }; yield %n`)],
  [
    "stores to a local array that is read",
    f("%m: [num] = alloc %n fill 0; store %m[%n] = %n; %r = load %m[%n]; yield %r"),
  ],
  [
    "stores to a local array that is read in another iteration",
    f(
      "%z = const 0; %m: [num] = alloc %n fill 0; for %i = %z to %n step 1 test < (%s = %z) -> (%r) { %v = load %m[%i]; %s1 = add %s %v; store %m[%z] = %i; yield %s1 }; yield %r",
    ),
  ],
  [
    "stores through a row of a local array: the row may be anybody's",
    "func f(%row: [num], %n: num) -> (num) { %m: [[num]] = alloc %n; store %m[%n] = %row; %r = load %m[%n]; store %r[%n] = %n; yield %n }",
  ],
  [
    "an addition to a literal of parameters: it changes the parameters",
    "func f(%row: [num], %g: [[num]], %n: num) -> (num) { %m: [[num]] = new %row %row; addInto %m %g; yield %n }",
  ],
  [
    "an addition to a literal of rows that are read",
    "func f(%g: [[num]], %n: num) -> (num) { %r: [num] = new %n; %m: [[num]] = new %r; addInto %m %g; %a = load %r[%n]; yield %a }",
  ],
  [
    "a call of a function that adds to a literal of parameters",
    "func g(%row: [num], %g: [[num]]) -> () { %m: [[num]] = new %row %row; addInto %m %g } func f(%row: [num], %g: [[num]], %n: num) -> (num) { call g(%row, %g); yield %n }",
  ],
  [
    "additions to zeros that refer to what was stored in them",
    "func f(%row: [num], %g: [[num]], %n: num) -> (num) { %z = zeros %g; store %z[%n] = %row; addInto %z %g; yield %n }",
  ],
  [
    "the test of a loop with effects",
    f(
      `while (%s = %n) -> (%r) cond { %t = lt %s %n; yield %t } body { foreign "a"; %u = add %s %n; yield %u }; yield %n`,
    ),
  ],
  [
    "the test of a break",
    f(
      `%z = const 0; for %i = %z to %n step 1 test < (%s = %n) breaks -> (%r) { foreign "a"; %t = add %s %i; %b = lt %t %n; yield %b, %t }; yield %n`,
    ),
  ],
  [
    "tape operations",
    "func f(%t: tape, %n: num) -> () { reserve %t %n %n; save %t %n; %r: num = restore %t; tapeRewind %t %n }",
  ],
  [
    "effects of a pullback that is taken",
    "func f(%x: Float64Array, %n: num) -> (fn(num) -> (num)) { %p = closure (%g: num) { store %x[%n] = %g; yield %g }; yield %p }",
  ],
  [
    "a call of a function that writes an argument",
    "func g(%a: [num], %n: num) -> () { store %a[%n] = %n } func f(%a: [num], %n: num) -> (num) { call g(%a, %n); yield %n }",
  ],
  [
    "a call of a function that may throw, at a distance",
    `func h(%c: bool) -> () { if %c { throw "boom" } } func g(%c: bool) -> () { call h(%c) } func f(%c: bool, %n: num) -> (num) { call g(%c); yield %n }`,
  ],
];

describe("dead code elimination", () => {
  test.each(removed)("removes %s", (_, before, after) => expectPass(eliminateDeadCode, before, after));
  test.each(kept)("keeps %s", (_, text) => expectUnchanged(eliminateDeadCode, text));

  test("functions that no entry reaches go, the others stay", () => {
    const text =
      "func a() -> () { call b() } func b() -> () { call c() } func c() -> () { call b() } func d() -> () { call a() }";
    expect([...runPass(eliminateDeadCode, text).funcs.keys()]).toEqual(["a", "b", "c", "d"]);
    expect([...runPass(eliminateDeadCode, text, { entries: new Set(["d"]) }).funcs.keys()]).toEqual(["d"]);
    const loud = text.replace("call b() } func d", `call b(); foreign "c()" } func d`);
    expect([...runPass(eliminateDeadCode, loud, { entries: new Set(["b"]) }).funcs.keys()]).toEqual(["b", "c"]);
  });
});
