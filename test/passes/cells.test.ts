/** Places that a loop keeps in numbers. */
import { describe, test } from "vitest";
import { keepCells } from "../../compiler/src/optimize/cells.js";
import { expectPass, expectUnchanged } from "./support.js";

const f = (body: string, results = "num"): string =>
  `record C (k: num nodiff, v: num)
   func f(%x: Float64Array, %y: Float64Array, %a: [num], %h: Float32Array, %q: %C, %i: num, %n: num, %e: num) -> (${results}) { %o = const 0; ${body}; yield %e }`;

const kept: readonly (readonly [string, string, string])[] = [
  [
    "an element that is added to",
    f("for %j = %o to %n step 1 test < { accum %x[%i] += %e }"),
    f(
      "%c = load %x[%i]; for %j = %o to %n step 1 test < (%t = %c) -> (%s) { %u = add %t %e; yield %u }; store %x[%i] = %s",
    ),
  ],
  [
    "a field that is read, written and added to, in a loop that carries and breaks",
    f(
      "for %j = %o to %n step 1 test < (%m = %e) breaks -> (%r) { %v = load %q.v; %w = exp %v; store %q.v = %w; accum %q.v += %m; %b = lt %w %m; yield %b, %w }",
    ),
    f(
      "%c = load %q.v; for %j = %o to %n step 1 test < (%m = %e, %t = %c) breaks -> (%r, %s) { %w = exp %t; %u = add %w %m; %b = lt %w %m; yield %b, %w, %u }; store %q.v = %s",
    ),
  ],
  [
    "an index that the loop computes, beside elements that differ",
    f(
      "%d = zeros %x; %w = floor %i; for %j = %o to %n step 1 test < { %two = const 2; %k = mul %two %w; %l = mul %two %j; %one = const 1; %p = add %l %one; accum %d[%k] += %e; accum %d[%p] += %e }",
    ),
    f(
      "%d = zeros %x; %w = floor %i; %two = const 2; %k = mul %two %w; %c = load %d[%k]; for %j = %o to %n step 1 test < (%t = %c) -> (%s) { %l = mul %two %j; %one = const 1; %p = add %l %one; %u = add %t %e; accum %d[%p] += %e; yield %u }; store %d[%k] = %s",
    ),
  ],
  [
    "in a while",
    f(
      "while (%m = %o) -> (%r) cond { %b = lt %m %n; yield %b } body { accum %x[%i] += %m; %one = const 1; %p = add %m %one; yield %p }",
    ),
    f(
      "%c = load %x[%i]; while (%m = %o, %t = %c) -> (%r, %s) cond { %b = lt %m %n; yield %b } body { %u = add %t %m; %one = const 1; %p = add %m %one; yield %p, %u }; store %x[%i] = %s",
    ),
  ],
];

const left: readonly (readonly [string, string])[] = [
  ["an element that is only read", f("for %j = %o to %n step 1 test < { %v = load %x[%i] }")],
  ["a place that changes from iteration to iteration", f("for %j = %o to %n step 1 test < { accum %x[%j] += %e }")],
  [
    "another element that may be the same",
    f("for %j = %o to %n step 1 test < { accum %x[%i] += %e; %v = load %x[%j] }"),
  ],
  [
    "another array that may be the same",
    f("for %j = %o to %n step 1 test < { accum %x[%i] += %e; store %y[%j] = %e }"),
  ],
  [
    "a place that an inner region names too",
    f("for %j = %o to %n step 1 test < { accum %x[%i] += %e; %b = lt %j %e; if %b { accum %x[%i] += %j } }"),
  ],
  ["an array that rounds", f("for %j = %o to %n step 1 test < { accum %h[%i] += %e }")],
  ["an array that may become longer", f("for %j = %o to %n step 1 test < { accum %a[%i] += %e }")],
  ["a field that is a constant", f("for %j = %o to %n step 1 test < { store %q.k = %e }")],
  [
    "an element that is written before it is read: there may be none",
    f("for %j = %o to %n step 1 test < { store %x[%i] = %e; %v = load %x[%i] }"),
  ],
  [
    "an element that is read as 0 where there is none",
    f("for %j = %o to %n step 1 test < { accum %x[%i] += %e; %v = load %x[%i] orZero }"),
  ],
  [
    "a loop that may throw",
    f(`for %j = %o to %n step 1 test < { accum %x[%i] += %e; %b = lt %j %e; if %b { throw "no" } }`),
  ],
  [
    "an object that may not be there",
    `record C (v: num)
     func f(%all: [%C], %i: num, %n: num, %e: num) -> (num) { %o = const 0; %c = load %all[%i]; for %j = %o to %n step 1 test < { accum %c.v += %e }; yield %e }`,
  ],
  [
    "views that may lie over each other",
    f(
      "%z = zeros %x; %w = view %z(%o, %n); for %j = %o to %n step 1 test < { %two = const 2; %k = mul %two %j; accum %z[%o] += %e; accum %w[%k] += %e }",
    ).replace("view %z(%o, %n)", "view %z %o %n"),
  ],
];

describe("cells", () => {
  test.each(kept)("%s", (_, before, after) => expectPass(keepCells, before, after));
  test.each(left)("left: %s", (_, text) => expectUnchanged(keepCells, text));
});
