/**
 * Arrays made before a loop that each of its iterations fills before it reads them: nothing goes from one iteration to
 * another through them, and nothing outside the loop looks into them. So the iterations may run again, in any order, one by one.
 */
import type { For, Op, Program, Region, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { operands, regions, walk } from "../ir/walk.js";
import type { MemoryClass, MemoryModel } from "./memory.js";

interface Scratch {
  readonly array: Value;
  /** The numbers that are surely its length. */
  readonly lengths: ReadonlySet<ValueId>;
  readonly zeros: ReadonlySet<ValueId>;
}

/** What there is to know about arrays of a program, looked up once for all its loops. */
export class Scratches {
  readonly #uses = new Map<string, Op[]>();
  readonly #lengths = new Map<ValueId, Set<ValueId>>();
  readonly #zeros = new Set<ValueId>();

  constructor(program: Program, names: readonly string[], memory: MemoryModel) {
    for (const name of names) {
      const func = program.funcs.get(name);
      if (func !== undefined) walk(func.body, (op) => this.#add(op, memory));
    }
  }

  #add(op: Op, memory: MemoryModel): void {
    if (op.kind === "const" && op.value === 0) this.#zeros.add(op.result.id);
    if (op.kind === "length") {
      this.#lengthsOf(op.array).add(op.result.id);
      return;
    }
    if (op.kind === "alloc") this.#lengthsOf(op.result).add(op.length.id);
    for (const v of operands(op)) {
      if (!isReference(v.type)) continue;
      const key = memory.classOf(v).slot("");
      const uses = this.#uses.get(key);
      if (uses === undefined) this.#uses.set(key, [op]);
      else uses.push(op);
    }
  }

  #lengthsOf(array: Value): Set<ValueId> {
    const known = this.#lengths.get(array.id);
    if (known !== undefined) return known;
    const lengths = new Set<ValueId>();
    this.#lengths.set(array.id, lengths);
    return lengths;
  }

  /**
   * Is memory of this class, made outside the loop, filled anew by each iteration, and used by nothing else?
   *
   * @param inside the operations of the loop's body, at every depth
   */
  isPrivate(owner: MemoryClass, loop: For, inside: ReadonlySet<Op>): boolean {
    const { allocations, external, foreign, travels } = owner.find();
    const [allocation, ...others] = allocations;
    if (external || foreign || travels || others.length > 0) return false;
    if (allocation?.kind !== "alloc" || allocation.result.type.kind !== "typed") return false;
    const array = allocation.result;
    const isPlain = (op: Op): boolean =>
      inside.has(op) &&
      (op.kind === "load" || op.kind === "store" || op.kind === "accum") &&
      op.place.kind === "elem" &&
      op.place.base === array;
    if (!(this.#uses.get(owner.slot("")) ?? []).every(isPlain)) return false;
    const scratch = { array, lengths: this.#lengthsOf(array), zeros: this.#zeros };
    return readsWhatItWrote(loop.body, { isFilled: false }, scratch, new Set());
  }
}

/**
 * Does every read of the array come after a loop that writes all its elements? `written` are indices of elements that
 * surely have been written.
 */
function readsWhatItWrote(
  region: Region,
  state: { isFilled: boolean },
  scratch: Scratch,
  written: Set<ValueId>,
): boolean {
  for (const op of region.ops) {
    if ((op.kind === "load" || op.kind === "accum") && op.place.base === scratch.array) {
      if (!state.isFilled && !(op.place.kind === "elem" && written.has(op.place.index.id))) return false;
    }
    if (op.kind === "store" && op.place.base === scratch.array && op.place.kind === "elem")
      written.add(op.place.index.id);
    const inner = regions(op);
    if (inner.length === 0) continue;
    const ends = inner.map((r) => {
      const own = { isFilled: state.isFilled };
      return readsWhatItWrote(r, own, scratch, new Set(written)) ? own : undefined;
    });
    if (ends.includes(undefined)) return false;
    if (op.kind === "if") state.isFilled ||= ends.every((end) => end?.isFilled === true);
    else state.isFilled ||= op.kind === "for" && fills(op, scratch);
  }
  return true;
}

/** `for (let i = 0; i < a.length; i++) { …; a[i] = …; … }` */
function fills(op: For, { array, lengths, zeros }: Scratch): boolean {
  const [index] = op.body.params;
  if (op.test !== "<" || op.step !== 1 || op.breaks || op.body.yields === null) return false;
  if (!zeros.has(op.from.id) || !lengths.has(op.to.id)) return false;
  return op.body.ops.some(
    (o) => o.kind === "store" && o.place.kind === "elem" && o.place.base === array && o.place.index === index,
  );
}
