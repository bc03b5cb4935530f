/** Warnings: derivatives that are zero by construction, and how to say that this is meant. */
import { describe, expect, it } from "vitest";
import { openMemory } from "../../compiler/src/frontend/index.js";

function warnings(source: string): string[] {
  const frontend = openMemory({ "/model.ts": source });
  const { diagnostics, lowered } = frontend.lower("/model.ts");
  expect(lowered).toBeDefined();
  return diagnostics.map(({ code, category, span }) => `${category} ${code} ${span?.line}:${span?.column}`);
}

const runtime = 'import { type NoDiff, stopGradient } from "@adc/runtime";\n';

describe("a parameter that cannot influence the result", () => {
  it("is warned of", () => {
    expect(
      warnings("/** @differentiable */\nexport function f(x: number, y: number): number { return x * x; }"),
    ).toEqual(["warning ADC3003 2:30"]);
  });
  it("also where its value is overwritten, or goes nowhere", () => {
    const source = `/** @differentiable */
export function f(x: number, y: number, z: number[]): number {
  const unused = [y * y];
  unused.push(z[0]!);
  y = 2;
  return x * y;
}`;
    expect(warnings(source)).toEqual(["warning ADC3003 2:30", "warning ADC3003 2:41"]);
  });
  it("is silenced by NoDiff and by wrt", () => {
    const marked = `${runtime}/** @differentiable */\nexport function f(x: number, y: NoDiff<number>): number { return x * x; }`;
    expect(warnings(marked)).toEqual([]);
    expect(
      warnings("/** @differentiable wrt=x */\nexport function f(x: number, y: number): number { return x * x; }"),
    ).toEqual([]);
  });
});

describe("a parameter that reaches the result only in steps", () => {
  const floored = (y: string): string =>
    `${runtime}/** @differentiable */\nexport function f(x: number, y: number): number {\n  return x * Math.floor(${y});\n}`;
  it("is warned of", () => {
    expect(warnings(floored("y"))).toEqual(["warning ADC3004 3:30"]);
  });
  it("is silenced by stopGradient", () => {
    expect(warnings(floored("stopGradient(y)"))).toEqual([]);
  });
  it("counts or chooses without a warning, unless it is asked for by name", () => {
    const source = (wrt: string): string => `/** @differentiable${wrt} */
export function f(x: number, n: number): number {
  let s = 0;
  for (let i = 0; i < n; i++) s += x * i;
  return n > 3 ? s : 2 * s;
}`;
    expect(warnings(source(""))).toEqual([]);
    expect(warnings(source(" wrt=x,n"))).toEqual(["warning ADC3004 2:30"]);
  });
});

describe("a bitwise operator on an active number", () => {
  it("is warned of, and silenced by stopGradient", () => {
    const source = (e: string): string =>
      `${runtime}/** @differentiable wrt=x */\nexport function f(x: number, k: number): number {\n  return x * x + ${e};\n}`;
    expect(warnings(source("(x | 0)"))).toEqual(["warning ADC3005 4:19"]);
    expect(warnings(source("(k | 0) * x"))).toEqual([]);
    expect(warnings(source("(stopGradient(x) | 0)"))).toEqual([]);
  });
});

describe("an exception of a call in a try with a handler", () => {
  it("is warned of where it cannot be written down", () => {
    const source = (members: string): string => `class DomainError extends RangeError { ${members} }
function root(x: number): number {
  if (x < 0) throw new DomainError("negative");
  return Math.sqrt(x);
}
/** @differentiable */
export function f(x: number): number {
  try {
    return root(x);
  } catch {
    return 0;
  }
}`;
    expect(warnings(source("static count = 0; readonly id = ++DomainError.count;"))).toEqual(["warning ADC3006 3:14"]);
    expect(warnings(source("override name = 'DomainError';"))).toEqual([]);
  });
});
