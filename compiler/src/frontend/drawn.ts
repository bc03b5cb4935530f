/** Modes that run a function many times are refused to one that draws something new each time. */
import { reachable } from "../analysis/memory.js";
import { annotation, type Diagnostic, type Span } from "../diagnostics.js";
import type { Op, Program } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import type { Annotated } from "./lowered.js";

const drawing = /\bMath\.random\b|\bDate\b|\bperformance\b|\bcrypto\b/;

/** Is what it gives something else each time it runs? */
export const isDrawing = (op: Op): boolean =>
  op.kind === "foreign" && !op.pure && op.result !== undefined && drawing.test(op.text.join(""));

export function refuseDrawn(
  lowered: Program,
  annotated: Annotated,
  spanOf: (op: Op) => Span | undefined,
  report: (d: Diagnostic) => void,
): void {
  const mode = annotated.modes.find((m) => m === "hessian" || (m === "jacobian" && annotated.isSparse === true));
  if (mode === undefined) return;
  for (const name of reachable(lowered, annotated.func)) {
    const func = lowered.funcs.get(name);
    if (func === undefined) continue;
    walk(func.body, (op) => {
      if (isDrawing(op)) report(annotation.modeRunsOften(spanOf(op), mode, annotated.exportName));
    });
  }
}
