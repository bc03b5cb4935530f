/**
 * **Purpose** Which arrays does a program read to see whether there is an element (`xs[i] ?? 0`, `xs[i] === undefined`)?
 * A read past their end must leave no adjoint behind.
 *
 * **Needs** Primal IR and the classes of its memory.
 *
 * **Guarantees** The slot of every read whose result may be tested, directly or after it was carried round a loop, chosen by
 * a branch, passed to a function or returned by one.
 *
 * **How** Backwards from the tests along the ways on which a value stays the same.
 */
import type { Op, Program, Region, Value, ValueId } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import type { MemoryModel } from "./memory.js";
import { append } from "../support/append.js";

export function probedSlots(program: Program, names: readonly string[], memory: MemoryModel): ReadonlySet<string> {
  const loads = new Map<ValueId, string>();
  const sources = new Map<ValueId, Value[]>();
  const tested: Value[] = [];
  const flow = (from: readonly Value[], to: readonly Value[]): void => {
    to.forEach((v, i) => {
      const source = from[i];
      if (source !== undefined) sources.set(v.id, [...(sources.get(v.id) ?? []), source]);
    });
  };
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func === undefined) continue;
    const missing = new Set<ValueId>();
    walk(func.body, (op) => {
      if (op.kind === "const" && (op.value === undefined || op.value === null)) missing.add(op.result.id);
      if (op.kind === "load" && op.place.kind === "elem") loads.set(op.result.id, memory.slotOf(op.place));
      if (op.kind === "prim" && (op.name === "isNullish" || op.args.some((v) => missing.has(v.id))))
        append(tested, op.args);
      sameValues(program, op, flow);
    });
  }
  const probed = new Set<string>();
  const seen = new Set<ValueId>();
  for (let v = tested.pop(); v !== undefined; v = tested.pop()) {
    if (seen.has(v.id)) continue;
    seen.add(v.id);
    const slot = loads.get(v.id);
    if (slot !== undefined) probed.add(slot);
    append(tested, sources.get(v.id) ?? []);
  }
  return probed;
}

/** The values that are others under a new name after this operation. */
function sameValues(program: Program, op: Op, flow: (from: readonly Value[], to: readonly Value[]) => void): void {
  const leaving = (region: Region, skip: number): readonly Value[] => region.yields?.slice(skip) ?? [];
  switch (op.kind) {
    case "cast":
      flow([op.value], [op.result]);
      return;
    case "if":
      flow(leaving(op.then, 0), op.results);
      flow(leaving(op.else, 0), op.results);
      return;
    case "for":
    case "while": {
      const carried = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
      const next = leaving(op.body, op.breaks ? 1 : 0);
      for (const to of [carried, op.results, ...(op.kind === "while" ? [op.cond.params] : [])]) {
        flow(op.inits, to);
        flow(next, to);
      }
      return;
    }
    case "call": {
      const body = program.funcs.get(op.callee)?.body;
      if (body === undefined) return;
      flow(op.args, body.params);
      flow(leaving(body, 0), op.results);
      return;
    }
    default:
      return;
  }
}
