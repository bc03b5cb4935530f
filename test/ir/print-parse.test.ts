/** The text form reads back as it was printed, for every kind of operation and declaration. */
import { describe, expect, it } from "vitest";
import { value } from "../../compiler/src/ir/build.js";
import type { Op, Program, Region, Type } from "../../compiler/src/ir/ir.js";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { printFunc, printOp, printProgram, printRegion } from "../../compiler/src/ir/print.js";
import { bool, num, record } from "../../compiler/src/ir/types.js";
import { verify } from "../../compiler/src/ir/verify.js";
import { walk } from "../../compiler/src/ir/walk.js";

/** Every kind of operation; a new kind does not type-check until it is listed (and so printed and parsed) here. */
const kinds: Readonly<Record<Op["kind"], true>> = {
  const: true,
  prim: true,
  load: true,
  store: true,
  accum: true,
  length: true,
  new: true,
  alloc: true,
  copy: true,
  zeros: true,
  share: true,
  addInto: true,
  clear: true,
  export: true,
  view: true,
  resize: true,
  cast: true,
  call: true,
  if: true,
  for: true,
  while: true,
  foreign: true,
  throw: true,
  global: true,
  closure: true,
  openTape: true,
  closeTape: true,
  tapeTop: true,
  tapeRewind: true,
  reserve: true,
  save: true,
  restore: true,
};

/** Exactly as printed. */
const canonical: Readonly<Record<string, string>> = {
  literals: `func f() -> () {
  %0 = const 1.5
  %1 = const -0
  %2 = const NaN
  %3 = const -Infinity
  %4 = const 1e-300
  %5 = const "a \\"b\\" %x\\n"
  %6 = const true
  %7 = const undefined
  %8: opaque "Map<string, number>" = const null
}
`,
  "primitives of any number of operands": `func f(%x: num, %y: num) -> (num) {
  %0 = max
  %1 = hypot %x %y %0
  %2 = lt %0 %1
  %3 = fromBool %2
  yield %3
}
`,
  memory: `record Point (x: num, "odd-name": [num], tag: str nodiff)

func f(%p: %Point, %t: (num, bool), %m: [[num]], %i: num) -> (num) {
  %x = load %p.x
  %q = load %p."odd-name"
  %0 = load %t."0"
  %row = load %m[%i]
  store %row[%i] = %x
  accum %p.x += %x
  %n = length %row
  %u: (num, bool) = load %t."1"
  %1: (num, num) = new %x %0
  %2: () = new
  %a: Float32Array = alloc %n
  %b: [num] = alloc %n fill 1
  yield %n
}
`,
  "shadows and tapes": `record P (x: num, a: Float32Array)

record "P.adjoint" (x: num, a: Float64Array)

func f(%p: %P) -> (%P, fn(num) -> (%"P.adjoint")) {
  %c = copy %p
  %d = zeros %p
  addInto %d %c
  clear %d
  %g: %P = export %d take
  %h = export %d
  %tape = openTape owned
  %n = const 2
  reserve %tape %n %n
  %flag = const true
  save %tape %n %flag %p
  %top = tapeTop %tape
  %n.1: num, %flag.1: bool, %p.1: %P = restore %tape
  %back = closure (%seed: num) {
    tapeRewind %tape %top
    yield %h
  }
  %pool = openTape
  closeTape %pool
  yield %g, %back
}
`,
  sharing: `record Node (x: num, next: %Node?null)

record "Node.adjoint" (x: num, next: %"Node.adjoint"?null)

func f(%n: %Node) -> (%"Node.adjoint") {
  %memo: opaque "Map<object, object>" = foreign pure "new Map()"
  %c = share copy %n memo %memo
  %done: opaque "Map<object, object>" = foreign pure "new Map()"
  %d = share zeros %c memo %done
  addInto %d %d memo %done
  addInto %d %d common memo %done
  clear %d memo %done
  %g = share export %d memo %memo
  yield %g
}
`,
  control: `func "src/a.ts#f"(%x: [num], %n: num, %b2: bool, %on2: bool) -> (num) of f {
  %0 = const 0
  for %i = %0 to %n step -2 test >= (%s = %0: num) breaks -> (%r) count %c {
    %v = load %x[%i]
    %s.1 = add %s %v
    %b = gt %s.1 %n
    %z = if %b {
      yield %s.1
    } else {
      throw "new Error(" %v " + " %s ")"
    }
    yield %b, %z
  }
  for %j = %0 to %n step 1 test < {
    if %b2 {} else {
      %y: num, %y.1: num = call "src/a.ts#f"(%x, %j)
    }
  }
  while (%k = %0: num, %l = %n: num) -> (%k.1, %l.1) cond {
    %more = lt %k %l
    yield %more
  } body {
    yield %l, %k
  }
  while breaks count %times cond {
    %on = const true
    yield %on
  } body {
    yield %on2
  }
  yield %r
}
`,
  "foreign text": `global table: [num] import table "/project/src/table.ts" {
  %0 = const 1
  %1: [num] = new %0
  yield %1
}

func f(%x: num) -> () {
  foreign "console.log(" %x ", " %x ")"
  %now: num = foreign pure "clock()" import clock "/project/clock.ts", other "pkg"
  %t = global table
  throw "new Failure(" %now ")" import Failure "pkg"
}
`,
  "arrays that change their length, and casts": `func f(%xs: [num], %v: Float64Array, %x: num?) -> () {
  %0 = const 0
  %n = length %xs
  %y: num = cast %x
  store %xs[%n] = %y grows
  resize %xs %0
  %part = view %v %0 %n
}
`,
  "the text of a record": `record "Vec<3>" (x: num) text "Vec<3>" import Vec "/project/vec.ts"

func f(%v: %"Vec<3>") -> (%"Vec<3>") {
  yield %v
}
`,
  "regions that never end": `func f(%b: bool) -> () {
  if %b {
    throw "1"
  } else {
    if %b {
      throw "2"
    } else {
      throw "3"
    }
  }
}

func g(%b: bool) -> () {
  never
}

func h() -> () {
  throw "1"
  yield
}
`,
};
describe("print and parse", () => {
  it.each(Object.entries(canonical))("%s", (_, text) => {
    expect(printProgram(parseProgram(text))).toBe(text);
  });

  it("covers every kind of operation", () => {
    const seen = new Set<string>();
    for (const text of Object.values(canonical))
      for (const func of parseProgram(text).funcs.values()) walk(func.body, (op) => seen.add(op.kind));
    expect([...seen].sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each([
    [
      "operations separated by semicolons and comments",
      "func f(%x: num) -> (num) { %y = add %x %x; %z = neg %y // sum\n yield %z }",
    ],
    [
      "names that are used again in other regions",
      "func f(%x: num, %b: bool) -> (num) { %y = if %b { %y = neg %x; yield %y } else { yield %x }; yield %y }",
    ],
    ["an else that is left out", 'func f(%b: bool) -> () { if %b { foreign "log()" } }'],
    ["types that could be left out", "func f(%x: num) -> (num) { %y: num = neg %x; yield %y }"],
    [
      "a body that names its own carried values",
      "func f(%x: num) -> () { while (%a = %x) -> (%r) cond { %t = truthy %a; yield %t } body (%b: num) { yield %b } }",
    ],
  ])("reads %s", (_, text) => {
    const program = parseProgram(text);
    verify(program);
    const printed = printProgram(program);
    expect(printProgram(parseProgram(printed))).toBe(printed);
  });

  it.each([
    ["func f() -> () {\n  %x = fly %x\n}", "line 2: no such operation: fly"],
    ["func f() -> () {\n\n  %x = neg %y\n}", "line 3: %y is not defined"],
    ["func f(%t: tape) -> () {\n  %x = restore %t\n}", "line 2: %x needs a type"],
    ["func f(%x: number) -> () {}", "line 1: no such type: number"],
    ["func f() -> () {\n  yield\n  %x = const 1\n}", "line 3: nothing may follow"],
    ["func f() -> () {\n  #\n}", "line 2: cannot read"],
    ["func f(%x: num) -> () {\n  store %x[%x] += %x\n}", 'line 2: expected "="'],
    ["func f(%x: num) -> () {\n  %a, %b = neg %x\n}", "line 2: neg has 1 results, not 2"],
    ["func f() -> () {", 'line 1: expected an operation, found "end of text"'],
    ["fun f() -> () {}", 'line 1: expected "record", "global" or "func", found "fun"'],
  ])("says where %j is wrong", (text, message) => {
    expect(() => parseProgram(text)).toThrow(message);
  });

  it("makes names unique in program order and keeps odd hints readable", () => {
    const values = ["s", "s", "s1", undefined, "a.b[0]", undefined, "1st", "x", "x_1", "größe"].map((hint) =>
      value(num, hint),
    );
    const ops = values.map((result): Op => ({ kind: "const", value: 0, result }));
    const text = printRegion({ params: [], ops, yields: [] });
    expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "%s",
      "%s.1",
      "%s1",
      "%0",
      "%a_b_0_",
      "%1",
      "%_1st",
      "%x",
      "%x_1",
      "%gr__e",
    ]);
  });

  it("writes the type of a result that is not what the operands say", () => {
    const odd = (result: Type): Region => ({
      params: [],
      ops: [{ kind: "const", value: null, result: value(result, "x") }],
      yields: [],
    });
    expect(printRegion(odd(record("R")))).toBe("%x: %R = const null");
    expect(printRegion(odd({ kind: "void" }))).toBe("%x = const null");
  });

  it("prints one operation by itself, even with values nothing defines", () => {
    const lost = value(bool, "lost");
    const op: Op = {
      kind: "if",
      cond: lost,
      then: { params: [], ops: [], yields: [] },
      else: { params: [], ops: [], yields: [] },
      results: [],
    };
    expect(printOp(op, { params: [], ops: [op], yields: [] })).toBe(`if %?${lost.id} { … }`);
  });

  it("prints and reads places in the source on request", () => {
    const program = parseProgram("func f(%x: num) -> (num) {\n  %y = neg %x @12:5\n  yield %y\n}");
    const func = program.funcs.get("f");
    expect(func?.body.ops[0]?.loc).toMatchObject({ line: 12, column: 5 });
    expect(func === undefined ? "" : printFunc(func, { locations: true })).toContain("%y = neg %x @12:5\n");
    expect(printProgram(program)).not.toContain("@");
  });

  it("is fast enough for large functions", () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `  %v${i + 1} = mul %v${i} %v0`);
    const text = `func f(%v0: num) -> (num) {\n${lines.join("\n")}\n  yield %v20000\n}\n`;
    const start = performance.now();
    const program: Program = parseProgram(text);
    expect(printProgram(program)).toBe(text);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
