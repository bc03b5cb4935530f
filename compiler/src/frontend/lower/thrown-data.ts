/**
 * Objects, numbers and flags that are thrown and caught in the generated function: `throw { index: i }`, `throw i`. Its own
 * handler gets an object with the same members; a number that depends on what is differentiated must not be among them.
 */
import { ts } from "ts-morph";
import type { Type, Value } from "../../ir/ir.js";
import { bool, num, sameType, str } from "../../ir/types.js";
import { bare } from "../source.js";
import type { FunctionContext, TextWithHoles } from "./context.js";
import { foreign } from "./foreign.js";
import { caughtType } from "./guards.js";

const { TypeFlags } = ts;

/** What is thrown, as text, with its numbers; absent where it is something else, or holds more than numbers, flags and text. */
export function thrownData(
  context: FunctionContext,
  node: ts.ThrowStatement,
): (TextWithHoles & { readonly members: readonly Value[] }) | undefined {
  const thrown = bare(node.expression);
  if (!ts.isObjectLiteralExpression(thrown)) {
    if (scalarOf(context.file.checker.getTypeAtLocation(thrown)) === undefined) return undefined;
    const v = context.expression(thrown);
    return isScalar(v.type) ? { text: ["", ""], args: [v], members: [v] } : undefined;
  }
  const text = ["{ "];
  const args: Value[] = [];
  for (const property of thrown.properties) {
    const isShort = ts.isShorthandPropertyAssignment(property);
    if (!isShort && !(ts.isPropertyAssignment(property) && ts.isIdentifier(property.name))) return undefined;
    if (property.name.getText() === "__proto__") return undefined;
    const v = context.expression(isShort ? property.name : property.initializer, property.name.getText());
    if (!isScalar(v.type) && !context.isRefused(v)) return undefined;
    text[text.length - 1] += `${args.length === 0 ? "" : ", "}${property.name.getText()}: `;
    args.push(v);
    text.push("");
  }
  text[text.length - 1] += " }";
  return { text, args, members: args };
}

const isScalar = ({ kind }: Type): boolean => kind === "num" || kind === "bool" || kind === "str";

/** `e as number`, `typeof e === "number" ? e : 0`: what was caught, as the number, flag or text that the source knows it to be. */
export function asCaught(context: FunctionContext, v: Value, node: ts.Expression): Value {
  if (!sameType(v.type, caughtType)) return v;
  const type = scalarOf(context.file.checker.getTypeAtLocation(node));
  if (type === undefined) return v;
  if (type.kind !== "str") context.file.caughtReads.add(node);
  return foreign(context, node, ["", ""], [v], type, { pure: false, hint: v.hint });
}

function scalarOf({ flags }: ts.Type): Type | undefined {
  if (flags & TypeFlags.NumberLike) return num;
  if (flags & TypeFlags.StringLike) return str;
  return flags & TypeFlags.BooleanLike ? bool : undefined;
}
