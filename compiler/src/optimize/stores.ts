/**
 * **Purpose** Keeps in scalars what straight-line code writes to memory only to read or overwrite it again: typical of
 * adjoints (`dx[i] += a; t = dx[i]; dx[i] = 0`).
 * **Needs** Verified IR; works best after `cse`, which makes equal places equal.
 * **Guarantees** The same memory whenever anything else can look at it, to the last bit; the same results and effects. An
 * element that is out of range stays so: what is read after an accumulation is computed from what was read before it.
 * (Exceptions count as looking only where the program throws them, not where strict types rule them out.)
 * (Zero plus an addend is the addend itself where the zero was stored in an adjoint made by `zeros`: the sign of a zero
 * adjoint does not count.)
 * **How** Per region, remembers for each place its last write as long as nothing else may have read it, and what was read
 * there as long as nothing else may have been written. Elements of one array are told apart by their indices.
 *
 *     accum P += a; t = load P   →  old = load P; t = add old a; store P = t
 *     store P = a; accum P += b  →  t = add a b; store P = t
 *     accum P += a; accum P += b →  old = load P; s = add old a; t = add s b; store P = t
 *     store P = a; store P = b   →  store P = b            (also where the first is an accum)
 *     t = load P; accum P += a   →  t = load P; s = add t a; store P = s
 *     t = load P; store P = t    →  t = load P             (also where writes between were taken out)
 */
import { Builder } from "../ir/build.js";
import type { Accum, Func, Load, Op, Place, Program, Region, Store, Value, ValueId } from "../ir/ir.js";
import { Elements } from "../analysis/elements.js";
import { num, type Records } from "../ir/types.js";
import { placeType } from "../ir/derive.js";
import { mapOp, regions, results } from "../ir/walk.js";
import { areaOf, hasViews, Origins, type Site } from "./effects.js";
import { type Held, HeldPlaces } from "./held.js";
import { asksForMissing } from "./existing.js";
import { mapFuncs } from "./pass.js";
import { Provenance } from "./provenance.js";
import { Resolution } from "./resolution.js";
import { invariant } from "../support/invariant.js";

/** Writes remembered per area at one time; keeps the pass linear. */
const maxPending = 16;

export function forwardStores(program: Program): Program {
  return mapFuncs(program, (func) => ({
    ...func,
    body: new Forwarder(func, program.records, hasViews(program)).region(func.body),
  }));
}

/** The last write to a place, which nothing has read yet. */
interface Pending {
  readonly site: Site;
  readonly literal: number | undefined;
  readonly place: Place;
  /** What wrote it, as it was given. */
  readonly op: Op;
  /** The slot it stands in. */
  readonly at: number;
  readonly kind: "store" | "accum";
  /** What was stored or added; `undefined` when something else may have written the place since. */
  readonly value: Value | undefined;
  /** A read gives exactly the value stored: it was computed from what was there. */
  readonly isExact: boolean;
}

/** The operations made so far; each of those read becomes some. A write that is remembered is the last of its slot. */
type Slots = (readonly Op[])[];

class Forwarder {
  private readonly origins: Origins;
  private readonly provenance: Provenance;
  private readonly resolution = new Resolution();
  private readonly literals = new Map<ValueId, number>();
  private readonly adjoints = new Set<ValueId>();
  /** Areas that the operations of a region touch at any depth; `undefined`: anything. */
  private readonly touched = new Map<Region, ReadonlySet<string> | undefined>();
  private pending = new Map<string, Map<string, Pending>>();
  private held = new HeldPlaces();
  private elements: Elements | undefined;
  private readonly asksForMissing: boolean;
  /** The operation at hand, as it was given. */
  private current: Op | undefined;

  constructor(
    private readonly func: Func,
    private readonly records: Records,
    private readonly hasViews: boolean,
  ) {
    this.origins = new Origins(func, records);
    this.provenance = new Provenance(func, this.origins);
    this.findTouched(func.body);
    this.asksForMissing = asksForMissing(func.body);
  }

  region(region: Region): Region {
    const { pending, held } = this;
    this.pending = new Map();
    this.held = new HeldPlaces();
    const slots: Slots = [];
    for (const op of region.ops) this.op(op, slots);
    this.pending = pending;
    this.held = held;
    return {
      params: region.params,
      ops: slots.flat(),
      yields: region.yields === null ? null : region.yields.map(this.use),
    };
  }

  private readonly use = (v: Value): Value => this.resolution.of(v);

  private op(original: Op, slots: Slots): void {
    for (const inner of regions(original)) this.settleRegion(inner);
    const op = mapOp(original, this.use, (r) => this.region(r));
    this.current = original;
    switch (op.kind) {
      case "const":
        if (typeof op.value === "number") this.literals.set(op.result.id, op.value);
        slots.push([op]);
        break;
      case "load":
        this.load(op, slots);
        break;
      case "store":
        this.store(op, slots);
        break;
      case "accum":
        this.accum(op, slots);
        break;
      default:
        if (holdsAdjoints(op)) for (const v of results(op)) this.adjoints.add(v.id);
        this.settle(touches(op, this.records));
        slots.push([op]);
    }
  }

  // ------------------------------------------------------------------------------------------------------- places

  private key(place: Place): string {
    if (place.kind === "field") return `${place.base.id}.${place.name}`;
    const literal = this.literal(place);
    return `${place.base.id}[${literal === undefined ? `%${place.index.id}` : literal}]`;
  }

  private literal(place: Place): number | undefined {
    const literal = place.kind === "elem" ? this.literals.get(place.index.id) : 0;
    return literal === undefined ? undefined : literal + 0;
  }

  private find(place: Place): Pending | undefined {
    return this.pending.get(this.origins.site(place).area)?.get(this.key(place));
  }

  private remember(place: Place, made: Pick<Pending, "at" | "kind" | "value" | "isExact">): void {
    const site = this.origins.site(place);
    const inArea = this.pending.get(site.area) ?? new Map<string, Pending>();
    this.pending.set(site.area, inArea);
    const [oldest] = inArea.keys();
    if (inArea.size >= maxPending && oldest !== undefined) inArea.delete(oldest);
    const op = this.current;
    invariant(op !== undefined, "what is remembered is an operation's");
    inArea.set(this.key(place), { site, literal: this.literal(place), place, op, ...made });
  }

  /** Calls `visit` for the remembered writes that may be to this place under another name. */
  private others(place: Place, visit: (inArea: Map<string, Pending>, key: string, pending: Pending) => void): void {
    const own = this.key(place);
    const inArea = this.pending.get(this.origins.site(place).area);
    if (inArea === undefined) return;
    for (const [key, pending] of inArea)
      if (key !== own && this.mayMeet(place, pending.place, pending.literal, pending.op)) visit(inArea, key, pending);
  }

  /** May a place be the same as another of its area, which an earlier operation of the region touched? */
  private mayMeet(place: Place, earlier: Place, earlierLiteral: number | undefined, by: Op): boolean {
    if (!this.provenance.mayBeSame(place.base, earlier.base)) return false;
    const literal = this.literal(place);
    const mayShift = this.hasViews && place.base.type.kind === "typed" && place.base.id !== earlier.base.id;
    if (mayShift) return true;
    if (literal !== undefined && earlierLiteral !== undefined) return literal === earlierLiteral;
    const { current } = this;
    if (current === undefined || place.kind !== "elem") return true;
    this.elements ??= new Elements(this.func, this.hasViews);
    return !this.elements.areApartAtOnce(earlier, by, place, current);
  }

  /** Something may read what was written under other names. */
  private read(place: Place): void {
    this.others(place, (inArea, key) => inArea.delete(key));
  }

  /** Something writes a place that may have other names: their contents are unknown from here on. */
  private overwritten(place: Place): void {
    const { area } = this.origins.site(place);
    this.held.written(area, this.key(place), (held) => this.mayMeet(place, held.place, held.literal, held.read));
    this.others(place, (inArea, key, pending) => inArea.set(key, { ...pending, value: undefined }));
  }

  /** Something may look at these areas (`undefined`: at everything). */
  private settle(areas: ReadonlySet<string> | undefined): void {
    this.held.forget(areas);
    if (areas === undefined) this.pending.clear();
    else for (const area of areas) this.pending.delete(area);
  }

  private settleRegion(region: Region): void {
    this.settle(this.touched.get(region));
  }

  /** Is what is read from a place what was stored there, if there is such an element at all? */
  private isPlain(place: Place): boolean {
    const { type } = place.base;
    if (type.kind === "typed") return type.name === "Float64Array";
    if (type.kind !== "record" || place.kind !== "field") return true;
    return this.records.get(type.name)?.fields.some((f) => f.name === place.name && f.noDiff === true) !== true;
  }

  /** What may be absent is not computed with: `accum` and `orZero` find 0 there. */
  private mayBeAbsent(place: Place): boolean {
    return placeType(place, this.records)?.kind === "maybe";
  }

  // --------------------------------------------------------------------------------------------------- operations

  private load(op: Load, slots: Slots): void {
    const pending = this.find(op.place);
    // Past the end of a typed array is nothing, also behind a write.
    const mayBeMissing = op.place.base.type.kind === "typed" && this.asksForMissing;
    if (pending?.value !== undefined && !mayBeMissing && this.isPlain(op.place) && !this.mayBeAbsent(op.place)) {
      if (pending.kind === "accum") {
        this.resolution.set(op.result, this.turnIntoStore(pending, pending.value, op.result, slots));
        return;
      }
      if (pending.isExact || op.place.kind === "field" || op.place.base.type.kind === "array") {
        this.resolution.set(op.result, pending.value);
        return;
      }
    }
    this.forget(op.place);
    this.read(op.place);
    this.hold(op);
    slots.push([op]);
  }

  /** Remembers what a place holds. An array would get an element by writing back what was read where there is none. */
  private hold(op: Load): void {
    const { place } = op;
    const mayGrow = place.base.type.kind === "array" && op.orZero === true;
    if (place.base.type.kind === "dict" || mayGrow || this.mayBeAbsent(place) || !this.isPlain(place)) return;
    const read = this.current;
    invariant(read !== undefined, "what is held was read by an operation");
    const held: Held = {
      place,
      read,
      value: op.result,
      literal: this.literal(place),
      isExact: op.orZero !== true,
      cover: undefined,
    };
    this.held.note(this.origins.site(place).area, this.key(place), held);
  }

  /** What a place holds where nothing was written since it was read, but what stands in the slot `except`. */
  private heldAt(place: Place, except?: number): Held | undefined {
    return this.held.find(this.origins.site(place).area, this.key(place), except);
  }

  private forget(place: Place): void {
    this.pending.get(this.origins.site(place).area)?.delete(this.key(place));
  }

  /** Makes an accumulation that is remembered a store of a sum that is known, and returns that. */
  private turnIntoStore(pending: Pending, amount: Value, named: Value | undefined, slots: Slots): Value {
    const b = new Builder(slots[pending.at]?.at(-1)?.loc);
    const before = b.load(pending.place, num);
    const sum = b.prim("add", [before, amount], named?.hint);
    b.store(pending.place, sum);
    // They stand at the place of the accumulation, so that nothing moves.
    slots[pending.at] = b.ops;
    this.remember(pending.place, { at: pending.at, kind: "store", value: sum, isExact: true });
    return sum;
  }

  /** Takes out a write that another one covers; not where the write may make a member, which then stands before others. */
  private drop(pending: Pending, slots: Slots): boolean {
    const { base, kind } = pending.place;
    if (base.type.kind === "dict" || (kind === "field" && this.mayBeAbsent(pending.place))) return false;
    slots[pending.at] = slots[pending.at]?.slice(0, -1) ?? [];
    return true;
  }

  /** Writes a place, after `ops`. The write that it covers is taken out; where what is written is there then, so is this one. */
  private write(
    op: Store | Accum,
    covers: Pending | undefined,
    ops: readonly Op[],
    slots: Slots,
    isExact: boolean,
  ): void {
    const { place, value } = op;
    const dropped = covers !== undefined && this.drop(covers, slots) ? covers.at : undefined;
    const { area } = this.origins.site(place);
    const key = this.key(place);
    this.forget(place);
    if (op.kind === "store" && this.heldAt(place, dropped)?.value.id === value.id) {
      this.held.cover(area, key, undefined, dropped);
      slots.push(ops);
      return;
    }
    this.overwritten(place);
    this.remember(place, { at: slots.length, kind: op.kind, value, isExact });
    this.held.cover(area, key, slots.length, dropped);
    slots.push([...ops, op]);
  }

  private store(op: Store, slots: Slots): void {
    if (op.grows === true) {
      // It stays where it is: it changes the length, and the order of pushes is the order of the elements.
      this.settle(touches(op, this.records));
      slots.push([op]);
      return;
    }
    this.write(op, this.find(op.place), [], slots, false);
  }

  private accum(op: Accum, slots: Slots): void {
    const { place } = op;
    const pending = this.find(place);
    if (this.mayBeAbsent(place)) {
      this.settle(touches(op, this.records));
      slots.push([op]);
      return;
    }
    const held = this.heldAt(place, pending?.kind === "accum" ? pending.at : undefined);
    const isKnown = pending === undefined ? held !== undefined : pending.value !== undefined;
    if (!isKnown || !this.isPlain(place)) {
      this.read(place);
      this.write(op, undefined, [], slots, false);
      return;
    }
    const b = new Builder(op.loc);
    const there = (): Value => held?.value ?? b.load(place, num);
    let before = pending?.kind === "store" && pending.value !== undefined ? pending.value : there();
    if (pending?.kind === "accum" && pending.value !== undefined) before = b.prim("add", [before, pending.value]);
    const isZero = pending?.kind === "store" && this.adjoints.has(place.base.id) && this.literals.get(before.id) === 0;
    const sum = isZero ? op.value : b.prim("add", [before, op.value]);
    const isExact = pending?.kind === "store" ? pending.isExact : held?.isExact !== false;
    this.write(
      { kind: "store", place, value: sum, ...(op.loc === undefined ? {} : { loc: op.loc }) },
      pending,
      b.ops,
      slots,
      isExact,
    );
  }

  // ------------------------------------------------------------------------------------------------------ touching

  private findTouched(region: Region): ReadonlySet<string> | undefined {
    const all = new Set<string>();
    let anything = false;
    const add = (areas: ReadonlySet<string> | undefined): void => {
      if (areas === undefined) anything = true;
      else for (const area of areas) all.add(area);
    };
    for (const op of region.ops) {
      add(touches(op, this.records));
      for (const inner of regions(op)) add(this.findTouched(inner));
    }
    const found = anything ? undefined : all;
    this.touched.set(region, found);
    return found;
  }
}

/** Is what an operation makes full of adjoints? */
function holdsAdjoints(op: Op): boolean {
  return (
    op.kind === "zeros" || (op.kind === "share" && op.make === "zeros") || (op.kind === "alloc" && op.adjoint === true)
  );
}

const nothing: ReadonlySet<string> = new Set();

/** The areas of memory that an operation itself looks at or changes; `undefined`: possibly all. */
function touches(op: Op, records: Records): ReadonlySet<string> | undefined {
  switch (op.kind) {
    case "load":
    case "store":
    case "accum":
      return new Set([areaOf(op.place, records)]);
    case "length":
    case "resize":
      // A typed array has a length of its own; that of an array grows with what is stored.
      return op.array.type.kind === "typed"
        ? nothing
        : new Set([areaOf({ kind: "elem", base: op.array, index: op.array }, records)]);
    case "zeros":
      return op.like.type.kind === "typed" ? nothing : undefined;
    case "const":
    case "prim":
    case "cast":
    case "global":
    case "view":
    case "new":
    case "alloc":
    case "if":
    case "for":
    case "while":
    case "openTape":
    case "closeTape":
    case "tapeTop":
    case "tapeRewind":
    case "reserve":
    case "save":
    case "restore":
      return nothing;
    default:
      return undefined;
  }
}
