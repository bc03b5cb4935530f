/** When adc itself fails: which function to report, no stack trace, and the other files are built. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { compileSource } from "../../compiler/src/index.js";
import { adc, makeFolder, square, tsconfig } from "./support.js";

vi.mock(import("../../compiler/src/pipeline.js"), async (original) => {
  const pipeline = await original();
  const { InvariantError } = await import("../../compiler/src/support/invariant.js");
  return {
    ...pipeline,
    generate: (lowered, ...rest) => {
      const isFragile = lowered.annotated.some(({ exportName }) => exportName === "fragile");
      if (isFragile) throw new InvariantError("value %7 is not defined\n  in add");
      return pipeline.generate(lowered, ...rest);
    },
  };
});

const fragile = `${square}
/** @differentiable */
export function fragile(x: number): number {
  return x;
}
`;

const project = {
  "package.json": '{ "type": "module" }',
  "tsconfig.json": tsconfig,
  "src/a.ts": fragile,
  "src/b.ts": square,
};

test("exit status 70, the function, and the other files", async () => {
  const folder = makeFolder(project);
  const { status, out, error } = await adc(folder, "build");
  expect(status).toBe(70);
  expect(error).toMatch(
    /^adc: internal error while compiling src\/a\.ts \(function fragile\): value %7 is not defined\n {2}This is a bug in adc \d+\.\d+\.\d+, not in your program\. Please report it together with that source\.\n {2}ADC_DEBUG=1 shows where it happened\.\n$/,
  );
  expect(out).toMatch(/^adc: 3 functions in 2 files, 1 written, 1 skipped, 1 error, /);
  expect(existsSync(join(folder.path, "src/a_grad.ts"))).toBe(false);
  expect(existsSync(join(folder.path, "src/b_grad.ts"))).toBe(true);
});

test("ADC_DEBUG shows the stack", async () => {
  const { error } = await adc(makeFolder(project), "build", { env: { ADC_DEBUG: "1" } });
  expect(error).toMatch(/\n {4}at /);
});

test("compileSource throws", () => {
  expect(() => compileSource(fragile)).toThrow("value %7 is not defined\n  in add (while compiling fragile)");
});
