/** Small objects become scalars; objects somebody else sees stay. */
import { describe, expect, test } from "vitest";
import { printProgram } from "../../compiler/src/ir/print.js";
import type { Pass } from "../../compiler/src/optimize/pass.js";
import { scalarize } from "../../compiler/src/optimize/scalarize.js";
import { expectPass, expectUnchanged, runPass } from "./support.js";

const f = (body: string): string =>
  `record P (x: num, y: num) record "P.adjoint" (x: num, y: num) record L (a: %P, b: %P) record C (x: num, k: num nodiff)
   func f(%n: num, %m: num, %c: bool, %q: %P) -> (num) { ${body} }`;

const apart: readonly (readonly [string, string, string])[] = [
  [
    "a record",
    f("%p: %P = new %n %m; %a = load %p.x; %b = load %p.y; %r = mul %a %b; yield %r"),
    f("%r = mul %n %m; yield %r"),
  ],
  ["a tuple", f('%p: (num, num) = new %n %m; %a = load %p."1"; yield %a'), f("yield %m")],
  [
    "an array of constant length",
    f("%p: [num] = new %n %m; %z = const 1; %a = load %p[%z]; %l = length %p; %r = mul %a %l; yield %r"),
    f("%z = const 1; %l = const 2; %r = mul %m %l; yield %r"),
  ],
  [
    "an allocation of constant length",
    f(
      "%l = const 2; %z = const 1; %p: Float64Array = alloc %l; store %p[%z] = %n; accum %p[%z] += %m; %a = load %p[%z]; yield %a",
    ),
    f("%l = const 2; %z = const 1; %0 = const 0; %1 = const 0; %r = add %n %m; yield %r"),
  ],
  [
    "a record that is written",
    f("%p: %P = new %n %m; store %p.x = %m; %a = load %p.x; %b = load %p.y; %r = mul %a %b; yield %r"),
    f("%r = mul %m %m; yield %r"),
  ],
  [
    "a record chosen by an if",
    f(
      "%p: %P = if %c { %s: %P = new %n %m; yield %s } else { %t: %P = new %m %n; yield %t }; %a = load %p.x; yield %a",
    ),
    f("%px, %py = if %c { yield %n, %m } else { yield %m, %n }; yield %px"),
  ],
  [
    "a record carried round a loop",
    f(
      "%z = const 0; %p: %P = new %n %m; for %i = %z to %n step 1 test < (%s = %p) -> (%e) { %a = load %s.x; %b = load %s.y; %d = add %a %b; %t: %P = new %b %d; yield %t }; %r = load %e.y; yield %r",
    ),
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%x = %n, %y = %m) -> (%ex, %ey) { %d = add %x %y; yield %y, %d }; yield %ey",
    ),
  ],
  [
    "a record carried round a while",
    f(
      "%p: %P = new %n %m; while (%s = %p) breaks -> (%e) cond { %a = load %s.x; %t = lt %a %m; yield %t } body { %b = load %s.x; %u: %P = new %b %b; yield %c, %u }; %r = load %e.y; yield %r",
    ),
    f(
      "while (%x = %n, %y = %m) breaks -> (%ex, %ey) cond { %t = lt %x %m; yield %t } body { yield %c, %x, %x }; yield %ey",
    ),
  ],
  [
    "a record written in an if",
    f("%p: %P = new %n %m; if %c { store %p.x = %m }; %a = load %p.x; %b = load %p.y; %r = mul %a %b; yield %r"),
    f("%px = if %c { yield %m } else { yield %n }; %r = mul %px %m; yield %r"),
  ],
  [
    "a record written in a loop in an arm",
    f(
      "%z = const 0; %p: %P = new %n %m; if %c { for %i = %z to %n step 1 test < { %a = load %p.x; %b = add %a %i; store %p.x = %b } }; %r = load %p.x; yield %r",
    ),
    f(
      "%z = const 0; %r = if %c { for %i = %z to %n step 1 test < (%x = %n) -> (%e) { %b = add %x %i; yield %b }; yield %e } else { yield %n }; yield %r",
    ),
  ],
  [
    "a record written in an arm that throws",
    f(`%p: %P = new %n %m; if %c { store %p.x = %m; throw "boom" }; %a = load %p.x; yield %a`),
    f(`%x = if %c { throw "boom" } else { yield %n }; yield %x`),
  ],
  [
    "a record made anew in each iteration and written there",
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %m) -> (%e) { %p: %P = new %s %i; if %c { store %p.x = %i }; %a = load %p.x; yield %a }; yield %e",
    ),
    f(
      "%z = const 0; for %i = %z to %n step 1 test < (%s = %m) -> (%e) { %x = if %c { yield %i } else { yield %s }; yield %x }; yield %e",
    ),
  ],
  [
    "records in a record",
    f(
      "%p: %P = new %n %m; %s: %P = new %m %m; %l: %L = new %p %s; %a = load %l.a; %b = load %a.x; %d = load %l.b; %e = load %d.y; %r = mul %b %e; yield %r",
    ),
    f("%r = mul %n %m; yield %r"),
  ],
  [
    "a copy",
    f("%p: %P = new %n %m; %s = copy %p; store %p.x = %m; %a = load %s.x; %b = load %p.x; %r = mul %a %b; yield %r"),
    f("%r = mul %n %m; yield %r"),
  ],
  ["a copy of a parameter", f("%s = copy %q; %a = load %s.y; yield %a"), f("%x = load %q.x; %y = load %q.y; yield %y")],
  [
    "zeros that are added into",
    f("%p: %P = new %n %m; %d = zeros %p; accum %d.x += %n; addInto %d %d; %a = load %d.x; yield %a"),
    f("%0 = const 0; %1 = const 0; %xx = add %n %n; yield %xx"),
  ],
  [
    "cleared zeros",
    f("%d = zeros %q; accum %d.x += %n; clear %d; %a = load %d.x; yield %a"),
    f("%2 = load %q.x; %3 = load %q.y; %0 = const 0; %1 = const 0; %c0 = const 0; %c1 = const 0; yield %c0"),
  ],
  [
    "a constant member",
    f("%p: %C = new %n %m; %a = load %p.x; %b = load %p.k; %r = mul %a %b; yield %r"),
    f("%k = stopGradient %m; %r = mul %n %k; yield %r"),
  ],
  [
    "a record that is returned after it was written",
    "record P (x: num, y: num) func f(%n: num, %c: bool) -> (%P) { %p: %P = new %n %n; if %c { store %p.y = %n } else { store %p.y = %n }; yield %p }",
    "record P (x: num, y: num) func f(%n: num, %c: bool) -> (%P) { %y = if %c { yield %n } else { yield %n }; %p: %P = new %n %y; yield %p }",
  ],
  [
    "an adjoint that is exported",
    `record P (x: num, y: num) record "P.adjoint" (x: num, y: num) func f(%p: %P, %n: num) -> (%"P.adjoint") { %d = zeros %p; accum %d.x += %n; accum %d.x += %n; %e = export %d take; yield %e }`,
    `record P (x: num, y: num) record "P.adjoint" (x: num, y: num) func f(%p: %P, %n: num) -> (%"P.adjoint") { %a = load %p.x; %b = load %p.y; %0 = const 0; %1 = const 0; %x = add %n %n; %e: %"P.adjoint" = new %x %1; yield %e }`,
  ],
  [
    "a record read by a pullback",
    `record P (x: num, y: num) func f(%n: num) -> (fn(num) -> (num)) { %p: %P = new %n %n; %g = closure (%s: num) { %a = load %p.x; %r = mul %a %s; yield %r }; yield %g }`,
    `record P (x: num, y: num) func f(%n: num) -> (fn(num) -> (num)) { %g = closure (%s: num) { %r = mul %n %s; yield %r }; yield %g }`,
  ],
];

const kept: readonly (readonly [string, string])[] = [
  ["a parameter", f("%a = load %q.x; yield %a")],
  [
    "a record that is returned twice",
    "record P (x: num) func f(%n: num) -> (%P, %P) { %p: %P = new %n; store %p.x = %n; yield %p, %p }",
  ],
  [
    "a record that is returned as it was made",
    "record P (x: num) func f(%n: num) -> (%P) { %p: %P = new %n; yield %p }",
  ],
  ["a record that foreign code gets", f(`%p: %P = new %n %m; foreign "f(" %p ")"; %a = load %p.x; yield %a`)],
  [
    "a record put into an array that stays",
    f("%p: %P = new %n %m; %v: [%P] = alloc %n; store %v[%n] = %p; %s = load %v[%m]; %a = load %s.x; yield %a"),
  ],
  [
    "a choice between a record made here and a parameter",
    f("%p: %P = new %n %m; %s: %P = if %c { yield %p } else { yield %q }; %a = load %s.x; yield %a"),
  ],
  [
    "a written record with two names",
    f(
      "%p: %P = new %n %m; %t: %P = new %m %m; %s: %P = if %c { yield %p } else { yield %t }; store %s.x = %m; %a = load %p.x; yield %a",
    ),
  ],
  ["an array read under an unknown index", f("%p: [num] = new %n %m; %a = load %p[%n]; yield %a")],
  ["an array read beyond its end", f("%p: [num] = new %n %m; %z = const 2; %a = load %p[%z]; yield %a")],
  ["an array that grows", f("%p: [num] = new %n %m; %z = const 2; store %p[%z] = %n; %l = length %p; yield %l")],
  [
    "arrays of two lengths",
    f(
      "%p: [num] = if %c { %s: [num] = new %n; yield %s } else { %t: [num] = new %n %m; yield %t }; %z = const 0; %a = load %p[%z]; yield %a",
    ),
  ],
  [
    "a Float32Array, which rounds",
    f("%l = const 2; %z = const 1; %p: Float32Array = alloc %l; store %p[%z] = %n; %a = load %p[%z]; yield %a"),
  ],
  [
    "a record that a pullback writes",
    `record P (x: num, y: num) func f(%n: num) -> (fn(num) -> (num)) { %p: %P = new %n %n; %g = closure (%s: num) { accum %p.x += %s; %a = load %p.x; yield %a }; yield %g }`,
  ],
  [
    "a record compared as an object",
    f(`%p: %P = new %n %m; %s: %P = new %n %m; %e = eq %p %s; if %e { foreign "f()" }; yield %n`),
  ],
];

/** Without names from objects, which the texts above do not spell. */
const plain: Pass = (program) => scalarize(program);

describe("scalarize", () => {
  test.each(apart)("takes apart %s", (_, before, after) => expectPass(plain, before, after));
  test.each(kept)("keeps %s", (_, text) => expectUnchanged(plain, text));

  test("members are named after their object", () => {
    const text = f(
      "%z = const 0; %sum: %P = new %z %z; for %i = %z to %n step 1 test < { accum %sum.x += %i }; %r = load %sum.x; yield %r",
    );
    const after = printProgram(runPass(scalarize, text));
    expect(after).toContain("(%sum_x = %z: num) -> (%sum_x.1)");
    expect(after).toContain("%sum_x.2 = add %sum_x %i");
  });
});
