/** Through which of its parameters a function writes: found by following references back to where they came from. */
import type { Op, Program, Region, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { operands, regions, results, walk } from "../ir/walk.js";

/** Positions of the parameters that lead to what the function, or what it calls, overwrites. An over-approximation. */
export function writtenParams(program: Program, name: string): ReadonlySet<number> {
  const known = new Map<string, Set<number>>();
  for (let changed = true; changed; ) {
    changed = false;
    const pending = new Set([name]);
    for (const at of pending) {
      const before = known.get(at)?.size ?? -1;
      const found = writesOf(program, at, known, (callee) => pending.add(callee));
      known.set(at, found);
      changed ||= found.size > before;
    }
  }
  return known.get(name) ?? new Set();
}

function writesOf(
  program: Program,
  name: string,
  known: ReadonlyMap<string, ReadonlySet<number>>,
  called: (callee: string) => void,
): Set<number> {
  const written = new Set<number>();
  const func = program.funcs.get(name);
  if (func === undefined) return written;
  const roots = rootsOf(func.body);
  const write = (v: Value): void => {
    for (const root of roots.get(v.id) ?? []) written.add(root);
  };
  walk(func.body, (op) => {
    if (op.kind === "store" || op.kind === "accum") write(op.place.base);
    else if (op.kind === "resize") write(op.array);
    else if (op.kind === "call") {
      called(op.callee);
      for (const i of known.get(op.callee) ?? []) {
        const arg = op.args[i];
        if (arg !== undefined) write(arg);
      }
    }
  });
  return written;
}

/** For each reference the parameters that it may come from. */
function rootsOf(body: Region): ReadonlyMap<ValueId, ReadonlySet<number>> {
  const roots = new Map<ValueId, Set<number>>();
  let changed = false;
  const flow = (from: Value | undefined, to: Value | undefined): void => {
    if (from === undefined || to === undefined || !isReference(to.type)) return;
    const target = roots.get(to.id) ?? new Set<number>();
    roots.set(to.id, target);
    for (const root of roots.get(from.id) ?? []) {
      changed ||= !target.has(root);
      target.add(root);
    }
  };
  const visit = (op: Op): void => {
    switch (op.kind) {
      case "if":
        op.results.forEach((v, i) => {
          flow(op.then.yields?.[i], v);
          flow(op.else.yields?.[i], v);
        });
        return;
      case "for":
      case "while": {
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        const skip = op.breaks ? 1 : 0;
        op.inits.forEach((v, i) => {
          flow(v, params[i]);
          flow(op.body.yields?.[i + skip], params[i]);
          flow(params[i], op.results[i]);
          flow(v, op.results[i]);
        });
        return;
      }
      // What is new is nobody's, but what it holds may be.
      case "copy":
      case "zeros":
      case "alloc":
        return;
      case "store":
        flow(op.value, op.place.base);
        return;
      default:
        for (const result of results(op)) for (const operand of operands(op)) flow(operand, result);
    }
  };
  body.params.forEach((p, i) => roots.set(p.id, new Set([i])));
  do {
    changed = false;
    const go = (region: Region): void => {
      for (const op of region.ops) {
        visit(op);
        regions(op).forEach(go);
      }
    };
    go(body);
  } while (changed);
  return roots;
}
