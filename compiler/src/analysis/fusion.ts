/**
 * Loops whose iterations meet only in sums: what a `for` carries is added to and not looked at (`s += e`), or has no
 * derivative; what an iteration writes it alone reads; and what it reads is still there when the reverse sweep begins. Each of
 * its iterations may run again by itself, and be reversed at once.
 */
import type { For, Length, Load, Op, Region, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { eachUse, operands, regions, walk } from "../ir/walk.js";
import type { Activity } from "./activity.js";
import type { MemoryClass, MemoryModel } from "./memory.js";
import type { Scratches } from "./private-scratch.js";
import type { Stability } from "./stability.js";

export interface FusionFacts {
  readonly scratches: Scratches;
  readonly memory: MemoryModel;
  readonly activity: Activity;
  readonly stability: Stability;
}

/** What can be said of a loop whose iterations meet only in sums. */
export interface Separable {
  /** The sums on their way through an iteration: added to, and nothing else. */
  readonly sums: ReadonlySet<ValueId>;
}

/**
 * Do the iterations of this loop meet only in sums?
 *
 * @param within the loop around it whose iterations are run again and reversed one by one, if there is one
 */
export function separate(facts: FusionFacts, loop: For, within: For | undefined): Separable | undefined {
  if (loop.tag !== undefined || loop.count !== undefined || loop.body.yields === null) return undefined;
  if (!hasPlainOperations(loop.body) || !keepsToItself(facts, loop, within)) return undefined;
  const sums = new Set<ValueId>();
  const params = loop.body.params.slice(1);
  const skip = loop.breaks ? 1 : 0;
  for (const [i, param] of params.entries()) {
    if (isReference(param.type)) return undefined;
    const result = loop.results[i];
    if (result === undefined) return undefined;
    if (facts.activity.isActive(param) || facts.activity.isActive(result)) sums.add(param.id);
  }
  if (!followSums(loop.body, sums)) return undefined;
  const ends = loop.body.yields.slice(skip);
  const isSum = (v: Value | undefined): boolean => v !== undefined && sums.has(v.id);
  if (params.some((param, i) => isSum(param) !== isSum(ends[i])) || loop.body.yields.slice(0, skip).some(isSum))
    return undefined;
  return { sums };
}

/** Nothing that has an effect beyond memory, that runs other code, or that ends anything. */
function hasPlainOperations(body: Region): boolean {
  let plain = true;
  walk(body, (op) => {
    switch (op.kind) {
      case "const":
      case "prim":
      case "load":
      case "store":
      case "accum":
      case "length":
      case "new":
      case "alloc":
      case "cast":
      case "global":
        break;
      case "if":
      case "while":
      case "for":
        plain &&= op.kind === "if" || op.tag === undefined;
        plain &&= regions(op).every((r) => r.yields !== null);
        break;
      case "foreign":
        plain &&= op.pure;
        break;
      default:
        plain = false;
    }
  });
  return plain;
}

/**
 * Adds to `sums` what a sum becomes on its way through a region. False where a sum is used for anything else: two of them
 * meet, it is scaled, compared, stored.
 */
function followSums(region: Region, sums: Set<ValueId>): boolean {
  const isSum = (v: Value): boolean => sums.has(v.id);
  for (const op of region.ops) {
    switch (op.kind) {
      case "prim": {
        const [first, second] = op.args;
        if (!op.args.some(isSum)) break;
        if (first === undefined || second === undefined || (isSum(first) && isSum(second))) return false;
        if (!(op.name === "add" || (op.name === "sub" && isSum(first)))) return false;
        sums.add(op.result.id);
        break;
      }
      case "if": {
        if (isSum(op.cond) || !followSums(op.then, sums) || !followSums(op.else, sums)) return false;
        for (const [i, result] of op.results.entries()) {
          const ends = [op.then.yields?.[i], op.else.yields?.[i]].map((v) => v !== undefined && isSum(v));
          if (ends[0] !== ends[1]) return false;
          if (ends[0] === true) sums.add(result.id);
        }
        break;
      }
      case "for":
      case "while": {
        if (op.kind === "for" && (isSum(op.from) || isSum(op.to))) return false;
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        const carried = op.inits.flatMap((init, i) => (isSum(init) ? [i] : []));
        for (const i of carried) for (const v of [params[i], op.results[i]]) if (v !== undefined) sums.add(v.id);
        if (op.kind === "while") {
          for (const i of carried) {
            const tested = op.cond.params[i];
            if (tested !== undefined && uses(op.cond, tested)) return false;
          }
          if (!followSums(op.cond, sums)) return false;
        }
        if (!followSums(op.body, sums)) return false;
        const skip = op.breaks ? 1 : 0;
        for (const [i, v] of (op.body.yields ?? []).entries())
          if (isSum(v) !== (i >= skip && carried.includes(i - skip))) return false;
        break;
      }
      default:
        if (operands(op).some(isSum)) return false;
        for (const inner of regions(op)) if (!followSums(inner, sums)) return false;
    }
  }
  return true;
}

function uses(region: Region, v: Value): boolean {
  let found = false;
  eachUse(region, (used) => {
    found ||= used === v;
  });
  return found;
}

/** What an iteration writes nobody else reads, and what it reads of others stays. */
function keepsToItself(facts: FusionFacts, loop: For, within: For | undefined): boolean {
  const { memory, stability } = facts;
  const inside = new Set<Op>();
  walk(loop.body, (op) => inside.add(op));
  const known = new Map<string, boolean>();
  const isOwn = (owner: MemoryClass): boolean => {
    const key = owner.slot("");
    let own = known.get(key);
    if (own === undefined) {
      const { allocations, external, foreign } = owner.find();
      const isMadeHere = !external && !foreign && allocations.length > 0 && allocations.every((a) => inside.has(a));
      own = isMadeHere || facts.scratches.isPrivate(owner, loop, inside);
      known.set(key, own);
    }
    return own;
  };
  const stays = (owner: MemoryClass, read: Load | Length): boolean => isOwn(owner) || stability.isStable(read, within);
  let separate = true;
  walk(loop.body, (op) => {
    if (!separate) return;
    if (op.kind === "load") separate = stays(memory.classOf(op.place.base), op);
    else if (op.kind === "length") separate = stays(memory.classOf(op.array), op);
    else if (op.kind === "store" || op.kind === "accum") separate = isOwn(memory.classOf(op.place.base));
  });
  return separate;
}

/** Who reads a value, by value: operations of one region, for what is in them too. */
export type Readers = ReadonlyMap<ValueId, readonly Op[]>;

export function readersIn(region: Region): Readers {
  const readers = new Map<ValueId, Op[]>();
  for (const op of region.ops) {
    const add = (v: Value): void => {
      const known = readers.get(v.id);
      if (known === undefined) readers.set(v.id, [op]);
      else if (known.at(-1) !== op) known.push(op);
    };
    operands(op).forEach(add);
    for (const inner of regions(op)) eachUse(inner, add);
  }
  return readers;
}

/**
 * The loop's results and what is computed of them in its region, where that is nothing but arithmetic: then the loop may run
 * at the end of the region as well, and these after it. `undefined` where something else looks at them.
 */
export function onlyArithmeticOf(loop: For, readers: Readers): ReadonlySet<ValueId> | undefined {
  const found = new Set<ValueId>(loop.results.map((r) => r.id));
  for (const v of found) {
    for (const op of readers.get(v) ?? []) {
      if (op.kind !== "prim") return undefined;
      found.add(op.result.id);
    }
  }
  return found;
}
