/** What leaves a loop and what must not. */
import { describe, test } from "vitest";
import { hoistInvariants } from "../../compiler/src/optimize/hoist.js";
import { expectPass, expectUnchanged } from "./support.js";

const f = (body: string): string =>
  `func f(%x: Float64Array, %v: [num], %n: num, %a: num) -> (num) { %z = const 0; ${body} }`;
const loop = (before: string, body: string): string =>
  f(`${before}; for %i = %z to %n step 1 test < (%s = %a) -> (%r) { ${body} }; yield %r`);
const nest = (outside: string, between: string, inside: string): string =>
  f(
    `${outside}; for %i = %z to %n step 1 test < (%s = %a) -> (%r) { ${between}; for %j = %z to %n step 1 test < (%t = %s) -> (%u) { ${inside} }; yield %u }; yield %r`,
  );

const moved: readonly (readonly [string, string, string])[] = [
  [
    "an expensive primitive",
    loop("", "%e = exp %a; %q = add %s %e; yield %q"),
    loop("%e = exp %a", "%q = add %s %e; yield %q"),
  ],
  [
    "cheap arithmetic that results depend on",
    loop("", "%e = mul %a %n; %q = add %s %e; yield %q"),
    loop("%e = mul %a %n", "%q = add %s %e; yield %q"),
  ],
  [
    "a chain, with a copy of its literal",
    loop("", "%c = const 2; %e = exp %a; %g = mul %c %e; %h = mul %s %c; %q = add %h %g; yield %q"),
    loop("%e = exp %a; %c2 = const 2; %g = mul %c2 %e", "%c = const 2; %h = mul %s %c; %q = add %h %g; yield %q"),
  ],
  [
    "out of two loops",
    nest("", "", "%e = exp %a; %q = add %t %e; yield %q"),
    nest("%e = exp %a", "", "%q = add %t %e; yield %q"),
  ],
  [
    "out of the inner loop only",
    nest("", "", "%e = exp %i; %q = add %t %e; yield %q"),
    nest("", "%e = exp %i", "%q = add %t %e; yield %q"),
  ],
  [
    "a load that nothing writes",
    loop("", "%e = load %x[%z]; %q = add %s %e; yield %q"),
    loop("%e = load %x[%z]", "%q = add %s %e; yield %q"),
  ],
  [
    "a load beside stores to another kind of array",
    loop("", "%e = load %x[%z]; store %v[%i] = %s; %q = add %s %e; yield %q"),
    loop("%e = load %x[%z]", "store %v[%i] = %s; %q = add %s %e; yield %q"),
  ],
  [
    "a load beside stores to an array of its own",
    loop("%m: Float64Array = alloc %n", "%e = load %x[%z]; store %m[%i] = %s; %q = add %s %e; yield %q"),
    loop("%m: Float64Array = alloc %n; %e = load %x[%z]", "store %m[%i] = %s; %q = add %s %e; yield %q"),
  ],
  [
    "the length of a typed array, though it is written",
    loop("", "%l = length %x; store %x[%i] = %a; %q = add %s %l; yield %q"),
    loop("%l = length %x", "store %x[%i] = %a; %q = add %s %l; yield %q"),
  ],
  [
    "out of the test of a while",
    f(
      "while (%s = %a) -> (%r) cond { %e = exp %a; %t = lt %s %e; yield %t } body { %q = add %s %n; yield %q }; yield %r",
    ),
    f(
      "%e = exp %a; while (%s = %a) -> (%r) cond { %t = lt %s %e; yield %t } body { %q = add %s %n; yield %q }; yield %r",
    ),
  ],
  [
    "a load from a row that was read before the loop",
    `func f(%m: [[num]], %n: num) -> (num) { %z = const 0; %w = load %m[%n]; %l = length %w; for %i = %z to %l step 1 test < (%s = %z) -> (%r) { %e = load %w[%z]; %q = add %s %e; yield %q }; yield %r }`,
    `func f(%m: [[num]], %n: num) -> (num) { %z = const 0; %w = load %m[%n]; %l = length %w; %e = load %w[%z]; for %i = %z to %l step 1 test < (%s = %z) -> (%r) { %q = add %s %e; yield %q }; yield %r }`,
  ],
];

const stays: readonly (readonly [string, string])[] = [
  ["the length of an array that grows", loop("", "%l = length %v; store %v[%l] = %s grows; %t = mul %s %l; yield %t")],
  ["the length of an array that is cut", loop("", "%l = length %v; resize %v %i; %t = mul %s %l; yield %t")],
  ["an element of an array that is cut", loop("", "%e = load %v[%z]; resize %v %i; %t = mul %s %e; yield %t")],
  ["index maths", nest("", "", "%k = mul %i %n; %l = add %k %j; %e = load %x[%l]; %q = add %t %e; yield %q")],
  ["a condition", loop("", `%c = lt %a %n; if %c { foreign "f()" }; yield %s`)],
  ["what depends on the index or on a carried value", loop("", "%e = exp %i; %g = exp %s; %q = add %g %e; yield %q")],
  ["a literal", loop("", "%c = const 2; %q = mul %s %c; yield %q")],
  ["a load that a store may reach", loop("", "%e = load %x[%z]; store %x[%i] = %s; %q = add %s %e; yield %q")],
  [
    "a load that an inner loop writes",
    loop("", "%e = load %x[%z]; for %j = %z to %n step 1 test < { accum %x[%j] += %s }; %q = add %s %e; yield %q"),
  ],
  ["a load beside foreign code", loop("", `%e = load %x[%z]; foreign "f()"; %q = add %s %e; yield %q`)],
  ["the length of an array that is written", loop("", "%l = length %v; store %v[%i] = %a; %q = add %s %l; yield %q")],
  ["what an if decides", loop("", `%c = lt %s %n; %q = if %c { %e = exp %a; yield %e } else { yield %s }; yield %q`)],
  [
    "what must run each time",
    loop("", `%e: num = foreign "next()"; %m: [num] = alloc %n fill 0; store %m[%z] = %e; %q = load %m[%i]; yield %q`),
  ],
  [
    "a load from a row that may be missing: the loop may run zero times",
    `func f(%m: [[num]], %n: num) -> (num) { %z = const 0; %w = load %m[%n]; for %i = %z to %n step 1 test < (%s = %z) -> (%r) { %e = load %w[%z]; %q = add %s %e; yield %q }; yield %r }`,
  ],
  [
    "a load from a parameter that may be missing",
    `func f(%x: Float64Array, %n: num) -> (num) { %z = const 0; %c = isNullish %x; for %i = %z to %n step 1 test < (%s = %z) -> (%r) { %e = load %x[%z]; %q = add %s %e; yield %q }; yield %r }`,
  ],
  [
    "a load from what a callee writes",
    `func g(%x: Float64Array, %n: num) -> () { store %x[%n] = %n }
     func f(%x: Float64Array, %n: num) -> (num) { %z = const 0; for %i = %z to %n step 1 test < (%s = %z) -> (%r) { %e = load %x[%z]; call g(%x, %i); %q = add %s %e; yield %q }; yield %r }`,
  ],
];

describe("hoist", () => {
  test.each(moved)("moves %s", (_, before, after) => expectPass(hoistInvariants, before, after));
  test.each(stays)("leaves %s", (_, text) => expectUnchanged(hoistInvariants, text));
});
