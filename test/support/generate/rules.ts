/** Functions with `@vjp` and `@jvp` rules, all of them right: of numbers, arrays, tuples and objects, exported or not, before or after. */
import type { Plug, Whole } from "./context.js";
import { float64, num, numbers, point, type Shape, voidShape } from "./shapes.js";

interface Template {
  readonly params: readonly Shape[];
  readonly returns: Shape;
  /** The function, and the rules there are for it; a program has one or both. */
  readonly text: (name: string, k: string) => string;
  readonly vjp: (name: string, rule: string, k: string) => string;
  readonly jvp?: (name: string, rule: string, k: string) => string;
}

const templates: readonly Template[] = [
  {
    params: [num],
    returns: num,
    text: (name, k) => `function ${name}(x: number): number {\n  return Math.tanh(${k} * x);\n}`,
    vjp: (name, rule, k) =>
      `function ${rule}(x: number): [number, (seed: number) => number] {\n  const y = ${name}(x);\n  return [y, (seed) => seed * ${k} * (1 - y * y)];\n}`,
    jvp: (_, rule, k) =>
      `function ${rule}(x: number, dx: number): [value: number, tangent: number] {\n  const y = Math.tanh(${k} * x);\n  return [y, ${k} * (1 - y * y) * dx];\n}`,
  },
  {
    params: [num, num],
    returns: num,
    text: (name, k) =>
      `function ${name}(x: number, y: number): number {\n  let s = Math.sin(x * y);\n  if (s > 0.3) s *= ${k};\n  return s;\n}`,
    vjp: (_, rule, k) =>
      `function ${rule}(x: number, y: number): [value: number, pullback: (seed: number) => [x: number, y: number]] {\n  const s = Math.sin(x * y);\n  const c = (s > 0.3 ? ${k} : 1) * Math.cos(x * y);\n  return [s > 0.3 ? s * ${k} : s, (seed) => [seed * c * y, seed * c * x]];\n}`,
    jvp: (name, rule, k) =>
      `function ${rule}(x: number, y: number, dx: number, dy: number): [number, number] {\n  const c = Math.cos(x * y) * (dx * y + dy * x);\n  return [${name}(x, y), Math.sin(x * y) > 0.3 ? ${k} * c : c];\n}`,
  },
  {
    params: [float64],
    returns: num,
    text: (name, k) =>
      `function ${name}(x: Float64Array): number {\n  let s = 0;\n  for (let i = 0; i < x.length; i++) s += x[i]! * x[i]!;\n  return Math.sqrt(${k} + s) * 0.5;\n}`,
    vjp: (name, rule) =>
      `function ${rule}(x: Float64Array): [number, (seed: number) => Float64Array] {\n  const n = ${name}(x);\n  return [n, (seed) => x.map((v) => (0.25 * seed * v) / n)];\n}`,
    jvp: (name, rule) =>
      `function ${rule}(x: Float64Array, dx: Float64Array): [number, number] {\n  const n = ${name}(x);\n  let s = 0;\n  for (let i = 0; i < x.length; i++) s += x[i]! * dx[i]!;\n  return [n, (0.25 * s) / n];\n}`,
  },
  {
    params: [float64, num],
    returns: float64,
    text: (name, k) =>
      `function ${name}(x: Float64Array, by: number): Float64Array {\n  return x.map((v) => Math.sin(v * by) * ${k});\n}`,
    vjp: (name, rule, k) =>
      `function ${rule}(\n  x: Float64Array,\n  by: number,\n): [Float64Array, (seed: Float64Array) => [Float64Array, number]] {\n  return [\n    ${name}(x, by),\n    (seed) => {\n      let dby = 0;\n      const dx = new Float64Array(x.length);\n      for (let i = 0; i < x.length; i++) {\n        const c = seed[i]! * Math.cos(x[i]! * by) * ${k};\n        dx[i] = c * by;\n        dby += c * x[i]!;\n      }\n      return [dx, dby];\n    },\n  ];\n}`,
  },
  {
    params: [numbers],
    returns: numbers,
    text: (name, k) =>
      `function ${name}(x: readonly number[]): number[] {\n  return x.map((v, i) => Math.cos(v) + ${k} * (x[i - 1] ?? 0));\n}`,
    vjp: (name, rule, k) =>
      `function ${rule}(x: readonly number[]): [number[], (seed: number[]) => number[]] {\n  return [${name}(x), (seed) => x.map((v, i) => ${k} * (seed[i + 1] ?? 0) - seed[i]! * Math.sin(v))];\n}`,
  },
  {
    params: [point, num],
    returns: point,
    text: (name, k) =>
      `function ${name}(p: { x: number; y: number }, a: number): { x: number; y: number } {\n  return { x: p.x * a - ${k} * p.y, y: Math.sin(p.y * a) };\n}`,
    vjp: (name, rule, k) =>
      `function ${rule}(\n  p: { x: number; y: number },\n  a: number,\n): [{ x: number; y: number }, (seed: { x: number; y: number }) => [{ x: number; y: number }, number]] {\n  const c = Math.cos(p.y * a);\n  return [${name}(p, a), (seed) => [{ x: a * seed.x, y: c * a * seed.y - ${k} * seed.x }, p.x * seed.x + c * p.y * seed.y]];\n}`,
  },
  {
    params: [{ kind: "tuple", elems: [num, num] }],
    returns: { kind: "tuple", elems: [num, num] },
    text: (name, k) =>
      `function ${name}([a, b]: [number, number]): [number, number] {\n  return [Math.sin(a * b), b * ${k}];\n}`,
    vjp: (name, rule, k) =>
      `function ${rule}(p: [number, number]): [[number, number], (seed: [number, number]) => [number, number]] {\n  const [a, b] = p;\n  const c = Math.cos(a * b);\n  return [${name}(p), ([s, t]) => [s * c * b, s * c * a + t * ${k}]];\n}`,
    jvp: (name, rule, k) =>
      `function ${rule}(p: [number, number], dp: [number, number]): [[number, number], [number, number]] {\n  const [a, b] = p;\n  return [${name}(p), [Math.cos(a * b) * (a * dp[1] + b * dp[0]), ${k} * dp[1]]];\n}`,
  },
];

export const rules: Plug = {
  module: (whole: Whole) => {
    const { random } = whole;
    const chosen = random.shuffle(templates).slice(0, random.integer(1, 3));
    return chosen.flatMap(({ params, returns, text, vjp, jvp }) => {
      const name = `ruled${++whole.nextName}`;
      const k = String(random.integer(3, 19) / 10);
      const isForward = jvp !== undefined && random.chance(0.4);
      // Gradients follow from tangents for functions of numbers alone.
      const isOfNumbers = returns.kind === "num" && params.every(({ kind }) => kind === "num");
      const isBoth = isForward && (!isOfNumbers || random.chance(0.5));
      const prefix = (): string => (random.chance(0.4) ? "export " : "");
      const texts = [prefix() + text(name, k)];
      const rule = (kind: string, written: string): void => {
        const whole = `/** @${kind} ${name} */\n${prefix()}${written}`;
        if (random.chance(0.5)) texts.push(whole);
        else texts.unshift(whole);
      };
      if (!isForward || isBoth) rule("vjp", vjp(name, `${name}Rule`, k));
      if (isForward) rule("jvp", jvp(name, `${name}Tangent`, k));
      whole.helpers.push({
        name,
        params: params.map((shape, i) => ({ name: `p${i}`, shape })),
        returns,
        recursive: false,
        cost: 6,
        writes: returns === voidShape,
      });
      return texts;
    });
  },
};
