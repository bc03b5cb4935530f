/** Small questions about TypeScript types, asked where they become IR types. */
import { ts } from "ts-morph";

/** A name for a union of objects: its own, or those of its members. */
export function wideName(union: ts.UnionType, members: readonly ts.Type[]): string {
  const own = union.aliasSymbol?.name;
  if (own !== undefined && (union.aliasTypeArguments ?? []).length === 0) return own;
  const names = members.map((t) => (t.aliasSymbol ?? t.getSymbol())?.name ?? "");
  return names.every((n) => /^[A-Za-z$][\w$]*$/.test(n)) ? names.join("Or") : "Union";
}

/** Has an interface members that are called? */
export const hasMethods = (checker: ts.TypeChecker, type: ts.Type): boolean =>
  checker
    .getPropertiesOfType(type)
    .some((p) => p.flags & ts.SymbolFlags.Method || checker.getTypeOfSymbol(p).getCallSignatures().length > 0);

/** A named type without type parameters. */
export function isClosed(type: ts.Type): boolean {
  if (type.isClassOrInterface()) return (type.typeParameters ?? []).length === 0;
  const declaration = type.aliasSymbol?.declarations?.[0];
  return (
    declaration !== undefined && (type.aliasTypeArguments ?? []).length === 0 && ts.isSourceFile(declaration.parent)
  );
}
