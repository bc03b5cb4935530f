/** Which functions of a program can still run. */
import type { Func, Op, Program } from "../ir/ir.js";
import { ruleFunctions } from "../ir/rule-functions.js";
import { walk } from "../ir/walk.js";

/** The functions that the entries call, at any distance, in their order; all of them when no entries are given. */
export function reachable(program: Program, entries: ReadonlySet<string> | undefined): ReadonlyMap<string, Func> {
  const { funcs } = program;
  if (entries === undefined) return funcs;
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
  return new Map([...funcs].filter(([name]) => found.has(name)));
}
