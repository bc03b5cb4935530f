/** Recognising `NoDiff<T>`, which is `T & { readonly [noDiff]?: true }`: by its name, or by the mark where the name is lost. */
import { ts } from "ts-morph";
import { isRuntimeSymbol } from "./source.js";

/** The property that marks a type. Symbols as keys are called `__@name@number` by TypeScript. */
export const isNoDiffMark = (property: ts.Symbol): boolean => /^__@noDiff(@|$)/.test(property.name);

/** Why a marked type is refused inside another one. */
export const noDiffReason = "`NoDiff` marks a whole parameter or field, not the members of an array or tuple";

export function isMarkedNoDiff(checker: ts.TypeChecker, type: ts.Type): boolean {
  return withoutNoDiff(checker, type) !== undefined;
}

/** `T` of `NoDiff<T>`; nothing where the type is not marked. */
export function withoutNoDiff(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  if (type.aliasSymbol !== undefined && isRuntimeSymbol(type.aliasSymbol, "NoDiff")) {
    const inner = type.aliasTypeArguments?.[0];
    return inner === type ? undefined : inner;
  }
  if (type.isIntersection()) {
    const others = type.types.filter((t) => !isMark(checker, t));
    const [only] = others;
    return only !== undefined && others.length === 1 && type.types.length > 1 ? only : undefined;
  }
  if (!type.isUnion()) return undefined;
  // The mark was given to each member of a union.
  const members = type.types.map((t) => withoutNoDiff(checker, t));
  if (members.some((m) => m === undefined)) return undefined;
  const base = members.map((m) => (m === undefined ? undefined : checker.getBaseTypeOfLiteralType(m)));
  return base.every((m) => m === base[0]) ? base[0] : undefined;
}

function isMark(checker: ts.TypeChecker, type: ts.Type): boolean {
  const properties = checker.getPropertiesOfType(type);
  return (type.flags & ts.TypeFlags.Object) !== 0 && properties.length === 1 && properties.every(isNoDiffMark);
}
