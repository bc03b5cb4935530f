/**
 * May the reverse sweep read a place again and find what the forward sweep read there? It may when no write to the slot
 * can run after the read. In a structured program that is a matter of positions: a write can follow a read if it stands
 * later, or if a loop encloses both. A loop that also encloses the allocation does not count when each of its
 * iterations makes an instance of its own that does not leave the iteration.
 */
import type { Func, Length, Load, Op, Program, Region, Type } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { regions, walk } from "../ir/walk.js";
import { type Growth, lengthKey } from "./growth.js";
import { eachNumberSlot, type MemoryClass, type MemoryModel, slotKey } from "./memory.js";
import { append } from "../support/append.js";

interface Position {
  readonly order: number;
  /** Enclosing loops, outermost first, each as the range of orders it covers. */
  readonly loops: readonly Range[];
}
interface Range {
  readonly first: number;
  last: number;
}

export interface Stability {
  /**
   * The place this operation reads still holds the same when the reverse sweep of its region begins. `within` is the loop
   * around it whose iterations run again one by one, each followed by its reversal: then only what that iteration writes counts.
   */
  isStable(read: Load | Length, within?: Op): boolean;
  /** Others may change the place when the function has returned, and before its pullback runs. */
  isForeign(read: Load | Length): boolean;
  /** No function writes the slot this operation reads. */
  isConstant(load: Load): boolean;
  /** Some function of the program writes a slot that this value leads to. */
  isWritten(type: Type, owner: MemoryClass): boolean;
  /** Some function of the program writes into objects of this class themselves. */
  isWrittenItself(owner: MemoryClass): boolean;
}

/** Slots each function writes, itself or through calls. */
function writtenSlots(
  program: Program,
  names: readonly string[],
  growth: Growth,
): ReadonlyMap<string, ReadonlySet<string>> {
  const own = new Map<string, Set<string>>();
  const calls = new Map<string, Set<string>>();
  for (const name of names) {
    const slots = new Set<string>();
    const callees = new Set<string>();
    const func = program.funcs.get(name);
    if (func !== undefined) {
      walk(func.body, (op) => {
        for (const slot of growth.slotsWritten(op)) slots.add(slot);
        if (op.kind === "call") callees.add(op.callee);
      });
    }
    own.set(name, slots);
    calls.set(name, callees);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, slots] of own) {
      const before = slots.size;
      for (const callee of calls.get(name) ?? []) for (const slot of own.get(callee) ?? []) slots.add(slot);
      changed ||= slots.size > before;
    }
  }
  return own;
}

export function analyzeStability(
  program: Program,
  func: Func,
  names: readonly string[],
  entry: string,
  memory: MemoryModel,
  growth: Growth,
): Stability {
  const written = writtenSlots(program, names, growth);
  const positions = new Map<Op, Position>();
  const writes = new Map<string, Position[]>();
  const ranges = new Map<Op, Range>();
  let order = 0;
  let recursive = false;
  const addWrite = (slot: string, position: Position): void => {
    const list = writes.get(slot);
    if (list === undefined) writes.set(slot, [position]);
    else list.push(position);
  };
  const visit = (region: Region, loops: readonly Range[]): void => {
    for (const op of region.ops) {
      const position: Position = { order: order++, loops };
      positions.set(op, position);
      for (const slot of growth.slotsWritten(op)) addWrite(slot, position);
      if (op.kind === "call") {
        recursive ||= op.callee === func.name;
        for (const slot of written.get(op.callee) ?? []) addWrite(slot, position);
      }
      if (op.kind === "for" || op.kind === "while") {
        const range: Range = { first: position.order, last: position.order };
        ranges.set(op, range);
        for (const inner of regions(op)) visit(inner, [...loops, range]);
        range.last = order - 1;
      } else {
        for (const inner of regions(op)) visit(inner, loops);
      }
    }
  };
  visit(func.body, []);

  const everywhere = new Set<string>();
  for (const slots of written.values()) for (const slot of slots) everywhere.add(slot);

  /** Loops of the read that matter: inside the allocation, when every instance stays in the iteration that made it. */
  const relevantLoops = (position: Position, owner: MemoryClass): readonly Range[] | undefined => {
    const root = owner.find();
    const [allocation, ...others] = root.allocations;
    if (allocation === undefined || others.length > 0 || root.travels || root.external) return undefined;
    const at = positions.get(allocation);
    if (at === undefined) return undefined;
    return position.loops.filter((loop) => !at.loops.includes(loop));
  };

  const isStable = (read: Load | Length, within?: Op): boolean => {
    const owner = memory.classOf(read.kind === "load" ? read.place.base : read.array);
    const slot = owner.slot(read.kind === "load" ? slotKey(read.place) : lengthKey);
    if (!everywhere.has(slot)) return true;
    const position = positions.get(read);
    if (position === undefined) return false;
    const local = relevantLoops(position, owner);
    // What happens to memory that is shared with callers is only known for the function that is differentiated itself.
    if (local === undefined && (func.name !== entry || recursive)) return false;
    const around = within === undefined ? undefined : ranges.get(within);
    const loops = (local ?? position.loops).filter((loop) => around === undefined || loop.first > around.first);
    const outermost = loops[0];
    const from = outermost === undefined ? position.order : outermost.first;
    const last = around === undefined ? Number.POSITIVE_INFINITY : around.last;
    return (writes.get(slot) ?? []).every((write) => write.order < from || write.order > last);
  };

  const isForeign = (read: Load | Length): boolean =>
    memory.classOf(read.kind === "load" ? read.place.base : read.array).foreign;

  const isWritten = (type: Type, owner: MemoryClass): boolean => {
    if (!isReference(type)) return false;
    let found = false;
    eachNumberSlot(program, owner, type, (c, key) => {
      found ||= everywhere.has(c.slot(key));
    });
    return found || writtenReferences(owner, everywhere);
  };
  const isConstant = (load: Load): boolean => !everywhere.has(memory.slotOf(load.place));
  const writtenPrefixes = new Set([...everywhere].map((slot) => slot.slice(0, slot.indexOf(".") + 1)));
  const isWrittenItself = (owner: MemoryClass): boolean => writtenPrefixes.has(owner.slot(""));
  return { isStable, isForeign, isConstant, isWritten, isWrittenItself };
}

/** A reference slot somewhere below `owner` is written. */
function writtenReferences(owner: MemoryClass, everywhere: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  const pending = [owner.find()];
  for (let c = pending.pop(); c !== undefined; c = pending.pop()) {
    const prefix = c.slot("");
    if (seen.has(prefix)) continue;
    seen.add(prefix);
    for (const slot of everywhere) if (slot.startsWith(prefix)) return true;
    append(pending, c.members());
  }
  return false;
}
