/**
 * What a caller gives as tangents or seeds of a structure, as a shadow: a number that is missing in it, and is there in the structure,
 * is zero. It is ordinary code, which can be differentiated in its turn, where all places follow from the type.
 */
import { type Builder, elem, field, value } from "./build.js";
import { placeType } from "./derive.js";
import type { Type, Value } from "./ir.js";
import { isFloatArray, num, type Records, sameType } from "./types.js";

/** Does the type say where the numbers are? Not that of unions, of objects with arbitrary keys, and of what may hold itself. */
export function isPlain(type: Type, records: Records, around: ReadonlySet<string> = new Set()): boolean {
  switch (type.kind) {
    case "num":
      return true;
    case "typed":
      return isFloatArray(type);
    case "array":
      return isPlain(type.elem, records, around);
    case "maybe":
      return isPlain(type.of, records, around);
    case "tuple":
      return type.elems.every((e) => isPlain(e, records, around));
    case "record": {
      const decl = records.get(type.name);
      if (decl === undefined || decl.variants !== undefined || around.has(type.name)) return false;
      const inside = new Set(around).add(type.name);
      return decl.fields.every((f) => isPlain(f.type, records, inside));
    }
    default:
      return false;
  }
}

/** `given` as a shadow of type `to` for the structure `of`. */
export function completed(b: Builder, given: Value, of: Value, to: Type, records: Records): Value {
  if (given.type.kind === "maybe" || to.kind === "maybe") return where(b, given, of, to, records);
  const at = (body: Builder, member: (base: Value) => ReturnType<typeof elem>, type: Type): Value => {
    const held = placeType(member(given), records);
    const own = placeType(member(of), records) ?? type;
    const part = held === undefined ? undefined : body.load(member(given), held);
    return part === undefined
      ? nothing(body, body.load(member(of), own), type)
      : part.type.kind === "num" && type.kind === "num"
        ? part
        : completed(body, part, body.load(member(of), own), type, records);
  };
  switch (to.kind) {
    case "typed":
    case "array": {
      if (to.kind === "typed" && sameType(given.type, to)) return given;
      const length = b.length(of);
      const result = value(to, given.hint);
      const element = to.kind === "array" ? to.elem : num;
      b.push({ kind: "alloc", length, result });
      b.each(length, (body, i) =>
        body.store(
          elem(result, i),
          at(body, (base) => elem(base, i), element),
        ),
      );
      return result;
    }
    case "tuple":
      return b.aggregate(
        to,
        to.elems.map((type, i) => at(b, (base) => field(base, String(i)), type)),
        given.hint,
      );
    case "record": {
      const fields = records.get(to.name)?.fields ?? [];
      return b.aggregate(
        to,
        fields.map((f) => at(b, (base) => field(base, f.name), f.type)),
        given.hint,
      );
    }
    default:
      return given;
  }
}

/** Where either may be absent: absent as the structure is, and zero where only what is given is absent. */
function where(b: Builder, given: Value, of: Value, to: Type, records: Records): Value {
  const inner = to.kind === "maybe" ? to.of : to;
  const there = (at: Builder): Value => {
    const own = of.type.kind === "maybe" ? at.cast(of, of.type.of) : of;
    if (given.type.kind !== "maybe") return completed(at, given, own, inner, records);
    const { of: type } = given.type;
    const made = value(inner, given.hint);
    at.if(
      at.prim("isNullish", [given]),
      [made],
      (missing) => [nothing(missing, own, inner)],
      (present) => [completed(present, present.cast(given, type), own, inner, records)],
    );
    return made;
  };
  if (to.kind !== "maybe" || of.type.kind !== "maybe") return b.cast(there(b), to);
  const result = value(to, given.hint);
  b.if(
    b.prim("isNullish", [of]),
    [result],
    (absent) => [absent.absent(to, to.absent === "null" ? null : undefined)],
    (present) => [present.cast(there(present), to)],
  );
  return result;
}

function nothing(b: Builder, of: Value, type: Type): Value {
  if (type.kind === "num") return b.const(0);
  const result = value(type);
  b.push({ kind: "zeros", like: of, result });
  return result;
}
