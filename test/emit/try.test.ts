import { it } from "vitest";
import { emitText, load, problems } from "../support/emit.js";
const cases: Record<string,string> = {
sum: `func f(%x: Float64Array) -> (num) {
  %z = const 0
  %n = length %x
  for %i = %z to %n step 1 test < (%s = %z: num) -> (%r) {
    %v = load %x[%i]
    %s.1 = add %s %v
    yield %s.1
  }
  yield %r
}`,
fib: `func f(%n: num) -> (num) {
  %0 = const 0
  %1 = const 1
  for %i = %0 to %n step 1 test < (%a = %0: num, %b = %1: num) -> (%r, %q) {
    %c = add %a %b
    yield %b, %c
  }
  yield %r
}`,
breaks: `func f(%x: Float64Array, %t: num) -> (num, num) {
  %0 = const 0
  %n = length %x
  for %i = %0 to %n step 1 test < (%s = %0: num) breaks -> (%r) count %c {
    %v = load %x[%i]
    %q = mul %v %v
    %s.1 = add %s %q
    %g = gt %s.1 %t
    %stop: bool, %s.2: num = if %g {
      %true = const true
      yield %true, %s.1
    } else {
      %sq = sqrt %v
      %s.3 = add %s.1 %sq
      %false = const false
      yield %false, %s.3
    }
    yield %stop, %s.2
  }
  yield %r, %c
}`,
dowhile: `func f(%x: num) -> (num) {
  while (%y = %x: num) breaks -> (%r) cond {
    %true = const true
    yield %true
  } body {
    %2 = const 2
    %y.1 = div %y %2
    %one = const 1
    %l = lt %y.1 %one
    yield %l, %y.1
  }
  yield %r
}`,
whilecond: `func f(%x: num) -> (num) {
  while (%y = %x: num) -> (%r) count %c cond {
    %one = const 1
    %g = gt %y %one
    yield %g
  } body {
    %2 = const 2
    %y.1 = div %y %2
    yield %y.1
  }
  %s = add %r %c
  yield %s
}`,
ret: `func f(%x: num) -> (num) {
  %0 = const 0
  %c = lt %x %0
  %r = if %c {
    %n = neg %x
    %m = exp %n
    %k = mul %m %m
    yield %k
  } else {
    %l = log %x
    %k2 = mul %l %l
    yield %k2
  }
  yield %r
}`,
ifs: `func f(%x: num, %y: num) -> (num, num) {
  %0 = const 0
  %c = lt %x %0
  %x.1: num, %y.1: num = if %c {
    %x.2 = add %x %y
    yield %x.2, %y
  } else {
    %y.2 = sub %y %x
    yield %x, %y.2
  }
  %d = lt %x.1 %y.1
  %z: num, %w: num = if %d {
    %e = exp %x.1
    %e2 = mul %e %e
    yield %e2, %e
  } else {
    yield %0, %0
  }
  %u = add %z %x.1
  %v = add %w %y.1
  yield %u, %v
}`,
thr: `func f(%x: num) -> (num) {
  %0 = const 0
  %c = lt %x %0
  %r = if %c {
    throw "new Error(\\"neg \\" + " %x ")"
  } else {
    %s = sqrt %x
    yield %s
  }
  foreign "console.log(" %r ")"
  %t = mul %r %r
  yield %t
}`,
tape: `func f(%x: Float64Array, %n: num) -> (num) {
  %tape = openTape
  %0 = const 0
  %2 = const 2
  %1 = const 1
  while (%y = %n: num) -> (%r) count %c cond {
    %g = gt %y %1
    yield %g
  } body {
    reserve %tape %2 %1
    %b = gt %y %2
    %e = exp %y
    save %tape %y %b %e %x
    %y.1 = div %y %2
    yield %y.1
  }
  for %i = %0 to %c step 1 test < (%s = %0: num) -> (%q) {
    %a: num, %b.1: bool, %e.1: num, %x.1: Float64Array = restore %tape
    %m = mul %a %e.1
    %f = fromBool %b.1
    %h = add %m %f
    %s.1 = add %s %h
    yield %s.1
  }
  closeTape %tape
  %l = load %x[%0]
  %o = add %q %l
  yield %o
}`,
vjp: `func f(%x: num) -> (num, fn(num) -> (num, num)) {
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
}`,
rec: `record P (x: num, w: Float64Array, tag: str, q: (num, num))
record dP (x: num, w: Float64Array, q: (num, num))
func f(%p: %P, %m: [[num]], %t: [Float32Array]) -> (%dP, [[num]], %P, [Float64Array]) {
  %dp = zeros %p
  %dm = zeros %m
  %dt = zeros %t
  %x = load %p.x
  accum %dp.x += %x
  %c = copy %p
  addInto %dp %dp
  clear %dm
  addInto %dt %dt
  %r = export %dm
  yield %dp, %r, %c, %dt
}`,
};
it("x", () => {
  const texts: Record<string,string> = {};
  for (const [k, ir] of Object.entries(cases)) { try { const t = emitText(ir); texts[k]=t; console.log(t.split("\n").slice(4).join("\n")); } catch (e) { console.log(k, e); } }
  console.log(problems(texts).join("\n"));
});
