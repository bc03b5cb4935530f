/**
 * Loops that go to a fixed point x = F(x, θ) of their body. The iterations are not reversed: at the fixed point the adjoint of
 * θ is J_θᵀ λ with λ = seed + J_xᵀ λ, where J are the derivatives of one more iteration (Christianson 1994, Reverse accumulation
 * and attractive fixed points). So the forward sweep runs the loop and keeps its last state.
 */
import { value } from "../ir/build.js";
import type { Call, Op, Value } from "../ir/ir.js";
import { num } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import { shadowsOf, snapshot } from "./checkpoint.js";
import type { Frame } from "./frame.js";
import { type AdjointScope, adjointName } from "./scope.js";
import { shadowed } from "./shadows.js";
import type { Entry, FunctionState, HalfSource } from "./state.js";

type Loop = Op & { kind: "for" | "while" };
type ImplicitEntry = Entry & { kind: "implicit" };

/** The loop has been written as one that will be reversed; it will not. */
export function writeImplicit(
  state: FunctionState,
  maker: HalfSource,
  op: Loop,
  call: Call,
  written: Entry & { kind: "loop" },
  frame: Frame,
): ImplicitEntry {
  const body = written.body.frame;
  if (body.interleaved) {
    // What calls in the body leave on the tape is dropped at once.
    const tape = state.frames.tapes.forward;
    const mark = value(num, "mark");
    body.forward.ops.unshift({ kind: "tapeTop", tape, result: mark });
    body.forward.ops.push({ kind: "tapeRewind", tape, mark });
  }
  const carried = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
  const settled = call.args.map((arg) => {
    const i = carried.indexOf(arg);
    return i === -1 ? arg : at(op.results, i);
  });
  const solver = maker.solver(call.callee, op);
  const shadows = shadowsOf(state, settled, frame);
  const args = snapshot(state, op, settled, frame);
  const results = shadowed(state, op.results).map((i) => state.shadow(at(op.results, i)));
  state.frames.usesTape = true;
  return { kind: "implicit", op, solver, args, shadows, results };
}

/** `x = fixed point` becomes `dθ += solve(x, θ, dθ, dx, tape)`. What the loop began with has no influence on it. */
export function reverseImplicit(state: FunctionState, entry: ImplicitEntry, frame: Frame, scope: AdjointScope): void {
  const { op, solver } = entry;
  const b = frame.reverse;
  const resolve = (v: Value): Value => state.frames.resolve(v, b);
  const adjoints = solver.activeResults.map((i) => scope.get(at(op.results, i)) ?? b.const(0));
  const results = solver.activeParams.map((i) => value(num, adjointName(at(entry.args, i))));
  b.push({
    kind: "call",
    callee: solver.name,
    args: [
      ...entry.args.map(resolve),
      ...[...entry.shadows.values()].map(resolve),
      ...entry.results.map(resolve),
      ...adjoints,
      ...(solver.takesTape ? [state.frames.tapes.reverse] : []),
    ],
    results,
  });
  solver.activeParams.forEach((i, k) => state.contribute(scope, b, at(entry.args, i), at(results, k)));
}

function at(values: readonly Value[], i: number): Value {
  const found = values[i];
  invariant(found !== undefined, "position out of range");
  return found;
}
