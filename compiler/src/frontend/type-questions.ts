/** Small questions about TypeScript types, asked where they become IR types. */
import type { Type } from "../ir/ir.js";
import { ts } from "ts-morph";
import { isLibrary, isPlainTuple, typeArguments } from "./source.js";

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

/** Is it a function, an instance of a class, or a tuple, an array or an object that holds some? */
export function holdsCode(program: ts.Program, checker: ts.TypeChecker, type: ts.Type, depth = 3): boolean {
  const there = checker.getNonNullableType(type);
  if (there.getCallSignatures().length > 0) return true;
  if (depth === 0 || (there.flags & ts.TypeFlags.Object) === 0) return false;
  const inside = (t: ts.Type): boolean => holdsCode(program, checker, t, depth - 1);
  if (checker.isArrayType(there) || checker.isTupleType(there)) return typeArguments(checker, there).some(inside);
  const symbol = there.getSymbol();
  if (symbol?.declarations?.some((d) => isLibrary(program, d)) === true) return false;
  if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Class) !== 0) return true;
  return checker.getPropertiesOfType(there).some((p) => inside(checker.getTypeOfSymbol(p)));
}

const openTuples = new WeakMap<ts.Type, boolean>();

/** Is there a tuple in it with members that may be left out? */
export function hasOpenTuple(checker: ts.TypeChecker, type: ts.Type): boolean {
  let found = openTuples.get(type);
  if (found === undefined) openTuples.set(type, (found = leadsToOpenTuple(checker, type, new Set())));
  return found;
}

function leadsToOpenTuple(checker: ts.TypeChecker, type: ts.Type, seen: Set<ts.Type>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  const inside = (t: ts.Type): boolean => leadsToOpenTuple(checker, t, seen);
  if (type.isUnionOrIntersection()) return type.types.some(inside);
  if (checker.isTupleType(type) && !isPlainTuple(type)) return true;
  if (checker.isArrayType(type) || checker.isTupleType(type)) return typeArguments(checker, type).some(inside);
  const declared = type.getSymbol()?.declarations?.[0]?.getSourceFile();
  if ((type.flags & ts.TypeFlags.Object) === 0 || declared?.hasNoDefaultLib === true) return false;
  return checker.getPropertiesOfType(type).some((p) => inside(checker.getTypeOfSymbol(p)));
}

/** A named type without type parameters. */
export function isClosed(type: ts.Type): boolean {
  if (type.isClassOrInterface()) return (type.typeParameters ?? []).length === 0;
  const declaration = type.aliasSymbol?.declarations?.[0];
  return (
    declaration !== undefined && (type.aliasTypeArguments ?? []).length === 0 && ts.isSourceFile(declaration.parent)
  );
}

/** Text or a number that is one of some literals. */
export function asLiteral(types: readonly ts.Type[]): Type | undefined {
  // What is enumerated is compared by its names, which are other types.
  if (types.some((t) => t.flags & ts.TypeFlags.EnumLike)) return undefined;
  const texts = types.flatMap((t) => (t.isStringLiteral() ? [t.value] : []));
  if (texts.length === types.length) return { kind: "str", only: texts };
  const numbers = types.flatMap((t) => (t.isNumberLiteral() ? [t.value] : []));
  return numbers.length === types.length ? { kind: "num", only: numbers } : undefined;
}
