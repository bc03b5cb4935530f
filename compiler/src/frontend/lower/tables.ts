/** Members chosen from a table by a key that is computed, where they have types of their own: functions, lists of several lengths. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { maybe, sameType } from "../../ir/types.js";
import { spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { literalOf } from "./literals.js";
import { primitive } from "./primitive.js";

/** The member of such a table by the key `node`; absent where this is no such table, or the key is a literal. */
export function lowerTable(
  context: FunctionContext,
  node: ts.Expression,
  base: Value,
  hint: string | undefined,
): Value | undefined {
  if (literalOf(context, node) !== undefined) return undefined;
  const members = membersOf(context, base);
  const { types } = context.file;
  const named = namesOf(context, node);
  const chosen = named === undefined ? members : members.filter((m) => named.includes(m.name));
  const isWithin = named !== undefined && chosen.length === named.length;
  const list = isWithin ? listOf(chosen) : undefined;
  if (list === undefined && (members.length === 0 || !members.every((m) => types.holdsOwn(m.type)))) return undefined;
  const type = list ?? joinAll(context, chosen);
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
      const loaded = context.readFrom(base, context.at(node).load(field(base, member.name), member.type, hint));
      return list === undefined ? context.coerce(loaded, whole, node) : asList(context, loaded, list, node, hint);
    };
    if (isWithin && k === chosen.length - 1) return own();
    const name = key.type.kind === "str" ? member.name : Number(member.name);
    const test = primitive(context, node, "eq", [key, context.constant(name)]);
    return branchValue(context, test, own, () => from(k + 1), { type: whole, hint });
  };
  return from(0);
}

interface Entry {
  readonly name: string;
  readonly type: Type;
  readonly isReadonly?: true;
}

/** What tuples of several lengths have in common, of numbers or texts alone, if nobody may write to them: `{ low: [1, 2], high: [1, 2, 3] } as const`. */
function listOf(members: readonly Entry[]): (Type & { kind: "array" }) | undefined {
  const [first] = members;
  const start = first?.type.kind === "tuple" ? first.type.elems[0] : undefined;
  if (start === undefined || members.every((m) => first !== undefined && sameType(m.type, first.type)))
    return undefined;
  const isAlike = ({ type, isReadonly }: Entry): boolean =>
    isReadonly === true &&
    type.kind === "tuple" &&
    type.elems.length > 0 &&
    type.elems.every((e) => e.kind === start.kind && (e.kind === "num" || e.kind === "str" || e.kind === "bool"));
  return members.every(isAlike) ? { kind: "array", elem: withoutLiterals(start) } : undefined;
}

const withoutLiterals = (type: Type): Type => (type.kind === "num" || type.kind === "str" ? { kind: type.kind } : type);

/** A copy of a tuple, as an array. */
function asList(
  context: FunctionContext,
  tuple: Value,
  type: Type & { kind: "array" },
  node: ts.Node,
  hint: string | undefined,
): Value {
  const elems = tuple.type.kind === "tuple" ? tuple.type.elems : [];
  const members = elems.map((e, i) =>
    context.coerce(context.at(node).load(field(tuple, String(i)), e), type.elem, node),
  );
  return context.at(node).aggregate(type, members, hint);
}

function membersOf(context: FunctionContext, base: Value): readonly Entry[] {
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
