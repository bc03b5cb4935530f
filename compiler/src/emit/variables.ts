/**
 * From SSA values to variables. Values that flow into each other (what a loop starts with, its parameter, what it yields,
 * its result; what an arm yields and the result of the `if`) share one variable where their lives do not overlap; where
 * they do, the copy between them is written out.
 */
import type { Type, Value, ValueId } from "../ir/ir.js";
import { sameType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";
import type { Folding } from "./fold.js";
import { isInside, type Block, type Item, type Layout } from "./layout.js";
import { liveness, normalise, overlap, union, type Intervals } from "./liveness.js";
import { append } from "../support/append.js";

/** A variable of the generated function. */
export interface Variable {
  name: string;
  readonly hint: string | undefined;
  readonly type: Type;
  /** The innermost block that contains every read and write: where it is declared. */
  readonly block: Block;
  /** First position where it is written. */
  readonly first: number;
  readonly members: readonly Value[];
  /** How often a statement writes it; counted while statements are made. */
  writes: number;
  declared: boolean;
}

interface Group {
  members: Value[];
  intervals: Intervals;
  hint: string | undefined;
  alone: boolean;
  variable: Variable | undefined;
}

export interface Variables {
  readonly list: readonly Variable[];
  /** The variable of a value that has one. */
  readonly of: (v: Value) => Variable;
}

export function assignVariables(layout: Layout, folding: Folding): Variables {
  const { intervals, readIn } = liveness(layout, folding);
  const groups = new Map<ValueId, Group>();
  const group = (v: Value): Group => {
    const found = groups.get(v.id);
    invariant(found !== undefined, `value ${v.id} has no variable`);
    return found;
  };
  const merge = (a: Group, b: Group): void => {
    if (a === b) return;
    append(a.members, b.members);
    a.intervals = union(a.intervals, b.intervals);
    a.hint ??= b.hint;
    for (const member of b.members) groups.set(member.id, a);
  };
  const join = (a: Value, b: Value): void => {
    if (folding.isInline(a) || folding.isInline(b)) return;
    const [x, y] = [group(a), group(b)];
    if (x === y || x.alone || y.alone || !sameType(a.type, b.type)) return;
    // Different names of the user's are different variables, unless one is only a step on the way to the other.
    const isStep =
      y.members.length === 1 &&
      layout.definitions.get(b.id)?.item !== undefined &&
      folding.uses.get(b.id)?.length === 1;
    if (x.hint !== undefined && y.hint !== undefined && x.hint !== y.hint && !isStep) return;
    if (!overlap(x.intervals, y.intervals)) merge(x, y);
  };

  const extra = new Map<ValueId, Intervals>();
  const occupy = (v: Value, ...where: number[]): void => {
    const known = extra.get(v.id);
    if (known === undefined) extra.set(v.id, where);
    else append(known, where);
  };
  for (const item of layout.items) occupyWrites(item, folding, occupy);
  for (const [block, tail] of folding.exits.tails) {
    if (tail.kind === "loop") for (const v of carried(tail.loop)) occupy(v, block.end + 1, block.end + 1);
  }
  for (const [id, own] of intervals) {
    const value = layout.definitions.get(id)?.value;
    if (value === undefined) continue;
    const more = extra.get(id);
    const all = normalise(more === undefined ? own : [...own, ...more]);
    groups.set(id, { members: [value], intervals: all, hint: value.hint, alone: false, variable: undefined });
  }

  for (const item of layout.items) {
    const { op } = item;
    if (op.kind !== "for" && op.kind !== "while") continue;
    const params = carried(item);
    op.results.forEach((result, k) => {
      const param = params[k];
      invariant(param !== undefined, "a loop has as many results as carried values");
      merge(group(param), group(result));
      const inCond = op.kind === "while" ? op.cond.params[k] : undefined;
      if (inCond !== undefined) merge(group(param), group(inCond));
    });
    const index = op.kind === "for" ? op.body.params[0] : undefined;
    if (index !== undefined) group(index).alone = true;
    if (op.count !== undefined) group(op.count).alone = true;
  }
  for (const tail of folding.exits.tails.values()) {
    const targets = tail.kind === "loop" || tail.kind === "arm" ? tailTargets(tail) : [];
    targets.forEach(([target, source]) => join(target, layout.resolve(source)));
  }
  for (const item of layout.items) {
    const { op } = item;
    if (op.kind !== "for" && op.kind !== "while") continue;
    carried(item).forEach((param, k) => {
      const init = op.inits[k];
      if (init !== undefined) join(param, layout.resolve(init));
    });
  }

  const list: Variable[] = [];
  for (const g of groups.values()) {
    if (g.variable === undefined) list.push((g.variable = variable(g, layout, readIn)));
  }
  list.sort((a, b) => a.first - b.first);
  return {
    list,
    of: (v) => {
      const found = group(layout.resolve(v)).variable;
      invariant(found !== undefined, "every group has a variable");
      return found;
    },
  };
}

/** The carried parameters of a loop's body. */
export function carried(item: Item): readonly Value[] {
  const { op } = item;
  if (op.kind === "for") return op.body.params.slice(1);
  return op.kind === "while" ? op.body.params : [];
}

/** Which value goes where at the end of a block: `[target, source]`. */
export function tailTargets(
  tail: Extract<import("./exits.js").Tail, { kind: "loop" | "arm" }>,
): readonly (readonly [Value, Value])[] {
  const { op } = tail.kind === "loop" ? tail.loop : tail.owner;
  if (tail.kind === "arm") {
    const targets = op.kind === "if" ? op.results : [];
    return targets.flatMap((target, k) => {
      const source = tail.values[k];
      return source === undefined ? [] : [[target, source] as const];
    });
  }
  const skipped = (op.kind === "for" || op.kind === "while") && op.breaks ? 1 : 0;
  return carried(tail.loop).flatMap((target, k) => {
    const source = tail.values[k + skipped];
    return source === undefined ? [] : [[target, source] as const];
  });
}

/** Positions where the variable of a value is written or holds its content although the value itself is not alive. */
function occupyWrites(item: Item, folding: Folding, occupy: (v: Value, ...where: number[]) => void): void {
  const { op } = item;
  if (op.kind === "if") {
    if (folding.expressions.has(item)) return;
    for (const result of op.results) for (const arm of item.blocks) occupy(result, arm.end + 1, arm.end + 1);
    return;
  }
  if (op.kind !== "for" && op.kind !== "while") return;
  const body = item.blocks.at(-1);
  if (body === undefined) return;
  for (const param of carried(item)) occupy(param, item.pos + 1, body.start, body.end + 1, item.end);
  if (op.count !== undefined) occupy(op.count, item.pos + 1, item.end);
}

function variable(g: Group, layout: Layout, readIn: ReadonlyMap<ValueId, ReadonlySet<Block>>): Variable {
  let block: Block | undefined;
  const cover = (other: Block): void => {
    block = block === undefined ? other : commonBlock(block, other);
  };
  for (const member of g.members) {
    const definition = layout.definitions.get(member.id);
    if (definition === undefined) continue;
    const { owner } = definition.block;
    const isCarried = definition.item === undefined && owner !== undefined && isCarriedParam(member, owner);
    cover(isCarried ? owner.block : definition.block);
    for (const reader of readIn.get(member.id) ?? []) cover(reader);
  }
  const [first] = g.members;
  invariant(block !== undefined && first !== undefined, "a variable has a member");
  return {
    name: "",
    hint: g.hint,
    type: first.type,
    block,
    first: g.intervals[0] ?? 0,
    members: g.members,
    writes: 0,
    declared: false,
  };
}

function isCarriedParam(v: Value, owner: Item): boolean {
  const { op } = owner;
  if (op.kind === "while") return true;
  return op.kind === "for" && op.body.params[0]?.id !== v.id;
}

function commonBlock(a: Block, b: Block): Block {
  let outer = a;
  while (!isInside(b, outer)) {
    invariant(outer.owner !== undefined, "all blocks are inside the function");
    outer = outer.owner.block;
  }
  return outer;
}
