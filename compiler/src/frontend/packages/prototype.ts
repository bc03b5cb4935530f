/**
 * Members that code of packages asks for to learn what a value is: `v.isVector3`. They stand in the prototype of a class,
 * and are `undefined` in whatever is no instance of it.
 */
import { ts } from "ts-morph";
import type { Type } from "../../ir/ir.js";
import type { ClassNode } from "../classes.js";
import type { TypeMapper } from "../types.js";
import { isPackageFile } from "./program.js";

/** What a member is that no value of the type has as its own; absent where that is not known. */
export function inherited(
  types: TypeMapper,
  type: Type,
  node: ts.PropertyAccessExpression,
): boolean | "undefined" | undefined {
  if (!isPackageFile(node.getSourceFile().fileName)) return undefined;
  const name = node.name.text;
  if (type.kind === "num" || type.kind === "bool" || type.kind === "typed" || type.kind === "array")
    return /^is[A-Z]\w*$/.test(name) ? "undefined" : undefined;
  const instance = type.kind === "record" ? types.classes.get(type.name) : undefined;
  if (instance === undefined || type.kind !== "record") return undefined;
  if (types.records.get(type.name)?.variants !== undefined) return undefined;
  if (types.table.member(instance.node, name) !== undefined) return undefined;
  for (const at of types.table.chain(instance.node)) {
    const found = prototypeFlags(at).get(name);
    if (found !== undefined) return found;
  }
  return /^is[A-Z]\w*$/.test(name) ? "undefined" : undefined;
}

const known = new WeakMap<ClassNode, ReadonlyMap<string, boolean>>();

/** `static { this.prototype.isVector3 = true }` and `Vector3.prototype.isVector3 = true`. */
function prototypeFlags(node: ClassNode): ReadonlyMap<string, boolean> {
  const before = known.get(node);
  if (before !== undefined) return before;
  const flags = new Map<string, boolean>();
  const read = (statement: ts.Statement, isOwner: (e: ts.Expression) => boolean): void => {
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return;
    const { left, right, operatorToken } = statement.expression;
    if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left)) return;
    const owner = left.expression;
    if (!ts.isPropertyAccessExpression(owner) || owner.name.text !== "prototype" || !isOwner(owner.expression)) return;
    if (right.kind === ts.SyntaxKind.TrueKeyword) flags.set(left.name.text, true);
    else if (right.kind === ts.SyntaxKind.FalseKeyword) flags.set(left.name.text, false);
  };
  for (const member of node.members)
    if (ts.isClassStaticBlockDeclaration(member))
      for (const statement of member.body.statements) read(statement, (e) => e.kind === ts.SyntaxKind.ThisKeyword);
  const { parent } = node;
  if (ts.isSourceFile(parent) && node.name !== undefined) {
    const name = node.name.text;
    for (const statement of parent.statements) read(statement, (e) => ts.isIdentifier(e) && e.text === name);
  }
  known.set(node, flags);
  return flags;
}
