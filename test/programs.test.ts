/** Longer programs from various fields: each annotated function of each, in every mode, before all judges at random inputs. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { afterDifferentiation, beforeDifferentiation } from "../compiler/src/optimize/index.js";
import { type ProgramCase, programCases } from "./programs/cases.js";
import { type Compiled, compileAll, type CompileOptions, generatedPath } from "./support/compile.js";
import { judge } from "./support/judge.js";
import { Random } from "./support/random.js";
import { typeCheck } from "./support/type-check.js";

const folder = fileURLToPath(new URL("./programs/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== "cases.ts");
const sources = Object.fromEntries(names.map((name) => [folder + name, readFileSync(folder + name, "utf8")]));
const allPasses = [...new Set([...beforeDifferentiation, ...afterDifferentiation].map(({ name }) => name))];

function compile(options: CompileOptions): Map<string, Compiled> {
  const compiled = new Map<string, Compiled>();
  for (const [path, outcome] of compileAll(sources, options)) {
    if (outcome.kind === "crashed") throw outcome.error;
    if (outcome.kind === "refused") throw new Error(`${path}: ${JSON.stringify(outcome.diagnostics)}`);
    compiled.set(basename(path), outcome.compiled);
  }
  return compiled;
}

let optimized: Map<string, Compiled>;
let plain: Map<string, Compiled>;
beforeAll(() => {
  optimized = compile({ verifyEach: true });
  plain = compile({ without: allPasses });
});

describe.each([
  ["as users get it", () => optimized],
  ["without any optimisation", () => plain],
] as const)("%s", (_, compiled) => {
  test.each(programCases)("$file $name", ({ file, name, args }: ProgramCase) => {
    const program = compiled().get(file);
    const annotated = program?.lowered.annotated.find(({ exportName }) => exportName === name);
    if (program === undefined || annotated === undefined) throw new Error("no such function");
    for (const seed of [1, 2, 3, 4]) {
      const tally = judge(program, annotated, args(new Random(seed)), { seed, differences: 40 });
      expect(
        tally.problems.map(({ kind, message }) => `${kind}: ${message}`),
        `at random input ${seed}`,
      ).toEqual([]);
      // A kink may happen to be near some of the numbers, not near most of them.
      expect(tally.skipped).toBeLessThanOrEqual(0.3 * tally.comparisons);
    }
  });
});

test("every annotated function has its case", () => {
  const annotated = [...optimized].flatMap(([file, { lowered }]) =>
    lowered.annotated.map(({ exportName }) => `${file} ${exportName}`),
  );
  const cases = programCases.map(({ file, name }) => `${file} ${name}`);
  expect(cases.toSorted()).toEqual(annotated.toSorted());
});

test("the generated files type-check, and take what the functions take", () => {
  const files = { ...sources };
  for (const [file, { path, text, lowered }] of optimized) {
    files[generatedPath(path)] = text;
    const module = file.replace(/\.ts$/, "");
    const lines = lowered.annotated.flatMap(({ exportName, modes }) =>
      modes.map(
        (mode) =>
          `const ${exportName}_${mode}: (...args: Parameters<typeof f.${exportName}>) => unknown = g.${exportName}_${mode};`,
      ),
    );
    files[`${folder}${module}.check.ts`] =
      `import * as f from "./${module}.js";\nimport * as g from "./${module}_grad.js";\n${lines.join("\n")}\nexport {};\n`;
  }
  expect(typeCheck(files)).toEqual([]);
});
