/** Which square roots have the slope of `Math.hypot`. */
import { describe, test } from "vitest";
import { recogniseSumsOfSquares } from "../../compiler/src/optimize/sum-of-squares.js";
import { expectPass, expectUnchanged } from "./support.js";

const f = (sum: string, root: string): string =>
  `func f(%x: num, %y: num, %c: bool) -> (num) { ${sum}; %r = ${root} %s; yield %r }`;

const sums: readonly (readonly [string, string])[] = [
  ["one square", "%s = mul %x %x"],
  ["two squares", "%a = mul %x %x; %b = mul %y %y; %s = add %a %b"],
  ["squares by **", "%t = const 2; %a = pow %x %t; %b = mul %y %y; %s = add %a %b"],
  ["a sum started at 0", "%z = const 0; %a = mul %x %x; %p = add %z %a; %b = mul %y %y; %s = add %p %b"],
  [
    "three, leaning right",
    "%a = mul %x %x; %b = mul %y %y; %d = sub %x %y; %e = mul %d %d; %p = add %b %e; %s = add %a %p",
  ],
];
const others: readonly (readonly [string, string])[] = [
  ["a product", "%s = mul %x %y"],
  ["a cube", "%t = const 3; %s = pow %x %t"],
  ["a sum with something else", "%a = mul %x %x; %s = add %a %y"],
  ["a sum with a literal that is not 0", "%o = const 1; %a = mul %x %x; %s = add %a %o"],
  ["a difference", "%a = mul %x %x; %b = mul %y %y; %s = sub %a %b"],
  ["0", "%z = const 0; %s = add %z %z"],
  ["a choice between squares", "%s = if %c { %a = mul %x %x; yield %a } else { %b = mul %y %y; yield %b }"],
];

describe("sums of squares", () => {
  test.each(sums)("%s", (_, sum) => expectPass(recogniseSumsOfSquares, f(sum, "sqrt"), f(sum, "sqrtSumSquares")));
  test.each(others)("not %s", (_, sum) => expectUnchanged(recogniseSumsOfSquares, f(sum, "sqrt")));
});
