/**
 * Keys in generic functions: `key: keyof T`, `key: K` with `K extends "m" | "x"`, `key: NumericKeys<T>`. TypeScript does not list
 * the names there; what it says of the key, and of what is read with it, leaves some of the fields that the object has.
 */
import { ts } from "ts-morph";
import type { Field } from "../../ir/ir.js";
import { sameType } from "../../ir/types.js";
import type { FunctionContext } from "./context.js";

/** The fields that such a key may name; absent where it is no key of a generic function. */
export function generalKeys(
  context: FunctionContext,
  key: ts.Expression,
  fields: readonly Field[],
): readonly Field[] | undefined {
  const { checker, types } = context.file;
  const type = checker.getTypeAtLocation(key);
  if ((type.flags & ts.TypeFlags.Instantiable) === 0) return undefined;
  const constraint = checker.getBaseConstraintOfType(type);
  const literals = constraint === undefined ? [] : constraint.isUnion() ? constraint.types : [constraint];
  const names = literals.flatMap((t) => (t.isStringLiteral() ? [t.value] : []));
  const named = fields.filter((f) => names.includes(f.name));
  if (names.length > 0 && names.length === literals.length) return named.length === names.length ? named : undefined;
  // `rows[i][key]` is a number, says the constraint: then the key names a field that holds one.
  const access = key.parent;
  if (!ts.isElementAccessExpression(access) || access.argumentExpression !== key) return fields;
  const read = checker.getTypeAtLocation(access);
  const general = read.flags & ts.TypeFlags.Instantiable ? checker.getBaseConstraintOfType(read) : read;
  if (general === undefined || general.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Instantiable))
    return fields;
  const mapped = types.map(general);
  const fitting = "type" in mapped ? fields.filter((f) => sameType(f.type, mapped.type)) : [];
  return fitting.length === 0 ? fields : fitting;
}
