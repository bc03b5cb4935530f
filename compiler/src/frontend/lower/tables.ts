/** Functions chosen from a table by a key that is computed: `operators[name]`. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { maybe } from "../../ir/types.js";
import { spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { literalOf } from "./literals.js";
import { primitive } from "./primitive.js";

/** The member of a table of functions by the key `node`; absent where this is no such table, or the key is a literal. */
export function lowerFunctionTable(
  context: FunctionContext,
  node: ts.Expression,
  base: Value,
  hint: string | undefined,
): Value | undefined {
  if (literalOf(context, node) !== undefined) return undefined;
  const members = membersOf(context, base);
  const { types } = context.file;
  if (members.length === 0 || !members.every((m) => types.holdsOwn(m.type))) return undefined;
  const named = namesOf(context, node);
  const chosen = named === undefined ? members : members.filter((m) => named.includes(m.name));
  const isWithin = named !== undefined && chosen.length === named.length;
  const type = joinAll(context, chosen);
  const key = context.expression(node);
  if (type === undefined || context.isRefused(key)) return undefined;
  if (key.type.kind !== "str" && key.type.kind !== "num") {
    context.report(language.dynamicProperty(spanOf(node)));
    return context.standIn(type);
  }
  const whole = isWithin ? type : maybe(type);
  const from = (k: number): Value => {
    const member = chosen[k];
    if (member === undefined) return context.at(node).absent(whole, undefined);
    const own = (): Value => {
      const loaded = context.at(node).load(field(base, member.name), member.type, hint);
      return context.coerce(context.readFrom(base, loaded), whole, node);
    };
    if (isWithin && k === chosen.length - 1) return own();
    const name = key.type.kind === "str" ? member.name : Number(member.name);
    const test = primitive(context, node, "eq", [key, context.constant(name)]);
    return branchValue(context, test, own, () => from(k + 1), { type: whole, hint });
  };
  return from(0);
}

function membersOf(context: FunctionContext, base: Value): readonly { readonly name: string; readonly type: Type }[] {
  if (base.type.kind === "tuple") return base.type.elems.map((type, i) => ({ name: String(i), type }));
  if (base.type.kind !== "record" || context.file.types.functions.of(base.type) !== undefined) return [];
  return context.file.types.records.get(base.type.name)?.fields ?? [];
}

/** The literals that a key may be; absent where TypeScript does not know. */
function namesOf(context: FunctionContext, node: ts.Expression): readonly string[] | undefined {
  const type = context.file.checker.getTypeAtLocation(node);
  const literals = type.isUnion() ? type.types : [type];
  const names = literals.flatMap((t) =>
    t.isStringLiteral() ? [t.value] : t.isNumberLiteral() ? [String(t.value)] : [],
  );
  return names.length === literals.length ? names : undefined;
}

function joinAll(context: FunctionContext, members: readonly { readonly type: Type }[]): Type | undefined {
  const [first, ...others] = members;
  return others.reduce<Type | undefined>((all, m) => all && context.file.types.join(all, m.type), first?.type);
}
