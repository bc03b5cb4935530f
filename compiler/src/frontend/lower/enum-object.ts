/** An enum in the place of a value: the object that TypeScript makes of it, with names by number where its members are numbers. */
import { ts } from "ts-morph";
import type { Value } from "../../ir/ir.js";
import { num, str } from "../../ir/types.js";
import { enumValue } from "../enum-values.js";
import type { FunctionContext } from "./context.js";

/** The object of an enum; absent where the name stands for none. */
export function enumObject(context: FunctionContext, node: ts.Node, symbol: ts.Symbol): Value | undefined {
  if (!(symbol.flags & ts.SymbolFlags.RegularEnum)) return undefined;
  const { checker, types } = context.file;
  const object: Record<string, number | string> = {};
  for (const declaration of symbol.declarations ?? []) {
    if (!ts.isEnumDeclaration(declaration)) continue;
    for (const member of declaration.members) {
      const value = enumValue(checker, member);
      if (value === undefined || ts.isComputedPropertyName(member.name)) return undefined;
      object[member.name.text] = value;
      if (typeof value === "number") object[String(value)] = member.name.text;
    }
  }
  // In the order that the members of such an object have.
  const members = Object.entries(object);
  const type = types.recordOf(members.map(([name, v]) => ({ name, type: typeof v === "number" ? num : str })));
  return context.at(node).aggregate(
    type,
    members.map(([name, v]) => context.constant(v, name)),
  );
}
