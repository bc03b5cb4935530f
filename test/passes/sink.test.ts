/** Adjoints that only a pullback uses, and leaves as it found them, are made in it. */
import { expect, test } from "vitest";
import { sinkIntoPullbacks } from "../../compiler/src/optimize/sink.js";
import { expectPass, expectUnchanged } from "./support.js";

const f = (before: string, inside: string, after = ""): string =>
  `func f(%n: num, %c: bool) -> (fn(num) -> (num)) {
     %z = const 0; ${before}; %g = closure (%s: num) { ${inside} }; ${after} yield %g }`;

const made = "%a: (num, num) = new %z %z";
const body = 'accum %a."0" += %s; %r = load %a."0"; %o = const 0; store %a."0" = %o; yield %r';
const refused: readonly (readonly [string, string])[] = [
  ["one that keeps what is added", f(made, 'accum %a."0" += %s; %r = load %a."0"; yield %r')],
  ["one that ends with another number", f(made, body.replace("const 0", "const 1"))],
  [
    "one that is put back only under a condition",
    f(
      made,
      'accum %a."0" += %s; %r = load %a."0"; if %c { %o = const 0; store %a."0" = %o; yield } else { yield }; yield %r',
    ),
  ],
  ["one of which only another member is put back", f(made, body.replace('store %a."0"', 'store %a."1"'))],
  ["one that is written after it was put back", f(made, body.replace("yield %r", 'accum %a."0" += %s; yield %r'))],
  ["one that is used outside", f(made, body, 'accum %a."0" += %n;')],
  ["one with a member that is not known", f("%a: (num, num) = new %z %n", body)],
];

test("an adjoint that is put back to zero moves", () => {
  expectPass(sinkIntoPullbacks, f(made, body), f("", `${made}; ${body}`).replace("; ;", ";"));
});

test("zeros move", () => {
  const zeros = "%p: (num, num) = new %n %n";
  expectPass(
    sinkIntoPullbacks,
    f(`${zeros}; %a: (num, num) = zeros %p`, body),
    f(zeros, `%a: (num, num) = zeros %p; ${body}`),
  );
});

test.each(refused)("%s stays", (_, program) => {
  expect(refused.length).toBeGreaterThan(0);
  expectUnchanged(sinkIntoPullbacks, program);
});
