/** Programs with values that may be absent. */
import type { MaybeCase } from "./maybe-case.js";

const list = { value: 0.5, next: { value: -1.5, next: { value: 2, next: null } } };
const node = `record Node (value: num, next: %Node?null) text "ListNode"\n`;
const tree = `record Tree (x: num, left: %Tree? optional, right: %Tree? optional) text "Tree"\n`;
const leafy = { x: 0.3, left: { x: 0.7, right: { x: -0.4 } }, right: { x: 1.1 } };
export const absenceCases: Readonly<Record<string, MaybeCase>> = {
  "a list": {
    args: [list, 3],
    wrt: [0, 1],
    text: `${node}func f(%list: %Node?null, %a: num) -> (num) {
  %0 = const 0
  while (%cur = %list: %Node?null, %s = %0: num) -> (%end, %total) cond {
    %null: %Node?null = const null
    %there = ne %cur %null
    yield %there
  } body {
    %n: %Node = cast %cur
    %v = load %n.value
    %vv = mul %v %v
    %t = mul %vv %a
    %s2 = add %s %t
    %next = load %n.next
    yield %next, %s2
  }
  yield %total
}`,
  },
  "an empty list": {
    args: [null, 3],
    wrt: [0, 1],
    text: `${node}func f(%list: %Node?null, %a: num) -> (num) {
  %none = isNullish %list
  %r = if %none { yield %a } else {
    %n: %Node = cast %list
    %v = load %n.value
    yield %v
  }
  yield %r
}`,
  },
  "a list made and walked": {
    args: [[0.5, -2, 1.5], 0.7],
    wrt: [0, 1],
    text: `${node}func f(%xs: [num], %a: num) -> (num) {
  %0 = const 0
  %1 = const 1
  %null: %Node?null = const null
  %n = length %xs
  for %i = %0 to %n step 1 test < (%head = %null: %Node?null) -> (%list) {
    %x = load %xs[%i]
    %y = mul %x %a
    %made: %Node = new %y %head
    %wide: %Node?null = cast %made
    yield %wide
  }
  while (%cur = %list: %Node?null, %p = %1: num) -> (%end, %product) cond {
    %absent = isNullish %cur
    %there = not %absent
    yield %there
  } body {
    %node: %Node = cast %cur
    %v = load %node.value
    %q = mul %p %v
    %s = sin %q
    %next = load %node.next
    yield %next, %s
  }
  yield %product
}`,
  },
  "a list changed in place": {
    args: [list, 1.5],
    wrt: [0, 1],
    text: `${node}func f(%list: %Node?null, %a: num) -> (num) {
  %0 = const 0
  %2 = const 2
  for %k = %0 to %2 step 1 test < {
    while (%cur = %list: %Node?null) -> (%end) cond {
      %absent = isNullish %cur
      %there = not %absent
      yield %there
    } body {
      %node: %Node = cast %cur
      %v = load %node.value
      %w = mul %v %v
      %u = mul %w %a
      store %node.value = %u
      %next = load %node.next
      yield %next
    }
  }
  while (%at = %list: %Node?null, %s = %0: num) -> (%last, %sum) cond {
    %absent = isNullish %at
    %there = not %absent
    yield %there
  } body {
    %node: %Node = cast %at
    %v = load %node.value
    %t = add %s %v
    %next = load %node.next
    yield %next, %t
  }
  yield %sum
}`,
  },
  "a tree, recursively": {
    args: [leafy, 1.2],
    wrt: [0, 1],
    text: `${tree}func f(%t: %Tree, %a: num) -> (num) {
  %w: %Tree? = cast %t
  %r: num = call g(%w, %a)
  yield %r
}
func g(%t: %Tree?, %a: num) -> (num) {
  %none = isNullish %t
  %r = if %none { %1 = const 1; yield %1 } else {
    %n: %Tree = cast %t
    %x = load %n.x
    %l = load %n.left
    %r = load %n.right
    %u: num = call g(%l, %a)
    %v: num = call g(%r, %x)
    %uv = mul %u %v
    %xa = mul %x %a
    %sum = add %uv %xa
    yield %sum
  }
  yield %r
}`,
  },
  "optional members that are there and that are not": {
    args: [{ x: 2, k: 3 }, { x: 0.5 }],
    wrt: [0, 1],
    text: `record P (x: num, k: num? optional) text "P"
func f(%p: %P, %q: %P) -> (num) {
  %a: num = call g(%p)
  %b: num = call g(%q)
  %c = mul %a %b
  yield %c
}
func g(%p: %P) -> (num) {
  %x = load %p.x
  %k = load %p.k
  %none = isNullish %k
  %factor = if %none { %10 = const 10; yield %10 } else { %v: num = cast %k; yield %v }
  %y = mul %x %factor
  yield %y
}`,
  },
  "a default": {
    args: [{ x: 2 }, 0.25],
    wrt: [0, 1],
    text: `record P (x: num, k: num? optional) text "P"
func f(%p: %P, %d: num) -> (num) {
  %k = load %p.k
  %none = isNullish %k
  %dd: num? = cast %d
  %m = if %none { yield %dd } else { yield %k }
  %x = load %p.x
  %v: num = cast %m
  %y = mul %x %v
  %none2: num? = const undefined
  %q: %P = new %y %none2
  store %q.k = %dd
  %k2 = load %q.k
  %v2: num = cast %k2
  %z = mul %y %v2
  yield %z
}`,
  },
  "members that the function fills in": {
    args: [[{ x: 2 }, { x: 0.5, k: 3 }], 0.25],
    wrt: [0, 1],
    text: `record P (x: num, k: num? optional) text "P"
func f(%ps: [%P], %a: num) -> (num) {
  %0 = const 0
  %n = length %ps
  for %i = %0 to %n step 1 test < (%s = %0: num) -> (%t) {
    %p = load %ps[%i]
    %x = load %p.x
    %xx = mul %x %a
    %w: num? = cast %xx
    %k = load %p.k
    %none = isNullish %k
    %y = if %none { yield %x } else { %v: num = cast %k; %z = mul %v %a; yield %z }
    store %p.k = %w
    %k2 = load %p.k
    %v2: num = cast %k2
    %q = mul %v2 %y
    %gone: num? = const undefined
    store %p.k = %gone
    store %p.k = %w
    %u = add %s %q
    yield %u
  }
  %p0 = load %ps[%0]
  %k3 = load %p0.k
  %v3: num = cast %k3
  %r = mul %t %v3
  yield %r
}`,
  },
  "the best so far, which may be none": {
    args: [[0.5, 3, -1, 2]],
    wrt: [0],
    text: `func f(%xs: [num]) -> (num) {
  %0 = const 0
  %none: num? = const undefined
  %n = length %xs
  for %i = %0 to %n step 1 test < (%best = %none: num?) -> (%found) {
    %x = load %xs[%i]
    %first = isNullish %best
    %better = if %first { %yes = const true; yield %yes } else {
      %b: num = cast %best
      %more = gt %x %b
      yield %more
    }
    %xx = mul %x %x
    %wide: num? = cast %xx
    %next = if %better { yield %wide } else { yield %best }
    yield %next
  }
  %absent = isNullish %found
  %r = if %absent { yield %0 } else { %v: num = cast %found; %e = exp %v; yield %e }
  yield %r
}`,
  },
  "an array with gaps": {
    args: [
      [0.5, undefined, 2, undefined],
      [{ value: 1, next: null }, null, { value: 3, next: null }],
    ],
    wrt: [0, 1],
    text: `${node}func f(%xs: [num?], %nodes: [%Node?null]) -> (num) {
  %0 = const 0
  %n = length %xs
  for %i = %0 to %n step 1 test < (%s = %0: num) -> (%sum) {
    %x = load %xs[%i]
    %none = isNullish %x
    %t = if %none { yield %s } else { %v: num = cast %x; %vv = mul %v %v; %u = add %s %vv; yield %u }
    yield %t
  }
  %m = length %nodes
  for %i = %0 to %m step 1 test < (%p = %sum: num) -> (%product) {
    %node = load %nodes[%i]
    %none = isNullish %node
    %t = if %none { yield %p } else { %nn: %Node = cast %node; %v = load %nn.value; %u = mul %p %v; yield %u }
    yield %t
  }
  yield %product
}`,
  },
  "a list turned round in place": {
    args: [list, 0.8],
    wrt: [0, 1],
    text: `${node}func f(%list: %Node?null, %a: num) -> (num) {
  %0 = const 0
  %null: %Node?null = const null
  while (%cur = %list: %Node?null, %before = %null: %Node?null) -> (%end, %head) cond {
    %absent = isNullish %cur
    %there = not %absent
    yield %there
  } body {
    %n: %Node = cast %cur
    %next = load %n.next
    store %n.next = %before
    %w: %Node?null = cast %n
    yield %next, %w
  }
  while (%cur = %head: %Node?null, %s = %0: num) -> (%last, %total) cond {
    %absent = isNullish %cur
    %there = not %absent
    yield %there
  } body {
    %n: %Node = cast %cur
    %v = load %n.value
    %sa = mul %s %a
    %e = exp %sa
    %t = mul %e %v
    %vv = mul %v %s
    store %n.value = %vv
    %u = add %t %vv
    %next = load %n.next
    yield %next, %u
  }
  yield %total
}`,
  },
  "a number that may be missing either way, stored and read": {
    args: [[{ x: 2, k: 3 }, { x: 0.5, k: null }, { x: 4 }], 1.25],
    wrt: [0, 1],
    text: `record Q (x: num, k: num?both optional) text "Q"
func f(%qs: [%Q], %a: num) -> (num) {
  %0 = const 0
  %n = length %qs
  for %i = %0 to %n step 1 test < (%s = %0: num) -> (%t) {
    %q = load %qs[%i]
    %k = load %q.k
    %none = isNullish %k
    %x = load %q.x
    %y = if %none { yield %x } else {
      %v: num = cast %k
      %va = mul %v %a
      %m: num?both = cast %va
      store %q.k = %m
      %k2 = load %q.k
      %v2: num = cast %k2
      %xv = mul %v2 %v2
      %z = mul %xv %x
      yield %z
    }
    %u = add %s %y
    yield %u
  }
  yield %t
}`,
  },
  "an array and a vector that may be missing": {
    args: [{ w: [0.5, 2], v: new Float64Array([1, -2]) }, { v: null }, 0.5],
    wrt: [0, 1, 2],
    text: `record R (w: [num]? optional, v: Float64Array?null) text "R"
func f(%p: %R, %q: %R, %a: num) -> (num) {
  %x: num = call g(%p, %a)
  %y: num = call g(%q, %x)
  yield %y
}
func g(%p: %R, %a: num) -> (num) {
  %0 = const 0
  %w = load %p.w
  %noW = isNullish %w
  %s = if %noW { yield %a } else {
    %ww: [num] = cast %w
    %n = length %ww
    for %i = %0 to %n step 1 test < (%s = %a: num) -> (%t) {
      %e = load %ww[%i]
      %m = mul %s %e
      store %ww[%i] = %m
      %u = add %s %m
      yield %u
    }
    yield %t
  }
  %v = load %p.v
  %noV = isNullish %v
  %r = if %noV { yield %s } else {
    %vv: Float64Array = cast %v
    %e = load %vv[%0]
    %m = mul %s %e
    yield %m
  }
  yield %r
}`,
  },
  "a number that is not given": {
    args: [undefined, 2],
    wrt: [1],
    text: `func f(%k: num?, %x: num) -> (num) {
  %none = isNullish %k
  %f = if %none { yield %x } else { %v: num = cast %k; yield %v }
  %y = mul %f %x
  yield %y
}`,
  },
  "a number that is given": {
    args: [3, 2],
    wrt: [0, 1],
    text: `func f(%k: num?, %x: num) -> (num) {
  %u: num? = const undefined
  %there = ne %k %u
  %f = if %there { %v: num = cast %k; yield %v } else { yield %x }
  %y = mul %f %x
  yield %y
}`,
  },
  "small objects that may be missing, round a loop": {
    args: [[0.5, -1, 2, 0.25], 1.5],
    wrt: [0, 1],
    text: `record Best (score: num, at: num)
func f(%xs: [num], %a: num) -> (num) {
  %0 = const 0
  %none: %Best? = const undefined
  %n = length %xs
  for %i = %0 to %n step 1 test < (%best = %none: %Best?) -> (%found) {
    %x = load %xs[%i]
    %score = mul %x %a
    %first = isNullish %best
    %better = if %first { %yes = const true; yield %yes } else {
      %b: %Best = cast %best
      %sofar = load %b.score
      %more = gt %score %sofar
      yield %more
    }
    %next = if %better {
      %made: %Best = new %score %i
      %w: %Best? = cast %made
      yield %w
    } else { yield %best }
    yield %next
  }
  %absent = isNullish %found
  %r = if %absent { yield %0 } else { %b: %Best = cast %found; %s = load %b.score; %ss = mul %s %s; yield %ss }
  yield %r
}`,
  },
};
