/**
 * Which constants of the module the functions of a program may write to. A value stored there would outlive the call, so
 * such programs are refused.
 *
 * Every class of memory has *roots*: the constants, the parameters of its function and their members, whose memory it may be.
 * Functions are summarised (which roots they write to, which their results hold, what they store into their arguments) and
 * the summaries used where they are called, so that a helper that writes to one argument does not taint another call of it.
 * Iterated until nothing changes.
 */
import type { Call, Func, Loc, Op, Program, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { walk } from "../ir/walk.js";
import { analyzeMemory, type MemoryClass, type MemoryModel } from "./memory.js";

/** A way from a reference to what it leads to: the keys of members. At `open` end also everything behind. */
interface Path {
  readonly keys: readonly string[];
  readonly open: boolean;
}

/** A constant; or what a parameter leads to on a path, the parameter itself on the empty one. */
type Root =
  | { readonly kind: "constant"; readonly name: string }
  | { readonly kind: "param"; readonly index: number; readonly path: Path };

/** Longer paths end open. */
const longestPath = 4;

const pathId = (path: Path): string => `${path.keys.join(".")}${path.open ? ".." : ""}`;
const identity = (root: Root): string =>
  root.kind === "constant" ? `constant ${root.name}` : `param ${root.index} ${pathId(root.path)}`;

/** Roots by their identity. */
type Roots = Map<string, Root>;

/** What lies at the ends of some paths. */
type Places = Map<string, { readonly path: Path; readonly roots: Roots }>;

interface Summary {
  /** What is written to, with the place of one such write. */
  readonly writes: Map<string, { readonly root: Root; readonly loc: Loc | undefined }>;
  /** For each result, what it and what it leads to may be. */
  readonly results: readonly Places[];
  /** For each parameter, what else it may lead to afterwards. */
  readonly stored: Map<number, Places>;
}

export interface ConstantWrite {
  /** The constant, by its name in `Program.globals`; or that of something taken from outside. */
  readonly name: string;
  readonly loc: Loc | undefined;
}

/**
 * `taken`: memory that is taken out of something outside, or put into it, by the value that leads to it; what is written
 * there is named after it.
 */
export function constantWrites(
  program: Program,
  taken: ReadonlyMap<ValueId, string> = new Map(),
): readonly ConstantWrite[] {
  if (program.globals.size === 0 && taken.size === 0) return [];
  const analyses = [...program.funcs.values()].map((func) => new Analysis(program, func, taken));
  const summaries = new Map(analyses.map((a) => [a.func.name, a.summary]));
  let changed = true;
  while (changed) {
    changed = false;
    for (const analysis of analyses) if (analysis.step(summaries)) changed = true;
  }
  return analyses.flatMap(({ summary }) =>
    [...summary.writes.values()].flatMap(({ root, loc }) =>
      root.kind === "constant" ? [{ name: root.name, loc }] : [],
    ),
  );
}

class Analysis {
  readonly summary: Summary;
  readonly #model: MemoryModel;
  readonly #roots = new Map<MemoryClass, Roots>();
  readonly #ops: Op[] = [];
  /** Values that are no constant though their class may hold one: made right here. */
  readonly #fresh = new Set<ValueId>();
  /** What is put into something outside is known there from then on, wherever it was made. */
  readonly #known = new Set<MemoryClass>();
  #changed = false;

  constructor(
    program: Program,
    readonly func: Func,
    taken: ReadonlyMap<ValueId, string>,
  ) {
    this.#model = analyzeMemory(program, func.name, [func.name], "apart");
    this.summary = { writes: new Map(), results: func.results.map(() => new Map()), stored: new Map() };
    walk(func.body, (op) => {
      this.#ops.push(op);
      if (op.kind === "new" || op.kind === "alloc" || op.kind === "copy") this.#fresh.add(op.result.id);
      if (op.kind === "cast" && this.#fresh.has(op.value.id)) this.#fresh.add(op.result.id);
    });
    func.body.params.forEach((p, index) => {
      if (!isReference(p.type)) return;
      for (const [path, owner] of paths(this.#model.classOf(p)))
        this.#put(owner, path, [{ kind: "param", index, path }]);
    });
    for (const op of this.#ops)
      if (op.kind === "global" && isReference(op.result.type))
        this.#add(this.#model.classOf(op.result), [{ kind: "constant", name: op.name }]);
    for (const op of this.#ops) {
      if (op.kind !== "foreign") continue;
      for (const v of op.result === undefined ? op.args : [...op.args, op.result]) {
        const name = isReference(v.type) ? taken.get(v.id) : undefined;
        if (name === undefined) continue;
        this.#add(this.#model.classOf(v), [{ kind: "constant", name }]);
        this.#known.add(this.#model.classOf(v).find());
      }
    }
  }

  /** Did anything become known? */
  step(summaries: ReadonlyMap<string, Summary>): boolean {
    this.#changed = false;
    for (const op of this.#ops) {
      switch (op.kind) {
        case "store":
        case "accum":
          this.#write(op.place.base, op.loc);
          break;
        case "resize":
          this.#write(op.array, op.loc);
          break;
        case "addInto":
        case "clear":
          this.#write(op.target, op.loc);
          break;
        case "call": {
          const summary = summaries.get(op.callee);
          if (summary !== undefined) this.#call(op, summary);
          break;
        }
        default:
          break;
      }
    }
    this.func.body.yields?.forEach((v, i) => {
      const result = this.summary.results[i];
      if (result !== undefined && isReference(v.type)) this.#read(this.#model.classOf(v), result, () => true);
    });
    this.func.body.params.forEach((p, index) => {
      if (!isReference(p.type)) return;
      const stored = this.summary.stored.get(index) ?? new Map();
      this.summary.stored.set(index, stored);
      this.#read(this.#model.classOf(p), stored, (root) => root.kind !== "param" || root.index !== index);
    });
    return this.#changed;
  }

  #read(owner: MemoryClass, into: Places, isWanted: (root: Root) => boolean): void {
    for (const [path, at] of paths(owner)) {
      const roots = (path.open ? this.#reach(at) : [...this.#rootsOf(at).values()]).filter(isWanted);
      if (roots.length === 0) continue;
      const place = into.get(pathId(path)) ?? { path, roots: new Map() };
      into.set(pathId(path), place);
      this.#into(place.roots, roots);
    }
  }

  #call(op: Call, summary: Summary): void {
    /** What a root of the called function is here. */
    const here = (root: Root): readonly Root[] => {
      if (root.kind === "constant") return [root];
      const arg = op.args[root.index];
      if (arg === undefined || !isReference(arg.type)) return [];
      if (root.path.keys.length === 0 && !root.path.open && this.#isFresh(arg)) return [];
      const { owner, roots } = this.#along(this.#model.classOf(arg), root.path);
      return root.path.open ? [...roots, ...this.#reach(owner)] : roots;
    };
    const apply = (target: Value, places: Places): void => {
      for (const { path, roots } of places.values())
        this.#put(follow(this.#model.classOf(target), path), path, [...roots.values()].flatMap(here));
    };
    for (const { root } of summary.writes.values())
      if (root.kind === "param") for (const written of here(root)) this.#writes(written, op.loc);
    op.results.forEach((result, i) => {
      const places = summary.results[i];
      if (places !== undefined && isReference(result.type)) apply(result, places);
    });
    for (const [index, places] of summary.stored) {
      const arg = op.args[index];
      if (arg !== undefined && isReference(arg.type)) apply(arg, places);
    }
  }

  /**
   * The end of a path, and its roots. A member that this function never looks at has none of its own: it belongs to what
   * the object it is in belongs to.
   */
  #along(start: MemoryClass, path: Path): { readonly owner: MemoryClass; readonly roots: readonly Root[] } {
    let owner = start.find();
    let roots: readonly Root[] = [...this.#rootsOf(owner).values()];
    for (const key of path.keys) {
      owner = owner.member(key);
      const own = [...this.#rootsOf(owner).values()];
      roots =
        own.length > 0
          ? own
          : roots.map((root) => (root.kind === "constant" ? root : { ...root, path: extended(root.path, key) }));
    }
    return { owner, roots };
  }

  #write(base: Value, loc: Loc | undefined): void {
    if (this.#isFresh(base)) return;
    for (const root of this.#rootsOf(this.#model.classOf(base)).values()) this.#writes(root, loc);
  }

  #isFresh(v: Value): boolean {
    return this.#fresh.has(v.id) && !this.#known.has(this.#model.classOf(v).find());
  }

  #writes(root: Root, loc: Loc | undefined): void {
    const id = identity(root);
    if (this.summary.writes.has(id)) return;
    this.summary.writes.set(id, { root, loc });
    this.#changed = true;
  }

  #rootsOf(owner: MemoryClass): Roots {
    const found = this.#roots.get(owner.find());
    if (found !== undefined) return found;
    const made: Roots = new Map();
    this.#roots.set(owner.find(), made);
    return made;
  }

  /** The roots of a class and of everything it leads to. */
  #reach(start: MemoryClass): Root[] {
    const found: Roots = new Map();
    const classes = new Set([start.find()]);
    for (const owner of classes) {
      for (const [id, root] of this.#rootsOf(owner)) found.set(id, root);
      for (const member of owner.members()) classes.add(member);
    }
    return [...found.values()];
  }

  /** What lies at the end of a path may be memory of these roots. */
  #put(owner: MemoryClass, path: Path, roots: Iterable<Root>): void {
    if (path.open) this.#add(owner, roots);
    else this.#into(this.#rootsOf(owner), roots);
  }

  /** A class, and everything it leads to, may be memory of these roots. */
  #add(start: MemoryClass, roots: Iterable<Root>): void {
    const wanted = [...roots];
    if (wanted.length === 0) return;
    const classes = new Set([start.find()]);
    for (const owner of classes) {
      this.#into(this.#rootsOf(owner), wanted);
      for (const member of owner.members()) classes.add(member);
    }
  }

  #into(set: Roots, roots: Iterable<Root>): void {
    for (const root of roots) {
      const id = identity(root);
      if (set.has(id)) continue;
      set.set(id, root);
      this.#changed = true;
    }
  }
}

/** More paths than so many end open. */
const mostPaths = 300;

/** The paths from a class. Several may lead to one class: where the function is called they may lead to different ones. */
function paths(start: MemoryClass): readonly (readonly [Path, MemoryClass])[] {
  const found: [Path, MemoryClass][] = [];
  const queue: [readonly string[], MemoryClass][] = [[[], start.find()]];
  for (const [keys, owner] of queue) {
    const members = owner.entries();
    const open = members.length > 0 && (keys.length === longestPath || queue.length > mostPaths);
    found.push([{ keys, open }, owner]);
    if (!open) for (const [key, member] of members) queue.push([[...keys, key], member]);
  }
  return found;
}

const extended = (path: Path, key: string): Path =>
  path.open || path.keys.length === longestPath ? { ...path, open: true } : { keys: [...path.keys, key], open: false };

function follow(start: MemoryClass, path: Path): MemoryClass {
  let at = start.find();
  for (const key of path.keys) at = at.member(key);
  return at;
}
