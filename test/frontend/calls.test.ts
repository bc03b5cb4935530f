/** Calls across files, recursion, loops and their forms, switch, text and effects. */
import { compareWithJavaScript } from "./run.js";

compareWithJavaScript("calls", {
  "helpers in all forms": {
    source:
      "/** @differentiable */ export const f = (x: number): number => g(x) + h(x) + k(x);\nfunction g(x: number) { return x * 2; }\nconst h = (x: number) => { let s = 0; for (let i = 0; i < 3; i++) s += x * i; return s; };\nconst k = function (x: number): number { return g(h(x)); };",
    args: [[2]],
  },
  "function expression": {
    source: "/** @differentiable */ export const f = function named(x: number): number { return x * x; };",
    args: [[2]],
  },
  "other files": {
    source:
      "import { g } from './g.js'; import h, { twice as double } from './h.js'; import * as all from './all.js';\n/** @differentiable */ export function f(x: number): number { return g(x) + h(x) + double(x) + all.g(x) + all.deep.twice(x) + all.renamed(x); }",
    args: [[3]],
    files: {
      "g.ts": "import { twice } from './h.js'; export function g(x: number): number { return twice(x) + 1; }",
      "h.ts":
        "export default function (x: number): number { return x * x; }\nexport const twice = (x: number): number => 2 * x;",
      "all.ts": "export * from './g.js'; export * as deep from './h.js'; export { default as renamed } from './h.js';",
    },
  },
  recursion: {
    source:
      "/** @differentiable */ export function f(x: number, n: number): number { return n <= 0 ? 1 : x * f(x, n - 1); }",
    args: [
      [2, 5],
      [3, 0],
    ],
  },
  "mutual recursion": {
    source:
      "/** @differentiable */ export function f(x: number): number { return even(x, 5); }\nfunction even(x: number, n: number): number { if (n === 0) return x; return odd(x * 2, n - 1); }\nfunction odd(x: number, n: number): number { if (n === 0) return -x; return even(x + 1, n - 1); }",
    args: [[2]],
  },
  "default parameters": {
    source:
      "/** @differentiable */ export function f(x: number, k = 3): number { return g(x) + g(x, 5) + g(x, undefined) + k; }\nfunction g(x: number, p = 2, q: number = K): number { return x * p + q; }\nconst K = 7;",
    args: [[1, 2]],
  },
  "a function that writes its argument": {
    source:
      "/** @differentiable */ export function f(x: number, a: number[]): number { scale(a, x); scale(a, x); return a[0]! + a[1]!; }\nfunction scale(a: number[], k: number): void { for (let i = 0; i < a.length; i++) a[i]! *= k; }",
    args: [[3, [1, 2]]],
  },
  "call for its effect only": {
    source:
      "/** @differentiable */ export function f(x: number, a: number[]): number { set(a, x); return a[0]!; }\nfunction set(a: number[], k: number): number { return a[0] = k; }",
    args: [[3, [1, 2]]],
  },
  "destructured parameters": {
    source:
      "/** @differentiable */ export function f({ u, v: [w] }: { u: number; v: number[] }, [p, q]: [number, number]): number { return u * w! + p - q; }",
    args: [[{ u: 2, v: [3] }, [5, 7]]],
  },
  overloads: {
    source:
      "/** @differentiable */ export function f(x: number): number { return g(x) + g(x, 1); }\nfunction g(x: number): number; function g(x: number, y: number): number; function g(x: number, y = 10): number { return x * y; }",
    args: [[2]],
  },
  "a helper's effects seen afterwards": {
    source:
      "/** @differentiable */ export function f(x: number, a: number[]): number { const y = a[0]!; bump(a); return y * x + a[0]!; }\nfunction bump(a: number[]) { a[0] = a[0]! + 1; }",
    args: [[3, [1, 2]]],
  },
});

compareWithJavaScript("loops", {
  "counted up and down": {
    source:
      "let s = 0; for (let i = 0; i < a.length; i++) s += i * a[i]!; for (let i = a.length - 1; i >= 0; i--) s = s * 2 + a[i]!; for (let i = 10; i > x; i -= 3) s += i; for (let i = 1; i <= 9; i = i + 2) s += i; for (let i = 0; 5 > i; ++i) s += i; return s;",
    args: [
      [2, [1, 2, 3]],
      [-3.5, []],
    ],
    has: [/ for /],
    hasNot: [/while/],
  },
  "bounds that are numbers": {
    source:
      "let s = 0; for (let i = 0; i < x; i++) s += i; for (let i = Math.floor(x); i < 4; i++) s += 100; for (let i = x | 0; i < 4; i++) s += 1000; return s;",
    args: [
      [2.5, []],
      [-1, []],
      [Number.NaN, []],
    ],
    hasNot: [/while/],
  },
  "bound and counter of outer loops": {
    source:
      "let s = 0; const n = a.length; for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) for (let k = j; k > i - 1; k--) s += i + 2 * j + 3 * k; return s;",
    args: [[0, [1, 2, 3, 4]]],
    hasNot: [/while/],
  },
  "several variables in the head": {
    source: "let s = 0; for (let i = 0, n = a.length; i < n; i++) s += a[i]!; return s;",
    args: [[0, [1, 2]]],
    hasNot: [/while/],
  },
  "two counters": {
    source: "let s = 0; for (let i = 0, j = a.length - 1; i < j; i++, j--) s += a[i]! * a[j]!; return s;",
    args: [[0, [1, 2, 3, 4, 5]]],
    has: [/while/],
  },
  "bound changes": {
    source: "let s = 0; let n = 3; for (let i = 0; i < n; i++) { if (i === 1) n = 6; s += i; } return s;",
    args: [[0, []]],
    has: [/while/],
  },
  "bound read from an array that is written": {
    source: "let s = 0; for (let i = 0; i < a[0]!; i++) { a[0] -= 0.5; s += i; } return s;",
    args: [[0, [5]]],
    has: [/while/],
  },
  "bound read from an array that is not written": {
    source:
      "let s = 0; const b = new Float64Array(9); for (let i = 0; i < a[0]!; i++) { b[i] = i; s += b[i]!; } return s;",
    args: [[0, [5]]],
    hasNot: [/while/],
  },
  "bound a field that a helper writes": {
    source:
      "interface P { n: number }\n/** @differentiable */ export function f(x: number, p: P): number { let s = 0; for (let i = 0; i < p.n; i++) { s += x; shrink(p); } return s; }\nfunction shrink(p: P) { p.n -= 1; }",
    args: [[2, { n: 6 }]],
    has: [/while/],
  },
  "bound a field that nobody writes": {
    source:
      "interface P { n: number }\n/** @differentiable */ export function f(x: number, p: P): number { let s = 0; for (let i = 0; i < p.n; i++) s += twice(x); return s; }\nfunction twice(x: number) { return x * 2; }",
    args: [[2, { n: 3 }]],
    hasNot: [/while/],
  },
  "counter assigned in the body": {
    source: "let s = 0; for (let i = 0; i < 10; i++) { if (i === 3) i = 6; s += i; } return s;",
    args: [[0, []]],
    has: [/while/],
  },
  "start is not an integer": {
    source: "let s = 0; for (let i = x; i < 4; i++) s += i; return s;",
    args: [
      [0.5, []],
      [-2, []],
    ],
    has: [/while/],
  },
  "counter from outside": {
    source: "let i: number; let s = 0; for (i = 0; i < 4; i++) s += i; return s * 10 + i;",
    args: [[0, []]],
    has: [/while/],
  },
  "not equal as test": "let s = 0; for (let i = 0; i !== 4; i++) s += i; return s;",
  "step is not a constant": "let s = 0; for (let i = 0; i < 9; i += a.length) s += i; return s;",
  "step with a constant name": {
    source:
      "const STEP = 2;\n/** @differentiable */ export function f(x: number): number { let s = 0; for (let i = 0; i < 9; i += STEP) s += i * x; return s; }",
    args: [[2]],
    hasNot: [/while/],
  },
  "while with data": "let s = x; let n = 0; while (Math.abs(s) > 0.1 && n < 50) { s /= 2; n++; } return s + n;",
  "test with effects": "let i = 0; let s = 0; while (i++ < 3) s += i; return s * 10 + i;",
  "test with effects and exits":
    "let i = 0; let s = 0; while (i++ < 5) { if (i === 2) continue; if (i === 4) break; s += i; } return s * 10 + i;",
  "test with a call": {
    source:
      "/** @differentiable */ export function f(x: number): number { let s = x; while (small(s)) s = s * 2 + 1; return s; }\nfunction small(s: number): boolean { return s < 20; }",
    args: [[1], [30]],
  },
  "for test with a call": {
    source:
      "/** @differentiable */ export function f(x: number): number { let s = x; for (let i = 0; i < limit(s); i++) s = s * 2 + 1; return s; }\nfunction limit(s: number): number { return 20 - s; }",
    args: [[1], [30]],
  },
  "nested with carried variables":
    "let p = x; let q = 1; for (let i = 0; i < 3; i++) { const t = p; for (let j = 0; j < i; j++) { p = q + j; q = t * 0.5; } q += p; } return p + q * 100;",
  "shadowed names":
    "let s = x; { let s = 5; s += 1; a[0] = s; } for (let s = 0; s < 2; s++) a[1]! += s; return s + a[0]! + a[1]!;",
  "variables of the body are fresh":
    "let s = 0; for (let i = 0; i < 3; i++) { let t = 0; t += i; s += t; let u: number; u = t * 2; s += u; } return s;",
});

compareWithJavaScript("switch", {
  plain: "let s = 0; switch (x) { case 2: s = 1; break; case 0: s = 2; break; default: s = 3; } return s;",
  "shared labels": "switch (x) { case 0: case 2: return 1; case 5: return 2; } return 3;",
  fallthrough:
    "let s = 0; switch (x) { case 2: s += 1; case 0: s += 10; break; case 5: s += 100; default: s += 1000; } return s;",
  "default in the middle":
    "let s = 0; switch (x) { case 2: s += 1; break; default: s += 10; case 0: s += 100; } return s;",
  "default first": "let s = 0; switch (x) { default: s += 1; case 2: s += 10; break; case 5: s += 100; } return s;",
  "default with labels": "let s = 0; switch (x) { case 7: default: s = 1; break; case 2: s = 2; break; } return s;",
  blocks: "let s = 0; switch (x) { case 2: { const t = 5; s = t; break; } case 0: { s = 7; break; } } return s;",
  "break in the middle":
    "let s = 0; switch (x) { case 2: s = 1; if (a[0]! > 1) break; s = 2; break; default: s = 3; if (x > 0) break; s = 4; } return s;",
  "return and break mixed":
    "let s = 0; switch (x) { case 2: return a[0]!; case 0: s = 5; break; case 5: throw new Error('five'); default: if (x < 0) return 6; s = 9; } return s + 100;",
  "in a loop":
    "let s = 0; for (const v of a) { switch (v) { case 1: continue; case 0: s += 10; break; case 7: return s; default: s += v; } s *= 2; } return s;",
  "in a loop with labels":
    "let s = 0; out: for (const v of a) { switch (v) { case 1: s += 1; case 3: s += 2; if (s > 3) break out; continue out; default: s += v; } s *= 2; } return s;",
  "subject once": "let i = 0; let s = 0; switch (i++) { case 0: s = 1; break; case 1: s = 2; } return s * 10 + i;",
  "labels with effects":
    "let i = 0; let s = 0; switch (2) { case ++i: s = 1; break; case ++i: s = 2; break; case ++i: s = 3; } return s * 10 + i;",
  "on text": {
    source:
      "/** @differentiable */ export function f(x: number, kind: string): number { switch (kind) { case 'a': return x; case 'b': return x * 2; default: return 0; } }",
    args: [
      [1, "a"],
      [1, "b"],
      [1, "c"],
    ],
  },
  "on true": "switch (true) { case x > 1: return 1; case x > -1: return 2; } return 3;",
  empty: "switch (x) { } switch (x) { default: } return x;",
});

compareWithJavaScript("text and effects", {
  console: "console.log('x is', x, `${a[0]} and ${x > 0}`); console.log(); return x;",
  "strings steer": {
    source:
      "/** @differentiable */ export function f(x: number, name: string): number { const full = name + '!'; const t = `${name}-${full}`; return (full === 'a!' ? x : 2) + (t !== 'a-a!' ? 10 : 20) + name.length + (name ? 1 : 2) + (name < 'b' ? 100 : 200); }",
    args: [
      [1, "a"],
      [3, ""],
      [3, "bcd"],
    ],
  },
  "numbers in text":
    "const label = 'n=' + a.length; let t = `${x}`; t += 1; return label === 'n=4' ? x : t === '21' ? 5 : 7;",
  "toFixed for output": "console.log(x.toFixed(2), String(x)); return x;",
  "numbers from outside text": {
    source:
      "/** @differentiable */ export function f(x: number, s: string): number { return x * Number(s) + parseFloat(s) + Number.parseInt(s, 10) + +s; }",
    args: [[2, "12.5"]],
  },
  "unused values": "x; x + 1; a[0]!; Math.sin(x); return x;",
});
