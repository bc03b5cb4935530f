/**
 * Array methods of tuples. Their members are fields, so callbacks are called member by member; other methods work on an
 * array of the members, which are put back where the method changes the tuple itself.
 */
import { ts } from "ts-morph";
import { elem, field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { isReference, sameType } from "../../ir/types.js";
import { load } from "./access.js";
import { callValue } from "./follow.js";
import type { FunctionContext } from "./context.js";

/** Longer ones are looped over. */
const unrolled = 16;

/** The members of a tuple as an array. */
export function listOf(context: FunctionContext, v: Value, node: ts.Node): Value {
  if (v.type.kind !== "tuple") return v;
  const [first] = v.type.elems;
  if (first === undefined || !v.type.elems.every((e) => sameType(e, first))) return v;
  const members = membersOf(context, v, node);
  const made = context.at(node).aggregate({ kind: "array", elem: first }, members);
  for (const member of members) context.putInto(made, member);
  return made;
}

function membersOf(context: FunctionContext, v: Value, node: ts.Node): Value[] {
  if (v.type.kind !== "tuple") return [];
  return v.type.elems.map((type, i) => load(context, { place: field(v, String(i)), type }, node));
}

/** Methods that change the tuple they belong to, and return it. */
const changing: ReadonlySet<string> = new Set(["sort", "reverse", "fill", "copyWithin"]);

export const changesTuple = (name: string): boolean => changing.has(name);

/** Puts the members of `list` back into the tuple. */
export function putBack(context: FunctionContext, tuple: Value, list: Value, node: ts.Node): Value {
  if (tuple.type.kind !== "tuple") return tuple;
  const loaded = tuple.type.elems.map((type, i) =>
    context.readFrom(list, context.at(node).load(elem(list, context.constant(i)), type)),
  );
  loaded.forEach((v, i) => {
    context.putInto(tuple, v);
    context.at(node).store(field(tuple, String(i)), v);
  });
  return tuple;
}

/** `map`, `forEach` and `reduce` of a tuple, one call after the other; absent where it has to be a loop. */
export function lowerTupleCallback(
  context: FunctionContext,
  node: ts.CallExpression,
  tuple: Value,
  name: string,
  hint: string | undefined,
): Value | undefined {
  if (tuple.type.kind !== "tuple" || tuple.type.elems.length > unrolled || tuple.type.elems.length === 0)
    return undefined;
  const [first, ...more] = node.arguments;
  const allowed = name === "reduce" ? 1 : 0;
  if (first === undefined || more.length > allowed || node.arguments.some(ts.isSpreadElement)) return undefined;
  if (name !== "map" && name !== "forEach" && name !== "reduce") return undefined;
  const { elems } = tuple.type;
  const [type] = elems;
  if (type === undefined || !elems.every((t) => sameType(t, type))) return undefined;
  const f = context.expression(first);
  const known = context.file.types.functions.of(f.type);
  if (known?.kind !== "one" || known.node.parameters.length > allowed + 2) {
    context.known.set(first, f);
    return undefined;
  }
  const member = (i: number): Value => load(context, { place: field(tuple, String(i)), type }, node);
  const call = (args: readonly Value[]): Value | undefined => callValue(context, node, f, undefined, args, undefined);
  if (name === "reduce") {
    const [start] = more;
    let all: Value | undefined = start === undefined ? member(0) : context.expression(start);
    for (let i = start === undefined ? 1 : 0; i < elems.length; i++)
      all = all && call([all, member(i), context.constant(i)]);
    return all;
  }
  const results: Value[] = [];
  for (let i = 0; i < elems.length; i++) {
    const result = call([member(i), context.constant(i)]);
    if (result === undefined) return undefined;
    results.push(result);
  }
  if (name === "forEach") return context.undefinedOf({ kind: "void" });
  const [one, ...others] = results;
  if (one === undefined) return undefined;
  const joined = others.reduce<Type | undefined>((t, r) => t && context.file.types.join(t, r.type), one.type);
  if (joined === undefined || joined.kind === "void") return undefined;
  const members = results.map((r) => context.coerce(r, joined, node));
  const made = context.at(node).aggregate({ kind: "array", elem: joined }, members, hint);
  if (isReference(joined)) for (const r of members) context.putInto(made, r);
  return made;
}
