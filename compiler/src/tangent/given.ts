/** The shadows of arguments, made of the tangents that users give. */
import type { Context } from "../adjoint/context.js";
import type { Memos } from "../adjoint/memos.js";
import { type Builder, value } from "../ir/build.js";
import type { Type, Value } from "../ir/ir.js";
import { sameType } from "../ir/types.js";
import { invariant } from "../support/invariant.js";

/** The differentiated parameters. */
export function inputs(context: Context): readonly { readonly param: Value; readonly index: number }[] {
  const { params } = context.func(context.entry).body;
  return context.wrt.map((index) => {
    const param = params[index];
    invariant(param !== undefined, "differentiated parameter out of range");
    return { param, index };
  });
}

/** The shadow of an argument, with its sharing: the tangent that is given for it, if one is, where that says something. */
export function makeShadow(
  context: Context,
  made: {
    readonly param: Value;
    /** The argument, before it is copied. */
    readonly from: Value;
    readonly tangent: Value | undefined;
    readonly shadow: Value;
  },
  memos: Memos,
  b: Builder,
): void {
  const { param, from, tangent, shadow } = made;
  const shares = context.sharing.has(param.id);
  if (shares) b.push({ kind: "share", make: "zeros", source: from, memo: memos.get("shadows"), result: shadow });
  else b.push({ kind: "zeros", like: from, result: shadow });
  const memo = shares ? { memo: memos.get("added") } : {};
  if (tangent !== undefined) b.push({ kind: "addInto", target: shadow, source: tangent, ...memo });
}

/** Can a tangent as it is given serve as the shadow: has it a number wherever the argument has one, and its sharing? */
export function isComplete(context: Context, param: Value, tangent: Value): boolean {
  const { type } = param;
  const isPlain = !context.sharing.has(param.id) && !mayLack(context, type, new Set());
  return isPlain && sameType(context.shadowType(type), tangent.type);
}

function mayLack(context: Context, type: Type, seen: Set<string>): boolean {
  switch (type.kind) {
    case "maybe":
      return true;
    case "array":
      return mayLack(context, type.elem, seen);
    case "tuple":
      return type.elems.some((elem) => mayLack(context, elem, seen));
    case "record":
      if (seen.has(type.name)) return false;
      seen.add(type.name);
      return (context.program.records.get(type.name)?.fields ?? []).some((f) => mayLack(context, f.type, seen));
    default:
      return false;
  }
}

/** The tangent of a number that may be absent: there where the number is, zero where none is given. */
export function besideMaybe(
  p: Value,
  tangent: Value,
  b: Builder,
  result: Value = value(tangent.type, tangent.hint),
): Value {
  b.if(
    b.prim("isNullish", [p]),
    [result],
    (absent) => [absent.cast(p, tangent.type)],
    (there) => {
      const own = value(tangent.type);
      there.if(
        there.prim("isNullish", [tangent]),
        [own],
        (none) => [none.cast(none.const(0), tangent.type)],
        () => [tangent],
      );
      return [own];
    },
  );
  return result;
}
