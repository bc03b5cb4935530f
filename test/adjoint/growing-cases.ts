/** Programs whose arrays become longer and shorter. */
import type { JsValue } from "../support/interpret.js";

interface Case {
  readonly args: readonly JsValue[];
  readonly wrt: readonly number[];
  readonly text: string;
}

export const growingCases: Readonly<Record<string, Case>> = {
  "pushed in a loop, read in another": {
    args: [new Float64Array([0.3, -0.5, 0.7])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %n = length %x
  %y: [num] = new
  for %i = %0 to %n step 1 test < {
    %a = load %x[%i]
    %b = sin %a
    %l = length %y
    store %y[%l] = %b grows
  }
  %m = length %y
  for %j = %0 to %m step 1 test < (%s = %0: num) -> (%r) {
    %c = load %y[%j]
    %c2 = mul %c %c
    %s2 = add %s %c2
    yield %s2
  }
  yield %r
}`,
  },
  "a stack: places are used again": {
    args: [new Float64Array([0.3, -0.5, 0.7, 1.1])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %1 = const 1
  %n = length %x
  %a0 = load %x[%0]
  %s: [num] = new %a0
  for %i = %1 to %n step 1 test < {
    %a = load %x[%i]
    %l = length %s
    store %s[%l] = %a grows
    %l2 = length %s
    %t = sub %l2 %1
    %p = load %s[%t]
    resize %s %t
    %l3 = length %s
    %u = sub %l3 %1
    %q = load %s[%u]
    resize %s %u
    %pq = mul %p %q
    %e = exp %pq
    %l4 = length %s
    store %s[%l4] = %e grows
  }
  %r = load %s[%0]
  yield %r
}`,
  },
  "a fresh array in each iteration": {
    args: [new Float64Array([0.3, -0.5, 0.7, 1.1])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %2 = const 2
  %n = length %x
  for %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) {
    %y: [num] = new
    %a = load %x[%i]
    for %k = %0 to %n step 1 test < {
      %z = const 0
      %c = gt %a %z
      if %c {
        %b = mul %a %a
        %l = length %y
        store %y[%l] = %b grows
      }
    }
    %m = length %y
    for %j = %0 to %m step 1 test < (%t = %s: num) -> (%u) {
      %w = load %y[%j]
      %w2 = mul %w %t
      %w3 = add %w2 %w
      yield %w3
    }
    yield %u
  }
  yield %r
}`,
  },
  "an argument that becomes longer": {
    args: [[0.3, -0.5], 2],
    wrt: [0, 1],
    text: `func f(%x: [num], %y: num) -> (num) {
  %0 = const 0
  %1 = const 1
  %l = length %x
  %s = sin %y
  store %x[%l] = %s grows
  %l2 = length %x
  %a = load %x[%0]
  %t = mul %a %y
  store %x[%l2] = %t grows
  %n = length %x
  for %i = %0 to %n step 1 test < (%p = %1: num) -> (%r) {
    %b = load %x[%i]
    %q = mul %p %b
    yield %q
  }
  yield %r
}`,
  },
  "an argument that is emptied": {
    args: [[0.3, -0.5, 0.9, 1.2]],
    wrt: [0],
    text: `func f(%x: [num]) -> (num) {
  %0 = const 0
  %1 = const 1
  while (%s = %1: num) -> (%r) cond {
    %n = length %x
    %c = gt %n %0
    yield %c
  } body {
    %l = length %x
    %t = sub %l %1
    %a = load %x[%t]
    resize %x %t
    %m = length %x
    %b = add %a %m
    %p = mul %s %b
    yield %p
  }
  yield %r
}`,
  },
  "an argument cut off and pushed to again": {
    args: [[0.3, -0.5, 0.9, 1.2]],
    wrt: [0],
    text: `func f(%x: [num]) -> (num) {
  %0 = const 0
  %1 = const 1
  %2 = const 2
  %3 = const 3
  %a = load %x[%3]
  %b = load %x[%2]
  resize %x %2
  %ab = mul %a %b
  store %x[%2] = %ab grows
  store %x[%3] = %a grows
  %4 = const 4
  store %x[%4] = %b grows
  %n = length %x
  for %i = %0 to %n step 1 test < (%p = %1: num) -> (%r) {
    %c = load %x[%i]
    %q = mul %p %c
    yield %q
  }
  yield %r
}`,
  },
  "arrays of arrays": {
    args: [new Float64Array([0.3, -0.5, 0.7])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %1 = const 1
  %n = length %x
  %m: [[num]] = new
  for %i = %0 to %n step 1 test < {
    %row: [num] = new
    %a = load %x[%i]
    for %j = %0 to %n step 1 test < {
      %b = load %x[%j]
      %c = mul %a %b
      %l = length %row
      store %row[%l] = %c grows
    }
    %k = length %m
    store %m[%k] = %row grows
  }
  %h = length %m
  %t = sub %h %1
  %last = load %m[%t]
  resize %m %t
  %first = load %m[%0]
  %y = load %last[%1]
  %g = length %first
  store %first[%g] = %y grows
  %k2 = length %m
  store %m[%k2] = %first grows
  %e = length %m
  for %i = %0 to %e step 1 test < (%s = %0: num) -> (%r) {
    %w = load %m[%i]
    %q = length %w
    for %j = %0 to %q step 1 test < (%u = %s: num) -> (%v) {
      %z = load %w[%j]
      %zz = sin %z
      %o = add %u %zz
      %o2 = mul %o %z
      yield %o2
    }
    yield %v
  }
  yield %r
}`,
  },
  "an argument of rows that grow and are replaced": {
    args: [
      [
        [0.3, 0.5],
        [0.7, 1.1],
      ],
      0.9,
    ],
    wrt: [0, 1],
    text: `func f(%m: [[num]], %y: num) -> (num) {
  %0 = const 0
  %1 = const 1
  %a = load %m[%0]
  %l = length %a
  %s = sin %y
  store %a[%l] = %s grows
  %b = load %m[%1]
  resize %m %1
  %b0 = load %b[%0]
  %bs = mul %b0 %s
  store %b[%0] = %bs
  %c: [num] = new %bs %y
  %k = length %m
  store %m[%k] = %c grows
  %k2 = length %m
  store %m[%k2] = %b grows
  %k3 = length %m
  store %m[%k3] = %a grows
  %e = length %m
  for %i = %0 to %e step 1 test < (%p = %1: num) -> (%r) {
    %w = load %m[%i]
    %q = length %w
    for %j = %0 to %q step 1 test < (%u = %p: num) -> (%v) {
      %z = load %w[%j]
      %zz = add %z %1
      %o = mul %u %zz
      yield %o
    }
    yield %v
  }
  yield %r
}`,
  },
  "the number of iterations is a length that changes": {
    args: [0.7, 3],
    wrt: [0],
    text: `func f(%y: num, %n: num) -> (num) {
  %0 = const 0
  %1 = const 1
  %x: [num] = new %y
  for %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) {
    %m = length %x
    for %j = %0 to %m step 1 test < (%t = %s: num) -> (%u) {
      %a = load %x[%j]
      %b = sin %a
      %c = mul %t %y
      %d = add %c %b
      yield %d
    }
    %k = length %x
    store %x[%k] = %u grows
    yield %u
  }
  yield %r
}`,
  },
  "a recursive function that pushes": {
    args: [new Float64Array([0.3, -0.5, 0.7])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %y: [num] = new
  call go(%x, %y, %0)
  %m = length %y
  for %j = %0 to %m step 1 test < (%s = %0: num) -> (%r) {
    %c = load %y[%j]
    %j1 = mul %c %j
    %c2 = mul %c %j1
    %s2 = add %s %c2
    yield %s2
  }
  yield %r
}
func go(%x: Float64Array, %y: [num], %i: num) -> () {
  %1 = const 1
  %n = length %x
  %c = lt %i %n
  if %c {
    %a = load %x[%i]
    %l = length %y
    %b = exp %a
    store %y[%l] = %b grows
    %j = add %i %1
    call go(%x, %y, %j)
    %t = length %y
    %t1 = sub %t %1
    %d = load %y[%t1]
    %e = mul %d %a
    store %y[%t] = %e grows
  }
}`,
  },
  "a record with a growing array, round a loop": {
    args: [new Float64Array([0.3, -0.5, 0.7, 0.2])],
    wrt: [0],
    text: `record R (xs: [num], total: num)
func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %1 = const 1
  %2 = const 2
  %n = length %x
  %y: [num] = new
  %q: %R = new %y %0
  for %i = %0 to %n step 1 test < (%p = %q: %R) -> (%r) {
    %a = load %x[%i]
    %xs = load %p.xs
    %l = length %xs
    store %xs[%l] = %a grows
    %t = load %p.total
    %u = mul %t %a
    %v = add %u %a
    store %p.total = %v
    %c = gt %l %1
    %z: %R = if %c {
      %w: [num] = new %v %a
      %o: %R = new %w %u
      yield %o
    } else {
      yield %p
    }
    yield %z
  }
  %ys = load %r.xs
  %m = length %ys
  %tt = load %r.total
  for %j = %0 to %m step 1 test < (%s = %tt: num) -> (%h) {
    %c = load %ys[%j]
    %c2 = mul %c %s
    %s2 = add %s %c2
    yield %s2
  }
  yield %h
}`,
  },
  "made longer by its length, then filled": {
    args: [[0.3, -0.5], 1.5],
    wrt: [0, 1],
    text: `func f(%x: [num], %y: num) -> (num) {
  %0 = const 0
  %1 = const 1
  %3 = const 3
  %2 = const 2
  %z: [num] = new
  resize %z %3
  for %i = %0 to %3 step 1 test < {
    %yi = mul %y %i
    store %z[%i] = %yi
  }
  %a = load %z[%2]
  resize %x %3
  store %x[%2] = %a
  for %i = %0 to %3 step 1 test < (%p = %1: num) -> (%r) {
    %c = load %x[%i]
    %q = mul %p %c
    %q2 = add %q %c
    yield %q2
  }
  yield %r
}`,
  },
  "cut in one branch only": {
    args: [new Float64Array([0.3, -0.5, 0.7, 0.2])],
    wrt: [0],
    text: `func f(%x: Float64Array) -> (num) {
  %0 = const 0
  %1 = const 1
  %n = length %x
  %y: [num] = new
  for %i = %0 to %n step 1 test < (%s = %1: num) -> (%r) {
    %a = load %x[%i]
    %c = lt %a %0
    %v = if %c {
      %l = length %y
      %t = sub %l %1
      %b = load %y[%t]
      resize %y %t
      %w = mul %b %a
      yield %w
    } else {
      %l = length %y
      %e = exp %a
      store %y[%l] = %e grows
      store %y[%0] = %s
      yield %e
    }
    %m = length %y
    %sv = mul %s %v
    %sm = add %sv %m
    yield %sm
  }
  %k = length %y
  for %j = %0 to %k step 1 test < (%s = %r: num) -> (%h) {
    %c = load %y[%j]
    %c2 = mul %c %s
    yield %c2
  }
  yield %h
}`,
  },
};
