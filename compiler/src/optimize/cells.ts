/**
 * **Purpose** A loop keeps in a number what it would read from and write to one and the same place in every iteration:
 * the row that a pair of points shares, the entry of a table that a loop adds up.
 * **Needs** Verified IR; works best after `hoist` and `stores`.
 * **Guarantees** The same results and effects; sums are added in the same order, beginning with what the place holds. A place
 * that is not there stays so: what is written to it is computed from what was read there. Where the loop runs zero times, a
 * place is written back what it holds. (Exceptions count as looking at memory only where the program throws them.)
 * **How** Inner loops first. A place qualifies if the operations at the top level of the body that name it are all that may
 * touch it in the loop: others are told apart by type and origin (`effects.ts`) or by their indices (`analysis/elements.ts`).
 *
 *     for j { accum x[i] += e }   →   c = load x[i]; s = for j (t = c) { u = add t e; yield u }; store x[i] = s
 */
import { Builder, like, value } from "../ir/build.js";
import type {
  Accum,
  For,
  Func,
  Load,
  Op,
  Place,
  Prim,
  Program,
  Region,
  Store,
  Value,
  ValueId,
  While,
} from "../ir/ir.js";
import { num, type Records } from "../ir/types.js";
import { placeType } from "../ir/derive.js";
import { eachDefinition, mapOp, mapRegions, regions } from "../ir/walk.js";
import { Elements } from "../analysis/elements.js";
import { areaOf, hasViews, Origins } from "./effects.js";
import { asksForMissing, Existing } from "./existing.js";
import { mapFuncs } from "./pass.js";
import { Provenance } from "./provenance.js";
import { Resolution } from "./resolution.js";

/** Numbers that one loop keeps; more would not stay in registers. */
const mostCells = 6;
/** Accesses to memory in a loop that is looked at. */
const mostAccesses = 64;
/** What is kept in an inner loop may be kept in those around it as well. */
const mostRounds = 3;

type Loop = For | While;
type Access = Load | Store | Accum;

export function keepCells(program: Program): Program {
  return mapFuncs(program, (func) => {
    let current = func;
    for (let round = 0; round < mostRounds; round++) {
      const keeper = new Keeper(current, program);
      const body = keeper.region(current.body);
      if (!keeper.changed) break;
      current = { ...current, body };
    }
    return current;
  });
}

/** A place that a loop names in every iteration. */
interface Cell {
  readonly place: Place;
  readonly accesses: ReadonlySet<Op>;
  /** What computes its index in the loop: it moves in front of it. */
  readonly index: readonly Op[];
}

class Keeper {
  changed = false;
  private readonly provenance: Provenance;
  private readonly records: Records;
  private readonly hasViews: boolean;
  private readonly asksForMissing: boolean;
  private elements: Elements | undefined;
  /** References that surely are objects where the walk is. */
  private readonly exists: Existing;

  constructor(
    private readonly func: Func,
    program: Program,
  ) {
    this.records = program.records;
    this.hasViews = hasViews(program);
    this.provenance = new Provenance(func, new Origins(func, program.records));
    this.asksForMissing = asksForMissing(func.body);
    this.exists = new Existing(func);
  }

  region(region: Region): Region {
    return { ...region, ops: this.exists.within(() => this.ops(region)) };
  }

  private ops(region: Region): readonly Op[] {
    const ops: Op[] = [];
    for (const op of region.ops) {
      if (regions(op).length === 0) ops.push(op);
      else {
        const before = this.changed;
        this.changed = false;
        const walked = mapRegions(op, (r) => this.region(r));
        // Where something inside has changed, nothing is known of it until the next round.
        if ((op.kind === "for" || op.kind === "while") && !this.changed) ops.push(...this.loop(op));
        else ops.push(walked);
        this.changed ||= before;
      }
      this.exists.learn(op);
    }
    return ops;
  }

  private loop(loop: Loop): readonly Op[] {
    const cells = this.cellsOf(loop);
    if (cells.length === 0) return [loop];
    this.changed = true;
    const b = new Builder(loop.loc);
    const moved = new Set<Op>();
    for (const op of loop.body.ops) {
      if (!cells.some((cell) => cell.index.includes(op)) || moved.has(op)) continue;
      moved.add(op);
      b.ops.push(op);
    }
    const carried = cells.map((cell) => {
      const name = hintOf(cell.place);
      const init = b.load(cell.place, num, name);
      return { cell, init, param: value(num, name), result: value(num, name) };
    });
    const resolution = new Resolution();
    const now = new Map(carried.map(({ cell, param }) => [cell, param]));
    const body = new Builder();
    for (const op of loop.body.ops) {
      if (moved.has(op)) continue;
      const cell = cells.find(({ accesses }) => accesses.has(op));
      const at = cell === undefined ? undefined : now.get(cell);
      const used = mapOp(
        op,
        (v) => resolution.of(v),
        (r) => resolution.resolveRegion(r),
      );
      if (cell === undefined || at === undefined) body.ops.push(used);
      else if (used.kind === "load") resolution.set(used.result, at);
      else if (used.kind === "store") now.set(cell, used.value);
      else if (used.kind === "accum") {
        body.loc = used.loc;
        now.set(cell, body.prim("add", [at, used.value], at.hint));
      }
    }
    const yields = [
      ...(loop.body.yields ?? []).map((v) => resolution.of(v)),
      ...carried.map(({ cell, param }) => now.get(cell) ?? param),
    ];
    const more = {
      inits: [...loop.inits, ...carried.map((c) => c.init)],
      body: { params: [...loop.body.params, ...carried.map((c) => c.param)], ops: body.ops, yields },
      results: [...loop.results, ...carried.map((c) => c.result)],
    };
    if (loop.kind === "for") b.ops.push({ ...loop, ...more });
    else {
      const cond = { ...loop.cond, params: [...loop.cond.params, ...carried.map((c) => like(c.param))] };
      b.ops.push({ ...loop, ...more, cond });
    }
    for (const { cell, result } of carried) b.store(cell.place, result);
    return b.ops;
  }

  private cellsOf(loop: Loop): readonly Cell[] {
    const accesses: Access[] = [];
    if (loop.body.yields === null || !this.isPlain(loop, accesses) || accesses.length > mostAccesses) return [];
    if (!accesses.some((op) => op.kind !== "load")) return [];
    const inside = new Set<ValueId>();
    for (const r of regions(loop)) eachDefinition(r, (v) => inside.add(v.id));
    const made = new Map<ValueId, Prim | Op>();
    for (const op of loop.body.ops) if (op.kind === "prim" || op.kind === "const") made.set(op.result.id, op);
    const groups = new Map<string, Access[]>();
    for (const op of loop.body.ops) {
      if (op.kind !== "load" && op.kind !== "store" && op.kind !== "accum") continue;
      const key = keyOf(op.place, made);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [op]);
      else group.push(op);
    }
    const found: Cell[] = [];
    for (const group of groups.values()) {
      const cell = found.length < mostCells ? this.cell(loop, group, accesses, inside, made) : undefined;
      if (cell !== undefined) found.push(cell);
    }
    return found;
  }

  private cell(
    loop: Loop,
    group: readonly Access[],
    all: readonly Access[],
    inside: ReadonlySet<ValueId>,
    made: ReadonlyMap<ValueId, Op>,
  ): Cell | undefined {
    const [first] = group;
    if (first === undefined || group.every((op) => op.kind === "load")) return undefined;
    const { place } = first;
    if (inside.has(place.base.id) || !this.exists.has(place.base) || !this.isNumber(place)) return undefined;
    // Past the end of a typed array is nothing, also behind a write.
    const mayBeMissing = place.base.type.kind === "typed" && group.some((op) => op.kind === "load");
    if (mayBeMissing && this.asksForMissing) return undefined;
    const index = place.kind === "elem" ? computation(place.index, inside, made) : [];
    if (index === undefined || !isComputedFromIt(group, made)) return undefined;
    const area = areaOf(place, this.records);
    const isAlone = all.every((other) => {
      if (group.includes(other) || areaOf(other.place, this.records) !== area) return true;
      if (!this.provenance.mayBeSame(place.base, other.place.base)) return true;
      if (place.kind !== "elem" || other.place.kind !== "elem") return false;
      this.elements ??= new Elements(this.func, this.hasViews);
      return this.elements.areApartIn(loop, place, first, other.place, other);
    });
    return isAlone ? { place, accesses: new Set(group), index } : undefined;
  }

  /** A number that is read as it was written, and that nothing becomes longer by writing. */
  private isNumber(place: Place): boolean {
    const { type } = place.base;
    if (placeType(place, this.records)?.kind !== "num") return false;
    if (type.kind === "typed") return type.name === "Float64Array";
    if (type.kind === "tuple") return true;
    if (type.kind !== "record" || place.kind !== "field") return false;
    return this.records.get(type.name)?.fields.some((f) => f.name === place.name && f.noDiff !== true) === true;
  }

  /** Are there only operations in the loop that touch no memory but by these accesses, that run no other code and throw nothing? */
  private isPlain(op: Op, accesses: Access[]): boolean {
    return regions(op).every((region) =>
      region.ops.every((inner) => {
        switch (inner.kind) {
          case "load":
          case "accum":
            accesses.push(inner);
            return true;
          case "store":
            accesses.push(inner);
            return inner.grows !== true && inner.removes !== true;
          case "const":
          case "prim":
          case "cast":
          case "length":
          case "global":
          case "new":
          case "alloc":
          case "reserve":
          case "save":
          case "restore":
            return true;
          case "if":
          case "for":
          case "while":
            return this.isPlain(inner, accesses);
          default:
            return false;
        }
      }),
    );
  }
}

/** Equal for places of one name. */
function keyOf(place: Place, made: ReadonlyMap<ValueId, Op>): string {
  if (place.kind === "field") return `${place.base.id}.${place.name}`;
  const op = made.get(place.index.id);
  return `${place.base.id}[${op?.kind === "const" ? String(op.value) : `%${place.index.id}`}]`;
}

/** The operations of a loop that compute a value from what was there before; absent where it is not so. */
function computation(
  v: Value,
  inside: ReadonlySet<ValueId>,
  made: ReadonlyMap<ValueId, Op>,
): readonly Op[] | undefined {
  if (!inside.has(v.id)) return [];
  const op = made.get(v.id);
  if (op?.kind === "const") return [op];
  if (op?.kind !== "prim") return undefined;
  const found: Op[] = [];
  for (const arg of op.args) {
    const part = computation(arg, inside, made);
    if (part === undefined) return undefined;
    found.push(...part);
  }
  return [...found, op];
}

/** What makes something missing of everything it is computed from. */
const passingOn: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "neg"]);

/** Is everything that is written computed from what was read, in the same iteration? Then it does not count whether there is such a place. */
function isComputedFromIt(group: readonly Access[], made: ReadonlyMap<ValueId, Op>): boolean {
  const [{ place } = {}] = group;
  if (place?.kind === "field") return true;
  const read = new Set<ValueId>();
  const isFrom = (v: Value): boolean => {
    if (read.has(v.id)) return true;
    const op = made.get(v.id);
    return op?.kind === "prim" && passingOn.has(op.name) && op.args.some(isFrom);
  };
  return group.every((op) => {
    if (op.kind === "load") read.add(op.result.id);
    return op.kind === "load" ? op.orZero !== true : op.kind === "accum" || isFrom(op.value);
  });
}

/** The name of the array or object, and of what is meant of it. */
function hintOf(place: Place): string | undefined {
  const { hint } = place.base;
  const part = place.kind === "field" ? place.name : place.index.hint;
  return hint === undefined || part === undefined ? hint : `${hint}_${part}`;
}
