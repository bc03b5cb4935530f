/** The reverse transformation on programs in text IR: each construct alone, against dual numbers, with and without optimisation. */
import { describe, expect, it } from "vitest";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { dualGradient, type JsValue } from "../support/interpret.js";
import { differentiated, gradients, relativeError, withoutPasses } from "./support.js";

interface Case {
  readonly args: readonly JsValue[];
  readonly wrt: readonly number[];
  readonly text: string;
}

const cases: Readonly<Record<string, Case>> = {
  "straight line": {
    args: [2, 3],
    wrt: [0, 1],
    text: `func f(%x: num, %y: num) -> (num) {
  %a = mul %x %y
  %b = sin %x
  %c = add %a %b
  %d = sqrt %c
  yield %d
}`,
  },
  "a sum over a loop": {
    args: [new Float64Array([1.5, -0.5, 0.7])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %1 = const 1
  %n = length %x
  %m = sub %n %1
  for %i = %0 to %m step 1 test < (%s = %0: num) -> (%r) {
    %a = load %x[%i]
    %j = add %i %1
    %b = load %x[%j]
    %aa = mul %a %a
    %t = sub %b %aa
    %h = const 100
    %t2 = mul %t %t
    %q = mul %h %t2
    %u = sub %1 %a
    %u2 = mul %u %u
    %e = add %q %u2
    %s2 = add %s %e
    yield %s2
  }
  yield %r
}`,
  },
  "a recurrence with a branch": {
    args: [0.3, 4],
    wrt: [0],
    text: `func f(%x: num, %n: num) -> (num) {
  %0 = const 0
  %1 = const 0.5
  for %i = %0 to %n step 1 test < (%s = %x: num) -> (%r) {
    %a = sin %s
    %b = mul %a %s
    %k = gt %b %1
    %w = if %k {
      %e = exp %b
      %ee = mul %e %e
      yield %ee
    } else {
      %q = mul %s %x
      yield %q
    }
    %c = add %w %x
    yield %c
  }
  yield %r
}`,
  },
  "an array overwritten in place": {
    args: [new Float64Array([1.5, -0.5, 0.7])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %1 = const 1
  %n = length %x
  for %i = %1 to %n step 1 test < {
    %j = sub %i %1
    %a = load %x[%j]
    %b = load %x[%i]
    %c = mul %a %b
    %d = sin %c
    store %x[%i] = %d
  }
  %m = sub %n %1
  %r = load %x[%m]
  yield %r
}`,
  },
  "a while loop": {
    args: [2],
    wrt: [0],
    text: `func f(%x: num) -> (num) {
  %1 = const 1
  %t = const 0.001
  while (%y = %1: num) -> (%r) cond {
    %yy = mul %y %y
    %d = sub %yy %x
    %ad = abs %d
    %c = gt %ad %t
    yield %c
  } body {
    %q = div %x %y
    %s = add %q %y
    %h = const 0.5
    %z = mul %s %h
    yield %z
  }
  yield %r
}`,
  },
  "calls and recursion": {
    args: [new Float64Array([0.1, -0.5, 0.7]), 0.4],
    wrt: [0, 1],
    text: `func f(%x: Float64Array, %y: num) -> (num) {
  %0 = const 0
  %1 = const 1
  %n = length %x
  %z: Float64Array = alloc %n
  for %i = %0 to %n step 1 test < {
    %a = load %x[%i]
    %b: num = call g(%a, %y, %z, %i)
    %c = sin %b
    accum %z[%i] += %c
  }
  %q: num = call rec(%z, %0, %n)
  %w = mul %q %y
  yield %w
}
func g(%p: num, %q: num, %z: Float64Array, %i: num) -> (num) {
  %a = mul %p %q
  %e = exp %a
  %b = mul %e %e
  store %z[%i] = %b
  yield %b
}
func rec(%z: Float64Array, %lo: num, %hi: num) -> (num) {
  %1 = const 1
  %d = sub %hi %lo
  %c = le %d %1
  %r = if %c {
    %v = load %z[%lo]
    %v2 = mul %v %v
    yield %v2
  } else {
    %h = const 0.5
    %s = add %lo %hi
    %s2 = mul %s %h
    %mid = floor %s2
    %a: num = call rec(%z, %lo, %mid)
    %b: num = call rec(%z, %mid, %hi)
    %t = mul %a %b
    %u = add %a %t
    yield %u
  }
  yield %r
}`,
  },
  "rows, scratch arrays, break": {
    args: [[new Float64Array([0.1, -0.5, 0.7]), new Float64Array([1.1, 0.7])], 1.4],
    wrt: [0, 1],
    text: `func f(%m: [Float64Array], %k: num) -> (num) {
  %0 = const 0
  %1 = const 1
  %n = length %m
  for %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) {
    %row: Float64Array = load %m[%i]
    %len = length %row
    %tmp: Float64Array = alloc %len
    for %j = %0 to %len step 1 test < {
      %v = load %row[%j]
      %vv = mul %v %v
      store %tmp[%j] = %vv
      store %row[%j] = %k
    }
    for %j2 = %0 to %len step 1 test < (%t = %s: num) breaks -> (%t2) {
      %v = load %tmp[%j2]
      %u = load %row[%j2]
      %p = mul %v %u
      %pp = sin %p
      %tt = add %t %pp
      %stop = gt %tt %1
      yield %stop, %tt
    }
    yield %t2
  }
  yield %r
}`,
  },
  "a branch at the end, an arm that throws": {
    args: [0.7, 1.4],
    wrt: [0, 1],
    text: `func f(%x: num, %y: num) -> (num) {
  %0 = const 0
  %z = mul %x %y
  %c = gt %x %0
  %r = if %c {
    %a = sin %z
    %b = mul %a %a
    %d = gt %b %0
    %r2 = if %d {
      %e = exp %b
      %k = mul %e %z
      yield %k
    } else {
      throw "new Error()"
    }
    yield %r2
  } else {
    %a = cos %z
    %b = mul %a %a
    yield %b
  }
  yield %r
}`,
  },
};

describe("reverse transformation", () => {
  for (const [name, { args, wrt, text }] of Object.entries(cases)) {
    for (const without of [[], withoutPasses]) {
      it(`${name}${without.length === 0 ? "" : ", no pass"}`, () => {
        const program = parseProgram(text);
        const expected = dualGradient(program, "f", structuredClone([...args]), wrt);
        const { grad, pullback, argumentsAfter } = gradients(differentiated(program, "f", wrt, without), "f", args);
        expect(relativeError(expected, grad)).toBeLessThan(1e-12);
        expect(relativeError(expected, pullback(1))).toBeLessThan(1e-12);
        expect(pullback(1)).toEqual(pullback(1));
        expect(argumentsAfter).toEqual(args);
      });
    }
  }
});
