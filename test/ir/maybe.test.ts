/** Types that may be absent, unions of records, casts: the text form and the verifier. */
import { describe, expect, it } from "vitest";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { printProgram } from "../../compiler/src/ir/print.js";
import { arrayOf, gradientType, maybe, num, record, shadowType, typeText } from "../../compiler/src/ir/types.js";
import { verify } from "../../compiler/src/ir/verify.js";

const records = `record Circle (kind: str, r: num) text "Circle" import Circle "/shapes.ts"

record Rect (kind: str, w: num, tag: num? optional nodiff)

record Shape (kind: str, r: num? optional through ("Circle" import Circle "/shapes.ts"), w: num? optional, tag: num? optional nodiff) variants (Circle, Rect)

record Node (value: num, next: %Node?null, others: [%Node?both])
`;

const text = `${records}
func f(%list: %Node?null, %x: num?, %shape: %Shape, %xs: [num?]) -> (num?, %Circle) {
  %none: %Node?null = const null
  %absent: num? = const undefined
  %end = eq %list %none
  %missing = isNullish %x
  %node: %Node = cast %list
  %y: num = cast %x
  %z: num? = cast %y
  %circle: %Circle = cast %shape
  %again: %Shape = cast %circle
  %c = const 0
  accum %xs[%c] += %y
  %d = load %xs[%c] orZero
  %e = neg %d
  %t = load %shape.r
  yield %z, %circle
}
`;

const inFunction = (lines: string): string =>
  `${records}func f(%list: %Node?null, %x: num?, %shape: %Shape, %c: %Circle, %n: num, %xs: [num]) -> () { ${lines} }`;

const broken: readonly (readonly [number: number, what: string, text: string])[] = [
  [2, "an undeclared record that may be absent", "func f(%p: %Nowhere?) -> () {}"],
  [6, "a sum of what may be absent", inFunction("%y = add %x %x")],
  [6, "a comparison with what has another absence", inFunction("%u: %Node? = const undefined; %y = eq %list %u")],
  [7, "undefined where only null may be", inFunction("%y: %Node?null = const undefined")],
  [7, "null where only undefined may be", inFunction("%y: num? = const null")],
  [7, "a number under a type that may be absent", inFunction("%y: num? = const 1")],
  [8, "a field of what may be absent", inFunction("%y: num = load %list.value")],
  [9, "a store of what may be absent", inFunction("store %c.r = %x")],
  [9, "a load of what may be absent as if it were there", inFunction("%y: num = load %shape.r")],
  [9, "an accum of what may be absent", inFunction("accum %c.r += %x")],
  [10, "the length of what may be absent", "func f(%x: [num]?) -> () { %n = length %x }"],
  [28, "a value that may be the absence of nothing", "func f(%x: void?) -> () {}"],
  [28, "an optional field that is never absent", "record P (x: num optional)"],
  [28, "an optional field that may only be null", "record P (x: num?null optional)"],
  [29, "a union of what is not declared", "record S (x: num) variants (A)"],
  [29, "a union without a field of a variant", "record A (x: num, y: num) record S (x: num) variants (A)"],
  [29, "a union with a field of another type", "record A (x: num) record S (x: bool) variants (A)"],
  [30, "a cast to another record", inFunction("%p: %Node = cast %shape")],
  [30, "a cast from one variant to another", inFunction("%p: %Rect = cast %c")],
  [30, "a cast of a number", inFunction("%p: bool = cast %n")],
  [30, "a cast of an array of numbers", inFunction("%p: [bool] = cast %xs")],
];

describe("absence and unions", () => {
  it("print and parse", () => {
    expect(printProgram(parseProgram(text))).toBe(text);
    verify(parseProgram(text));
  });

  it.each(broken)("invariant %i: %s", (number, _, program) => {
    expect(() => verify(parseProgram(program))).toThrow(`invariant ${number}:`);
  });

  it("shadows and gradients may be absent where the primal may", () => {
    const program = parseProgram(records);
    expect(typeText(shadowType(record("Node"), program.records))).toBe('%"Node.adjoint"');
    expect(typeText(shadowType(maybe(record("Node"), "null"), program.records))).toBe('%"Node.adjoint"?null');
    expect(typeText(shadowType(arrayOf(maybe(num, "both")), program.records))).toBe("[num?both]");
    expect(typeText(gradientType(maybe(arrayOf(num)), program.records))).toBe("[num]?");
    expect(typeText(shadowType(maybe({ kind: "str" }), program.records))).toBe("num");
  });

  it("a maybe of a maybe is one that may be absent either way", () => {
    expect(typeText(maybe(maybe(num, "null")))).toBe("num?both");
    expect(typeText(maybe(maybe(num)))).toBe("num?");
  });
});
