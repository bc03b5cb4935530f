/**
 * **Purpose** Folds constants, applies the rewrite table (`equations.ts`) and straightens control flow whose course is known.
 * **Needs** Verified IR.
 * **Guarantees** The same results to the last bit and the same effects. Conditions that are constant or already decided by
 * an enclosing `if` are gone; values carried round a loop without change are read from outside; no loop of constant trip
 * count 0 is left.
 * **How** One walk in program order with a substitution for the values that turned out to be others. A carried value is
 * seen to be unchanged only after the body was walked, so what the body made of it waits for the next round; rounds stop
 * when nothing of this sort was found. Each round is linear.
 */
import { value } from "../ir/build.js";
import type { Cast, Const, For, Func, If, Op, Prim, Program, Region, Type, Value, ValueId, While } from "../ir/ir.js";
import { bool, mayBeAbsent, num, present, sameType } from "../ir/types.js";
import { mapOp, mapSame, results } from "../ir/walk.js";
import { type Constant, type Operands, rewrite, type Term } from "./equations.js";
import { fold, type Literal } from "./evaluate.js";
import { mapFuncs } from "./pass.js";
import { pick } from "./pick.js";
import { Resolution } from "./resolution.js";

const maxRounds = 4;

export function simplify(program: Program): Program {
  return mapFuncs(program, simplifyFunc);
}

function simplifyFunc(func: Func): Func {
  let current = func;
  for (let round = 0; round < maxRounds; round++) {
    const simplifier = new Simplifier();
    const walked = simplifier.region(current.body);
    // Without another round to come, every value was replaced before it was read.
    if (!simplifier.again) return { ...current, body: walked };
    current = { ...current, body: simplifier.resolution.resolveRegion(walked) };
  }
  return current;
}

class Simplifier implements Operands {
  readonly resolution = new Resolution();
  /** Another round may find more; so it is whenever a value is replaced that was read already. */
  again = false;

  private readonly literals = new Map<ValueId, Const>();
  private readonly prims = new Map<ValueId, Prim>();
  private readonly casts = new Map<ValueId, Cast>();
  /** Aggregates made here. */
  private readonly fresh = new Set<ValueId>();
  /** What enclosing `if`s say about booleans. */
  private readonly facts = new Map<ValueId, boolean>();
  /** The region each value is defined in, and the regions around the place of the walk. */
  private readonly definedIn = new Map<ValueId, number>();
  private readonly around = new Set<number>();
  private nextRegion = 0;
  private here = -1;

  literal(v: Value): { readonly value: Literal } | undefined {
    return this.literals.get(v.id);
  }

  prim(v: Value): Prim | undefined {
    return this.prims.get(v.id);
  }

  region(region: Region): Region {
    const outer = this.here;
    this.here = this.nextRegion++;
    this.around.add(this.here);
    this.define(region.params);
    const ops: Op[] = [];
    const reachesEnd = this.ops(region.ops, ops);
    const yields = reachesEnd && region.yields !== null ? this.yields(region.yields, ops) : null;
    this.around.delete(this.here);
    this.here = outer;
    return { params: region.params, ops, yields };
  }

  /** A yielded boolean that an enclosing `if` decides is a literal. */
  private yields(values: readonly Value[], out: Op[]): readonly Value[] {
    return values.map((v) => {
      const resolved = this.use(v);
      const known = this.literals.has(resolved.id) ? undefined : this.facts.get(resolved.id);
      return known === undefined ? resolved : this.constant(known, out);
    });
  }

  /** Walks operations into `out`; false when the end is not reached. */
  private ops(ops: readonly Op[], out: Op[]): boolean {
    for (const op of ops) {
      if (!this.op(op, out)) return false;
    }
    return true;
  }

  private op(op: Op, out: Op[]): boolean {
    switch (op.kind) {
      case "const":
        this.emit(op, out);
        this.literals.set(op.result.id, op);
        return true;
      case "cast":
        this.simplifyCast({ ...op, value: this.use(op.value) }, out);
        return true;
      case "new":
        this.fresh.add(op.result.id);
        this.emit(
          mapOp(op, this.use, (r) => r),
          out,
        );
        return true;
      case "prim": {
        const args = mapSame(op.args, this.use);
        this.simplifyPrim(args === op.args ? op : { ...op, args }, out);
        return true;
      }
      case "if":
        return this.simplifyIf(op, out);
      case "for":
        return this.simplifyFor(op, out);
      case "while":
        return this.simplifyWhile(op, out);
      default:
        this.emit(
          mapOp(op, this.use, (r) => this.region(r)),
          out,
        );
        return op.kind !== "throw";
    }
  }

  // ------------------------------------------------------------------------------------------------------- scalars

  private simplifyPrim(op: Prim, out: Op[]): void {
    const folded = this.fold(op) ?? this.foldPresence(op);
    if (folded !== undefined) return this.replace(op, { constant: folded }, out);
    const term = rewrite(op.name, op.args, this);
    if (term !== undefined) return this.replace(op, term, out);
    this.emit(op, out);
    this.prims.set(op.result.id, op);
  }

  private simplifyCast(op: Cast, out: Op[]): void {
    const { type } = op.result;
    const before = this.casts.get(op.value.id);
    const source = before === undefined ? undefined : before.value;
    if (sameType(op.value.type, type)) this.resolution.set(op.result, op.value);
    else if (source !== undefined && sameType(source.type, type)) this.resolution.set(op.result, source);
    else if (before !== undefined && source !== undefined && isSmallStep(source.type, op.value.type, type))
      this.simplifyCast({ ...op, value: source }, out);
    else {
      const literal = this.literals.get(op.value.id);
      if (literal !== undefined && literal.value == null && mayBeAbsent(type, literal.value)) {
        this.op({ ...literal, result: op.result }, out);
        return;
      }
      this.emit(op, out);
      this.casts.set(op.result.id, op);
    }
  }

  /** Tests whether something is there, where that is known: it was just made. */
  private foldPresence(op: Prim): boolean | undefined {
    const uncast = (v: Value | undefined): Value | undefined => {
      let at = v;
      for (let cast = at; cast !== undefined; ) {
        at = cast;
        cast = this.casts.get(at.id)?.value;
      }
      return at;
    };
    const isThere = (v: Value | undefined): boolean => {
      const at = uncast(v);
      if (at === undefined) return false;
      const literal = this.literals.get(at.id);
      return this.prims.has(at.id) || this.fresh.has(at.id) || (literal !== undefined && literal.value != null);
    };
    const isAbsent = (v: Value | undefined): boolean => {
      const literal = v === undefined ? undefined : this.literals.get(v.id);
      return literal !== undefined && literal.value == null;
    };
    const [a, b] = op.args;
    if (op.name === "isNullish") return isThere(a) ? false : undefined;
    if (op.name !== "eq" && op.name !== "ne") return undefined;
    const [x, y] = [uncast(a), uncast(b)];
    // What was made in two places is not one object.
    if (x !== undefined && y !== undefined && this.fresh.has(x.id) && this.fresh.has(y.id))
      return (x.id === y.id) === (op.name === "eq");
    return (isThere(a) && isAbsent(b)) || (isAbsent(a) && isThere(b)) ? op.name === "ne" : undefined;
  }

  private fold(op: Prim): number | boolean | undefined {
    const operands: Literal[] = [];
    for (const arg of op.args) {
      const found = this.literals.get(arg.id);
      const fact = this.facts.get(arg.id);
      if (found !== undefined) operands.push(found.value);
      else if (fact !== undefined) operands.push(fact);
      else return undefined;
    }
    return fold(op.name, operands);
  }

  private replace(op: Prim, term: Term, out: Op[]): void {
    if ("id" in term) {
      this.resolution.set(op.result, term);
    } else if ("constant" in term) {
      const made: Const = { kind: "const", value: term.constant, result: op.result };
      this.op(op.loc === undefined ? made : { ...made, loc: op.loc }, out);
    } else {
      const args = term.to.map((arg) => ("id" in arg ? arg : this.constant(arg.constant, out)));
      this.simplifyPrim({ ...op, name: term.apply, args }, out);
    }
  }

  private constant(literal: Constant["constant"], out: Op[]): Value {
    const result = value(typeof literal === "number" ? num : bool);
    this.op({ kind: "const", value: literal, result }, out);
    return result;
  }

  // ------------------------------------------------------------------------------------------------- control flow

  private simplifyIf(op: If, out: Op[]): boolean {
    const cond = this.use(op.cond);
    const known = this.known(cond);
    if (known !== undefined) return this.splice(op.results, known ? op.then : op.else, out);
    const then = this.arm(cond, true, op.then);
    const otherwise = this.arm(cond, false, op.else);
    if (then.yields === null && otherwise.yields === null) {
      this.emit({ ...op, cond, then, else: otherwise, results: [] }, out);
      return false;
    }
    const kept: number[] = [];
    op.results.forEach((result, k) => {
      if (!this.mergeArms(cond, result, then.yields?.[k], otherwise.yields?.[k], out)) kept.push(k);
    });
    const keep = (r: Region): Region => ({ ...r, yields: r.yields === null ? null : pick(r.yields, kept) });
    this.emit({ ...op, cond, then: keep(then), else: keep(otherwise), results: pick(op.results, kept) }, out);
    return true;
  }

  /** Replaces a result of an `if` that both arms agree on, or that is the condition itself. */
  private mergeArms(
    cond: Value,
    result: Value,
    then: Value | undefined,
    otherwise: Value | undefined,
    out: Op[],
  ): boolean {
    const only =
      then === undefined ? otherwise : otherwise === undefined || then.id === otherwise.id ? then : undefined;
    if (only !== undefined && this.visible(only)) {
      this.resolution.set(result, only);
      return true;
    }
    const a = then === undefined ? undefined : this.literals.get(then.id);
    const b = otherwise === undefined ? undefined : this.literals.get(otherwise.id);
    const literal = then === undefined ? b : otherwise === undefined ? a : undefined;
    if (literal !== undefined && sameType(literal.result.type, result.type)) {
      this.op({ ...literal, result }, out);
      return true;
    }
    if (a === undefined || b === undefined) return false;
    if (!sameType(a.result.type, result.type)) return false;
    if (Object.is(a.value, b.value)) this.op({ ...a, result }, out);
    else if (a.value === true && b.value === false) this.resolution.set(result, cond);
    else if (a.value === false && b.value === true)
      this.simplifyPrim({ kind: "prim", name: "not", args: [cond], result }, out);
    else return false;
    return true;
  }

  private known(cond: Value): boolean | undefined {
    const literal = this.literals.get(cond.id)?.value;
    return typeof literal === "boolean" ? literal : this.facts.get(cond.id);
  }

  /** Walks one arm of an `if`, where `cond` is known. */
  private arm(cond: Value, holds: boolean, arm: Region): Region {
    const added: ValueId[] = [];
    this.assume(cond, holds, added);
    const walked = this.region(arm);
    for (const id of added) this.facts.delete(id);
    return walked;
  }

  private assume(cond: Value, holds: boolean, added: ValueId[]): void {
    if (this.facts.has(cond.id)) return;
    this.facts.set(cond.id, holds);
    added.push(cond.id);
    const test = this.prims.get(cond.id);
    if (test?.name === "not") {
      for (const arg of test.args) this.assume(arg, !holds, added);
    } else if ((test?.name === "and" && holds) || (test?.name === "or" && !holds)) {
      for (const arg of test.args) this.assume(arg, holds, added);
    }
  }

  /** Puts a region that runs exactly once, here, in the place of the operation that owns it. */
  private splice(owned: readonly Value[], region: Region, out: Op[]): boolean {
    if (!this.ops(region.ops, out) || region.yields === null) return false;
    owned.forEach((result, k) => {
      const yielded = region.yields?.[k];
      if (yielded !== undefined) this.resolution.set(result, this.use(yielded));
    });
    return true;
  }

  private simplifyFor(op: For, out: Op[]): boolean {
    const from = this.use(op.from);
    const to = this.use(op.to);
    const inits = op.inits.map(this.use);
    const trips = this.trips(op, from, to);
    if (trips === 0) {
      this.skipLoop(op, inits, 0, out);
      return true;
    }
    const [index, ...carried] = op.body.params;
    if (trips === 1 && !op.breaks && index !== undefined) {
      this.resolution.set(index, from);
      carried.forEach((param, k) => this.become(param, inits[k]));
      if (op.count !== undefined) this.op({ kind: "const", value: 1, result: op.count }, out);
      return this.splice(op.results, op.body, out);
    }
    const body = this.region(op.body);
    const breaks = op.breaks && !this.neverBreaks(body);
    const kept = this.changing(op, [carried], inits, body);
    this.emit(
      {
        ...op,
        from,
        to,
        inits: pick(inits, kept),
        body: {
          ...body,
          params: index === undefined ? [] : [index, ...pick(carried, kept)],
          yields: loopYields(op, breaks, body, kept),
        },
        breaks,
        results: pick(op.results, kept),
      },
      out,
    );
    return true;
  }

  private simplifyWhile(op: While, out: Op[]): boolean {
    const inits = op.inits.map(this.use);
    const cond = this.region(op.cond);
    const test = cond.yields?.[0];
    const goes = test === undefined ? undefined : this.literals.get(test.id)?.value;
    if (goes === false) {
      this.skipLoop(op, inits, 0, out);
      return true;
    }
    const body = this.region(op.body);
    if (goes === true && op.breaks && this.alwaysBreaks(body)) {
      // Runs once: `do { … } while (false)`, or a labelled block.
      body.params.forEach((param, k) => this.become(param, inits[k]));
      for (const inner of body.ops) this.emit(inner, out);
      op.results.forEach((result, k) => this.become(result, body.yields?.[k + 1]));
      if (op.count !== undefined) this.op({ kind: "const", value: 1, result: op.count }, out);
      this.again = true;
      return true;
    }
    const breaks = op.breaks && !this.neverBreaks(body);
    const kept = this.changing(op, [op.cond.params, op.body.params], inits, body);
    this.emit(
      {
        ...op,
        inits: pick(inits, kept),
        cond: { ...cond, params: pick(cond.params, kept) },
        body: { ...body, params: pick(body.params, kept), yields: loopYields(op, breaks, body, kept) },
        breaks,
        results: pick(op.results, kept),
      },
      out,
    );
    return true;
  }

  /** A loop that does not run. */
  private skipLoop(op: For | While, inits: readonly Value[], count: number, out: Op[]): void {
    op.results.forEach((result, k) => this.become(result, inits[k]));
    if (op.count !== undefined) this.op({ kind: "const", value: count, result: op.count }, out);
  }

  /** The number of iterations of a loop between literals, when it is 0 or 1. */
  private trips(op: For, from: Value, to: Value): 0 | 1 | undefined {
    const first = this.literals.get(from.id)?.value;
    const bound = this.literals.get(to.id)?.value;
    if (typeof first !== "number" || typeof bound !== "number") return undefined;
    if (!holds(op.test, first, bound)) return 0;
    return holds(op.test, first + op.step, bound) ? undefined : 1;
  }

  private neverBreaks(body: Region): boolean {
    const stop = body.yields?.[0];
    return stop !== undefined && this.literals.get(stop.id)?.value === false;
  }

  private alwaysBreaks(body: Region): boolean {
    const stop = body.yields?.[0];
    return stop !== undefined && this.literals.get(stop.id)?.value === true;
  }

  /**
   * The positions of the carried values that the loop changes. The others are replaced by their initial values: those a
   * body yields as it got them, and literals it replaces by the same literal.
   */
  private changing(
    op: For | While,
    params: readonly (readonly Value[])[],
    inits: readonly Value[],
    body: Region,
  ): readonly number[] {
    if (body.yields === null) return op.inits.map((_, k) => k);
    const kept: number[] = [];
    inits.forEach((init, k) => {
      const next = body.yields?.[k + (op.breaks ? 1 : 0)];
      const result = op.results[k];
      if (next === undefined || result === undefined || !this.isUnchanged(next, init, params, k)) {
        kept.push(k);
        return;
      }
      for (const list of params) this.become(list[k], init);
      this.resolution.set(result, init);
      this.again = true;
    });
    return kept;
  }

  private isUnchanged(next: Value, init: Value, params: readonly (readonly Value[])[], k: number): boolean {
    if (next.id === init.id || params.some((list) => list[k]?.id === next.id)) return true;
    const a = this.literals.get(next.id);
    const b = this.literals.get(init.id);
    return a !== undefined && b !== undefined && Object.is(a.value, b.value);
  }

  // -------------------------------------------------------------------------------------------------- bookkeeping

  private readonly use = (v: Value): Value => this.resolution.of(v);

  private become(v: Value | undefined, replacement: Value | undefined): void {
    if (v !== undefined && replacement !== undefined) this.resolution.set(v, replacement);
  }

  private emit(op: Op, out: Op[]): void {
    this.define(results(op));
    out.push(op);
  }

  private define(values: readonly Value[]): void {
    for (const v of values) this.definedIn.set(v.id, this.here);
  }

  /** Is a value defined in this region or around it? */
  private visible(v: Value): boolean {
    const region = this.definedIn.get(v.id);
    return region !== undefined && this.around.has(region);
  }
}

/** Of two casts in a row, does one only say whether the value may be absent? Then one cast does for both. */
function isSmallStep(from: Type, by: Type, to: Type): boolean {
  return sameType(present(from), present(by)) || sameType(present(by), present(to));
}

function loopYields(op: For | While, breaks: boolean, body: Region, kept: readonly number[]): readonly Value[] | null {
  if (body.yields === null) return null;
  const carried = op.breaks ? body.yields.slice(1) : body.yields;
  const stop = breaks ? body.yields.slice(0, 1) : [];
  return [...stop, ...pick(carried, kept)];
}

function holds(test: For["test"], a: number, b: number): boolean {
  switch (test) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}
