/**
 * Variables of the function that is lowered. One that functions inside it share, and that is assigned, lives in a box.
 * A variable has the type of what it is first given; where something else is given to it later, the function is lowered
 * again, with the type of both.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Place, Type, Value } from "../../ir/ir.js";
import { isReference, sameType } from "../../ir/types.js";
import type { Signature } from "../file-context.js";
import { type FunctionNode, spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { isConvertible, joinedType } from "./convert.js";

/** Thrown where a type turns out to be another than was thought: the function is lowered again. */
export class Again extends Error {
  constructor(
    readonly of: Signature,
    /** What is given where. */
    readonly node: ts.Node,
  ) {
    super("a type has to be taken wider");
  }
}

/** The member of a box. */
const content = "value";

/** Declares a variable, with its value where it has one. */
export function declareVariable(
  context: FunctionContext,
  symbol: ts.Symbol,
  type: Type,
  value: Value | undefined,
  node: ts.Node,
): void {
  const wider = context.signature?.variables.get(symbol) ?? type;
  const v = value === undefined ? undefined : context.coerce(value, wider, node);
  const slot = { hint: symbol.name, level: context.level };
  if (!context.file.captures.isBoxed(symbol)) {
    context.env.declare(symbol, { ...slot, type: wider }, v);
    return;
  }
  if (context.file.captures.isChangedCounter(symbol))
    context.report(language.closuresNotYet(spanOf(node), symbol.name));
  const boxType = context.file.types.recordOf([{ name: content, type: wider }]);
  const first = v ?? context.placeholder(wider);
  const box = context.at(node).aggregate(boxType, [first], symbol.name);
  context.putInto(box, first);
  context.env.declare(symbol, { ...slot, type: boxType, boxed: wider }, box);
}

/** Declares a variable without a type: that of what it is given first. */
export function declareOpen(context: FunctionContext, symbol: ts.Symbol, node: ts.Node): void {
  const known = context.signature?.variables.get(symbol);
  if (known === undefined)
    context.env.declare(symbol, { hint: symbol.name, level: context.level, type: { kind: "void" }, open: true });
  else declareVariable(context, symbol, known, undefined, node);
}

/** Says the type of a variable that was declared without. */
function settleType(context: FunctionContext, symbol: ts.Symbol, type: Type, node: ts.Node): void {
  const { signature } = context;
  const slot = context.env.slot(symbol);
  if (signature === undefined || slot === undefined || type.kind === "void") return;
  signature.variables.set(symbol, type);
  // A loop carries the variable under its type, and a box is made of it: there it must be known from the start.
  if (context.constructs.some((c) => c.isLoop) || context.file.captures.isBoxed(symbol))
    throw new Again(signature, node);
  context.env.restore(symbol, { hint: slot.hint, level: slot.level, type });
}

/** The place of a variable that lives in a box. */
export function boxPlace(context: FunctionContext, symbol: ts.Symbol): { place: Place; type: Type } | undefined {
  const slot = context.env.slot(symbol);
  const box = context.env.get(symbol);
  if (slot?.boxed === undefined || box === undefined) return undefined;
  return { place: field(box, content), type: slot.boxed };
}

/** Gives a variable, which does not live in a box, another value. */
export function assignVariable(context: FunctionContext, symbol: ts.Symbol, v: Value, node: ts.Node): void {
  if (context.env.slot(symbol)?.open === true && !context.isRefused(v)) settleType(context, symbol, v.type, node);
  const slot = context.env.slot(symbol);
  if (slot === undefined) return;
  const wanted = widened(context, v, slot.type);
  if (wanted !== undefined && context.signature !== undefined) {
    context.signature.variables.set(symbol, wanted);
    throw new Again(context.signature, node);
  }
  context.env.set(symbol, context.coerce(v, slot.type, node));
}

/** A variable in a box is given a value: where its type does not do, the function that declares it is lowered again. */
export function widenBox(context: FunctionContext, symbol: ts.Symbol, type: Type, v: Value, node: ts.Node): void {
  const wanted = widened(context, v, type);
  const { valueDeclaration } = symbol;
  if (wanted === undefined || valueDeclaration === undefined) return;
  const owner = context.file.running.findLast((s) => declares(s.node, valueDeclaration));
  if (owner === undefined) return;
  owner.variables.set(symbol, wanted);
  throw new Again(owner, node);
}

/** Does a function, itself, declare the variable? */
function declares(of: ts.Node, declaration: ts.Node): boolean {
  for (let at = declaration.parent; at !== undefined; at = at.parent) if (isFunctionNode(at)) return at === of;
  return false;
}

const isFunctionNode = (node: ts.Node): boolean =>
  ts.isFunctionLike(node) && !ts.isFunctionTypeNode(node) && !ts.isConstructorTypeNode(node);

/** The type that a place needs to hold `v` as well, where its own does not do. */
function widened(context: FunctionContext, v: Value, type: Type): Type | undefined {
  if (sameType(v.type, type) || context.isRefused(v)) return undefined;
  const joined = joinedType(context, v, { id: v.id, type });
  return joined === undefined || sameType(joined, type) ? undefined : joined;
}

/** `return v`. */
export function returnValue(context: FunctionContext, v: Value, node: ts.Node): void {
  const { signature } = context;
  const type = context.resultType;
  if (signature !== undefined && signature.resultIs !== "fixed" && !context.isRefused(v)) {
    const isFirst = signature.resultIs === "guess";
    if (
      type === undefined ||
      (isFirst && v.type.kind !== "void" && !sameType(v.type, type) && !context.never.has(v.id))
    ) {
      signature.result = v.type;
      if (v.type.kind !== "void") signature.resultIs = "met";
      throw new Again(signature, node);
    }
    if (isFirst && sameType(v.type, type)) signature.resultIs = "met";
    const wanted = isFirst ? undefined : widened(context, v, type);
    if (wanted !== undefined) {
      signature.result = wanted;
      throw new Again(signature, node);
    }
  }
  if (type === undefined) return;
  if (type.kind === "void") return;
  context.env.set(context.result, context.coerce(v, type, node));
}

/** May the function return `undefined`, where it returns something else elsewhere? */
export function mayEnd(context: FunctionContext, node: FunctionNode): boolean {
  if (ts.isConstructorDeclaration(node)) return false;
  const result = context.file.checker.getSignatureFromDeclaration(node)?.getReturnType();
  return result?.isUnion() === true && result.types.some((t) => t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void));
}

/** `return;`, and the end of the body. */
export function returnNothing(context: FunctionContext, node: ts.Node): void {
  const isVoid = context.signature?.resultIs === "fixed" && context.resultType?.kind === "void";
  if (!isVoid) returnValue(context, context.undefinedOf({ kind: "void" }), node);
}

/** What is read from a box may be what is known of its content. */
export function readBox(context: FunctionContext, symbol: ts.Symbol): Value | undefined {
  const at = boxPlace(context, symbol);
  if (at === undefined) return undefined;
  const loaded = context.b.load(at.place, at.type, symbol.name);
  return isReference(at.type) || at.type.kind === "str" ? context.readFrom(at.place.base, loaded) : loaded;
}

/** The type of the elements of an array that is made without any: what it is given later, where that is known. */
export function openElement(context: FunctionContext, node: ts.Node, declared: Type): Type {
  return context.signature?.elements.get(node) ?? declared;
}

/** `v` becomes an element of an array. If that was made without elements, it says what they are. */
export function admit(context: FunctionContext, array: Value, v: Value, node: ts.Node): void {
  const open = context.openArrays.get(array.id);
  if (open === undefined || array.type.kind !== "array" || context.isRefused(v)) return;
  const { elem } = array.type;
  const { types, running } = context.file;
  // The prelude declares no elements: what it stores says whether they may be missing.
  const isMissing = context.file.user !== undefined && v.type.kind === "maybe" && elem.kind !== "maybe";
  if (sameType(v.type, elem) || (isConvertible(context, v, elem) && !types.isOpen(elem) && !isMissing)) return;
  const { elements } = open.of;
  const known = elements.get(open.node);
  const wanted = known === undefined ? v.type : types.join(known, v.type);
  if (wanted === undefined || sameType(wanted, elem) || !running.includes(open.of)) return;
  // The members of a literal may have said more than what is put into it later.
  if (sameType(types.join(elem, wanted) ?? wanted, elem)) return;
  elements.set(open.node, wanted);
  throw new Again(open.of, node);
}
