/**
 * Variables of the function that is lowered. One that functions inside it share, and that is assigned, lives in a box.
 * A variable has the type of what it is first given; where something else is given to it later, the function is lowered
 * again, with the type of both.
 */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Place, Type, Value } from "../../ir/ir.js";
import { isReference, present, sameType, tupleOf } from "../../ir/types.js";
import type { OpenArray, Signature } from "../file-context.js";
import { type FunctionNode, spanOf, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { isConvertible, isOnlyOfClasses, joinedType } from "./convert.js";
import type { Slot } from "./env.js";
import { elementLike, elementWith } from "./made-lists.js";

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
  const known = context.signature?.variables.get(symbol);
  const isOther = value !== undefined && known === undefined && isOnlyOfClasses(context, type, value.type);
  const wider = (isOther ? widened(context, value, type) : known) ?? type;
  if (value !== undefined) adapt(context, value, wider, node);
  const v = value === undefined ? undefined : context.coerce(value, wider, node);
  const slot = { hint: symbol.name, level: context.level };
  const { captures } = context.file;
  const isCounter = captures.isChangedCounter(symbol);
  if (isCounter && captures.isCapturedInHead(symbol))
    context.report(language.closuresNotYet(spanOf(node), symbol.name));
  if (isCounter || !captures.isBoxed(symbol)) context.env.declare(symbol, { ...slot, type: wider }, v);
  else declareBox(context, symbol, { ...slot, type: wider }, v ?? context.placeholder(wider), node);
}

/** `slot` is that of the variable as if it lived in none. */
function declareBox(context: FunctionContext, symbol: ts.Symbol, slot: Slot, first: Value, node: ts.Node): void {
  const boxType = context.file.types.recordOf([{ name: content, type: slot.type }]);
  const box = context.at(node).aggregate(boxType, [first], symbol.name);
  context.putInto(box, first);
  context.env.declare(symbol, { ...slot, type: boxType, boxed: slot.type }, box);
}

/** Counters of a loop that live in a box, a new one for each iteration. */
export interface CounterBoxes {
  /** At the beginning of an iteration. */
  open(): void;
  /** Before the step: what the step changes is the counter of the next iteration. */
  renew(): void;
  /** At the end of an iteration, also of one that is never reached. */
  close(): void;
}

export function counterBoxes(context: FunctionContext, node: ts.ForStatement): CounterBoxes | undefined {
  const list = node.initializer;
  const names = list !== undefined && ts.isVariableDeclarationList(list) ? list.declarations.map((d) => d.name) : [];
  const symbols = names.flatMap((name) => {
    const symbol = ts.isIdentifier(name) ? symbolOf(context.file.checker, name) : undefined;
    return symbol !== undefined && context.file.captures.isChangedCounter(symbol) ? [symbol] : [];
  });
  if (symbols.length === 0) return undefined;
  const plain = new Map(symbols.map((symbol) => [symbol, context.env.slot(symbol)]));
  const held = (symbol: ts.Symbol): Value => {
    const place = boxPlace(context, symbol);
    return place === undefined ? context.current(symbol) : context.at(node).load(place.place, place.type, symbol.name);
  };
  return {
    open: () => {
      for (const [symbol, slot] of plain)
        if (slot !== undefined) declareBox(context, symbol, slot, context.current(symbol), node);
    },
    renew: () => {
      for (const [symbol, slot] of plain) if (slot !== undefined) declareBox(context, symbol, slot, held(symbol), node);
    },
    close: () => {
      for (const [symbol, slot] of plain) {
        const v = context.dead ? undefined : held(symbol);
        context.env.restore(symbol, slot);
        if (v !== undefined) context.env.set(symbol, v);
      }
    },
  };
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
  adapt(context, v, slot.type, node);
  context.env.set(symbol, context.coerce(v, slot.type, node));
}

/** The type of arrays of functions (or of what holds them) that has the elements of both. */
function joinedLists(context: FunctionContext, a: Type, b: Type): Type | undefined {
  const { types } = context.file;
  if (a.kind !== "array" || b.kind !== "array" || !types.holdsOwn(a) || !types.holdsOwn(b)) return undefined;
  const elem = types.join(a.elem, b.elem);
  return elem === undefined ? undefined : { kind: "array", elem };
}

/** An array literal of functions is given to a variable that holds others too: the literal is made with the type of the variable. */
function adapt(context: FunctionContext, v: Value, type: Type, node: ts.Node): void {
  const open = context.openArrays.get(v.id);
  const joined = sameType(v.type, type) || open === undefined ? undefined : joinedLists(context, v.type, type);
  if (open === undefined || joined?.kind !== "array" || !sameType(joined, type)) return;
  const { elements } = open.of;
  const known = elements.get(open.node);
  if ((known !== undefined && sameType(known, joined.elem)) || !context.file.running.includes(open.of)) return;
  elements.set(open.node, joined.elem);
  throw new Again(open.of, node);
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
  const { types } = context.file;
  // `let f: F | null = null`: which function it is, the first that is given says.
  if (present(type).kind === "opaque" && types.isOpen(type) && types.functions.of(present(v.type)) !== undefined)
    return types.given(type, v.type);
  const joined = joinedLists(context, v.type, type) ?? joinedType(context, v, { id: v.id, type });
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
    const wanted = isFirst ? undefined : (widened(context, v, type) ?? widenedPair(context, v, type));
    if (wanted !== undefined) {
      signature.result = wanted;
      throw new Again(signature, node);
    }
  }
  if (type === undefined) return;
  if (type.kind === "void") return;
  context.env.set(context.result, asPair(context, v, type, node) ?? context.coerce(v, type, node));
}

/** A rule returns a value and one of several pullbacks; nobody sees the pair itself, so it can be made anew. */
function widenedPair(context: FunctionContext, v: Value, type: Type): Type | undefined {
  if (v.type.kind !== "tuple" || type.kind !== "tuple" || !isRule(context)) return undefined;
  const own = v.type.elems;
  const elems = type.elems.flatMap((t, i) => context.file.types.join(t, own[i] ?? t) ?? []);
  const joined = tupleOf(elems);
  return elems.length === own.length && !sameType(joined, type) ? joined : undefined;
}

function asPair(context: FunctionContext, v: Value, type: Type, node: ts.Node): Value | undefined {
  if (v.type.kind !== "tuple" || type.kind !== "tuple" || sameType(v.type, type) || !isRule(context)) return undefined;
  const own = v.type.elems;
  if (own.length !== type.elems.length) return undefined;
  const members = type.elems.map((t, i) => {
    const member = context.at(node).load(field(v, String(i)), own[i] ?? t);
    return context.coerce(context.readFrom(v, member), t, node);
  });
  const made = context.at(node).aggregate(type, members, v.hint);
  for (const member of members) context.putInto(made, member);
  return made;
}

const isRule = ({ file, signature }: FunctionContext): boolean =>
  signature !== undefined && file.rules.isRule(signature.node);

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
  const { signature } = context;
  return signature?.elements.get(node) ?? signature?.instance.making ?? declared;
}

/** Where an array that was made without elements meets another one, its elements are those of the other. */
export function adopt(context: FunctionContext, a: Value, b: Value): void {
  const { types, running } = context.file;
  for (const [empty, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const open = context.openArrays.get(empty.id);
    const wanted = present(other.type);
    if (open === undefined || empty.type.kind !== "array" || wanted.kind !== "array") continue;
    remake(context, open, elementLike(context, open, empty, wanted), open.node);
    const isUntold = types.isOpen(empty.type.elem) || types.places.isIn(empty.type.elem);
    const isKnown = !isUntold || types.isOpen(wanted.elem);
    if (isKnown || open.of.elements.has(open.node) || !running.includes(open.of)) continue;
    open.of.elements.set(open.node, wanted.elem);
    throw new Again(open.of, open.node);
  }
}

/** A list that was made without elements comes to where one of functions is wanted: it is one of those. */
export function fitEmpty(context: FunctionContext, v: Value, type: Type, node: ts.Node): void {
  const { types, running } = context.file;
  const open = context.openArrays.get(v.id);
  const wanted = present(type);
  if (open === undefined || v.type.kind !== "array" || wanted.kind !== "array") return;
  remake(context, open, elementLike(context, open, v, wanted), node);
  if (!types.places.isIn(v.type.elem) || !types.holdsOwn(wanted.elem) || types.isOpen(wanted.elem)) return;
  if (open.of.elements.has(open.node) || !running.includes(open.of)) return;
  open.of.elements.set(open.node, wanted.elem);
  throw new Again(open.of, node);
}

/** Makes a list that has elements anew, with these. */
function remake(context: FunctionContext, open: OpenArray, elem: Type | undefined, node: ts.Node): void {
  const known = open.of.elements.get(open.node);
  if (elem === undefined || (known !== undefined && sameType(known, elem))) return;
  if (!context.file.running.includes(open.of)) return;
  open.of.elements.set(open.node, elem);
  throw new Again(open.of, node);
}

/** `v` becomes an element of an array. If that was made without elements, it says what they are. */
export function admit(context: FunctionContext, array: Value, v: Value, node: ts.Node): void {
  const open = context.openArrays.get(array.id);
  if (open === undefined || array.type.kind !== "array" || context.isRefused(v)) return;
  const { elem } = array.type;
  const { types, running } = context.file;
  // The prelude declares no elements: what it stores says whether they may be missing.
  const isTold = context.file.user !== undefined || open.wanted !== undefined;
  const isMissing = isTold && v.type.kind === "maybe" && elem.kind !== "maybe";
  if (sameType(v.type, elem) || (isConvertible(context, v, elem) && !types.isOpen(elem) && !isMissing)) return;
  if (open.wanted !== undefined) {
    const wider = elementWith(context, open, array, v);
    if (wider !== undefined && !sameType(wider, elem)) remake(context, open, wider, node);
    return;
  }
  const { elements } = open.of;
  const known = elements.get(open.node);
  const wanted = known === undefined ? v.type : types.join(known, v.type);
  if (wanted === undefined || sameType(wanted, elem) || !running.includes(open.of)) return;
  // The members of a literal may have said more than what is put into it later.
  if (sameType(types.join(elem, wanted) ?? wanted, elem)) return;
  elements.set(open.node, wanted);
  throw new Again(open.of, node);
}
