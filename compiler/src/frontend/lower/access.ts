/** Reading and naming places in memory: `a[i]`, `t[0]`, `p.x`, `a.length`. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import type { Place, Type, Value } from "../../ir/ir.js";
import { num, sameType } from "../../ir/types.js";
import { bare, spanOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { foreign } from "./foreign.js";
import { literalOf } from "./literals.js";
import { loadMember, storeMember, type TupleMember } from "./tuple.js";

export function elementType(type: Type): Type {
  return type.kind === "array" ? type.elem : num;
}

export interface Located {
  readonly place: Place;
  readonly type: Type;
  /** The member of a tuple that this chooses; `place` is then the first one. */
  readonly member?: TupleMember;
}

/** Evaluates base and index, once, and says which place they name. */
export function locate(
  context: FunctionContext,
  node: ts.ElementAccessExpression | ts.PropertyAccessExpression,
): Located | undefined {
  if (node.questionDotToken !== undefined) {
    context.report(language.optionalChain(spanOf(node.questionDotToken)));
    return undefined;
  }
  const base = context.expression(node.expression);
  if (ts.isPropertyAccessExpression(node)) return fieldOf(context, base, node.name.text, node);
  const literal = literalOf(context, node.argumentExpression);
  if (base.type.kind === "array" || base.type.kind === "typed") {
    const index = context.expression(node.argumentExpression);
    if (index.type.kind !== "num") {
      if (!context.isRefused(index)) context.report(language.dynamicProperty(spanOf(node.argumentExpression)));
      return undefined;
    }
    return { place: elem(base, index), type: elementType(base.type) };
  }
  if (literal !== undefined && typeof literal !== "boolean") return fieldOf(context, base, String(literal), node);
  if (context.isRefused(base)) return undefined;
  if (base.type.kind === "tuple") return tupleMember(context, base, base.type, node.argumentExpression);
  context.report(language.dynamicProperty(spanOf(node.argumentExpression)));
  return undefined;
}

/** A member of a tuple by an index that is computed: all members must have one type. */
function tupleMember(
  context: FunctionContext,
  base: Value,
  type: Type & { kind: "tuple" },
  node: ts.Expression,
): Located | undefined {
  const index = context.expression(node);
  const [first] = type.elems;
  if (context.isRefused(index)) return undefined;
  if (index.type.kind !== "num" || first === undefined || !type.elems.every((e) => sameType(e, first))) {
    context.report(language.tupleIndex(spanOf(node)));
    return undefined;
  }
  return { place: field(base, "0"), type: first, member: { base, index, count: type.elems.length, type: first } };
}

export function fieldOf(context: FunctionContext, base: Value, name: string, node: ts.Node): Located | undefined {
  if (base.type.kind === "tuple") {
    const type = base.type.elems[Number(name)];
    if (type !== undefined) return { place: field(base, name), type };
  }
  if (base.type.kind === "record") {
    const found = context.file.types.records.get(base.type.name)?.fields.find((f) => f.name === name);
    if (found !== undefined) return { place: field(base, name), type: found.type };
  }
  if (!context.isRefused(base))
    context.report(
      language.unsupportedType(spanOf(node), context.show(base.type), `Its member \`${name}\` is not in the language`),
    );
  return undefined;
}

export function load(context: FunctionContext, at: Located, node: ts.Node, hint?: string): Value {
  if (at.member !== undefined) return loadMember(context, at.member, node, hint);
  const loaded = context.at(node).load(at.place, at.type, hint);
  const { base } = at.place;
  if (base.type.kind === "typed" && !base.type.name.startsWith("Float")) context.integer(loaded);
  return context.readFrom(base, loaded);
}

/** `base[index]`, `base.name` in the place of a value. */
export function lowerAccess(
  context: FunctionContext,
  node: ts.ElementAccessExpression | ts.PropertyAccessExpression,
  hint: string | undefined,
): Value {
  if (ts.isPropertyAccessExpression(node) && node.name.text === "length" && node.questionDotToken === undefined) {
    const base = context.expression(node.expression);
    if (base.type.kind === "array" || base.type.kind === "typed")
      return context.integer(context.at(node).length(base, hint));
    if (base.type.kind === "tuple") return context.constant(base.type.elems.length, hint);
    if (base.type.kind === "str") {
      return context.integer(foreign(context, node, ["(", ").length"], [base], num, { pure: true, hint }));
    }
    return valueAt(context, fieldOf(context, base, "length", node), node, hint);
  }
  return valueAt(context, locate(context, node), node, hint);
}

function valueAt(
  context: FunctionContext,
  at: Located | undefined,
  node: ts.Expression,
  hint: string | undefined,
): Value {
  if (at === undefined) return standInFor(context, node);
  return load(context, at, node, hint);
}

/** A stand-in of the expression's own type, where that is known. */
export function standInFor(context: FunctionContext, node: ts.Node): Value {
  const mapped = context.file.types.map(
    context.file.checker.getNonNullableType(context.file.checker.getTypeAtLocation(node)),
  );
  return context.standIn("type" in mapped ? mapped.type : num);
}

/** Refuses a store into a constant of the module. */
export function checkWritable(context: FunctionContext, base: Value, node: ts.Node): void {
  const name = context.constants.get(base.id);
  if (name !== undefined) context.report(language.moduleConstantWritten(spanOf(node), name));
}

export function store(context: FunctionContext, at: Located, v: Value, node: ts.Node): void {
  checkWritable(context, at.place.base, node);
  context.putInto(at.place.base, v);
  const stored = context.coerce(v, at.type, node);
  if (at.member === undefined) context.at(node).store(at.place, stored);
  else storeMember(context, at.member, stored, node);
}

/** Refuses stores into a variable initialised with `[]`: they would make the array longer. */
export function checkGrowth(context: FunctionContext, target: ts.ElementAccessExpression): void {
  const base = bare(target.expression);
  if (!ts.isIdentifier(base)) return;
  const declaration = context.file.checker.getSymbolAtLocation(base)?.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return;
  const initializer = bare(declaration.initializer);
  if (ts.isArrayLiteralExpression(initializer) && initializer.elements.length === 0)
    context.report(language.arrayGrows(spanOf(target)));
}
