/**
 * Exceptions that are caught. A call whose exceptions somebody catches returns also whether it threw, and what. What follows
 * the call in its statement stands in the arm of an `if` in which nothing was thrown: the arm is opened behind the call and
 * closed where the piece, the arm or the body of the loop ends in which the call stands. What follows there is kept from
 * running by flags, as after any other exit.
 */
import type { ts } from "ts-morph";
import type { Builder } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import type { Exit } from "../exits.js";
import { type Arm, endArm, joinArms, startArm } from "./arms.js";
import type { FunctionContext, Handler } from "./context.js";
import { takeExit } from "./jumps.js";

/** Nothing is known of what is thrown. */
export const caughtType: Type = { kind: "opaque", text: "any" };

/** An arm that is open: what is lowered now runs only where nothing was thrown. */
export interface Guard {
  readonly outer: Builder;
  readonly cond: Value;
  readonly thrown: Arm;
  readonly rest: Builder;
}

/** Who catches what is thrown at a node, and how control gets there. */
export interface Catcher {
  readonly handler: Handler;
  readonly exit: Exit;
}

/** Absent where nobody catches it, or the statement is not known to leave this way. */
export function catcherAt(context: FunctionContext, node: ts.Node): Catcher | undefined {
  const exit = context.exits.thrown(node);
  return exit === undefined || !context.piece.to.includes(exit) ? undefined : catcherOf(context, exit);
}

export function catcherOf(context: FunctionContext, exit: Exit): Catcher | undefined {
  if (exit.kind === "return") return context.caller === undefined ? undefined : { handler: context.caller, exit };
  const handler =
    exit.kind === "break" ? context.constructs.findLast((c) => c.node === exit.target)?.handler : undefined;
  return handler === undefined ? undefined : { handler, exit };
}

/** Something was thrown: the handler is told, and control goes there. */
export function handOver(context: FunctionContext, { handler, exit }: Catcher, error: Value): void {
  context.env.set(handler.error, error);
  context.env.set(handler.thrown, context.b.const(true));
  takeExit(context, exit);
}

/** Behind a call: from here on nothing was thrown. */
export function openGuard(context: FunctionContext, catcher: Catcher, thrown: Value, error: Value): void {
  guard(context, thrown, () => handOver(context, catcher, error));
}

/** Behind something in which a guard was open at the end of an arm: the rest of the statement runs only where nothing was thrown. */
export function guardAfter(context: FunctionContext): void {
  const exits = context.piece.to.map((exit) => catcherOf(context, exit)).filter((c) => c !== undefined);
  for (const { handler, exit } of exits) guard(context, context.current(handler.thrown), () => takeExit(context, exit));
}

function guard(context: FunctionContext, cond: Value, thrown: () => void): void {
  const outer = context.b;
  const started = startArm(context, outer);
  context.level++;
  thrown();
  context.level--;
  const arm = endArm(context, started);
  context.guards.push({ outer, cond, thrown: arm, rest: startArm(context, outer) });
}

/** Closes the guards that were opened since there were `depth`; were there any? */
export function closeGuards(context: FunctionContext, depth: number): boolean {
  const isAny = context.guards.length > depth;
  while (context.guards.length > depth) {
    const open = context.guards.pop();
    if (open === undefined) break;
    const rest = endArm(context, open.rest);
    context.b = open.outer;
    joinArms(context, open.outer, open.cond, open.thrown, rest, false);
  }
  return isAny;
}
