/** Arrays, typed arrays, tuples, objects, destructuring, module constants. */
import { compareWithJavaScript } from "./run.js";

const one = (params: string, body: string, rest = ""): string =>
  `${rest}\n/** @differentiable */\nexport function f(${params}): number {\n${body}\n}\n`;
const f64 = (...v: number[]): Float64Array => Float64Array.from(v);

compareWithJavaScript("arrays", {
  "read and write": "a[0] = x; a[1] = a[0]! * 2; a[2] += a[1]!; a[3] -= x; return a[2]! + a.length;",
  accumulation: {
    source: "for (let i = 0; i < 3; i++) { a[i] += x * i; a[0] -= i; } return a[0]!;",
    args: [[2, [1, 2, 3]]],
    has: [/accum/],
  },
  "out of range": "const y = a[10]; const z = a[-1]!; return (y ?? 3) + (z > 0 ? 1 : 2);",
  "local array": "const b = [x, 2, x * 3]; b[1] = b[0]! + b[2]!; return b[1]! * b.length;",
  "nested array": "const m = [[x, 1], [2, a[0]!]]; m[0]![1] = 5; m[1] = m[0]!; return m[1]![1]! + m[0]![0]!;",
  "sharing of rows": "const row = [x]; const m = [row, row]; m[0]![0] = 7; return m[1]![0]! + row[0]!;",
  "typed array": {
    source: one(
      "x: number, v: Float64Array",
      "const w = new Float64Array(v.length); for (let i = 0; i < v.length; i++) w[i] = v[i]! * x; v[0] = w[1]!; w[1] += 1; return w[0]! + w[1]!;",
    ),
    args: [
      [2, f64(1, 2)],
      [3, f64(4, 5, 6)],
    ],
  },
  "float32 rounds": {
    source: one("x: number, v: Float32Array", "v[0] = x; v[1] += x; v[1]! *= 3; return v[0]! + v[1]!;"),
    args: [
      [0.1, Float32Array.of(1, 2)],
      [1e-9, Float32Array.of(0.1, 1e9)],
    ],
  },
  "integer arrays": {
    source: one(
      "x: number",
      "const n = new Int32Array(3); n[0] = 2.9; n[1] += 300; const u = new Uint8Array([1, 2, 3]); u[0] = 300; u[1] -= 5; const c = Uint8ClampedArray.of(7, 8); c[0] = 300.5; n[2]++; return n[0]! * x + n[1]! + u[0]! + u[1]! + c[0]! + c[1]! + n[2]!;",
    ),
    args: [[2]],
    hasNot: [/accum/],
  },
  "typed array from values":
    "const w = new Float64Array([x, 2, x * x]); const v = Float64Array.of(1, x); const u = Float64Array.from(a); const t = new Float64Array(a); const s = new Float32Array(w); u[0] = 50; t[1] = 60; return w[2]! + v[1]! * 10 + u[0]! + t[1]! + s[0]! + w.length + a[0]!;",
  "typed array from a callback":
    "const w = Float64Array.from({ length: 4 }, (_, i) => i * x); const v = Float64Array.from(a, (y) => y * 2); return w[3]! + v[0]! + v.length;",
  "Array.from with rows":
    "const m = Array.from({ length: 3 }, () => new Float64Array(2)); m[1]![0] = x; m[2]![1] = m[1]![0]! * 3; return m[2]![1]! + m[0]![0]! + m.length;",
  "Array.from with nested rows":
    "const m = Array.from({ length: 3 }, (_, i) => Array.from({ length: 2 }, (_, j) => i * 10 + j + x)); m[1]![1]! += 1; return m[1]![1]! * m[2]![0]!;",
  "Array.from of an array":
    "const b = Array.from(a); b[0] = 77; const c = Array.from(a, (v, i) => v * i + x); return a[0]! + b[0]! + c[2]!;",
  "new Array with fill":
    "const b = new Array<number>(4).fill(0); const c = Array<number>(3).fill(x); const d: number[] = new Array(2).fill(1.5); b[2] = x; c[1] += 3; return b[2]! + b[1]! + c[1]! * c[0]! + d[1]!;",
  "new Array of rows, set later":
    "const m = new Array<number[]>(2); for (let i = 0; i < 2; i++) m[i] = [x * i, 1]; return m[1]![0]! + m[0]![1]!;",
  fill: "a.fill(x); a.fill(9, 2); a.fill(4, -1); a.fill(3, 0, 1); return a[0]! + a[1]! * 10 + a[2]! * 100 + a[3]! * 1000;",
  slice:
    "const p = a.slice(); const q = a.slice(1); const r = a.slice(1, 3); const s = a.slice(-2); const t = a.slice(0, -1); p[0] = 100; return p[0]! + a[0]! + q[0]! * q.length + r.length * 1000 + s[0]! + t.length * 10000 + t[1]!;",
  "slice out of range":
    "const n = a.length; const k = Math.floor(x); return a.slice(n - 2, n + 5).length + a.slice(3, 1).length * 10 + a.slice(-9).length * 100 + a.slice(k, k + 2).length * 1000 + a.slice(k - n).length * 10000;",
  set: {
    source: one(
      "x: number, v: Float64Array",
      "const w = new Float64Array(5); w.set(v); w.set([x, x * 2], 2); w.set(v, 3); v.set(v); return w[0]! + w[1]! * 10 + w[2]! * 100 + w[3]! * 1000 + w[4]! * 1e4;",
    ),
    args: [[2, f64(1, 2)]],
  },
  "overlapping set": {
    source: one(
      "v: Float64Array",
      "const w = new Float64Array(4); w.set(v); w.set(w.slice(0, 3), 1); return w[1]! + w[2]! * 10 + w[3]! * 100;",
    ),
    args: [[f64(1, 2, 3)]],
  },
  "spread of one array": "const b = [...a]; b[0] = 9; return b[0]! + a[0]! + b.length;",
  "for of": "let s = 0; for (const v of a) s += v * x; for (let v of a) { v += 1; s += v; } return s;",
  "for of a literal": "let s = 0; for (const v of [1, x, 3]) s = s * 2 + v; return s;",
  "for of into a variable": "let v = 100; for (v of a) if (v > 2) break; return v;",
  "for of rows": {
    source: one(
      "m: number[][]",
      "let s = 0; for (const row of m) for (const v of row) s += v * row.length; for (const [p, q] of m) s += p! - q!; return s;",
    ),
    args: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[]],
    ],
  },
  "for of while elements are written": "let s = 0; for (const v of a) { a[a.length - 1] = 10; s += v; } return s;",
  "entries and keys":
    "let s = 0; for (const [i, v] of a.entries()) s += i * v; for (const i of a.keys()) s += i; for (const v of a.values()) s += v; return s;",
  "array of booleans and strings":
    "const p = [true, x > 0]; const names = ['a', 'b']; p[0] = false; return (p[0] ? 1 : 2) + (p[1] ? 10 : 20) + (names[1] === 'b' ? 100 : 200);",
});

compareWithJavaScript("tuples and objects", {
  tuples: {
    source: one(
      "t: [number, number], r: readonly [number, boolean]",
      "t[0] = t[1] * 2; t[1] += r[0]; const u: [number, number, number] = [1, t[0], 3]; u[2]++; return u[2] + t[1] + (r[1] ? 10 : 0) + u.length + t['0'];",
    ),
    args: [
      [
        [1, 2],
        [3, true],
      ],
    ],
  },
  "array destructuring":
    "const [p, , q] = a; const [[r], s] = [[x, 1], [2]]; let u: number, v: number; [u, v] = a as [number, number]; [a[0], u] = [u!, v!]; return p! + q! * 10 + r! * 100 + s![0]! + u! + a[0]!;",
  "tuple from a function": {
    source:
      "/** @differentiable */ export function f(x: number): number { const [s, c] = both(x); let p: number, q: number; [p, q] = both(x * 2); return s * c + p - q; }\nfunction both(x: number): [number, number] { return [Math.sin(x), Math.cos(x)]; }",
    args: [[1], [2]],
  },
  objects: {
    source: one(
      "x: number, p: P",
      "p.u = x; p.v[0] += p.u; const q: P = { v: [1, 2], u: p.v[0]! * 2 }; q.u += 1; const { u, v: [w] } = q; return u + w! + p.v[0]!;",
      "interface P { u: number; v: number[] }",
    ),
    args: [[2, { u: 1, v: [5] }]],
  },
  "object literals and shorthands":
    "const u = x * 2; const p = { u, v: a[0]!, inner: { w: x } }; p.inner.w += 1; const { inner: { w } } = p; return w + p.u + p.v;",
  "objects in arrays": {
    source: one(
      "ps: { pos: [number, number]; m: number }[]",
      "let s = 0; for (const p of ps) { p.pos[0] += p.m; s += p.pos[0] * p.pos[1]; } for (const { m, pos: [px] } of ps) s += m * px; ps[0]!.m = 9; return s;",
    ),
    args: [
      [
        [
          { pos: [1, 2], m: 3 },
          { pos: [4, 5], m: 6 },
        ],
      ],
    ],
  },
  "sharing of objects": "const p = { u: x }; const q = p; q.u = 5; const r = [p, { u: 1 }]; r[0]!.u += 1; return p.u;",
  "the same shape under two names": {
    source:
      "interface A { u: number; v: number }\ninterface B { v: number; u: number }\n/** @differentiable */ export function f(p: A): number { return g(p) + g({ u: 1, v: 2 }); }\nfunction g(p: B): number { return p.u - p.v; }",
    args: [[{ u: 5, v: 3 }]],
  },
  "constants in objects": {
    source: one(
      "x: number, o: O",
      "return o.on ? x * o.k : o.name === 'a' ? 1 : o.mode === 'm' ? 2 : 3;",
      "import type { NoDiff } from '@adc/runtime';\ninterface O { readonly on: boolean; name: string; k: NoDiff<number>; mode: 'm' | 'n' }",
    ),
    args: [
      [2, { on: true, name: "a", k: 3, mode: "n" }],
      [2, { on: false, name: "b", k: 3, mode: "m" }],
    ],
  },
  "object destructuring assignment":
    "const p = { u: x, v: 2 }; let u: number, w: number; ({ u, v: w } = p); ({ u: a[0], v: a[1] } = p); return u + w * 10 + a[0]! + a[1]!;",
  "object from a function": {
    source:
      "type V = { x: number; y: number };\nconst add = (p: V, q: V): V => ({ x: p.x + q.x, y: p.y + q.y });\nconst dot = (p: V, q: V) => p.x * q.x + p.y * q.y;\n/** @differentiable */ export const f = (p: V, q: V): number => dot(add(p, q), add(q, add(p, p)));",
    args: [
      [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    ],
  },
  "alternatives of objects": {
    source: one(
      "p: P, q: P, x: number",
      "const r = x > 0 ? p : q; const s = x > 1 ? { u: x } : q; return r.u + s.u;",
      "interface P { u: number }",
    ),
    args: [
      [{ u: 1 }, { u: 2 }, 0.5],
      [{ u: 1 }, { u: 2 }, 3],
      [{ u: 1 }, { u: 2 }, -1],
    ],
  },
});

compareWithJavaScript("module constants", {
  "numbers and strings": {
    source:
      "const K = 3; export const NEG = -2; const NAME = 'a'; const ON = true; enum E { A = 1, B = 4 } const enum C { X = 7 } enum S { P = 'p' }\n/** @differentiable */ export function f(x: number): number { const m: S = S.P; return x * K + NEG + (NAME === 'a' ? 1 : 0) + (ON ? 2 : 0) + E.B + C.X + (m === S.P ? 100 : 0); }",
    args: [[2]],
    hasNot: [/global/],
  },
  computed: {
    source:
      "const TWO_PI = 2 * Math.PI; export const LOG = Math.log(TWO_PI);\n/** @differentiable */ export function f(x: number): number { return x * TWO_PI - LOG; }",
    args: [[2]],
    has: [/global/],
  },
  "arrays and objects": {
    source:
      "const W = [1, 2, 3]; export const T = new Float64Array([4, 5]); const M = [[1, 2], [3, 4]]; const P = { u: 1, v: [2, 3] } as const; const Z = new Array<number>(2).fill(7);\n/** @differentiable */ export function f(x: number): number { let s = 0; for (const w of W) s += w * x; for (let i = 0; i < T.length; i++) s += T[i]!; const row = M[1]!; return s + row[0]! + P.u + P.v[1] + Z[1]!; }",
    args: [[2]],
    has: [/global/],
  },
  "from another file": {
    source:
      "import { K, W, inner as renamed } from './k.js'; import * as all from './k.js'; import D from './d.js';\n/** @differentiable */ export function f(x: number): number { return x * K + W[1]! + renamed.u + all.K + all.W[0]! + D; }",
    args: [[2]],
    files: {
      "k.ts": "export const K = 3; export const W: readonly number[] = [1, 2]; export const inner = { u: 5 };",
      "d.ts": "const d = 11; export default d;",
    },
  },
});
