/** Loops over what may become longer or shorter meanwhile: how much there is, is asked before each step. */
import type { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import { num } from "../../ir/types.js";
import { loopTag, refuseUnknownTrips } from "../loop-tags.js";
import type { FunctionContext } from "./context.js";
import type { Key } from "./env.js";
import { type Piece, runPieces } from "./flow.js";
import { body, breaksOut, copies, finish, type Frame, frameOf, initial, region } from "./loop-frame.js";
import { primitive } from "./primitive.js";

/** Runs what `step` gives for the indices 0, 1, …, as long as they are below the count at that time. */
export function openLoop(
  context: FunctionContext,
  node: ts.ForOfStatement | ts.ForInStatement,
  hint: string,
  count: () => Value,
  step: (index: Value) => readonly Piece[],
): void {
  const counter: Key = { hidden: "index" };
  context.env.declare(counter, { type: num, hint, level: context.level }, context.constant(0));
  const { carried, breaks } = frameOf(context, node, [node.statement, node], breaksOut(context, node));
  const frame: Frame = { carried: [counter, ...carried], breaks };
  const inits = initial(context, frame);
  const { loc } = context.at(node);
  const at = (): Value => context.integer(context.current(counter));
  const cond = region(context, frame, [], () => [primitive(context, node.expression, "lt", [at(), count()])]);
  const bodyRegion = body(context, frame, node, [], () => {
    const index = at();
    runPieces(context, [arriving(context, node, () => step(index))]);
    if (!context.dead) context.env.set(counter, context.at(node).prim("add", [index, context.constant(1)]));
  });
  const results = copies(context, frame);
  const tag = loopTag(node);
  refuseUnknownTrips(node, tag, (d) => context.report(d));
  const tagged = tag === undefined ? {} : { tag };
  const base = { inits, breaks, results, cond, body: bodyRegion, ...tagged };
  context.b.push(loc === undefined ? { kind: "while", ...base } : { kind: "while", ...base, loc });
  finish(context, frame, inits, results);
}

/** What runs in an iteration; a `continue` in it arrives at its end. */
export function arriving(context: FunctionContext, node: ts.IterationStatement, inner: () => readonly Piece[]): Piece {
  const exits = context.exits.of(node.statement);
  const to = exits.to.filter((e) => e.kind !== "continue" || e.target !== node);
  if (to.length === exits.to.length) return { kind: "block", exits, inner };
  return {
    kind: "plain",
    exits: { always: false, to },
    run: () => {
      // The flags of the loop stay those of the loop: only what the end of the body needs is set inside.
      context.level++;
      runPieces(context, inner());
      context.level--;
    },
  };
}
