/** What exits refer to while code is lowered, and the flags by which what follows an exit knows that it was taken. */
import type { ts } from "ts-morph";
import { bool } from "../../ir/types.js";
import type { Exit } from "../exits.js";
import type { Construct, FunctionContext } from "./context.js";
import { type Hidden, newFlag } from "./env.js";

/** A construct that exits can refer to; `run` lowers its body inside it. */
export function inConstruct(
  context: FunctionContext,
  node: ts.Node,
  isLoop: boolean,
  run: (construct: Construct) => void,
): void {
  const construct: Construct = { node, isLoop, stop: newFlag(), skip: newFlag() };
  const slot = { type: bool, hint: undefined, level: context.level };
  context.env.declare(construct.stop, { ...slot, hint: "stop" });
  context.env.declare(construct.skip, { ...slot, hint: "skip" });
  context.constructs.push(construct);
  run(construct);
  context.constructs.pop();
}

/** The flags an exit sets, innermost first. */
export function flagsOf(context: FunctionContext, exit: Exit): Hidden[] {
  const flags: Hidden[] = [];
  for (const construct of context.constructs.toReversed()) {
    const arrives = exit.kind !== "return" && exit.target === construct.node;
    flags.push(construct.skip);
    if (construct.isLoop && !(arrives && exit.kind === "continue")) flags.push(construct.stop);
    if (arrives) return flags;
  }
  flags.push(context.returned);
  return flags;
}

/** Takes an exit: sets the flags that somebody reads. */
export function takeExit(context: FunctionContext, exit: Exit): void {
  for (const flag of flagsOf(context, exit)) {
    if (context.needed.has(flag)) context.env.set(flag, context.b.const(true));
  }
}

/** The flag that tells whether one of these exits was taken, for what follows in the innermost construct. */
export function guardOf(context: FunctionContext, to: readonly Exit[]): Hidden {
  const inner = context.constructs.at(-1);
  if (inner === undefined) return context.returned;
  const continues = to.some((e) => e.kind === "continue" && e.target === inner.node);
  return inner.isLoop && !continues ? inner.stop : inner.skip;
}
