/**
 * Does what an argument of a call leads to stay as it is, from the call until the reverse sweep arrives there? Then a
 * snapshot of it is the reference alone. As in `stability.ts` a write can follow the call if it stands later or if a loop
 * encloses both; here also in the functions that call the function, at any distance.
 */
import type { Call, Op, Program, Region } from "../ir/ir.js";
import { regions } from "../ir/walk.js";
import type { Growth } from "./growth.js";
import type { MemoryClass } from "./memory.js";
import { append } from "../support/append.js";

interface Position {
  readonly func: string;
  /** Of a loop, that of the last operation in it. */
  order: number;
  /** The order of the outermost loop around it. */
  readonly loop: number | undefined;
}

interface Write {
  readonly order: number;
  /** The call that does it, if one does. */
  readonly call: Op | undefined;
}

export class Snapshots {
  readonly #positions = new Map<Op, Position>();
  /** Writes by function and slot. */
  readonly #writes = new Map<string, Map<string, Write[]>>();
  readonly #callers = new Map<string, Call[]>();
  readonly #slots = new Set<string>();

  constructor(
    program: Program,
    names: readonly string[],
    private readonly entry: string,
    growth: Growth,
  ) {
    const calls: { readonly call: Call; readonly at: Position }[] = [];
    for (const name of names) {
      let order = 0;
      const visit = (region: Region, loop: number | undefined): void => {
        for (const op of region.ops) {
          const at: Position = { func: name, order: order++, loop };
          this.#positions.set(op, at);
          for (const slot of growth.slotsWritten(op)) this.#write(name, slot, { order: at.order, call: undefined });
          if (op.kind === "call") calls.push({ call: op, at });
          const isLoop = op.kind === "for" || op.kind === "while";
          const around = isLoop ? (loop ?? at.order) : loop;
          for (const inner of regions(op)) visit(inner, around);
          if (isLoop) at.order = order++;
        }
      };
      const func = program.funcs.get(name);
      if (func !== undefined) visit(func.body, undefined);
    }
    for (const { call } of calls) this.#callers.set(call.callee, [...(this.#callers.get(call.callee) ?? []), call]);
    // What is called writes too.
    for (let changed = true; changed; ) {
      changed = false;
      for (const { call, at } of calls)
        for (const slot of this.#writes.get(call.callee)?.keys() ?? [])
          changed = this.#write(at.func, slot, { order: at.order, call }) || changed;
    }
  }

  /** Does everything that `owner` leads to hold the same from a call on, or from the end of a loop on? */
  holds(call: Op, owner: MemoryClass): boolean {
    const pending = [owner.find()];
    const prefixes = new Set<string>();
    for (let c = pending.pop(); c !== undefined; c = pending.pop()) {
      // Others change it when they like.
      if (c.foreign) return false;
      const prefix = c.slot("");
      if (prefixes.has(prefix)) continue;
      prefixes.add(prefix);
      append(pending, c.members());
    }
    for (const slot of this.#slots) {
      const isIts = prefixes.has(slot.slice(0, slot.indexOf(".") + 1));
      if (isIts && !this.#holdsFrom(call, slot, true, new Set())) return false;
    }
    return true;
  }

  #holdsFrom(call: Op, slot: string, counts: boolean, seen: Set<Op>): boolean {
    if (seen.has(call)) return true;
    seen.add(call);
    const at = this.#positions.get(call);
    if (at === undefined) return false;
    const from = at.loop ?? at.order;
    const writes = this.#writes.get(at.func)?.get(slot) ?? [];
    // Of the calls that lead here it is known that they write nothing after this; in a loop they come again.
    const isBefore = (w: Write): boolean => w.order < from || (!counts && w.call === call && at.loop === undefined);
    if (!writes.every(isBefore)) return false;
    if (at.func === this.entry) return true;
    return (this.#callers.get(at.func) ?? []).every((caller) => this.#holdsFrom(caller, slot, false, seen));
  }

  #write(func: string, slot: string, write: Write): boolean {
    this.#slots.add(slot);
    let slots = this.#writes.get(func);
    if (slots === undefined) this.#writes.set(func, (slots = new Map<string, Write[]>()));
    const known = slots.get(slot);
    if (known === undefined) slots.set(slot, [write]);
    else if (known.some((w) => w.order === write.order)) return false;
    else known.push(write);
    return true;
  }
}
