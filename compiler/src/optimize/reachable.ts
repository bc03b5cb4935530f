/** What of a program can still run. */
import type { Op, Program } from "../ir/ir.js";
import { ruleFunctions } from "../ir/rule-functions.js";
import { walk } from "../ir/walk.js";

/** The program with the functions that the entries call, at any distance, and the constants these read; all when no entries are given. */
export function onlyReachable(program: Program, entries: ReadonlySet<string> | undefined): Program {
  const { funcs } = program;
  if (entries === undefined) return program;
  const found = new Set<string>();
  const queue = [...entries];
  const constants = new Set<string>();
  const visit = (op: Op): void => {
    if (op.kind === "call") queue.push(op.callee);
    if (op.kind !== "global" || constants.has(op.name)) return;
    // What makes a constant runs too.
    constants.add(op.name);
    const decl = program.globals.get(op.name);
    if (decl !== undefined) walk(decl.init, visit);
  };
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const func = funcs.get(name);
    if (func === undefined || found.has(name)) continue;
    found.add(name);
    walk(func.body, visit);
    queue.push(...ruleFunctions(func));
  }
  const keep = <T>(all: ReadonlyMap<string, T>, names: ReadonlySet<string>): ReadonlyMap<string, T> =>
    new Map([...all].filter(([name]) => names.has(name)));
  return { ...program, funcs: keep(funcs, found), globals: keep(program.globals, constants) };
}
