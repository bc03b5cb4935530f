/**
 * **Purpose** Makes inside a pullback what only the pullback uses: adjoints of small objects that each run finds zero and
 * leaves zero. `scalarize` then takes them apart.
 * **Needs** Verified IR.
 * **Guarantees** The same results and effects, however often the pullback runs.
 * **How** A tuple or record of numbers, made by `zeros` or of literals, may move into the closure that has all its uses if
 * the last thing the closure does to each member it writes is to store what the member began with.
 */
import type { Closure, Func, Op, Program, Region, Type, Value, ValueId } from "../ir/ir.js";
import { type Records, shadowType } from "../ir/types.js";
import { mapOp, operands, regions } from "../ir/walk.js";
import { memberShapes } from "./aggregates.js";
import { mapFuncs } from "./pass.js";

export function sinkIntoPullbacks(program: Program): Program {
  return mapFuncs(program, (func) => {
    const moves = new Candidates(program.records).of(func);
    return moves.size === 0 ? func : { ...func, body: move(func.body, moves) };
  });
}

/** What each member of a candidate holds where it is made, by name. */
type Start = ReadonlyMap<string, number>;

interface Candidate {
  readonly op: Op;
  readonly madeIn: Closure | undefined;
  readonly start: Start;
  /** The closure that has all uses so far. */
  usedIn: Closure | undefined;
  /** Members that do not hold what they began with, at the place of the walk. */
  readonly changed: Set<string>;
  isBad: boolean;
}

class Candidates {
  private readonly found = new Map<ValueId, Candidate>();
  private readonly literals = new Map<ValueId, number>();

  constructor(private readonly records: Records) {}

  /** The operations that move into each closure. */
  of(func: Func): ReadonlyMap<Closure, readonly Op[]> {
    this.region(func.body, undefined, true);
    const moves = new Map<Closure, Op[]>();
    for (const { op, usedIn, madeIn, changed, isBad } of this.found.values()) {
      if (isBad || usedIn === undefined || usedIn === madeIn || changed.size > 0) continue;
      moves.set(usedIn, [...(moves.get(usedIn) ?? []), op]);
    }
    return moves;
  }

  /** `isSure`: each run of the closure goes through here. */
  private region(region: Region, closure: Closure | undefined, isSure: boolean): void {
    for (const op of region.ops) {
      if (op.kind === "const" && typeof op.value === "number") this.literals.set(op.result.id, op.value);
      const start = this.start(op);
      if (start !== undefined && "result" in op && op.result !== undefined)
        this.found.set(op.result.id, {
          op,
          madeIn: closure,
          start,
          usedIn: undefined,
          changed: new Set(),
          isBad: false,
        });
      for (const v of operands(op)) this.use(v, op, closure, isSure);
      for (const inner of regions(op)) {
        if (op.kind === "closure") this.region(inner, op, true);
        else this.region(inner, closure, false);
      }
    }
    for (const v of region.yields ?? []) this.bad(v);
  }

  /** What the members begin with, if they are all numbers that are known. */
  private start(op: Op): Start | undefined {
    if (op.kind === "zeros") {
      const members = memberShapes(shadowType(op.like.type, this.records), this.records, 0);
      return isOpen(op.result.type) && members.every(({ type }) => type.kind === "num")
        ? new Map(members.map(({ name }) => [name, 0]))
        : undefined;
    }
    if (op.kind !== "new" || !isOpen(op.result.type)) return undefined;
    const start = new Map<string, number>();
    memberShapes(op.result.type, this.records, 0).forEach(({ name }, k) => {
      const literal = this.literals.get(op.members[k]?.id ?? op.result.id);
      if (literal !== undefined) start.set(name, literal);
    });
    return start.size === op.members.length ? start : undefined;
  }

  private bad(v: Value): void {
    const candidate = this.found.get(v.id);
    if (candidate !== undefined) candidate.isBad = true;
  }

  private use(v: Value, op: Op, closure: Closure | undefined, isSure: boolean): void {
    const candidate = this.found.get(v.id);
    if (candidate === undefined) return;
    if (candidate.usedIn !== undefined && candidate.usedIn !== closure) candidate.isBad = true;
    candidate.usedIn = closure;
    if (closure === undefined) candidate.isBad = true;
    switch (op.kind) {
      case "load":
        break;
      case "store":
      case "accum": {
        if (op.place.kind !== "field" || op.value.id === v.id) {
          candidate.isBad = true;
          break;
        }
        const { name } = op.place;
        const stored = op.kind === "store" ? this.literals.get(op.value.id) : undefined;
        if (stored === undefined || !Object.is(stored, candidate.start.get(name))) candidate.changed.add(name);
        else if (isSure) candidate.changed.delete(name);
        break;
      }
      case "addInto":
        if (op.target.id === v.id) for (const name of candidate.start.keys()) candidate.changed.add(name);
        break;
      default:
        candidate.isBad = true;
    }
  }
}

const isOpen = (type: Type): boolean => type.kind === "tuple" || type.kind === "record";

function move(region: Region, moves: ReadonlyMap<Closure, readonly Op[]>): Region {
  const moved = new Set([...moves.values()].flat());
  const rebuild = (r: Region): Region => ({ ...r, ops: r.ops.filter((op) => !moved.has(op)).map(rewrite) });
  const rewrite = (op: Op): Op => {
    if (op.kind !== "closure") return regions(op).length === 0 ? op : mapOp(op, (v) => v, rebuild);
    const body = rebuild(op.body);
    return { ...op, body: { ...body, ops: [...(moves.get(op) ?? []), ...body.ops] } };
  };
  return rebuild(region);
}
