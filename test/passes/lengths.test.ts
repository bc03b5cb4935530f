/** Lengths of arrays that loops push to. */
import { describe, test } from "vitest";
import { followLengths } from "../../compiler/src/optimize/lengths.js";
import { expectPass, expectUnchanged } from "./support.js";

const f = (body: string): string => `func f(%x: [num], %y: [num], %n: num, %a: num, %c: bool) -> (num) { ${body} }
func push(%pz: [num], %pv: num) -> () { %pl = length %pz; store %pz[%pl] = %pv grows }`;

const rewritten: readonly (readonly [string, string, string])[] = [
  [
    "one push from the start",
    f(
      "%0 = const 0; %s: [num] = new; for %i = %0 to %n step 1 test < { %l = length %s; store %s[%l] = %a grows }; %r = length %s; yield %r",
    ),
    f(
      "%0 = const 0; %s: [num] = new; for %i = %0 to %n step 1 test < { store %s[%i] = %a grows; %1 = const 1; %m = add %i %1 }; %r = length %s; yield %r",
    ),
  ],
  [
    "two pushes, onto a literal, from 1",
    f(
      "%0 = const 1; %s: [num] = new %a %a; for %i = %0 to %n step 1 test < { %l = length %s; store %s[%l] = %a grows; %m = length %s; store %s[%m] = %m grows }; %r = length %s; yield %r",
    ),
    f(
      "%0 = const 1; %s: [num] = new %a %a; %2 = const 2; for %i = %0 to %n step 1 test < { %d = sub %i %0; %p = const 2; %e = mul %d %p; %g = add %2 %e; store %s[%g] = %a grows; %1 = const 1; %h = add %g %1; store %s[%h] = %h grows; %3 = const 1; %k = add %h %3 }; %r = length %s; yield %r",
    ),
  ],
  [
    "in a while loop",
    f(
      "%0 = const 0; %s: [num] = new; while cond { %l = length %s; %t = lt %l %n; yield %t } body { %l = length %s; store %s[%l] = %a grows }; %r = length %s; yield %r",
    ),
    f(
      "%0 = const 0; %s: [num] = new; %z = const 0; while (%k = %z: num) -> (%e) cond { %t = lt %k %n; yield %t } body { store %s[%k] = %a grows; %1 = const 1; %m = add %k %1; %2 = const 1; %w = add %k %2; yield %w }; %r = length %s; yield %r",
    ),
  ],
];

const kept: readonly (readonly [string, string])[] = [
  [
    "a push that does not always happen",
    "%0 = const 0; %s: [num] = new; for %i = %0 to %n step 1 test < { if %c { %l = length %s; store %s[%l] = %a grows } }; %r = length %s; yield %r",
  ],
  [
    "an array that also becomes shorter",
    "%0 = const 0; %s: [num] = new; for %i = %0 to %n step 1 test < { %l = length %s; store %s[%l] = %a grows; resize %s %l }; %r = length %s; yield %r",
  ],
  [
    "an array that may be another",
    "%0 = const 0; for %i = %0 to %n step 1 test < { %l = length %x; store %x[%l] = %a grows; %m = length %y; store %y[%m] = %a grows }; %r = length %x; yield %r",
  ],
  [
    "a function that pushes too",
    "%0 = const 0; for %i = %0 to %n step 1 test < { %l = length %x; store %x[%l] = %a grows; call push(%x, %a) }; %r = length %x; yield %r",
  ],
  [
    "steps of two",
    "%0 = const 0; %s: [num] = new; for %i = %0 to %n step 2 test < { %l = length %s; store %s[%l] = %a grows }; %r = length %s; yield %r",
  ],
];

describe("lengths", () => {
  test.each(rewritten)("%s", (_, before, after) => expectPass(followLengths, before, after));
  test.each(kept)("%s", (_, body) => expectUnchanged(followLengths, f(body)));
});
