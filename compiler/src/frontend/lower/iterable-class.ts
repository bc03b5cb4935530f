/** Instances that are iterable because something they hold is: `[Symbol.iterator]() { return this.items[Symbol.iterator](); }`. */
import { ts } from "ts-morph";
import type { Type, Value } from "../../ir/ir.js";
import { present } from "../../ir/types.js";
import type { ClassNode } from "../classes.js";
import { preludeFunction } from "../prelude.js";
import { bare } from "../source.js";
import { fieldOf, load } from "./access.js";
import { indicesOf } from "./array-literal.js";
import { collectionOf } from "./collection.js";
import type { FunctionContext } from "./context.js";
import { callFunction } from "./follow.js";
import { foreign } from "./foreign.js";
import { presentValue } from "./missing.js";

/** What an instance hands its iteration on to, and how it goes over that. */
export interface Delegate {
  /** What it holds. */
  readonly value: Value;
  /** Where the class names it. */
  readonly node: ts.Expression;
  readonly view: "values" | "entries" | "keys" | undefined;
}

/** What `for…of` and a spread over an instance go over; absent where its class does not say it in one step. */
export function delegateOf(context: FunctionContext, v: Value, node: ts.Node): Delegate | undefined {
  const type = present(v.type);
  const instance = type.kind === "record" ? context.file.types.classes.get(type.name) : undefined;
  const method = instance === undefined ? undefined : iteratorOf(context, instance.node);
  const asked = method === undefined ? undefined : handedOn(method);
  if (instance === undefined || asked === undefined) return undefined;
  const held = heldBy(context, presentValue(context, v, node), instance.node, asked.of, node);
  if (held === undefined) return undefined;
  if (present(held.type).kind !== "opaque") return { value: held, node: asked.of, view: asked.view };
  // A map of JavaScript goes over itself.
  const over = presentValue(context, held, node);
  const { view } = asked;
  const iterator: Type = { kind: "opaque", text: "Iterator" };
  const gone =
    view === undefined ? over : foreign(context, node, ["", `.${view}()`], [over], iterator, { pure: false });
  const { types } = context.file;
  const list = types.withBindings(instance.bindings, () => context.lowering.data.members(context, asked.whole, gone));
  return list === undefined ? undefined : { value: list, node: asked.whole, view: undefined };
}

/** The same as a list, made now where it is none. */
export function listOfDelegate(context: FunctionContext, { value: held, view }: Delegate, node: ts.Expression): Value {
  const over = presentValue(context, held, node);
  const call = (name: string): Value =>
    context.readFrom(over, callFunction(context, node, preludeFunction(name), undefined, [over]));
  const own = collectionOf(context, over);
  if (own !== undefined) {
    if (view === "keys" || own.kind === "set") return call(view === "entries" ? "pairsOf" : "keysOf");
    return call(view === "values" ? "valuesOf" : "entriesOf");
  }
  if (over.type.kind !== "array" && over.type.kind !== "typed") return over;
  return view === "keys" ? indicesOf(context, node, over) : view === "entries" ? call("indexed") : over;
}

function iteratorOf(context: FunctionContext, cls: ClassNode): ts.MethodDeclaration | undefined {
  for (const owner of context.file.types.table.chain(cls))
    for (const member of owner.members)
      if (ts.isMethodDeclaration(member) && member.body !== undefined && member.name.getText() === "[Symbol.iterator]")
        return member;
  return undefined;
}

/** `return X[Symbol.iterator]()`, `return X.values()`, `yield* X`: what it hands on to. */
function handedOn(
  method: ts.MethodDeclaration,
): { readonly of: ts.Expression; readonly whole: ts.Expression; readonly view: Delegate["view"] } | undefined {
  const [only, ...others] = method.body?.statements ?? [];
  if (only === undefined || others.length > 0 || method.parameters.length > 0) return undefined;
  if (ts.isExpressionStatement(only) && ts.isYieldExpression(only.expression)) {
    const { asteriskToken, expression } = only.expression;
    return asteriskToken === undefined || expression === undefined ? undefined : viewed(bare(expression), true);
  }
  const isPlain = method.asteriskToken === undefined && ts.isReturnStatement(only) && only.expression !== undefined;
  return isPlain && only.expression !== undefined ? viewed(bare(only.expression), false) : undefined;
}

function viewed(
  node: ts.Expression,
  isIterable: boolean,
): { readonly of: ts.Expression; readonly whole: ts.Expression; readonly view: Delegate["view"] } | undefined {
  const whole = isIterable ? { of: node, whole: node, view: undefined } : undefined;
  if (!ts.isCallExpression(node) || node.arguments.length > 0) return whole;
  const callee = bare(node.expression);
  if (ts.isElementAccessExpression(callee))
    return callee.argumentExpression.getText() === "Symbol.iterator"
      ? { of: callee.expression, whole: callee.expression, view: undefined }
      : whole;
  if (!ts.isPropertyAccessExpression(callee)) return whole;
  const view = callee.name.text;
  return view === "values" || view === "keys" || view === "entries"
    ? { of: callee.expression, whole: node, view }
    : whole;
}

/** `this.items`: a field of the instance, or of what a field holds. */
function heldBy(
  context: FunctionContext,
  self: Value,
  cls: ClassNode,
  node: ts.Expression,
  at: ts.Node,
): Value | undefined {
  const inner = bare(node);
  if (inner.kind === ts.SyntaxKind.ThisKeyword) return self;
  if (!ts.isPropertyAccessExpression(inner)) return undefined;
  const owner = heldBy(context, self, cls, inner.expression, at);
  if (owner?.type.kind !== "record") return undefined;
  const { classes, table, records } = context.file.types;
  const instance = classes.get(owner.type.name);
  const member = instance === undefined ? undefined : table.member(instance.node, inner.name.text, cls);
  if (instance !== undefined && member?.kind !== "field") return undefined;
  const name = member?.kind === "field" ? member.name : inner.name.text;
  if (records.get(owner.type.name)?.fields.some((f) => f.name === name) !== true) return undefined;
  const found = fieldOf(context, owner, name, at);
  return found === undefined ? undefined : load(context, found, at);
}
