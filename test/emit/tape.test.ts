/** Code of the tape operations, and the tape itself. */
import { describe, expect, it } from "vitest";
import { borrowTape, returnTape, Tape } from "../../runtime/src/tape.js";
import { emitBody, emitText, load, problems } from "../support/emit.js";

const frames = `func f(%x: Float64Array, %n: num) -> (num) {
  %tape = openTape
  %0 = const 0
  %1 = const 1
  %2 = const 2
  while (%y = %n: num) -> (%r) count %c cond { %g = gt %y %1; yield %g } body {
    reserve %tape %2 %1
    %b = gt %y %2
    %e = exp %y
    save %tape %y %b %e %x
    %y.1 = div %y %2
    yield %y.1
  }
  for %i = %0 to %c step 1 test < (%s = %0: num) -> (%q) {
    %a: num, %b.1: bool, %e.1: num, %w: Float64Array = restore %tape
    %m = mul %a %e.1
    %f = fromBool %b.1
    %3 = add %m %f
    %v = load %w[%0]
    %4 = add %3 %v
    %s.1 = add %s %4
    yield %s.1
  }
  closeTape %tape
  yield %q
}`;

const pullback = `func f(%x: num) -> (num, fn(num) -> (num, num)) {
  %tape = openTape owned
  %1 = const 1
  %0 = const 0
  reserve %tape %1 %0
  %e = exp %x
  save %tape %e
  %y: num = call _h_forward(%e, %tape)
  %mark = tapeTop %tape
  %p = closure (%seed: num) {
    tapeRewind %tape %mark
    %d: num = call _h_reverse(%seed, %tape)
    %k: num = restore %tape
    %m = mul %d %k
    yield %m, %seed
  }
  yield %y, %p
}
func _h_forward(%a: num, %tape: tape) -> (num) of h_forward {
  %1 = const 1
  %0 = const 0
  reserve %tape %1 %0
  %s = sin %a
  %c = cos %a
  save %tape %c
  yield %s
}
func _h_reverse(%g: num, %tape: tape) -> (num) of h_reverse {
  %c: num = restore %tape
  %d = mul %g %c
  yield %d
}`;

describe("tape code", () => {
  it("saves and restores frames of numbers, tests and references, through locals", () => {
    expect(emitBody(frames)).toBe(`const tape = borrowTape();
let stack = tape.numbers;
let top = tape.numberTop;
let capacity = stack.length;
let flags = tape.flags;
let flagTop = tape.flagTop;
const refs = tape.refs;
let refTop = tape.refTop;
let y = n;
let c = 0;
while (y > 1) {
  c++;
  if (top + 2 > capacity) {
    stack = tape.growNumbers(top + 2);
    capacity = stack.length;
  }
  if (flagTop + 1 > flags.length) flags = tape.growFlags(flagTop + 1);
  const e = Math.exp(y);
  stack[top] = y;
  stack[top + 1] = e;
  top += 2;
  flags[flagTop++] = y > 2 ? 1 : 0;
  refs[refTop++] = x;
  y /= 2;
}
let s = 0;
for (let i = 0; i < c; i++) {
  top -= 2;
  const a = stack[top]!;
  const e = stack[top + 1]!;
  const b = flags[--flagTop] === 1;
  const w = refs[--refTop] as Float64Array;
  s += a * e + +b + w[0]!;
}
returnTape(tape);
return s;`);
    const f = load(emitText(frames))["f"];
    const expected = (n: number): number => {
      let sum = 0;
      for (let y = n; y > 1; y /= 2) sum += y * Math.exp(y) + (y > 2 ? 1 : 0) + 7;
      return sum;
    };
    for (const n of [0, 3, 8]) expect(f?.(...([Float64Array.of(7), n] as never[]))).toBeCloseTo(expected(n), 8);
  });

  it("grows while it runs", () => {
    const text = frames.replace("%y.1 = div %y %2", "%y.1 = sub %y %1").replace("exp %y", "neg %1");
    const n = 5000;
    let sum = 0;
    for (let y = n; y > 1; y--) sum += -y + (y > 2 ? 1 : 0) + 7;
    expect(load(emitText(text))["f"]?.(...([Float64Array.of(7), n] as never[]))).toBe(sum);
  });

  it("hands the tape to calls with its tops written back, and rewinds for every pullback", () => {
    const text = emitText(pullback);
    expect(
      text.slice(text.indexOf("export")),
    ).toBe(`export function f(x: number): [number, (p0: number) => [number, number]] {
  const tape = new Tape();
  let stack = tape.numbers;
  let top = tape.numberTop;
  if (top + 1 > stack.length) stack = tape.growNumbers(top + 1);
  const e = Math.exp(x);
  stack[top++] = e;
  tape.numberTop = top;
  const y = h_forward(e, tape);
  stack = tape.numbers;
  top = tape.numberTop;
  const mark = tape.mark();
  const p = (seed: number): [number, number] => {
    tape.rewind(mark);
    let stack = tape.numbers;
    let top = tape.numberTop;
    const d = h_reverse(seed, tape);
    stack = tape.numbers;
    top = tape.numberTop;
    const k = stack[--top]!;
    return [d * k, seed];
  };
  return [y, p];
}

/** Forward half of h. */
function h_forward(a: number, tape: Tape): number {
  let stack = tape.numbers;
  let top = tape.numberTop;
  if (top + 1 > stack.length) stack = tape.growNumbers(top + 1);
  const c = Math.cos(a);
  stack[top++] = c;
  tape.numberTop = top;
  return Math.sin(a);
}

/** Reverse half of h. */
function h_reverse(g: number, tape: Tape): number {
  const stack = tape.numbers;
  let top = tape.numberTop;
  const c = stack[--top]!;
  tape.numberTop = top;
  return g * c;
}
`);
    const f = load(text)["f"] as unknown as (x: number) => [number, (seed: number) => [number, number]];
    const [y, p] = f(0.3);
    const slope = Math.cos(Math.exp(0.3)) * Math.exp(0.3);
    expect(y).toBe(Math.sin(Math.exp(0.3)));
    expect(p(1)[0]).toBeCloseTo(slope, 12);
    expect(p(2)).toEqual([2 * p(1)[0], 2]);
  });

  it("type-checks in the strictest mode", () => {
    expect(problems({ frames: emitText(frames), pullback: emitText(pullback) })).toEqual([]);
  });
});

describe("Tape", () => {
  it("grows by doubling, keeping its content", () => {
    const tape = new Tape();
    tape.numbers[1] = 5;
    const { length } = tape.numbers;
    expect(tape.growNumbers(length + 1)).toBe(tape.numbers);
    expect(tape.numbers.length).toBe(2 * length);
    expect(tape.growNumbers(9 * length).length).toBe(16 * length);
    expect(tape.numbers[1]).toBe(5);
    tape.flags[3] = 1;
    expect(tape.growFlags(tape.flags.length + 1)[3]).toBe(1);
  });

  it("is lent to one run at a time, and comes back empty", () => {
    const outer = borrowTape();
    const inner = borrowTape();
    expect(inner).not.toBe(outer);
    outer.numberTop = 3;
    outer.refs[0] = {};
    outer.refTop = 1;
    returnTape(outer);
    expect([outer.numberTop, outer.refTop, outer.refs.length]).toEqual([0, 0, 0]);
    expect(borrowTape()).toBe(outer);
    returnTape(inner);
  });
});
