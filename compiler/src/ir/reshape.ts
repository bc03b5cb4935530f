/** A structure under another type of the same shape: the gradient of a record as the type the user declared for it. */
import { type Builder, elem, field, value } from "./build.js";
import type { RecordDecl, Type, Value } from "./ir.js";
import { num, sameType } from "./types.js";

/**
 * A value with the same numbers under another type. The value itself where its type is the same, else a new structure, so that
 * no object is known under two types that have nothing to do with each other. The target has no field that the source lacks.
 */
export function reshape(b: Builder, v: Value, to: Type, records: ReadonlyMap<string, RecordDecl>): Value {
  const from = v.type;
  if (sameType(from, to)) return v;
  if (from.kind === "maybe" || to.kind === "maybe") {
    const inner = from.kind === "maybe" ? from.of : from;
    if (to.kind !== "maybe" || from.kind !== "maybe")
      return to.kind === "maybe"
        ? b.cast(reshape(b, v, to.of, records), to)
        : reshape(b, b.cast(v, inner), to, records);
    const made = value(to, v.hint);
    b.if(
      b.prim("isNullish", [v]),
      [made],
      (absent) => [absent.absent(to, to.absent === "null" ? null : undefined)],
      (there) => [there.cast(reshape(there, there.cast(v, inner), to.of, records), to)],
    );
    return made;
  }
  if (from.kind === "tuple" && to.kind === "tuple")
    return b.aggregate(
      to,
      to.elems.map((t, i) => reshape(b, b.load(field(v, String(i)), from.elems[i] ?? t), t, records)),
      v.hint,
    );
  if (from.kind === "record" && to.kind === "record") {
    const own = records.get(from.name)?.fields ?? [];
    const members = (records.get(to.name)?.fields ?? []).map((f) => {
      const type = own.find((g) => g.name === f.name)?.type ?? f.type;
      return reshape(b, b.load(field(v, f.name), type), f.type, records);
    });
    return b.aggregate(to, members, v.hint);
  }
  if (from.kind === "array" && to.kind === "array") {
    const length = b.length(v);
    const result = value(to, v.hint);
    b.push({ kind: "alloc", length, result });
    b.each(length, (body, i) => {
      body.store(elem(result, i), reshape(body, body.load(elem(v, i), from.elem), to.elem, records));
    });
    return result;
  }
  // In single precision what was in double precision, or the other way round.
  if (from.kind === "typed" && to.kind === "typed") {
    const length = b.length(v);
    const result = value(to, v.hint);
    b.push({ kind: "alloc", length, result });
    b.each(length, (body, i) => body.store(elem(result, i), body.load(elem(v, i), num)));
    return result;
  }
  return b.cast(v, to);
}
