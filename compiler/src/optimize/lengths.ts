/**
 * **Purpose** The length of an array that a loop pushes to in every iteration follows from the number of the iteration: the
 * adjoint then need not remember where each element went.
 * **Needs** Verified IR; works best after `inline` and `cse`.
 * **Guarantees** The same results and effects.
 * **How** For each loop and each array from outside it whose length nothing changes there but pushes at the top level of
 * the body, the lengths read in the body become arithmetic: on the index of a `for`, on one more carried value of a `while`.
 *
 *     for i: %l = length %y; store %y[%l] = … grows      →   for i: store %y[%i] = … grows        (%y = new, before)
 */
import { Builder, value } from "../ir/build.js";
import type { For, Func, Op, Program, Region, Store, Value, ValueId, While } from "../ir/ir.js";
import { num } from "../ir/types.js";
import { mapOp, regions } from "../ir/walk.js";
import { type EffectsTable, functionEffects, Origins, type Writes, writesOf } from "./effects.js";
import { mapFuncs } from "./pass.js";
import { Resolution } from "./resolution.js";
import { append } from "../support/append.js";

/** Operations before a loop that are looked through for the making of an array; keeps the pass linear. */
const lookBack = 100;

export function followLengths(program: Program): Program {
  const effects = functionEffects(program);
  return mapFuncs(program, (func) => {
    const body = new Follower(func, program, effects).region(func.body);
    return body === func.body ? func : { ...func, body };
  });
}

/** An array that a loop pushes to, and how often in an iteration. */
interface Pushed {
  readonly array: Value;
  readonly pushes: number;
}

class Follower {
  private readonly origins: Origins;
  private readonly resolution = new Resolution();
  private readonly literals = new Map<ValueId, number>();
  /** Is anything pushed at all? Most functions are left as they are without a look. */
  private readonly isNeeded: boolean;

  constructor(
    func: Func,
    private readonly program: Program,
    private readonly effects: EffectsTable,
  ) {
    this.origins = new Origins(func, program.records);
    this.isNeeded = pushesInLoop(func.body, false);
  }

  private readonly use = (v: Value): Value => this.resolution.of(v);

  region(region: Region): Region {
    if (!this.isNeeded) return region;
    const ops: Op[] = [];
    for (const op of region.ops) {
      const walked = mapOp(op, this.use, (r) => this.region(r));
      if (walked.kind === "const" && typeof walked.value === "number")
        this.literals.set(walked.result.id, walked.value);
      if (walked.kind === "for" || walked.kind === "while") append(ops, this.loop(walked, ops));
      else ops.push(walked);
    }
    return { ...region, ops, yields: region.yields === null ? null : region.yields.map(this.use) };
  }

  /** The loop, after what it now needs. */
  private loop(loop: For | While, before: readonly Op[]): readonly Op[] {
    if (loop.body.yields === null) return [loop];
    const out = new Builder(loop.loc);
    let current = loop;
    for (const pushed of this.pushedArrays(loop)) current = this.follow(current, pushed, before, out);
    return [...out.ops, current];
  }

  private pushedArrays(loop: For | While): readonly Pushed[] {
    const counts = new Map<ValueId, Pushed>();
    const inside = new Set<ValueId>();
    for (const op of loop.body.ops) {
      if ("result" in op && op.result !== undefined) inside.add(op.result.id);
      if (op.kind === "if" || op.kind === "call" || op.kind === "for" || op.kind === "while")
        for (const v of op.results) inside.add(v.id);
      if (!isPush(op)) continue;
      const array = op.place.base;
      counts.set(array.id, { array, pushes: (counts.get(array.id)?.pushes ?? 0) + 1 });
    }
    const params = new Set(loop.body.params.map((v) => v.id));
    return [...counts.values()].filter(
      ({ array }) => !inside.has(array.id) && !params.has(array.id) && !this.mayChangeOtherwise(loop, array),
    );
  }

  /** Does anything but the pushes at the top level of the body change the length? */
  private mayChangeOtherwise(loop: For | While, array: Value): boolean {
    const site = this.origins.lengthSite(array);
    const changes = (op: Op, isTop: boolean): boolean => {
      if (isTop && isPush(op) && op.place.base.id === array.id) return false;
      return this.writesOf(op).mayWrite(site) || regions(op).some((r) => r.ops.some((inner) => changes(inner, false)));
    };
    return (
      loop.body.ops.some((op) => changes(op, true)) ||
      (loop.kind === "while" && loop.cond.ops.some((op) => changes(op, false)))
    );
  }

  private writesOf(op: Op): Writes {
    return writesOf(op, this.program.records, this.origins, this.effects);
  }

  private follow(loop: For | While, { array, pushes }: Pushed, before: readonly Op[], out: Builder): For | While {
    const body = new Builder(loop.loc);
    if (loop.kind === "for") {
      if (Math.abs(loop.step) !== 1) return loop;
      const [index] = loop.body.params;
      if (index === undefined) return loop;
      const start = this.lengthBefore(array, before, out);
      const isFromZero = Object.is(this.literals.get(loop.from.id), 0) && loop.step === 1;
      const [later, earlier] = loop.step === 1 ? [index, loop.from] : [loop.from, index];
      const done = isFromZero ? index : body.prim("sub", [later, earlier]);
      const added = pushes === 1 ? done : body.prim("mul", [done, body.const(pushes)]);
      const length = start === undefined ? added : body.prim("add", [start, added]);
      return { ...loop, body: this.rewrite(loop.body, array, length, body) };
    }
    const start = this.lengthBefore(array, before, out) ?? out.const(0);
    const carried = { test: value(num, "n"), body: value(num, "n"), after: value(num, "n") };
    const rewritten = this.rewrite(loop.body, array, carried.body, body);
    const end = new Builder(loop.loc);
    const next = end.prim("add", [carried.body, end.const(pushes)]);
    const cond = this.rewrite(loop.cond, array, carried.test, new Builder(loop.loc));
    return {
      ...loop,
      inits: [...loop.inits, start],
      cond: { ...cond, params: [...cond.params, carried.test] },
      body: {
        params: [...rewritten.params, carried.body],
        ops: [...rewritten.ops, ...end.ops],
        yields: [...(rewritten.yields ?? []), next],
      },
      results: [...loop.results, carried.after],
    };
  }

  /** The length before the loop; `undefined` if that is surely 0. */
  private lengthBefore(array: Value, before: readonly Op[], out: Builder): Value | undefined {
    const site = this.origins.lengthSite(array);
    const mayChange = (op: Op): boolean =>
      this.writesOf(op).mayWrite(site) || regions(op).some((r) => r.ops.some(mayChange));
    for (const op of before.slice(-lookBack).toReversed()) {
      if (op.kind === "new" && op.result.id === array.id)
        return op.members.length === 0 ? undefined : out.const(op.members.length);
      if (mayChange(op)) break;
    }
    return out.length(array);
  }

  /** The region with the lengths of the array as they follow from `length`, that at its start. */
  private rewrite(region: Region, array: Value, length: Value, b: Builder): Region {
    let now = length;
    const inner = (r: Region): Region => {
      const ops = r.ops.flatMap((op) => replaced(op) ?? []);
      return { ...r, ops, yields: r.yields === null ? null : r.yields.map(this.use) };
    };
    const replaced = (op: Op): Op | undefined => {
      if (op.kind !== "length" || op.array.id !== array.id) return mapOp(op, this.use, inner);
      this.resolution.set(op.result, now);
      return undefined;
    };
    for (const op of region.ops) {
      const kept = replaced(op);
      if (kept === undefined) continue;
      if (!isPush(kept) || kept.place.base.id !== array.id) {
        b.ops.push(kept);
        continue;
      }
      b.ops.push({ ...kept, place: { ...kept.place, index: now } });
      now = b.prim("add", [now, b.const(1)]);
    }
    return { ...region, ops: b.ops, yields: region.yields === null ? null : region.yields.map(this.use) };
  }
}

type Push = Store & { readonly place: { readonly kind: "elem" } };

function isPush(op: Op): op is Push {
  return op.kind === "store" && op.grows === true && op.place.kind === "elem";
}

function pushesInLoop(region: Region, isLoop: boolean): boolean {
  return region.ops.some(
    (op) =>
      (isLoop && isPush(op)) ||
      regions(op).some((r) => pushesInLoop(r, isLoop || op.kind === "for" || op.kind === "while")),
  );
}
