/**
 * Where references come from that go round loops, out of branches, over a tape and out of structures: which of the operations
 * of the function may have made the object. Two references that no operation can have made both are not the same object.
 *
 * What a structure refers to is of one source with it: all of what was there when the function was called, all of a deep copy.
 * That holds as long as nothing in the function puts references into objects, or may do so.
 */
import type { Func, Op, Value, ValueId } from "../ir/ir.js";
import { isReference } from "../ir/types.js";
import { operands, results, walk } from "../ir/walk.js";
import { makesFresh, mayBeSame, type Origins } from "./effects.js";

/** What was there when the function was called. */
const outer = "outer";
type Source = ValueId | typeof outer;

export class Provenance {
  /** Sources of a reference; absent where something else may be one. */
  #sources: ReadonlyMap<ValueId, ReadonlySet<Source>> | undefined;

  constructor(
    private readonly func: Func,
    private readonly origins: Origins,
  ) {}

  /** Can two references be to the same object? */
  mayBeSame(a: Value, b: Value): boolean {
    if (a.id === b.id) return true;
    if (!mayBeSame(this.origins.of(a), this.origins.of(b))) return false;
    this.#sources ??= collect(this.func);
    const [first, second] = [this.#sources.get(a.id), this.#sources.get(b.id)];
    if (first === undefined || second === undefined) return true;
    return [...first].some((source) => second.has(source));
  }
}

/** Deep structures, which refer to nothing but what was made with them. */
const deep: ReadonlySet<Op["kind"]> = new Set(["zeros", "copy"]);

/** Each reference with the sources it has by itself, and the references it may be. */
class Flow {
  readonly sources = new Map<ValueId, Set<Source>>();
  readonly #from = new Map<ValueId, readonly Value[]>();
  readonly #unknown = new Set<ValueId>();

  is(v: Value | undefined, source: Source): void {
    if (v !== undefined) this.sources.set(v.id, new Set([source]));
  }

  comesFrom(v: Value | undefined, values: readonly (Value | undefined)[]): void {
    if (v === undefined || !isReference(v.type)) return;
    const known = values.filter((each) => each !== undefined);
    if (known.length < values.length) this.#unknown.add(v.id);
    this.sources.set(v.id, new Set());
    this.#from.set(v.id, known);
  }

  /** Follows what comes from where until nothing is new. */
  settle(): ReadonlyMap<ValueId, ReadonlySet<Source>> {
    for (let changed = true; changed; ) {
      changed = false;
      for (const [id, values] of this.#from) {
        if (this.#unknown.has(id)) continue;
        const into = this.sources.get(id);
        for (const v of values) {
          const found = this.sources.get(v.id);
          if (found === undefined || this.#unknown.has(v.id)) {
            this.#unknown.add(id);
            changed = true;
            break;
          }
          for (const source of found) {
            if (into === undefined || into.has(source)) continue;
            into.add(source);
            changed = true;
          }
        }
      }
    }
    for (const id of this.#unknown) this.sources.delete(id);
    return this.sources;
  }
}

function collect(func: Func): ReadonlyMap<ValueId, ReadonlySet<Source>> {
  const flow = new Flow();
  const taped = savedReferences(func);
  const isSettled = keepsReferences(func);
  const wholes = new Set<ValueId>(func.body.params.map((v) => v.id));
  for (const v of func.body.params) flow.is(v, outer);
  walk(func.body, (op) => {
    if (makesFresh(op)) for (const v of results(op)) flow.is(v, v.id);
    if (deep.has(op.kind)) for (const v of results(op)) wholes.add(v.id);
    switch (op.kind) {
      case "load":
        if (!isSettled || !wholes.has(op.place.base.id) || !isReference(op.result.type)) break;
        wholes.add(op.result.id);
        flow.comesFrom(op.result, [op.place.base]);
        break;
      case "global":
        flow.is(op.result, outer);
        break;
      case "cast":
        flow.comesFrom(op.result, [op.value]);
        break;
      case "if":
        op.results.forEach((v, k) => {
          const arms = [op.then, op.else].filter((arm) => arm.yields !== null);
          flow.comesFrom(
            v,
            arms.map((arm) => arm.yields?.[k]),
          );
        });
        break;
      case "for":
      case "while": {
        const params = op.kind === "for" ? op.body.params.slice(1) : op.body.params;
        op.inits.forEach((init, k) => {
          // A body that never ends by itself hands nothing on.
          const next = op.body.yields === null ? [] : [op.body.yields[k + (op.breaks ? 1 : 0)]];
          for (const v of [params[k], op.results[k], op.kind === "while" ? op.cond.params[k] : undefined])
            flow.comesFrom(v, [init, ...next]);
        });
        break;
      }
      case "restore":
        for (const v of op.results) flow.comesFrom(v, taped.get(op.tape.id) ?? [undefined]);
        break;
      default:
    }
  });
  return flow.settle();
}

/** Does nothing that the function does put a reference into an object, or run code that may? */
function keepsReferences(func: Func): boolean {
  let keeps = true;
  walk(func.body, (op) => {
    if (op.kind === "store") keeps &&= !isReference(op.value.type) && op.value.type.kind !== "maybe";
    else if (op.kind === "foreign") keeps &&= op.pure;
    else if (op.kind === "call" || op.kind === "closure") keeps = false;
  });
  return keeps;
}

/** The references that are saved on each tape that is opened in the function and that nothing but the function itself writes. */
function savedReferences(func: Func): ReadonlyMap<ValueId, readonly Value[]> {
  const saved = new Map<ValueId, Value[]>();
  const shared = new Set<ValueId>();
  walk(func.body, (op) => {
    if (op.kind === "openTape") saved.set(op.result.id, []);
    else if (op.kind === "save") saved.get(op.tape.id)?.push(...op.values.filter((v) => isReference(v.type)));
    else if (!keepsTape(op)) for (const v of operands(op)) shared.add(v.id);
  });
  for (const id of shared) saved.delete(id);
  return saved;
}

/** Does an operation with a tape put nothing on it? */
function keepsTape(op: Op): boolean {
  switch (op.kind) {
    case "restore":
    case "reserve":
    case "closeTape":
    case "tapeTop":
    case "tapeRewind":
      return true;
    default:
      return false;
  }
}
