/** The two arms of an `if` that is being built, and how what they change is joined. */
import type { Builder } from "../../ir/build.js";
import { value } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { sameType } from "../../ir/types.js";
import type { FunctionContext } from "./context.js";
import { convert } from "./convert.js";
import { isHidden, type Key, type Slot } from "./env.js";

/** One side of an `if`. */
export interface Arm {
  readonly builder: Builder;
  readonly changed: ReadonlyMap<Key, Value | undefined>;
  readonly dead: boolean;
}

/** What is lowered from here on stands in an arm. */
export function startArm(context: FunctionContext, outer: Builder): Builder {
  context.env.enter();
  context.b = outer.nested();
  return context.b;
}

/** The arm ends; nothing it changed holds any more. The caller says where operations go next. */
export function endArm(context: FunctionContext, builder: Builder): Arm {
  const { dead } = context;
  context.dead = false;
  return { builder, changed: context.env.leave(), dead };
}

/**
 * The `if` of two arms; variables they change become its results. With `last`, nothing follows in this statement list, so
 * that its own variables are dead.
 */
export function joinArms(context: FunctionContext, outer: Builder, cond: Value, a: Arm, b: Arm, last: boolean): void {
  const { env } = context;
  const results: Value[] = [];
  const thenYields: Value[] = [];
  const elseYields: Value[] = [];
  const keys = new Set<Key>([...(a.dead ? [] : a.changed.keys()), ...(b.dead ? [] : b.changed.keys())]);
  for (const key of keys) {
    const slot = slotOf(context, key, [a, b]);
    if (slot === undefined || slot.level > context.level || (last && slot.level === context.level)) continue;
    if (isHidden(key) && key.hidden === "flag" && !context.needed.has(key)) continue;
    const yielded = (side: Arm): Value => {
      const own = side.changed.get(key) ?? env.get(key);
      if (own !== undefined && sameType(own.type, slot.type)) return own;
      context.b = side.builder;
      const isNothing = own === undefined || context.never.has(own.id) || context.isRefused(own);
      const made = isNothing ? context.placeholder(slot.type) : (convert(context, own, slot.type, undefined) ?? own);
      context.b = outer;
      return made;
    };
    const result = value(slot.type, slot.hint);
    const ends = [a, b].filter((side) => !side.dead).map(yielded);
    if (ends.every((v) => context.isInteger(v))) context.integer(result);
    if (ends.some((v) => context.numericText.has(v.id))) context.numericText.add(result.id);
    results.push(result);
    const [first, second = first] = ends;
    if (first === undefined || second === undefined) continue;
    if (!a.dead) thenYields.push(first);
    if (!b.dead) elseYields.push(second);
    env.set(key, result);
  }
  context.dead = a.dead && b.dead;
  if (results.length === 0 && a.builder.ops.length === 0 && b.builder.ops.length === 0) return;
  outer.push({
    kind: "if",
    cond,
    then: a.builder.region([], a.dead ? null : thenYields),
    else: b.builder.region([], b.dead ? null : elseYields),
    results,
  });
}

/** The value of an `if` of which only one arm reached its end says its type. */
function slotOf(context: FunctionContext, key: Key, arms: readonly Arm[]): Slot | undefined {
  const slot = context.env.slot(key);
  if (slot?.type.kind !== "void" || !isHidden(key) || key.hidden !== "result") return slot;
  const [only, ...others] = arms.flatMap((arm) => arm.changed.get(key) ?? []);
  if (only === undefined || others.length > 0 || only.type.kind === "void") return slot;
  const known = { ...slot, type: only.type };
  context.env.declare(key, known);
  return known;
}
