/** Names of generated files, and of what they import. */
import { describe, expect, test } from "vitest";
import { importSpecifier, outputPath } from "../../compiler/src/build/paths.js";

describe("output paths", () => {
  test.each([
    ["/p/src/model.ts", undefined, "/p/src/model_grad.ts"],
    ["/p/src/model.tsx", undefined, "/p/src/model_grad.ts"],
    ["/p/src/model.mts", undefined, "/p/src/model_grad.mts"],
    ["/p/src/model.cts", undefined, "/p/src/model_grad.cts"],
    ["/p/src/model.js", undefined, "/p/src/model_grad.ts"],
    ["/p/src/a.b.ts", undefined, "/p/src/a.b_grad.ts"],
    ["/p/src/model.ts", "/p/gen", "/p/gen/src/model_grad.ts"],
    ["/p/model.ts", "/elsewhere", "/elsewhere/model_grad.ts"],
    ["/other/model.ts", "/p/gen", "/p/gen/model_grad.ts"],
    ["/p/..odd/model.ts", "/p/gen", "/p/gen/..odd/model_grad.ts"],
  ])("%s with out-dir %s gives %s", (source, outDir, expected) => {
    expect(outputPath(source, "/p", outDir)).toBe(expected);
  });
});

describe("import specifiers", () => {
  test.each([
    ["/p/src/model_grad.ts", "/p/src/model.ts", "./model.js", "./model.ts", "./model"],
    ["/p/src/model_grad.ts", "/p/src/sub/a.ts", "./sub/a.js", "./sub/a.ts", "./sub/a"],
    ["/p/src/model_grad.ts", "/p/types.ts", "../types.js", "../types.ts", "../types"],
    ["/p/gen/src/m_grad.ts", "/p/src/m.ts", "../../src/m.js", "../../src/m.ts", "../../src/m"],
    ["/p/src/m_grad.mts", "/p/src/m.mts", "./m.mjs", "./m.mts", "./m.mjs"],
    ["/p/src/m_grad.cts", "/p/src/m.cts", "./m.cjs", "./m.cts", "./m.cjs"],
    ["/p/src/m_grad.ts", "/p/src/view.tsx", "./view.js", "./view.tsx", "./view"],
    ["/p/src/m_grad.ts", "/p/src/plain.js", "./plain.js", "./plain.js", "./plain"],
    ["/p/src/m_grad.ts", "/p/src/types.d.ts", "./types.js", "./types.js", "./types"],
    ["/p/src/m_grad.ts", "/p/src/types.d.mts", "./types.mjs", "./types.mjs", "./types.mjs"],
    ["/p/src/m_grad.ts", "@adc/runtime", "@adc/runtime", "@adc/runtime", "@adc/runtime"],
  ])("%s importing %s", (generated, from, js, ts, none) => {
    expect(importSpecifier(generated, from, "js")).toBe(js);
    expect(importSpecifier(generated, from, "ts")).toBe(ts);
    expect(importSpecifier(generated, from, "none")).toBe(none);
  });
});
