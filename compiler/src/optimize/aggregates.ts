/**
 * Which tuples, records and short arrays of a function can be taken apart into scalars (see `scalarize.ts`).
 *
 * Values that may be the same object, through `if` results and carried values, form one class. A class can be taken apart
 * if every object in it is made here, and no use needs the object itself: only its members are read and written, at known
 * positions. If something writes, the class must be a single value, for then the object has one name.
 */
import type { Func, Op, Place, Region, Type, Value, ValueId } from "../ir/ir.js";
import { placeType } from "../ir/derive.js";
import { isReference, type Records, shadowType } from "../ir/types.js";
import { operands, regions, results } from "../ir/walk.js";

/** More members than this stay in memory. */
const maxMembers = 16;

/** The type and name of each member of an aggregate. */
export interface MemberShape {
  readonly name: string;
  readonly type: Type;
  readonly noDiff: boolean;
}

/** The members of an aggregate type; an array's are those of `length` elements. */
export function memberShapes(type: Type, records: Records, length: number): readonly MemberShape[] {
  switch (type.kind) {
    case "tuple":
      return type.elems.map((elem, k) => ({ name: `${k}`, type: elem, noDiff: false }));
    case "record":
      return (records.get(type.name)?.fields ?? []).map((f) => ({
        name: f.name,
        type: f.type,
        noDiff: f.noDiff === true,
      }));
    case "array":
    case "typed": {
      const elem: Type = type.kind === "array" ? type.elem : { kind: "num" };
      return Array.from({ length }, (_, k) => ({ name: `${k}`, type: elem, noDiff: false }));
    }
    default:
      return [];
  }
}

/** What is known about one value, merged over its class in the end. */
interface Facts {
  count: number;
  bad: boolean;
  written: boolean;
  /** Yielded by the function. */
  leaves: boolean;
  length: number | undefined;
  highestIndex: number;
}

export interface Aggregate {
  readonly shapes: readonly MemberShape[];
  readonly written: boolean;
}

/** The aggregates of a function that can be taken apart, by value. */
export function separableAggregates(func: Func, records: Records): ReadonlyMap<ValueId, Aggregate> {
  return new Analysis(records).run(func);
}

class Analysis {
  private readonly parents = new Map<ValueId, ValueId>();
  private readonly facts = new Map<ValueId, Facts>();
  private readonly types = new Map<ValueId, Type>();
  private readonly literals = new Map<ValueId, unknown>();
  /** The closure each value is made in. */
  private readonly madeIn = new Map<ValueId, Op | undefined>();
  /** Values read in another closure than they are made in. */
  private readonly captured = new Set<ValueId>();

  constructor(private readonly records: Records) {}

  run(func: Func): ReadonlyMap<ValueId, Aggregate> {
    func.body.params.forEach((v) => this.bad(v));
    this.region(func.body, undefined);
    this.leaving(func.body.yields);
    const found = new Map<ValueId, Aggregate>();
    for (const [id, type] of this.types) {
      const facts = this.factsOf(this.root(id));
      const shapes = memberShapes(type, this.records, facts.length ?? 0);
      if (this.isSeparable(id, facts, shapes)) found.set(id, { shapes, written: facts.written });
    }
    return found;
  }

  private isSeparable(id: ValueId, facts: Facts, shapes: readonly MemberShape[]): boolean {
    if (facts.bad || shapes.length > maxMembers || facts.highestIndex >= shapes.length) return false;
    if (facts.written && (facts.count > 1 || this.captured.has(id))) return false;
    // Put together where it is taken apart: nothing would be gained.
    if (facts.leaves && !facts.written && facts.count === 1) return false;
    // What is stored in a constant member is a constant: scalars can be marked so, structures cannot.
    return shapes.every((shape) => !shape.noDiff || !(isReference(shape.type) || shape.type.kind === "maybe"));
  }

  // ------------------------------------------------------------------------------------------------------- classes

  private root(id: ValueId): ValueId {
    let at = id;
    for (let up = this.parents.get(at); up !== undefined; up = this.parents.get(at)) {
      const above = this.parents.get(up);
      if (above !== undefined) this.parents.set(at, above);
      at = up;
    }
    return at;
  }

  private factsOf(id: ValueId): Facts {
    const found = this.facts.get(id);
    if (found !== undefined) return found;
    const made: Facts = { count: 1, bad: false, written: false, leaves: false, length: undefined, highestIndex: -1 };
    this.facts.set(id, made);
    return made;
  }

  private of(v: Value): Facts {
    this.types.set(v.id, v.type);
    return this.factsOf(this.root(v.id));
  }

  private bad(v: Value): void {
    if (isReference(v.type)) this.of(v).bad = true;
  }

  private unite(a: Value | undefined, b: Value | undefined): void {
    if (a === undefined || b === undefined || !isReference(a.type)) return;
    const into = this.of(a);
    const from = this.of(b);
    if (into === from) return;
    this.parents.set(this.root(b.id), this.root(a.id));
    into.count += from.count;
    into.bad ||=
      from.bad ||
      (into.leaves && from.leaves) ||
      (into.length !== undefined && from.length !== undefined && into.length !== from.length);
    into.written ||= from.written;
    into.leaves ||= from.leaves;
    into.length ??= from.length;
    into.highestIndex = Math.max(into.highestIndex, from.highestIndex);
  }

  /**
   * What a function or pullback yields is put together at its end, from what its members then are. Two yields of one
   * object must stay one object.
   */
  private leaving(yields: readonly Value[] | null): void {
    for (const v of yields ?? []) {
      if (!isReference(v.type)) continue;
      const facts = this.of(v);
      if (v.type.kind === "typed" || facts.leaves) facts.bad = true;
      facts.leaves = true;
    }
  }

  private hasLength(v: Value, length: number): void {
    const facts = this.of(v);
    if (facts.length !== undefined && facts.length !== length) facts.bad = true;
    facts.length = length;
  }

  // ---------------------------------------------------------------------------------------------------------- walk

  private region(region: Region, closure: Op | undefined): void {
    for (const v of region.params) this.made(v, closure);
    for (const op of region.ops) {
      if (op.kind === "const") this.literals.set(op.result.id, op.value);
      for (const v of operands(op)) this.seen(v, closure);
      for (const v of results(op)) this.made(v, closure);
      this.uses(op);
      this.definition(op);
      for (const inner of regions(op)) this.region(inner, op.kind === "closure" ? op : closure);
      if (op.kind === "closure") this.leaving(op.body.yields);
      this.merges(op);
    }
    for (const v of region.yields ?? []) this.seen(v, closure);
  }

  private made(v: Value, closure: Op | undefined): void {
    if (isReference(v.type)) this.madeIn.set(v.id, closure);
  }

  private seen(v: Value, closure: Op | undefined): void {
    if (isReference(v.type) && this.madeIn.get(v.id) !== closure) this.captured.add(v.id);
  }

  private uses(op: Op): void {
    switch (op.kind) {
      case "load":
        this.place(op.place);
        if (op.orZero === true && this.mayBeAbsent(op.place)) this.bad(op.place.base);
        break;
      case "store":
      case "accum":
        this.place(op.place);
        this.of(op.place.base).written = true;
        if (op.kind === "accum" && this.mayBeAbsent(op.place)) this.bad(op.place.base);
        this.bad(op.value);
        break;
      case "clear":
        this.of(op.target).written = true;
        if (memberShapes(op.target.type, this.records, 0).some((m) => m.type.kind === "maybe" && !isReference(m.type)))
          this.bad(op.target);
        break;
      case "addInto":
        if (!this.sameShape(op.target.type, op.source.type)) [op.target, op.source].forEach((v) => this.bad(v));
        this.of(op.target).written = true;
        break;
      case "length":
      case "if":
      case "for":
      case "while":
        break;
      case "copy":
      case "export":
      case "zeros":
        // A literal makes arrays, not typed arrays.
        for (const v of operands(op)) if (v.type.kind === "typed") this.bad(v);
        break;
      default:
        for (const v of operands(op)) this.bad(v);
    }
  }

  private place(place: Place): void {
    if (place.kind === "field") return;
    const index = this.literals.get(place.index.id);
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0) this.bad(place.base);
    else this.of(place.base).highestIndex = Math.max(this.of(place.base).highestIndex, index);
  }

  private mayBeAbsent(place: Place): boolean {
    return placeType(place, this.records)?.kind === "maybe";
  }

  /** Can two structures be added member by member? */
  private sameShape(a: Type, b: Type): boolean {
    if (a.kind !== b.kind || (a.kind !== "tuple" && a.kind !== "record")) return false;
    const names = (type: Type): string =>
      memberShapes(type, this.records, 0)
        .map((m) => `${m.name}:${m.type.kind}`)
        .join();
    return (
      names(a) === names(b) &&
      memberShapes(a, this.records, 0).every((m) => m.type.kind === "num" || isReference(m.type))
    );
  }

  private definition(op: Op): void {
    switch (op.kind) {
      case "new":
        if (op.result.type.kind === "array") this.hasLength(op.result, op.members.length);
        else if (op.result.type.kind === "dict") this.bad(op.result);
        else this.of(op.result);
        break;
      case "alloc": {
        const length = this.literals.get(op.length.id);
        const { type } = op.result;
        const isFilled = type.kind === "typed" ? type.name === "Float64Array" : op.fill !== undefined;
        if (typeof length === "number" && Number.isInteger(length) && length >= 0 && isFilled)
          this.hasLength(op.result, length);
        else this.bad(op.result);
        break;
      }
      case "copy":
      case "export":
      case "zeros": {
        const source = op.kind === "zeros" ? op.like : op.source;
        const isOpen = op.result.type.kind === "tuple" || op.result.type.kind === "record";
        if (!isOpen || (op.kind === "zeros" && !this.hasPlainZeros(source.type))) this.bad(op.result);
        else this.of(op.result);
        break;
      }
      case "if":
      case "for":
      case "while":
        break;
      default:
        for (const v of results(op)) this.bad(v);
        if (op.kind === "closure") {
          op.body.params.forEach((v) => this.bad(v));
        }
    }
  }

  /** Are the zeros of this type made member by member? (A member that is not differentiable is left out or is a number.) */
  private hasPlainZeros(type: Type): boolean {
    return memberShapes(shadowType(type, this.records), this.records, 0).every(
      (m) => m.type.kind === "num" || isReference(m.type),
    );
  }

  private merges(op: Op): void {
    if (op.kind === "if") {
      op.results.forEach((v, k) => {
        for (const arm of [op.then, op.else]) this.unite(v, arm.yields?.[k]);
      });
    } else if (op.kind === "for" || op.kind === "while") {
      op.results.forEach((v, k) => {
        this.unite(v, op.inits[k]);
        this.unite(v, op.body.params[op.kind === "for" ? k + 1 : k]);
        if (op.kind === "while") this.unite(v, op.cond.params[k]);
        this.unite(v, op.body.yields?.[op.breaks ? k + 1 : k]);
      });
    }
  }
}
