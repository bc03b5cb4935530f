/**
 * Derivatives that a function calls are computed by running what they are derivatives of, more than once where it is differentiated again.
 * Refused where that could be noticed: it draws something new each time, or it overwrites what it may have been given twice.
 */
import { joinAliases } from "../analysis/aliases.js";
import { analyzeMemory, reachable } from "../analysis/memory.js";
import { type Diagnostic, rule as said, type Span } from "../diagnostics.js";
import type { Op, Program } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import { isDrawing } from "./drawn.js";

export function refuseInside(
  lowered: Program,
  spanOf: (op: Op) => Span | undefined,
  report: (d: Diagnostic) => void,
): void {
  const reasons = new Map<string, string | undefined>();
  for (const func of lowered.funcs.values())
    walk(func.body, (op) => {
      const called = op.kind === "call" ? lowered.funcs.get(op.callee) : undefined;
      if (called?.derivative === undefined) return;
      const { of } = called.derivative;
      if (!reasons.has(of)) reasons.set(of, reasonAgainst(lowered, of));
      const why = reasons.get(of);
      if (why !== undefined) report(said.derivativeCall(spanOf(op), called.source, why));
    });
}

function reasonAgainst(lowered: Program, of: string): string | undefined {
  const names = reachable(lowered, of);
  let draws = false;
  for (const name of names) {
    const func = lowered.funcs.get(name);
    if (func !== undefined)
      walk(func.body, (op) => {
        draws ||= isDrawing(op);
      });
  }
  if (draws) return "It draws something new each time it runs";
  const sharing = joinAliases(lowered, of, names, analyzeMemory(lowered, of, names));
  return sharing.size > 0
    ? "It overwrites arrays or objects of which it may be given one twice; it can overwrite a copy (`x.slice()`)"
    : undefined;
}
