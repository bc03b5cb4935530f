/** What all loops have in common: the variables they carry, their body as a region, what holds after them. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Region, Value } from "../../ir/ir.js";
import { num } from "../../ir/types.js";
import { spanOf } from "../source.js";
import type { Construct, FunctionContext } from "./context.js";
import { isHidden, type Key } from "./env.js";
import { flagsOf, inConstruct } from "./flow.js";

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
    for (const symbol of context.file.effects.of(part).assigned)
      if (context.env.slot(symbol) !== undefined) keys.add(symbol);
  }
  const outward = context.exits.of(node).to;
  if (outward.some((e) => e.kind === "return") && context.env.slot(context.result) !== undefined)
    keys.add(context.result);
  for (const exit of outward) for (const flag of flagsOf(context, exit)) if (context.needed.has(flag)) keys.add(flag);
  return { carried: [...keys], breaks };
}

export const breaksOut = (context: FunctionContext, node: ts.IterationStatement): boolean =>
  context.exits.of(node.statement).to.some((e) => e.kind !== "continue" || e.target !== node);

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
      // A variable without a value gets its placeholder in front of the loop, never in here.
      const before = context.env.get(key);
      const constant = before === undefined ? undefined : context.constantIn(before);
      if (constant !== undefined) context.constants.set(param.id, constant);
      context.env.set(key, param);
    }
  });
  const yields = build();
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
  inits: readonly Value[],
  extra: readonly Value[],
  run: (construct: Construct) => void,
): Region {
  let built: Region | undefined;
  inConstruct(context, node, true, (construct) => {
    const before = context.needed;
    if (frame.breaks) context.needed = new Set(before).add(construct.stop);
    built = region(context, frame, extra, () => {
      run(construct);
      if (context.dead) return null;
      const ends = frame.carried.map((key) => context.current(key));
      ends.forEach((end, i) => checkCarried(context, node, end, inits[i]));
      return frame.breaks ? [context.current(construct.stop), ...ends] : ends;
    });
    context.needed = before;
  });
  if (built === undefined) throw new Error("a loop has a body");
  return built;
}

/** A variable that held something of the function must not come to hold a constant of the module: it might be written to. */
function checkCarried(context: FunctionContext, node: ts.Node, end: Value, init: Value | undefined): void {
  const name = context.constantIn(end);
  if (name !== undefined && init !== undefined && context.constantIn(init) === undefined)
    context.report(language.moduleConstantWritten(spanOf(node), name));
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
    const constant = context.constantIn(init);
    if (constant !== undefined) context.constants.set(result.id, constant);
    context.env.set(key, result);
  });
}

export const initial = (context: FunctionContext, frame: Frame): Value[] =>
  frame.carried.map((key) => context.current(key));
