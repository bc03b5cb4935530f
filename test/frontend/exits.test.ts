/** Early exits of every kind, nested and combined. */
import { compareWithJavaScript } from "./run.js";

compareWithJavaScript("exits", {
  "early return": "if (x > 0) return x; return a[0]!;",
  "early return, rest goes on": "let s = 1; if (x > 0) return x; s += x; if (x < -1) return s; s *= 2; return s;",
  "both arms return": "if (x > 0) { return 1 } else { return x * 2 }",
  "only the else arm returns": "let s = x; if (x > 0) { s = 3 } else { return s + 1 } s++; return s;",
  "an arm that returns sometimes":
    "let s = 0; if (x > -2) { if (x > 1) return 7; s = 1; } else { s = 2; } s += 10; return s;",
  "two arms that return sometimes":
    "let s = 0; if (x > 0) { s = 1; if (x > 3) return s; s = 2; } else { if (x < -1) return -s - 1; s = 4; } s += x; return s;",
  "nested sometimes, deep":
    "let s = 0; if (x > -9) { if (x > -8) { if (x > 4) return s + 1; s += 1 } s += 2 } s += 4; if (x > 1) return s; s += 8; return s;",
  "return in a loop": "for (let i = 0; i < a.length; i++) { if (a[i]! > 3) return a[i]! * x; } return -1;",
  "return in a loop with tail":
    "let s = 0; for (const v of a) { s += v; if (s > 3) return s; s += 1; } s *= 2; return s;",
  "return in nested loops":
    "let s = 0; for (let i = 0; i < 4; i++) { for (let j = 0; j < 4; j++) { s += a[i]! * a[j]!; if (s > 10 + x) return s * i + j; } s += 0.5; } return -s;",
  break: "let s = 0; for (const v of a) { if (v < 0) break; s += v; } return s;",
  "break after work": {
    source: "let s = 0; for (const v of a) { s += v; if (s > x) break; s += Math.sqrt(Math.abs(v)); } return s;",
    args: [
      [2, [3, -1]],
      [9, [1, 2]],
    ],
    has: [/breaks/],
  },
  continue: "let s = 0; for (const v of a) { if (v < 0) continue; s += v; } return s;",
  "continue at the end only": "let s = 0; for (const v of a) { s += v; if (v < 0) continue; } return s;",
  "continue sometimes":
    "let s = 0; for (const v of a) { if (v > 0) { if (v > 2) continue; s += 100; } s += v; } return s;",
  "continue and break": "let s = 0; for (const v of a) { if (v < 0) continue; if (v > 4) break; s += v; } return s;",
  "continue and break, sometimes":
    "let s = 0; for (const v of a) { if (v < 1) { if (v < -1) continue; if (v === 0) break; s += 10; } s += v; } return s;",
  "break and return": "let s = 0; for (const v of a) { if (v < 0) break; if (v > 4) return v; s += v; } return s * 2;",
  "break in both arms":
    "let s = 0; for (const v of a) { if (v < 0) { s = -s; break; } else { s += v; break; } } return s;",
  "statements after break": "let s = 0; for (const v of a) { s += v; break; } return s;",
  "labelled break":
    "let s = 0; outer: for (const v of a) { for (const w of a) { s += v * w; if (s > x) break outer; } s += 1; } return s;",
  "labelled continue":
    "let s = 0; outer: for (const v of a) { for (const w of a) { s += v * w; if (s > x) continue outer; s += 0.25; } s += 1; } return s;",
  "labelled continue of a while":
    "let s = 0; let i = 0; outer: while (i < 4) { i++; for (const w of a) { s += w * i; if (s > x) continue outer; s += 0.25; } s += 1; } return s + i;",
  "three levels":
    "let s = 0; p: for (let i = 0; i < 3; i++) { q: for (let j = 0; j < 3; j++) { for (let k = 0; k < 3; k++) { s += a[k]! + i * j; if (s > 9) break p; if (k > j) continue q; if (s < -4) continue p; if (s === 3) return 1000; } s += 0.5; } s -= 0.125; } return s;",
  "labelled block":
    "let s = x; block: { s += 1; if (s > 2) break block; s *= 3; if (s < 0) break block; s += 5; } return s;",
  "labelled block with return and continue":
    "let s = 0; for (const v of a) { block: { if (v > 3) return s; if (v < 0) continue; if (v > 0.6) break block; s += 100; } s += v; } return s;",
  "while with break":
    "let i = 0; let s = x; while (true) { s = s / 2 + 1; i++; if (i > 5 || s > 100) break; } return s;",
  "while with continue":
    "let i = 0; let s = 0; while (i < 4) { i++; if (a[i - 1]! < 0) continue; s += a[i - 1]!; } return s;",
  "do with continue": "let i = 0; let s = 0; do { i++; if (i === 2) continue; s += i * x; } while (i < 4); return s;",
  "do with break": "let i = 0; let s = 0; do { i++; if (s > 3) break; s += i * x; } while (i < 4); return s * 10 + i;",
  "do with everything":
    "let i = 0; let s = 0; do { i++; if (i === 2) continue; if (s > 20) break; if (s < -20) return i; s += i * x; } while (i < 9); return s * 10 + i;",
  "do once": "let s = x; do { s += 1; } while (false); return s;",
  "infinite for with return": "let s = x; for (;;) { s += 1; if (s > 3) return s; }",
  "infinite for with return and break":
    "let s = x; for (;;) { s += 1; if (s > 3) return s; if (s > 2) break; } return -s;",
  "for with continue, not counted":
    "let s = 0; for (let i = 0.5; i < 4; i += 0.5) { if (i === 2) continue; if (s > 30) break; s += i * x; } return s;",
  "the step sees what continue left":
    "let s = 0; let k = 1; for (let i = 0; i < 9; i += k) { if (i > 2) { k = 2; continue; } s += i; } return s * 10 + k;",
  "the step is not run after break":
    "let k = 0; let s = 0; for (let i = 0; i < 9; k++, i++) { s += i; if (s > 3) break; } return s * 100 + k;",
  "the step is not run after break, with continue":
    "let k = 0; let s = 0; for (let i = 0; i < 9; k++, i++) { if (i === 1) continue; s += i; if (s > 3) break; } return s * 100 + k;",
  throw: "if (x > 3) throw new Error(`too big: ${x}`); return x;",
  "throw in both arms":
    "if (x > 3) { throw new Error('a'); } else if (x > 1) { throw new RangeError(\"b\" + x); } return x;",
  "throw in a loop": "let s = 0; for (const v of a) { if (v > 4) throw new TypeError('no'); s += v; } return s;",
  "throw at the end": "if (x > 0) return x; throw new Error('negative');",
  "throw or return in a loop":
    "for (const v of a) { if (v > 4) throw new Error('x'); if (v > 2) return v; } throw new Error('none');",
  "code after throw": "if (x > 1) { throw new Error('e'); } else { a[0] = 5; } return a[0]!;",
  "return in an infinite loop in a branch":
    "if (x > 0) { let i = 0; while (true) { i += x; if (i > 7) return i; } } return 3;",
  "return of a changed parameter": "x += 1; if (x > 2) { x *= 2; return x; } x -= 1; return x;",
  "variable assigned in one arm": "let r: number; if (x > 0) r = 1; else r = x * x; return r;",
  "variable assigned in a loop only": "let last = -1; for (const v of a) { if (v > 0) last = v; } return last;",
  "return without a value": {
    source:
      "/** @differentiable wrt=a modes=vjp */\nexport function f(a: number[]): number[] { g(a); return a; }\nfunction g(a: number[]): void { for (let i = 0; i < a.length; i++) { if (a[i]! < 0) return; a[i] = a[i]! * 2; } a[0] = 100; }",
    args: [[[1, 2]], [[1, -1, 3]], [[]]],
  },
  "return of an array from a loop": {
    source:
      "/** @differentiable modes=vjp */\nexport function f(m: number[][]): number[] { for (const row of m) { if (row[0]! > 1) return row; } return [0]; }",
    args: [[[[1], [2, 3]]], [[[0]]]],
  },
  "return of an object from a loop": {
    source:
      "interface P { u: number; v: number[] }\n/** @differentiable */\nexport function f(x: number): number { const p = g(x); return p.u + p.v[0]!; }\nfunction g(x: number): P { for (let i = 0; i < 3; i++) { if (x > i) return { u: x, v: [i] }; } return { u: 0, v: [x] }; }",
    args: [[2], [-1]],
  },
});
