/** Functions as the emitter writes them: read these to see what it is for. Each also type-checks in the strictest mode. */
import { describe, expect, it } from "vitest";
import { emitBody, emitText, load, problems } from "../support/emit.js";

interface Sample {
  readonly ir: string;
  readonly text: string;
  /** Arguments of `f` and what it returns. */
  readonly run?: readonly (readonly [args: readonly unknown[], result: unknown])[];
}

const f = (params: string, results: string, body: string): string => `func f(${params}) -> (${results}) {\n${body}\n}`;

/** An expression of three numbers and a test. */
const expression = (ops: string, text: string, result = "num"): Sample => ({
  ir: f(
    "%a: num, %b: num, %c: num, %p: bool",
    result,
    `${ops}; yield %z`.replace(/%([xyzn])/g, (_, name: string) => `%${"xyzn".indexOf(name)}`),
  ),
  text: `return ${text};`,
});

const samples: Readonly<Record<string, Sample>> = {
  "a sum keeps its grouping": expression("%y = add %b %c; %z = add %a %y", "a + (b + c)"),
  "a difference of a difference": expression("%y = sub %b %c; %z = sub %a %y", "a - (b - c)"),
  "left grouping needs no parentheses": expression("%y = sub %a %b; %z = sub %y %c", "a - b - c"),
  "products in sums": expression("%y = mul %a %b; %z = add %y %c", "a * b + c"),
  "sums in products": expression("%y = add %a %b; %z = mul %y %c", "(a + b) * c"),
  "a product of a quotient": expression("%y = div %b %c; %z = mul %a %y", "a * (b / c)"),
  "a negative base of a power": expression("%y = neg %a; %z = pow %y %b", "(-a) ** b"),
  "a negative literal as a base": expression("%y = const -2; %z = pow %y %b", "(-2) ** b"),
  "a negated power": expression("%y = pow %a %b; %z = neg %y", "-(a ** b)"),
  "a negative exponent": expression("%y = neg %b; %z = pow %a %y", "a ** -b"),
  "powers group to the right": expression("%y = pow %b %c; %z = pow %a %y", "a ** b ** c"),
  "a power of a power": expression("%y = pow %a %b; %z = pow %y %c", "(a ** b) ** c"),
  "minus minus": expression("%y = neg %a; %z = neg %y", "-(-a)"),
  "plus minus is minus": expression("%y = neg %b; %z = add %a %y", "a - b"),
  "minus minus in a difference": expression("%y = neg %b; %z = sub %a %y", "a + b"),
  "a negative literal in a sum": expression("%y = const -2; %z = add %a %y", "a - 2"),
  "a negative literal in a product": expression("%y = const -2; %z = mul %a %y", "a * -2"),
  "odd literals": expression(
    "%x = const -0; %y = const -Infinity; %n = const NaN; %z = max %x %y %n",
    "Math.max(-0, -Infinity, NaN)",
  ),
  "bitwise in comparison": expression("%y = bitAnd %a %b; %z = eq %y %c", "(a & b) === c", "bool"),
  "not of a comparison": expression("%y = lt %a %b; %z = not %y", "!(a < b)", "bool"),
  "not of an equality": expression("%y = eq %a %b; %z = not %y", "a !== b", "bool"),
  "or in and": expression("%x = lt %a %b; %y = or %x %p; %z = and %y %p", "(a < b || p) && p", "bool"),
  "a choice": expression("%z = if %p { yield %a } else { %y = neg %b; yield %y }", "p ? a : -b"),
  "a choice in a sum": expression("%y = if %p { yield %a } else { yield %b }; %z = add %y %c", "(p ? a : b) + c"),
  "a choice of tests is and": expression(
    "%z: bool = if %p { %y = lt %a %b; yield %y } else { %n = const false; yield %n }",
    "p && a < b",
    "bool",
  ),
  "a choice of tests is or": expression(
    "%z: bool = if %p { %n = const true; yield %n } else { %y = lt %a %b; yield %y }",
    "p || a < b",
    "bool",
  ),
  "a number of a test": expression("%y = lt %a %b; %x = fromBool %y; %z = add %c %x", "c + +(a < b)"),
  "the identity": expression("%y = stopGradient %a; %z = mul %y %b", "a * b"),

  "a load is not moved over a write": {
    ir: f(
      "%x: Float64Array, %y: Float64Array",
      "num",
      "%0 = const 0; %v = load %x[%0]; store %y[%0] = %0; %z = add %v %v; %w = load %x[%0]; %u = sub %w %z; yield %u",
    ),
    text: "const v = x[0]!;\ny[0] = 0;\nreturn x[0]! - (v + v);",
  },
  "a load is moved over a write to fresh memory": {
    ir: f(
      "%x: Float64Array",
      "num, Float64Array",
      "%0 = const 0; %d = zeros %x; %v = load %x[%0]; accum %d[%0] += %0; %z = neg %v; yield %z, %d",
    ),
    text: "const d = new Float64Array(x.length);\nd[0]! += 0;\nreturn [-x[0]!, d];",
  },
  "a long expression is taken apart": {
    ir: f(
      "%alpha: num, %beta: num",
      "num",
      Array.from(
        { length: 14 },
        (_, k) => `%t${k} = ${k % 2 === 0 ? "mul" : "add"} ${k === 0 ? "%alpha" : `%t${k - 1}`} %beta`,
      )
        .join("\n")
        .replaceAll("%t", "%") + "\nyield %13",
    ),
    text: "",
  },

  "a sum over an array": {
    ir: f(
      "%x: Float64Array",
      "num",
      "%0 = const 0; %n = length %x\nfor %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) { %v = load %x[%i]; %q = mul %v %v; %s.1 = add %s %q; yield %s.1 }\nyield %r",
    ),
    text: "let s = 0;\nfor (let i = 0; i < x.length; i++) {\n  const v = x[i]!;\n  s += v * v;\n}\nreturn s;",
    run: [[[Float64Array.of(1, 2, 3)], 14]],
  },
  "a push and a pop": {
    ir: f(
      "%x: [num]",
      "num",
      "%0 = const 0; %1 = const 1; %n = length %x; %q: [num] = copy %x; %a = load %x[%0]; store %q[%n] = %a grows; %l = length %q; %t = sub %l %1; %v = load %q[%t]; %m = maxLiteral %t %0; resize %q %m; %e = length %q; %r = add %v %e; yield %r",
    ),
    text: "const q = x.slice();\nq.push(x[0]!);\nconst v = q.pop()!;\nreturn v + q.length;",
    run: [[[[3, 4]], 5]],
  },
  "a pop whose element is not asked for, a length that is set": {
    ir: f(
      "%x: [num], %k: num",
      "[num]",
      "%0 = const 0; %1 = const 1; %q: [num] = copy %x; %l = length %q; %t = sub %l %1; %m = maxLiteral %t %0; resize %q %m; resize %q %k; yield %q",
    ),
    text: "const q = x.slice();\nq.pop();\nq.length = k;\nreturn q;",
    run: [[[[3, 4, 5], 1], [3]]],
  },
  "a pop at another length": {
    ir: f(
      "%x: [num]",
      "num",
      "%0 = const 0; %1 = const 1; %q: [num] = copy %x; %l = length %q; store %q[%l] = %1 grows; %t = sub %l %1; %m = maxLiteral %t %0; resize %q %m; %e = length %q; yield %e",
    ),
    text: "const q = x.slice();\nconst l = q.length;\nq.push(1);\nq.length = Math.max(l - 1, 0);\nreturn q.length;",
    run: [[[[3, 4, 5]], 2]],
  },
  "a view": {
    ir: f(
      "%x: Float64Array, %k: num",
      "num",
      "%0 = const 0; %q: Float64Array = copy %x; %n = length %q; %v: Float64Array = view %q %k %n; store %v[%0] = %k; %r = load %q[%k]; yield %r",
    ),
    text: "const q = x.slice();\nconst v = q.subarray(k, q.length);\nv[0] = k;\nreturn q[k]!;",
    run: [[[Float64Array.of(7, 8, 9), 1], 1]],
  },
  "values that change places": {
    ir: f(
      "%n: num",
      "num",
      "%0 = const 0; %1 = const 1\nfor %i = %0 to %n step 1 test < (%a = %0: num, %b = %1: num) -> (%r, %q) { %c = add %a %b; yield %b, %c }\nyield %r",
    ),
    text: "let a = 0;\nlet b = 1;\nfor (let i = 0; i < n; i++) {\n  const c = a + b;\n  a = b;\n  b = c;\n}\nreturn a;",
    run: [[[10], 55]],
  },
  "a swap needs a temporary": {
    ir: f(
      "%n: num",
      "num",
      "%0 = const 0; %1 = const 1\nfor %i = %0 to %n step 1 test < (%a = %0: num, %b = %1: num) -> (%r, %q) { yield %b, %a }\nyield %r",
    ),
    text: "let a = 0;\nlet b = 1;\nfor (let i = 0; i < n; i++) {\n  const next = b;\n  b = a;\n  a = next;\n}\nreturn a;",
    run: [
      [[3], 1],
      [[4], 0],
    ],
  },
  "a bound that the body changes": {
    ir: f(
      "%x: Float64Array",
      "num",
      "%0 = const 0; %1 = const 1; %m = load %x[%0]; %n = sub %m %1\nfor %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) { store %x[%0] = %0; %s.1 = add %s %1; yield %s.1 }\nyield %r",
    ),
    text: "const n = x[0]! - 1;\nlet s = 0;\nfor (let i = 0; i < n; i++) {\n  x[0] = 0;\n  s++;\n}\nreturn s;",
    run: [[[Float64Array.of(4)], 3]],
  },
  "an array that grows under its loop": {
    ir: f(
      "%x: [num]",
      "num",
      "%0 = const 0; %1 = const 1; %n = length %x\nfor %i = %0 to %n step 1 test < (%s = %0: num) -> (%r) { %k = add %n %i; store %x[%k] = %1; %s.1 = add %s %1; yield %s.1 }\nyield %r",
    ),
    text: "const n = x.length;\nlet s = 0;\nfor (let i = 0; i < n; i++) {\n  x[n + i] = 1;\n  s++;\n}\nreturn s;",
    run: [[[[1, 2]], 2]],
  },
  "backwards by two": {
    ir: f(
      "%x: Float64Array, %n: num",
      "",
      "%0 = const 0\nfor %i = %n to %0 step -2 test >= () -> () { accum %x[%i] += %n }",
    ),
    text: "for (let i = n; i >= 0; i -= 2) {\n  x[i]! += n;\n}",
  },
  "break where the source had it": {
    ir: f(
      "%x: Float64Array, %t: num",
      "num, num",
      `%0 = const 0; %n = length %x
for %i = %0 to %n step 1 test < (%s = %0: num) breaks -> (%r) count %c {
  %v = load %x[%i]
  %s.1 = add %s %v
  %g = gt %s.1 %t
  %stop: bool, %s.2: num = if %g { %y = const true; yield %y, %s.1 } else { %q = sqrt %v; %s.3 = add %s.1 %q; %f = const false; yield %f, %s.3 }
  yield %stop, %s.2
}
yield %r, %c`,
    ),
    text: `let s = 0;
let c = 0;
for (let i = 0; i < x.length; i++) {
  c++;
  const v = x[i]!;
  s += v;
  if (s > t) break;
  const q = Math.sqrt(v);
  s += q;
}
return [s, c];`,
    run: [
      [
        [Float64Array.of(1, 4, 9, 16), 10],
        [17, 3],
      ],
    ],
  },
  "continue for looks": {
    ir: f(
      "%x: Float64Array, %t: num",
      "",
      `%0 = const 0; %n = length %x
for %i = %0 to %n step 1 test < () -> () {
  %g = gt %t %i
  if %g { } else { accum %x[%i] += %t; store %x[%0] = %t; accum %x[%i] += %i; store %x[%n] = %t }
}`,
    ),
    text: "const n = x.length;\nfor (let i = 0; i < n; i++) {\n  if (t > i) continue;\n  x[i]! += t;\n  x[0] = t;\n  x[i]! += i;\n  x[n] = t;\n}",
  },
  "a do loop": {
    ir: f(
      "%x: num",
      "num",
      "while (%y = %x: num) breaks -> (%r) cond { %t = const true; yield %t } body { %2 = const 2; %y.1 = div %y %2; %1 = const 1; %l = gt %y.1 %1; %m = not %l; yield %m, %y.1 }\nyield %r",
    ),
    text: "let y = x;\ndo {\n  y /= 2;\n} while (y > 1);\nreturn y;",
    run: [
      [[10], 0.625],
      [[0.5], 0.25],
    ],
  },
  "a loop left in the middle": {
    ir: f(
      "%x: num",
      "num",
      "while (%y = %x: num) breaks -> (%r) cond { %t = const true; yield %t } body { %2 = const 2; %y.1 = div %y %2; %l = lt %y.1 %2; yield %l, %y }\nyield %r",
    ),
    text: "const y = x;\nwhile (true) {\n  const l = y / 2 < 2;\n  if (l) break;\n}\nreturn y;",
  },
  "a test with statements of its own": {
    ir: f(
      "%x: num",
      "num",
      "while (%y = %x: num) -> (%r) cond { %1 = const 1; %e = exp %y; %q = mul %e %e; %2 = gt %q %1; yield %2 } body { %1 = const 1; %y.1 = sub %y %1; yield %y.1 }\nyield %r",
    ),
    text: "let y = x;\nwhile (true) {\n  const e = Math.exp(y);\n  if (!(e * e > 1)) break;\n  y--;\n}\nreturn y;",
    run: [[[2.5], -0.5]],
  },
  "an early return": {
    ir: f(
      "%x: num",
      "num",
      "%0 = const 0; %c = lt %x %0\n%r = if %c { %m = exp %x; %k = mul %m %m; yield %k } else { %l = sqrt %x; %k = mul %l %l; yield %k }\nyield %r",
    ),
    text: "if (x < 0) {\n  const m = Math.exp(x);\n  return m * m;\n}\nconst l = Math.sqrt(x);\nreturn l * l;",
    run: [[[0], 0]],
  },
  "an arm that throws stands by itself": {
    ir: f(
      "%x: num",
      "num",
      '%0 = const 0; %c = lt %x %0\n%r = if %c { throw "new RangeError(`no root of ${" %x "}`)" } else { %s = sqrt %x; yield %s }\nforeign "console.log(" %r ")"\nyield %r',
    ),
    text: "if (x < 0) throw new RangeError(`no root of ${x}`);\nconst s = Math.sqrt(x);\nconsole.log(s);\nreturn s;",
  },
  "an arm that changes nothing is not written": {
    ir: f(
      "%x: num, %y: num",
      "num, num",
      "%c = lt %x %y\n%x.1: num, %y.1: num = if %c { %x.2 = add %x %y; yield %x.2, %y } else { yield %x, %y }\n%s = mul %x.1 %y.1\nyield %s, %s",
    ),
    text: "if (x < y) x += y;\nconst s = x * y;\nreturn [s, s];",
    run: [
      [
        [1, 2],
        [6, 6],
      ],
      [
        [2, 1],
        [2, 2],
      ],
    ],
  },
  "a result starts with what the simple arm yields": {
    ir: f(
      "%x: num",
      "num, num",
      "%0 = const 0; %c = lt %x %0\n%a: num, %b: num = if %c { %e = exp %x; %e2 = mul %e %e; yield %e, %e2 } else { yield %0, %x }\n%u = add %a %b; yield %u, %x",
    ),
    text: "let a = 0;\nlet b = x;\nif (x < 0) {\n  const e = Math.exp(x);\n  b = e * e;\n  a = e;\n}\nreturn [a + b, x];",
  },
  "names are never hidden": {
    ir: f(
      "%x: num",
      "num",
      '%t = exp %x; %1 = mul %t %t; %new = sin %1; %Math = mul %new %new; foreign "log(" %Math ")"; %log = mul %Math %Math; %y = mul %log %log; yield %y',
    ),
    text: "const t = Math.exp(x);\nconst new2 = Math.sin(t * t);\nconst Math2 = new2 * new2;\nlog(Math2);\nconst log2 = Math2 * Math2;\nreturn log2 * log2;",
  },
};

describe("samples", () => {
  const { "a long expression is taken apart": long, ...exact } = samples;
  it.each(Object.entries(exact))("%s", (_, { ir, text, run }) => {
    expect(emitBody(ir)).toBe(text);
    for (const [args, result] of run ?? [])
      expect(load(emitText(ir))["f"]?.(...(structuredClone(args) as never[]))).toEqual(result);
  });

  it("a long expression is taken apart", () => {
    const lines = emitBody(long?.ir ?? "").split("\n");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.length).toBeLessThan(100);
  });

  it("type-check in the strictest mode", () => {
    const texts = Object.entries(samples).filter(([name]) => name !== "names are never hidden");
    expect(problems(Object.fromEntries(texts.map(([name, { ir }]) => [name, emitText(ir)])))).toEqual([]);
  });
});

const rosenbrock = `func rosenbrock_grad(%x: Float64Array) -> (Float64Array) {
  %dx = zeros %x
  %n = length %x
  %one = const 1
  %z = const 0
  %0 = sub %n %one
  for %i = %z to %0 step 1 test < () -> () {
    %a = load %x[%i]
    %1 = add %i %one
    %2 = load %x[%1]
    %3 = mul %a %a
    %t = sub %2 %3
    %4 = const -400
    %5 = mul %4 %t
    %6 = mul %5 %a
    %7 = const 2
    %8 = sub %one %a
    %9 = mul %7 %8
    %10 = sub %6 %9
    accum %dx[%i] += %10
    %11 = add %i %one
    %12 = const 200
    %13 = mul %12 %t
    accum %dx[%11] += %13
  }
  %14 = export %dx take
  yield %14
}`;

describe("whole files", () => {
  it("rosenbrock is what an expert writes", () => {
    expect(emitText(rosenbrock)).toBe(`/* eslint-disable */
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// @generated by adc from ./model.ts

export function rosenbrock_grad(x: Float64Array): Float64Array {
  const dx = new Float64Array(x.length);
  for (let i = 0; i < x.length - 1; i++) {
    const a = x[i]!;
    const t = x[i + 1]! - a * a;
    dx[i]! += -400 * t * a - 2 * (1 - a);
    dx[i + 1]! += 200 * t;
  }
  return dx;
}
`);
  });

  it("imports and constants come first, sorted", () => {
    const text = emitText(`global table: [num] import table "./z.js" { %0 = const 1; %1: [num] = new %0; yield %1 }
global half: num { %0 = const 0.5; yield %0 }
func f(%x: num) -> (num) {
  %t = global table
  %h = global half
  %0 = const 0
  %v = load %t[%0]
  %now: num = foreign pure "clock()" import clock "./a.js", other "pkg"
  %a = add %v %now
  %b = mul %a %h
  yield %b
}`);
    expect(text.slice(text.indexOf("import"))).toBe(`import { other } from "pkg";
import { clock } from "./a.js";
import { table } from "./z.js";

const half: number = 0.5;

export function f(x: number): number {
  const now = clock();
  return (table[0]! + now) * half;
}
`);
  });
});

describe("structures", () => {
  const structure = (type: string, body: string, records = ""): string =>
    emitBody(`${records}\nfunc f(%p: ${type}) -> () {\n${body}\n}`);

  it.each([
    ["Float64Array", "new Float64Array(p.length)", "p.slice()"],
    ["Float32Array", "new Float64Array(p.length)", "p.slice()"],
    ["[num]", "new Array<number>(p.length).fill(0)", "p.slice()"],
    ["[[num]]", "p.map((row) => new Array<number>(row.length).fill(0))", "p.map((row) => row.slice())"],
    ["[Float32Array]", "p.map((row) => new Float64Array(row.length))", "p.map((row) => row.slice())"],
    ["[(num, num)]", "p.map((row): [number, number] => [0, 0])", "p.map((row): [number, number] => [row[0], row[1]])"],
    ["%P", "{ x: 0, w: new Float64Array(p.w.length) }", "{ x: p.x, w: p.w.slice(), tag: p.tag }"],
    [
      "[%P]",
      "p.map((row) => ({ x: 0, w: new Float64Array(row.w.length) }))",
      "p.map((row) => ({ x: row.x, w: row.w.slice(), tag: row.tag }))",
    ],
  ])("zeros and copies of %s", (type, zero, copy) => {
    const records = 'record P (x: num, w: Float64Array, tag: str)\nrecord "P.adjoint" (x: num, w: Float64Array)';
    const lines = structure(type, '%d = zeros %p; %c = copy %p; foreign "use(" %d ", " %c ")"', records).split("\n");
    expect(lines[0]?.replace(/^const d: .* = /, "const d = ")).toBe(`const d = ${zero};`);
    expect(lines[1]?.replace(/^const c: .* = /, "const c = ")).toBe(`const c = ${copy};`);
  });

  it("sums, clears and exports run", () => {
    const text = emitText(`record P (x: num, w: Float32Array, q: (num, [num]), tag: str)
record "P.adjoint" (x: num, w: Float64Array, q: (num, [num]))
record gP (x: num, w: Float32Array, q: (num, [num]))
func f(%p: %P, %s: %gP) -> (%gP, %"P.adjoint") {
  %d = zeros %p
  addInto %d %s
  addInto %d %s
  %g: %gP = export %d
  clear %d
  yield %g, %d
}`);
    expect(problems({ structures: text })).toEqual([]);
    const p = { x: 1, w: Float32Array.of(1, 2), q: [3, [4, 5]], tag: "a" };
    const s = { x: 1, w: Float32Array.of(0.5, 2), q: [3, [4, 5]] };
    expect(load(text)["f"]?.(...([p, s] as never[]))).toEqual([
      { x: 2, w: Float32Array.of(1, 4), q: [6, [8, 10]] },
      { x: 0, w: Float64Array.of(0, 0), q: [0, [0, 0]] },
    ]);
  });

  it("recursive records get helpers and interfaces", () => {
    const text = emitText(`record Tree (x: num, kids: [%Tree]) text "Tree" import Tree "./tree.js"
record "Tree.adjoint" (x: num, kids: [%"Tree.adjoint"])
func f(%p: %Tree) -> (opaque "unknown") {
  %d = zeros %p
  addInto %d %d
  clear %d
  %c = copy %p
  %r: opaque "unknown" = foreign "[" %d ", " %c "]"
  yield %r
}`);
    expect(text).toContain("interface dTree {\n  x: number;\n  kids: dTree[];\n}");
    expect(text).toContain(
      "function zerosOfTree(p: Tree): dTree {\n  return { x: 0, kids: p.kids.map((row) => zerosOfTree(row)) };\n}",
    );
    const tree = { x: 1, kids: [{ x: 2, kids: [] }] };
    expect(load(text)["f"]?.(...([tree] as never[]))).toEqual([{ x: 0, kids: [{ x: 0, kids: [] }] }, tree]);
  });
});
