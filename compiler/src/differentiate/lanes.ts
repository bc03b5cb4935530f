/**
 * A function for several values of some of its parameters at once, its *lanes*: what does not vary with them is computed once
 * for all lanes, what does is computed lane by lane, side by side. Each lane does what the function itself does, operation by
 * operation, so it gives the same numbers.
 *
 * The parameters and results that vary stand lane after lane behind those of the first: `f(x, v)` becomes `f(x, v, v2, v3, v4)`.
 */
import { reachable } from "../analysis/memory.js";
import type { Varying } from "../analysis/varying.js";
import { Builder, like } from "../ir/build.js";
import { cloneOps, cloneRegion, substitute, type Substitution } from "../ir/clone.js";
import type { For, Func, If, Op, Program, Region, Value, While } from "../ir/ir.js";
import { mapOp, mapResults, results, walk } from "../ir/walk.js";
import { invariant } from "../support/invariant.js";

/**
 * The functions that are made of `entry` and of what it calls, itself first. What is the same in all lanes is called as it is
 * where `isKept` says that there is such a function.
 */
export function inLanes(
  program: Program,
  entry: string,
  varying: Varying,
  width: number,
  isKept: (func: Func) => boolean,
): readonly [Func, ...(readonly Func[])] {
  const made = reachable(program, entry).filter((name) => {
    const func = program.funcs.get(name);
    return func !== undefined && (varying.functions.has(name) || !isKept(func));
  });
  const names = new Map(made.map((name) => [name, `${name}.lanes@${entry}`] as const));
  const write = (name: string): Func => {
    const func = program.funcs.get(name);
    invariant(func !== undefined, `no function ${name}`);
    const { running: _running, ...rest } = func;
    const body = cloneRegion(new Lanes(program, varying, width, names).body(func, name === entry));
    return { ...rest, name: names.get(name) ?? name, body, results: body.yields?.map((v) => v.type) ?? func.results };
  };
  return [write(entry), ...made.filter((name) => name !== entry).map(write)];
}

/** Is an operation without regions done for each lane? */
export function isPerLane(op: Op, varying: Varying): boolean {
  switch (op.kind) {
    case "store":
    case "accum":
      return varying.has(op.place.base);
    case "resize":
      return varying.has(op.array);
    case "addInto":
    case "clear":
      return varying.has(op.target);
    default:
      return results(op).some((v) => varying.has(v));
  }
}

class Lanes {
  /** What stands for a value that varies in each lane but the first, where it stands for itself. */
  private readonly others: readonly Substitution[];

  constructor(
    private readonly program: Program,
    private readonly varying: Varying,
    width: number,
    /** What functions that are made here are called. */
    private readonly names: ReadonlyMap<string, string>,
  ) {
    this.others = Array.from({ length: width - 1 }, () => new Map());
  }

  body({ body, loc }: Func, isEntry: boolean): Region {
    const params = [...body.params, ...this.#declare(body.params)];
    const b = new Builder(loc);
    for (const op of body.ops) this.#write(op, b);
    if (body.yields === null) return b.region(params, null);
    // All results of the whole are there in each lane.
    const chosen = body.yields.map((v) => isEntry || this.varying.has(v));
    return b.region(params, this.#alongside(body.yields, chosen));
  }

  /** Fresh values for the other lanes, in the place of those that vary. */
  #declare(values: readonly Value[]): readonly Value[] {
    const varying = values.filter((v) => this.varying.has(v));
    return this.others.flatMap((lane) =>
      varying.map((v) => {
        const made = like(v);
        lane.set(v.id, made);
        return made;
      }),
    );
  }

  /** Values, and behind them those of the other lanes for the chosen ones. */
  #alongside(values: readonly Value[], chosen: readonly boolean[]): readonly Value[] {
    const beside = values.filter((_, k) => chosen[k] === true);
    return [...values, ...this.others.flatMap((lane) => beside.map((v) => substitute(lane, v)))];
  }

  #region(region: Region, chosen: readonly boolean[]): Region {
    const params = [...region.params, ...this.#declare(region.params)];
    const b = new Builder();
    for (const op of region.ops) this.#write(op, b);
    return b.region(params, region.yields === null ? null : this.#alongside(region.yields, chosen));
  }

  #write(op: Op, b: Builder): void {
    switch (op.kind) {
      case "if":
        this.#if(op, b);
        return;
      case "for":
      case "while":
        this.#loop(op, b);
        return;
      case "call": {
        const [callee, name] = [this.program.funcs.get(op.callee), this.names.get(op.callee)];
        if (callee === undefined || name === undefined) {
          b.push(op);
          return;
        }
        const args = this.#alongside(
          op.args,
          callee.body.params.map((p) => this.varying.has(p)),
        );
        const own = [...op.results, ...this.#declareLike(op.results, callee.body.yields)];
        b.push({ ...op, callee: name, args, results: own });
        return;
      }
      case "save":
        b.push({ ...op, values: this.#alongside(op.values, this.varying.inFrame(op.values)) });
        return;
      case "restore":
        b.push({ ...op, results: [...op.results, ...this.#declare(op.results)] });
        return;
      case "reserve": {
        const times = b.const(this.#mostPerNumber());
        const [numbers, flags] = [b.prim("mul", [op.numbers, times]), b.prim("mul", [op.flags, times])];
        b.push({ ...op, numbers, flags });
        return;
      }
      default:
        b.push(op);
        if (!isPerLane(op, this.varying)) return;
        for (const lane of this.others) {
          const use = (v: Value): Value => substitute(lane, v);
          b.push(
            mapResults(
              mapOp(op, use, (r) => r),
              (v) => {
                const made = like(v);
                lane.set(v.id, made);
                return made;
              },
            ),
          );
        }
    }
  }

  /** Fresh values for the results of a call that vary, as what the called function yields does. */
  #declareLike(own: readonly Value[], yields: readonly Value[] | null): readonly Value[] {
    return this.#declare(own.filter((_, k) => yields?.[k] === undefined || this.varying.has(yields[k])));
  }

  #if(op: If, b: Builder): void {
    if (this.varying.has(op.cond)) {
      b.push(op);
      for (const lane of this.others) for (const copy of cloneOps([op], lane)) b.push(copy);
      return;
    }
    const chosen = op.results.map((v) => this.varying.has(v));
    const [then, otherwise] = [this.#region(op.then, chosen), this.#region(op.else, chosen)];
    b.push({ ...op, then, else: otherwise, results: [...op.results, ...this.#declare(op.results)] });
  }

  #loop(op: For | While, b: Builder): void {
    const chosen = op.results.map((v) => this.varying.has(v));
    const inits = this.#alongside(op.inits, chosen);
    const body = this.#region(op.body, op.breaks ? [false, ...chosen] : chosen);
    const own = [...op.results, ...this.#declare(op.results)];
    if (op.kind === "for") {
      b.push({ ...op, inits, body, results: own });
      return;
    }
    b.push({ ...op, inits, cond: this.#region(op.cond, [false]), body, results: own });
  }

  /** Room on the tape for each number, or flag, that the function itself makes room for. */
  #mostPerNumber(): number {
    let most = 1;
    for (const name of this.varying.functions)
      walk(this.program.funcs.get(name)?.body ?? { params: [], ops: [], yields: null }, (op) => {
        if (op.kind !== "save") return;
        const vary = this.varying.inFrame(op.values);
        for (const kind of ["num", "bool"]) {
          const count = op.values.filter((v) => v.type.kind === kind).length;
          const beside = op.values.filter((v, k) => v.type.kind === kind && vary[k] === true).length;
          if (count > 0) most = Math.max(most, Math.ceil((count + beside * this.others.length) / count));
        }
      });
    return most;
  }
}
