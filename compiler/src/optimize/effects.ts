/**
 * What operations and functions do to memory, and which places may be the same.
 *
 * Memory is divided into *areas*: the elements of all arrays of one type, one field of all records of one name, one
 * position of all tuples of one type. References of different areas are never the same object, because the IR is
 * nominally typed. An aggregate made in a function that never escapes (only read and written through its own value) has
 * areas of its own.
 */
import type { Func, Op, Place, Program, Region, Type, Value, ValueId } from "../ir/ir.js";
import { type Records, typeText } from "../ir/types.js";
import { eachUse, operands, regions } from "../ir/walk.js";

export type Area = string;

/** The area of a place. */
export function areaOf(place: Place, isPrivate: (base: Value) => boolean): Area {
  const whole = isPrivate(place.base) ? `#${place.base.id}` : typeText(place.base.type);
  return place.kind === "elem" ? `${whole}[]` : `${whole}.${place.name}`;
}

/** The area a `length` is read from: the elements, because storing beyond the end of an array makes it longer. */
export function lengthArea(array: Value, isPrivate: (base: Value) => boolean): Area {
  return `${isPrivate(array) ? `#${array.id}` : typeText(array.type)}[]`;
}

/** Every area that a structure of this type has, at any depth. */
export function areasWithin(type: Type, records: Records, found: Set<Area> = new Set()): ReadonlySet<Area> {
  const text = typeText(type);
  switch (type.kind) {
    case "array":
      if (found.has(`${text}[]`)) break;
      found.add(`${text}[]`);
      areasWithin(type.elem, records, found);
      break;
    case "typed":
      found.add(`${text}[]`);
      break;
    case "tuple":
      type.elems.forEach((elem, k) => {
        found.add(`${text}.${k}`);
        areasWithin(elem, records, found);
      });
      break;
    case "record":
      for (const field of records.get(type.name)?.fields ?? []) {
        if (found.has(`${text}.${field.name}`)) continue;
        found.add(`${text}.${field.name}`);
        areasWithin(field.type, records, found);
      }
      break;
    default:
  }
  return found;
}

/** Does the result of this operation refer to memory nothing else refers to? */
export function makesFresh(op: Op | undefined): boolean {
  return op !== undefined && (op.kind === "new" || op.kind === "alloc" || op.kind === "copy" || op.kind === "zeros");
}

/** What a piece of code writes. */
export interface Writes {
  /** Anything at all may be written (but for private aggregates). */
  everything: boolean;
  readonly areas: Set<Area>;
}

export const noWrites = (): Writes => ({ everything: false, areas: new Set() });

export function addWrites(into: Writes, from: Writes): boolean {
  const before = into.areas.size;
  const grows = from.everything && !into.everything;
  if (from.everything) into.everything = true;
  for (const area of from.areas) into.areas.add(area);
  return grows || into.areas.size > before;
}

/** Does `area` belong to a private aggregate? Such areas survive calls and foreign code. */
export const isPrivateArea = (area: Area): boolean => area.startsWith("#");

/** What calling a function does beyond computing its results. */
export interface FunctionEffects {
  readonly writes: Writes;
  /** May be left out when its results are not used: it writes nothing that outlives it, throws nothing and does nothing else. */
  removable: boolean;
}

/** The effects of every function of a program: a fixpoint over the call graph that starts from "none". */
export function functionEffects(program: Program): ReadonlyMap<string, FunctionEffects> {
  const effects = new Map<string, FunctionEffects>();
  const callers = new Map<string, Set<string>>();
  for (const [name, func] of program.funcs) effects.set(name, ownEffects(func, program.records, (callee) => add(callers, callee, name)));
  const queue = [...effects.keys()];
  for (let callee = queue.pop(); callee !== undefined; callee = queue.pop()) {
    const from = effects.get(callee);
    if (from === undefined) continue;
    for (const caller of callers.get(callee) ?? []) {
      const into = effects.get(caller);
      if (into === undefined) continue;
      const grown = addWrites(into.writes, from.writes);
      const spoilt = into.removable && !from.removable;
      if (spoilt) into.removable = false;
      if (grown || spoilt) queue.push(caller);
    }
  }
  return effects;
}

function add(callers: Map<string, Set<string>>, callee: string, caller: string): void {
  const found = callers.get(callee);
  if (found === undefined) callers.set(callee, new Set([caller]));
  else found.add(caller);
}

/** What the operations of a function do themselves, calls aside. */
function ownEffects(func: Func, records: Records, called: (callee: string) => void): FunctionEffects {
  const fresh = new Set<ValueId>();
  const effects: FunctionEffects = { writes: noWrites(), removable: true };
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      if (makesFresh(op) && "result" in op && op.result !== undefined) fresh.add(op.result.id);
      const target = written(op);
      if (target !== undefined) {
        // What hangs below a fresh aggregate may be anybody's: only the aggregate itself is known to be new.
        if (!fresh.has(target.id)) effects.removable = false;
        addWrites(effects.writes, writesOf(op, records, (v) => fresh.has(v.id), nothingKnown));
      } else if (op.kind === "call") called(op.callee);
      else if (!isRemovable(op)) effects.removable = false;
      if (op.kind === "foreign" && !op.pure) effects.writes.everything = true;
      // A closure runs later, if ever; making it does nothing.
      if (op.kind !== "closure") regions(op).forEach(visit);
    }
  };
  visit(func.body);
  for (const area of [...effects.writes.areas]) if (isPrivateArea(area)) effects.writes.areas.delete(area);
  return effects;
}

const nothingKnown: ReadonlyMap<string, FunctionEffects> = new Map();

/** The aggregate that an operation writes, if it writes one. */
export function written(op: Op): Value | undefined {
  switch (op.kind) {
    case "store":
    case "accum":
      return op.place.base;
    case "addInto":
    case "clear":
      return op.target;
    default:
      return undefined;
  }
}

/** Is it enough for an operation to be left out that its results are not used? (Writes, calls and the operations that own regions aside.) */
export function isRemovable(op: Op): boolean {
  switch (op.kind) {
    case "const":
    case "prim":
    case "load":
    case "length":
    case "new":
    case "alloc":
    case "copy":
    case "zeros":
    case "export":
    case "global":
    case "closure":
    case "tapeTop":
    case "if":
    case "for":
    case "while":
      return true;
    case "foreign":
      return op.pure;
    default:
      return false;
  }
}

/** What one operation writes itself, not in its regions. */
export function writesOf(
  op: Op,
  records: Records,
  isPrivate: (base: Value) => boolean,
  functions: ReadonlyMap<string, FunctionEffects>,
): Writes {
  const writes = noWrites();
  switch (op.kind) {
    case "store":
    case "accum":
      writes.areas.add(areaOf(op.place, isPrivate));
      break;
    case "addInto":
    case "clear": {
      // Deep: the aggregate itself and everything its type lets it refer to.
      for (const area of areasWithin(op.target.type, records)) writes.areas.add(area);
      if (isPrivate(op.target)) {
        const prefix = typeText(op.target.type);
        for (const area of [...writes.areas]) {
          if (area.startsWith(prefix)) writes.areas.add(`#${op.target.id}${area.slice(prefix.length)}`);
        }
      }
      break;
    }
    case "foreign":
      if (!op.pure) writes.everything = true;
      break;
    case "call": {
      const callee = functions.get(op.callee);
      if (callee === undefined) writes.everything = true;
      else addWrites(writes, callee.writes);
      break;
    }
    default:
  }
  return writes;
}

/** What the operations of a region and of the regions inside it write, for every region of a function. Closures write when they are called, not here. */
export function regionWrites(
  region: Region,
  writesOfOp: (op: Op) => Writes,
  table: Map<Region, Writes> = new Map(),
): ReadonlyMap<Region, Writes> {
  const total = noWrites();
  for (const op of region.ops) {
    addWrites(total, writesOfOp(op));
    for (const inner of regions(op)) {
      regionWrites(inner, writesOfOp, table);
      const nested = table.get(inner);
      if (op.kind !== "closure" && nested !== undefined) addWrites(total, nested);
    }
  }
  table.set(region, total);
  return table;
}

/**
 * The aggregates made in a function that nothing else refers to while it runs: every use of the value reads or writes
 * through it, or copies it, or returns it at the very end.
 */
export function privateAggregates(func: Func): ReadonlySet<ValueId> {
  const made = new Set<ValueId>();
  const escaped = new Set<ValueId>();
  const visit = (region: Region, isBody: boolean): void => {
    for (const op of region.ops) {
      if (makesFresh(op) && "result" in op && op.result !== undefined) made.add(op.result.id);
      for (const v of escaping(op)) escaped.add(v.id);
      if (op.kind === "closure") eachUse(op.body, (v) => escaped.add(v.id));
      for (const inner of regions(op)) visit(inner, false);
    }
    if (!isBody) region.yields?.forEach((v) => escaped.add(v.id));
  };
  visit(func.body, true);
  for (const id of escaped) made.delete(id);
  return made;
}

/** The operands of which a second reference may exist afterwards. */
function escaping(op: Op): readonly Value[] {
  switch (op.kind) {
    case "load":
    case "length":
    case "copy":
    case "zeros":
    case "accum":
    case "addInto":
    case "clear":
    case "prim":
      return [];
    case "store":
      return [op.value];
    default:
      return operands(op);
  }
}
