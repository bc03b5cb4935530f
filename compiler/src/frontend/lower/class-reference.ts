/** Which class an expression stands for. */
import { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import { className, type ClassNode, enclosingClass, isStatic } from "../classes.js";
import { bare } from "../source.js";
import { dispatch, variantsOf } from "./class-variants.js";
import type { FunctionContext } from "./context.js";
import { presentValue } from "./missing.js";

/** The class an expression stands for: its name, or `this` in a static member. */
export function classReference(context: FunctionContext, node: ts.Expression): ClassNode | undefined {
  const inner = bare(node);
  if (inner.kind === ts.SyntaxKind.ThisKeyword || inner.kind === ts.SyntaxKind.SuperKeyword) {
    const own = staticAround(inner);
    if (own === undefined) return undefined;
    if (inner.kind === ts.SyntaxKind.SuperKeyword) return context.file.types.table.base(own);
    // An inherited static method runs with the class it was called on.
    return classOfThis(context) ?? own;
  }
  if (!ts.isIdentifier(inner) && !ts.isPropertyAccessExpression(inner)) return undefined;
  const own = ownConstructor(context, inner);
  if (own !== undefined) return own;
  const type = context.file.checker.getTypeAtLocation(inner);
  if (type.getConstructSignatures().length === 0 && !isAbstractConstructor(type)) return undefined;
  return context.file.types.table.classOf(inner);
}

/** `this.constructor`: the class of this very object. */
function ownConstructor(context: FunctionContext, node: ts.Expression): ClassNode | undefined {
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== "constructor") return undefined;
  if (bare(node.expression).kind !== ts.SyntaxKind.ThisKeyword || context.thisValue === undefined) return undefined;
  const [variant, ...others] = variantsOf(context, context.thisValue.type) ?? [];
  return others.length === 0 ? variant?.node : undefined;
}

/** `object.constructor.name`, of an object that is of a class of the program. */
export function nameOfConstructor(
  context: FunctionContext,
  node: ts.PropertyAccessExpression,
  hint: string | undefined,
): Value | undefined {
  const inner = bare(node.expression);
  if (node.name.text !== "name" || !ts.isPropertyAccessExpression(inner) || inner.name.text !== "constructor")
    return undefined;
  const { checker, types } = context.file;
  const mapped = types.map(checker.getNonNullableType(checker.getTypeAtLocation(inner.expression)));
  if (!("type" in mapped) || variantsOf(context, mapped.type) === undefined) return undefined;
  const object = presentValue(context, context.expression(inner.expression), inner);
  if (variantsOf(context, object.type) === undefined) return undefined;
  return dispatch(context, object, node, hint, (_, { node: cls }) => context.constant(className(cls), hint));
}

const isAbstractConstructor = (type: ts.Type): boolean => ((type.getSymbol()?.flags ?? 0) & ts.SymbolFlags.Class) !== 0;

/** The class that `this` is in a static method. */
export function classOfThis(context: FunctionContext): ClassNode | undefined {
  const type = context.thisValue?.type;
  return type?.kind === "record" ? context.file.types.classObjects.get(type.name) : undefined;
}

/** The class in whose static member a node stands. */
export function staticAround(node: ts.Node): ClassNode | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isClassElement(at))
      return isStatic(at) || ts.isClassStaticBlockDeclaration(at) ? enclosingClass(at) : undefined;
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at)) return undefined;
  }
  return undefined;
}
