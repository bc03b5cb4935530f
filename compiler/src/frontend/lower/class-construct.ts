/**
 * `new C(…)`. While a constructor runs, the fields that it has set are values by name; the object is made of them when it
 * is complete, or before a statement that needs it. So most objects are made in one piece, and the record says what was
 * really put into each field.
 */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Field, Type, Value } from "../../ir/ir.js";
import { isReference, num, sameType } from "../../ir/types.js";
import { assigned } from "../assignments.js";
import { bindingsOfClass, declaredFields, instanceTypeOf, ownConstructor, refinedType } from "../class-types.js";
import { type ClassNode, constructorOf, type FieldMember, isStatic, nameText } from "../classes.js";
import { noExits } from "../exits.js";
import { bare, declaredSymbol, hasModifier, isFunctionLike, spanOf } from "../source.js";
import type { Bindings } from "../types.js";
import { standInFor } from "./access.js";
import { type Argument, argumentsOf, callFunction } from "./follow.js";
import { refuseClass } from "./class-refusals.js";
import { constructorText } from "./class-text.js";
import type { FunctionContext } from "./context.js";
import { guardAfter } from "./guards.js";
import { isConvertible } from "./convert.js";
import { thisKey } from "./env.js";
import { branchValue, runPieces } from "./flow.js";
import { isNullish, presentValue } from "./missing.js";
import { piecesOf } from "./statement.js";
import { declareVariable } from "./variables.js";

/** An object whose constructor is running. */
export interface Construction {
  /** The class that `new` named, and the one whose constructor is running. */
  readonly node: ClassNode;
  running: ClassNode;
  readonly type: ts.Type;
  readonly bindings: Bindings;
  readonly hint: string | undefined;
  /** What is in the fields so far, in the order in which they were set. */
  readonly fields: Map<string, Value>;
  made: Value | undefined;
}

/** `new C(…)` for a class of the program. */
export function lowerNewInstance(
  context: FunctionContext,
  node: ts.NewExpression,
  cls: ClassNode,
  hint: string | undefined,
): Value {
  if (hasModifier(cls, ts.SyntaxKind.DeclareKeyword) || cls.getSourceFile().isDeclarationFile) {
    context.report(meaning.noSource(spanOf(node), node.expression.getText()));
    return standInFor(context, node);
  }
  if (refuseClass(context, cls, node)) return standInFor(context, node);
  const { types, checker } = context.file;
  const args = argumentsOf(context, node.arguments);
  if (args === undefined) return standInFor(context, node);
  const type = checker.getTypeAtLocation(node);
  const bindings = bindingsOfClass(types, cls, type);
  const own = constructorOf(cls);
  if (own !== undefined) {
    const bound = { captures: [], values: [], bindings };
    return callFunction(context, node, own, undefined, args, hint, bound);
  }
  if (context.constructions.some((c) => c.node === cls)) {
    context.report(
      language.classForm(
        spanOf(node),
        `\`new ${node.expression.getText()}\``,
        "Making this object makes another one of the same class, without end",
        "Make the inner object only under a condition",
      ),
    );
    return standInFor(context, node);
  }
  return types.withBindings(bindings, () =>
    constructing(context, { node: cls, type, bindings, hint }, node, () => runClass(context, cls, args, node)),
  );
}

/** The body of a function that is a constructor: makes the object and returns it. */
export function lowerConstructor(context: FunctionContext, node: ts.ConstructorDeclaration): Value {
  const cls = node.parent;
  const type = instanceTypeOf(context.file.types, cls);
  const { bindings } = context.file.types;
  return constructing(context, { node: cls, type, bindings, hint: undefined }, node, () => runBody(context, cls, node));
}

function constructing(
  context: FunctionContext,
  what: Pick<Construction, "node" | "type" | "bindings" | "hint">,
  at: ts.Node,
  run: () => void,
): Value {
  const construction: Construction = { ...what, running: what.node, fields: new Map(), made: undefined };
  const { env } = context;
  // A constructor inside a method has a `this` of its own.
  const slot = env.slot(thisKey);
  const outer = env.get(thisKey);
  env.restore(thisKey, undefined);
  context.constructions.push(construction);
  run();
  const made = settle(context, at);
  context.constructions.pop();
  env.restore(thisKey, slot);
  if (outer !== undefined) env.set(thisKey, outer);
  return made;
}

// ------------------------------------------------------------------------------------------------------------- running

/** Runs what `new` runs for one class of the chain. */
function runClass(context: FunctionContext, cls: ClassNode, args: readonly Argument[], node: ts.Node): void {
  const construction = context.constructions.at(-1);
  if (construction === undefined) return;
  const before = construction.running;
  construction.running = cls;
  const own = constructorOf(cls);
  if (own === undefined) {
    const base = context.file.types.table.base(cls);
    if (base !== undefined) runClass(context, base, args, node);
    initialise(context, cls);
  } else {
    bindArguments(context, own, args, node);
    runBody(context, cls, own);
  }
  construction.running = before;
}

/** The parameters of a constructor whose body is lowered in its place. */
function bindArguments(
  context: FunctionContext,
  own: ts.ConstructorDeclaration,
  args: readonly Argument[],
  node: ts.Node,
): void {
  own.parameters.forEach((param, i) => {
    const argument = args[i];
    if (param.dotDotDotToken !== undefined || (argument !== undefined && "all" in argument)) {
      context.report(language.spreadNotYet(spanOf(node), "in the arguments of a base class"));
      return;
    }
    const { initializer } = param;
    let v = argument;
    if (initializer !== undefined) {
      const usual = (): Value => context.expression(initializer);
      if (v === undefined || v.type.kind === "void") v = usual();
      else if (v.type.kind === "maybe") {
        const given = v;
        v = branchValue(
          context,
          isNullish(context, given, param),
          usual,
          () => presentValue(context, given, param),
          {},
        );
      }
    }
    const passed = v ?? context.undefinedOf({ kind: "void" });
    const symbol = ts.isIdentifier(param.name) ? declaredSymbol(context.file.checker, param.name) : undefined;
    if (symbol === undefined) context.lowering.bind(context, param.name, passed);
    else declareVariable(context, symbol, passed.type, passed, param);
  });
}

function runBody(context: FunctionContext, cls: ClassNode, own: ts.ConstructorDeclaration): void {
  const statements = own.body?.statements ?? [];
  const returned = returnedValue(own.body);
  if (returned !== undefined) {
    context.report(
      language.classForm(
        spanOf(returned),
        "A constructor that returns another object",
        "`new` then gives that object, which need not be of the class",
        "Write a static method that makes the object",
      ),
    );
    return;
  }
  const isDerived = context.file.types.table.heritage(cls) !== undefined;
  if (!isDerived) {
    takeParameters(context, own);
    initialise(context, cls);
  }
  runPieces(
    context,
    statements.flatMap((statement) => [
      { kind: "plain" as const, exits: noExits, run: () => prepare(context, statement) },
      ...piecesOf(context, [statement]),
    ]),
  );
}

/** `return v` in a constructor. */
function returnedValue(node: ts.Node | undefined): ts.ReturnStatement | undefined {
  if (node === undefined || ts.isFunctionLike(node) || ts.isClassLike(node)) return undefined;
  if (ts.isReturnStatement(node)) return node.expression === undefined ? undefined : node;
  return ts.forEachChild(node, returnedValue);
}

/** `super(…)`: the constructor of the base class runs, then the fields of this class get their initial values. */
export function lowerSuperCall(context: FunctionContext, node: ts.CallExpression): Value {
  const construction = context.constructions.at(-1);
  const cls = construction?.running;
  const base = cls === undefined ? undefined : context.file.types.table.base(cls);
  if (cls === undefined || base === undefined || construction?.made !== undefined) {
    context.report(refusedSuper(node));
    return standInFor(context, node);
  }
  const args = argumentsOf(context, node.arguments);
  const ownReturn = constructorOf(base)?.body;
  if (ownReturn !== undefined && hasReturn(ownReturn)) {
    context.report(refusedSuper(node));
    return standInFor(context, node);
  }
  if (args !== undefined) runClass(context, base, args, node);
  guardAfter(context);
  const own = constructorOf(cls);
  if (own !== undefined) takeParameters(context, own);
  initialise(context, cls);
  return context.undefinedOf({ kind: "void" });
}

/** Does it leave early? */
const hasReturn = (node: ts.Node): boolean =>
  ts.isReturnStatement(node) ||
  (!ts.isFunctionLike(node) && ts.forEachChild(node, (child) => hasReturn(child) || undefined) === true);

const refusedSuper = (node: ts.CallExpression) =>
  language.classForm(
    spanOf(node),
    "This call of `super`",
    "It must run once, before the object is used, and the constructor it runs must reach its end",
    "Call it first, and write the constructor of the base class without `return`",
  );

/** `constructor(private x: number)` */
function takeParameters(context: FunctionContext, own: ts.ConstructorDeclaration): void {
  for (const param of own.parameters) {
    if (!ts.isParameterPropertyDeclaration(param, param.parent) || !ts.isIdentifier(param.name)) continue;
    const variable = declaredSymbol(context.file.checker, param.name);
    const found = memberOf(context, param);
    if (variable !== undefined && found !== undefined) setField(context, found, context.current(variable), param);
  }
}

/** The initial values of the fields that a class declares itself. */
function initialise(context: FunctionContext, cls: ClassNode): void {
  for (const member of cls.members) {
    if (!ts.isPropertyDeclaration(member) || isStatic(member) || member.initializer === undefined) continue;
    const found = memberOf(context, member);
    if (found === undefined) continue;
    prepare(context, member.initializer);
    context.at(member);
    setField(context, found, context.expression(member.initializer, found.name), member);
  }
}

function memberOf(context: FunctionContext, node: ts.Node): FieldMember | undefined {
  const construction = context.constructions.at(-1);
  if (construction === undefined) return undefined;
  const { table } = context.file.types;
  const direct = table.fields(construction.node).find((f) => f.node === node);
  // A subclass declares it again: it is the same place.
  const name = direct === undefined && ts.isPropertyDeclaration(node) ? nameText(node.name) : undefined;
  return direct ?? table.fields(construction.node).find((f) => f.name === name);
}

function setField(context: FunctionContext, member: FieldMember, v: Value, node: ts.Node): void {
  const construction = context.constructions.at(-1);
  if (construction === undefined) return;
  if (construction.made === undefined) {
    construction.fields.delete(member.name);
    construction.fields.set(member.name, v);
    return;
  }
  const { made } = construction;
  const field =
    made.type.kind === "record" ? fieldsOf(context, made.type).find((f) => f.name === member.name) : undefined;
  if (field === undefined) return;
  context.putInto(made, v);
  context.at(node).store({ kind: "field", base: made, name: member.name }, context.coerce(v, field.type, node));
}

const fieldsOf = (context: FunctionContext, type: Type): readonly Field[] =>
  type.kind === "record" ? (context.file.types.records.get(type.name)?.fields ?? []) : [];

// ---------------------------------------------------------------------------------------------------- the object itself

/** Makes the object now, if a piece of the constructor needs more of it than fields that are set. */
function prepare(context: FunctionContext, node: ts.Node): void {
  const construction = context.constructions.at(-1);
  if (construction === undefined || construction.made !== undefined) return;
  const isStatement = ts.isExpressionStatement(node);
  if (isStatement && isSuperCall(node.expression)) return;
  const isLeaving = ts.isStatement(node) && context.exits.of(node).to.length > 0;
  const inner = isStatement ? node.expression : node;
  if (isLeaving || needsObject(context, construction, inner)) settle(context, node);
}

const isSuperCall = (node: ts.Expression): boolean => {
  const inner = bare(node);
  return ts.isCallExpression(inner) && inner.expression.kind === ts.SyntaxKind.SuperKeyword;
};

function needsObject(context: FunctionContext, construction: Construction, node: ts.Node): boolean {
  if (ts.isParenthesizedExpression(node)) return needsObject(context, construction, node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const name = earlyName(context, node.left);
    if (name !== undefined) return needsObject(context, construction, node.right);
  }
  return mentionsObject(context, construction, node);
}

/** Is `this` used as anything but the owner of a field that is set and read? */
function mentionsObject(context: FunctionContext, construction: Construction, node: ts.Node): boolean {
  if (ts.isTypeNode(node)) return false;
  if (node.kind === ts.SyntaxKind.SuperKeyword) return true;
  if (node.kind === ts.SyntaxKind.ThisKeyword) {
    const { parent } = node;
    if (!ts.isPropertyAccessExpression(parent)) return true;
    const name = earlyName(context, parent);
    return name === undefined || !construction.fields.has(name) || isWritten(parent) || isInFunction(node);
  }
  if (ts.isClassLike(node) || (isFunctionLike(node) && !ts.isArrowFunction(node))) return false;
  return ts.forEachChild(node, (child) => mentionsObject(context, construction, child) || undefined) ?? false;
}

function isWritten(node: ts.PropertyAccessExpression): boolean {
  const { parent } = node;
  return (
    assigned(parent) === node ||
    ts.isDeleteExpression(parent) ||
    (ts.isArrayLiteralExpression(parent) && isTarget(parent)) ||
    (ts.isCallExpression(parent) && parent.expression === node)
  );
}

const isTarget = (node: ts.ArrayLiteralExpression): boolean =>
  ts.isBinaryExpression(node.parent) &&
  node.parent.left === node &&
  node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;

/** Stands `this` in an arrow function of the constructor? */
function isInFunction(node: ts.Node): boolean {
  for (
    let at = node.parent;
    at !== undefined && !ts.isConstructorDeclaration(at) && !ts.isClassLike(at);
    at = at.parent
  )
    if (ts.isArrowFunction(at)) return true;
  return false;
}

/** The name of the field that `this.x` is, while the object is not made. */
function earlyName(context: FunctionContext, node: ts.Expression): string | undefined {
  const inner = bare(node);
  const construction = context.constructions.at(-1);
  if (construction === undefined || construction.made !== undefined) return undefined;
  if (!ts.isPropertyAccessExpression(inner) || bare(inner.expression).kind !== ts.SyntaxKind.ThisKeyword)
    return undefined;
  const { table } = context.file.types;
  const member = table.member(construction.node, inner.name.text, construction.running);
  return member?.kind === "field" ? member.name : undefined;
}

/** `this.x` in a constructor whose object is not made yet. */
export function earlyField(context: FunctionContext, node: ts.Expression): Value | undefined {
  const name = earlyName(context, node);
  return name === undefined ? undefined : context.constructions.at(-1)?.fields.get(name);
}

/** `this.x = v` in a constructor whose object is not made yet. */
export function earlyAssignment(context: FunctionContext, node: ts.BinaryExpression): Value | undefined {
  if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
  const name = earlyName(context, node.left);
  if (name === undefined) return undefined;
  const v = context.expression(node.right, name);
  const construction = context.constructions.at(-1);
  const member = construction && context.file.types.table.fields(construction.node).find((f) => f.name === name);
  if (member !== undefined) setField(context, member, v, node);
  return v;
}

/** `this`. */
export function lowerThis(context: FunctionContext, node: ts.Node): Value {
  const construction = context.constructions.at(-1);
  if (construction !== undefined) return settle(context, node);
  const own = context.thisValue;
  if (own !== undefined) return own;
  return context.refuse(language.lostThis(spanOf(node), "this"));
}

/** The object, made of what its fields hold; those that are not set yet hold what nobody reads. */
function settle(context: FunctionContext, node: ts.Node): Value {
  const construction = context.constructions.at(-1);
  if (construction === undefined) return context.standIn(num);
  if (construction.made !== undefined) return construction.made;
  const { types } = context.file;
  const declared = declaredFields(types, construction.node, construction.type);
  const fields: Field[] = [];
  const members: Value[] = [];
  for (const { member, field } of declared) {
    const v = construction.fields.get(member.name);
    const chosen = fieldType(context, member, field, v);
    if (chosen === undefined) {
      if ("why" in field) context.report(language.unsupportedType(spanOf(member.node), member.name, field.why));
      continue;
    }
    const base = "why" in field ? { name: member.name, type: chosen } : { ...field, type: chosen };
    fields.push(base);
    members.push(v === undefined ? empty(context, chosen) : context.coerce(v, chosen, node));
  }
  if (types.table.isOneOfSeveral(construction.node)) {
    const { text, imports } = constructorText(context, construction.node);
    const own = value(ownConstructor.type);
    context.at(node).push({ kind: "foreign", text: [text], args: [], pure: true, result: own, imports });
    fields.push(ownConstructor);
    members.push(own);
  }
  const type = refinedType(
    types,
    { node: construction.node, bindings: construction.bindings },
    fields,
    construction.type,
  );
  const made = context.at(node).aggregate(type, members, construction.hint);
  for (const member of members) context.putInto(made, member);
  construction.made = made;
  context.env.declare(thisKey, { type, hint: construction.hint ?? "self", level: context.level }, made);
  return made;
}

/** The type of a field: as declared, or that of what is put there where that says more. */
function fieldType(
  context: FunctionContext,
  member: FieldMember,
  declared: Field | { readonly why: string },
  v: Value | undefined,
): Type | undefined {
  if (v === undefined || v.type.kind === "void" || context.isRefused(v))
    return "why" in declared ? undefined : declared.type;
  if ("why" in declared) return v.type;
  const { type } = declared;
  const { types } = context.file;
  if (sameType(v.type, type) || declared.noDiff === true || types.places.isIn(type)) return type;
  if (types.functions.of(v.type) !== undefined || types.isOpen(type)) return v.type;
  const isKept = isReference(v.type) && !types.table.isAssigned(member.node);
  if (!isKept || isOneOf(context, v.type, type)) return type;
  // Objects of one class that hold more than is declared could not stand beside those of the others.
  const isAmongOthers = types.table.isOneOfSeveral(member.owner) && isConvertible(context, v, type);
  return isAmongOthers ? type : v.type;
}

/** Is the type one of a union that knows which of its members a value is? Then objects that hold different members are alike. */
function isOneOf(context: FunctionContext, type: Type, union: Type): boolean {
  if (type.kind !== "record" || union.kind !== "record") return false;
  return context.file.types.records.get(union.name)?.variants?.includes(type.name) === true;
}

/** What a field holds before it is set: `undefined`, which in arithmetic is NaN. */
function empty(context: FunctionContext, type: Type): Value {
  return type.kind === "num" ? context.b.const(Number.NaN) : context.placeholder(type);
}
