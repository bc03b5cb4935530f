/** Pass tests in text: parse, verify, run the pass, verify, compare with the expected text up to the names of values. */
import { expect } from "vitest";
import type { Program } from "../../compiler/src/ir/ir.js";
import { parseProgram } from "../../compiler/src/ir/parse.js";
import { printProgram } from "../../compiler/src/ir/print.js";
import { verify } from "../../compiler/src/ir/verify.js";
import type { Pass, PassOptions } from "../../compiler/src/optimize/pass.js";

/** The text of a program with its values numbered in order of appearance. */
export function canonical(program: Program): string {
  const names = new Map<string, string>();
  return printProgram(program).replace(/%[\w.$]+/g, (name) => {
    const found = names.get(name) ?? `%v${names.size}`;
    names.set(name, found);
    return found;
  });
}

export function parse(text: string): Program {
  const program = parseProgram(text);
  verify(program);
  return program;
}

export function runPass(pass: Pass, text: string, options: PassOptions = {}): Program {
  const after = pass(parse(text), options);
  verify(after);
  return after;
}

/** The pass makes `after` of `before`. */
export function expectPass(pass: Pass, before: string, after: string, options: PassOptions = {}): void {
  expect(canonical(runPass(pass, before, options))).toBe(canonical(parse(after)));
}

/** The pass leaves the program as it is. */
export function expectUnchanged(pass: Pass, text: string, options: PassOptions = {}): void {
  expectPass(pass, text, text, options);
}
