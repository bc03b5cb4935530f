/**
 * Which arguments of a checkpointed function have shadows of their own in its second run. Where the references in a structure
 * never change, the shadows of the originals serve: they still refer to each other as they did. Else they may not.
 */
import type { MemoryClass } from "../analysis/memory.js";
import type { Func, Value } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import type { Context } from "./context.js";

/** Positions of such parameters; absent where there is no need. */
export function apartIn(context: Context, func: Func): ReadonlySet<number> | undefined {
  const { activity, memory } = context;
  const isShadowed = (v: Value): boolean => activity.hasShadow(v);
  const shadowed = [...func.body.params, ...(func.body.yields ?? [])].filter(isShadowed);
  const changes = shadowed.some((v) => within(memory.classOf(v)).some((c) => context.changesReferences(c)));
  if (!changes) return undefined;
  const found = new Set<number>();
  const classes = new Set<string>();
  const stability = context.stability(func.name);
  // What shares objects with one of these is one of these.
  for (let before = -1; before < found.size; ) {
    before = found.size;
    func.body.params.forEach((p, i) => {
      if (!isReference(p.type) || !isShadowed(p) || found.has(i)) return;
      const own = within(memory.classOf(p)).map((c) => c.slot(""));
      const isChanged = stability.isWritten(p.type, memory.classOf(p)) || own.some((slot) => classes.has(slot));
      if (!isChanged) return;
      found.add(i);
      for (const slot of own) classes.add(slot);
    });
  }
  return found;
}

/** A class and all that it leads to. */
export function within(owner: MemoryClass): readonly MemoryClass[] {
  const found = new Map<string, MemoryClass>([[owner.slot(""), owner.find()]]);
  for (const c of found.values()) for (const member of c.members()) found.set(member.slot(""), member);
  return [...found.values()];
}
