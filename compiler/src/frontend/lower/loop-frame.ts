/** What all loops have in common: the variables they carry, their body as a region, what holds after them. */
import { ts } from "ts-morph";
import { value } from "../../ir/build.js";
import type { For, Region, Value } from "../../ir/ir.js";
import { num } from "../../ir/types.js";
import { loopTag, refuseUnknownTrips } from "../loop-tags.js";
import type { Construct, FunctionContext } from "./context.js";
import { isHidden, type Key } from "./env.js";
import { catcherOf, closeGuards } from "./guards.js";
import type { Piece } from "./flow.js";
import { flagsOf, inConstruct } from "./jumps.js";

/** Lowers a statement as pieces of the list it stands in. */
export type ToPieces = (context: FunctionContext, node: ts.Statement) => readonly Piece[];

export interface Frame {
  readonly carried: readonly Key[];
  readonly breaks: boolean;
}

/** What the loop carries: variables assigned in `parts`, the value to return, and flags of outer constructs. */
export function frameOf(
  context: FunctionContext,
  node: ts.IterationStatement,
  parts: readonly ts.Node[],
  breaks: boolean,
): Frame {
  const keys = new Set<Key>();
  for (const part of parts) {
    // A variable in a box is the same box all the time.
    for (const symbol of context.file.effects.of(part).assigned)
      if (context.env.slot(symbol)?.boxed === undefined && context.env.slot(symbol) !== undefined) keys.add(symbol);
  }
  const outward = context.exits.of(node).to;
  if (outward.some((e) => e.kind === "return") && context.env.slot(context.result) !== undefined)
    keys.add(context.result);
  for (const exit of outward) {
    const handler = catcherOf(context, exit)?.handler;
    if (handler !== undefined) keys.add(handler.error).add(handler.thrown);
  }
  for (const exit of outward) for (const flag of flagsOf(context, exit)) if (context.needed.has(flag)) keys.add(flag);
  return { carried: [...keys], breaks };
}

export const breaksOut = (context: FunctionContext, node: ts.IterationStatement): boolean =>
  context.exits.ofIteration(node).some((e) => e.kind !== "continue" || e.target !== node);

/** A fresh value for each carried variable. */
export const copies = (context: FunctionContext, frame: Frame): Value[] =>
  frame.carried.map((key) => {
    const slot = context.env.slot(key);
    return value(slot?.type ?? num, slot?.hint);
  });

/** Builds a region in which the carried variables are its parameters. */
export function region(
  context: FunctionContext,
  frame: Frame,
  extra: readonly Value[],
  build: () => readonly Value[] | null,
): Region {
  const outer = context.b;
  const params = copies(context, frame);
  context.b = outer.nested();
  context.env.enter();
  context.level++;
  frame.carried.forEach((key, i) => {
    const param = params[i];
    // Where an exit was taken the loop has ended: inside, its flag is always false.
    if (isHidden(key) && key.hidden === "flag") context.env.set(key, context.b.const(false));
    else if (param !== undefined) {
      // What later iterations put into the variable is not known yet.
      if (param.type.kind === "str") context.numericText.add(param.id);
      context.env.set(key, param);
    }
  });
  const depth = context.guards.length;
  const yields = build();
  closeGuards(context, depth);
  const dead = context.dead;
  context.dead = false;
  context.level--;
  context.env.leave();
  const built = context.b.region([...extra, ...params], dead ? null : yields);
  context.b = outer;
  return built;
}

export function body(
  context: FunctionContext,
  frame: Frame,
  node: ts.IterationStatement,
  extra: readonly Value[],
  run: (construct: Construct) => void,
): Region {
  let built: Region | undefined;
  inConstruct(context, node, true, (construct) => {
    const before = context.needed;
    if (frame.breaks) context.needed = new Set(before).add(construct.stop);
    built = region(context, frame, extra, () => {
      const depth = context.guards.length;
      run(construct);
      closeGuards(context, depth);
      if (context.dead) return null;
      const ends = frame.carried.map((key) => context.current(key));
      return frame.breaks ? [context.current(construct.stop), ...ends] : ends;
    });
    context.needed = before;
  });
  if (built === undefined) throw new Error("a loop has a body");
  return built;
}

/** Makes the results the current values of the carried variables. */
export function finish(
  context: FunctionContext,
  frame: Frame,
  inits: readonly Value[],
  results: readonly Value[],
): void {
  frame.carried.forEach((key, i) => {
    const result = results[i];
    const init = inits[i];
    if (result === undefined || init === undefined) return;
    if (result.type.kind === "str") context.numericText.add(result.id);
    context.env.set(key, result);
  });
}

export const initial = (context: FunctionContext, frame: Frame): Value[] =>
  frame.carried.map((key) => context.current(key));

/** `break`, made by the compiler. */
export function exitPiece(context: FunctionContext, node: ts.IterationStatement): Piece {
  const exit = context.exits.break(node);
  return {
    kind: "plain",
    exits: { always: true, to: [exit] },
    run: () => {
      const construct = context.constructs.findLast((c) => c.node === node);
      if (construct !== undefined) context.env.set(construct.stop, context.b.const(true));
    },
  };
}

interface Count extends Pick<For, "from" | "test" | "to" | "step"> {
  readonly hint: string;
}

/** A loop with a counter and a bound that does not change. */
export function countedLoop(
  context: FunctionContext,
  node: ts.ForStatement | ts.ForOfStatement | ts.ForInStatement,
  count: Count,
  run: (index: Value) => void,
): void {
  const parts: ts.Node[] = [node.statement];
  if (!ts.isForStatement(node)) parts.push(node);
  const { hint, ...head } = count;
  const frame = frameOf(context, node, parts, breaksOut(context, node));
  const inits = initial(context, frame);
  const loc = context.at(node).loc;
  const index = context.integer(value(num, hint));
  const bodyRegion = body(context, frame, node, [index], () => run(index));
  const results = copies(context, frame);
  const tag = loopTag(node);
  if (frame.breaks) refuseUnknownTrips(node, tag, (d) => context.report(d));
  const tagged = tag === undefined ? {} : { tag };
  const op = { kind: "for" as const, ...head, inits, breaks: frame.breaks, results, body: bodyRegion, ...tagged };
  context.b.push(loc === undefined ? op : { ...op, loc });
  finish(context, frame, inits, results);
}
