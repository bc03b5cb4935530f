/**
 * Places that hold different objects: slots into which nothing has ever been put but what an allocation has just made, and
 * that once. Then two elements that are not the same place are not the same object.
 */
import type { Load, Op, Program, Value } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { type MemoryClass, type MemoryModel, memberKeys } from "./memory.js";
import type { FunctionWrites, ProgramWrites } from "./writes.js";

export interface DistinctSlots {
  /** The slot that a load reads, where all objects ever put there are different ones, each put there once. */
  slotOf(load: Load): string | undefined;
  /** Are there arrays of this class that lie over each other? */
  hasViews(owner: MemoryClass): boolean;
}

const known = new WeakMap<ProgramWrites, DistinctSlots>();

export function distinctSlots(
  program: Program,
  names: readonly string[],
  memory: MemoryModel,
  writes: ProgramWrites,
): DistinctSlots {
  let found = known.get(writes);
  if (found === undefined) known.set(writes, (found = collect(program, names, memory, writes)));
  return found;
}

function collect(
  program: Program,
  names: readonly string[],
  memory: MemoryModel,
  writes: ProgramWrites,
): DistinctSlots {
  const mixed = new Set<string>();
  const viewed = new Set<string>();
  /** What has been put into a slot. */
  const put = new Map<string, Set<Op>>();
  const add = (f: FunctionWrites, slot: string, v: Value, op: Op): void => {
    if (!isReference(v.type)) return;
    const origin = f.origin(v);
    const [made, at] = [origin === undefined ? undefined : f.positions.get(origin), f.positions.get(op)];
    const all = put.get(slot) ?? new Set();
    put.set(slot, all);
    const isOnce = made !== undefined && at !== undefined && made.loops.at(-1) === at.loops.at(-1);
    if (origin === undefined || !isOnce || all.has(origin)) mixed.add(slot);
    else all.add(origin);
  };
  for (const name of names) {
    const f = writes.function(name);
    for (const op of f?.positions.keys() ?? []) {
      if (f === undefined) continue;
      if (op.kind === "view") viewed.add(memory.classOf(op.result).slot(""));
      else if (op.kind === "store") add(f, memory.slotOf(op.place), op.value, op);
      else if (op.kind === "new") {
        const owner = memory.classOf(op.result);
        memberKeys(program, op.result.type, op.members.length).forEach((key, i) => {
          const member = op.members[i];
          if (member !== undefined) add(f, owner.slot(key), member, op);
        });
      }
    }
  }
  return {
    slotOf: (load) => {
      const owner = memory.classOf(load.place.base);
      const slot = memory.slotOf(load.place);
      if (owner.external || owner.foreign || mixed.has(slot) || !put.has(slot)) return undefined;
      return owner.allocations.every((op) => op.kind === "new" || op.kind === "alloc") ? slot : undefined;
    },
    hasViews: (owner) => viewed.has(owner.slot("")),
  };
}
