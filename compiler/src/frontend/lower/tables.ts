/** Members chosen from a table by a key that is computed, where they have types of their own: functions, lists of several lengths. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Field, Type, Value } from "../../ir/ir.js";
import { maybe, sameType } from "../../ir/types.js";
import { bare, spanOf, symbolOf } from "../source.js";
import { copyOf } from "./array-make.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { generalKeys } from "./generic-keys.js";
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
  const { types } = context.file;
  const { members, chosen, isWithin } = chosenFrom(context, node, base.type);
  const common = isWithin ? commonOf(context, chosen, isWrittenOut(context, node)) : undefined;
  const isTable = members.length > 0 && members.every((m) => types.holdsOwn(m.type));
  if (common === undefined && !isTable && !isOfData(context, node, chosen)) return undefined;
  const type = common ?? joinAll(context, chosen);
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
      return common === undefined ? context.coerce(loaded, whole, node) : asCommon(context, loaded, common, node, hint);
    };
    if (isWithin && k === chosen.length - 1) return own();
    const name = key.type.kind === "str" ? member.name : Number(member.name);
    const test = primitive(context, node, "eq", [key, context.constant(name)]);
    return branchValue(context, test, own, () => from(k + 1), { type: whole, hint });
  };
  return from(0);
}

/** What such a table of lists, of this type, has by the key `node`. */
export function listedType(context: FunctionContext, node: ts.Expression, table: Type): Type | undefined {
  const { chosen, isWithin } = chosenFrom(context, node, table);
  return isWithin && literalOf(context, node) === undefined
    ? commonOf(context, chosen, isWrittenOut(context, node))
    : undefined;
}

/** The members of a table, and those the key may stand for: all that it may be are among them, or not. */
function chosenFrom(
  context: FunctionContext,
  node: ts.Expression,
  table: Type,
): { readonly members: readonly Entry[]; readonly chosen: readonly Entry[]; readonly isWithin: boolean } {
  const members = membersOf(context, table);
  const general = table.kind === "record" ? generalKeys(context, node, members) : undefined;
  const named = general?.map((f) => f.name) ?? namesOf(context, node);
  const chosen = named === undefined ? members : members.filter((m) => named.includes(m.name));
  return { members, chosen, isWithin: named !== undefined && chosen.length === named.length };
}

/** Numbers, text and flags of an object, of which a key in a generic function names any: what is read is one of these. */
function isOfData({ file }: FunctionContext, node: ts.Expression, chosen: readonly Entry[]): boolean {
  const isGeneral = (file.checker.getTypeAtLocation(node).flags & ts.TypeFlags.Instantiable) !== 0;
  const kinds = new Set(chosen.map((m) => m.type.kind));
  return isGeneral && kinds.size > 1 && [...kinds].every((kind) => kind === "num" || kind === "str" || kind === "bool");
}

interface Entry {
  readonly name: string;
  readonly type: Type;
  readonly isReadonly?: true;
}

/**
 * What members of a table have in common that differ in the lengths of their lists, if nobody may write to them:
 * `{ low: [1, 2], high: [1, 2, 3] } as const`, and objects of such lists.
 */
function commonOf(context: FunctionContext, members: readonly Entry[], isConstant: boolean): Type | undefined {
  const [first] = members;
  if (first === undefined || members.every((m) => sameType(m.type, first.type))) return undefined;
  if (!isConstant && members.some((m) => m.isReadonly !== true)) return undefined;
  const list = listOf(
    members.map((m) => m.type),
    isConstant,
  );
  return list ?? (isConstant ? objectOf(context, members) : undefined);
}

/** Is the table of the key a constant that is written `as const`, in literals down to its numbers? */
function isWrittenOut({ file }: FunctionContext, key: ts.Expression): boolean {
  const { parent } = key;
  const owner = ts.isElementAccessExpression(parent) ? bare(parent.expression) : undefined;
  const declared = owner && ts.isIdentifier(owner) ? symbolOf(file.checker, owner)?.valueDeclaration : undefined;
  if (declared === undefined || !ts.isVariableDeclaration(declared)) return false;
  let made = declared.initializer;
  while (made !== undefined && (ts.isSatisfiesExpression(made) || ts.isParenthesizedExpression(made)))
    made = made.expression;
  return made !== undefined && ts.isAsExpression(made) && ts.isConstTypeReference(made.type) && isLiteral(file, made);
}

function isLiteral(file: FunctionContext["file"], node: ts.Expression): boolean {
  const inner = bare(node);
  if (ts.isArrayLiteralExpression(inner)) return inner.elements.every((e) => isLiteral(file, e));
  if (ts.isObjectLiteralExpression(inner))
    return inner.properties.every((p) => ts.isPropertyAssignment(p) && isLiteral(file, p.initializer));
  const { NumberLike, StringLike, BooleanLike } = ts.TypeFlags;
  return (file.of(inner).checker.getTypeAtLocation(inner).flags & (NumberLike | StringLike | BooleanLike)) !== 0;
}

/** Lists of numbers or texts alone, or of such lists. */
function listOf(lists: readonly Type[], isDeep: boolean): Type | undefined {
  const elements = lists.flatMap((type) => elementsOf(type) ?? []);
  const [start] = elements;
  if (start === undefined || lists.some((type) => elementsOf(type) === undefined)) return undefined;
  const isPlain = start.kind === "num" || start.kind === "str" || start.kind === "bool";
  if (isPlain && elements.every((e) => e.kind === start.kind)) return { kind: "array", elem: withoutLiterals(start) };
  const elem = isDeep ? listOf(elements, isDeep) : undefined;
  return elem === undefined ? undefined : { kind: "array", elem };
}

const elementsOf = (type: Type): readonly Type[] | undefined =>
  type.kind === "tuple" ? type.elems : type.kind === "array" ? [type.elem] : undefined;

/** Objects with the same names, whose members are alike or have something in common. */
function objectOf(context: FunctionContext, members: readonly Entry[]): Type | undefined {
  const { types } = context.file;
  const decls = members.flatMap(({ type }) => {
    const isPlain = type.kind === "record" && !types.classes.has(type.name) && !types.holdsOwn(type);
    const decl = isPlain ? types.records.get(type.name) : undefined;
    return decl === undefined || decl.variants !== undefined ? [] : [decl];
  });
  const [first] = decls;
  if (first === undefined || decls.length < members.length) return undefined;
  const fields = first.fields.map((f): Field | undefined => {
    const all = decls.flatMap((d) => d.fields.filter((other) => other.name === f.name && other.optional !== true));
    if (all.length < decls.length) return undefined;
    const type = all.every((other) => sameType(other.type, f.type)) ? f.type : commonOf(context, all, true);
    return type === undefined ? undefined : { name: f.name, type, isReadonly: true };
  });
  const known = fields.filter((f) => f !== undefined);
  const isWhole = known.length === fields.length && decls.every((d) => d.fields.length === known.length);
  return isWhole && known.length > 0 ? types.undeclaredOf(known) : undefined;
}

const withoutLiterals = (type: Type): Type => (type.kind === "num" || type.kind === "str" ? { kind: type.kind } : type);

/** A copy of such a member, as what all have in common. */
function asCommon(
  context: FunctionContext,
  v: Value,
  type: Type,
  node: ts.Expression,
  hint: string | undefined,
): Value {
  const from = v.type;
  // To TypeScript it is the tuple that is written, which is no list of any numbers.
  if (type.kind === "array" && sameType(from, type)) return copyOf(context, node, v, type, hint);
  if (sameType(from, type)) return v;
  if (type.kind === "array" && from.kind === "tuple") {
    const members = from.elems.map((e, i) => {
      const member = context.readFrom(v, context.at(node).load(field(v, String(i)), e));
      return asCommon(context, member, type.elem, node, undefined);
    });
    const list = context.at(node).aggregate(type, members, hint);
    for (const member of members) context.putInto(list, member);
    return list;
  }
  const { records } = context.file.types;
  const own = from.kind === "record" ? records.get(from.name)?.fields : undefined;
  const wanted = type.kind === "record" ? records.get(type.name)?.fields : undefined;
  if (own === undefined || wanted === undefined) return context.coerce(v, type, node);
  const members = wanted.map((f) => {
    const held = own.find((o) => o.name === f.name)?.type ?? f.type;
    const member = context.readFrom(v, context.at(node).load(field(v, f.name), held, f.name));
    return asCommon(context, member, f.type, node, f.name);
  });
  const made = context.at(node).aggregate(type, members, hint);
  for (const member of members) context.putInto(made, member);
  return made;
}

function membersOf(context: FunctionContext, table: Type): readonly Entry[] {
  if (table.kind === "tuple") return table.elems.map((type, i) => ({ name: String(i), type }));
  if (table.kind !== "record" || context.file.types.functions.of(table) !== undefined) return [];
  return context.file.types.records.get(table.name)?.fields ?? [];
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
