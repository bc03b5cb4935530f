/**
 * Which arrays change their length, and which operations may do it. JavaScript arrays become longer by a push (a store
 * that says so), and by a store past their end; they are resized by `resize`. The length of an array whose class does none
 * of this is as good as a constant of the array.
 *
 * A store past the end is not written as such. It is taken for one where the array may have been made by a literal or is
 * pushed to, unless its index is surely in range: a literal below the number of members, or the index of a loop up to the
 * length of the same array. (Arrays made with a length are taken to have the length they need.)
 *
 * An object with arbitrary keys becomes larger by any store, and smaller by `delete`.
 */
import { isDeletion } from "../ir/deletion.js";
import type { Op, Program, Region, Resize, Store, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { regions } from "../ir/walk.js";
import { elements, type MemoryClass, type MemoryModel } from "./memory.js";

/** The key of the slot that is the length of an array. */
export const lengthKey = "length";

export interface Growth {
  /** May this store make its array longer? */
  mayGrow(op: Store): boolean;
  /** May arrays of this class become longer or shorter? */
  changes(owner: MemoryClass): boolean;
  /** May arrays of this class become shorter? */
  shrinks(owner: MemoryClass): boolean;
  /** The slots this operation itself writes. */
  slotsWritten(op: Op): readonly string[];
}

export function analyzeGrowth(program: Program, names: readonly string[], memory: MemoryModel): Growth {
  const facts = new Facts();
  for (const name of names) {
    const func = program.funcs.get(name);
    if (func !== undefined) facts.collect(func.body);
  }
  const pushed = new Set<string>(facts.added.map((v) => memory.classOf(v).slot(lengthKey)));
  const shrunk = new Set<string>(facts.deleted.map((v) => memory.classOf(v).slot(lengthKey)));
  const slotOf = (v: Value): string => memory.classOf(v).slot(lengthKey);
  for (const op of facts.writes) {
    if (op.kind === "resize") shrunk.add(slotOf(op.array));
    else if (op.grows === true || facts.isLengthOf(op.place.base, op)) pushed.add(slotOf(op.place.base));
  }
  const isShort = (v: Value): boolean => {
    const slot = slotOf(v);
    return pushed.has(slot) || shrunk.has(slot) || memory.classOf(v).allocations.some((a) => a.kind === "new");
  };
  const mayGrow = (op: Store): boolean => {
    const { place } = op;
    if (op.grows === true || place.base.type.kind === "dict") return true;
    if (place.kind !== "elem" || place.base.type.kind !== "array" || !isShort(place.base)) return false;
    return shrunk.has(slotOf(place.base)) || !facts.isInRange(place.base, place.index);
  };
  const changed = new Set([...pushed, ...shrunk]);
  for (const op of facts.writes) if (op.kind === "store" && mayGrow(op)) changed.add(slotOf(op.place.base));
  return {
    mayGrow,
    changes: (owner) => changed.has(owner.slot(lengthKey)),
    shrinks: (owner) => shrunk.has(owner.slot(lengthKey)),
    slotsWritten: (op) => {
      switch (op.kind) {
        case "accum":
          return [memory.slotOf(op.place)];
        case "store":
          return mayGrow(op) ? [memory.slotOf(op.place), slotOf(op.place.base)] : [memory.slotOf(op.place)];
        case "resize":
          return [memory.classOf(op.array).slot(elements), slotOf(op.array)];
        case "foreign": {
          const from = isDeletion(op) ? op.args[0] : undefined;
          return from === undefined || !isReference(from.type)
            ? []
            : [memory.classOf(from).slot(elements), slotOf(from)];
        }
        default:
          return [];
      }
    },
  };
}

/** What is known about indices and lengths. */
class Facts {
  readonly writes: (Store | Resize)[] = [];
  /** Objects with arbitrary keys that a member may be added to, or deleted from. */
  readonly added: Value[] = [];
  readonly deleted: Value[] = [];
  private readonly literals = new Map<ValueId, number>();
  private readonly lengthOf = new Map<ValueId, ValueId>();
  private readonly members = new Map<ValueId, number>();
  /** What the indices of loops that start at a literal and go up stay below. */
  private readonly below = new Map<ValueId, Value>();

  collect(region: Region): void {
    for (const op of region.ops) {
      switch (op.kind) {
        case "const":
          if (typeof op.value === "number") this.literals.set(op.result.id, op.value);
          break;
        case "length":
          this.lengthOf.set(op.result.id, op.array.id);
          break;
        case "new":
          if (isReference(op.result.type)) this.members.set(op.result.id, op.members.length);
          break;
        case "for": {
          const [index] = op.body.params;
          const from = this.literals.get(op.from.id);
          const up = op.step > 0 && op.test === "<" && from !== undefined && Number.isInteger(from) && from >= 0;
          if (index !== undefined && up) this.below.set(index.id, op.to);
          break;
        }
        case "store":
          if (op.place.base.type.kind === "dict") this.added.push(op.place.base);
          else this.writes.push(op);
          break;
        case "resize":
          this.writes.push(op);
          break;
        case "foreign": {
          const [from] = op.args;
          if (from !== undefined && isDeletion(op) && isReference(from.type)) this.deleted.push(from);
          break;
        }
        default:
      }
      for (const inner of regions(op)) this.collect(inner);
    }
  }

  /** Is this `x[x.length] = v`? */
  isLengthOf(base: Value, op: Store): boolean {
    return op.place.kind === "elem" && this.lengthOf.get(op.place.index.id) === base.id;
  }

  isInRange(base: Value, index: Value): boolean {
    const members = this.members.get(base.id);
    const literal = this.literals.get(index.id);
    if (literal !== undefined) return members !== undefined && literal < members;
    const bound = this.below.get(index.id);
    if (bound === undefined) return false;
    const limit = this.literals.get(bound.id);
    return (
      this.lengthOf.get(bound.id) === base.id || (limit !== undefined && members !== undefined && limit <= members)
    );
  }
}
