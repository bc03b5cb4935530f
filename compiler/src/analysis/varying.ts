/**
 * What in a differentiated function, and in all that it calls, may differ between calls with other values of some of its
 * parameters and the same of all others: numbers by value, memory by class. What does not vary is computed alike in each of the
 * calls. The answer is for functions whose control flow does not vary, but for `if`s that leave by their results alone: of any
 * other there is none.
 *
 * **How** Upwards from the parameters, until nothing is added. A class varies as a whole, with what leads to it and all that
 * it leads to. Frames of the tape are told apart by the stacks that their values are on, one after the other: a `save` and a
 * `restore` of one frame agree on these.
 */
import type { Func, Op, Program, Region, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { operands, regions, results, walk } from "../ir/walk.js";
import { analyzeMemory, MemoryClass, type MemoryModel, reachable } from "./memory.js";

export interface Varying {
  has(v: Value): boolean;
  /** Which of the values of a frame vary. */
  inFrame(values: readonly Value[]): readonly boolean[];
  /** The functions in which, or in what they call, something varies. */
  readonly functions: ReadonlySet<string>;
}

/** The stacks that the values of a frame are on. */
const frameOf = (values: readonly Value[]): string =>
  values.map(({ type }) => (type.kind === "num" || type.kind === "bool" ? type.kind : "reference")).join();

/** What varies with these parameters; the results of `entry` are taken to vary too, as what is to be made anew each time. */
export function findVarying(program: Program, entry: string, parameters: readonly number[]): Varying | undefined {
  const names = reachable(program, entry);
  const funcs = names.flatMap((name) => program.funcs.get(name) ?? []);
  const memory = analyzeMemory(program, entry, names);
  const frames = framesIn(funcs);
  for (const frame of frames.values())
    for (const { saved, restored } of frame) {
      const [first, ...others] = [...saved, ...restored].filter((v) => isReference(v.type));
      if (first !== undefined) for (const v of others) MemoryClass.unify(memory.classOf(first), memory.classOf(v));
    }
  const finder = new Finder(program, memory, frames, ownersIn(funcs, memory), madeWithoutArguments(funcs));
  const own = program.funcs.get(entry);
  if (own === undefined) return undefined;
  own.body.params.forEach((p, i) => {
    if (parameters.includes(i)) finder.mark(p);
  });
  own.body.yields?.forEach((v) => finder.mark(v));
  finder.run(funcs);
  if (finder.isDefeated || finder.reachesOutside(funcs, own, parameters)) return undefined;
  return {
    has: (v) => finder.has(v),
    inFrame: (values) =>
      (frames.get(frameOf(values)) ?? []).map(({ saved, restored }) =>
        [...saved, ...restored].some((v) => finder.has(v)),
      ),
    functions: finder.functionsOf(funcs),
  };
}

/** A position in the frames of one type: what is saved there, and what is restored. */
interface Held {
  readonly saved: Value[];
  readonly restored: Value[];
}

/** The frames by their types. */
type Frames = ReadonlyMap<string, readonly Held[]>;

function framesIn(funcs: readonly Func[]): Frames {
  const frames = new Map<string, readonly Held[]>();
  for (const func of funcs)
    walk(func.body, (op) => {
      if (op.kind !== "save" && op.kind !== "restore") return;
      const values = op.kind === "save" ? op.values : op.results;
      const key = frameOf(values);
      const frame = frames.get(key) ?? values.map((): Held => ({ saved: [], restored: [] }));
      frames.set(key, frame);
      values.forEach((v, k) => frame[k]?.[op.kind === "save" ? "saved" : "restored"].push(v));
    });
  return frames;
}

/** By class, the classes that hold references to it. */
function ownersIn(funcs: readonly Func[], memory: MemoryModel): ReadonlyMap<MemoryClass, readonly MemoryClass[]> {
  const classes = new Set<MemoryClass>();
  for (const func of funcs)
    eachValue(func.body, (v) => {
      if (isReference(v.type)) classes.add(memory.classOf(v));
    });
  const owners = new Map<MemoryClass, MemoryClass[]>();
  for (const owner of classes)
    for (const member of owner.members()) {
      classes.add(member);
      const known = owners.get(member);
      if (known === undefined) owners.set(member, [owner]);
      else known.push(owner);
    }
  return owners;
}

function madeWithoutArguments(funcs: readonly Func[]): ReadonlySet<ValueId> {
  const made = new Set<ValueId>();
  for (const func of funcs)
    walk(func.body, (op) => {
      if (op.kind === "foreign" && op.pure && op.args.length === 0 && op.result !== undefined) made.add(op.result.id);
    });
  return made;
}

function eachValue(region: Region, visit: (v: Value) => void): void {
  region.params.forEach(visit);
  for (const op of region.ops) {
    results(op).forEach(visit);
    for (const inner of regions(op)) eachValue(inner, visit);
  }
}

class Finder {
  readonly #values = new Set<ValueId>();
  readonly #classes = new Set<MemoryClass>();
  #hasChanged = false;
  /** Something varies that may not. */
  isDefeated = false;

  constructor(
    private readonly program: Program,
    private readonly memory: MemoryModel,
    private readonly frames: Frames,
    private readonly owners: ReadonlyMap<MemoryClass, readonly MemoryClass[]>,
    /** The memos that stand where they are made. */
    private readonly memos: ReadonlySet<ValueId>,
  ) {}

  has(v: Value): boolean {
    return isReference(v.type) ? this.#classes.has(this.memory.classOf(v)) : this.#values.has(v.id);
  }

  mark(v: Value): void {
    if (this.has(v)) return;
    this.#hasChanged = true;
    if (!isReference(v.type)) {
      this.#values.add(v.id);
      return;
    }
    const reached = new Set([this.memory.classOf(v)]);
    for (const c of reached) {
      this.#classes.add(c);
      for (const other of [...c.members(), ...(this.owners.get(c) ?? [])]) reached.add(other);
    }
  }

  run(funcs: readonly Func[]): void {
    do {
      this.#hasChanged = false;
      for (const func of funcs) this.#region(func.body);
      for (const frame of this.frames.values())
        for (const { saved, restored } of frame) this.#flow([...saved, ...restored], restored);
    } while (this.#hasChanged && !this.isDefeated);
  }

  /** Does memory vary that is not the function's own, or that others know? */
  reachesOutside(funcs: readonly Func[], entry: Func, parameters: readonly number[]): boolean {
    const own = entry.body.params.filter((_, i) => !parameters.includes(i));
    let found = own.some((p) => this.has(p));
    for (const func of funcs)
      eachValue(func.body, (v) => {
        if (isReference(v.type) && this.has(v) && this.memory.classOf(v).foreign) found = true;
      });
    for (const func of funcs)
      walk(func.body, (op) => {
        if (op.kind === "global" && this.has(op.result)) found = true;
      });
    return found;
  }

  functionsOf(funcs: readonly Func[]): ReadonlySet<string> {
    const found = new Set<string>();
    for (const func of funcs) {
      let varies = false;
      eachValue(func.body, (v) => (varies ||= this.has(v)));
      if (varies) found.add(func.name);
    }
    // One that calls such a function is one too.
    for (let size = -1; size !== found.size; ) {
      size = found.size;
      for (const func of funcs)
        walk(func.body, (op) => {
          if (op.kind === "call" && found.has(op.callee)) found.add(func.name);
        });
    }
    return found;
  }

  #any(values: readonly Value[]): boolean {
    return values.some((v) => this.has(v));
  }

  #flow(from: readonly Value[], to: readonly Value[]): void {
    if (this.#any(from)) for (const v of to) this.mark(v);
  }

  /** That this varies is more than can be made of it. */
  #never(values: readonly (Value | undefined)[]): void {
    if (values.some((v) => v !== undefined && this.has(v))) {
      this.isDefeated = true;
    }
  }

  #region(region: Region): void {
    for (const op of region.ops) this.#op(op);
  }

  #op(op: Op): void {
    switch (op.kind) {
      case "if":
        this.#if(op);
        return;
      case "for":
      case "while":
        this.#loop(op);
        return;
      case "call":
        this.#call(op);
        return;
      case "load":
        if (op.place.kind === "elem") this.#never([op.place.index]);
        this.#flow([op.place.base], [op.result]);
        return;
      case "store":
      case "accum":
        if (op.place.kind === "elem") this.#never([op.place.index]);
        this.#flow([op.value], [op.place.base]);
        return;
      case "new":
      case "prim":
        this.#flow(operands(op), results(op));
        return;
      case "cast":
        this.#flow([op.value], [op.result]);
        return;
      case "copy":
        this.#flow([op.source], [op.result]);
        return;
      case "export":
        // It may be the same object.
        this.#flow([op.source, op.result], [op.source, op.result]);
        return;
      case "addInto":
        this.#flow([op.source], [op.target]);
        if (op.memo !== undefined) this.#remembers(op.memo, [op.target]);
        return;
      case "clear":
        if (op.memo !== undefined) this.#remembers(op.memo, [op.target]);
        return;
      case "share":
        this.#remembers(op.memo, [op.source, op.result]);
        this.#flow([op.memo], [op.result]);
        return;
      case "foreign":
        if (!op.pure) this.#never([...op.args, op.result]);
        else if (op.result !== undefined) this.#flow(op.args, [op.result]);
        return;
      case "alloc":
        this.#never([op.length]);
        return;
      case "resize":
        this.#never([op.length]);
        return;
      case "view":
        this.#never([op.from, op.to]);
        return;
      case "zeros":
        this.#flow(isReference(op.result.type) ? [] : [op.like], [op.result]);
        return;
      case "throw":
        this.#never(op.args);
        return;
      case "reserve":
        this.#never([op.numbers, op.flags]);
        return;
      case "closure":
        this.isDefeated = true;
        return;
      default:
        return;
    }
  }

  /** What a memo knows of objects that vary is another thing each time, and so is then what is made with it. */
  #remembers(memo: Value, objects: readonly Value[]): void {
    this.#flow(objects, [memo]);
    if (this.has(memo) && !this.memos.has(memo.id)) this.isDefeated = true;
  }

  #if(op: Op & { readonly kind: "if" }): void {
    for (const arm of [op.then, op.else]) {
      this.#region(arm);
      arm.yields?.forEach((v, k) => this.#flow([v], op.results.slice(k, k + 1)));
    }
    if (!this.has(op.cond)) return;
    for (const v of op.results) this.mark(v);
    for (const arm of [op.then, op.else]) this.#apart(arm);
  }

  /** What stands where it may run for one of the calls and not for another. */
  #apart(region: Region): void {
    walk(region, (op) => {
      switch (op.kind) {
        case "store":
        case "accum":
          this.mark(op.place.base);
          // The array may become longer.
          if (op.place.kind === "elem" && op.place.base.type.kind !== "typed") {
            this.isDefeated = true;
          }
          return;
        case "const":
        case "prim":
        case "load":
        case "length":
        case "cast":
        case "new":
        case "alloc":
        case "zeros":
        case "copy":
        case "if":
        case "for":
        case "while":
        case "global":
          return;
        case "foreign":
          if (!op.pure) this.isDefeated = true;
          return;
        default:
          this.isDefeated = true;
      }
    });
  }

  #loop(op: Op & { readonly kind: "for" | "while" }): void {
    const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
    const yields = op.body.yields?.slice(op.breaks ? 1 : 0) ?? [];
    params.forEach((param, k) => {
      const carried = [param, op.results[k], op.kind === "while" ? op.cond.params[k] : undefined];
      const own = carried.filter((v) => v !== undefined);
      const given = [op.inits[k], yields[k]].filter((v) => v !== undefined);
      this.#flow([...own, ...given], own);
    });
    if (op.kind === "while") this.#region(op.cond);
    this.#region(op.body);
    this.#never(op.kind === "for" ? [op.from, op.to] : [op.cond.yields?.[0]]);
    if (op.breaks) this.#never([op.body.yields?.[0]]);
  }

  #call(op: Op & { readonly kind: "call" }): void {
    const callee = this.program.funcs.get(op.callee);
    const { params, yields } = callee?.body ?? { params: [], yields: [] };
    params.forEach((p, i) => this.#flow(op.args.slice(i, i + 1), [p]));
    yields?.forEach((v, i) => this.#flow([v], op.results.slice(i, i + 1)));
    if (callee?.external === undefined && callee?.rule === undefined) return;
    this.#never([...op.args, ...op.results]);
  }
}
