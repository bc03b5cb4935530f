/**
 * `q.map((x) => x / n) as Quat`: an array that nobody else holds, taken for a tuple. TypeScript calls it a tuple from
 * here on, so it is one; that it was an array nobody can tell.
 */
import { ts } from "ts-morph";
import { elementType } from "./array-make.js";
import { elem } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { isReference, sameType } from "../../ir/types.js";
import { bare } from "../source.js";
import type { FunctionContext } from "./context.js";

/** Methods that make the array they return. */
const makers: ReadonlySet<string> = new Set([
  "map",
  "filter",
  "slice",
  "concat",
  "flat",
  "flatMap",
  "toSorted",
  "toReversed",
  "split",
  "from",
  "of",
]);

/** `v`, the value of a cast expression; as the tuple the cast says, where it is a new array. */
export function asTuple(context: FunctionContext, v: Value, whole: ts.Expression): Value {
  if (v.type.kind !== "array" || !isNewArray(bare(whole))) return v;
  const element = elementType(v.type);
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

function isNewArray(node: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(node)) return true;
  return (
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && makers.has(node.expression.name.text)
  );
}
