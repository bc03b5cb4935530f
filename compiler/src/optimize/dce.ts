/**
 * **Purpose** Removes what no result and no effect depends on: dead operations, dead results of `if`s, dead carried values
 * of loops, and local aggregates that are written but never read.
 * **Needs** Verified IR.
 * **Guarantees** The same results and the same effects in the same order. What only reads or computes counts as free of
 * effects: an unused read through a missing element (a `TypeError` that strict types rule out), an unused allocation of a
 * negative length, and a loop without effects, which is taken to end.
 * **How** Marks from the effects and the returned values backwards, each value and operation once. A carried value is live
 * only if its result or its parameter is used by something live, so that values that only compute themselves die. A write
 * to an aggregate made here waits until the aggregate itself is live.
 */
import type { Foreign, For, Func, Op, Program, Region, Value, ValueId, While } from "../ir/ir.js";
import { isReference, type Records } from "../ir/types.js";
import { operands, regions, results, walk } from "../ir/walk.js";
import { type EffectsTable, functionEffects, isRemovable, makesFresh, reachesFurther, written } from "./effects.js";
import type { PassOptions } from "./pass.js";
import { pick } from "./pick.js";
import { onlyReachable } from "./reachable.js";

export function eliminateDeadCode(program: Program, options: PassOptions): Program {
  const effects = functionEffects(program);
  const funcs = new Map<string, Func>();
  for (const [name, func] of program.funcs) {
    const liveness = new Liveness(effects, program.records);
    liveness.mark(func);
    funcs.set(name, { ...func, body: sweep(func.body, liveness) });
  }
  return onlyReachable({ ...program, funcs }, options.entries);
}

/** Where a value comes from: result or region parameter number `index` of an `if` or a loop. */
interface Origin {
  readonly op: Op;
  readonly index: number;
}

class Liveness {
  private readonly liveOps = new Set<Op>();
  private readonly liveValues = new Set<ValueId>();
  /** Carried values that are live, by the value of their result. */
  private readonly liveCarried = new Set<ValueId>();

  private readonly origins = new Map<ValueId, Origin>();
  /** The operations without regions, and closures, by what they make. */
  private readonly makers = new Map<ValueId, Op>();
  private readonly owners = new Map<Op, Op>();
  /** Writes to aggregates made in the function, by the aggregate. */
  private readonly pendingWrites = new Map<ValueId, Op[]>();
  /** Operations with effects inside a closure: they count once the closure is live. */
  private readonly closureRoots = new Map<Op, Op[]>();
  /** Aggregates that got references to others by stores. */
  private readonly sharing = new Set<ValueId>();
  private readonly queue: Value[] = [];

  constructor(
    private readonly effects: EffectsTable,
    private readonly records: Records,
  ) {}

  isLiveOp(op: Op): boolean {
    return this.liveOps.has(op);
  }

  isLive(v: Value): boolean {
    return this.liveValues.has(v.id);
  }

  isCarriedLive(result: Value): boolean {
    return this.liveCarried.has(result.id);
  }

  mark(func: Func): void {
    walk(func.body, (op) => {
      if (op.kind === "store" && isReference(op.value.type)) this.sharing.add(op.place.base.id);
    });
    const roots: Op[] = [];
    this.index(func.body, undefined, roots);
    for (const op of roots) this.markOp(op);
    func.body.yields?.forEach(this.markValue);
    for (let v = this.queue.pop(); v !== undefined; v = this.queue.pop()) this.reach(v);
  }

  private index(region: Region, owner: Op | undefined, roots: Op[]): void {
    for (const op of region.ops) {
      if (owner !== undefined) this.owners.set(op, owner);
      if (op.kind === "if" || op.kind === "for" || op.kind === "while")
        results(op).forEach((v, index) => this.origins.set(v.id, { op, index }));
      else for (const v of results(op)) this.makers.set(v.id, op);
      if (op.kind === "for") op.body.params.forEach((v, k) => this.origins.set(v.id, { op, index: k - 1 }));
      if (op.kind === "while") {
        for (const inner of regions(op)) inner.params.forEach((v, index) => this.origins.set(v.id, { op, index }));
      }
      const target = written(op);
      if (target !== undefined && this.isLocal(op, this.makers.get(target.id))) {
        const pending = this.pendingWrites.get(target.id);
        if (pending === undefined) this.pendingWrites.set(target.id, [op]);
        else pending.push(op);
      } else if (!this.mayGo(op)) {
        roots.push(op);
      }
      if (op.kind === "closure") {
        const inside: Op[] = [];
        this.index(op.body, op, inside);
        this.closureRoots.set(op, inside);
      } else {
        for (const inner of regions(op)) this.index(inner, op, roots);
      }
    }
  }

  /** Does a write change nothing but the aggregate that `maker` made, and what was made with it? */
  private isLocal(write: Op, maker: Op | undefined): boolean {
    if (!makesFresh(maker)) return false;
    if (!reachesFurther(write, this.records)) return true;
    return maker?.kind === "zeros" && !this.sharing.has(maker.result.id);
  }

  private mayGo(op: Op): boolean {
    return op.kind === "call" ? this.effects.get(op.callee)?.removable === true : isRemovable(op);
  }

  private readonly markValue = (v: Value): void => {
    if (this.liveValues.has(v.id)) return;
    this.liveValues.add(v.id);
    this.queue.push(v);
  };

  /** A live value makes live what it is computed from. */
  private reach(v: Value): void {
    const writes = this.pendingWrites.get(v.id);
    if (writes !== undefined) for (const write of writes) this.markOp(write);
    const maker = this.makers.get(v.id);
    if (maker !== undefined) {
      this.markOp(maker);
      return;
    }
    const origin = this.origins.get(v.id);
    if (origin === undefined) return;
    const { op, index } = origin;
    this.markOp(op);
    if (op.kind === "if") {
      for (const arm of regions(op)) arm.yields?.slice(index, index + 1).forEach(this.markValue);
    } else if (op.kind === "for" || op.kind === "while") {
      this.markCarried(op, index);
    }
  }

  private markCarried(op: For | While, k: number): void {
    const result = op.results[k];
    if (result === undefined || this.liveCarried.has(result.id)) return;
    this.liveCarried.add(result.id);
    const init = op.inits[k];
    const next = op.body.yields?.[k + (op.breaks ? 1 : 0)];
    if (init !== undefined) this.markValue(init);
    if (next !== undefined) this.markValue(next);
  }

  private markOp(op: Op): void {
    for (let at: Op | undefined = op; at !== undefined && !this.liveOps.has(at); at = this.owners.get(at)) {
      this.liveOps.add(at);
      this.markNeeds(at);
    }
  }

  /** What an operation needs whichever of its results are used. */
  private markNeeds(op: Op): void {
    switch (op.kind) {
      case "for":
      case "while":
        if (op.kind === "for") [op.from, op.to].forEach(this.markValue);
        else op.cond.yields?.forEach(this.markValue);
        if (op.breaks) op.body.yields?.slice(0, 1).forEach(this.markValue);
        break;
      case "closure":
        for (const root of this.closureRoots.get(op) ?? []) this.markOp(root);
        op.body.yields?.forEach(this.markValue);
        break;
      default:
        for (const v of operands(op)) this.markValue(v);
    }
  }
}

/** The region without what is dead. */
function sweep(region: Region, live: Liveness): Region {
  const ops: Op[] = [];
  for (const op of region.ops) {
    if (live.isLiveOp(op)) ops.push(sweepOp(op, live));
  }
  return { ...region, ops };
}

function sweepOp(op: Op, live: Liveness): Op {
  switch (op.kind) {
    case "if": {
      const kept = positions(op.results, (v) => live.isLive(v));
      const arm = (r: Region): Region => ({
        ...sweep(r, live),
        yields: r.yields === null ? null : pick(r.yields, kept),
      });
      return { ...op, then: arm(op.then), else: arm(op.else), results: pick(op.results, kept) };
    }
    case "for": {
      const { kept, common, yields } = sweepLoop(op, live);
      const params = [...op.body.params.slice(0, 1), ...pick(op.body.params.slice(1), kept)];
      return { ...withoutDeadCount(op, live), ...common, body: { ...sweep(op.body, live), params, yields } };
    }
    case "while": {
      const { kept, common, yields } = sweepLoop(op, live);
      const cond = { ...sweep(op.cond, live), params: pick(op.cond.params, kept) };
      return {
        ...withoutDeadCount(op, live),
        ...common,
        cond,
        body: { ...sweep(op.body, live), params: pick(op.body.params, kept), yields },
      };
    }
    case "closure":
      return { ...op, body: sweep(op.body, live) };
    case "foreign":
      return op.result === undefined || live.isLive(op.result) ? op : withoutResult(op);
    default:
      return op;
  }
}

interface SweptLoop {
  readonly kept: readonly number[];
  readonly common: Pick<For, "inits" | "results">;
  readonly yields: readonly Value[] | null;
}

function sweepLoop(op: For | While, live: Liveness): SweptLoop {
  const kept = positions(op.results, (v) => live.isCarriedLive(v));
  const stop = op.breaks ? 1 : 0;
  const yields =
    op.body.yields === null ? null : [...op.body.yields.slice(0, stop), ...pick(op.body.yields.slice(stop), kept)];
  return { kept, common: { inits: pick(op.inits, kept), results: pick(op.results, kept) }, yields };
}

function withoutDeadCount<L extends For | While>(op: L, live: Liveness): L | Omit<L, "count"> {
  if (op.count === undefined || live.isLive(op.count)) return op;
  const { count: _, ...rest } = op;
  return rest;
}

function withoutResult(op: Foreign): Foreign {
  const { result: _, ...rest } = op;
  return rest;
}

function positions<T>(items: readonly T[], keep: (item: T) => boolean): readonly number[] {
  return items.flatMap((item, k) => (keep(item) ? [k] : []));
}
