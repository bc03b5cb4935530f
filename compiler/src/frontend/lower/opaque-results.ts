/** What comes out of values no derivative flows through: data as they are, copies of lists of numbers, objects as constants. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { isReference } from "../../ir/types.js";
import { unreadable } from "../class-boundary.js";
import { spanOf } from "../source.js";
import { standInFor } from "./access.js";
import { alloc, countTo } from "./array-make.js";
import { lengthOf } from "./array-bounds.js";
import type { FunctionContext } from "./context.js";
import { checkFunctions, foreign } from "./foreign.js";

/** The type of what comes out; nothing where the language has no such values. */
export function resultType(context: FunctionContext, node: ts.Node): Type | undefined {
  const type = context.file.checker.getTypeAtLocation(node);
  const mapped = context.file.types.map(type);
  return "type" in mapped ? mapped.type : undefined;
}

/** A value that carries no derivative and leads nowhere. */
function isScalar(type: Type): boolean {
  switch (type.kind) {
    case "num":
    case "bool":
    case "str":
    case "void":
    case "opaque":
      return true;
    case "maybe":
      return !isReference(type.of) && isScalar(type.of);
    default:
      return false;
  }
}

/** What a pattern finds in text: the whole and the groups, some of which may have found nothing. */
export const isMatch = (type: Type): boolean => type.kind === "opaque" && /^RegExp(Match|Exec)Array$/.test(type.text);

/** The members of something with arbitrary keys, in a new array. */
export function listed(
  context: FunctionContext,
  node: ts.Expression,
  parts: readonly string[],
  v: Value,
  type: Type,
  hint: string | undefined,
): Value | undefined {
  const text = { parts, args: [v], pure: false };
  return isList(type)
    ? foreign(context, node, parts, [v], type, { pure: false, hint })
    : takenOut(context, node, text, type, hint);
}

/** A list of data, or of tuples of data. */
export function isList(type: Type): type is Extract<Type, { kind: "array" }> {
  if (type.kind !== "array") return false;
  return isScalar(type.elem) || (type.elem.kind === "tuple" && type.elem.elems.every(isScalar));
}

interface Text {
  readonly parts: readonly string[];
  readonly args: readonly Value[];
  readonly pure: boolean;
}

/** What an operation on such a value gives. */
export function opaqueResult(
  context: FunctionContext,
  node: ts.Node,
  text: Text,
  used: boolean,
  hint: string | undefined,
  type: Type | undefined = resultType(context, node),
): Value {
  const { parts, args, pure } = text;
  if (!used || type?.kind === "void") {
    checkFunctions(context, node, args);
    context.at(node).push({ kind: "foreign", text: parts, args, pure: false });
    return context.undefinedOf({ kind: "void" });
  }
  if (type !== undefined && isScalar(type)) return foreign(context, node, parts, args, type, { pure, hint });
  if (type !== undefined && isList(type)) return listOf(context, node, text, type, hint);
  if (type !== undefined && isReference(type)) {
    const made = takenOut(context, node, text, type, hint);
    if (made !== undefined) return made;
  }
  context.report(
    language.opaqueMember(spanOf(node), context.file.types.show(context.file.checker.getTypeAtLocation(node))),
  );
  return standInFor(context, node);
}

/** An array or an object that something else holds: it is read as the constant it is, and not changed. */
export function takenOut(
  context: FunctionContext,
  node: ts.Node,
  { parts, args }: Text,
  type: Type,
  hint: string | undefined,
): Value | undefined {
  const constant = args.map((a) => context.constantIn(a)).find((name) => name !== undefined);
  if (context.file.types.hasFunction(type) || unreadable(context.file.types, type) !== undefined) return undefined;
  const made = foreign(context, node, parts, args, type, { pure: false, hint });
  const name = node.getText();
  if (constant !== undefined) context.constants.set(made.id, name);
  context.keeps(made, node, name);
  context.file.taken.set(made.id, name);
  return made;
}

/** A list that was made elsewhere, copied into one of our own. */
function listOf(
  context: FunctionContext,
  node: ts.Node,
  { parts, args }: Text,
  type: Extract<Type, { kind: "array" }>,
  hint: string | undefined,
): Value {
  const made = foreign(context, node, parts, args, type, { pure: false, hint });
  if (type.elem.kind !== "num") return made;
  const length = lengthOf(context, node, made);
  const own = alloc(context, node, type, length, hint);
  countTo(context, length, (i) => context.b.store(elem(own, i), context.b.load(elem(made, i), type.elem)));
  return own;
}
