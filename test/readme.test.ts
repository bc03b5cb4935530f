/** What README.md shows is what comes out: the sources it prints give the gradients it prints. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileSource } from "../compiler/src/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/```ts\n([^]*?)```/g)].map((found) => found[1] ?? "");
const sources = blocks.filter((block) => block.includes("@differentiable"));
const gradients = blocks.filter((block) => block.includes("_grad("));

describe("README", () => {
  it("shows a gradient for each source", () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(gradients).toHaveLength(sources.length);
  });
  it.each(sources.map((source, i) => [/function (\w+)/.exec(source)?.[1] ?? "", source, gradients[i] ?? ""]))(
    "%s",
    (_, source, gradient) => {
      const { code, diagnostics } = compileSource(source);
      expect(diagnostics).toEqual([]);
      expect(code).toContain(gradient.trim());
    },
  );
});
