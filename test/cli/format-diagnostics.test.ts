/** Both of tsc's forms. */
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../compiler/src/diagnostics.js";
import { formatDiagnostics } from "../../compiler/src/frontend/format-diagnostics.js";

const source = "const a = 1;\nconst b = foo(a);\n";
const readSource = (path: string) => (path === "/p/src/model.ts" ? source : undefined);
const span = { file: "/p/src/model.ts", line: 2, column: 11, endLine: 2, endColumn: 17 };
const diagnostic: Diagnostic = {
  code: "ADC2003",
  category: "error",
  message: "`foo` is not known.\nWrite it out.",
  span,
  related: [{ span: { ...span, line: 1, column: 7, endLine: 1, endColumn: 8 }, message: "`a` comes from here." }],
};

const format = (each: Diagnostic, pretty: boolean, cwd = "/p") =>
  formatDiagnostics([each], { cwd, pretty, readSource });

describe("one line each", () => {
  test("a place, a category, a code, and the message without line breaks", () => {
    expect(format(diagnostic, false)).toBe("src/model.ts(2,11): error ADC2003: `foo` is not known. Write it out.\n");
  });
  test("without a place", () => {
    const { span: _span, ...rest } = diagnostic;
    expect(format({ ...rest, category: "warning" }, false)).toBe(
      "warning ADC2003: `foo` is not known. Write it out.\n",
    );
  });
  test("relative to the current directory", () => {
    expect(format(diagnostic, false, "/p/src/deep")).toMatch(/^\.\.\/model\.ts\(2,11\): /);
  });
  test("nothing for nothing", () => {
    expect(formatDiagnostics([], { cwd: "/p", pretty: false })).toBe("");
    expect(formatDiagnostics([], { cwd: "/p", pretty: true })).toBe("");
  });
});

describe("pretty", () => {
  test("excerpts of the source and of the related place", () => {
    expect(stripVTControlCharacters(format(diagnostic, true))).toBe(
      [
        "src/model.ts:2:11 - error ADC2003: `foo` is not known.",
        "Write it out.",
        "",
        "2 const b = foo(a);",
        "            ~~~~~~",
        "",
        "  src/model.ts:1:7",
        "    1 const a = 1;",
        "            ~",
        "    `a` comes from here.",
        "",
      ].join("\n"),
    );
  });
  test("has colours", () => {
    expect(format(diagnostic, true)).toContain("\u001B[");
    expect(format(diagnostic, true)).not.toMatch(/TS\d/);
  });
  test("a file that cannot be read keeps its place", () => {
    const lost = { ...diagnostic, span: { ...span, file: "/p/gone.ts" } };
    expect(stripVTControlCharacters(format(lost, true))).toMatch(/^error ADC2003: gone\.ts\(2,11\): `foo`/);
  });
  test("a span past the end of a file that became shorter", () => {
    expect(format({ ...diagnostic, span: { ...span, line: 40, endLine: 41 } }, true)).toContain("ADC2003");
  });
});
