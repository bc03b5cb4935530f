/** The types of the runtime, judged by tsc: `gradient.types.ts` holds the assertions. */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const assertions = fileURLToPath(new URL("gradient.types.ts", import.meta.url));
const runtime = fileURLToPath(new URL("../../runtime/src/index.ts", import.meta.url));

const common: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

function complaints(file: string, options: ts.CompilerOptions): string[] {
  const program = ts.createProgram([file], { ...common, ...options });
  return ts.getPreEmitDiagnostics(program).map((d) => {
    const line = d.file?.getLineAndCharacterOfPosition(d.start ?? 0).line ?? 0;
    return `${line + 1}: ${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`;
  });
}

describe("under tsc", () => {
  test("Gradient, NoDiff and the decorator, at the strictest", () => {
    expect(complaints(assertions, { noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true })).toEqual([]);
  });

  test("an assertion that is wrong is noticed", () => {
    const complaint = complaints(assertions, { noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: false });
    expect(complaint.join()).toMatch("Unused '@ts-expect-error' directive");
  });

  test("the decorator with experimentalDecorators", () => {
    const legacy = ts.createProgram([assertions], {
      ...common,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      experimentalDecorators: true,
    });
    expect(ts.getPreEmitDiagnostics(legacy)).toHaveLength(0);
  });

  test("the runtime needs neither the DOM nor Node", () => {
    expect(complaints(runtime, { lib: ["lib.es2022.d.ts"] })).toEqual([]);
  });
});
