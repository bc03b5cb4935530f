/**
 * Loops around simple loops of which four iterations can run side by side: what the inner loops do is done for four outer
 * iterations in each of theirs. Every sum keeps its order, because two operations change places only where they touch
 * different memory.
 */
import type { Accum, For, Func, Load, Op, Program, Region, Store, Value, ValueId } from "../ir/ir.js";
import { eachUse, operands, regions, results, walk } from "../ir/walk.js";
import { Elements } from "../analysis/elements.js";
import { integerValues } from "../analysis/integers.js";
import { areaOf, hasViews, Origins } from "./effects.js";
import { Provenance } from "./provenance.js";

/** Operations of all that is copied. */
const mostCopied = 48;
/** Iterations below which a loop is left as it is, where their number is known. */
const fewOuter = 8;
const fewInner = 4;

/** What the body of the outer loop consists of, in order: straight-line code, and inner loops. */
export type Part =
  | { readonly kind: "plain"; readonly ops: readonly Op[] }
  | { readonly kind: "loop"; readonly loop: For };

type Access = Load | Store | Accum;

/** An access, and the number of the part it stands in. */
interface Placed {
  readonly op: Access;
  readonly part: number;
}

export class Nests {
  readonly literals = new Map<ValueId, number>();
  readonly definitions = new Map<ValueId, Op>();
  private readonly provenance: Provenance;
  private readonly hasViews: boolean;
  private elements: Elements | undefined;
  private integers: ReadonlySet<ValueId> | undefined;

  constructor(
    private readonly func: Func,
    private readonly program: Program,
  ) {
    this.provenance = new Provenance(func, new Origins(func, program.records));
    this.hasViews = hasViews(program);
    this.#define(func.body);
  }

  /** The parts of a loop of which four iterations can run side by side, and gain by it. */
  parts(loop: For): readonly Part[] | undefined {
    const { body } = loop;
    if (loop.tag !== undefined || loop.breaks || loop.count !== undefined || body.yields === null) return undefined;
    if (!this.#isCounted(loop)) return undefined;
    const parts = this.#split(body);
    if (parts === undefined || !parts.some((part) => part.kind === "loop")) return undefined;
    const same = this.#same(loop, parts);
    const isWorthIt = parts.every((part) => part.kind === "plain" || this.#gains(part.loop, same));
    if (!isWorthIt || !followsOn(loop, parts) || !this.#keepsLengths(loop) || !this.#mayCross(loop, parts))
      return undefined;
    return parts;
  }

  #define(region: Region): void {
    for (const op of region.ops) {
      if (op.kind === "const" && typeof op.value === "number") this.literals.set(op.result.id, op.value);
      for (const v of results(op)) this.definitions.set(v.id, op);
      regions(op).forEach((r) => this.#define(r));
    }
  }

  #isInteger(v: Value): boolean {
    return (this.integers ??= integerValues(this.func)).has(v.id);
  }

  /** Up or down one by one, so that the number of iterations is plain. */
  #isCounted(loop: For): boolean {
    const [from, to] = [this.literals.get(loop.from.id), this.literals.get(loop.to.id)];
    if (from !== undefined && to !== undefined && Math.abs(to - from) < fewOuter) return false;
    const isWhole = this.#isInteger(loop.from) && this.#isInteger(loop.to);
    if (loop.step === 1) return loop.test === "<" && (isWhole || from === 0);
    return loop.step === -1 && loop.test === ">=" && isWhole;
  }

  #split(body: Region): readonly Part[] | undefined {
    const parts: Part[] = [];
    let ops: Op[] = [];
    let copied = 0;
    let taped = -1;
    for (const op of body.ops) {
      if (op.kind === "for" && isSimple(op)) {
        copied += op.body.ops.filter((inner) => inner.kind !== "const").length;
        parts.push({ kind: "plain", ops }, { kind: "loop", loop: op });
        ops = [];
        continue;
      }
      if (op.kind === "save" || op.kind === "restore") {
        // What lies on a tape lies there in the order of the iterations: all of it is moved in one part.
        if (taped >= 0 && taped !== parts.length) return undefined;
        taped = parts.length;
      } else if (!isPlain(op)) return undefined;
      copied += sizeOf(op);
      ops.push(op);
    }
    return copied > mostCopied ? undefined : [...parts, { kind: "plain", ops }];
  }

  /** The values that are the same in four iterations of a loop. */
  #same(loop: For, parts: readonly Part[]): (v: Value) => boolean {
    const varying = new Set<ValueId>(loop.body.params.map((v) => v.id));
    const visit = (op: Op): void => {
      const isFixed =
        op.kind === "const" ||
        ((op.kind === "prim" || op.kind === "length") && operands(op).every((v) => !varying.has(v.id)));
      if (!isFixed) for (const v of results(op)) varying.add(v.id);
    };
    for (const part of parts) {
      if (part.kind === "plain") part.ops.forEach(visit);
      else {
        for (const v of part.loop.body.params.slice(1)) varying.add(v.id);
        part.loop.body.ops.forEach(visit);
        for (const v of part.loop.results) varying.add(v.id);
      }
    }
    return (v) => !varying.has(v.id);
  }

  /** Does an inner loop run as often in all four iterations, and wait for its own sums or touch what the others touch? */
  #gains(loop: For, same: (v: Value) => boolean): boolean {
    const [from, to] = [this.literals.get(loop.from.id), this.literals.get(loop.to.id)];
    if (from !== undefined && to !== undefined && Math.abs(to - from) < fewInner) return false;
    if (!same(loop.from) || !same(loop.to)) return false;
    return (
      loop.results.length > 0 ||
      loop.body.ops.some(
        (op) => isAccess(op) && same(op.place.base) && (op.place.kind === "field" || same(op.place.index)),
      )
    );
  }

  /** Is the length of an array that the loop asks for the same all the time? Storing past its end would make an array longer. */
  #keepsLengths(loop: For): boolean {
    const arrays: Value[] = [];
    const written: Value[] = [];
    walk(loop.body, (op) => {
      if (op.kind === "length" && op.array.type.kind !== "typed") arrays.push(op.array);
      if ((op.kind === "store" || op.kind === "accum") && op.place.base.type.kind !== "typed")
        written.push(op.place.base);
    });
    return arrays.every((array) => written.every((base) => !this.provenance.mayBeSame(array, base)));
  }

  /** May an operation of a later iteration run before one of an earlier iteration, wherever that happens? */
  #mayCross(loop: For, parts: readonly Part[]): boolean {
    const all: Placed[] = [];
    parts.forEach((part, k) => {
      const collect = (op: Op): void => {
        if (isAccess(op)) all.push({ op, part: k });
        regions(op).forEach((r) => r.ops.forEach(collect));
      };
      (part.kind === "plain" ? part.ops : part.loop.body.ops).forEach(collect);
    });
    return all.every((earlier) =>
      all.every((later) => {
        const isCrossed =
          later.part < earlier.part || (later.part === earlier.part && parts[later.part]?.kind === "loop");
        if (!isCrossed || (earlier.op.kind === "load" && later.op.kind === "load")) return true;
        return this.#areApart(loop, earlier.op, later.op);
      }),
    );
  }

  #areApart(loop: For, a: Access, b: Access): boolean {
    const { records } = this.program;
    if (areaOf(a.place, records) !== areaOf(b.place, records)) return true;
    if (!this.provenance.mayBeSame(a.place.base, b.place.base)) return true;
    if (a.place.kind === "field" || b.place.kind === "field") return false;
    this.elements ??= new Elements(this.func, this.hasViews);
    return this.elements.areApartCrossed(loop, a.place, a, b.place, b);
  }
}

function isAccess(op: Op): op is Access {
  return op.kind === "load" || op.kind === "store" || op.kind === "accum";
}

/** An operation that touches nothing but memory, and throws nothing. */
function isPlain(op: Op): boolean {
  switch (op.kind) {
    case "const":
    case "prim":
    case "load":
    case "accum":
    case "cast":
    case "global":
      return true;
    case "store":
      return op.grows !== true && op.removes !== true;
    case "length":
      return true;
    case "if":
      return regions(op).every((r) => r.yields !== null && r.ops.every(isPlain));
    default:
      return false;
  }
}

/** A loop over straight-line code. */
function isSimple(loop: For): boolean {
  if (loop.tag !== undefined || loop.breaks || loop.count !== undefined || loop.body.yields === null) return false;
  return loop.body.ops.every((op) => regions(op).length === 0 && isPlain(op));
}

function sizeOf(op: Op): number {
  if (op.kind === "const") return 0;
  return regions(op).reduce((sum, r) => r.ops.reduce((s, inner) => s + sizeOf(inner), sum), 1);
}

/** Is what an iteration hands on there when the next one, that runs beside it, uses it? */
function followsOn(loop: For, parts: readonly Part[]): boolean {
  const madeIn = new Map<ValueId, number>();
  const usedIn = new Map<ValueId, number>();
  parts.forEach((part, k) => {
    const use = (v: Value): void => {
      if (!usedIn.has(v.id)) usedIn.set(v.id, k);
    };
    for (const op of part.kind === "plain" ? part.ops : [part.loop]) {
      operands(op).forEach(use);
      for (const r of regions(op)) eachUse(r, use);
      for (const v of results(op)) madeIn.set(v.id, k);
    }
  });
  const params = loop.body.params.slice(1);
  const ends = loop.body.yields ?? [];
  return params.every((param, i) => {
    const end = ends[i];
    const used = usedIn.get(param.id);
    if (end === undefined) return false;
    if (end.id === param.id) return true;
    // Another one that is handed on: what it stands for would have to be followed through several iterations.
    if (params.some((p) => p.id === end.id)) return false;
    const made = madeIn.get(end.id);
    if (used === undefined || made === undefined) return true;
    return made < used || (made === used && parts[made]?.kind === "plain");
  });
}
