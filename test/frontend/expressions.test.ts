/** Operators, conversions, short circuits, `Math`, and the order of evaluation. */
import { compareWithJavaScript } from "./run.js";

compareWithJavaScript("operators", {
  arithmetic: "return (x + 1) * a[0]! - a[1]! / 3 + x % 2 + x ** 2 - -x + +x;",
  "bitwise operators": "return (x & 3) + (x | 8) + (x ^ 5) + (~x) + (x << 2) + (x >> 1) + (x >>> 28);",
  comparisons:
    "return (x < 1 ? 1 : 0) + (x <= 2 ? 2 : 0) + (x > 0 ? 4 : 0) + (x >= 0 ? 8 : 0) + (x === 2 ? 16 : 0) + (x !== 2 ? 32 : 0) + (x == 0 ? 64 : 0) + (x != 0 ? 128 : 0);",
  "precedence and parentheses": "return -(x ** 2) + (x - (a[0]! - a[1]!)) / (2 * (x + 10)) - (x - 1 - 2);",
  "comma and void": "let s = 0; s = (s += x, s * 2); void s; return (a[0] = 9, s + a[0]!);",
  "casts are transparent": "const y = (x as number)! satisfies number; return <number>y + (a[0] as number);",
  "numeric literals": "return 0x10 + 1_000 + .5 + 1e3 + 0b11 + 0o17 + x;",
  "negative zero": "return 1 / (x * 0) + 1 / -0 + 1 / (0 * -1);",
  "special numbers":
    "const s = Infinity + Number.EPSILON; return (x > 0 ? NaN : s) - Number.MAX_VALUE + Number.NEGATIVE_INFINITY + globalThis.Math.PI;",
  "boolean as number": "const p = x > 0; return Number(p) + +p + (p ? 1 : 0);",
  "boolean variables":
    "const p = x > 0; let q = !p; q = q || x === 2; const r = p && q; return (p ? 1 : 0) + (q ? 2 : 0) + (r ? 4 : 0) + (p !== r ? 8 : 0);",
  "truthiness of numbers":
    "let s = 0; if (x) s += 1; if (!x) s += 2; while (s && s < 10) s += 3; return s + (a[1]! ? 100 : 200);",
  "not not": "return !!x ? 1 : 2;",
  "isNaN and friends":
    "return (isNaN(x) ? 1 : 0) + (Number.isFinite(x / 0) ? 2 : 0) + (isFinite(x) ? 4 : 0) + (Number.isInteger(x) ? 8 : 0) + (Object.is(x, 0) ? 16 : 0) + (Number.isSafeInteger(x) ? 32 : 0);",
});

compareWithJavaScript("short circuits", {
  "and with an index": "let s = 0; let i = 0; while (i < a.length && a[i]! > -5) { s += a[i]!; i++; } return s;",
  "or with a nested index": {
    source:
      "/** @differentiable */ export function f(x: number, m: number[][]): number { if (m.length < 2 || m[1]![0]! > x) return x; return m[1]![0]! * x; }",
    args: [
      [1, []],
      [1, [[1], [2]]],
      [3, [[1], [2]]],
    ],
  },
  "the right side has effects": "let s = 1; const p = x > 0 && (s = 5) > 2; return s + (p ? 10 : 20);",
  "the right side stores": "const p = x > 0 || (a[0] = 7) > 100; return a[0]! + (p ? 10 : 20);",
  "as a statement": "let s = 1; x > 0 && (s = 2); x > 1 || (s += 10); x > 1 ? (s += 100) : (s += 200); return s;",
  "numbers as values": "const y = x || 3; const z = x && a[0]!; return y * 10 + z;",
  "chain of conditions": "return x > 3 ? 1 : x > 1 ? 2 : x > -1 ? x * 5 : a[0]!;",
  "conditional with effects": "let s = 0; const y = x > 0 ? (s = 1, x * 2) : (s = 2, x * 3); return y + s * 100;",
  "nullish on a read": "let s = 0; for (let i = 0; i < 6; i++) s += (a[i] ?? 0.25) * i; return s;",
  "nullish with effects": "let n = 0; const y = a[n++] ?? (n += 10); const z = a[100] ?? (n += 10); return y + z * n;",
  "nullish of what is present": "const y = a[0]! ?? 1; return y;",
  "nullish of a variable": "const y = a[7]; const z = a[1]; return (y ?? x) + (z ?? x);",
  "undefined test":
    "const y = a[7]; const z = a[1]; let s = 0; if (y === undefined) s += 1; if (z !== undefined) s += z; if (a[9] == null) s += 4; return s;",
  "logical assignment":
    "let s = x; s ||= 3; s &&= s * 2; let i = 1; a[i++] ||= 5; a[i] &&= 6; a[3] ??= 8; a[4] ??= 9; return s + a[1]! * 10 + a[2]! * 100 + a[4]! + i;",
  "logical assignment, used": "let s = x; const t = (s ||= 3) + (a[0] &&= 4)! + (a[5] ??= 2)!; return t + s;",
  "missing row": {
    source:
      "/** @differentiable */ export function f(x: number, m: number[][]): number { const row = m[1]; if (!row) return x; return row[0]! * x; }",
    args: [
      [1, []],
      [2, [[1], [4]]],
    ],
  },
});

compareWithJavaScript("order of evaluation", {
  "operand before it is assigned": "return x + (x = 10) + x;",
  "index before value": "let i = 0; a[i] = i = 2; return a[0]! * 10 + i;",
  "index with step": "let i = 0; a[i++] = a[i++]! + 100; return a[0]! + a[1]! * 10 + i;",
  "compound reads first": "x += (x = 10); return x;",
  "compound on an element reads first": "a[0] += (a[0] = 10); return a[0]!;",
  "compound with step in index":
    "let i = 0; a[i++] += 5; a[i++] *= 3; a[i] -= 1; return a[0]! + a[1]! * 10 + a[2]! * 100 + i;",
  "compound where a call stores": {
    source:
      "/** @differentiable */ export function f(x: number, a: number[]): number { a[0] += g(a, x); return a[0]!; }\nfunction g(a: number[], x: number): number { a[0] = 100; return x; }",
    args: [[1, [2]]],
  },
  "chained assignment": "let p: number, q: number; p = q = x * 2; a[0] = a[1] = p; return p + q + a[0]! + a[1]!;",
  "assignment as a value": "let s = 0; if ((s = x * 2) > 1) return s; return -s;",
  "prefix and postfix":
    "let i = 0; const p = i++; const q = ++i; const r = i--; const s = --i; return p + q * 10 + r * 100 + s * 1000;",
  "steps on elements":
    "const p = a[0]!++; const q = --a[1]!; a[2]!++; return p + q * 10 + a[0]! * 100 + a[1]! * 1000 + a[2]!;",
  "all compound assignments":
    "let s = x; s += 3; s -= 1; s *= 2; s /= 3; s **= 2; s %= 7; let n = 12; n &= 14; n |= 1; n ^= 5; n <<= 3; n >>= 1; n >>>= 1; return s + n;",
  "arguments from left to right": {
    source:
      "/** @differentiable */ export function f(x: number): number { let i = 1; return g(i++, i++, i = i * x) + i; }\nfunction g(p: number, q: number, r: number): number { return p + 10 * q + 100 * r; }",
    args: [[2], [3]],
  },
  "read before a later store": "const y = a[0]!; a[0] = 5; return y + a[0]!;",
  swap: "[a[0], a[1]] = [a[1]!, a[0]!]; let p = 1, q = x; [p, q] = [q, p]; return a[0]! + 10 * a[1]! + 100 * p + 1000 * q;",
  "rotate with steps":
    "let i = 0; [a[i++], a[i++], a[i]] = [a[i]!, a[i + 1]!, a[i + 2]!]; return a[0]! + 10 * a[1]! + 100 * a[2]! + i;",
});

compareWithJavaScript("Math", {
  "one argument":
    "return Math.abs(x) + Math.sin(x) + Math.cos(x) * Math.tan(x) + Math.exp(x) + Math.expm1(x) + Math.log(x + 9) + Math.log2(x + 9) + Math.log10(x + 9) + Math.log1p(x + 9) + Math.sqrt(x + 9) + Math.cbrt(x) + Math.sinh(x) + Math.cosh(x) + Math.tanh(x) + Math.asinh(x) + Math.acosh(x + 9) + Math.atanh(x / 10) + Math.asin(x / 9) + Math.acos(x / 9) + Math.atan(x) + Math.floor(x) + Math.ceil(x) + Math.round(x) + Math.trunc(x) + Math.sign(x) + Math.fround(x) + Math.clz32(x);",
  "several arguments":
    "return Math.atan2(x, a[0]!) + Math.pow(x + 9, a[1]!) + Math.hypot(x, a[0]!, a[1]!) + Math.hypot() + Math.imul(x, 3);",
  "max and min": {
    source: "return Math.max(x, a[0]!, a[1]!) + 10 * Math.min(x, a[0]!) + Math.max(x);",
    args: [[1, [2, 3]]],
    has: [/= max /, /= min /],
    hasNot: [/Literal/],
  },
  "max and min with literals": {
    source:
      "/** @differentiable */ export function f(x: number): number { const lo = -2; return Math.max(0, x) + Math.min(3, x, 9) * 10 + Math.max(x, lo) + Math.max(x, -1) + Math.min(LIMIT, x) + Math.max(1, 2); }\nconst LIMIT = 1.5;",
    args: [[1], [-4], [7]],
    has: [/maxLiteral/, /minLiteral/],
    hasNot: [/= (max|min) /],
  },
  "max and min of nothing": "return x > 0 ? Math.max() : Math.min();",
  constants:
    "return Math.PI + Math.E + Math.LN2 + Math.LN10 + Math.LOG2E + Math.LOG10E + Math.SQRT2 + Math.SQRT1_2 + x;",
  "other names for Math": {
    source:
      "import { cube } from './more.js';\nconst { sin, cos: cosine } = Math; const root = Math.sqrt;\n/** @differentiable */ export function f(x: number): number { const { exp } = Math; const lg = Math.log; return sin(x) + cosine(x) + root(x + 9) + exp(x) + lg(x + 9) + cube(x); }",
    args: [[1], [2]],
    files: { "more.ts": "export const power = Math.pow; export const cube = (x: number): number => power(x, 3);" },
  },
  "stop the gradient": {
    source:
      "import { stopGradient } from '@adc/runtime';\n/** @differentiable */ export const f = (x: number): number => x * stopGradient(x + 1);",
    args: [[3]],
    has: [/stopGradient/],
  },
  "Number of a number": "return Number(x) * 2;",
});
