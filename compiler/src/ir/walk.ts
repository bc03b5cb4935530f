/** Visiting and rebuilding: the only full switches over the kinds of operation that passes need. */
import { assertNever } from "../support/invariant.js";
import type { Op, Place, Region, Value } from "./ir.js";

const noValues: readonly Value[] = [];
const noRegions: readonly Region[] = [];

/** The values an operation reads itself (not what its regions read). */
export function operands(op: Op): readonly Value[] {
  switch (op.kind) {
    case "const":
    case "global":
    case "closure":
    case "openTape":
      return noValues;
    case "prim":
    case "call":
    case "foreign":
    case "throw":
      return op.args;
    case "load":
      return placeOperands(op.place);
    case "store":
    case "accum":
      return [...placeOperands(op.place), op.value];
    case "resize":
      return [op.array, op.length];
    case "view":
      return [op.array, op.from, op.to];
    case "length":
      return [op.array];
    case "new":
      return op.members;
    case "alloc":
      return [op.length];
    case "copy":
    case "export":
      return [op.source];
    case "zeros":
      return [op.like];
    case "cast":
      return [op.value];
    case "share":
      return [op.source, op.memo];
    case "addInto":
      return op.memo === undefined ? [op.target, op.source] : [op.target, op.source, op.memo];
    case "clear":
      return op.memo === undefined ? [op.target] : [op.target, op.memo];
    case "if":
      return [op.cond];
    case "for":
      return [op.from, op.to, ...op.inits];
    case "while":
      return op.inits;
    case "closeTape":
    case "tapeTop":
    case "restore":
      return [op.tape];
    case "tapeRewind":
      return [op.tape, op.mark];
    case "reserve":
      return [op.tape, op.numbers, op.flags];
    case "save":
      return [op.tape, ...op.values];
    default:
      return assertNever(op, "operation");
  }
}

function placeOperands(place: Place): readonly Value[] {
  return place.kind === "elem" ? [place.base, place.index] : [place.base];
}

/** The values an operation defines in the region it stands in. */
export function results(op: Op): readonly Value[] {
  switch (op.kind) {
    case "store":
    case "accum":
    case "resize":
    case "addInto":
    case "clear":
    case "throw":
    case "closeTape":
    case "tapeRewind":
    case "reserve":
    case "save":
      return noValues;
    case "call":
    case "if":
    case "restore":
      return op.results;
    case "for":
    case "while":
      return op.count === undefined ? op.results : [...op.results, op.count];
    case "foreign":
      return op.result === undefined ? noValues : [op.result];
    default:
      return [op.result];
  }
}

/** The regions an operation owns. */
export function regions(op: Op): readonly Region[] {
  switch (op.kind) {
    case "if":
      return [op.then, op.else];
    case "for":
    case "closure":
      return [op.body];
    case "while":
      return [op.cond, op.body];
    default:
      return noRegions;
  }
}

/** The same operation with other regions; the operation itself when they stay. */
export const mapRegions = (op: Op, region: (r: Region) => Region): Op => mapOp(op, (v) => v, region);

/**
 * The same operation with its operands (not results) replaced by `use` and its regions by `region`; the operation itself
 * when that changes nothing, which spares passes most of their garbage.
 */
export function mapOp(op: Op, use: (v: Value) => Value, region: (r: Region) => Region): Op {
  switch (op.kind) {
    case "const":
    case "global":
    case "openTape":
      return op;
    case "prim":
    case "call":
    case "foreign":
    case "throw": {
      const args = mapSame(op.args, use);
      return args === op.args ? op : { ...op, args };
    }
    case "load": {
      const place = mapPlace(op.place, use);
      return place === op.place ? op : { ...op, place };
    }
    case "store":
    case "accum": {
      const place = mapPlace(op.place, use);
      const value = use(op.value);
      return place === op.place && value === op.value ? op : { ...op, place, value };
    }
    case "view":
      return { ...op, array: use(op.array), from: use(op.from), to: use(op.to) };
    case "resize": {
      const array = use(op.array);
      const length = use(op.length);
      return array === op.array && length === op.length ? op : { ...op, array, length };
    }
    case "length": {
      const array = use(op.array);
      return array === op.array ? op : { ...op, array };
    }
    case "new": {
      const members = mapSame(op.members, use);
      return members === op.members ? op : { ...op, members };
    }
    case "alloc": {
      const length = use(op.length);
      return length === op.length ? op : { ...op, length };
    }
    case "copy":
    case "export": {
      const source = use(op.source);
      return source === op.source ? op : { ...op, source };
    }
    case "cast": {
      const value = use(op.value);
      return value === op.value ? op : { ...op, value };
    }
    case "zeros": {
      const like = use(op.like);
      return like === op.like ? op : { ...op, like };
    }
    case "share":
      return { ...op, source: use(op.source), memo: use(op.memo) };
    case "addInto": {
      const memo = op.memo === undefined ? {} : { memo: use(op.memo) };
      return { ...op, target: use(op.target), source: use(op.source), ...memo };
    }
    case "clear":
      return { ...op, target: use(op.target), ...(op.memo === undefined ? {} : { memo: use(op.memo) }) };
    case "if":
      return { ...op, cond: use(op.cond), then: region(op.then), else: region(op.else) };
    case "for":
      return { ...op, from: use(op.from), to: use(op.to), inits: op.inits.map(use), body: region(op.body) };
    case "while":
      return { ...op, inits: op.inits.map(use), cond: region(op.cond), body: region(op.body) };
    case "closure":
      return { ...op, body: region(op.body) };
    case "closeTape":
    case "tapeTop":
    case "restore":
      return { ...op, tape: use(op.tape) };
    case "tapeRewind":
      return { ...op, tape: use(op.tape), mark: use(op.mark) };
    case "reserve":
      return { ...op, tape: use(op.tape), numbers: use(op.numbers), flags: use(op.flags) };
    case "save":
      return { ...op, tape: use(op.tape), values: op.values.map(use) };
    default:
      return assertNever(op, "operation");
  }
}

function mapPlace(place: Place, use: (v: Value) => Value): Place {
  const base = use(place.base);
  if (place.kind === "field") return base === place.base ? place : { ...place, base };
  const index = use(place.index);
  return base === place.base && index === place.index ? place : { ...place, base, index };
}

/** `items.map(map)`, or the items themselves when that changes none. */
export function mapSame<T>(items: readonly T[], map: (item: T) => T): readonly T[] {
  let changed: T[] | undefined;
  let at = 0;
  for (const item of items) {
    const mapped = map(item);
    if (changed !== undefined) changed.push(mapped);
    else if (mapped !== item) changed = [...items.slice(0, at), mapped];
    at++;
  }
  return changed ?? items;
}

/** The same operation with what it defines replaced by `def` (its regions are left alone). */
export function mapResults(op: Op, def: (v: Value) => Value): Op {
  switch (op.kind) {
    case "store":
    case "accum":
    case "resize":
    case "addInto":
    case "clear":
    case "throw":
    case "closeTape":
    case "tapeRewind":
    case "reserve":
    case "save":
      return op;
    case "call":
    case "if":
    case "restore":
      return { ...op, results: op.results.map(def) };
    case "for":
    case "while":
      return op.count === undefined
        ? { ...op, results: op.results.map(def) }
        : { ...op, results: op.results.map(def), count: def(op.count) };
    case "foreign":
      return op.result === undefined ? op : { ...op, result: def(op.result) };
    default:
      return { ...op, result: def(op.result) };
  }
}

/** Calls `visit` for every operation of a region and of the regions inside it, in program order, outer before inner. */
export function walk(region: Region, visit: (op: Op) => void): void {
  for (const op of region.ops) {
    visit(op);
    for (const inner of regions(op)) walk(inner, visit);
  }
}

/** Every value read in a region or inside it (yields included), with repetitions. */
export function eachUse(region: Region, visit: (v: Value) => void): void {
  for (const op of region.ops) {
    for (const v of operands(op)) visit(v);
    for (const inner of regions(op)) eachUse(inner, visit);
  }
  region.yields?.forEach(visit);
}

/** Every value defined in a region or inside it, parameters included. */
export function eachDefinition(region: Region, visit: (v: Value) => void): void {
  region.params.forEach(visit);
  for (const op of region.ops) {
    results(op).forEach(visit);
    for (const inner of regions(op)) eachDefinition(inner, visit);
  }
}

/** The first operation of a region that may not stand in the test of a `while`. */
export function firstImpure(region: Region): Op | undefined {
  for (const op of region.ops) {
    switch (op.kind) {
      case "const":
      case "prim":
      case "cast":
      case "load":
      case "length":
      case "global":
        break;
      case "foreign":
        if (!op.pure) return op;
        break;
      case "if": {
        const inner = firstImpure(op.then) ?? firstImpure(op.else);
        if (inner !== undefined) return inner;
        break;
      }
      default:
        return op;
    }
  }
  return undefined;
}
