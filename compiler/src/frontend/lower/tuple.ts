/**
 * Members of a tuple chosen by a computed index. Members are fields, so that each choice is a chain of conditions; what
 * JavaScript would do outside of the tuple is kept for numbers that are read (`undefined` counts as NaN in arithmetic) and
 * throws elsewhere.
 */
import type { ts } from "ts-morph";
import { field, value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import type { FunctionContext } from "./context.js";
import { branch, branchValue } from "./flow.js";
import { primitive } from "./primitive.js";

export interface TupleMember {
  readonly base: Value;
  readonly index: Value;
  readonly count: number;
  /** The type of every member; where they hold different functions, one that all of them have when they are read. */
  readonly type: Type;
  /** The index is known to be that of a member. */
  readonly isWithin?: boolean;
  /** Of an object: the names the index may be. */
  readonly keys?: readonly (string | number)[];
}

export function loadMember(
  context: FunctionContext,
  member: TupleMember,
  node: ts.Node,
  hint: string | undefined,
): Value {
  const { base, type, count } = member;
  const from = (i: number): Value => {
    if (i < count) {
      const own = (): Value => {
        const held = base.type.kind === "tuple" ? (base.type.elems[i] ?? type) : type;
        const loaded = context.readFrom(base, context.at(node).load(field(base, nameOf(member, i)), held, hint));
        return context.coerce(loaded, type, node);
      };
      if (member.isWithin === true && i === count - 1) return own();
      return branchValue(context, isIndex(context, member, i, node), own, () => from(i + 1), { type, hint });
    }
    if (type.kind === "num") return context.b.const(Number.NaN);
    throwOutside(context, node);
    return value(type);
  };
  const read = context.readFrom(base, from(0));
  if (member.isWithin !== true) context.maybeMissing.add(read.id);
  return read;
}

/** `t[i] ?? otherwise`. */
export function loadMemberOr(
  context: FunctionContext,
  member: TupleMember,
  node: ts.Node,
  hint: string | undefined,
  otherwise: () => Value,
): Value {
  const { base, type, count } = member;
  const from = (i: number): Value => {
    if (i === count) return otherwise();
    const own = (): Value => context.readFrom(base, context.at(node).load(field(base, nameOf(member, i)), type, hint));
    return branchValue(context, isIndex(context, member, i, node), own, () => from(i + 1), { hint });
  };
  return from(0);
}

export function storeMember(context: FunctionContext, member: TupleMember, v: Value, node: ts.Node): void {
  const { base, count } = member;
  const from = (i: number): void => {
    if (member.isWithin === true && i === count - 1) {
      context.at(node).store(field(base, nameOf(member, i)), v);
      return;
    }
    if (i === count) {
      throwOutside(context, node);
      return;
    }
    branch(
      context,
      isIndex(context, member, i, node),
      () => context.at(node).store(field(base, nameOf(member, i)), v),
      () => from(i + 1),
      false,
    );
  };
  from(0);
}

const nameOf = ({ keys }: TupleMember, i: number): string => String(keys?.[i] ?? i);

const isIndex = (context: FunctionContext, { index, keys }: TupleMember, i: number, node: ts.Node): Value =>
  primitive(context, node, "eq", [index, context.constant(keys?.[i] ?? i)]);

function throwOutside(context: FunctionContext, node: ts.Node): void {
  context.at(node).push({ kind: "throw", text: ['new RangeError("a tuple has no such member")'], args: [] });
  context.dead = true;
}
