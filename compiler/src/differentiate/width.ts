/** Sweeps of forward mode for the columns of a Jacobian, which carry several directions at once. */
import type { Context } from "../adjoint/context.js";
import { reachable } from "../analysis/memory.js";
import type { Func } from "../ir/ir.js";
import { walk } from "../ir/walk.js";
import { alongShadows } from "../tangent/shadows.js";
import type { Derivation } from "./derivation.js";

/** With more, little is gained: what the function itself computes is then a small part of a sweep. */
const widest = 4;
/** V8 does not optimise functions of more than 60 KiB of bytecode; an operation with its tangents takes some ten bytes each. */
const mostOperations = 2000;

/** The width for a function and all that it calls. */
export function widthOf(context: Context): number {
  let largest = 1;
  for (const name of reachable(context.complete, context.entry)) {
    const func = context.complete.funcs.get(name);
    let operations = 0;
    if (func !== undefined) walk(func.body, () => operations++);
    largest = Math.max(largest, operations);
  }
  return Math.max(1, Math.min(widest, Math.floor(mostOperations / largest)));
}

/** The function that makes a sweep: of the parameters and, direction by direction, of their shadows. */
export function sweepOf(derivation: Derivation, width: number): Func {
  const context = derivation.reverse;
  const sweep = alongShadows(context, width === 1 ? "tangent" : "tangents", { width });
  // Nothing but numbers of what it makes gets into the Jacobian.
  for (const [name, func] of context.made)
    if (name.endsWith(`@${sweep.name}`)) context.made.set(name, { ...func, hidden: true });
  const { source } = context.func(context.entry);
  const doc = [`The derivative of ${source} in ${width === 1 ? "the direction of tangents" : `${width} directions`}.`];
  const func: Func = { ...sweep, doc, hidden: true };
  derivation.funcs.set(func.name, func);
  return func;
}
