/** Which classes an object may be of, and what is done with it in each case: its constructor decides. */
import type { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { field, value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, present } from "../../ir/types.js";
import { type ClassInstance, constructorField } from "../class-types.js";
import { className, type ClassNode, isAbstract } from "../classes.js";
import { spanOf } from "../source.js";
import { constructorText } from "./class-text.js";
import type { FunctionContext } from "./context.js";
import { convert } from "./convert.js";
import { branchValue } from "./flow.js";
import { presentValue } from "./missing.js";

/** One class that an object may be of. */
export interface Variant extends ClassInstance {
  readonly type: Type;
}

/** The classes an object may be of; absent where it is of no class, or not only of classes. */
export function variantsOf(context: FunctionContext, type: Type): readonly Variant[] | undefined {
  if (type.kind !== "record") return undefined;
  const { classes, records } = context.file.types;
  const names = records.get(type.name)?.variants ?? [type.name];
  const found = names.flatMap((name) => {
    const instance = classes.get(name);
    return instance === undefined ? [] : [{ ...instance, type: { kind: "record" as const, name } }];
  });
  if (found.length !== names.length) return undefined;
  const concrete = found.filter((v) => !isAbstract(v.node));
  return concrete.length === 0 ? found : concrete;
}

/** May the object be of a class that has the member as a method or an accessor, or an object of another kind? */
export function isMixed(context: FunctionContext, type: Type, has: (node: ClassNode) => boolean): boolean {
  if (type.kind !== "record") return false;
  const { classes, records } = context.file.types;
  const names = records.get(type.name)?.variants ?? [];
  const known = names.flatMap((name) => classes.get(name) ?? []);
  return known.length < names.length && known.some(({ node }) => has(node));
}

/** Classes an object may be of, and what it is otherwise: an object that was written out. */
interface Mixed {
  readonly classes: readonly Variant[];
  readonly literal: Type;
}

/** Absent where its constructor does not tell. */
export function mixedOf(context: FunctionContext, type: Type): Mixed | undefined {
  if (type.kind !== "record") return undefined;
  const { classes, records } = context.file.types;
  const decl = records.get(type.name);
  const names = decl?.variants ?? [];
  const own = names.flatMap((name): Variant[] => {
    const instance = classes.get(name);
    return instance === undefined || isAbstract(instance.node) ? [] : [{ ...instance, type: { kind: "record", name } }];
  });
  const others = names.filter((name) => !classes.has(name));
  if (own.length === 0 || others.length === 0 || !decl?.fields.some((f) => f.name === constructorField))
    return undefined;
  const literal = context.file.types.unite(others);
  return "type" in literal ? { classes: own, literal: literal.type } : undefined;
}

/** As `dispatch`, with an arm for what is no instance. */
export function dispatchMixed(
  context: FunctionContext,
  object: Value,
  mixed: Mixed,
  node: ts.Node,
  hint: string | undefined,
  each: (object: Value, variant: Variant | undefined) => Value,
): Value {
  const seenAs = (type: Type): Value => convert(context, object, type, node) ?? object;
  const from = (k: number): Value => {
    const variant = mixed.classes[k];
    if (variant === undefined) return each(seenAs(mixed.literal), undefined);
    return branchValue(
      context,
      hasConstructor(context, object, variant, node),
      () => each(seenAs(variant.type), variant),
      () => from(k + 1),
      {
        hint,
        mismatch: (a, b) =>
          context.report(language.mixedTypes(spanOf(node), "()", context.show(a.type), context.show(b.type))),
      },
    );
  };
  return from(0);
}

/** Is the object of this very class, by its constructor? */
function hasConstructor(context: FunctionContext, v: Value, variant: Variant, node: ts.Node): Value {
  const { records } = context.file.types;
  const own =
    v.type.kind === "record" ? records.get(v.type.name)?.fields.find((f) => f.name === constructorField) : undefined;
  if (own === undefined) return context.refuse(refusedClass(node, variant), bool);
  const made = presentValue(context, context.at(node).load(field(v, constructorField), own.type), node);
  const reference = constructorText(context, variant.node);
  const result = value(bool);
  context.at(node).push({
    kind: "foreign",
    text: ["", ` === ${reference.text}`],
    args: [made],
    pure: true,
    result,
    imports: reference.imports,
  });
  return result;
}

export const refusedClass = (node: ts.Node, variant: ClassInstance) =>
  language.classForm(
    spanOf(node),
    `This use of \`${className(variant.node)}\``,
    "Which class the object is of is not known here, and the classes differ in what this does",
    "Let the classes extend one class, or implement one interface, that declares the member",
  );

/** Runs `each` with the object as what it is: where it may be of several classes, one arm for each that differs. */
export function dispatch(
  context: FunctionContext,
  object: Value,
  node: ts.Node,
  hint: string | undefined,
  each: (object: Value, variant: Variant) => Value,
): Value {
  const variants = variantsOf(context, object.type) ?? [];
  const from = (k: number): Value => {
    const variant = variants[k];
    if (variant === undefined) return context.undefinedOf({ kind: "void" });
    const own = (): Value => {
      const seen = variants.length === 1 ? object : (convert(context, object, variant.type, node) ?? object);
      return each(seen, variant);
    };
    const isLast = k === variants.length - 1;
    if (isLast && !mayBeOfOthers(context, object.type)) return own();
    const others = isLast ? () => refuseOthers(context, object, node) : () => from(k + 1);
    return branchValue(context, hasConstructor(context, object, variant, node), own, others, {
      hint,
      mismatch: (a, b) =>
        context.report(language.mixedTypes(spanOf(node), "()", context.show(a.type), context.show(b.type))),
    });
  };
  return from(0);
}

/** Objects that come from outside may be of classes that the program does not know. */
const mayBeOfOthers = (context: FunctionContext, type: Type): boolean =>
  type.kind === "record" &&
  context.file.types.outside.has(type.name) &&
  (context.file.types.records.get(type.name)?.variants ?? []).length > 1;

/** The object is of none of the classes of the program: what it does is not known. */
function refuseOthers(context: FunctionContext, object: Value, node: ts.Node): Value {
  const nothing = context.undefinedOf({ kind: "void" });
  context.at(node).push({
    kind: "throw",
    text: ["new TypeError(`an object of a class that adc did not see: ${(", " as object).constructor.name}`)"],
    args: [object],
  });
  context.dead = true;
  return nothing;
}

/** `v instanceof C` for a class of the program. */
export function lowerInstanceOf(context: FunctionContext, v: Value, cls: ClassNode, node: ts.Node): Value | undefined {
  const isMaybe = v.type.kind === "maybe";
  const variants = variantsOf(context, present(v.type));
  if (variants === undefined) return undefined;
  const { table } = context.file.types;
  const yes = variants.filter((variant) => table.isOrExtends(variant.node, cls));
  const decide = (): Value => {
    if (yes.length === 0 || yes.length === variants.length) return context.constant(yes.length > 0);
    const object = presentValue(context, v, node);
    const asked = mayBeOfOthers(context, object.type) ? [...yes, ...variants.filter((o) => !yes.includes(o))] : yes;
    const from = (k: number): Value => {
      const variant = asked[k];
      if (variant === undefined)
        return asked.length > yes.length ? refuseOthers(context, object, node) : context.constant(false);
      const test = hasConstructor(context, object, variant, node);
      return k === asked.length - 1 && asked.length === yes.length
        ? test
        : branchValue(
            context,
            test,
            () => context.constant(k < yes.length),
            () => from(k + 1),
            { type: bool },
          );
    };
    return from(0);
  };
  if (!isMaybe) return decide();
  const missing = context.at(node).prim("isNullish", [v]);
  return branchValue(context, missing, () => context.constant(false), decide, {});
}
