/**
 * `new C(…)`. While a constructor runs, the fields that it has set are values by name; the object is made of them when it
 * is complete, or before a statement that needs it. So most objects are made in one piece, and the record says what was
 * really put into each field.
 */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { bindingsOfClass, instanceTypeOf } from "../class-types.js";
import { type ClassNode, constructorOf, type FieldMember, isStatic, nameText } from "../classes.js";
import { noExits } from "../exits.js";
import { declaredSymbol, hasModifier, spanOf } from "../source.js";
import { type Construction, prepare, setField, settle, unsetField } from "./constructed-object.js";
import { standInFor } from "./access.js";
import { type Argument, argumentsOf } from "./arguments.js";
import { callFunction } from "./follow.js";
import { refuseClass } from "./class-refusals.js";
import type { FunctionContext } from "./context.js";
import { guardAfter } from "./guards.js";
import { thisKey } from "./env.js";
import { branchValue, runPieces } from "./flow.js";
import { isNullish, presentValue } from "./missing.js";
import { piecesOf } from "./statement.js";
import { declareVariable } from "./variables.js";

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
  context.file.touch(cls);
  for (const member of cls.members) {
    if (!ts.isPropertyDeclaration(member) || isStatic(member)) continue;
    const found = memberOf(context, member);
    if (found === undefined) continue;
    if (member.initializer === undefined) {
      if (hidesInherited(context, member, found)) unsetField(context, found, member);
      continue;
    }
    prepare(context, member.initializer);
    context.at(member);
    setField(context, found, context.expression(member.initializer, found.name), member);
  }
}

/**
 * A field that is declared again without a value: where fields are defined as JavaScript says (`useDefineForClassFields`), that makes a
 * new one, and what the base class put there is gone. TypeScript emits nothing for `declare` and `abstract`.
 */
function hidesInherited({ file }: FunctionContext, node: ts.PropertyDeclaration, { name }: FieldMember): boolean {
  const { table, program } = file.types;
  const isEmitted = ![ts.SyntaxKind.DeclareKeyword, ts.SyntaxKind.AbstractKeyword].some((k) => hasModifier(node, k));
  const base = ts.isClassLike(node.parent) ? table.base(node.parent) : undefined;
  const isInherited = base !== undefined && table.fields(base).some((f) => f.name === name);
  return isEmitted && isInherited && definesFields(program.getCompilerOptions());
}

const definesFields = ({ useDefineForClassFields, target }: ts.CompilerOptions): boolean =>
  useDefineForClassFields ?? (target === undefined || target >= ts.ScriptTarget.ES2022);

function memberOf(context: FunctionContext, node: ts.Node): FieldMember | undefined {
  const construction = context.constructions.at(-1);
  if (construction === undefined) return undefined;
  const { table } = context.file.types;
  const direct = table.fields(construction.node).find((f) => f.node === node);
  // A subclass declares it again: it is the same place.
  const isNamed = ts.isPropertyDeclaration(node) || ts.isParameterPropertyDeclaration(node, node.parent);
  const name = direct === undefined && isNamed ? nameText(node.name) : undefined;
  return direct ?? table.fields(construction.node).find((f) => f.name === name);
}
