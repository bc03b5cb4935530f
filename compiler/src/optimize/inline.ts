/**
 * **Purpose** Puts the bodies of small functions, and of functions called once, in the place of their calls.
 * **Needs** Verified IR.
 * **Guarantees** The same results, effects and exceptions. Recursive functions keep their calls. A function grows to at
 * most four times its size and 500 operations more, so the whole stays linear in the source. With entries given,
 * functions that are no longer called are gone.
 * **How** Callees before callers, so that what is spliced is already inlined itself; each splice clones the callee's body
 * with the arguments for its parameters. A spliced result keeps the caller's name for it.
 */
import { cloneOps, substitute, type Substitution } from "../ir/clone.js";
import type { Call, Func, Op, Program, Region, Value, ValueId } from "../ir/ir.js";
import { isNumber } from "../ir/types.js";
import { mapOp, results, walk } from "../ir/walk.js";
import { type CallGraph, callGraph } from "./call-graph.js";
import type { PassOptions } from "./pass.js";
import { onlyReachable } from "./reachable.js";
import { Resolution } from "./resolution.js";

/** A callee of at most so many operations is inlined wherever it is called. */
const smallSize = 40;
/** A callee with one call in the whole program is inlined up to this size. */
const onceSize = 200;
const growthFactor = 4;
const growthAllowance = 500;
/** What a call can do more often than it is written. */
const repeating: ReadonlySet<Op["kind"]> = new Set(["for", "while", "call", "new", "alloc", "copy"]);

/** A function whose body may be spliced. */
interface Callee {
  readonly body: Region;
  readonly yields: readonly Value[];
  readonly size: number;
}

export function inline(program: Program, options: PassOptions): Program {
  const graph = callGraph(program);
  const callees = new Map<string, Callee>();
  const parts = new Map<string, number>();
  const done = new Map<string, Func>();
  for (const name of graph.order) {
    const func = program.funcs.get(name);
    if (func === undefined) continue;
    const own = size(func.body);
    const inliner = new Inliner(callees, own * (growthFactor - 1) + growthAllowance);
    const body = inliner.region(func.body);
    const total = own + inliner.grown + partsCalled(func.body, parts);
    const fits = total <= limit(name, graph, options);
    const isRunAgain = func.checkpoint === true && keepsMuch(body);
    // What is run again only because it is asked for sums its adjoints as it would in the place of the call.
    const running = isRunAgain && func.running === undefined && fits ? { running: numbersAmong(body.params) } : {};
    if (isRunAgain && func.running !== undefined) parts.set(name, total);
    done.set(name, { ...func, body, ...running });
    const { yields } = body;
    // Where a function has a rule of its own, the call is what is differentiated.
    // So it is where the body is run again.
    const isApart = func.rule !== undefined || func.external !== undefined || isRunAgain;
    if (yields !== null && !isApart && fits) callees.set(name, { body, yields, size: total });
  }
  const funcs = new Map<string, Func>();
  for (const [name, func] of program.funcs) funcs.set(name, done.get(name) ?? func);
  return onlyReachable({ ...program, funcs }, options.entries);
}

const numbersAmong = (params: readonly Value[]): readonly number[] =>
  params.flatMap((p, i) => (isNumber(p.type) ? [i] : []));

/**
 * Whether a call can keep more than a few numbers. A checkpointed function without loops, calls and allocations does not:
 * in the place of its call it is summed as it is without the tag, and what it keeps is as small.
 */
function keepsMuch(body: Region): boolean {
  let found = false;
  walk(body, (op) => {
    found ||= repeating.has(op.kind);
  });
  return found;
}

/** The size up to which calls of a function are replaced by its body. */
function limit(name: string, graph: CallGraph, options: PassOptions): number {
  if (graph.recursive.has(name) || options.keepCalls?.has(name) === true) return -1;
  return graph.calls.get(name) === 1 ? onceSize : smallSize;
}

/** The operations of a function's own loops that are run again: they count as they would without the tag. */
function partsCalled(body: Region, parts: ReadonlyMap<string, number>): number {
  let count = 0;
  if (parts.size > 0) walk(body, (op) => (count += op.kind === "call" ? (parts.get(op.callee) ?? 0) : 0));
  return count;
}

/** The number of operations of a region at every depth. */
function size(region: Region): number {
  let count = 0;
  walk(region, () => count++);
  return count;
}

class Inliner {
  grown = 0;
  private readonly resolution = new Resolution();

  constructor(
    private readonly callees: ReadonlyMap<string, Callee>,
    private readonly budget: number,
  ) {}

  region(region: Region): Region {
    const ops: Op[] = [];
    for (const op of region.ops) {
      const callee = op.kind === "call" ? this.callees.get(op.callee) : undefined;
      if (op.kind === "call" && callee !== undefined && this.grown + callee.size - 1 <= this.budget) {
        this.grown += callee.size - 1;
        for (const spliced of this.splice(op, callee)) ops.push(spliced);
      } else {
        ops.push(mapOp(op, this.use, (r) => this.region(r)));
      }
    }
    return { params: region.params, ops, yields: region.yields === null ? null : region.yields.map(this.use) };
  }

  private splice(call: Call, callee: Callee): readonly Op[] {
    const map: Substitution = new Map();
    callee.body.params.forEach((param, k) => {
      const arg = call.args[k];
      if (arg !== undefined) map.set(param.id, this.use(arg));
    });
    const chosen = namedResults(call, callee);
    const ops = cloneOps(callee.body.ops, map, chosen);
    call.results.forEach((result, k) => {
      const yielded = callee.yields[k];
      if (yielded !== undefined) this.resolution.set(result, substitute(map, yielded));
    });
    return ops;
  }

  private readonly use = (v: Value): Value => this.resolution.of(v);
}

/** The results of a call that have a name become the values that the spliced body computes for them. */
function namedResults(call: Call, callee: Callee): ReadonlyMap<ValueId, Value> {
  const defined = new Set<ValueId>();
  for (const op of callee.body.ops) for (const v of results(op)) defined.add(v.id);
  const chosen = new Map<ValueId, Value>();
  callee.yields.forEach((yielded, k) => {
    const result = call.results[k];
    if (result?.hint !== undefined && defined.has(yielded.id) && !chosen.has(yielded.id))
      chosen.set(yielded.id, result);
  });
  return chosen;
}
