/**
 * Fixtures: small source files whose comments say how to call them.
 *
 *     // @case f(2, [1, 2])                      judge f at these arguments
 *     // @expect f_grad(2) = [1, 0]              exactly (0 and -0 are the same)
 *     // @expect f_grad(2) ~ Math.exp(2)         to 1e-12 relative
 *     // @no differences: why                    leave a judge out (also `@no duals: why`)
 *     // @error ADC2003 @ 4:3                    refused with this, at this line and column
 *
 * Expressions see everything the file and its generated file export. Every `@case` of a file is judged in the order it
 * stands, in one process, so that what one call leaves behind is seen by the next.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const fixtureRoot = join(dirname(fileURLToPath(import.meta.url)), "../fixtures");

export interface Case {
  readonly name: string;
  /** The argument list, as an array literal. */
  readonly args: string;
}

export interface Expectation {
  readonly actual: string;
  readonly relation: "=" | "~";
  readonly expected: string;
}

export interface ExpectedError {
  readonly code: string;
  readonly line: number;
  readonly column: number;
}

export interface Fixture {
  /** `loops/break`. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly source: string;
  readonly cases: readonly Case[];
  readonly expectations: readonly Expectation[];
  readonly errors: readonly ExpectedError[];
  readonly without: ReadonlySet<string>;
}

/** Every fixture under a folder of `test/fixtures`, in alphabetical order. */
export function readFixtures(folder = fixtureRoot): Fixture[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith("_grad.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map(readFixture);
}

export function readFixture(path: string): Fixture {
  const source = readFileSync(path, "utf8");
  return { name: relative(fixtureRoot, path).replace(/\.ts$/, ""), path, source, ...parseDirectives(source) };
}

export function parseDirectives(source: string): Pick<Fixture, "cases" | "expectations" | "errors" | "without"> {
  const cases: Case[] = [];
  const expectations: Expectation[] = [];
  const errors: ExpectedError[] = [];
  const without = new Set<string>();
  for (const [, word = "", rest = ""] of source.matchAll(/^\/\/ @(\w+) (.*)$/gm)) {
    if (word === "case") cases.push(parseCase(rest));
    else if (word === "expect") expectations.push(parseExpectation(rest));
    else if (word === "error") errors.push(parseError(rest));
    else if (word === "no") without.add(/^\w+/.exec(rest)?.[0] ?? "");
    else throw new Error(`unknown directive @${word}`);
  }
  return { cases, expectations, errors, without };
}

function parseCase(text: string): Case {
  const [, name, args] = /^([\w$]+)\((.*)\)$/.exec(text.trim()) ?? [];
  if (name === undefined || args === undefined) throw new Error(`not a call: ${text}`);
  return { name, args: `[${args}]` };
}

function parseExpectation(text: string): Expectation {
  const [, actual, relation, expected] = /^(.*?\)) ([=~]) (.*)$/.exec(text.trim()) ?? [];
  if (actual === undefined || expected === undefined) throw new Error(`not an expectation: ${text}`);
  return { actual, relation: relation === "=" ? "=" : "~", expected };
}

function parseError(text: string): ExpectedError {
  const [, code, line, column] = /^((?:ADC|TS)\d+) @ (\d+):(\d+)$/.exec(text.trim()) ?? [];
  if (code === undefined) throw new Error(`not an error: ${text}`);
  return { code, line: Number(line), column: Number(column) };
}
