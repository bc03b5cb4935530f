/** Twice the statements take at most two and a half times as long. Processor time is counted, so that other work on the machine matters little. */
import { describe, expect, test } from "vitest";
import { emitModule } from "../compiler/src/emit/module.js";
import { openMemory } from "../compiler/src/frontend/index.js";
import { powConstant, ruleSet } from "../compiler/src/frontend/rules.js";
import { generate } from "../compiler/src/pipeline.js";

/** Branches, loops, overwritten elements and plain arithmetic, all in one block. */
function mixed(statements: number): string {
  const kinds: readonly ((k: number) => string)[] = [
    (k) => `const t${k} = Math.sin(a) * x[${k % 10}]!;`,
    (k) => `a = a * 0.5 + t${k - 1} * b;`,
    (k) => `if (b > ${k % 5} + a) { c = c * 0.9 + t${k - 2}; }`,
    () => "b += Math.tanh(c) * y;",
    () => "for (let i = 0; i < x.length; i++) s += x[i]! * b * 0.01;",
    () => "c = c / (1 + a * a);",
    (k) => `x[${k % 10}] = Math.exp(-b * b) + c;`,
    () => "s += a * b * c;",
  ];
  const lines = Array.from({ length: statements }, (_, k) => kinds[k % kinds.length]?.(k) ?? "");
  return `/** @differentiable */
export function f(x: Float64Array, y: number): number {
  let a = 1, b = 0.5, c = 0.25, s = 0;
  ${lines.join("\n  ")}
  return s;
}
`;
}

/** Each return puts all that follows one region deeper. */
function returns(count: number): string {
  const lines = Array.from({ length: count }, (_, k) => `r = r * x + ${k};\n  if (r > ${k * 10}) return r * y;`);
  return `/** @differentiable */
export function f(x: number, y: number): number {
  let r = y;
  ${lines.join("\n  ")}
  return r;
}
`;
}

/** One expression, as deep as it is long. */
function terms(count: number): string {
  const kinds: readonly ((k: number) => string)[] = [
    (k) => ` + x[${k}]! * y`,
    (k) => ` - Math.sin(y * ${k})`,
    (k) => ` + (${k} - y)`,
  ];
  const sum = Array.from({ length: count }, (_, k) => kinds[k % kinds.length]?.(k) ?? "").join("");
  return `/** @differentiable */
export function f(x: Float64Array, y: number): number {
  return (y${sum}) * y;
}
`;
}

function milliseconds(source: string): number {
  const before = process.cpuUsage();
  const { lowered, diagnostics } = openMemory({ "/model.ts": source }).lower("/model.ts");
  expect(diagnostics).toEqual([]);
  if (lowered === undefined) throw new Error("nothing was lowered");
  const text = emitModule(generate(lowered, { ruleSet, powConstant }), { specifier: () => "./model.js" });
  expect(text).toContain("f_value_and_grad");
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const best = (source: string): number => Math.min(milliseconds(source), milliseconds(source));

/** For time that does not depend on the size: reading the standard library, compiling the compiler itself. */
const constant = 500;

const families: readonly (readonly [string, (size: number) => string, number, number])[] = [
  ["statements of all kinds", mixed, 2000, 30_000],
  ["early returns", returns, 150, 15_000],
];

describe("compile time", () => {
  test.each(families)("of %s", { timeout: 300_000 }, (_, source, size, cap) => {
    milliseconds(source(size >> 2));
    const small = best(source(size));
    const large = best(source(2 * size));
    expect(large).toBeLessThan(2.5 * small + constant);
    expect(large).toBeLessThan(cap);
  });

  // No bound on the time: TypeScript itself needs the square of the length to check such an expression.
  test("a sum of 5,000 terms compiles", { timeout: 300_000 }, () => {
    milliseconds(terms(5000));
  });
});
