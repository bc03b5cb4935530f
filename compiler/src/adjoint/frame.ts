/**
 * Frames: what connects a region of the forward sweep with the reversed region.
 *
 * Reverse code asks its frame for the forward values it needs (`resolve`) and gets placeholders. When the reversed region
 * is complete, `settle` decides for each value asked for how it becomes available: it is still in scope, it is computed
 * again at the top of the reversed region, it leaves an `if` as one more result, or it is saved on the tape at the end of
 * the forward region and restored at the start of the reversed one.
 */
import type { Decisions } from "./decisions.js";
import type { Stability } from "../analysis/stability.js";
import { Builder, like } from "../ir/build.js";
import type { For, Length, Load, Op, Region, Store, Type, Value, ValueId } from "../ir/ir.js";
import { primitives, type PrimName } from "../ir/primitives.js";
import { isReference } from "../ir/types.js";
import { mapOp, mapResults, operands } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A forward `if` under construction: arms can still export values. */
export interface OpenIf {
  readonly results: Value[];
  readonly yields: readonly (Value[] | null)[];
  readonly builders: readonly Builder[];
}

export interface Definition {
  readonly frame: Frame;
  /** The operation of the forward sweep that defines it; absent for parameters and results of calls and loops. */
  readonly op: Op | undefined;
  readonly order: number;
  /** For the load of a shadow reference: the load it mirrors. */
  readonly mirrors: Load | undefined;
}

/** State shared by the frames of one function. */
export class Frames {
  readonly definitions = new Map<ValueId, Definition>();
  /** Operations to stand directly before an operation of the forward sweep. */
  readonly before = new Map<Op, Op[]>();
  usesTape = false;
  /** Every value that reverse code has asked for. */
  readonly requested = new Set<ValueId>();
  /** What goes over the tape from the iterations of a loop, by the loop. */
  readonly savedIn = new Map<Op, Value[]>();
  #order = 0;

  constructor(
    readonly stability: Stability,
    readonly tapes: { readonly forward: Value; readonly reverse: Value },
    /** The reverse code may run several times. */
    private readonly repeatable: boolean,
    readonly decisions?: Decisions,
  ) {}

  define(v: Value, frame: Frame, op?: Op, mirrors?: Load): void {
    this.definitions.set(v.id, { frame, op, order: this.#order++, mirrors });
    if (op?.kind === "prim" && primitives[op.name].cost >= dear) frame.dear.set(primKey(op.name, op.args), v);
  }

  definition(v: Value): Definition {
    const found = this.definitions.get(v.id);
    invariant(found !== undefined, `no definition of ${v.hint ?? ""}#${v.id}`);
    return found;
  }

  /**
   * Stores of shadow references are undone by the reverse sweep, so a pullback that runs again finds another structure:
   * there only shadows of places that are never written are read again.
   */
  canReadAgain(load: Load, mirrors: Load | undefined, within: Op | undefined): boolean {
    if (mirrors === undefined) return this.isSteady(load, within);
    return this.repeatable ? this.stability.isConstant(mirrors) : this.stability.isStable(mirrors);
  }

  /** Does the place of a load or a length hold the same whenever the reverse code runs? */
  isSteady(read: Load | Length, within: Op | undefined): boolean {
    return this.stability.isStable(read, within) && !(this.repeatable && this.stability.isForeign(read));
  }

  /** Does a number that is stored stay there until the reverse code has run? */
  isKept(store: Store): boolean {
    return this.stability.isKept(store) && !(this.repeatable && this.stability.isForeign(store));
  }

  /** A dear function that the forward sweep has computed of the same values, in a region that has run when `frame` has. */
  computed(frame: Frame, name: PrimName, args: readonly Value[]): Value | undefined {
    if (primitives[name].cost < dear) return undefined;
    const key = primKey(name, args);
    for (let at: Frame | undefined = frame; at !== undefined; at = at.parent) {
      const found = at.dear.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The forward value `v` for use in reverse code that is being added to `at`. */
  resolve(v: Value, at: Builder): Value {
    const { op, frame } = this.definition(v);
    if (op?.kind === "const") return constant(at, op.value, v.type);
    this.requested.add(v.id);
    return frame.resolve(v);
  }
}

/** A constant of a given type (constants of reference types are the placeholders of values nobody reads). */
export function constant(at: Builder, v: (Op & { kind: "const" })["value"], type: Type): Value {
  const result = like({ id: 0 as ValueId, type });
  at.push({ kind: "const", value: v, result });
  return result;
}

export type FrameKind =
  /** The reverse code stands in the scope of the forward code. */
  | { readonly kind: "root" }
  /** The body of a function with separate halves: parameters are passed again, the rest goes on the tape. */
  | { readonly kind: "half" }
  | { readonly kind: "arm"; readonly owner: OpenIf; readonly index: number }
  | { readonly kind: "loop"; readonly index: Value | undefined; readonly op: Op }
  /** The body of a loop each iteration of which runs again in the reverse sweep, followed by its reversal in the same scope. */
  | { readonly kind: "fused"; readonly op: For };

/** What costs more than to be saved and restored. */
const dear = 7;

const primKey = (name: PrimName, args: readonly Value[]): string => [name, ...args.map((a) => a.id)].join(" ");

/** Cost, in additions, up to which a value is computed again rather than saved (one store and one load). */
const recomputeBudget = 6;

export class Frame {
  readonly forward: Builder;
  readonly reverse: Builder;
  /** Forward values asked for, with the values that stand for them in the reverse code. */
  readonly #requests = new Map<ValueId, { readonly source: Value; readonly placeholder: Value }>();
  readonly #recomputed: { readonly order: number; readonly ops: readonly Op[] }[] = [];
  readonly #saved: { readonly source: Value; readonly placeholder: Value }[] = [];
  /** Reverse code that makes what reverse code alone needs (shadows of local arrays). */
  readonly prologue = new Builder();
  /** Forward code that comes after all reverse code: it computes what the region yields, of sums that loops make there. */
  readonly late: Op[] = [];
  /** Numbers and flags saved by this region and by the arms in it, per execution. */
  numbers = 0;
  flags = 0;
  /** A loop or call inside saves too, so that space cannot be reserved for all of this region at once. */
  interleaved = false;

  /** Says so to this region and those around it. What an iteration that is reversed at once saves is gone when it ends. */
  interleave(): void {
    for (let at: Frame | undefined = this; at !== undefined && at.shape.kind !== "fused"; at = at.parent)
      at.interleaved = true;
  }

  /** Arms inside a loop body that save something: room for them is made with the loop's own, if it can be. */
  readonly savingArms: Frame[] = [];
  /** The index of a reversed loop body: the forward index of a `for`, the number of the iteration of a `while`. */
  reverseIndex: Value | undefined;
  /** Functions computed by this region that are dear, by name and operands. */
  readonly dear = new Map<string, Value>();
  /** Where this region first stores a number as it is. */
  readonly stored = new Map<ValueId, Store>();
  /** Parameters of a loop body that follow from the reverse index (counters): how to compute each. */
  readonly counters = new Map<ValueId, (at: Builder) => Value>();

  constructor(
    readonly frames: Frames,
    readonly shape: FrameKind,
    readonly parent: Frame | undefined,
    loc: Builder["loc"],
  ) {
    this.forward = new Builder(loc);
    this.reverse = new Builder(loc);
  }

  /** Does the reverse code see the values of the forward code, and does that run exactly once before it? */
  get isInScope(): boolean {
    return this.shape.kind === "root" || this.shape.kind === "fused";
  }

  /** As `isInScope`, or an arm in such a region, which can hand out its values. */
  get #inScope(): boolean {
    return this.isInScope || (this.shape.kind === "arm" && this.parent !== undefined && this.parent.#inScope);
  }

  /** The loop around this region whose iterations are reversed one by one. */
  get #within(): Op | undefined {
    let at: Frame | undefined = this;
    while (at !== undefined && at.shape.kind !== "fused") at = at.parent;
    return at?.shape.kind === "fused" ? at.shape.op : undefined;
  }

  isRequested(v: Value): boolean {
    return this.#requests.has(v.id);
  }

  resolve(v: Value): Value {
    if (this.isInScope) {
      this.frames.decisions?.settled(v, "kept", v);
      return v;
    }
    if (this.shape.kind === "loop" && this.shape.index?.id === v.id) {
      invariant(this.reverseIndex !== undefined, "reverse index is not there yet");
      return this.reverseIndex;
    }
    let request = this.#requests.get(v.id);
    if (request === undefined) {
      request = { source: v, placeholder: like(v) };
      this.#requests.set(v.id, request);
    }
    return request.placeholder;
  }

  /**
   * Decides about every value asked for. `passed` are values that reach the reverse code as parameters (of a half).
   * After this, `reversed()` is the code of the reversed region.
   */
  settle(yields: readonly Value[] | null, passed?: ReadonlySet<ValueId>): void {
    for (const { source, placeholder } of this.#requests.values()) {
      if (passed?.has(source.id) === true) continue;
      const isRecomputable = this.#isRecomputable(source);
      const kept = isRecomputable ? undefined : this.#keptIn(source);
      const how =
        isRecomputable || kept !== undefined
          ? "again"
          : this.#inScope && !isReference(source.type)
            ? "hoisted"
            : "saved";
      this.frames.decisions?.settled(source, how, placeholder);
      if (kept !== undefined) this.#readAgain(source, kept, placeholder);
      else if (how === "again") this.#recompute(source, placeholder);
      else if (how === "hoisted") this.#hoist(source, placeholder);
      else this.#saved.push({ source, placeholder });
    }
    if (this.#saved.length === 0) return;
    invariant(yields !== null, "a region that throws has nothing to save");
    this.frames.usesTape = true;
    for (let at: Frame | undefined = this; at !== undefined; at = at.parent) {
      if (at.shape.kind !== "loop") continue;
      let values = this.frames.savedIn.get(at.shape.op);
      if (values === undefined) this.frames.savedIn.set(at.shape.op, (values = []));
      for (const { source } of this.#saved) values.push(source);
    }
    for (const { source } of this.#saved) {
      if (source.type.kind === "num") this.numbers++;
      else if (source.type.kind === "bool") this.flags++;
    }
  }

  get savesAnything(): boolean {
    return this.#saved.length > 0;
  }

  /** The placeholder a parameter of a half has in the reverse code, if it was asked for. */
  placeholderOf(v: Value): Value | undefined {
    return this.#requests.get(v.id)?.placeholder;
  }

  /** Appends the save to the forward region; `reserved` when room for it has been made before. */
  save(reserved: boolean): void {
    if (this.#saved.length === 0) return;
    const tape = this.frames.tapes.forward;
    if (!reserved)
      reserve(this.forward, tape, this.forward.const(this.#count("num")), this.forward.const(this.#count("bool")));
    this.forward.push({ kind: "save", tape, values: this.#saved.map((s) => s.source) });
  }

  #count(kind: "num" | "bool"): number {
    return this.#saved.filter((s) => s.source.type.kind === kind).length;
  }

  /** The operations of the reversed region. */
  reversed(): readonly Op[] {
    const restore: Op[] =
      this.#saved.length === 0
        ? []
        : [{ kind: "restore", tape: this.frames.tapes.reverse, results: this.#saved.map((s) => s.placeholder) }];
    const again = [...this.#recomputed].sort((a, b) => a.order - b.order).flatMap((r) => r.ops);
    return [...restore, ...again, ...this.prologue.ops, ...this.reverse.ops, ...this.late];
  }

  #isRecomputable(v: Value): boolean {
    return (
      this.#cost(v, isReference(v.type) ? Number.POSITIVE_INFINITY : recomputeBudget, true) < Number.POSITIVE_INFINITY
    );
  }

  /** What it costs to have `v` in the reversed region without saving it; infinite when over budget or impossible. */
  #cost(v: Value, budget: number, top = false): number {
    const { op, frame, mirrors } = this.frames.definition(v);
    if (op?.kind === "const") return 0;
    // What a loop takes from outside is made available once for all its iterations.
    if (frame !== this) return this.shape.kind === "loop" || frame.#inScope || frame.#requests.has(v.id) ? 0 : 1;
    if (this.shape.kind === "loop" && this.shape.index?.id === v.id) return 0;
    if (!top && this.#requests.has(v.id)) return 0;
    if (this.counters.has(v.id)) return 2;
    if (op === undefined) return Number.POSITIVE_INFINITY;
    if (op.kind === "prim" && op.name === "isNullish" && !op.args.every((a) => this.#keepsAbsence(a)))
      return Number.POSITIVE_INFINITY;
    let cost: number;
    if (op.kind === "prim") cost = primitives[op.name].cost;
    else if (op.kind === "cast") cost = 0;
    else if (op.kind === "global" || (op.kind === "length" && this.frames.isSteady(op, this.#within))) cost = 1;
    else if (op.kind === "load" && this.frames.canReadAgain(op, mirrors, this.#within)) cost = 2;
    else return Number.POSITIVE_INFINITY;
    for (const operand of operands(op)) {
      if (cost > budget) return Number.POSITIVE_INFINITY;
      cost += this.#cost(operand, budget - cost);
    }
    return cost > budget ? Number.POSITIVE_INFINITY : cost;
  }

  /** A number that may be missing (an element past the end) comes back from the tape as NaN: it must not be tested again. */
  #keepsAbsence(v: Value): boolean {
    if (v.type.kind !== "num") return true;
    const { frame } = this.frames.definition(v);
    return frame === this ? this.#isRecomputable(v) : frame.#inScope;
  }

  /** A place where this region has put a number and from where the reverse sweep can read it. */
  #keptIn(v: Value): Store | undefined {
    const store = v.type.kind === "num" ? this.stored.get(v.id) : undefined;
    if (store === undefined || !this.frames.isKept(store)) return undefined;
    const { place } = store;
    const { order } = this.frames.definition(v);
    const address = place.kind === "elem" ? [place.base, place.index] : [place.base];
    // What is computed again of the number comes after it in the reverse code as in the forward code.
    return address.every((a) => this.frames.definition(a).order < order && this.#isAddress(a)) ? store : undefined;
  }

  #isAddress(v: Value): boolean {
    const { frame, op } = this.frames.definition(v);
    if (op?.kind === "const") return true;
    if (frame !== this) return this.shape.kind === "loop" || frame.#inScope || frame.#requests.has(v.id);
    return this.#requests.has(v.id) || this.#isRecomputable(v);
  }

  #readAgain(v: Value, { place }: Store, placeholder: Value): void {
    const { order } = this.frames.definition(v);
    const again = new Builder(this.forward.loc);
    const base = this.frames.resolve(place.base, again);
    const from =
      place.kind === "elem" ? { ...place, base, index: this.frames.resolve(place.index, again) } : { ...place, base };
    again.push({ kind: "load", place: from, result: placeholder });
    this.#recomputed.push({ order, ops: again.ops });
  }

  #recompute(v: Value, placeholder: Value): void {
    const { op, order } = this.frames.definition(v);
    const counter = this.counters.get(v.id);
    if (counter !== undefined) {
      const at = new Builder();
      counter(at);
      const last = at.ops.pop();
      invariant(last !== undefined, "a counter is computed");
      this.#recomputed.push({ order, ops: [...at.ops, mapResults(last, () => placeholder)] });
      return;
    }
    invariant(op !== undefined, "nothing to compute again");
    const again = new Builder(op.loc);
    const copy = mapOp(
      op,
      (operand) => this.frames.resolve(operand, again),
      (r) => r,
    );
    again.push(mapResults(copy, () => placeholder));
    this.#recomputed.push({ order, ops: again.ops });
  }

  /** The value leaves the forward `if` as one more result. */
  #hoist(v: Value, placeholder: Value): void {
    invariant(this.shape.kind === "arm" && this.parent !== undefined, "only arms hoist");
    const { owner, index } = this.shape;
    const outer = this.parent.isInScope ? placeholder : like(placeholder);
    owner.results.push(outer);
    owner.yields.forEach((yields, i) => {
      const builder = owner.builders[i];
      if (yields === null || builder === undefined) return;
      yields.push(i === index ? v : constant(builder, placeholderOf(v.type), v.type));
    });
    if (outer !== placeholder) {
      // The `if` stands in an arm itself: the arm around it hands the value on.
      this.frames.define(outer, this.parent);
      this.parent.#requests.set(outer.id, { source: outer, placeholder });
    }
  }
}

/** What stands for a value nobody reads. */
export function placeholderOf(type: Type): (Op & { kind: "const" })["value"] {
  if (type.kind === "bool") return false;
  if (type.kind === "num") return 0;
  if (type.kind === "str") return "";
  return type.kind === "maybe" && type.absent === "null" ? null : undefined;
}

/** Makes room on a tape, unless there is nothing to make room for. */
export function reserve(b: Builder, tape: Value, numbers: Value, flags: Value): void {
  b.push({ kind: "reserve", tape, numbers, flags });
}

/** A region whose list of yields can still grow. */
export function openRegion(params: readonly Value[], builder: Builder, yields: Value[] | null): Mutable<Region> {
  return { params, ops: builder.ops, yields };
}
