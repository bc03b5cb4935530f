/**
 * Where the functions of a program write, slot by slot, and what is known of the object that is written into.
 *
 * A write is *fresh* where its base is the very value an allocation of the same function made: it changes the instance that
 * the latest run of the allocation made, and no other. So it never changes what was given from outside, and an instance is
 * complete when its *window* is over: the stretch of the function from the allocation to the end of the write, or of the
 * outermost loop inside the allocation's region that repeats the write.
 */
import { isDeletion } from "../ir/deletion.js";
import { storedInto } from "../ir/derive.js";
import type { For, Op, Program, Region, Value, ValueId, While } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { regions, results } from "../ir/walk.js";
import type { Growth } from "./growth.js";

export interface Range {
  readonly first: number;
  last: number;
}

/** A loop as the range of orders it covers. */
export interface LoopRange extends Range {
  readonly op: For | While;
}

export interface Position {
  readonly order: number;
  /** Enclosing loops, outermost first. */
  readonly loops: readonly LoopRange[];
  /** The test of the innermost branch it stands in. */
  readonly guard: Guard | undefined;
}

export interface Guard {
  readonly cond: Value;
  readonly holds: boolean;
  readonly outer: Guard | undefined;
}

export interface Write {
  readonly op: Op;
  readonly position: Position;
  /** The allocation that made what is written into, where that is known. */
  readonly origin: Op | undefined;
}

type WrittenSlots = Pick<Growth, "slotsWritten">;

interface CallAt {
  readonly callee: string;
  readonly order: number;
}

/** What is known about one function. */
export class FunctionWrites {
  readonly positions = new Map<Op, Position>();
  readonly bySlot = new Map<string, Write[]>();
  readonly calls: CallAt[] = [];
  /** Slots written by the function itself, and those of these that are written other than fresh. */
  readonly own = new Set<string>();
  readonly ownShared = new Set<string>();
  readonly #origins = new Map<ValueId, Op>();
  readonly #defined = new Map<ValueId, number>();
  readonly #inside = new Map<Op, readonly LoopRange[]>();
  #order = 0;

  constructor(body: Region, growth: WrittenSlots) {
    for (const p of body.params) this.#defined.set(p.id, -1);
    this.#visit(body, [], undefined, growth);
  }

  /** The allocation that made the object a reference refers to, where that is plain. */
  origin(v: Value): Op | undefined {
    return this.#origins.get(v.id);
  }

  /** When a value is computed; that of a parameter of a region is where the region begins. */
  definedAt(v: Value): number | undefined {
    return this.#defined.get(v.id);
  }

  /** The loops around what stands in the regions of an operation. */
  loopsIn(op: Op): readonly LoopRange[] {
    return this.#inside.get(op) ?? this.positions.get(op)?.loops ?? [];
  }

  /** From when to when a fresh write changes one instance. */
  window(write: Write): Range | undefined {
    const made = write.origin === undefined ? undefined : this.positions.get(write.origin);
    if (made === undefined) return undefined;
    const { position } = write;
    return { first: made.order, last: position.loops[made.loops.length]?.last ?? position.order };
  }

  #visit(region: Region, loops: readonly LoopRange[], guard: Guard | undefined, growth: WrittenSlots): void {
    for (const op of region.ops) {
      const position: Position = { order: this.#order++, loops, guard };
      this.positions.set(op, position);
      for (const v of results(op)) this.#defined.set(v.id, position.order);
      this.#note(op);
      const slots = growth.slotsWritten(op);
      if (slots.length > 0) {
        const base = writtenBase(op);
        const write: Write = { op, position, origin: base === undefined ? undefined : this.origin(base) };
        for (const slot of slots) this.#add(slot, write);
      }
      if (op.kind === "call") this.calls.push({ callee: op.callee, order: position.order });
      if (op.kind === "if") {
        this.#visit(op.then, loops, { cond: op.cond, holds: true, outer: guard }, growth);
        this.#visit(op.else, loops, { cond: op.cond, holds: false, outer: guard }, growth);
        continue;
      }
      const range = op.kind === "for" || op.kind === "while" ? this.#open(op, position) : undefined;
      for (const inner of regions(op)) {
        for (const p of inner.params) this.#defined.set(p.id, position.order);
        this.#visit(inner, this.loopsIn(op), guard, growth);
      }
      if (range !== undefined) range.last = this.#order - 1;
    }
  }

  #open(op: For | While, { order, loops }: Position): LoopRange {
    const range: LoopRange = { op, first: order, last: order };
    this.#inside.set(op, [...loops, range]);
    return range;
  }

  #note(op: Op): void {
    switch (op.kind) {
      case "new":
      case "alloc":
      case "zeros":
      case "copy":
        this.#origins.set(op.result.id, op);
        break;
      case "cast": {
        const origin = this.origin(op.value);
        if (origin !== undefined) this.#origins.set(op.result.id, origin);
        break;
      }
      default:
    }
  }

  #add(slot: string, write: Write): void {
    this.own.add(slot);
    if (write.origin === undefined) this.ownShared.add(slot);
    const list = this.bySlot.get(slot);
    if (list === undefined) this.bySlot.set(slot, [write]);
    else list.push(write);
  }
}

/** What an operation writes into. */
export function writtenBase(op: Op): Value | undefined {
  return isDeletion(op) ? op.args.find((v) => isReference(v.type)) : storedInto(op);
}

/** The references that something is written into in a region, other than those to what the region itself has made. */
export function sharedBases(body: Region, note: (base: Value) => void, freshToo: boolean): void {
  const made = new Set<ValueId>();
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      if (op.kind === "new" || op.kind === "alloc" || op.kind === "zeros" || op.kind === "copy") made.add(op.result.id);
      else if (op.kind === "cast" && made.has(op.value.id)) made.add(op.result.id);
      const base = writtenBase(op);
      if (base !== undefined && (freshToo || !made.has(base.id))) note(base);
      for (const inner of regions(op)) visit(inner);
    }
  };
  visit(body);
}

/**
 * Does some function run again in the reverse sweep? Adjoints are then handed over object by object, those of what was given
 * too: it counts as overwritten wherever objects of its type are.
 */
export const runsAgain = (program: Program, names: readonly string[]): boolean =>
  names.some((name) => program.funcs.get(name)?.checkpoint === true);

export class ProgramWrites {
  readonly #functions = new Map<string, FunctionWrites>();
  readonly #written: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #shared: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #reached = new Map<string, ReadonlySet<string>>();
  /** Slots that some function writes, and that some function writes other than fresh. */
  readonly everywhere: ReadonlySet<string>;
  readonly everywhereShared: ReadonlySet<string>;

  constructor(program: Program, names: readonly string[], growth: Growth) {
    for (const name of names) {
      const func = program.funcs.get(name);
      if (func !== undefined) this.#functions.set(name, new FunctionWrites(func.body, growth));
    }
    this.#written = this.#withCallees((f) => f.own);
    this.#shared = this.#withCallees((f) => f.ownShared);
    this.everywhere = new Set([...this.#written.values()].flatMap((slots) => [...slots]));
    this.everywhereShared = new Set([...this.#shared.values()].flatMap((slots) => [...slots]));
  }

  function(name: string): FunctionWrites | undefined {
    return this.#functions.get(name);
  }

  functions(): Iterable<FunctionWrites> {
    return this.#functions.values();
  }

  /** Slots that a call of a function writes, in what it has made itself or not; or only those of which that is not known. */
  writtenBy(name: string, which: "all" | "shared"): ReadonlySet<string> {
    return (which === "all" ? this.#written : this.#shared).get(name) ?? new Set();
  }

  /** Does a call of one function lead to a call of the other, or is it one? */
  leadsTo(from: string, to: string): boolean {
    let reached = this.#reached.get(from);
    if (reached === undefined) {
      const found = new Set([from]);
      for (const name of found) for (const { callee } of this.#functions.get(name)?.calls ?? []) found.add(callee);
      this.#reached.set(from, (reached = found));
    }
    return reached.has(to);
  }

  #withCallees(of: (f: FunctionWrites) => ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<string>> {
    const all = new Map([...this.#functions].map(([name, f]) => [name, new Set(of(f))] as const));
    for (let changed = true; changed; ) {
      changed = false;
      for (const [name, slots] of all) {
        const before = slots.size;
        for (const { callee } of this.#functions.get(name)?.calls ?? [])
          for (const slot of all.get(callee) ?? []) slots.add(slot);
        changed ||= slots.size > before;
      }
    }
    return all;
  }
}

const known = new WeakMap<Growth, ProgramWrites>();

/** The writes of the program that `growth` is about. */
export function analyzeWrites(program: Program, names: readonly string[], growth: Growth): ProgramWrites {
  let found = known.get(growth);
  if (found === undefined) known.set(growth, (found = new ProgramWrites(program, names, growth)));
  return found;
}
