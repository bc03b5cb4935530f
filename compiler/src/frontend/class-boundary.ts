/**
 * Instances where generated code meets the code around it: what an argument hides, and whether a result can be made into
 * an instance of its class.
 */
import { ts } from "ts-morph";
import type { Type } from "../ir/ir.js";
import { className, type ClassNode } from "./classes.js";
import { packageOf } from "./packages/resolve.js";
import type { TypeMapper } from "./types.js";

/** Why instances in an argument of this type cannot be read; absent where they can. */
export function unreadable(types: TypeMapper, type: Type): string | undefined {
  for (const { node, isOneOf } of classesIn(types, type)) {
    const hidden = types.table.fields(node).find((f) => ts.isPrivateIdentifier(f.node.name));
    if (hidden !== undefined) {
      const name = ts.isPrivateIdentifier(hidden.node.name) ? hidden.node.name.text : hidden.name;
      return `Nothing but the class \`${className(node)}\` itself can read its field \`${name}\`; a field that is \`private\` can be read`;
    }
    const undeclared = undeclaredField(types, node);
    if (undeclared !== undefined) return undeclaredReason(node, undeclared);
    if (isOneOf && !isNameable(types, node))
      return `Which class an object is of is asked by name, and ${whyHidden(node)}`;
  }
  return undefined;
}

/** Why instances in a result of this type cannot be made; absent where they can. */
export function unmakable(types: TypeMapper, type: Type): string | undefined {
  for (const { node, isOneOf } of classesIn(types, type)) {
    const name = className(node);
    const undeclared = undeclaredField(types, node);
    if (undeclared !== undefined) return undeclaredReason(node, undeclared);
    if (isOneOf) return `The result may be of one of several classes, \`${name}\` among them`;
    if (!isNameable(types, node)) return `The result must be a real instance, and ${whyHidden(node)}`;
    const fields = types.table.fields(node);
    const hidden = fields.find((f) => ts.isPrivateIdentifier(f.node.name));
    if (hidden !== undefined) return `Nothing but the class \`${name}\` itself can set its field \`#${hidden.name}\``;
    const own = types.table
      .chain(node)
      .flatMap((c) => c.members)
      .find((m) => ts.isPropertyDeclaration(m) && types.table.isMethodLike(m));
    if (own?.name !== undefined)
      return `Each instance of \`${name}\` has a function \`${own.name.getText()}\` of its own, which only the constructor can make`;
  }
  return undefined;
}

interface Found {
  readonly node: ClassNode;
  /** Objects of several classes may stand in this place. */
  readonly isOneOf: boolean;
}

/** A field of a class of a package that its declarations do not show: nothing outside of the package may use it. */
function undeclaredField(types: TypeMapper, node: ClassNode): string | undefined {
  const symbol = node.name === undefined ? undefined : types.checker.getSymbolAtLocation(node.name);
  const declared = symbol === undefined ? undefined : types.table.declaredOf(symbol);
  if (declared === undefined) return undefined;
  const shown = types.checker.getDeclaredTypeOfSymbol(declared);
  return types.table.fields(node).find((f) => types.checker.getPropertyOfType(shown, f.name) === undefined)?.name;
}

const undeclaredReason = (node: ClassNode, field: string): string =>
  `\`${className(node)}\` keeps its numbers in \`${field}\`, which its declarations do not show; pass the numbers, and make the object of them in the function`;

/** Why generated code cannot import a class. */
function whyHidden(node: ClassNode): string {
  const name = className(node);
  const from = packageOf(node.getSourceFile().fileName);
  if (from === undefined) return `\`${name}\` is not exported from its file`;
  const line = `export { ${name} } from "${from}"`;
  return `generated code imports nothing from \`${from}\`: \`${line}\` in this file makes it known`;
}

function isNameable(types: TypeMapper, node: ClassNode): boolean {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  const symbol = named === undefined ? undefined : types.checker.getSymbolAtLocation(named);
  return symbol !== undefined && types.exportOf(symbol, node.getSourceFile()) !== undefined;
}

/** The classes of the instances that belong to values of a type. */
function classesIn(types: TypeMapper, type: Type): Found[] {
  const found: Found[] = [];
  const seen = new Set<string>();
  const visit = (at: Type, isOneOf: boolean): void => {
    if (at.kind === "array" || at.kind === "dict") visit(at.elem, false);
    else if (at.kind === "maybe") visit(at.of, false);
    else if (at.kind === "tuple") for (const elem of at.elems) visit(elem, false);
    else if (at.kind === "record" && !seen.has(at.name)) {
      seen.add(at.name);
      const decl = types.records.get(at.name);
      const instance = types.classes.get(at.name);
      if (instance !== undefined) found.push({ node: instance.node, isOneOf });
      for (const variant of decl?.variants ?? []) visit({ kind: "record", name: variant }, true);
      for (const field of decl?.fields ?? []) visit(field.type, false);
    }
  };
  visit(type, false);
  return found;
}
