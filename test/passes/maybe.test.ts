/** What passes do, and do not do, with values that may be absent, with casts and with unions. */
import { describe, test } from "vitest";
import { eliminateCommonSubexpressions } from "../../compiler/src/optimize/cse.js";
import { hoistInvariants } from "../../compiler/src/optimize/hoist.js";
import { scalarize } from "../../compiler/src/optimize/scalarize.js";
import { simplify } from "../../compiler/src/optimize/simplify.js";
import { forwardStores } from "../../compiler/src/optimize/stores.js";
import { expectPass, expectUnchanged } from "./support.js";

const records = `record A (k: str, x: num) record B (k: str, y: num)
record U (k: str, x: num? optional, y: num? optional) variants (A, B)
record P (x: num, next: %P?null)
record O (x: num, k: num? optional)
`;
const f = (body: string, result = "num"): string =>
  `${records}func f(%p: %P?null, %x: num?, %n: num, %u: %U, %a: %A, %o: %O, %c: bool) -> (${result}) { ${body} }`;

describe("simplify", () => {
  test("a cast to the type a value has", () => {
    expectPass(simplify, f("%y: num = cast %n; yield %y"), f("yield %n"));
  });
  test("a cast there and back", () => {
    expectPass(simplify, f("%m: num? = cast %n; %y: num = cast %m; yield %y"), f("%m: num? = cast %n; yield %n"));
    expectPass(
      simplify,
      f("%w: %U = cast %a; %b: %A = cast %w; yield %b", "%A"),
      f("%w: %U = cast %a; yield %a", "%A"),
    );
  });
  test("casts in a row", () => {
    expectPass(
      simplify,
      f("%w: %U = cast %a; %m: %U? = cast %w; yield %m", "%U?"),
      f("%w: %U = cast %a; %m: %U? = cast %a; yield %m", "%U?"),
    );
  });
  test("what was just made is there", () => {
    expectPass(
      simplify,
      f(
        "%null: %P?null = const null; %q: %P = new %n %null; %w: %P?null = cast %q; %no = isNullish %w; %r = if %no { %1 = const 1; yield %1 } else { yield %n }; yield %r",
      ),
      f("%null: %P?null = const null; %q: %P = new %n %null; %w: %P?null = cast %q; %no = const false; yield %n"),
    );
  });
  test("a missing literal under another type", () => {
    expectPass(
      simplify,
      f("%m: num? = const undefined; %b: num?both = cast %m; yield %b", "num?both"),
      f("%m: num? = const undefined; %b: num?both = const undefined; yield %b", "num?both"),
    );
  });
  test("a parameter may be absent", () => {
    expectUnchanged(simplify, f("%no = isNullish %p; yield %no", "bool"));
  });
});

describe("cse", () => {
  test("equal casts", () => {
    expectPass(
      eliminateCommonSubexpressions,
      f("%y: num = cast %x; %z: num = cast %x; %r = mul %y %z; yield %r"),
      f("%y: num = cast %x; %r = mul %y %y; yield %r"),
    );
  });
  test("a store through the variant changes what is read through the union", () => {
    expectUnchanged(
      eliminateCommonSubexpressions,
      f("%y = load %u.x; %w: %A = cast %u; store %w.x = %n; %z = load %u.x; %no = eq %y %z; yield %no", "bool"),
    );
    expectUnchanged(
      eliminateCommonSubexpressions,
      f("%y = load %u.x; store %a.x = %n; %z = load %u.x; %no = eq %y %z; yield %no", "bool"),
    );
  });
  test("a store to a variant does not change other records", () => {
    expectPass(
      eliminateCommonSubexpressions,
      f("%y = load %o.x; store %a.x = %n; %z = load %o.x; %r = mul %y %z; yield %r"),
      f("%y = load %o.x; store %a.x = %n; %r = mul %y %y; yield %r"),
    );
  });
});

describe("hoist", () => {
  test("what is behind a test stays behind it", () => {
    expectUnchanged(
      hoistInvariants,
      f(
        "%0 = const 0; for %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) { %no = isNullish %p; %t = if %no { yield %s } else { %q: %P = cast %p; %v = load %q.x; %w = add %s %v; yield %w }; yield %t }; yield %r",
      ),
    );
    expectUnchanged(
      hoistInvariants,
      f(
        "%0 = const 0; for %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) { %q: %P = cast %p; %v = load %q.x; %w = add %s %v; yield %w }; yield %r",
      ),
    );
  });
});

describe("stores", () => {
  test("what is added to nothing is not added to what was there", () => {
    expectUnchanged(forwardStores, f("accum %o.k += %n; %y = load %o.k orZero; yield %y"));
  });
  test("what is stored in a variant is seen through the union", () => {
    expectUnchanged(
      forwardStores,
      f("%w: %U = cast %a; store %a.x = %n; %y = load %w.x; store %a.x = %n; yield %y", "num?"),
    );
  });
});

describe("scalarize", () => {
  test("what is cast stays in memory", () => {
    expectUnchanged(
      scalarize,
      f('%k = const "a"; %q: %A = new %k %n; %w: %U = cast %q; store %q.x = %n; %y = load %w.x; yield %y', "num?"),
    );
  });
  test("a member that may be absent becomes a value that may be", () => {
    expectPass(scalarize, f("%q: %O = new %n %x; %y = load %q.k; yield %y", "num?"), f("yield %x", "num?"));
  });
  test("an adjoint that may be absent stays in memory", () => {
    expectUnchanged(scalarize, f("%q: %O = new %n %x; accum %q.k += %n; %y = load %q.k; yield %y", "num?"));
  });
});
