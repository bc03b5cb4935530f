/** Long functions of ordinary, varied statements. */

/** One function of about this many statements: arithmetic, branches, loops, helpers, objects, arrays, closures. */
export function longFunction(statements: number): string {
  const kinds: readonly ((k: number) => string)[] = [
    (k) => `const t${k} = Math.sin(a * ${(k % 7) + 1}) * x[${k % 10}]!;`,
    (k) => `a = a * 0.5 + t${k - 1} * b;`,
    (k) => `const p${k} = { u: a + ${k % 3}, v: b * t${k - 2} };`,
    (k) => `if (p${k - 1}.u > p${k - 1}.v + ${k % 5}) { c = c * 0.9 + t${k - 3}; } else { c -= 0.1 * p${k - 1}.v; }`,
    (k) => `b += squash(c, ${k % 4}) * y;`,
    () => "for (let i = 0; i < x.length; i++) s += x[i]! * b * 0.01;",
    () => "c = c / (1 + a * a);",
    (k) => `w[${k % 10}] = Math.exp(-b * b) + c;`,
    (k) => `s += dot(w, x) * ${(k % 9) * 0.1 + 0.1};`,
    () => "a = Math.max(a, 0.1) + scale(b);",
  ];
  const lines = Array.from({ length: statements }, (_, k) => kinds[k % kinds.length]?.(k) ?? "");
  return `const squash = (v: number, k: number): number => Math.tanh(v) / (k + 1);

function dot(u: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  return sum;
}

/** @differentiable */
export function f(x: Float64Array, y: number): number {
  const w = new Float64Array(x.length);
  const scale = (v: number): number => v * y;
  let a = 1;
  let b = 0.5;
  let c = 0.25;
  let s = 0;
  ${lines.join("\n  ")}
  return s + a + b + c;
}
`;
}
