/** Control flow whose course is known. */
import { describe, test } from "vitest";
import { eliminateDeadCode } from "../../compiler/src/optimize/dce.js";
import type { Pass } from "../../compiler/src/optimize/pass.js";
import { simplify } from "../../compiler/src/optimize/simplify.js";
import { expectPass, expectUnchanged } from "./support.js";

const clean: Pass = (program, options) => eliminateDeadCode(simplify(program), options);

const f = (body: string): string => `func f(%x: num, %n: num, %c: bool, %d: bool) -> (num) { ${body} }`;

const rewritten: readonly (readonly [string, string, string])[] = [
  ["a constant folds", f("%a = const 2; %b = const 3; %r = mul %a %b; yield %r"), f("%r = const 6; yield %r")],
  [
    "constants fold through a chain and into a condition",
    f("%a = const 2; %b = const 3; %t = lt %a %b; %r = if %t { yield %x } else { yield %n }; yield %r"),
    f("yield %x"),
  ],
  [
    "the arm of a constant condition is spliced, effects included",
    f(`%t = const false; if %t { foreign "no" } else { foreign "yes" }; yield %x`),
    f(`foreign "yes"; yield %x`),
  ],
  [
    "a spliced arm that throws ends the region",
    f(`%t = const true; %r = if %t { throw "boom" } else { yield %x }; foreign "after"; yield %r`),
    f(`throw "boom"`),
  ],
  ["both arms yield the same value", f("%r = if %c { yield %x } else { yield %x }; yield %r"), f("yield %x")],
  [
    "both arms yield the same literal",
    f("%r = if %c { %a = const 1; yield %a } else { %b = const 1; yield %b }; yield %r"),
    f("%r = const 1; yield %r"),
  ],
  [
    "an arm that throws does not count",
    f(`%r = if %c { throw "boom" } else { yield %x }; yield %r`),
    f(`if %c { throw "boom" } else { }; yield %x`),
  ],
  [
    "true or false by a condition is the condition",
    "func f(%c: bool) -> (bool) { %r = if %c { %a = const true; yield %a } else { %b = const false; yield %b }; yield %r }",
    "func f(%c: bool) -> (bool) { yield %c }",
  ],
  [
    "false or true by a condition is its negation",
    "func f(%c: bool) -> (bool) { %r = if %c { %a = const false; yield %a } else { %b = const true; yield %b }; yield %r }",
    "func f(%c: bool) -> (bool) { %r = not %c; yield %r }",
  ],
  [
    "a nested if on the same condition",
    f(
      `if %c { if %c { foreign "a" } else { foreign "b" } } else { if %c { foreign "c" } else { foreign "d" } }; yield %x`,
    ),
    f(`if %c { foreign "a" } else { foreign "d" }; yield %x`),
  ],
  [
    "a nested if on a negation and on a conjunction",
    f(
      `%m = not %c; %b = and %d %m; if %b { if %c { foreign "a" } else { foreign "b" }; if %d { foreign "c" } else { foreign "d" } }; yield %x`,
    ),
    f(`%m = not %c; %b = and %d %m; if %b { foreign "b"; foreign "c" }; yield %x`),
  ],
  [
    "a decided boolean is yielded as a literal",
    "func f(%c: bool, %d: bool) -> (bool) { %r = if %c { yield %c } else { yield %d }; yield %r }",
    "func f(%c: bool, %d: bool) -> (bool) { %r = if %c { %t = const true; yield %t } else { yield %d }; yield %r }",
  ],
  [
    "a loop of constant trip count 0",
    f("%z = const 0; for %i = %z to %z step 1 test < (%s = %x) -> (%r) { %t = add %s %i; yield %t }; yield %r"),
    f("yield %x"),
  ],
  [
    "a loop of constant trip count 1",
    f(
      "%z = const 0; %o = const 1; for %i = %z to %o step 1 test < (%s = %x) -> (%r) { %t = mul %s %n; yield %t }; yield %r",
    ),
    f("%r = mul %x %n; yield %r"),
  ],
  [
    "a while that never starts",
    f(
      "%z = const 3; while (%s = %x) -> (%r) count %k cond { %t = const false; yield %t } body { %u = mul %s %s; yield %u }; %q = add %r %k; yield %q",
    ),
    f("%k = const 0; %q = add %x %k; yield %q"),
  ],
  [
    "a while that runs once",
    f(
      `%z = const 3; while (%s = %x) breaks -> (%r) cond { %t = const true; yield %t } body { foreign "a"; %u = mul %s %s; %b = const true; yield %b, %u }; yield %r`,
    ),
    f(`foreign "a"; %u = mul %x %x; yield %u`),
  ],
  [
    "a carried value that never changes",
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %x, %k = %n) -> (%r, %q) { %t = mul %s %k; yield %t, %k }; %w = sub %r %q; yield %w",
    ),
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %x) -> (%r) { %t = mul %s %n; yield %t }; %w = sub %r %n; yield %w",
    ),
  ],
  [
    "a carried value that never changes through nested ifs and loops",
    f(`%z = const 0
       for %i = %z to %n step 1 test < (%s = %x, %k = %n) -> (%r, %q) {
         %k1 = if %c { for %j = %z to %n step 1 test < (%h = %k) -> (%h1) { yield %h }; yield %h1 } else { yield %k }
         %t = mul %s %k1; yield %t, %k1 }
       %w = sub %r %q; yield %w`),
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %x) -> (%r) { %t = mul %s %n; yield %t }; %w = sub %r %n; yield %w",
    ),
  ],
  [
    "a literal that the loop replaces by itself opens the rest to folding",
    f(
      "%z = const 0; %o = const 1; for %i = %z to %n step 1 test < (%s = %x, %k = %o) -> (%r, %q) { %t = mul %s %k; %u = add %t %x; %e = const 1; yield %u, %e }; yield %r",
    ),
    f("%z = const 0; for %i = %z to %n step 1 test < (%s = %x) -> (%r) { %u = add %s %x; yield %u }; yield %r"),
  ],
  [
    "a break that never happens",
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %x) breaks -> (%r) { %t = mul %s %x; %b = const false; yield %b, %t }; yield %r",
    ),
    f("%z = const 0; for %i = %z to %n step 1 test < (%s = %x) -> (%r) { %t = mul %s %x; yield %t }; yield %r"),
  ],
  [
    "an unchanged value of a while is known in test and body",
    f(
      "while (%s = %x, %k = %n) -> (%r, %q) cond { %t = lt %s %k; yield %t } body { %u = add %s %k; yield %u, %k }; yield %r",
    ),
    f("while (%s = %x) -> (%r) cond { %t = lt %s %n; yield %t } body { %u = add %s %n; yield %u }; yield %r"),
  ],
  [
    "arms that both throw end the region",
    f(
      `%t = const true; %r = if %c { if %t { throw "a" } else { }; yield %x } else { if %t { throw "b" } else { }; yield %n }; yield %r`,
    ),
    f(`if %c { throw "a" } else { throw "b" }`),
  ],
];

const kept: readonly (readonly [string, string])[] = [
  [
    "arms that yield different signs of zero",
    f("%r = if %c { %a = const 0; yield %a } else { %b = const -0; yield %b }; yield %r"),
  ],
  ["the condition of an if is unknown after it", f(`if %c { foreign "a" }; if %c { foreign "b" }; yield %x`)],
  [
    "a disjunction that holds says nothing about its parts",
    f(`%b = or %c %d; if %b { if %c { foreign "a" } }; yield %x`),
  ],
  [
    "a loop that runs twice",
    f(`%z = const 0; %o = const 2; for %i = %z to %o step 1 test < { foreign "a" }; yield %x`),
  ],
  [
    "a loop that runs once, or breaks",
    f(`%z = const 0; %o = const 1; for %i = %z to %o step 1 test < breaks { foreign "a"; yield %c }; yield %x`),
  ],
  [
    "a bound of NaN is not folded away wrongly",
    f(`%z = const 0; for %i = %z to %n step 1 test < { foreign "a" }; yield %x`),
  ],
  [
    "two carried values that change places",
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%a = %x, %b = %n) -> (%r, %q) { yield %b, %a }; %w = sub %r %q; yield %w",
    ),
  ],
];

describe("simplify", () => {
  test.each(rewritten)("%s", (_, before, after) => expectPass(clean, before, after));
  test.each(kept)("kept: %s", (_, text) => expectUnchanged(clean, text));
});
