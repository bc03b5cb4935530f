/**
 * May the reverse sweep read a place again and find what the forward sweep read there? It may when no write to the slot
 * can run after the read. In a structured program that is a matter of positions: a write can follow a read if it stands
 * later, or if a loop encloses both. A loop that also encloses the allocation does not count when each of its
 * iterations makes an instance of its own that does not leave the iteration. Nor does a write into an instance of which
 * the read is known to come after the last such write, wherever the instance goes (`writes.ts`: fresh writes).
 */
import { placeType } from "../ir/derive.js";
import type { Accum, Func, Length, Load, Op, Place, Program, Store, Type, Value } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { type Growth, lengthKey } from "./growth.js";
import { eachNumberSlot, type MemoryClass, type MemoryModel, slotKey } from "./memory.js";
import { Dependence } from "./dependence.js";
import { distinctSlots } from "./distinct.js";
import { integerValues } from "./integers.js";
import { analyzeWrites, FunctionWrites, type Position, type Range, runsAgain, type Write } from "./writes.js";
import { append } from "../support/append.js";

/** Writes whose indices are compared with those of one read. */
const mostCompared = 24;

export interface Stability {
  /**
   * The place this operation reads still holds the same when the reverse sweep of its region begins. `within` is the loop
   * around it whose iterations run again one by one, each followed by its reversal: then only what that iteration writes counts.
   */
  isStable(read: Load | Length, within?: Op): boolean;
  /** Others may change the place when the function has returned, and before its pullback runs. */
  isForeign(read: Load | Length | Store): boolean;
  /** What this operation stores can be read again when the reverse sweep of its region begins. */
  isKept(store: Store): boolean;
  /** Does it write an element that the array has? Absent where the array is made elsewhere. */
  isWithin(write: Store | Accum): boolean | undefined;
  /** No function writes the slot this operation reads. */
  isConstant(load: Load): boolean;
  /** Some function of the program writes a slot that this value leads to. */
  isWritten(type: Type, owner: MemoryClass): boolean;
  /** The same for what the differentiated function is given: what a function writes into objects it has made itself does not count. */
  isGivenWritten(type: Type, owner: MemoryClass): boolean;
  /** The same for objects of this class themselves, without what they lead to. */
  isGivenWrittenItself(owner: MemoryClass): boolean;
}

export function analyzeStability(
  program: Program,
  func: Func,
  names: readonly string[],
  entry: string,
  memory: MemoryModel,
  growth: Growth,
): Stability {
  const writes = analyzeWrites(program, names, growth);
  const own = writes.function(func.name) ?? new FunctionWrites(func.body, growth);
  const { everywhere, everywhereShared } = writes;
  const intoGiven = runsAgain(program, names) ? everywhere : everywhereShared;
  const distinct = distinctSlots(program, names, memory, writes);
  const isRecursive = own.calls.some(({ callee }) => writes.leadsTo(callee, func.name));

  /** Loops of the read that matter: inside the allocation, when every instance stays in the iteration that made it. */
  const relevantLoops = (position: Position, owner: MemoryClass): readonly Range[] | undefined => {
    const root = owner.find();
    const [allocation, ...others] = root.allocations;
    if (allocation === undefined || others.length > 0 || root.travels || root.external) return undefined;
    const at = own.positions.get(allocation);
    if (at === undefined) return undefined;
    return position.loops.filter((loop) => !at.loops.includes(loop));
  };

  /**
   * Is what a fresh write changes another object than what is read, or complete when it is read? Within the window of the
   * write, a reference that was there before the allocation ran is one to something else.
   */
  const isApart = (write: Write, base: Value, position: Position): boolean => {
    const window = own.window(write);
    if (window === undefined) return false;
    if (position.order < window.first || position.order > window.last) return true;
    const origin = own.origin(base);
    if (origin !== undefined) return origin !== write.origin;
    const defined = own.definedAt(base);
    return defined !== undefined && defined < window.first;
  };

  /** Is everything in a slot written fresh, and this function never called while it is? */
  const isSealed = (slot: string): boolean => {
    if (everywhereShared.has(slot)) return false;
    for (const f of writes.functions())
      for (const write of f.bySlot.get(slot) ?? []) {
        const window = f.window(write);
        if (window === undefined) return false;
        const isInside = f.calls.some(
          (c) => c.order >= window.first && c.order <= window.last && writes.leadsTo(c.callee, func.name),
        );
        if (isInside) return false;
      }
    return true;
  };

  let dependence: Dependence | undefined;
  const elements = (): Dependence =>
    (dependence ??= new Dependence(func, own, integerValues(func), (load) => distinct.slotOf(load)));
  /** Does a write that comes later write another element? */
  const isElsewhere = (place: Place, write: Write, position: Position, relevant: readonly Range[]): boolean => {
    if (distinct.hasViews(memory.classOf(place.base))) return false;
    const made = write.origin === undefined ? undefined : own.positions.get(write.origin);
    return elements().isElsewhere(
      place,
      position,
      write,
      (loop) => relevant.includes(loop) && made?.loops.includes(loop) !== true,
    );
  };

  const isStable = (read: Load | Length, within?: Op): boolean =>
    read.kind === "load"
      ? holds(read, read.place.base, read.place, within)
      : holds(read, read.array, undefined, within);

  /** Does a place, or the length of an array, hold the same from an operation on, to the end of an iteration of `within`? */
  const holds = (op: Op, base: Value, place: Place | undefined, within?: Op): boolean => {
    const owner = memory.classOf(base);
    const slot = owner.slot(place === undefined ? lengthKey : slotKey(place));
    if (!everywhere.has(slot)) return true;
    const position = own.positions.get(op);
    if (position === undefined) return false;
    const local = relevantLoops(position, owner);
    // What happens to memory that is shared with callers is only known for the function that is differentiated itself.
    if (local === undefined && (func.name !== entry || isRecursive) && !isSealed(slot)) return false;
    const around = position.loops.find((loop) => loop.op === within);
    const loops = (local ?? position.loops).filter((loop) => around === undefined || loop.first > around.first);
    const last = around?.last ?? Number.POSITIVE_INFINITY;
    const outermost = loops[0];
    const from = outermost === undefined ? position.order : outermost.first;
    const mayChange = (callee: string): boolean =>
      writes.writtenBy(callee, writes.leadsTo(callee, func.name) ? "all" : "shared").has(slot);
    let compared = 0;
    return (
      (own.bySlot.get(slot) ?? []).every(
        (w) =>
          w.position.order < from ||
          w.position.order > last ||
          isApart(w, base, position) ||
          (place !== undefined && ++compared <= mostCompared && isElsewhere(place, w, position, loops)),
      ) && own.calls.every((c) => c.order < from || c.order > last || !mayChange(c.callee))
    );
  };

  /** Is there, after this store, the number that it writes? A typed array has what lies within it only, one of floats what fits. */
  const keeps = (store: Store): boolean => {
    const { base } = store.place;
    const { type } = base;
    if (type.kind === "array" && (type.or !== undefined || type.elem.kind !== "num")) return false;
    if (type.kind !== "typed") return type.kind === "array" || type.kind === "record" || type.kind === "tuple";
    const made = own.origin(base);
    const at = own.positions.get(store);
    if (type.name !== "Float64Array" || made?.kind !== "alloc" || at === undefined) return false;
    return store.place.kind === "elem" && elements().isWithin(store.place.index, made.length, at);
  };

  const isWithin = (write: Store | Accum): boolean | undefined => {
    const { place } = write;
    const made = own.origin(place.base);
    const at = own.positions.get(write);
    if (made?.kind !== "alloc" || place.kind !== "elem" || at === undefined) return undefined;
    return elements().isWithinIfWhole(place.index, made.length, at);
  };

  const isKept = (store: Store): boolean => {
    const isNumber = placeType(store.place, program.records)?.kind === "num";
    return isNumber && keeps(store) && holds(store, store.place.base, store.place);
  };

  const isForeign = (read: Load | Length | Store): boolean =>
    memory.classOf(read.kind === "length" ? read.array : read.place.base).foreign;

  const isWrittenIn = (slots: ReadonlySet<string>, type: Type, owner: MemoryClass): boolean => {
    if (!isReference(type)) return false;
    let found = false;
    eachNumberSlot(program, owner, type, (c, key) => {
      found ||= slots.has(c.slot(key));
    });
    return found || writtenReferences(owner, slots);
  };
  const isWritten = (type: Type, owner: MemoryClass): boolean => isWrittenIn(everywhere, type, owner);
  const isGivenWritten = (type: Type, owner: MemoryClass): boolean => isWrittenIn(intoGiven, type, owner);
  const isConstant = (load: Load): boolean => !everywhere.has(memory.slotOf(load.place));
  const writtenPrefixes = new Set([...intoGiven].map((slot) => slot.slice(0, slot.indexOf(".") + 1)));
  const isGivenWrittenItself = (owner: MemoryClass): boolean => writtenPrefixes.has(owner.slot(""));
  return { isStable, isKept, isWithin, isForeign, isConstant, isWritten, isGivenWritten, isGivenWrittenItself };
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
