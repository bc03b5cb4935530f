/** Programs with casts and unions of records. */
import type { MaybeCase } from "./maybe-case.js";

const shapes = `record Circle (kind: str, r: num) text "Circle"
record Rect (kind: str, w: num, h: num) text "Rect"
record Shape (kind: str, r: num? optional through ("Circle"), w: num? optional through ("Rect"), h: num? optional through ("Rect")) variants (Circle, Rect) text "Shape"
`;

/** The area of a shape, weighted by %i. */
const area = (shape: string, result: string): string => `
    %kind = load ${shape}.kind
    %circle = const "circle"
    %isCircle = eq %kind %circle
    ${result} = if %isCircle {
      %c: %Circle = cast ${shape}
      %r = load %c.r
      %rr = mul %r %r
      yield %rr
    } else {
      %q: %Rect = cast ${shape}
      %w = load %q.w
      %h = load %q.h
      %wh = mul %w %h
      yield %wh
    }`;

export const unionCases: Readonly<Record<string, MaybeCase>> = {
  "a union": {
    args: [
      [
        { kind: "circle", r: 2 },
        { kind: "rect", w: 3, h: 0.5 },
      ],
      1.5,
    ],
    wrt: [0, 1],
    text: `${shapes}func f(%shapes: [%Shape], %a: num) -> (num) {
  %0 = const 0
  %n = length %shapes
  for %i = %0 to %n step 1 test < (%s = %0: num) -> (%sum) {
    %shape = load %shapes[%i]
    ${area("%shape", "%area")}
    %t = mul %area %a
    %u = add %s %t
    %v = mul %u %area
    yield %v
  }
  yield %sum
}`,
  },
  "a union made here, changed as one variant and read as the union": {
    args: [2, 3],
    wrt: [0, 1],
    text: `${shapes}func f(%x: num, %y: num) -> (num) {
  %circle = const "circle"
  %rect = const "rect"
  %0 = const 0
  %2 = const 2
  for %k = %0 to %2 step 1 test < (%s = %0: num) -> (%sum) {
    %one = gt %k %0
    %shape = if %one {
      %a: %Circle = new %circle %x
      store %a.r = %y
      %wide: %Shape = cast %a
      yield %wide
    } else {
      %b: %Rect = new %rect %x %y
      %wide: %Shape = cast %b
      store %b.w = %y
      yield %wide
    }
    ${area("%shape", "%area")}
    %t = add %s %area
    yield %t
  }
  yield %sum
}`,
  },
  "an expression tree": {
    args: [
      {
        op: "add",
        l: { op: "mul", l: { op: "lit", v: 3 }, r: { op: "var" } },
        r: { op: "mul", l: { op: "var" }, r: { op: "var" } },
      },
      1.5,
    ],
    wrt: [0, 1],
    text: `record Lit (op: str, v: num) text "Lit"
record Var (op: str) text "Var"
record Bin (op: str, l: %Expr, r: %Expr) text "Bin"
record Expr (op: str, v: num? optional through ("Lit"), l: %Expr? optional through ("Bin"), r: %Expr? optional through ("Bin")) variants (Lit, Var, Bin) text "Expr"
func f(%e: %Expr, %x: num) -> (num) {
  %y: num = call g(%e, %x)
  yield %y
}
func g(%e: %Expr, %x: num) -> (num) {
  %op = load %e.op
  %lit = const "lit"
  %var = const "var"
  %add = const "add"
  %isLit = eq %op %lit
  %y = if %isLit {
    %n: %Lit = cast %e
    %v = load %n.v
    yield %v
  } else {
    %isVar = eq %op %var
    %z = if %isVar { yield %x } else {
      %b: %Bin = cast %e
      %l = load %b.l
      %r = load %b.r
      %p: num = call g(%l, %x)
      %q: num = call g(%r, %x)
      %isAdd = eq %op %add
      %s = if %isAdd { %a = add %p %q; yield %a } else { %m = mul %p %q; yield %m }
      yield %s
    }
    yield %z
  }
  yield %y
}`,
  },
  "two names of one object, as variant and as union": {
    args: [{ kind: "circle", r: 2 }, 3],
    wrt: [0, 1],
    text: `${shapes}func f(%c: %Circle, %a: num) -> (num) {
  %0 = const 0
  %2 = const 2
  %s: %Shape = cast %c
  %list: [%Shape] = new %s %s
  for %i = %0 to %2 step 1 test < (%t = %a: num) -> (%total) {
    %shape = load %list[%i]
    %again: %Circle = cast %shape
    %r = load %again.r
    %u = mul %r %t
    store %c.r = %u
    %r2 = load %again.r
    %v = add %r2 %t
    yield %v
  }
  yield %total
}`,
  },
};
