/**
 * **Purpose** Loops tagged `@checkpoint` become calls of checkpointed functions, each of which runs some of the iterations:
 * what is kept of the loop is then what those functions are given.
 * **Needs** Verified IR.
 * **Guarantees** The same results, effects and exceptions; no loop with such a tag is left.
 * **How** The body goes into a function that is given the carried values and what it reads from outside. Constants are made
 * there once more. The functions are marked (`Func.checkpoint`); what all of them are given is marked too (`Func.running`).
 */
import { analyzeGrowth } from "../analysis/growth.js";
import { integerValues } from "../analysis/integers.js";
import { analyzeMemory, reachable } from "../analysis/memory.js";
import { analyzeStability } from "../analysis/stability.js";
import { Builder, like, value } from "../ir/build.js";
import { cloneOps, cloneRegion, type Substitution } from "../ir/clone.js";
import type { Checkpointing, For, Func, Op, Program, Region, Value, ValueId, While } from "../ir/ir.js";
import { isNumber } from "../ir/types.js";
import { eachDefinition, eachUse, mapOp, mapRegions, regions, results, walk } from "../ir/walk.js";
import type { PassOptions } from "./pass.js";
import {
  docOf,
  type Inside,
  type Part,
  writeEqualSegments,
  writeGrowingSegments,
  writeUnknownSegments,
} from "./segments.js";
import { writeRevolve } from "./revolve.js";

export function outlineLoops(program: Program, options: PassOptions): Program {
  if ([...program.funcs.values()].every((func) => func.checkpoint !== true && !hasTag(func))) return program;
  const funcs = new Map<string, Func>();
  for (const [name, func] of program.funcs) {
    const outliner = new Outliner(func, program);
    const body = outliner.region(func.body);
    const outlined = outliner.made.length === 0 ? func : { ...func, body };
    // The caller of an entry is not ours: its body is what is checkpointed.
    if (func.checkpoint === true && options.entries?.has(name) === true) {
      const inner: Func = { ...outlined, name: `${name}.body`, source: `${func.source}_body` };
      funcs.set(inner.name, inner);
      funcs.set(name, wrapper(func, inner));
    } else funcs.set(name, outlined);
    for (const made of outliner.made) funcs.set(made.name, made);
  }
  return { ...program, funcs };
}

function hasTag(func: Func): boolean {
  let found = false;
  walk(func.body, (op) => {
    found ||= (op.kind === "for" || op.kind === "while") && op.tag?.kind === "checkpoint";
  });
  return found;
}

/**
 * What the loop asks of numbers from outside, whether they are there, is asked before it: a number that is not there would not
 * be told from NaN once it has been kept for the reverse sweep.
 */
function askedOutside(loop: For | While): { readonly before: readonly Op[]; readonly loop: For | While } {
  const own = new Set<ValueId>();
  for (const region of regions(loop)) eachDefinition(region, (v) => own.add(v.id));
  const b = new Builder(loop.loc);
  const answers = new Map<ValueId, Value>();
  const known = new Map<ValueId, Value>();
  const without = (region: Region): Region => ({
    ...region,
    ops: region.ops.flatMap((op): readonly Op[] => {
      const [asked] = op.kind === "prim" && op.name === "isNullish" ? op.args : [];
      if (op.kind !== "prim" || asked === undefined || asked.type.kind !== "num" || own.has(asked.id))
        return [mapRegions(op, without)];
      const answer = answers.get(asked.id) ?? b.prim("isNullish", [asked]);
      answers.set(asked.id, answer);
      known.set(op.result.id, answer);
      return [];
    }),
  });
  const stripped = withRegions(loop, without);
  if (known.size === 0) return { before: [], loop };
  const use = (v: Value): Value => known.get(v.id) ?? v;
  const renamed = (region: Region): Region => ({
    ...region,
    ops: region.ops.map((op) => mapOp(op, use, renamed)),
    yields: region.yields === null ? null : region.yields.map(use),
  });
  return { before: b.ops, loop: withRegions(stripped, renamed) };
}

const withRegions = (loop: For | While, region: (r: Region) => Region): For | While =>
  loop.kind === "for"
    ? { ...loop, body: region(loop.body) }
    : { ...loop, cond: region(loop.cond), body: region(loop.body) };

/** The entry calls what was its body. */
function wrapper({ checkpoint: _checkpoint, ...func }: Func, inner: Func): Func {
  const b = new Builder(func.loc);
  const params = func.body.params.map(like);
  const given = func.results.map((type) => value(type, "result"));
  b.push({ kind: "call", callee: inner.name, args: params, results: given });
  return { ...func, body: b.region(params, given) };
}

class Outliner implements Inside {
  readonly made: Func[] = [];
  #names = 0;
  #written: ((v: Value) => boolean) | undefined;
  readonly #constants = new Map<ValueId, Op>();
  readonly integers: ReadonlySet<ValueId>;

  constructor(
    readonly func: Func,
    private readonly program: Program,
  ) {
    walk(func.body, (op) => {
      if (op.kind === "const" || op.kind === "global") for (const v of results(op)) this.#constants.set(v.id, op);
    });
    this.integers = integerValues(func);
  }

  region(region: Region): Region {
    const ops = region.ops.flatMap((op): readonly Op[] => {
      const inner = mapRegions(op, (r) => this.region(r));
      if ((inner.kind !== "for" && inner.kind !== "while") || inner.tag?.kind !== "checkpoint") return [inner];
      const { tag, ...loop } = inner;
      const asked = askedOutside(loop);
      return [...asked.before, ...this.#split(asked.loop, tag)];
    });
    return { ...region, ops };
  }

  #split(loop: For | While, tag: Checkpointing): readonly Op[] {
    // A body that never ends has nothing to reverse.
    if (loop.body.yields === null || loop.count !== undefined) return [loop];
    const b = new Builder(loop.loc);
    if (loop.kind === "while") writeUnknownSegments(this, loop, b);
    else if (loop.breaks) writeGrowingSegments(this, loop, b);
    else if (tag.schedule === "revolve") writeRevolve(this, loop, tag, b);
    else writeEqualSegments(this, loop, tag, b);
    return b.ops;
  }

  /** A name for a function. */
  named(kind: string): Part["name"] {
    const full = `${this.func.name}.${kind}${this.#names === 0 ? "" : `@${this.#names}`}`;
    this.#names++;
    return { full, kind };
  }

  part({ name, loop, own, write, ...marks }: Part): string {
    const { full, kind } = name;
    const regions = loop.kind === "for" ? [loop.body] : [loop.cond, loop.body];
    const map: Substitution = new Map();
    const b = new Builder(loop.loc);
    for (const v of constantsIn(regions, this.#constants)) b.ops.push(...cloneOps([v], map));
    const shared = this.shared(loop);
    const carried = loop.inits.map((v, i) => value(v.type, loop.results[i]?.hint ?? v.hint));
    const inner = shared.map((v) => {
      const param = like(v);
      map.set(v.id, param);
      return param;
    });
    const params = [...own, ...carried, ...inner];
    const clone = (region: Region): Region => cloneRegion(region, new Map(map));
    const yields = write({ b, carried, shared: inner, clone });
    const first = own.length + carried.length;
    this.made.push({
      name: full,
      source: `${this.func.source}_${kind}`,
      body: b.region(params, yields),
      results: yields.map((v) => v.type),
      running: inner.flatMap((v, i) => (isNumber(v.type) ? [first + i] : [])),
      doc: [docOf(loop)],
      ...marks,
      ...(loop.loc === undefined ? {} : { loc: loop.loc }),
    });
    return full;
  }

  isZero(v: Value): boolean {
    const op = this.#constants.get(v.id);
    return op?.kind === "const" && Object.is(op.value, 0);
  }

  /** Does the function overwrite what this leads to? */
  isWritten(v: Value): boolean {
    if (this.#written === undefined) {
      const { program, func } = this;
      const names = reachable(program, func.name);
      const memory = analyzeMemory(program, func.name, names);
      const growth = analyzeGrowth(program, names, memory);
      const stability = analyzeStability(program, func, names, func.name, memory, growth);
      this.#written = (w) => stability.isWritten(w.type, memory.classOf(w));
    }
    return this.#written(v);
  }

  /** What the loop reads from outside, but for constants. */
  shared(loop: For | While): readonly Value[] {
    return freeValues(loop.kind === "for" ? [loop.body] : [loop.cond, loop.body], this.#constants);
  }
}

/** What regions read from outside, but for constants. */
export function freeValues(regions: readonly Region[], constants: ReadonlyMap<ValueId, Op>): readonly Value[] {
  const inside = new Set<ValueId>();
  const found = new Map<ValueId, Value>();
  for (const region of regions) eachDefinition(region, (v) => inside.add(v.id));
  for (const region of regions)
    eachUse(region, (v) => {
      if (!inside.has(v.id) && !constants.has(v.id)) found.set(v.id, v);
    });
  return [...found.values()];
}

/** The operations that make the constants which regions read from outside. */
export function constantsIn(regions: readonly Region[], known: ReadonlyMap<ValueId, Op>): readonly Op[] {
  const inside = new Set<ValueId>();
  const found = new Set<Op>();
  for (const region of regions) eachDefinition(region, (v) => inside.add(v.id));
  for (const region of regions)
    eachUse(region, (v) => {
      const op = known.get(v.id);
      if (op !== undefined && !inside.has(v.id)) found.add(op);
    });
  return [...found];
}
