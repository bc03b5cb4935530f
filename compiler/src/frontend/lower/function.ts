/** Lowers one function. Here the parts of lowering are put together. */
import { ts } from "ts-morph";
import type { Diagnostic } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Func, Type, Value } from "../../ir/ir.js";
import { bool, present } from "../../ir/types.js";
import { noExits } from "../exits.js";
import type { Signature } from "../file-context.js";
import { isPrelude, servedBy } from "../prelude.js";
import { externalFunctions } from "../prelude/runtime.js";
import { hoistedIn } from "../packages/hoisted.js";
import { isCheckpointed } from "../loop-tags.js";
import { callPath } from "../signature.js";
import { type FunctionNode, isThisParameter, locOf, spanOf } from "../source.js";
import { assign, bind } from "./destructure.js";
import { lowerConstructor, lowerSuperCall } from "./class-construct.js";
import { earlyAssignment, earlyField } from "./constructed-object.js";
import { fieldNameOf, lowerMethodCall, memberInPattern, memberValue, setterTarget } from "./class-member.js";
import { lowerOptionalCall } from "./class-optional.js";
import { classReference, nameOfConstructor } from "./class-reference.js";
import { lowerStaticCall, lowerStaticOrSuper, superTarget } from "./class-static.js";
import { lowerInstanceOf } from "./class-variants.js";
import { lowerFrom } from "./callbacks.js";
import { asChoice, numberOrFlag } from "./choice.js";
import { asOneOf } from "./closure.js";
import { lowerCollectionSize, membersOrNone, snapshotOf } from "./collection.js";
import { FunctionContext, type Lowering } from "./context.js";
import { thisKey } from "./env.js";
import { placeByKey, placeByName } from "./dictionary.js";
import { lowerEffect, lowerExpression } from "./expression.js";
import { branchValue, type Piece, runPieces } from "./flow.js";
import { textOf } from "./foreign.js";
import { caughtType, closeGuards } from "./guards.js";
import { lowerCondition } from "./logic.js";
import { isUndefined, mayBeUndefined } from "./missing.js";
import { isWide } from "./narrow.js";
import { lowerOpaqueElement, lowerOpaqueNew, lowerOpaqueProperty, membersOfOpaque } from "./opaque.js";
import { piecesOf } from "./statement.js";
import { underWrittenType } from "./untyped.js";
import { declareOpen, fitEmpty, mayEnd, returnNothing, returnValue } from "./variables.js";

export const lowering: Lowering = {
  expression: lowerExpression,
  condition: lowerCondition,
  effect: lowerEffect,
  assign,
  bind,
  asNumber: numberOrFlag,
  fitEmpty,
  asFunction: (context, v, type, node) => asOneOf(context, v, type, node) ?? asChoice(context, v, type),
  from: lowerFrom,
  text: textOf,
  classes: {
    reference: classReference,
    early: earlyField,
    assignEarly: earlyAssignment,
    staticOrSuper: lowerStaticOrSuper,
    nameOfConstructor,
    member: memberValue,
    inPattern: memberInPattern,
    fieldName: fieldNameOf,
    setter: setterTarget,
    superTarget,
    superCall: lowerSuperCall,
    staticCall: lowerStaticCall,
    methodCall: lowerMethodCall,
    optionalCall: lowerOptionalCall,
    instanceOf: lowerInstanceOf,
  },
  data: {
    create: lowerOpaqueNew,
    size: lowerCollectionSize,
    property: lowerOpaqueProperty,
    element: lowerOpaqueElement,
    placeByKey,
    placeByName,
    snapshot: snapshotOf,
    snapshotOrNone: membersOrNone,
    members: membersOfOpaque,
  },
};

/** Lowers the body of an instance; its result type is that of the signature when this returns. */
export function lowerFunction(signature: Signature, report: (d: Diagnostic) => void): Lowered {
  const { node, file, instance } = signature;
  const path = callPath(signature);
  const served = file.user === undefined ? undefined : servedBy(signature);
  const context = new FunctionContext(file, lowering, signature, (d) => {
    const placed = served === undefined ? d : { ...d, span: spanOf(served) };
    report(path.length === 0 ? placed : { ...placed, related: [...placed.related, ...path] });
  });
  if (node.body === undefined) return { func: undefined, calls: [] };
  context.placed = file.placeOf(signature);
  context.served = served;
  context.env.declare(context.returned, { type: bool, hint: "returned", level: 0 });
  const declared = signature.result;
  if (declared !== undefined && declared.kind !== "void")
    context.env.declare(context.result, { type: declared, hint: "result", level: 0 });
  const { caller } = context;
  if (caller !== undefined) {
    context.env.declare(caller.error, { type: caughtType, hint: "error", level: 0 });
    context.env.declare(caller.thrown, { type: bool, hint: "thrown", level: 0 }, context.b.const(false));
    context.needed = new Set(context.needed).add(caller.thrown);
    context.piece = { always: true, to: [context.exits.thrown(node.body)].filter((e) => e !== undefined) };
  }
  const params: Value[] = [];
  const param = (type: Type, name: string): Value => {
    const v = value(type, name);
    const open = signature.opens.get(params.length);
    if (open !== undefined) context.openArrays.set(v.id, open);
    params.push(v);
    // Text that a user passes is an input; what a helper is passed may have been made from a number.
    if (type.kind === "str" && signature.from !== undefined) context.numericText.add(v.id);
    return v;
  };
  context.at(node);
  if (instance.self !== undefined) bindSelf(context, node, param(instance.self, "self"));
  for (const { key, type, boxed, name } of instance.captures) {
    const slot = { type, hint: name, level: 0 };
    context.env.declare(key, boxed === undefined ? slot : { ...slot, boxed }, param(type, name));
  }
  const given = signature.params.map((p) => param(p.type, p.name));
  for (const v of given) if (v.type.kind === "void") context.holdsNull(v);
  for (const parameter of node.parameters) {
    if (isThisParameter(parameter)) continue;
    const at = signature.params.findIndex((p) => p.node === parameter);
    bindParameter(context, parameter, given[at]);
  }
  for (const symbol of hoistedIn(file.checker, node))
    if (context.env.slot(symbol) === undefined) declareOpen(context, symbol, node);
  if (ts.isConstructorDeclaration(node)) {
    returnValue(context, lowerConstructor(context, node), node);
  } else if (ts.isBlock(node.body)) {
    const pieces = piecesOf(context, node.body.statements);
    const end: Piece = { kind: "plain", exits: noExits, run: () => returnNothing(context, node) };
    runPieces(context, mayEnd(context, node) ? [...pieces, end] : pieces);
  } else if (signature.result?.kind === "void" && signature.resultIs === "fixed") {
    lowerEffect(context, node.body);
  } else {
    const v = context.expression(node.body);
    underWrittenType(context, v, node.type);
    returnValue(context, v, node.body);
  }
  closeGuards(context, 0);
  const result = signature.result ?? { kind: "void" };
  signature.result = result;
  const returned = result.kind === "void" || context.dead ? [] : [context.current(context.result)];
  const exceptions =
    caller === undefined || context.dead ? [] : [context.current(caller.thrown), context.current(caller.error)];
  const yields = context.dead ? null : [...returned, ...exceptions];
  const body = context.b.region(params, yields);
  const func: Func = {
    name: signature.name,
    body,
    results: [...(result.kind === "void" ? [] : [result]), ...(caller === undefined ? [] : [bool, caughtType])],
    source: signature.source,
    loc: context.placed ?? locOf(node),
    ...(isCheckpointed(node) ? { checkpoint: true as const } : {}),
    ...(isPrelude(node) && externalFunctions.has(signature.source)
      ? { external: { name: signature.source, from: "@adc/runtime" } }
      : {}),
  };
  return { func, calls: [...context.calls] };
}

export interface Lowered {
  readonly func: Func | undefined;
  readonly calls: readonly Signature[];
}

/** `this`, and the constants that stand for the same object. */
function bindSelf(context: FunctionContext, node: FunctionNode, self: Value): void {
  const captures = context.file.captures.of(node);
  const slot = { type: self.type, hint: "self", level: 0 };
  if (!ts.isArrowFunction(node)) context.env.declare(thisKey, slot, self);
  for (const symbol of captures.self) context.env.declare(symbol, { ...slot, hint: symbol.name }, self);
}

/** Declares a parameter; where nothing is passed, or `undefined`, with its default. */
function bindParameter(context: FunctionContext, parameter: ts.ParameterDeclaration, v: Value | undefined): void {
  const { initializer, name } = parameter;
  const hint = ts.isIdentifier(name) ? name.text : undefined;
  if (v !== undefined) underWrittenType(context, v, parameter.type);
  if (v === undefined) {
    const made =
      initializer === undefined ? context.undefinedOf({ kind: "void" }) : context.expression(initializer, hint);
    bind(context, name, context.coerce(made, asDeclared(context, parameter, made.type), parameter));
  } else if (initializer !== undefined && mayBeUndefined(v.type)) {
    const own = v.type.kind === "maybe" && v.type.absent === "undefined" ? present(v.type) : v.type;
    const type = asDeclared(context, parameter, own);
    const chosen = branchValue(
      context,
      isUndefined(context, v, parameter),
      () => context.coerce(context.expression(initializer, hint), type, initializer),
      () => context.coerce(v, type, parameter),
      { type, hint },
    );
    bind(context, name, chosen);
  } else {
    bind(context, name, context.coerce(v, asDeclared(context, parameter, v.type), parameter));
  }
}

/** One of a union of objects is one of all of them where the function is written for all of them. */
function asDeclared(context: FunctionContext, parameter: ts.ParameterDeclaration, of: Type): Type {
  const { types, checker } = context.file;
  const own = present(of);
  if (own.kind !== "record" || parameter.type === undefined) return of;
  const mapped = types.map(checker.getTypeAtLocation(parameter.name));
  // Which method runs is known where the class is; a union that is written out is taken apart by the code.
  const wide = "type" in mapped && mapped.type.kind === "record" ? types.records.get(mapped.type.name) : undefined;
  const isUnion = checker.getTypeAtLocation(parameter.name).isUnion();
  if (types.classes.has(own.name) && wide?.instance !== undefined && !isUnion) return of;
  if (!("type" in mapped) || !isWide(context, present(mapped.type))) return of;
  return types.join(of, present(mapped.type)) ?? of;
}
