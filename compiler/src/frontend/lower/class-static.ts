/** Static members of classes, and `super`: members that belong to no value of the language. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { className, type ClassNode, enclosingClass, type Member } from "../classes.js";
import { staticConstant } from "../globals.js";
import { bare, type FunctionNode, spanOf } from "../source.js";
import { type Bindings, noBindings } from "../types.js";
import { standInFor } from "./access.js";
import { argumentsOf } from "./arguments.js";
import type { Target } from "./assign.js";
import { callFunction } from "./follow.js";
import { lowerThis } from "./constructed-object.js";
import { boundTo, callHeld, callMember, valueOf } from "./class-member.js";
import { classOfThis, classReference, staticAround } from "./class-reference.js";
import type { FunctionContext } from "./context.js";
import { thisKey } from "./env.js";
import { literalOf } from "./literals.js";

/** A private name of a class is no name of the classes that extend it. */
function isForeignPrivate(
  context: FunctionContext,
  cls: ClassNode,
  member: Member,
  node: ts.PropertyAccessExpression,
): boolean {
  if (!ts.isPrivateIdentifier(node.name) || member.owner === cls) return false;
  context.report(
    language.classForm(
      spanOf(node),
      `\`${node.getText()}\``,
      `It is called on \`${className(cls)}\` here, which has no member of that private name, and throws`,
      `Write \`${className(member.owner)}.${node.name.text}\``,
    ),
  );
  return true;
}

const isSuper = (node: ts.Expression): boolean => bare(node).kind === ts.SyntaxKind.SuperKeyword;

/** `C.x`, `super.x`: members that belong to no value of the language. */
export function lowerStaticOrSuper(
  context: FunctionContext,
  node: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value | undefined {
  const cls = classReference(context, node.expression);
  if (cls !== undefined) {
    const member = context.file.types.table.staticMember(cls, node.name.text);
    if (member === undefined) return undefined;
    if (isForeignPrivate(context, cls, member, node)) return standInFor(context, node);
    if (member.kind === "accessor" && member.get !== undefined) {
      const self = classAsValue(context, member.get, cls);
      return callFunction(context, node, member.get, self, [], hint, {
        captures: [],
        values: [],
        bindings: noBindings,
      });
    }
    if (member.kind !== "field") return valueOf(context, undefined, noBindings, member, node.name.text, node, hint);
    return staticField(context, member, node, hint);
  }
  if (!isSuper(node.expression)) return undefined;
  const found = superMember(context, node);
  if (found === undefined) return undefined;
  return valueOf(context, found.self, found.bindings, found.member, node.name.text, node, hint);
}

/** A static field: a constant like those of the module. */
function staticField(
  context: FunctionContext,
  member: Extract<Member, { kind: "field" }>,
  node: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value {
  const declaration = member.node;
  const name = node.getText();
  if (
    !ts.isPropertyDeclaration(declaration) ||
    declaration.initializer === undefined ||
    context.file.types.table.isAssigned(declaration)
  ) {
    context.report(language.moduleVariable(spanOf(node), name));
    return standInFor(context, node);
  }
  const known = literalOf(context, declaration.initializer);
  if (known !== undefined) return context.at(node) && context.constant(known, hint);
  // Where it is made, it is a variable.
  const symbol = context.file.checker.getSymbolAtLocation(declaration.name);
  if (symbol !== undefined && context.env.slot(symbol) !== undefined) return context.current(symbol);
  return staticConstant(context, node, ownerName(declaration), declaration) ?? standInFor(context, node);
}

function ownerName(declaration: ts.PropertyDeclaration): string {
  return declaration.parent.name?.text ?? "class";
}

interface SuperMember {
  readonly self: Value;
  readonly bindings: Bindings;
  readonly member: Member;
}

/** The member of the base class that `super.x` is. */
function superMember(context: FunctionContext, node: ts.PropertyAccessExpression): SuperMember | undefined {
  const { table, classes } = context.file.types;
  const cls = enclosingClass(node);
  const base = cls === undefined ? undefined : table.base(cls);
  const self = lowerThis(context, node);
  const member = base === undefined ? undefined : table.member(base, node.name.text);
  if (member === undefined || self.type.kind !== "record") return undefined;
  return { self, member, bindings: classes.get(self.type.name)?.bindings ?? noBindings };
}

/** `super.x` as something that is assigned to: the setter of the base class runs, a field is that of the object. */
export function superTarget(context: FunctionContext, node: ts.PropertyAccessExpression): Target | undefined {
  const found = isSuper(node.expression) && !isInStatic(node) ? superMember(context, node) : undefined;
  const { member, self, bindings } = found ?? {};
  if (member?.kind !== "accessor" || self === undefined || bindings === undefined) return undefined;
  const { set } = member;
  const [param] = set?.parameters ?? [];
  if (set === undefined || param === undefined) return undefined;
  const { checker, types } = context.file;
  const declared = types.withBindings(bindings, () => types.map(checker.getTypeAtLocation(param)));
  return {
    hint: undefined,
    type: "type" in declared ? declared.type : { kind: "num" },
    get: () => valueOf(context, self, bindings, member, node.name.text, node, undefined),
    set: (v) => {
      const bound = boundTo(context, set, self, bindings, node);
      if (bound !== undefined) callFunction(context, node, set, self, [v], undefined, bound);
    },
  };
}

const isInStatic = (node: ts.Node): boolean => staticAround(node) !== undefined;

/** `C.m(…)` and `super.m(…)`; absent where the call is neither. */
export function lowerStaticCall(
  context: FunctionContext,
  node: ts.CallExpression,
  inner: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value | undefined {
  const cls = classReference(context, inner.expression);
  if (cls !== undefined) {
    const member = context.file.types.table.staticMember(cls, inner.name.text);
    if (member === undefined) return undefined;
    const args = argumentsOf(context, node.arguments);
    if (args === undefined || isForeignPrivate(context, cls, member, inner)) return standInFor(context, node);
    if (member.kind === "field") {
      const held = staticField(context, member, inner, undefined);
      return callHeld(context, node, inner, held, undefined, args, hint);
    }
    const own = isSuper(inner.expression) ? (classOfThis(context) ?? staticAround(inner) ?? cls) : cls;
    const self = member.kind === "method" ? classAsValue(context, member.node, own) : undefined;
    return callMember(context, node, inner, self, noBindings, member, args, hint);
  }
  if (!isSuper(inner.expression)) return undefined;
  const found = superMember(context, inner);
  const args = argumentsOf(context, node.arguments);
  if (found === undefined || args === undefined) return args === undefined ? standInFor(context, node) : undefined;
  return callMember(context, node, inner, found.self, found.bindings, found.member, args, hint);
}

/** What `this` is in a static method that mentions it: nothing is read from it as a value. */
function classAsValue(context: FunctionContext, target: FunctionNode, cls: ClassNode): Value | undefined {
  const captures = context.file.of(target).captures.of(target);
  if (!captures.usesThis && !captures.keys.includes(thisKey)) return undefined;
  return context.b.aggregate(context.file.types.classObject(cls), []);
}
