/** The transformer says so when the TypeScript that loads it is not one whose syntax trees it can read. */
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import transformProgram from "../../compiler/src/transformer.js";
import { makeFolder, square, tsconfig } from "./support.js";

type Extras = Parameters<typeof transformProgram>[3];

function errorsWith(version: string, kinds: object = ts.SyntaxKind): string[] {
  const folder = makeFolder({ "tsconfig.json": tsconfig, "src/square.ts": square });
  const options = { configFilePath: join(folder.path, "tsconfig.json"), noLib: true };
  const program = ts.createProgram([join(folder.path, "src/square.ts")], options);
  const extras = { ts: { ...ts, version, SyntaxKind: kinds } } as unknown as Extras;
  const transformed = transformProgram(
    program as unknown as Parameters<typeof transformProgram>[0],
    undefined,
    {},
    extras,
  );
  return transformed
    .getGlobalDiagnostics()
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))
    .filter((text) => text.includes("@adc/compiler"));
}

const objection = (version: string): string =>
  `@adc/compiler/transformer works with TypeScript 6, and this is TypeScript ${version}. Run 'adc build' before tsc instead.`;

test("the TypeScript of this repository will do", () => {
  expect(errorsWith(ts.version)).toEqual([]);
});

test.each(["5.9.3", "7.0.2"])("TypeScript %s will not", (version) => {
  expect(errorsWith(version)).toEqual([objection(version)]);
});

test("nor will one that numbers its syntax differently", () => {
  expect(errorsWith("6.9.0", { ...ts.SyntaxKind, Identifier: 7 })).toEqual([objection("6.9.0")]);
});
