/**
 * Can a write change the very element that was read before? Where both stand in the same loops the question is about their
 * indices: a later iteration writes `x[i]` with a greater `i`, so what is read at `x[j]`, j < i, stays. For each loop around
 * both there is one case, the write in a later iteration of it, and one for the same iteration of all. In each case the
 * indices are compared as polynomials, under what the bounds of the loops and the tests around say.
 *
 * Rows are told apart, too: elements of an array into which nothing but new arrays have been put, each once.
 */
import type { For, Func, Load, Op, Place, Value, ValueId } from "../ir/ir.js";
import type { PrimName } from "../ir/primitives.js";
import { regions } from "../ir/walk.js";
import { Bounds } from "./bounds.js";
import { add, constant, divide, factors, multiply, type Polynomial, reduced, variable } from "./polynomial.js";
import type { FunctionWrites, Guard, LoopRange, Position, Write } from "./writes.js";

const mostTests = 8;

type Integers = Pick<ReadonlySet<ValueId>, "has">;

/** What gives whole numbers where it is given such. */
const staysWhole: ReadonlySet<PrimName> = new Set<PrimName>(["add", "sub", "mul", "neg", "mod", "abs", "min", "max"]);

/** How a value is computed, and in which loops. */
interface Definition {
  readonly op: Op | undefined;
  readonly loops: readonly LoopRange[];
}

export class Dependence {
  readonly #definitions = new Map<ValueId, Definition>();
  readonly #usuallyWhole = new Map<ValueId, boolean>();

  constructor(
    func: Func,
    own: FunctionWrites,
    private readonly integers: ReadonlySet<ValueId>,
    /** The slot that a load reads, where all objects ever put there are different ones, each put there once. */
    private readonly distinctSlot: (load: Load) => string | undefined,
  ) {
    for (const p of func.body.params) this.#definitions.set(p.id, { op: undefined, loops: [] });
    for (const [op, { loops }] of own.positions) {
      if ("result" in op && op.result !== undefined) this.#definitions.set(op.result.id, { op, loops });
      if ("results" in op) for (const v of op.results) this.#definitions.set(v.id, { op: undefined, loops });
      const inside = own.loopsIn(op);
      for (const region of regions(op))
        for (const p of region.params) this.#definitions.set(p.id, { op: undefined, loops: inside });
    }
  }

  /** Does the write, wherever it runs after the read, write elsewhere? `matters` says which loops run again with the object that was read. */
  isElsewhere(place: Place, at: Position, write: Write, matters: (loop: LoopRange) => boolean): boolean {
    const { op, position } = write;
    if (op.kind !== "store" && op.kind !== "accum") return false;
    if (op.place.kind !== place.kind || op.place.base.type.kind === "dict") return false;
    let common = 0;
    while (at.loops[common] !== undefined && at.loops[common] === position.loops[common]) common++;
    for (let level = 0; level < common; level++) {
      const loop = at.loops[level];
      if (loop !== undefined && matters(loop) && !this.#areApart(place, at, op.place, position, level, true))
        return false;
    }
    return position.order <= at.order || this.#areApart(place, at, op.place, position, common, false);
  }

  /**
   * Are two places never the same, in whatever iterations of the loops around both the one and the other is touched? The
   * first `fixed` of these loops are in the same iteration for both.
   */
  areApart(a: Place, at: Position, b: Place, other: Position, fixed: number): boolean {
    if (a.kind !== b.kind || a.base.type.kind === "dict") return false;
    let level = fixed;
    for (; at.loops[level] !== undefined && at.loops[level] === other.loops[level]; level++)
      if (!this.#areApart(a, at, b, other, level, true) || !this.#areApart(b, other, a, at, level, true)) return false;
    return this.#areApart(a, at, b, other, level, false);
  }

  /**
   * Are two places never the same where the second is touched in a later iteration of the loop at `level`, and, if both stand in
   * one loop inside it, in an earlier iteration of that?
   */
  areApartCrossed(a: Place, at: Position, b: Place, other: Position, level: number): boolean {
    if (a.kind !== b.kind || a.base.type.kind === "dict") return false;
    const inner = at.loops[level + 1];
    return this.#areApart(a, at, b, other, level, true, inner === other.loops[level + 1] ? inner : undefined);
  }

  /** Is an index at least 0, and below a length? */
  isWithin(index: Value, length: Value, at: Position): boolean {
    return this.integers.has(length.id) && this.#isWithin(index, length, at, this.integers);
  }

  /** Is it, if all numbers that are given and read are whole ones, as lengths and limits usually are? Half of one may not be. */
  isWithinIfWhole(index: Value, length: Value, at: Position): boolean {
    return this.#isWithin(index, length, at, { has: (id) => this.#isUsuallyWhole(id) });
  }

  #isUsuallyWhole(id: ValueId): boolean {
    let known = this.#usuallyWhole.get(id);
    if (known === undefined) {
      const op = this.#definitions.get(id)?.op;
      known =
        this.integers.has(id) ||
        (op?.kind === "const"
          ? typeof op.value === "number" && Number.isInteger(op.value)
          : op?.kind !== "prim" || (staysWhole.has(op.name) && op.args.every((v) => this.#isUsuallyWhole(v.id))));
      this.#usuallyWhole.set(id, known);
    }
    return known;
  }

  #isWithin(index: Value, length: Value, at: Position, integers: Integers): boolean {
    const here = new Case(this.#definitions, integers, at.loops.length, undefined);
    for (const { op } of at.loops) if (op.kind === "for") here.boundsOf(op, false);
    here.tests(at.guard, false);
    return here.isWithin(index, length);
  }

  /** The two places, with the write in a later iteration of the loop at `level`, or in the same iterations of all loops before it. */
  #areApart(
    read: Place,
    at: Position,
    written: Place,
    position: Position,
    level: number,
    isLater: boolean,
    crossed?: LoopRange,
  ): boolean {
    const split = new Case(this.#definitions, this.integers, level, position.loops[level]);
    for (const { op } of at.loops) if (op.kind === "for") split.boundsOf(op, false);
    for (const { op } of position.loops) if (op.kind === "for") split.boundsOf(op, true);
    const repeated = position.loops[level]?.op;
    if (isLater && repeated?.kind === "for") split.order(repeated, true);
    if (crossed?.op.kind === "for") split.order(crossed.op, false);
    split.tests(at.guard, false);
    split.tests(position.guard, true);
    if (read.kind === "elem" && written.kind === "elem" && split.differ(read.index, written.index)) return true;
    const [first, second] = [this.#row(read.base), this.#row(written.base)];
    return first !== undefined && second?.slot === first.slot && split.differ(first.index, second.index);
  }

  /** Where rows are told apart by their index: that of the row that a reference is. */
  #row(base: Value): { readonly slot: string; readonly index: Value } | undefined {
    const op = this.#definitions.get(base.id)?.op;
    if (op?.kind === "cast") return this.#row(op.value);
    if (op?.kind !== "load" || op.place.kind !== "elem" || op.place.base.type.kind === "dict") return undefined;
    const slot = this.distinctSlot(op);
    return slot === undefined ? undefined : { slot, index: op.place.index };
  }
}

/** What is known in one case. Values computed within the loop where the two part have a prime where the write uses them. */
class Case {
  readonly #bounds = new Bounds();
  readonly #fractions = new Set<string>();
  readonly #known = [new Map<ValueId, Polynomial | undefined>(), new Map<ValueId, Polynomial | undefined>()] as const;

  constructor(
    private readonly definitions: ReadonlyMap<ValueId, Definition>,
    private readonly integers: Integers,
    private readonly level: number,
    private readonly split: LoopRange | undefined,
  ) {}

  /** Do two indices, one of the read and one of the write, differ? */
  differ(read: Value, written: Value): boolean {
    const [p, q] = [this.#polynomial(read, false), this.#polynomial(written, true)];
    return p !== undefined && q !== undefined && this.#differ(p, q);
  }

  isWithin(index: Value, length: Value): boolean {
    const [p, n] = [this.#polynomial(index, false), this.#polynomial(length, false)];
    if (p === undefined || n === undefined) return false;
    return this.#bounds.isNegative(add(p, n, -1)) && this.#bounds.isNegative(add(constant(-1), p, -1));
  }

  /** The index of a loop lies between its bounds. */
  boundsOf(loop: For, isWrite: boolean): void {
    const [index] = loop.body.params;
    if (index === undefined) return;
    const x = this.#polynomial(index, isWrite);
    const from = this.#polynomial(loop.from, isWrite);
    if (loop.step > 0) this.#atMost(from, x, 0);
    else this.#atMost(x, from, 0);
    const isOpen = loop.test === "<" || loop.test === ">";
    const to = this.#whole(loop.to, isWrite, loop.test === "<" || loop.test === ">=");
    if (loop.test === "<" || loop.test === "<=") this.#atMost(x, to, isOpen ? 1 : 0);
    else this.#atMost(to, x, isOpen ? 1 : 0);
  }

  /** The write is in a later iteration, or else in an earlier one. */
  order(loop: For, isLater: boolean): void {
    const [index] = loop.body.params;
    if (index === undefined) return;
    const [x, later] = [this.#polynomial(index, !isLater), this.#polynomial(index, isLater)];
    if (loop.step > 0) this.#atMost(x, later, loop.step);
    else this.#atMost(later, x, -loop.step);
  }

  /** The innermost tests around an operation. */
  tests(guard: Guard | undefined, isWrite: boolean): void {
    let at = guard;
    for (let k = 0; at !== undefined && k < mostTests; k++, at = at.outer) this.test(at.cond, at.holds, isWrite);
  }

  /** A test around the operation. Of integers only: nothing follows from a test of NaN that fails. */
  test(cond: Value, holds: boolean, isWrite: boolean): void {
    const op = this.definitions.get(cond.id)?.op;
    if (op?.kind !== "prim") return;
    const [a, b] = op.args;
    if (a !== undefined && op.name === "not") this.test(a, !holds, isWrite);
    if (a === undefined || b === undefined || !this.integers.has(a.id) || !this.integers.has(b.id)) return;
    const [x, y] = [this.#polynomial(a, isWrite), this.#polynomial(b, isWrite)];
    if (x === undefined || y === undefined) return;
    if (op.name === "lt" || op.name === "ge") {
      if ((op.name === "lt") === holds) this.#atMost(x, y, 1);
      else this.#atMost(y, x, 0);
    } else if (op.name === "gt" || op.name === "le") {
      if ((op.name === "gt") === holds) this.#atMost(y, x, 1);
      else this.#atMost(x, y, 0);
    } else if (op.name === "eq" || op.name === "ne") {
      if ((op.name === "ne") === holds) this.#bounds.notZero(add(x, y, -1));
      else {
        this.#atMost(x, y, 0);
        this.#atMost(y, x, 0);
      }
    }
  }

  /** a + distance ≤ b */
  #atMost(a: Polynomial | undefined, b: Polynomial | undefined, distance: number): void {
    if (a !== undefined && b !== undefined) this.#bounds.atMostZero(add(add(a, b, -1), constant(distance)));
  }

  #differ(p: Polynomial, q: Polynomial): boolean {
    const difference = add(p, q, -1);
    const isWhole = [...difference.keys()].every((m) => factors(m).every((x) => !this.#fractions.has(x)));
    const smaller = isWhole ? reduced(difference) : difference;
    if (smaller === undefined || this.#bounds.isNotZero(smaller)) return true;
    // Both as row * stride + column with columns below the stride: they differ where the rows or the columns do.
    const strides = new Set([...p.keys(), ...q.keys()].flatMap((m) => (factors(m).length > 1 ? factors(m) : [])));
    return [...strides].some((stride) => {
      const [a, b] = [divide(p, stride), divide(q, stride)];
      if (!this.#isColumn(a.low, stride) || !this.#isColumn(b.low, stride)) return false;
      return this.#differ(a.low, b.low) || this.#differ(a.high, b.high);
    });
  }

  /** 0 ≤ p < stride; a bound that is no integer counts as the next one: then `p` is below the stride itself. */
  #isColumn(p: Polynomial, stride: string): boolean {
    const limit = this.#fractions.has(stride) ? above(stride) : stride;
    return this.#bounds.isNegative(add(p, variable(limit), -1)) && this.#bounds.isNegative(add(constant(-1), p, -1));
  }

  /** A number, like the limit of a loop, as an integer: itself, or the next one up or down. */
  #whole(limit: Value, isWrite: boolean, isUp: boolean): Polynomial | undefined {
    if (this.integers.has(limit.id)) return this.#polynomial(limit, isWrite);
    const name = this.#name(limit, isWrite);
    this.#fractions.add(name);
    return variable(isUp ? above(name) : below(name));
  }

  #polynomial(v: Value, isWrite: boolean): Polynomial | undefined {
    const known = this.#known[isWrite ? 1 : 0];
    if (known.has(v.id)) return known.get(v.id);
    const found = this.#compute(v, isWrite);
    known.set(v.id, found);
    return found;
  }

  #compute(v: Value, isWrite: boolean): Polynomial | undefined {
    const op = this.definitions.get(v.id)?.op;
    if (op?.kind === "const") {
      const { value } = op;
      return typeof value === "number" && Number.isSafeInteger(value) ? constant(value) : undefined;
    }
    if (op?.kind === "prim") {
      const args = op.args.map((a) => this.#polynomial(a, isWrite));
      const [a, b] = args;
      if (op.name === "add" && a !== undefined && b !== undefined) return add(a, b);
      if (op.name === "sub" && a !== undefined && b !== undefined) return add(a, b, -1);
      if (op.name === "neg" && a !== undefined) return add(constant(0), a, -1);
      const product = op.name === "mul" && a !== undefined && b !== undefined ? multiply(a, b) : undefined;
      if (product !== undefined) return product;
      const [whole] = op.args;
      if (whole !== undefined && (op.name === "ceil" || op.name === "floor"))
        return this.#whole(whole, isWrite, op.name === "ceil");
    }
    const made =
      op?.kind === "length" && op.array.type.kind === "typed" ? this.definitions.get(op.array.id)?.op : undefined;
    if (made?.kind === "alloc" && this.integers.has(made.length.id)) return this.#polynomial(made.length, isWrite);
    const name = this.#name(v, isWrite);
    if (!this.integers.has(v.id)) this.#fractions.add(name);
    return variable(name);
  }

  #name(v: Value, isWrite: boolean): string {
    const loops = this.definitions.get(v.id)?.loops;
    const isOwn = loops === undefined || (this.split !== undefined && loops[this.level] === this.split);
    return isWrite && isOwn ? `${v.id}'` : String(v.id);
  }
}

const above = (name: string): string => `${name}↑`;
const below = (name: string): string => `${name}↓`;
