/** Two loops, one in the other, that do four rows at a time. */
import { describe, expect, test } from "vitest";
import { printProgram } from "../../compiler/src/ir/print.js";
import { jam } from "../../compiler/src/optimize/jam.js";
import { expectPass, expectUnchanged, runPass } from "./support.js";

const f = (body: string): string =>
  `record C (v: num)
   func f(%x: Float64Array, %y: Float64Array, %a: [num], %q: %C, %n: num, %m: num) -> (num) { %o = const 0; %one = const 1; ${body}; yield %n }`;

/** Adds up row by row what `sum` adds to what came before, and does something with the sum. */
const nest = (before: string, inner: string, after: string): string =>
  f(
    `for %i = %o to %n step 1 test < { %r = mul %i %m; ${before}; for %j = %o to %m step 1 test < (%s = %o) -> (%t) { %k = add %r %j; %e = load %x[%k]; ${inner}; %u = add %s %e; yield %u }; ${after} }`,
  );

const nothing = "%p = const 0";

const jammed: readonly (readonly [string, string])[] = [
  [
    "sums of rows that go to one place each",
    nest(nothing, nothing, "%z = zeros %x; store %a[%i] = %t").replace("%z = zeros %x; ", ""),
  ],
  ["a field that all add to", nest(nothing, nothing, "accum %q.v += %t")],
  [
    "a place that all rows add to",
    f(
      "%z = zeros %x; for %i = %o to %n step 1 test < { %r = mul %i %m; for %j = %o to %m step 1 test < { %k = add %r %j; %e = load %x[%k]; accum %z[%j] += %e } }",
    ),
  ],
  [
    "a sum through the outer loop alone",
    f(
      "for %i = %o to %n step 1 test < (%all = %o) -> (%sum) { %r = mul %i %m; for %j = %o to %m step 1 test < (%s = %o) -> (%t) { %k = add %r %j; %e = load %x[%k]; %u = add %s %e; yield %u }; %v = add %all %t; yield %v }",
    ),
  ],
  [
    "a tape, in the order of the rows",
    f(
      "%tape = openTape; %w = const 100; reserve %tape %w %o; for %i = %o to %n step 1 test < { %r = mul %i %m; for %j = %o to %m step 1 test < (%s = %o) -> (%t) { %k = add %r %j; %e = load %x[%k]; %u = add %s %e; yield %u }; save %tape %t }; closeTape %tape",
    ),
  ],
];

const left: readonly (readonly [string, string])[] = [
  ["what a row writes and a later one reads", nest(nothing, nothing, "store %x[%i] = %t")],
  ["what may be read through another name", nest("%h = load %y[%i]", nothing, "store %x[%n] = %h")],
  [
    "one sum through both loops",
    f(
      "for %i = %o to %n step 1 test < (%all = %o) -> (%sum) { for %j = %o to %m step 1 test < (%s = %all) -> (%t) { %e = load %x[%j]; %u = add %s %e; yield %u }; yield %t }",
    ),
  ],
  [
    "an inner loop whose end depends on the row",
    f(
      "for %i = %o to %n step 1 test < { for %j = %o to %i step 1 test < (%s = %o) -> (%t) { %e = load %x[%j]; %u = add %s %e; yield %u }; store %a[%i] = %t }",
    ),
  ],
  ["a length that may change", nest("%l = length %a", nothing, "store %a[%i] = %t")],
  ["a push", nest("%l = const 0", nothing, "store %a[%i] = %t grows")],
  ["code of others", nest(`foreign "f()"`, nothing, "store %a[%i] = %t")],
  ["a row that may throw", nest(`%b = lt %i %m; if %b { throw "no" }`, nothing, "store %a[%i] = %t")],
  [
    "few rows",
    nest(nothing, nothing, "store %a[%i] = %t")
      .replace("to %n", "to %five")
      .replace("%one = const 1", "%five = const 5"),
  ],
  [
    "few columns",
    nest(nothing, nothing, "store %a[%i] = %t").replace("to %m", "to %two").replace("%one = const 1", "%two = const 2"),
  ],
  [
    "rows that share nothing and do not wait",
    f(
      "for %i = %o to %n step 1 test < { %r = mul %i %m; for %j = %o to %m step 1 test < { %k = add %r %j; accum %x[%k] += %i } }",
    ),
  ],
];

describe("jam", () => {
  test("four rows", () =>
    expectPass(
      jam,
      f(
        "for %i = %o to %n step 1 test < { %r = mul %i %m; for %j = %o to %m step 1 test < (%s = %o) -> (%t) { %k = add %r %j; %e = load %x[%k]; %u = add %s %e; yield %u }; store %a[%i] = %t }",
      ),
      f(
        `%4 = const 4; %d = mod %n %4; %w = sub %n %d;
         for %i = %o to %w step 4 test < {
           %c1 = const 1; %i1 = add %i %c1; %c2 = const 2; %i2 = add %i %c2; %c3 = const 3; %i3 = add %i %c3;
           %r = mul %i %m; %r1 = mul %i1 %m; %r2 = mul %i2 %m; %r3 = mul %i3 %m;
           for %j = %o to %m step 1 test < (%s = %o, %s1 = %o, %s2 = %o, %s3 = %o) -> (%t, %t1, %t2, %t3) {
             %k = add %r %j; %e = load %x[%k]; %u = add %s %e;
             %k1 = add %r1 %j; %e1 = load %x[%k1]; %u1 = add %s1 %e1;
             %k2 = add %r2 %j; %e2 = load %x[%k2]; %u2 = add %s2 %e2;
             %k3 = add %r3 %j; %e3 = load %x[%k3]; %u3 = add %s3 %e3;
             yield %u, %u1, %u2, %u3
           };
           store %a[%i] = %t; store %a[%i1] = %t1; store %a[%i2] = %t2; store %a[%i3] = %t3
         };
         for %i = %w to %n step 1 test < { %r = mul %i %m; for %j = %o to %m step 1 test < (%s = %o) -> (%t) { %k = add %r %j; %e = load %x[%k]; %u = add %s %e; yield %u }; store %a[%i] = %t }`,
      ),
    ));
  test.each(jammed)("%s", (_, text) => expect(printProgram(runPass(jam, text))).toContain("step 4"));
  test.each(left)("left: %s", (_, text) => expectUnchanged(jam, text));
});
