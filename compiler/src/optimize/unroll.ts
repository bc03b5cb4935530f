/**
 * **Purpose** Loops over the few components of small arrays are written out where these arrays then disappear: the three numbers
 * of a point, the stages of an integrator.
 * **Needs** Verified IR; works best after `inline` and `simplify`, and before `scalarize`.
 * **Guarantees** The same results and effects, in the same order. A loop stays as it is if no array would disappear.
 * **How** Tries it on all loops of a few iterations that touch an array of known length under a changing index, and asks
 * `aggregates.ts` which arrays could then be taken apart; the loops that touch one of these are written out.
 */
import { Builder } from "../ir/build.js";
import { cloneOps, substitute, type Substitution } from "../ir/clone.js";
import type { For, Func, Op, Program, Region, ValueId } from "../ir/ir.js";
import { mapOp, regions, walk } from "../ir/walk.js";
import { append } from "../support/append.js";
import { separableAggregates } from "./aggregates.js";
import { Resolution } from "./resolution.js";
import { simplify } from "./simplify.js";

/** Iterations of a loop that is written out, and operations it then has. */
const mostIterations = 4;
const mostOperations = 120;

export function unrollSmall(program: Program): Program {
  let funcs: Map<string, Func> | undefined;
  for (const [name, func] of program.funcs) {
    const unrolled = unrollFunction(func, program);
    if (unrolled !== func) (funcs ??= new Map(program.funcs)).set(name, unrolled);
  }
  return funcs === undefined ? program : { ...program, funcs };
}

function unrollFunction(func: Func, program: Program): Func {
  const literals = new Map<ValueId, number>();
  const small = new Set<ValueId>();
  walk(func.body, (op) => {
    if (op.kind === "const" && typeof op.value === "number") literals.set(op.result.id, op.value);
    else if (op.kind === "alloc" && literals.has(op.length.id)) small.add(op.result.id);
    else if (op.kind === "new" && op.result.type.kind === "array") small.add(op.result.id);
  });
  if (small.size === 0) return func;
  const tried = new Unroller(literals, small);
  const all = tried.region(func.body);
  if (!tried.changed) return func;
  const after = simplify({ ...program, funcs: new Map([...program.funcs, [func.name, { ...func, body: all }]]) });
  const separable = separableAggregates(after.funcs.get(func.name) ?? func, program.records);
  const before = separableAggregates(func, program.records);
  const gone = new Set([...small].filter((id) => separable.has(id) && !before.has(id)));
  if (gone.size === 0) return func;
  return { ...func, body: new Unroller(literals, gone).region(func.body) };
}

class Unroller {
  changed = false;
  private readonly resolution = new Resolution();

  constructor(
    private readonly literals: ReadonlyMap<ValueId, number>,
    /** The arrays for whose sake loops are written out. */
    private readonly arrays: ReadonlySet<ValueId>,
  ) {}

  region(region: Region): Region {
    const ops: Op[] = [];
    for (const op of region.ops) {
      const walked = mapOp(
        op,
        (v) => this.resolution.of(v),
        (r) => this.region(r),
      );
      const count = walked.kind === "for" ? this.iterations(walked) : undefined;
      if (walked.kind === "for" && count !== undefined) append(ops, this.unrolled(walked, count));
      else ops.push(walked);
    }
    const yields = region.yields === null ? null : region.yields.map((v) => this.resolution.of(v));
    return { params: region.params, ops, yields };
  }

  /** How often a loop runs that is to be written out. */
  private iterations(loop: For): number | undefined {
    const [from, to] = [this.literals.get(loop.from.id), this.literals.get(loop.to.id)];
    if (from === undefined || to === undefined || loop.tag !== undefined || loop.breaks || loop.count !== undefined)
      return undefined;
    if (loop.body.yields === null || !this.touches(loop.body)) return undefined;
    let count = 0;
    for (let i = from; count <= mostIterations && holds(i, loop.test, to); i += loop.step) count++;
    let size = 0;
    walk(loop.body, (op) => {
      size += op.kind === "const" ? 0 : 1;
    });
    return count > mostIterations || count * size > mostOperations ? undefined : count;
  }

  /** Does a loop touch one of the arrays under an index that is not known? */
  private touches(body: Region): boolean {
    return body.ops.some((op) => {
      if (op.kind === "load" || op.kind === "store" || op.kind === "accum") {
        const { place } = op;
        if (place.kind === "elem" && this.arrays.has(place.base.id) && !this.literals.has(place.index.id)) return true;
      }
      return regions(op).some((r) => this.touches(r));
    });
  }

  private unrolled(loop: For, count: number): readonly Op[] {
    this.changed = true;
    const b = new Builder(loop.loc);
    const [index, ...carried] = loop.body.params;
    let current = loop.inits;
    for (let k = 0; k < count; k++) {
      const copy: Substitution = new Map();
      if (index !== undefined) copy.set(index.id, b.const((this.literals.get(loop.from.id) ?? 0) + k * loop.step));
      carried.forEach((param, i) => copy.set(param.id, current[i] ?? param));
      append(b.ops, cloneOps(loop.body.ops, copy));
      current = (loop.body.yields ?? []).map((v) => substitute(copy, v));
    }
    loop.results.forEach((result, i) => this.resolution.set(result, current[i] ?? result));
    return b.ops;
  }
}

function holds(i: number, test: For["test"], to: number): boolean {
  switch (test) {
    case "<":
      return i < to;
    case "<=":
      return i <= to;
    case ">":
      return i > to;
    default:
      return i >= to;
  }
}
