/** Which functions of a program can still run. */
import type { Func } from "../ir/ir.js";
import { walk } from "../ir/walk.js";

/** The functions that the entries call, at any distance, in their order; all of them when no entries are given. */
export function reachable(
  funcs: ReadonlyMap<string, Func>,
  entries: ReadonlySet<string> | undefined,
): ReadonlyMap<string, Func> {
  if (entries === undefined) return funcs;
  const found = new Set<string>();
  const queue = [...entries];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const func = funcs.get(name);
    if (func === undefined || found.has(name)) continue;
    found.add(name);
    walk(func.body, (op) => {
      if (op.kind === "call") queue.push(op.callee);
    });
  }
  return new Map([...funcs].filter(([name]) => found.has(name)));
}
