/** Which calls are replaced by bodies. */
import { describe, expect, test } from "vitest";
import { walk } from "../../compiler/src/ir/walk.js";
import { inline } from "../../compiler/src/optimize/inline.js";
import { expectPass, expectUnchanged, runPass } from "./support.js";

const entries = new Set(["f"]);
const square = "func square(%x: num) -> (num) { %r = mul %x %x; yield %r }";

const spliced: readonly (readonly [string, string, string])[] = [
  [
    "a small function, twice",
    `${square} func f(%a: num, %b: num) -> (num) { %p: num = call square(%a); %q: num = call square(%b); %r = add %p %q; yield %r }`,
    "func f(%a: num, %b: num) -> (num) { %p = mul %a %a; %q = mul %b %b; %r = add %p %q; yield %r }",
  ],
  [
    "through two levels",
    `func g(%x: num) -> (num) { %s: num = call square(%x); %r = neg %s; yield %r } ${square} func f(%a: num) -> (num) { %p: num = call g(%a); yield %p }`,
    "func f(%a: num) -> (num) { %p = mul %a %a; %q = neg %p; yield %q }",
  ],
  [
    "results that are parameters, or twice the same value",
    "func g(%x: num, %y: num) -> (num, num, num) { %s = add %x %y; yield %s, %y, %s } func f(%a: num) -> (num, num) { %p: num, %q: num, %t: num = call g(%a, %a); %r = mul %p %q; yield %r, %t }",
    "func f(%a: num) -> (num, num) { %s = add %a %a; %r = mul %s %a; yield %r, %s }",
  ],
  [
    "loops, branches, effects and exceptions",
    `func g(%x: num, %c: bool) -> (num) { %z = const 0; if %c { throw "boom" }; for %i = %z to %x step 1 test < (%s = %x) -> (%r) { foreign "f(" %s ")"; %t = add %s %i; yield %t }; yield %r }
     func f(%a: num, %c: bool) -> (num) { foreign "before()"; %p: num = call g(%a, %c); foreign "after()"; yield %p }`,
    `func f(%a: num, %c: bool) -> (num) { foreign "before()"; %z = const 0; if %c { throw "boom" }; for %i = %z to %a step 1 test < (%s = %a) -> (%r) { foreign "f(" %s ")"; %t = add %s %i; yield %t }; foreign "after()"; yield %r }`,
  ],
  [
    "inside a loop that carries the result",
    `${square} func f(%a: num) -> (num) { %z = const 0; for %i = %z to %a step 1 test < (%s = %a) -> (%r) { %t: num = call square(%s); yield %t }; yield %r }`,
    "func f(%a: num) -> (num) { %z = const 0; for %i = %z to %a step 1 test < (%s = %a) -> (%r) { %t = mul %s %s; yield %t }; yield %r }",
  ],
];

const kept: readonly (readonly [string, string])[] = [
  [
    "a recursive function",
    "func g(%x: num, %c: bool) -> (num) { %r = if %c { %q: num = call g(%x, %c); yield %q } else { yield %x }; yield %r } func f(%a: num, %c: bool) -> (num) { %p: num = call g(%a, %c); yield %p }",
  ],
  [
    "functions that call each other",
    "func g(%x: num, %c: bool) -> (num) { %r = if %c { %q: num = call h(%x, %c); yield %q } else { yield %x }; yield %r } func h(%x: num, %c: bool) -> (num) { %q: num = call g(%x, %c); yield %q } func f(%a: num, %c: bool) -> (num) { %p: num = call h(%a, %c); yield %p }",
  ],
  ["a function that never returns", `func g() -> () { throw "boom" } func f(%a: num) -> (num) { call g(); yield %a }`],
];

const big = (size: number): string => {
  const lines = Array.from({ length: size }, (_, k) => `%s${k + 1} = sin %s${k}; `).join("");
  return `func g(%s0: num) -> (num) { ${lines} yield %s${size} }`;
};

describe("inline", () => {
  test.each(spliced)("splices %s", (_, before, after) => expectPass(inline, before, after, { entries }));
  test.each(kept)("keeps the call of %s", (_, text) => expectUnchanged(inline, text, { entries }));

  test("keeps calls of functions with a rule of their own", () => {
    expectUnchanged(inline, `${square} func f(%a: num) -> (num) { %p: num = call square(%a); yield %p }`, {
      entries,
      keepCalls: new Set(["square"]),
    });
  });
  test("keeps every function when no entries are known", () => {
    const after = runPass(inline, `${square} func f(%a: num) -> (num) { %p: num = call square(%a); yield %p }`);
    expect([...after.funcs.keys()]).toEqual(["square", "f"]);
  });
  test.each([
    [40, 2, true],
    [41, 2, false],
    [41, 1, true],
    [200, 1, true],
    [201, 1, false],
  ])("a callee of %i operations called %i times: %s", (size, calls, expected) => {
    const uses = Array.from({ length: calls }, (_, k) => `%p${k}: num = call g(%a); `).join("");
    const after = runPass(inline, `${big(size)} func f(%a: num) -> (num) { ${uses} yield %p0 }`, { entries });
    expect(after.funcs.has("g")).toBe(!expected);
  });
  test("a caller grows linearly", () => {
    const levels = Array.from(
      { length: 12 },
      (_, k) => `func g${k + 1}(%x: num) -> (num) { %p: num = call g${k}(%x); %q: num = call g${k}(%p); yield %q }`,
    );
    const text = `func g0(%x: num) -> (num) { %r = sin %x; yield %r } ${levels.join(" ")} func f(%a: num) -> (num) { %p: num = call g12(%a); yield %p }`;
    let operations = 0;
    for (const func of runPass(inline, text, { entries }).funcs.values()) walk(func.body, () => operations++);
    expect(operations).toBeLessThan(300);
  });
});
