/**
 * Types that follow from the operands. The text form leaves them out, `parse.ts` puts them back, `verify.ts` compares.
 */
import type { GlobalDecl, Op, Place, Region, Type, Value } from "./ir.js";
import { primitives } from "./primitives.js";
import { bool, elementOf, num, present, type Records, shadowType, str, tapeType, voidType } from "./types.js";

/** What the declarations of a program say about types. */
export interface TypeContext {
  readonly records: Records;
  readonly globals: ReadonlyMap<string, GlobalDecl>;
}

/** The type of what a place holds; `undefined` when there is no such element or field. */
export function placeType(place: Place, records: Records): Type | undefined {
  const base = place.base.type;
  if (place.kind === "elem") return elementOf(base);
  if (base.kind === "tuple") return /^\d+$/.test(place.name) ? base.elems[Number(place.name)] : undefined;
  if (base.kind === "record") return records.get(base.name)?.fields.find((f) => f.name === place.name)?.type;
  return undefined;
}

/** The natural type of a literal. */
export function constType(value: number | boolean | string | undefined | null): Type {
  switch (typeof value) {
    case "number":
      return num;
    case "boolean":
      return bool;
    case "string":
      return str;
    default:
      return voidType;
  }
}

/** For each result of an operation (in the order of `results` in `walk.ts`) its type, or `undefined` where the operands do not tell. */
export function derivedTypes(op: Op, context: TypeContext): readonly (Type | undefined)[] {
  switch (op.kind) {
    case "const":
      return [constType(op.value)];
    case "prim":
      return [primitives[op.name].result === "num" ? num : bool];
    case "load": {
      const type = placeType(op.place, context.records);
      return [op.orZero === true && type !== undefined ? present(type) : type];
    }
    case "length":
    case "tapeTop":
      return [num];
    case "view":
      return [op.array.type];
    case "copy":
    case "export":
      return [op.source.type];
    case "share":
      return [op.make === "zeros" ? shadowType(op.source.type, context.records) : op.source.type];
    case "zeros":
      return [shadowType(op.like.type, context.records)];
    case "global":
      return [context.globals.get(op.name)?.type];
    case "openTape":
      return [tapeType];
    case "closure":
      return [closureType(op.body)];
    case "if": {
      const yields = op.then.yields ?? op.else.yields;
      return op.results.map((_, i) => yields?.[i]?.type);
    }
    case "for":
    case "while": {
      const carried = op.results.map((_, i) => op.inits[i]?.type);
      return op.count === undefined ? carried : [...carried, num];
    }
    case "new":
    case "alloc":
    case "cast":
      return [undefined];
    case "call":
    case "restore":
      return op.results.map(() => undefined);
    case "foreign":
      return op.result === undefined ? [] : [undefined];
    default:
      return [];
  }
}

function closureType(body: Region): Type | undefined {
  if (body.yields === null) return undefined;
  return { kind: "closure", params: body.params.map((v) => v.type), results: body.yields.map((v) => v.type) };
}

/** The object that a write of single members changes: one place, or the length. */
export function storedInto(op: Op): Value | undefined {
  switch (op.kind) {
    case "store":
    case "accum":
      return op.place.base;
    case "resize":
      return op.array;
    default:
      return undefined;
  }
}

/** Does control never reach the end of these operations? True after a `throw` and after an `if` neither arm of which ends. */
export function neverEnds(ops: readonly Op[]): boolean {
  const last = ops.at(-1);
  if (last === undefined) return false;
  return last.kind === "throw" || (last.kind === "if" && last.then.yields === null && last.else.yields === null);
}
