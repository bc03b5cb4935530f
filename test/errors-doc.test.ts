/** Every diagnostic has its entry in docs/errors.md, and the examples there do what they say. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as diagnostics from "../compiler/src/diagnostics.js";
import { openMemory } from "../compiler/src/frontend/index.js";

interface Entry {
  readonly code: string;
  readonly blocks: readonly string[];
}

const text = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
const entries: readonly Entry[] = text
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    code: section.split("\n", 1)[0]?.trim() ?? "",
    blocks: [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1] ?? ""),
  }));

const codes = new Set(
  Object.values(diagnostics).flatMap((group) => Object.values(group).map((factory: { code: string }) => factory.code)),
);

/** What the examples about packages import. */
const examplePackage = {
  "/node_modules/running-mean/package.json": JSON.stringify({
    name: "running-mean",
    type: "module",
    exports: "./index.js",
  }),
  "/node_modules/running-mean/index.d.ts":
    "export declare function smoothed(x: number): number;\nexport declare function weighted(x: number, before: number): number;\nexport declare function native(x: number): number;\nexport declare function fused(x: number): number;\n",
  "/node_modules/running-mean/index.js": `let mean = 0;
export function smoothed(x) {
  mean = weighted(x, mean);
  return mean;
}
export function weighted(x, before) {
  return 0.9 * before + 0.1 * x;
}
`,
};

/** The codes named in comments, as `line code`. */
const marked = (source: string): string[] =>
  source
    .split("\n")
    .flatMap((line, i) =>
      [...(line.split("//").at(-1) ?? "").matchAll(/\b(ADC|TS)\d{4}\b/g)].map((m) => `${i + 1} ${m[0]}`),
    )
    .toSorted();

describe("docs/errors.md", () => {
  it("has one entry for each code", () => {
    expect(entries.map((e) => e.code).toSorted()).toEqual([...codes].toSorted());
  });

  const withExamples = entries.filter((e) => e.blocks.length > 0);
  const files: Record<string, string> = {};
  for (const { code, blocks } of withExamples)
    for (const [i, block] of blocks.entries()) files[`/${code}/${i}.ts`] = block;
  Object.assign(files, examplePackage);
  const frontend = openMemory(files);

  it("shows an example and a rewrite for each code of the language", () => {
    expect(entries.filter((e) => e.blocks.length !== 2 && !/^ADC[89]/.test(e.code))).toEqual([]);
  });

  it.each(withExamples)("$code is what its example gives", ({ code, blocks }) => {
    const reported = frontend.lower(`/${code}/0.ts`).diagnostics.map((d) => `${d.span?.line} ${d.code}`);
    expect(marked(blocks[0] ?? "").some((m) => m.endsWith(code))).toBe(true);
    expect(reported.toSorted()).toEqual(marked(blocks[0] ?? ""));
  });

  it.each(withExamples)("$code: the rewrite is accepted", ({ code }) => {
    const { lowered, diagnostics: reported } = frontend.lower(`/${code}/1.ts`);
    expect(reported).toEqual([]);
    expect(lowered).toBeDefined();
  });
});
