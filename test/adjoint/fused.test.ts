/** Which loops are reversed iteration by iteration, and that nothing then goes over a tape: read off the generated code. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { emitModule } from "../../compiler/src/emit/module.js";
import { openMemory } from "../../compiler/src/frontend/index.js";
import { powConstant, ruleSet } from "../../compiler/src/frontend/rules.js";
import { generate } from "../../compiler/src/pipeline.js";

/** The generated code of a source, of the gradient and the value alone. */
function generated(source: string, without: readonly string[] = []): string {
  const text = source.replace(/@differentiable/, "@differentiable modes=value_and_grad");
  const frontend = openMemory({ "/model.ts": text });
  const path = frontend.annotatedFiles[0] ?? "";
  const { lowered, diagnostics } = frontend.lower(path);
  expect(diagnostics).toEqual([]);
  if (lowered === undefined) throw new Error("nothing was lowered");
  return emitModule(generate(lowered, { ruleSet, powConstant }, { without }), { specifier: () => "./model.js" });
}

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/fused/${name}.ts`, import.meta.url), "utf8");
const count = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

describe("loops whose iterations meet only in sums", () => {
  it.each([
    ["scratch-filled", 1],
    ["scratch-updated", 1],
    ["sums-of-two-loops", 3],
    ["sum-through-loops", 1],
    ["counted-beside", 1],
    ["pairs", 1],
    ["arrays-made-in-it", 2],
    ["in-a-branch-at-the-end", 1],
    ["in-a-loop-that-is-not", 1],
    ["scratch-filled-in-part", 0],
    ["scratch-filled-at-times", 0],
    ["scratch-used-after", 0],
    ["scratch-kept", 0],
    ["overwritten-later", 0],
  ])("%s: %i", (name, loops) => {
    const text = generated(fixture(name));
    expect(count(text, /^ {2,4}\/\/ The loop at line \d+ and its adjoint\./gm)).toBe(loops);
    expect(generated(fixture(name), ["fuse"])).not.toContain("and its adjoint");
  });

  it("one loop altogether, without a tape", () => {
    const text = generated(`/** @differentiable wrt=x */
      export function f(x: Float64Array, n: number): number {
        let sum = 0;
        for (let i = 0; i < n; i++) {
          const t = i / n;
          let residual = Math.sign(t - 0.5);
          let power = 1;
          for (let j = 0; j < x.length; j++) {
            residual -= x[j]! * power;
            power *= t;
          }
          sum += residual * residual;
        }
        return sum / 2;
      }`);
    expect(text).not.toContain("borrowTape");
    // The points are gone through once: four at a time, then what is left.
    expect(count(text, /for \(let i = /g)).toBe(2);
    expect(text).toContain("// The loop at line 4 and its adjoint.");
    expect(text).toContain("// What is left of it.");
    expect(text).toContain("return [sum / 2, dx];");
  });

  it("the loop that the branch did not take is passed over", () => {
    expect(generated(fixture("passed-over"))).toContain("if (ddistance !== 0) {");
  });
});
