/**
 * `q.map((x) => x / n) as Quat`, `return out as Vec3`: an array that nobody else holds, taken for a tuple. TypeScript
 * calls it a tuple from here on, so it is one; that it was an array nobody can tell.
 */
import type { ts } from "ts-morph";
import { elem } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { isReference, sameType } from "../../ir/types.js";
import { elementType } from "./array-make.js";
import type { FunctionContext } from "./context.js";
import { isNewArray, isReturnedArray } from "./own-array.js";

/** `v`, the value of a cast expression; as the tuple the cast says, where it is a new array. */
export function asTuple(context: FunctionContext, v: Value, whole: ts.Expression): Value {
  if (v.type.kind !== "array") return v;
  const element = elementType(v.type);
  const isOwn = !isReference(element) && isReturnedArray(context.file.checker, whole);
  if (!isOwn && !isNewArray(whole)) return v;
  const mapped = context.file.types.map(context.file.checker.getTypeAtLocation(whole));
  if (!("type" in mapped) || mapped.type.kind !== "tuple") return v;
  if (!mapped.type.elems.every((t) => sameType(t, element))) return v;
  const members = mapped.type.elems.map((_, i) =>
    context.readFrom(v, context.at(whole).load(elem(v, context.constant(i)), element)),
  );
  const made = context.at(whole).aggregate(mapped.type, members, v.hint);
  if (isReference(element)) for (const member of members) context.putInto(made, member);
  return made;
}
