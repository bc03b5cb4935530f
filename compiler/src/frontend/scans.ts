/** Questions to the text of every source file of a program, each answered once for all files that are lowered in it. */
import type { ts } from "ts-morph";

import { notePattern } from "./dependencies.js";

const scanned = new WeakMap<ts.Program, Map<string, readonly ts.SourceFile[]>>();

/** The source files in whose text a pattern is found. */
export function filesMatching(program: ts.Program, pattern: RegExp): readonly ts.SourceFile[] {
  notePattern(program, pattern);
  let known = scanned.get(program);
  if (known === undefined) scanned.set(program, (known = new Map<string, readonly ts.SourceFile[]>()));
  let files = known.get(pattern.source);
  if (files === undefined) {
    files = program.getSourceFiles().filter((f) => !f.isDeclarationFile && pattern.test(f.text));
    known.set(pattern.source, files);
  }
  return files;
}
