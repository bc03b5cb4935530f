/**
 * Members of instances: which function a name stands for follows from the record of the object.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { present } from "../../ir/types.js";
import type { ClassInstance } from "../class-types.js";
import { type ClassNode, enclosingClass, type Member } from "../classes.js";
import type { Captured } from "../function-types.js";
import { type FunctionNode, spanOf } from "../source.js";
import type { Bindings } from "../types.js";
import { fieldOf, load, standInFor } from "./access.js";
import { accessorOf, literalGetter } from "./accessors.js";
import type { Target } from "./assign.js";
import { type Argument, argumentsOf } from "./arguments.js";
import { callFunction, callValue } from "./follow.js";
import { literalForm } from "./class-refusals.js";
import { dispatch, dispatchMixed, isMixed, mixedOf, refusedClass, type Variant, variantsOf } from "./class-variants.js";
import { type Bound, functionValue } from "./closure.js";
import type { FunctionContext } from "./context.js";
import { thisKey } from "./env.js";

/** The class that declares a private name. */
function declaredIn(context: FunctionContext, node: ts.PropertyAccessExpression): ClassNode | undefined {
  if (!ts.isPrivateIdentifier(node.name)) return undefined;
  const declaration = context.file.checker.getSymbolAtLocation(node.name)?.valueDeclaration;
  return declaration === undefined ? undefined : enclosingClass(declaration);
}

/** The name a field has in the record. */
export function fieldNameOf(context: FunctionContext, base: Value, node: ts.PropertyAccessExpression): string {
  if (!ts.isPrivateIdentifier(node.name)) return node.name.text;
  const [variant] = variantsOf(context, present(base.type)) ?? [];
  const member = variant && memberOf(context, variant, node);
  return member?.kind === "field" ? member.name : node.name.text;
}

/** A name after a dot, or in a pattern. */
interface Asked {
  readonly text: string;
  /** The class that declares a private name. */
  readonly declaredIn: ClassNode | undefined;
}

const askedBy = (context: FunctionContext, node: ts.PropertyAccessExpression): Asked => ({
  text: node.name.text,
  declaredIn: declaredIn(context, node),
});

const named = (context: FunctionContext, { node: cls }: ClassInstance, asked: Asked): Member | undefined =>
  context.file.types.table.member(cls, asked.text, asked.declaredIn);

export const memberOf = (
  context: FunctionContext,
  instance: ClassInstance,
  node: ts.PropertyAccessExpression,
): Member | undefined => named(context, instance, askedBy(context, node));

/** What a function of a class takes along: `this` where it is an arrow function, and variables around a local class. */
export function boundTo(
  context: FunctionContext,
  target: FunctionNode,
  self: Value | undefined,
  bindings: Bindings,
  node: ts.Node,
): Bound | undefined {
  const captures: Captured[] = [];
  const values: Value[] = [];
  for (const key of context.file.of(target).captures.of(target).keys) {
    if (key === thisKey) {
      if (self === undefined) continue;
      captures.push({ key, name: "self", type: self.type, boxed: undefined });
      values.push(self);
      continue;
    }
    const slot = context.env.slot(key);
    if (slot === undefined) {
      context.report(language.closuresNotYet(spanOf(node), "hidden" in key ? "this" : key.name));
      return undefined;
    }
    const v = (slot.boxed === undefined ? undefined : context.env.get(key)) ?? context.current(key);
    captures.push({ key, name: "hidden" in key ? "self" : key.name, type: v.type, boxed: slot.boxed });
    values.push(v);
  }
  return { captures, values, bindings };
}

// ------------------------------------------------------------------------------------------------------------- reading

/** A member that is no plain field, given the object; absent where it is one. */
export function memberValue(
  context: FunctionContext,
  base: Value,
  node: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value | undefined {
  return memberNamed(context, base, askedBy(context, node), node, hint);
}

/** The same for a member that is taken out by a pattern, or named in brackets. */
export const memberInPattern = (
  context: FunctionContext,
  base: Value,
  text: string,
  node: ts.Node,
): Value | undefined => {
  const at = ts.isBindingElement(node) ? node.name : node;
  if (ts.isElementAccessExpression(at))
    return memberNamed(context, base, { text, declaredIn: undefined }, at, undefined);
  return ts.isIdentifier(at) || ts.isShorthandPropertyAssignment(at)
    ? memberNamed(context, base, { text, declaredIn: undefined }, ts.isIdentifier(at) ? at : at.name, undefined)
    : undefined;
};

function memberNamed(
  context: FunctionContext,
  base: Value,
  asked: Asked,
  node: ts.Expression,
  hint: string | undefined,
): Value | undefined {
  const variants = variantsOf(context, base.type);
  if (variants === undefined && refusesMixed(context, base, asked, node)) return standInFor(context, node);
  if (variants === undefined) return literalGetter(context, base, asked.text, node, hint);
  const members = variants.map((v) => named(context, v, asked));
  if (members.every((m) => m === undefined || m.kind === "field")) return undefined;
  return dispatch(context, base, node, hint, (object, variant) =>
    valueOf(context, object, variant.bindings, named(context, variant, asked), asked.text, node, hint),
  );
}

/** An object of a class, or one that is written out: the one has its members elsewhere than the other. */
function refusesMixed(context: FunctionContext, base: Value, asked: Asked, node: ts.Node): boolean {
  const { table } = context.file.types;
  const has = (cls: ClassNode): boolean => {
    const member = table.member(cls, asked.text, asked.declaredIn);
    return member !== undefined && member.kind !== "field";
  };
  if (!isMixed(context, base.type, has)) return false;
  context.report(literalForm(node, `\`${asked.text}\` of an object that is of a class, or an object literal,`));
  return true;
}

function readMember(
  context: FunctionContext,
  object: Value,
  variant: ClassInstance,
  node: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value {
  const member = memberOf(context, variant, node);
  return valueOf(context, object, variant.bindings, member, node.name.text, node, hint);
}

/** What a member is: of an object, or of a class where there is none. */
export function valueOf(
  context: FunctionContext,
  object: Value | undefined,
  bindings: Bindings,
  member: Member | undefined,
  name: string,
  node: ts.Expression,
  hint: string | undefined,
): Value {
  if (member?.kind === "accessor") {
    if (member.get === undefined) return context.undefinedOf({ kind: "void" });
    const bound = boundTo(context, member.get, object, bindings, node);
    return bound === undefined
      ? standInFor(context, node)
      : callFunction(context, node, member.get, object, [], hint, bound);
  }
  if (member?.kind === "method") {
    const bound = boundTo(context, member.node, object, bindings, node);
    return bound === undefined ? standInFor(context, node) : functionValue(context, member.node, node, hint, bound);
  }
  const at = object === undefined ? undefined : fieldOf(context, object, member?.name ?? name, node);
  return at === undefined ? standInFor(context, node) : load(context, at, node, hint);
}

// ------------------------------------------------------------------------------------------------------------- calling

/** `object.m(…)` on an instance; absent where the object is none. */
export function lowerMethodCall(
  context: FunctionContext,
  node: ts.CallExpression,
  inner: ts.PropertyAccessExpression,
  object: Value,
  hint: string | undefined,
): Value | undefined {
  const variants = variantsOf(context, object.type);
  const mixed = variants === undefined ? mixedOf(context, object.type) : undefined;
  if (mixed !== undefined && mixed.classes.some((v) => memberOf(context, v, inner)?.kind === "method")) {
    const args = argumentsOf(context, node.arguments);
    if (args === undefined) return standInFor(context, node);
    return dispatchMixed(context, object, mixed, node, hint, (own, variant) => {
      if (variant !== undefined)
        return callMember(context, node, inner, own, variant.bindings, memberOf(context, variant, inner), args, hint);
      const held = fieldOf(context, own, inner.name.text, inner);
      const f = held === undefined ? undefined : load(context, held, inner);
      if (f === undefined) return standInFor(context, node);
      return (
        callValue(context, node, f, own, args, hint) ??
        context.refuse(language.functionValuesNotYet(spanOf(inner), inner.getText()))
      );
    });
  }
  if (variants === undefined && refusesMixed(context, object, askedBy(context, inner), node))
    return standInFor(context, node);
  if (variants === undefined || variants.every((v) => memberOf(context, v, inner) === undefined)) return undefined;
  const args = argumentsOf(context, node.arguments);
  if (args === undefined) return standInFor(context, node);
  return dispatch(context, object, node, hint, (own, variant) =>
    callMember(context, node, inner, own, variant.bindings, memberOf(context, variant, inner), args, hint),
  );
}

export function callMember(
  context: FunctionContext,
  node: ts.CallExpression,
  inner: ts.PropertyAccessExpression,
  object: Value | undefined,
  bindings: Bindings,
  member: Member | undefined,
  args: readonly Argument[],
  hint: string | undefined,
): Value {
  if (member?.kind === "method") {
    const bound = boundTo(context, member.node, object, bindings, node);
    if (bound === undefined) return standInFor(context, node);
    return callFunction(context, node, member.node, object, args, hint, bound);
  }
  const f = valueOf(context, object, bindings, member, inner.name.text, inner, undefined);
  return callHeld(context, node, inner, f, object, args, hint);
}

/** Calls what a member holds. */
export function callHeld(
  context: FunctionContext,
  node: ts.CallExpression,
  inner: ts.PropertyAccessExpression,
  f: Value,
  object: Value | undefined,
  args: readonly Argument[],
  hint: string | undefined,
): Value {
  if (context.isRefused(f)) return standInFor(context, node);
  const result = callValue(context, node, f, object, args, hint);
  if (result !== undefined) return result;
  context.report(language.functionValuesNotYet(spanOf(inner), inner.getText()));
  return standInFor(context, node);
}

// ------------------------------------------------------------------------------------------------------------- setting

/** What an assignment to a member runs. */
function setterOf(
  context: FunctionContext,
  variant: Variant,
  node: ts.PropertyAccessExpression,
): ts.SetAccessorDeclaration | undefined {
  const member = memberOf(context, variant, node);
  return member?.kind === "accessor" ? member.set : undefined;
}

/** `object.x` with a setter as something that is assigned to; absent where it is a plain field. */
export function setterTarget(
  context: FunctionContext,
  base: Value,
  node: ts.PropertyAccessExpression,
): Target | undefined {
  const own = accessorOf(context, base, "set", node.name.text, node);
  // Of several objects not each need have one: that is no place.
  if (own?.type.kind === "maybe") return undefined;
  if (own !== undefined) {
    const { checker, types } = context.file;
    const mapped = types.map(checker.getTypeAtLocation(node));
    return {
      hint: undefined,
      type: "type" in mapped ? mapped.type : { kind: "num" },
      get: () => literalGetter(context, base, node.name.text, node, undefined) ?? standInFor(context, node),
      set: (v) => void callValue(context, node, own, base, [v], undefined),
    };
  }
  const [variant, ...others] = variantsOf(context, base.type) ?? [];
  const member = variant && memberOf(context, variant, node);
  if (variant === undefined || member?.kind !== "accessor") return undefined;
  const { set } = member;
  const [param] = set?.parameters ?? [];
  const hasNone = others.some((o) => setterOf(context, o, node) === undefined);
  if (set === undefined || param === undefined || hasNone) {
    context.report(refusedClass(node, variant));
    return undefined;
  }
  const declared = context.file.types.withBindings(variant.bindings, () =>
    context.file.types.map(context.file.checker.getTypeAtLocation(param)),
  );
  const assign = (object: Value, own: Variant, v: Value): Value => {
    const setter = setterOf(context, own, node) ?? set;
    const bound = boundTo(context, setter, object, own.bindings, node);
    if (bound !== undefined) callFunction(context, node, setter, object, [v], undefined, bound);
    return context.undefinedOf({ kind: "void" });
  };
  // One that all inherit takes the object as it is.
  const isShared = others.every((o) => setterOf(context, o, node) === set);
  return {
    hint: undefined,
    type: "type" in declared ? declared.type : { kind: "num" },
    get: () =>
      dispatch(context, base, node, undefined, (object, own) => readMember(context, object, own, node, undefined)),
    set: (v) => {
      if (isShared) assign(base, variant, v);
      else dispatch(context, base, node, undefined, (object, own) => assign(object, own, v));
    },
  };
}
