/** The order in which module constants can be made: each after those that its initialiser reads, also through functions. */
import type { GlobalDecl, Program, Region } from "../ir/ir.js";
import { walk } from "../ir/walk.js";

export function inOrderOfNeed(program: Program): ReadonlyMap<string, GlobalDecl> {
  if (program.globals.size < 2) return program.globals;
  const ordered = new Map<string, GlobalDecl>();
  const seen = new Set<string>();
  const needs = (region: Region, called: Set<string>): void => {
    walk(region, (op) => {
      if (op.kind === "global") visit(op.name);
      if (op.kind !== "call" || called.has(op.callee)) return;
      called.add(op.callee);
      const func = program.funcs.get(op.callee);
      if (func !== undefined) needs(func.body, called);
    });
  };
  const visit = (name: string): void => {
    const decl = program.globals.get(name);
    if (decl === undefined || seen.has(name)) return;
    seen.add(name);
    needs(decl.init, new Set());
    ordered.set(name, decl);
  };
  for (const name of program.globals.keys()) visit(name);
  return ordered;
}
