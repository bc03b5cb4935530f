/** Code that goes through structures number by number: products of two, and what is done at each place of one. */
import { type Builder, elem, field, value } from "../ir/build.js";
import { placeType } from "../ir/derive.js";
import type { Place, RecordDecl, Type, Value } from "../ir/ir.js";
import { isReference, num, present } from "../ir/types.js";
import { invariant } from "../support/invariant.js";

type Records = ReadonlyMap<string, RecordDecl>;

/** The sum of the products of the numbers of two structures of one shape. */
export function product(b: Builder, x: Value, y: Value, records: Records): Value {
  const { type } = x;
  const members = (places: readonly ((base: Value) => Place)[]): Value => {
    const parts = places.flatMap((place) => {
      const held = placeType(place(x), records);
      if (held === undefined || !(isReference(held) || isNumeric(held))) return [];
      return [product(b, b.load(place(x), held), b.load(place(y), placeType(place(y), records) ?? held), records)];
    });
    return parts.slice(1).reduce((sum, part) => b.prim("add", [sum, part]), parts[0] ?? b.const(0));
  };
  switch (type.kind) {
    case "num":
      return b.prim("mul", [x, y]);
    case "maybe": {
      const result = value(num);
      const isAbsent = (v: Value): Value => (v.type.kind === "maybe" ? b.prim("isNullish", [v]) : b.const(false));
      b.if(
        b.prim("or", [isAbsent(x), isAbsent(y)]),
        [result],
        (none) => [none.const(0)],
        (both) => [product(both, both.cast(x, type.of), both.cast(y, present(y.type)), records)],
      );
      return result;
    }
    case "typed":
    case "array": {
      const index = value(num, "i");
      const sum = value(num, "sum");
      const held = type.kind === "array" ? type.elem : num;
      const body = b.nested();
      const part = product(body, body.load(elem(x, index), held), body.load(elem(y, index), held), records);
      const result = value(num);
      b.push({
        ...counted(b, b.length(x)),
        inits: [b.const(0)],
        body: body.region([index, sum], [body.prim("add", [sum, part])]),
        results: [result],
      });
      return result;
    }
    case "tuple":
      return members(type.elems.map((_, i) => (base) => field(base, String(i))));
    case "record":
      return members((records.get(type.name)?.fields ?? []).map((f) => (base) => field(base, f.name)));
    default:
      return b.const(0);
  }
}

const isNumeric = (type: Type): boolean => type.kind === "num" || (type.kind === "maybe" && isNumeric(type.of));

/** A loop over the indices below `length`. */
const counted = (b: Builder, length: Value) =>
  ({ kind: "for", from: b.const(0), test: "<", to: length, step: 1, breaks: false }) as const;

/** Finds the same place in a structure of the shape that is gone through. */
type Find = (root: Value, b: Builder) => Place;

/** Does something at each number of a structure. */
export function eachNumber(b: Builder, root: Value, records: Records, visit: (b: Builder, place: Find) => void): void {
  inside(b, root, records, (base) => base, visit, new Set());
}

function inside(
  b: Builder,
  v: Value,
  records: Records,
  follow: (root: Value, b: Builder) => Value,
  visit: (b: Builder, place: Find) => void,
  around: ReadonlySet<string>,
): void {
  const { type } = v;
  const member = (at: Builder, place: (base: Value) => Place, within = around): void => {
    const held = placeType(place(v), records);
    if (held === undefined) return;
    const find: Find = (root, where) => place(follow(root, where));
    if (held.kind === "num") {
      visit(at, find);
      return;
    }
    if (!isReference(held)) return;
    const load = (root: Value, where: Builder): Value => {
      const loaded = where.load(find(root, where), held);
      return held.kind === "maybe" ? where.cast(loaded, held.of) : loaded;
    };
    const content = at.load(place(v), held);
    if (held.kind !== "maybe") {
      inside(at, content, records, load, visit, within);
      return;
    }
    at.if(
      at.prim("isNullish", [content]),
      [],
      () => [],
      (there) => {
        inside(there, there.cast(content, held.of), records, load, visit, within);
        return [];
      },
    );
  };
  if (type.kind === "typed" || type.kind === "array") {
    const index = value(num, "i");
    const body = b.nested();
    member(body, (base) => elem(base, index));
    b.push({ ...counted(b, b.length(v)), inits: [], body: body.region([index], []), results: [] });
  } else if (type.kind === "tuple") type.elems.forEach((_, i) => member(b, (base) => field(base, String(i))));
  else if (type.kind === "record") {
    invariant(!around.has(type.name), "a rule returns nothing that holds itself");
    const more = new Set(around).add(type.name);
    for (const f of records.get(type.name)?.fields ?? []) member(b, (base) => field(base, f.name), more);
  }
}
