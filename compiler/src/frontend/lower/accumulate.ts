/** `f_accumulate(…, into)` in a function that is differentiated: the gradient is added number by number, as a program would do it. */
import { type Builder, elem, field } from "../../ir/build.js";
import { placeType } from "../../ir/derive.js";
import type { Place, Type, Value } from "../../ir/ir.js";
import { isFloatArray, num, type Records } from "../../ir/types.js";

/** Has a structure all the places that a gradient has, so that it can be added there? */
export function fits(into: Type, gradient: Type, records: Records): boolean {
  switch (gradient.kind) {
    case "num":
      return into.kind === "num";
    case "typed":
      return isList(into);
    case "array":
      return gradient.elem.kind === "num"
        ? isList(into)
        : into.kind === "array" && fits(into.elem, gradient.elem, records);
    case "tuple":
      return (
        into.kind === "tuple" &&
        gradient.elems.every((e, i) => {
          const held = into.elems[i];
          return held !== undefined && fits(held, e, records);
        })
      );
    case "record": {
      const own = into.kind === "record" ? (records.get(into.name)?.fields ?? []) : [];
      return (records.get(gradient.name)?.fields ?? []).every((f) => {
        const held = own.find((g) => g.name === f.name);
        return held !== undefined && fits(held.type, f.type, records);
      });
    }
    default:
      return false;
  }
}

const isList = (type: Type): boolean => isFloatArray(type) || (type.kind === "array" && type.elem.kind === "num");

/** Adds a gradient into a structure that it fits. `params` are what it is the gradient by: one, or those of a tuple. */
export function addInto(
  b: Builder,
  into: Value,
  gradient: Value,
  params: readonly { readonly name: string }[],
  records: Records,
): void {
  // What would not fit is refused before anything is added.
  params.forEach((p, k) => {
    const [target, source] = params.length === 1 ? [into, gradient] : [into, gradient].map((v) => member(b, v, k));
    if (target !== undefined && source !== undefined) refuseOtherLength(b, target, source, p.name);
  });
  add(b, into, gradient, records);
}

function member(b: Builder, v: Value, k: number): Value | undefined {
  const type = v.type.kind === "tuple" ? v.type.elems[k] : undefined;
  return type === undefined || type.kind === "num" ? undefined : b.load(field(v, String(k)), type);
}

function refuseOtherLength(b: Builder, into: Value, gradient: Value, name: string): void {
  if (gradient.type.kind !== "typed" && gradient.type.kind !== "array") return;
  b.if(
    b.prim("ne", [b.length(into), b.length(gradient)]),
    [],
    (then) => {
      const message = JSON.stringify(`into has another length than ${name}`);
      then.push({ kind: "throw", text: [`new RangeError(${message})`], args: [] });
      return null;
    },
    () => [],
  );
}

function add(b: Builder, into: Value, gradient: Value, records: Records): void {
  const at = (body: Builder, place: (base: Value) => Place): void => {
    const [held, given] = [placeType(place(into), records), placeType(place(gradient), records)];
    if (held === undefined || given === undefined) return;
    const added = body.load(place(gradient), given);
    if (given.kind === "num") body.store(place(into), body.prim("add", [body.load(place(into), num), added]));
    else add(body, body.load(place(into), held), added, records);
  };
  const { type } = gradient;
  if (type.kind === "typed" || type.kind === "array")
    b.each(b.length(gradient), (body, i) => at(body, (base) => elem(base, i)), "i");
  else if (type.kind === "tuple") type.elems.forEach((_, k) => at(b, (base) => field(base, String(k))));
  else if (type.kind === "record")
    for (const f of records.get(type.name)?.fields ?? []) at(b, (base) => field(base, f.name));
}
