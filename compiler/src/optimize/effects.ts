/**
 * What operations and functions do to memory, and which places may be the same.
 *
 * Memory is divided into *areas*: the elements of all arrays of one type, one field of all records of one name, one
 * position of all tuples of one type. References of different areas are never the same object, because the IR is
 * nominally typed (types that casts lead between count as one, see `families.ts`). Within an area, objects are told apart by where they come from (`Origin`).
 */
import { storedInto } from "../ir/derive.js";
import type { Func, Op, Place, Program, Region, Type, Value, ValueId } from "../ir/ir.js";
import { fieldsWithin, num, present, type Records } from "../ir/types.js";
import { eachUse, operands, regions, results, walk } from "../ir/walk.js";
import { familyText } from "./families.js";

export type Area = string;

/**
 * What is known about where an object comes from. Objects made by one operation are different from those made by another
 * and from all that existed when the function was called; a *private* object moreover has no name but its own value.
 */
export type Origin =
  | { readonly kind: "private" | "made"; readonly id: ValueId }
  | { readonly kind: "outer" }
  | { readonly kind: "unknown" };

/** A place as far as aliasing can tell. */
export interface Site {
  readonly area: Area;
  readonly origin: Origin;
}

const unknownOrigin: Origin = { kind: "unknown" };

/** An origin as text. */
export function originKey(origin: Origin): string {
  return "id" in origin ? `${origin.kind} ${origin.id}` : origin.kind;
}

/** Can two objects of these origins be the same object? */
export function mayBeSame(a: Origin, b: Origin): boolean {
  if (a.kind === "private" || b.kind === "private") return originKey(a) === originKey(b);
  return a.kind === "unknown" || b.kind === "unknown" || originKey(a) === originKey(b);
}

/** The origins of the objects in a function. */
export class Origins {
  private readonly known = new Map<ValueId, Origin>();

  constructor(
    func: Func,
    private readonly records: Records,
  ) {
    for (const v of func.body.params) this.known.set(v.id, { kind: "outer" });
    const unescaped = privateAggregates(func);
    walk(func.body, (op) => {
      if (op.kind === "global") this.known.set(op.result.id, { kind: "outer" });
      if (op.kind === "cast") this.known.set(op.result.id, this.of(op.value));
      if (!makesFresh(op)) return;
      for (const { id } of results(op)) this.known.set(id, { kind: unescaped.has(id) ? "private" : "made", id });
    });
  }

  of(base: Value): Origin {
    return this.known.get(base.id) ?? unknownOrigin;
  }

  site(place: Place): Site {
    return { area: areaOf(place, this.records), origin: this.of(place.base) };
  }

  /** What a `length` depends on: the elements, because storing beyond the end of an array makes it longer. */
  lengthSite(array: Value): Site {
    return { area: `${familyText(array.type, this.records)}[]`, origin: this.of(array) };
  }
}

const viewsIn = new WeakMap<Program, boolean>();

/**
 * Does the program look at one memory through several typed arrays? Then elements of typed arrays under different indices
 * may be the same place, if the arrays are not the same.
 */
export function hasViews(program: Program): boolean {
  let found = viewsIn.get(program);
  if (found !== undefined) return found;
  found = false;
  for (const func of program.funcs.values()) {
    walk(func.body, (op) => {
      found ||= op.kind === "view";
    });
  }
  viewsIn.set(program, found);
  return found;
}

/** The area of a place. */
export function areaOf(place: Place, records: Records): Area {
  return `${familyText(place.base.type, records)}${place.kind === "elem" ? "[]" : `.${place.name}`}`;
}

/** The areas of an object of this type itself, each with the type of what it holds. */
function ownAreas(held: Type, records: Records): readonly { readonly area: Area; readonly holds: Type }[] {
  const type = present(held);
  const text = familyText(type, records);
  switch (type.kind) {
    case "array":
    case "dict":
      return [{ area: `${text}[]`, holds: type.elem }];
    case "typed":
      return [{ area: `${text}[]`, holds: num }];
    case "tuple":
      return type.elems.map((elem, k) => ({ area: `${text}.${k}`, holds: elem }));
    case "record":
      return fieldsWithin(type.name, records).map((f) => ({ area: `${text}.${f.name}`, holds: f.type }));
    default:
      return [];
  }
}

/** Every area that a structure of this type has, at any depth. */
function areasWithin(type: Type, records: Records, found: Set<Area> = new Set()): ReadonlySet<Area> {
  for (const { area, holds } of ownAreas(type, records)) {
    if (found.has(area)) continue;
    found.add(area);
    areasWithin(holds, records, found);
  }
  return found;
}

/** Does the result of this operation refer to memory nothing else refers to? */
export function makesFresh(op: Op | undefined): boolean {
  return op !== undefined && (op.kind === "new" || op.kind === "alloc" || op.kind === "copy" || op.kind === "zeros");
}

/** What a piece of code writes. */
export class Writes {
  /** Anything at all may be written (but for private objects). */
  everything = false;
  readonly sites = new Map<string, Site>();
  /** The areas written other than in private objects. */
  private readonly areas = new Set<Area>();

  static all(): Writes {
    const writes = new Writes();
    writes.everything = true;
    return writes;
  }

  add(site: Site): void {
    this.sites.set(`${site.area} ${originKey(site.origin)}`, site);
    if (site.origin.kind !== "private") this.areas.add(site.area);
  }

  /** Adds everything that `other` writes; true if that was anything new. */
  addAll(other: Writes): boolean {
    const before = this.sites.size;
    const grows = other.everything && !this.everything;
    if (other.everything) this.everything = true;
    for (const site of other.sites.values()) this.add(site);
    return grows || this.sites.size > before;
  }

  /** May what is read at this site be written? */
  mayWrite({ area, origin }: Site): boolean {
    if (this.sites.has(`${area} ${originKey(origin)}`)) return true;
    if (origin.kind === "private") return false;
    return this.everything || (origin.kind === "unknown" ? this.areas.has(area) : this.sites.has(`${area} unknown`));
  }
}

/** What calling a function does beyond computing its results. */
export interface FunctionEffects {
  readonly writes: Writes;
  /** May be left out when its results are not used: it writes nothing that outlives it, throws nothing and does nothing else. */
  removable: boolean;
}

/** The effects of functions, by name. */
export type EffectsTable = Pick<ReadonlyMap<string, FunctionEffects>, "get">;

/** The effects of every function of a program, found out when the first is asked for. */
export function functionEffects(program: Program): EffectsTable {
  let table: EffectsTable | undefined;
  return { get: (name) => (table ??= allEffects(program)).get(name) };
}

/** A fixpoint over the call graph that starts from "none". */
function allEffects(program: Program): EffectsTable {
  const effects = new Map<string, FunctionEffects>();
  const callers = new Map<string, Set<string>>();
  for (const [name, func] of program.funcs)
    effects.set(
      name,
      ownEffects(func, program.records, (callee) => add(callers, callee, name)),
    );
  const queue = [...effects.keys()];
  for (let callee = queue.pop(); callee !== undefined; callee = queue.pop()) {
    const from = effects.get(callee);
    if (from === undefined) continue;
    for (const caller of callers.get(callee) ?? []) {
      const into = effects.get(caller);
      if (into === undefined) continue;
      const grown = into.writes.addAll(from.writes);
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
  const origins = new Origins(func, records);
  const effects: FunctionEffects = { writes: new Writes(), removable: true };
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      const target = written(op);
      if (target !== undefined) effects.removable &&= isMadeHere(origins.of(target)) && !reachesFurther(op, records);
      else if (op.kind === "call") called(op.callee);
      else effects.removable &&= isRemovable(op);
      for (const site of writesOf(op, records, origins, nothingKnown).sites.values()) {
        // To a caller, an object of the callee's arguments is any object, and one made there did not exist.
        if (!isMadeHere(site.origin)) effects.writes.add({ area: site.area, origin: unknownOrigin });
      }
      if (op.kind === "foreign" && !op.pure) effects.writes.everything = true;
      // A closure runs later, if ever; making it does nothing.
      if (op.kind !== "closure") regions(op).forEach(visit);
    }
  };
  visit(func.body);
  return effects;
}

const isMadeHere = (origin: Origin): boolean => origin.kind === "private" || origin.kind === "made";
const nothingKnown: EffectsTable = new Map();

/** The aggregate that an operation writes, if it writes one. */
export function written(op: Op): Value | undefined {
  return op.kind === "addInto" || op.kind === "clear" ? op.target : storedInto(op);
}

/**
 * Does a write go beyond the object itself, to what that refers to? That may be anybody's, even if the object is new:
 * `addInto` and `clear` on a literal of parameters change the parameters.
 */
export function reachesFurther(op: Op, records: Records): boolean {
  if (op.kind !== "addInto" && op.kind !== "clear") return false;
  return ownAreas(op.target.type, records).some(
    ({ holds }) => ownAreas(holds, records).length > 0 || present(holds).kind === "record",
  );
}

/** Is it enough for an operation to be left out that its results are not used? (Writes, calls and the operations that own regions aside.) */
export function isRemovable(op: Op): boolean {
  switch (op.kind) {
    case "const":
    case "prim":
    case "load":
    case "length":
    case "view":
    case "cast":
    case "new":
    case "alloc":
    case "copy":
    case "zeros":
    case "export":
    case "share":
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
export function writesOf(op: Op, records: Records, origins: Origins, functions: EffectsTable): Writes {
  const writes = new Writes();
  switch (op.kind) {
    case "store":
    case "accum":
      writes.add(origins.site(op.place));
      break;
    case "resize":
      writes.add(origins.lengthSite(op.array));
      break;
    case "addInto":
    case "clear":
      // Deep: the object itself and everything its type lets it refer to.
      for (const { area, holds } of ownAreas(op.target.type, records)) {
        writes.add({ area, origin: origins.of(op.target) });
        for (const inner of areasWithin(holds, records)) writes.add({ area: inner, origin: unknownOrigin });
      }
      break;
    case "foreign":
      if (!op.pure) writes.everything = true;
      break;
    case "call":
      writes.addAll(functions.get(op.callee)?.writes ?? Writes.all());
      break;
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
  const total = new Writes();
  for (const op of region.ops) {
    if (op.kind === "prim" || op.kind === "const" || op.kind === "load") continue;
    total.addAll(writesOfOp(op));
    for (const inner of regions(op)) {
      regionWrites(inner, writesOfOp, table);
      const nested = table.get(inner);
      if (op.kind !== "closure" && nested !== undefined) total.addAll(nested);
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
      if (op.kind === "prim" || op.kind === "const" || op.kind === "load") continue;
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
    case "resize":
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
