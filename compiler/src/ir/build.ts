/** Making values and operations. The only place that makes `ValueId`s. */
import { invariant } from "../support/invariant.js";
import type { Const, Loc, Op, Place, Region, Type, Value, ValueId } from "./ir.js";
import { primitives, type PrimName } from "./primitives.js";
import { bool, num, sameType, str, voidType } from "./types.js";

let nextId = 0;

/** A fresh value. */
export function value(type: Type, hint?: string): Value {
  const id = nextId++ as ValueId;
  return hint === undefined ? { id, type } : { id, type, hint };
}

/** A fresh value of the same type and name. */
export const like = (v: Value): Value => value(v.type, v.hint);

export const elem = (base: Value, index: Value): Place => ({ kind: "elem", base, index });
export const field = (base: Value, name: string): Place => ({ kind: "field", base, name });

/** Collects the operations of one region in order. */
export class Builder {
  readonly ops: Op[] = [];
  /** Stamped on the operations made from here on. */
  loc: Loc | undefined;

  constructor(loc?: Loc) {
    this.loc = loc;
  }

  /** A builder for a nested region. */
  nested(): Builder {
    return new Builder(this.loc);
  }

  push<O extends Op>(op: O): O {
    const stamped = op.loc === undefined && this.loc !== undefined ? { ...op, loc: this.loc } : op;
    this.ops.push(stamped);
    return stamped;
  }

  region(params: readonly Value[], yields: readonly Value[] | null): Region {
    return { params, ops: this.ops, yields };
  }

  const(v: Const["value"], hint?: string): Value {
    const type = typeof v === "number" ? num : typeof v === "boolean" ? bool : typeof v === "string" ? str : voidType;
    const result = value(type, hint);
    this.push({ kind: "const", value: v, result });
    return result;
  }

  /** The absent value of a maybe type. */
  absent(type: Type, v: undefined | null, hint?: string): Value {
    const result = value(type, hint);
    this.push({ kind: "const", value: v, result });
    return result;
  }

  /** The same value under another type; itself where it has that type. */
  cast(v: Value, type: Type, hint: string | undefined = v.hint): Value {
    if (sameType(v.type, type)) return v;
    const result = value(type, hint);
    this.push({ kind: "cast", value: v, result });
    return result;
  }

  prim(name: PrimName, args: readonly Value[], hint?: string): Value {
    const row = primitives[name];
    invariant(row.arity === -1 || row.arity === args.length, `${name} takes ${row.arity} operands, got ${args.length}`);
    const result = value(row.result === "num" ? num : bool, hint);
    this.push({ kind: "prim", name, args, result });
    return result;
  }

  load(place: Place, type: Type, hint?: string): Value {
    const result = value(type, hint);
    this.push({ kind: "load", place, result });
    return result;
  }

  store(place: Place, v: Value): void {
    this.push({ kind: "store", place, value: v });
  }

  /** `array.push(v)`, where `length` is the array's length now. */
  grow(array: Value, length: Value, v: Value): void {
    this.push({ kind: "store", place: elem(array, length), value: v, grows: true });
  }

  /** `array.subarray(from, to)`. */
  view(array: Value, from: Value, to: Value, hint?: string): Value {
    const result = value(array.type, hint);
    this.push({ kind: "view", array, from, to, result });
    return result;
  }

  /** `array.length = length`. */
  resize(array: Value, length: Value): void {
    this.push({ kind: "resize", array, length });
  }

  accum(place: Place, v: Value): void {
    this.push({ kind: "accum", place, value: v });
  }

  length(array: Value, hint?: string): Value {
    const result = value(num, hint);
    this.push({ kind: "length", array, result });
    return result;
  }

  /** A fresh aggregate of `type` from its members. */
  aggregate(type: Type, members: readonly Value[], hint?: string): Value {
    const result = value(type, hint);
    this.push({ kind: "new", members, result });
    return result;
  }

  /** A loop over the indices below `count`, round which nothing goes. */
  each(count: Value, run: (body: Builder, index: Value) => void, hint?: string): void {
    const index = value(num, hint);
    const body = this.nested();
    run(body, index);
    const loop = { test: "<", to: count, step: 1, inits: [], breaks: false, results: [] } as const;
    this.push({ kind: "for", from: this.const(0), ...loop, body: body.region([index], []) });
  }

  /** An `if`; the arms are built by the callbacks, which return what they yield. */
  if(
    cond: Value,
    results: readonly Value[],
    then: (b: Builder) => readonly Value[] | null,
    otherwise: (b: Builder) => readonly Value[] | null,
  ): void {
    const thenBuilder = this.nested();
    const thenYields = then(thenBuilder);
    const elseBuilder = this.nested();
    const elseYields = otherwise(elseBuilder);
    this.push({
      kind: "if",
      cond,
      then: thenBuilder.region([], thenYields),
      else: elseBuilder.region([], elseYields),
      results,
    });
  }
}
