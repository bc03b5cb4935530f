/** Reversing a call that stays a call. */
import { value } from "../ir/build.js";
import type { Call, Value } from "../ir/ir.js";
import { num } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { Frame } from "./frame.js";
import { runThrough } from "./running.js";
import { type AdjointScope, adjointName } from "./scope.js";
import type { Entry, FunctionState } from "./state.js";

/** `y = f(x, a)` becomes `dx += f_reverse(…, dy, tape)`. */
export function reverseCall(
  state: FunctionState,
  entry: Entry & { kind: "call" },
  frame: Frame,
  scope: AdjointScope,
): void {
  const { op, halves } = entry;
  const b = frame.reverse;
  const at = (values: readonly Value[], i: number): Value => {
    const found = values[i];
    invariant(found !== undefined, "position out of range");
    return found;
  };
  const passed = halves.passed.map((i) => state.frames.resolve(at(op.args, i), b));
  const shadows = halves.passedShadows.map((i) => {
    const shadow = entry.shadows.get(i);
    invariant(shadow !== undefined, "the forward half was given this shadow");
    return state.frames.resolve(shadow, b);
  });
  const adjoints = halves.activeResults.map((i) => scope.get(at(op.results, i)) ?? b.const(0));
  const { sums, leave } = runThrough(state, scope, b, op.args, halves);
  const results = halves.activeParams.map((i) => value(num, adjointName(at(op.args, i))));
  const call: Call = {
    kind: "call",
    callee: halves.reverse,
    args: [...passed, ...shadows, ...adjoints, ...sums, state.frames.tapes.reverse],
    results,
  };
  b.push(call);
  leave(results);
}
