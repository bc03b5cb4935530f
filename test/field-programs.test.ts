/**
 * Programs as people in various fields write them, by authors who had not seen the compiler: classes, closures, chains of
 * array methods, unions, tables of functions. Each brings its own inputs (`cases`) and stands before all judges.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { compileOne } from "./support/compile.js";
import { judge } from "./support/judge.js";
import { typeCheck } from "./support/type-check.js";

interface Case {
  readonly name: string;
  readonly args: () => readonly unknown[];
}

const isCases = (value: unknown): value is readonly Case[] => Array.isArray(value);

const folder = fileURLToPath(new URL("./programs/fields/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));

describe.each(names)("%s", (name) => {
  const source = readFileSync(folder + name, "utf8");

  test("agrees with the judges in every mode", () => {
    const outcome = compileOne(source, { verifyEach: true });
    if (outcome.kind === "crashed") throw outcome.error;
    if (outcome.kind === "refused") throw new Error(JSON.stringify(outcome.diagnostics, undefined, 1));
    const { compiled } = outcome;
    const { cases } = compiled.original;
    if (!isCases(cases)) throw new Error("the program exports its cases");
    const judged = new Set<string>();
    for (const annotated of compiled.lowered.annotated) {
      for (const { name: called, args } of cases.filter((c) => c.name === annotated.exportName)) {
        const tally = judge(compiled, annotated, args(), { differences: 40 });
        expect(tally.problems.map(({ kind, message }) => `${called}: ${kind}: ${message}`)).toEqual([]);
        judged.add(called);
      }
    }
    expect([...judged].toSorted()).toEqual(compiled.lowered.annotated.map((a) => a.exportName).toSorted());
    const path = `${folder}${name}`;
    const generated = path.replace(/\.ts$/, "_grad.ts");
    const text = compiled.text.replaceAll('"./model.js"', `"./${name.replace(/\.ts$/, ".js")}"`);
    expect(typeCheck({ [path]: source, [generated]: text })).toEqual([]);
  });
});
