/** Memory that is read or overwritten right after it was written. */
import { describe, test } from "vitest";
import { forwardStores } from "../../compiler/src/optimize/stores.js";
import { expectPass, expectUnchanged } from "./support.js";

const f = (body: string): string =>
  `record C (k: num nodiff)
   func f(%x: Float64Array, %y: Float64Array, %v: [num], %h: Float32Array, %q: %C, %i: num, %j: num, %a: num, %c: bool) -> (num) { ${body} }`;

const rewritten: readonly (readonly [string, string, string])[] = [
  [
    "accumulate, read",
    f("accum %x[%i] += %a; %r = load %x[%i]; yield %r"),
    f("%o = load %x[%i]; %r = add %o %a; store %x[%i] = %r; yield %r"),
  ],
  [
    "accumulate, read, overwrite",
    f("accum %x[%i] += %a; %r = load %x[%i]; %z = const 0; store %x[%i] = %z; yield %r"),
    f("%o = load %x[%i]; %r = add %o %a; %z = const 0; store %x[%i] = %z; yield %r"),
  ],
  [
    "accumulate, read twice",
    f("accum %x[%i] += %a; %r = load %x[%i]; %s = load %x[%i]; %t = mul %r %s; yield %t"),
    f("%o = load %x[%i]; %r = add %o %a; store %x[%i] = %r; %t = mul %r %r; yield %t"),
  ],
  [
    "store, accumulate",
    f("store %x[%i] = %j; accum %x[%i] += %a; yield %a"),
    f("%r = add %j %a; store %x[%i] = %r; yield %a"),
  ],
  [
    "accumulate, accumulate",
    f("accum %x[%i] += %a; accum %x[%i] += %j; yield %a"),
    f("%o = load %x[%i]; %s = add %o %a; %t = add %s %j; store %x[%i] = %t; yield %a"),
  ],
  [
    "store, store",
    f("store %x[%i] = %a; %r = exp %a; store %x[%i] = %r; yield %r"),
    f("%r = exp %a; store %x[%i] = %r; yield %r"),
  ],
  ["accumulate, store", f("accum %x[%i] += %a; store %x[%i] = %j; yield %a"), f("store %x[%i] = %j; yield %a")],
  ["store, read, in an array", f("store %v[%i] = %a; %r = load %v[%i]; yield %r"), f("store %v[%i] = %a; yield %a")],
  [
    "around a store that may be to the same place: the first is dead all the same",
    f("store %x[%i] = %a; store %y[%j] = %i; store %x[%i] = %j; yield %a"),
    f("store %y[%j] = %i; store %x[%i] = %j; yield %a"),
  ],
  [
    "around reads and writes elsewhere",
    f(
      "%o = const 0; %t = const 1; accum %x[%o] += %a; %e = load %x[%t]; %g = load %v[%i]; accum %x[%t] += %e; %r = load %x[%o]; %s = mul %r %g; yield %s",
    ),
    f(
      "%o = const 0; %t = const 1; %b = load %x[%o]; %r = add %b %a; store %x[%o] = %r; %e = load %x[%t]; %g = load %v[%i]; %q = add %e %e; store %x[%t] = %q; %s = mul %r %g; yield %s",
    ),
  ],
  [
    "around an object made here",
    f("%z = zeros %x; accum %z[%i] += %a; %e = load %x[%j]; %r = load %z[%i]; %s = mul %r %e; yield %s"),
    f("%z = zeros %x; %o = load %z[%i]; %r = add %o %a; store %z[%i] = %r; %e = load %x[%j]; %s = mul %r %e; yield %s"),
  ],
  [
    "around a loop and an if that touch other memory",
    f(
      `accum %x[%i] += %a; if %c { store %v[%i] = %j }; for %k = %i to %j step 1 test < { accum %v[%k] += %a }; %r = load %x[%i]; yield %r`,
    ),
    f(
      `%o = load %x[%i]; %r = add %o %a; store %x[%i] = %r; if %c { store %v[%i] = %j }; for %k = %i to %j step 1 test < { accum %v[%k] += %a }; yield %r`,
    ),
  ],
  [
    "zero in an adjoint, accumulate",
    f("%d = zeros %x; %z = const 0; store %d[%i] = %z; accum %d[%i] += %a; %r = load %d[%j]; yield %r"),
    f("%d = zeros %x; %z = const 0; store %d[%i] = %a; %r = load %d[%j]; yield %r"),
  ],
  [
    "zero in an array made for adjoints, accumulate",
    f(
      "%d: Float64Array = alloc adjoint %j; %z = const 0; store %d[%i] = %z; accum %d[%i] += %a; %r = load %d[%j]; yield %r",
    ),
    f("%d: Float64Array = alloc adjoint %j; %z = const 0; store %d[%i] = %a; %r = load %d[%j]; yield %r"),
  ],
  [
    "read, accumulate",
    f("%r = load %x[%i]; accum %x[%i] += %a; yield %r"),
    f("%r = load %x[%i]; %s = add %r %a; store %x[%i] = %s; yield %r"),
  ],
  [
    "read, overwrite, write back",
    f("%r = load %x[%i]; store %x[%i] = %a; store %x[%i] = %r; yield %r"),
    f("%r = load %x[%i]; yield %r"),
  ],
  [
    "an element that is taken out, and adds to another before it goes back",
    f(
      "%d = zeros %x; %o = const 1; %z = const 0; for %k = %i to %j step 1 test < { %n = add %k %o; %r = load %d[%n]; store %d[%n] = %z; accum %d[%k] += %r; accum %d[%n] += %r }; %s = load %d[%i]; yield %s",
    ),
    f(
      "%d = zeros %x; %o = const 1; %z = const 0; for %k = %i to %j step 1 test < { %n = add %k %o; %r = load %d[%n]; accum %d[%k] += %r }; %s = load %d[%i]; yield %s",
    ),
  ],
  [
    "zero elsewhere, accumulate",
    f("%z = const 0; store %x[%i] = %z; accum %x[%i] += %a; yield %a"),
    f("%z = const 0; %r = add %z %a; store %x[%i] = %r; yield %a"),
  ],
];

const kept: readonly (readonly [string, string])[] = [
  ["a store to a typed array, read: there may be no such element", f("store %x[%i] = %a; %r = load %x[%i]; yield %r")],
  [
    "read, overwrite, write back, with a write between that may be to the same place",
    f("%r = load %x[%i]; accum %y[%j] += %a; store %x[%i] = %r; yield %r"),
  ],
  [
    "read or 0, write back, where an array would become longer",
    f("%r = load %v[%i] orZero; store %v[%i] = %r; yield %r"),
  ],
  ["read, accumulate, in an array that rounds", f("%r = load %h[%i]; accum %h[%i] += %a; yield %r")],
  ["a sum over such a store", f("%s = add %a %j; store %x[%i] = %s; %r = load %x[%i]; yield %r")],
  ["an array that rounds", f("accum %h[%i] += %a; %r = load %h[%i]; store %h[%j] = %r; accum %h[%j] += %a; yield %r")],
  [
    "a push and a store to what was pushed",
    f("%l = length %v; store %v[%l] = %a grows; store %v[%l] = %j; %r = load %v[%i]; yield %r"),
  ],
  [
    "two pushes, and a store to the first",
    f("%l = length %v; store %v[%l] = %a grows; %m = length %v; store %v[%m] = %j grows; store %v[%l] = %i; yield %a"),
  ],
  ["a store to what is then cut off", f("store %v[%i] = %a; resize %v %j; store %v[%i] = %j; yield %a")],
  ["a constant field", f("store %q.k = %a; %r = load %q.k; yield %r")],
  ["a write that something else may read", f("store %x[%i] = %a; %r = load %y[%j]; store %x[%i] = %j; yield %r")],
  [
    "an accumulation that something else may read",
    f("store %x[%i] = %a; accum %y[%j] += %i; store %x[%i] = %j; yield %a"),
  ],
  [
    "a read after something else may have written",
    f("accum %x[%i] += %a; store %y[%j] = %i; %r = load %x[%i]; yield %r"),
  ],
  [
    "a write that may be read through an array from memory",
    "func f(%m: [[num]], %v: [num], %i: num, %a: num) -> (num) { %w = load %m[%i]; store %v[%i] = %a; %r = load %w[%i]; store %v[%i] = %r; yield %r }",
  ],
  [
    "a sum that may be overwritten through an array from memory",
    "func f(%m: [[num]], %v: [num], %i: num, %a: num) -> (num) { %w = load %m[%i]; accum %v[%i] += %a; store %w[%i] = %i; %r = load %v[%i]; yield %r }",
  ],
  ["a write before foreign code", f(`store %x[%i] = %a; foreign "f()"; store %x[%i] = %j; yield %a`)],
  ["a write before a throw", f(`store %x[%i] = %a; if %c { throw "boom" }; store %x[%i] = %j; yield %a`)],
  [
    "a write before a loop that reads",
    f(
      "store %x[%i] = %a; for %k = %i to %j step 1 test < { %e = load %y[%k]; store %v[%k] = %e }; store %x[%i] = %j; yield %a",
    ),
  ],
  ["a write before an if that may overwrite", f("store %x[%i] = %a; if %c { store %x[%i] = %i }; yield %a")],
  ["a write before the length is read", f("store %v[%i] = %a; %l = length %v; store %v[%i] = %l; yield %a")],
  ["a write before a copy", f("store %x[%i] = %a; %d = copy %x; store %x[%i] = %j; %r = load %d[%i]; yield %r")],
  [
    "a write before a pullback is made",
    "func f(%x: Float64Array, %i: num) -> (fn(num) -> (num)) { store %x[%i] = %i; %p = closure (%g: num) { %r = load %x[%i]; yield %r }; store %x[%i] = %i; yield %p }",
  ],
  [
    "a write before a call",
    "func g(%x: Float64Array, %i: num) -> (num) { %r = load %x[%i]; yield %r } func f(%x: Float64Array, %i: num) -> (num) { store %x[%i] = %i; %r: num = call g(%x, %i); store %x[%i] = %r; yield %r }",
  ],
];

describe("stores", () => {
  test.each(rewritten)("%s", (_, before, after) => expectPass(forwardStores, before, after));
  test.each(kept)("kept: %s", (_, text) => expectUnchanged(forwardStores, text));
});
