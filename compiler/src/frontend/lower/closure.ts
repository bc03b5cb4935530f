/** Function values: made of what a function captures, called by the code their type names. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { num, present } from "../../ir/types.js";
import { type AnyOfFunctions, type Captured, type OneFunction, whichField } from "../function-types.js";
import type { GeneratedCallee } from "../generated.js";
import { type FunctionNode, spanOf } from "../source.js";
import { type Bindings, noBindings } from "../types.js";
import type { FunctionContext } from "./context.js";
import { convert } from "./convert.js";
import { isHidden, type Key } from "./env.js";
import { branchValue } from "./flow.js";
import { primitive } from "./primitive.js";

/** What a function captures where it is mentioned: the variables and what they hold now. */
export interface Bound {
  readonly captures: readonly Captured[];
  readonly values: readonly Value[];
  /** What the type parameters of the functions around it stand for. */
  readonly bindings: Bindings;
}

/** The captures of a function of this place; absent after a report. */
export function captured(context: FunctionContext, target: FunctionNode, node: ts.Node): Bound | undefined {
  const file = context.file.of(target);
  const captures: Captured[] = [];
  const values: Value[] = [];
  const names = new Set<string>();
  let ok = true;
  for (const key of file.captures.of(target).keys) {
    const slot = context.env.slot(key);
    if (slot === undefined) {
      ok = false;
      context.report(language.closuresNotYet(spanOf(node), isHidden(key) ? "this" : key.name));
      continue;
    }
    const boxed = slot.boxed === undefined ? undefined : context.env.get(key);
    const v = boxed ?? context.current(key);
    const name = freeName(key, names);
    captures.push({ key, name, type: v.type, boxed: slot.boxed });
    values.push(v);
  }
  // A function at the top of a file has nothing to do with the type parameters of its caller.
  const bindings = context.file.isNested(target) ? context.bindings : noBindings;
  return ok ? { captures, values, bindings } : undefined;
}

function freeName(key: Key, taken: Set<string>): string {
  const base = isHidden(key) ? "self" : key.name;
  let name = base;
  for (let i = 2; taken.has(name); i++) name = `${base}${i}`;
  taken.add(name);
  return name;
}

/** A function in the place of a value. */
export function functionValue(
  context: FunctionContext,
  target: FunctionNode,
  node: ts.Node,
  hint?: string,
  bound: Bound | undefined = captured(context, target, node),
): Value {
  if (bound === undefined) return context.standIn(num);
  const type = context.file.types.functions.typeOf(context.file.of(target), target, bound.bindings, bound.captures);
  const made = context.at(node).aggregate(type, bound.values, hint);
  for (const v of bound.values) context.putInto(made, v);
  return made;
}

/** A function that adc generates, in the place of a value; it captures nothing. */
export function generatedValue(
  context: FunctionContext,
  generated: GeneratedCallee,
  node: ts.Node,
  hint?: string,
): Value {
  const target = generated.request.node;
  const type = context.file.types.functions.typeOf(context.file.of(target), target, noBindings, [], generated);
  return context.at(node).aggregate(type, [], hint);
}

/** The captures of a function value. */
export function boundOf(context: FunctionContext, f: Value, one: OneFunction, node: ts.Node): Bound {
  const values = one.captures.map((c) =>
    context.readFrom(f, context.at(node).load(field(f, c.name), c.type, isHidden(c.key) ? undefined : c.name)),
  );
  return { captures: one.captures, values, bindings: one.bindings };
}

/** Runs `call` with the function that `f` is: one for each that it may be. */
export function dispatch(
  context: FunctionContext,
  f: Value,
  any: AnyOfFunctions,
  node: ts.Node,
  hint: string | undefined,
  call: (one: OneFunction, bound: Bound) => Value,
): Value {
  if (any.members.length === 0) return context.refuse(language.functionValuesNotYet(spanOf(node), node.getText()));
  return byWhich(context, f, any.members, node, { hint, shown: "()" }, (one, k) => {
    const values = one.captures.map((c, i) =>
      context.readFrom(f, loadCapture(context, f, any.fields[k]?.[i] ?? c.name, c)),
    );
    return call(one, { captures: one.captures, values, bindings: one.bindings });
  });
}

/** Which of the members a value is, as its field says. */
export const whichOf = (context: FunctionContext, v: Value, node: ts.Node): Value =>
  context.integer(context.at(node).load(field(v, whichField), num, whichField));

/** Runs `use` once for each of the members that a value may be; the last needs no test. */
export function byWhich<Member>(
  context: FunctionContext,
  v: Value,
  members: readonly Member[],
  node: ts.Node,
  { hint, shown }: { readonly hint: string | undefined; readonly shown: string },
  use: (member: Member, k: number) => Value,
): Value {
  const which = whichOf(context, v, node);
  const from = (k: number): Value => {
    const member = members[k];
    if (member === undefined) return context.undefinedOf({ kind: "void" });
    if (k === members.length - 1) return use(member, k);
    const test = primitive(context, node, "eq", [which, context.constant(k)]);
    return branchValue(
      context,
      test,
      () => use(member, k),
      () => from(k + 1),
      {
        hint,
        mismatch: (a, b) =>
          context.report(language.mixedTypes(spanOf(node), shown, context.show(a.type), context.show(b.type))),
      },
    );
  };
  return from(0);
}

/** A function value as one of several; absent where it is none of them. */
export function asOneOf(context: FunctionContext, v: Value, type: Type, node: ts.Node | undefined): Value | undefined {
  if (node !== undefined) context.at(node);
  const { functions } = context.file.types;
  if (v.type.kind === "maybe" && type.kind === "maybe" && functions.of(v.type.of) !== undefined)
    return maybeOneOf(context, v, type);
  const from = functions.of(v.type);
  if (from !== undefined && type.kind === "maybe" && functions.of(type.of) !== undefined) {
    const made = from.name === functions.of(type.of)?.name ? v : asOneOf(context, v, type.of, node);
    return made === undefined ? undefined : context.b.cast(made, type);
  }
  const to = functions.of(type);
  if (from === undefined || to?.kind !== "any" || type.kind !== "record") return undefined;
  const own = from.kind === "one" ? [from] : from.members;
  if (!own.every((m) => to.members.some((t) => t.name === m.name))) {
    if (!functions.isGrowing(type)) return undefined;
    // All is read again then.
    functions.grow(to, own);
    return context.placeholder(type);
  }
  const position = (name: string): number => to.members.findIndex((m) => m.name === name);
  const decl = context.file.types.records.get(type.name);
  const known = new Map<string, Value>();
  const take = (one: OneFunction, fieldOf: (i: number, name: string) => string): void => {
    const names = to.fields[position(one.name)] ?? [];
    one.captures.forEach((c, i) => {
      const name = names[i];
      if (name !== undefined) known.set(name, context.readFrom(v, loadCapture(context, v, fieldOf(i, c.name), c)));
    });
  };
  if (from.kind === "one") {
    known.set(whichField, context.constant(position(from.name)));
    take(from, (_, name) => name);
  } else {
    const positions = from.members.map((m) => position(m.name));
    known.set(whichField, renumbered(context, v, positions));
    from.members.forEach((m, k) => take(m, (i, name) => from.fields[k]?.[i] ?? name));
  }
  const members = (decl?.fields ?? []).map((f) => {
    const own = known.get(f.name);
    if (own === undefined) return context.placeholder(f.type);
    return f.type.kind === "maybe" && own.type.kind !== "maybe" ? context.b.cast(own, f.type) : own;
  });
  const made = context.b.aggregate(type, members, v.hint);
  for (const member of members) context.putInto(made, member);
  return made;
}

/** What a function captured; where one of several stands, what leads back to their place may be missing. */
function loadCapture(context: FunctionContext, f: Value, name: string, capture: Captured): Value {
  const { records } = context.file.types;
  const decl = f.type.kind === "record" ? records.get(f.type.name) : undefined;
  const held = decl?.fields.find((own) => own.name === name)?.type ?? capture.type;
  const v = context.b.load(field(f, name), held, capture.name);
  return held.kind === "maybe" && capture.type.kind !== "maybe" ? context.b.cast(v, capture.type) : v;
}

/** A function that may be missing, as one of several that may be missing. */
function maybeOneOf(context: FunctionContext, v: Value, type: Type & { readonly kind: "maybe" }): Value | undefined {
  const { functions } = context.file.types;
  const from = functions.of(present(v.type));
  const to = functions.of(type.of);
  const all = to?.kind === "any" ? to.members.map((m) => m.name) : [];
  const own = from?.kind === "any" ? from.members : from === undefined ? [] : [from];
  const fits = own.every((m) => all.includes(m.name)) || functions.isGrowing(type.of);
  if (to?.kind !== "any" || from?.name === to.name || !fits) return undefined;
  const isNull = v.type.kind === "maybe" && v.type.absent === "null";
  return branchValue(
    context,
    context.b.prim("isNullish", [v]),
    () => context.b.absent(type, isNull ? null : undefined),
    () => convert(context, context.b.cast(v, present(v.type)), type, undefined) ?? context.placeholder(type),
    { type, hint: v.hint },
  );
}

/** Which of several a value is, by its number among others: `positions` says where each of its own stands there. */
export function renumbered(context: FunctionContext, v: Value, positions: readonly number[]): Value {
  const before = context.b.load(field(v, whichField), num, whichField);
  const from = (k: number): Value => {
    const here = context.constant(positions[k] ?? 0);
    if (k >= positions.length - 1) return here;
    const test = context.b.prim("eq", [before, context.constant(k)]);
    return branchValue(
      context,
      test,
      () => here,
      () => from(k + 1),
      { type: num, hint: whichField },
    );
  };
  return context.integer(from(0));
}
