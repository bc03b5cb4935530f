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

/** Is memory of this class, made outside the loop, filled anew by each iteration, and used by nothing else? */
export function isPrivateScratch(
  owner: MemoryClass,
  loop: For,
  program: Program,
  names: readonly string[],
  memory: MemoryModel,
): boolean {
  const root = owner.find();
  const [allocation, ...others] = root.allocations;
  if (root.external || root.foreign || root.travels || others.length > 0) return false;
  if (allocation?.kind !== "alloc" || allocation.result.type.kind !== "typed") return false;
  const isIt = (v: Value): boolean => isReference(v.type) && memory.classOf(v).find() === root;
  const array = allocation.result;
  const lengths = new Set([allocation.length.id]);
  const zeros = new Set<ValueId>();
  const inside = new Set<Op>();
  walk(loop.body, (op) => inside.add(op));
  let isInside = true;
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func === undefined) return false;
    walk(func.body, (op) => {
      if (op.kind === "const" && op.value === 0) zeros.add(op.result.id);
      if (op.kind === "length") {
        if (op.array === array) lengths.add(op.result.id);
        return;
      }
      const used = operands(op).filter(isIt);
      if (used.length === 0) return;
      const touches = op.kind === "load" || op.kind === "store" || op.kind === "accum";
      isInside &&=
        inside.has(op) && touches && used.length === 1 && op.place.kind === "elem" && op.place.base === array;
    });
  }
  return isInside && readsWhatItWrote(loop.body, { isFilled: false }, { array, lengths, zeros }, new Set());
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
