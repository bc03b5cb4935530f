/**
 * Which loops run again iteration by iteration (`fused.ts`). It is decided after a trial: the function is differentiated
 * without any, which shows what the reverse sweep asks for and what would go over the tape.
 */
import { onlyArithmeticOf, type Readers, readersIn, type Separable, separate } from "../analysis/fusion.js";
import { Scratches } from "../analysis/private-scratch.js";
import type { For, Func, Op, Region, Value, ValueId } from "../ir/ir.js";
import { primitives } from "../ir/primitives.js";
import { isReference } from "../ir/types.js";
import { operands, regions, results, walk } from "../ir/walk.js";
import type { Context } from "./context.js";
import type { Frames } from "./frame.js";

export interface FusedLoop extends Separable {
  readonly op: For;
  /**
   * Only the value wants the results of the loop: it runs once, in the reverse sweep, and what is computed of its results
   * comes after it. Absent where it runs twice.
   */
  readonly after?: ReadonlySet<ValueId>;
}

export type FusionPlan = ReadonlyMap<Op, FusedLoop>;

/** Cost, in additions, of computing again in the place of saving a value: as for single values (`frame.ts`). */
const costPerValue = 6;

const plans = new WeakMap<Context, FusionPlan>();

/**
 * The same for all sweeps over the entry that run once.
 *
 * @param trial differentiates the function without such loops
 */
export function planFusion(context: Context, trial: () => Frames): FusionPlan {
  const known = plans.get(context);
  if (known !== undefined) return known;
  const plan = makePlan(context, trial);
  plans.set(context, plan);
  return plan;
}

function makePlan(context: Context, trial: () => Frames): FusionPlan {
  const plan = new Map<Op, FusedLoop>();
  if (!context.fuses) return plan;
  const func = context.func(context.entry);
  const { program, names, memory, activity } = context;
  const scratches = new Scratches(program, names, memory);
  const facts = { scratches, memory, activity, stability: context.stability(func.name) };
  if (!hasSeparable(func, (loop) => separate(facts, loop, undefined) !== undefined)) return plan;
  const frames = context.tried(trial);

  const visit = (region: Region, isInScope: boolean, within: For | undefined): void => {
    const last = region.ops.at(-1);
    let readers: Readers | undefined;
    const after = (loop: For): FusedLoop["after"] => {
      if (!isInScope) return undefined;
      readers ??= readersIn(region);
      return onlyArithmeticOf(loop, readers);
    };
    for (const op of region.ops) {
      const fused = op.kind === "for" ? decide(op, after, within) : undefined;
      if (fused !== undefined) plan.set(op, fused);
      const isTail = op === last && isInScope && within === undefined && context.isReversedInArms(op);
      for (const inner of regions(op))
        visit(inner, fused !== undefined || isTail, fused === undefined ? within : fused.op);
    }
  };
  const decide = (
    op: For,
    findAfter: (loop: For) => FusedLoop["after"],
    within: For | undefined,
  ): FusedLoop | undefined => {
    const saved = frames.savedIn.get(op);
    if (saved === undefined) return undefined;
    const separable = separate(facts, op, within);
    if (separable === undefined) return undefined;
    const after = findAfter(op);
    if (after !== undefined && ![...after].some((v) => frames.requested.has(v))) return { op, ...separable, after };
    if ([...separable.sums].some((v) => frames.requested.has(v))) return undefined;
    return costAgain(op, saved) <= costPerValue * saved.length ? { op, ...separable } : undefined;
  };
  visit(func.body, true, undefined);
  return plan;
}

function hasSeparable(func: Func, test: (loop: For) => boolean): boolean {
  let found = false;
  walk(func.body, (op) => {
    found ||= op.kind === "for" && test(op);
  });
  return found;
}

/** What it costs in an iteration to compute these values again; infinite where that takes more than a few operations. */
function costAgain(loop: For, wanted: readonly Value[]): number {
  const makers = new Map<ValueId, { readonly op: Op; readonly index: number }>();
  const nested = new Set<ValueId>();
  walk(loop.body, (op) => {
    results(op).forEach((v, index) => makers.set(v.id, { op, index }));
    if (op.kind === "for" || op.kind === "while")
      for (const inner of regions(op)) for (const p of inner.params) nested.add(p.id);
  });
  const carried = new Map(loop.body.params.slice(1).map((p, i) => [p.id, i + (loop.breaks ? 1 : 0)]));
  const seen = new Set<ValueId>();
  const pending = [...wanted];
  if (loop.breaks) pending.push(...(loop.body.yields ?? []).slice(0, 1));
  let cost = 0;
  for (let v = pending.pop(); v !== undefined; v = pending.pop()) {
    if (seen.has(v.id)) continue;
    seen.add(v.id);
    if (nested.has(v.id)) return Number.POSITIVE_INFINITY;
    const next = loop.body.yields?.[carried.get(v.id) ?? -1];
    if (next !== undefined) pending.push(next);
    const maker = makers.get(v.id);
    if (maker === undefined) {
      // A shadow that the forward sweep makes, or a value from outside the loop.
      if (isReference(v.type) && wanted.includes(v)) return Number.POSITIVE_INFINITY;
      continue;
    }
    const { op, index } = maker;
    if (op.kind === "prim") cost += primitives[op.name].cost;
    else if (op.kind === "load") cost += 2;
    else if (op.kind === "length" || op.kind === "global") cost += 1;
    else if (op.kind === "if") {
      cost += 1;
      for (const arm of regions(op)) pending.push(...(arm.yields ?? []).slice(index, index + 1));
    } else if (op.kind !== "const" && op.kind !== "cast") return Number.POSITIVE_INFINITY;
    pending.push(...operands(op));
  }
  return cost;
}
