/**
 * Lists that a method makes of what its callback returns: `map`, `filter`, `flatMap`, `Array.from`. They hold what they are
 * given, until the place they are made for, or what the callback declares, turns out to have meant more:
 * `const shapes: Shape[] = sizes.map((a) => new Square(a)); shapes.push(new Circle(r))`. Then they are made anew, with wider elements.
 */
import type { ts } from "ts-morph";
import type { Type, Value } from "../../ir/ir.js";
import { present, sameType } from "../../ir/types.js";
import type { OpenArray } from "../file-context.js";
import { typeArguments } from "../source.js";
import type { FunctionContext } from "./context.js";
import { isConvertible, joinedType } from "./convert.js";

/** What the place of the list, or the callback, declares its elements to be; absent where that is what they are. */
export function declaredElement(context: FunctionContext, node: ts.Expression, own: Type): OpenArray["wanted"] {
  const { checker, types } = context.file;
  const list = checker.getNonNullableType(checker.getContextualType(node) ?? checker.getTypeAtLocation(node));
  const [elem] = checker.isArrayType(list) ? typeArguments(checker, list) : [];
  const mapped = elem === undefined ? undefined : types.map(elem);
  if (mapped === undefined || !("type" in mapped)) return undefined;
  // Which functions an object of an interface has, the values say.
  if (types.isOpen(mapped.type)) return types.holdsOwn(own) || isInstance(context, own) ? "any" : undefined;
  return sameType(mapped.type, own) ? undefined : mapped.type;
}

const isInstance = ({ file }: FunctionContext, type: Type): boolean =>
  type.kind === "record" && file.types.classes.has(type.name);

/** The type of the elements of such a list that is to hold `v` as well; absent where there is none. */
export function elementWith(context: FunctionContext, open: OpenArray, list: Value, v: Value): Type | undefined {
  if (open.wanted === undefined || list.type.kind !== "array") return undefined;
  const held = { ...list, type: list.type.elem };
  const { wanted } = open;
  const isDeclared = wanted !== "any" && isConvertible(context, held, wanted) && isConvertible(context, v, wanted);
  return isDeclared ? wanted : joinedType(context, held, v);
}

/** Such a list meets one with elements that it could have, and that are kept in another way: numbers, and numbers that may be missing. */
export function elementLike(context: FunctionContext, open: OpenArray, list: Value, other: Type): Type | undefined {
  const wanted = present(other);
  if (open.wanted === undefined || list.type.kind !== "array" || wanted.kind !== "array") return undefined;
  const { elem } = list.type;
  const isKeptAlike = sameType(elem, wanted.elem) || (elem.kind === "record" && wanted.elem.kind === "record");
  const isMore = elem.kind !== "maybe" && isConvertible(context, { ...list, type: elem }, wanted.elem);
  return isMore && !isKeptAlike ? wanted.elem : undefined;
}
