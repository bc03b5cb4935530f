/** Loops over the few components of small arrays. */
import { describe, test } from "vitest";
import { unrollSmall } from "../../compiler/src/optimize/unroll.js";
import { expectPass, expectUnchanged } from "./support.js";

const f = (body: string): string =>
  `func f(%x: Float64Array, %n: num) -> (num) { %o = const 0; %three = const 3; ${body} }`;

const left: readonly (readonly [string, string])[] = [
  [
    "a loop of many iterations",
    f("%l = const 5; %a: Float64Array = alloc %l; for %i = %o to %l step 1 test < { store %a[%i] = %i }; yield %n"),
  ],
  [
    "a loop of which it is not known how often it runs",
    f("%a: Float64Array = alloc %three; for %i = %o to %n step 1 test < { store %a[%i] = %i }; yield %n"),
  ],
  [
    "an array that is needed as such",
    f(
      "%a: Float64Array = alloc %three; for %i = %o to %three step 1 test < { store %a[%i] = %i }; %v = load %a[%n]; yield %v",
    ),
  ],
  ["an array from outside", f("for %i = %o to %three step 1 test < { store %x[%i] = %i }; yield %n")],
  [
    "a loop that may end early",
    f(
      "%a: Float64Array = alloc %three; for %i = %o to %three step 1 test < () breaks -> () { store %a[%i] = %i; %b = lt %i %n; yield %b }; yield %n",
    ).replace("< () breaks -> ()", "< breaks"),
  ],
];

describe("unroll", () => {
  test("what fills a small array, and what sums it up", () =>
    expectPass(
      unrollSmall,
      f(
        "%two = const 2; %a: Float64Array = alloc %two; for %i = %o to %two step 1 test < { %v = load %x[%i]; store %a[%i] = %v }; for %j = %o to %two step 1 test < (%s = %n) -> (%t) { %e = load %a[%j]; %u = add %s %e; yield %u }; yield %t",
      ),
      f(
        "%two = const 2; %a: Float64Array = alloc %two; %c0 = const 0; %v = load %x[%c0]; store %a[%c0] = %v; %c1 = const 1; %w = load %x[%c1]; store %a[%c1] = %w; %d0 = const 0; %e = load %a[%d0]; %u = add %n %e; %d1 = const 1; %g = load %a[%d1]; %q = add %u %g; yield %q",
      ),
    ));
  test.each(left)("left: %s", (_, text) => expectUnchanged(unrollSmall, text));
});
