/** Making arrays: constructors, copies, `Array.from` and its like. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { elem, field } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, isTypedArrayName, num, present } from "../../ir/types.js";
import { isPackageFile } from "../packages/program.js";
import { isFilledNext } from "./filled.js";
import { isOnlyComputedWith } from "./unset.js";
import { bare, spanOf, typeArguments, symbolOf } from "../source.js";
import { standInFor } from "./access.js";
import { arrayOfParts, concatenate, partsOf } from "./array-literal.js";
import { elementType, alloc, copyOf, countTo } from "./array-make.js";
import type { FunctionContext } from "./context.js";
import { literalOf } from "./literals.js";
import { lowerIsArray } from "./library-instances.js";

// --------------------------------------------------------------------------------------------------------- constructors

export function lowerNew(context: FunctionContext, node: ts.NewExpression, hint: string | undefined): Value {
  const name = context.file.constructorName(node.expression);
  if (name !== undefined && isTypedArrayName(name))
    return typedArray(context, node, { kind: "typed", name }, node.arguments ?? [], hint);
  if (name === "Array") return newArray(context, node, undefined, hint);
  const made = name === undefined ? undefined : context.lowering.data.create(context, node, name, hint);
  if (made !== undefined) return made;
  const inner = bare(node.expression);
  const variable = symbolOf(
    context.file.checker,
    ts.isPropertyAccessExpression(inner) ? inner.name : inner,
  )?.valueDeclaration;
  if (variable !== undefined && ts.isVariableDeclaration(variable) && isPackageFile(variable.getSourceFile().fileName))
    return standInAfter(context, node, language.moduleVariable(spanOf(inner), inner.getText()));
  return standInAfter(context, node, language.constructorNotYet(spanOf(node), node.expression.getText()));
}

function standInAfter(
  context: FunctionContext,
  node: ts.Expression,
  diagnostic: ReturnType<typeof language.arrayGrows>,
): Value {
  context.report(diagnostic);
  return standInFor(context, node);
}

function typedArray(
  context: FunctionContext,
  node: ts.Expression,
  type: Type & { kind: "typed" },
  args: readonly ts.Expression[],
  hint: string | undefined,
): Value {
  const [first, ...others] = args;
  if (first === undefined) return alloc(context, node, type, context.constant(0), hint);
  if (others.length > 0)
    return standInAfter(
      context,
      node,
      meaning.builtinArguments(spanOf(node), node.getText().split("(")[0] ?? "", "a buffer and an offset"),
    );
  const members = bare(first);
  if (ts.isArrayLiteralExpression(members)) return typedArrayOf(context, node, type, members.elements, hint);
  const source = context.expression(first);
  if (source.type.kind === "num") return alloc(context, node, type, source, hint);
  if ((source.type.kind === "array" && source.type.elem.kind === "num") || source.type.kind === "typed")
    return copyOf(context, node, source, type, hint);
  if (source.type.kind === "tuple" && source.type.elems.every((e) => e.kind === "num")) {
    const made = alloc(context, node, type, context.constant(source.type.elems.length), hint);
    source.type.elems.forEach((_, i) =>
      context.b.store(elem(made, context.constant(i)), context.b.load(field(source, String(i)), num)),
    );
    return made;
  }
  return context.isRefused(source)
    ? context.standIn(type)
    : context.refuse(language.typeMismatch(spanOf(first), context.show(source.type), "number[]"), type);
}

function typedArrayOf(
  context: FunctionContext,
  node: ts.Expression,
  type: Type & { kind: "typed" },
  elements: readonly ts.Expression[],
  hint: string | undefined,
): Value {
  const parts = partsOf(context, elements, (e) => context.number(context.expression(e), "an element", e));
  if (parts === undefined) return context.standIn(type);
  if (parts.some((p) => p.kind === "many")) return concatenate(context, node, parts, type, hint);
  const made = alloc(context, node, type, context.constant(parts.length), hint);
  parts.forEach((part, i) => {
    if (part.kind === "one")
      context.b.store(elem(made, context.constant(i)), context.number(part.value, "an element", part.node));
  });
  return made;
}

/** `new Array(n)`, with `.fill(c)` when `filled` is given. */
export function newArray(
  context: FunctionContext,
  node: ts.NewExpression | ts.CallExpression,
  filled: { node: ts.CallExpression; by: ts.Expression } | undefined,
  hint: string | undefined,
): Value {
  const at = filled?.node ?? node;
  const args = node.arguments ?? [];
  const [first] = args;
  const { signature } = context;
  const later = filled === undefined ? (signature?.elements.get(at) ?? signature?.instance.making) : undefined;
  const isSetLater = context.file.user !== undefined && filled === undefined;
  // The prelude sets all elements; what they are, the first of them says.
  const type =
    later !== undefined
      ? arrayOf(later)
      : isSetLater
        ? arrayOf(num)
        : filled === undefined && isOnlyCounted(context, node)
          ? arrayOf({ kind: "void" })
          : filled === undefined && isOfAnything(context, node)
            ? arrayOf(num)
            : arrayTypeAt(context, at, node);
  if (type === undefined) return standInFor(context, at);
  const length = first === undefined ? context.constant(0) : context.expression(first);
  if (args.length > 1 || length.type.kind !== "num") {
    return standInAfter(context, at, meaning.builtinArguments(spanOf(node), "Array", "something other than a length"));
  }
  if (filled === undefined) {
    // Without a fill its elements are missing; reading one is the caller's mistake in JavaScript too.
    const { kind } = elementType(type);
    const isScalar = kind === "num" || kind === "bool";
    const isSet = isSetLater || !isScalar || isFilledNext(context, node);
    if (!isSet && (kind !== "num" || !isOnlyComputedWith(context.file.checker, node)))
      return standInAfter(context, at, language.sparseArray(spanOf(node)));
    const made = alloc(context, at, type, length, hint, isSet ? undefined : Number.NaN);
    context.opens(made, at);
    return made;
  }
  const literal = literalOf(context, filled.by);
  if (typeof literal === "number" && elementType(type).kind === "num")
    return alloc(context, at, type, length, hint, literal);
  const v = context.coerce(context.expression(filled.by), elementType(type), filled.by);
  const made = alloc(context, at, type, length, hint, v.type.kind === "num" ? 0 : undefined);
  countTo(context, length, (i) => context.b.store(elem(made, i), v));
  context.putInto(made, v);
  return made;
}

/** `[...Array(n)]`, `Array(n).keys()`, `Array(n).fill()`, `Array.from(Array(n), f)`: no element of it is ever set. */
function isOnlyCounted(context: FunctionContext, node: ts.Expression): boolean {
  const type = context.file.checker.getTypeAtLocation(node);
  const [element] = typeArguments(context.file.checker, type);
  if (element === undefined || !(element.flags & ts.TypeFlags.Any)) return false;
  let at: ts.Node = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const { parent } = at;
  if (ts.isSpreadElement(parent)) return true;
  if (ts.isCallExpression(parent))
    return parent.arguments[0] === at && context.file.callee(parent.expression).kind === "builtin";
  if (!ts.isPropertyAccessExpression(parent) || !ts.isCallExpression(parent.parent)) return false;
  return parent.parent.arguments.length === 0 && ["keys", "fill"].includes(parent.name.text);
}

/** `new Array(n)`, of which nothing says what its elements will be: the first that is set does. */
function isOfAnything(context: FunctionContext, node: ts.NewExpression | ts.CallExpression): boolean {
  const { checker } = context.file;
  const hasAny = (type: ts.Type | undefined): boolean => {
    const [element] = type === undefined ? [] : typeArguments(checker, checker.getNonNullableType(type));
    return element === undefined || (element.flags & ts.TypeFlags.Any) !== 0;
  };
  return (
    (node.typeArguments ?? []).length === 0 &&
    hasAny(checker.getTypeAtLocation(node)) &&
    hasAny(checker.getContextualType(node))
  );
}

/** The type of the array a constructor makes: from its place where that says more. */
function arrayTypeAt(context: FunctionContext, at: ts.Expression, made: ts.Expression): Type | undefined {
  const { checker, types } = context.file;
  for (const type of [checker.getTypeAtLocation(at), checker.getContextualType(at), checker.getTypeAtLocation(made)]) {
    if (type === undefined) continue;
    const mapped = types.map(type);
    if ("type" in mapped && mapped.type.kind === "array") return mapped.type;
  }
  const declared = ts.isVariableDeclaration(at.parent) ? types.map(checker.getTypeAtLocation(at.parent)) : undefined;
  if (declared !== undefined && "type" in declared && declared.type.kind === "array") return declared.type;
  // `new Array(n).fill(0)` without a type argument is `any[]`; what fills it says the rest.
  const filledBy = ts.isCallExpression(at) && at !== made ? at.arguments[0] : undefined;
  const element = filledBy === undefined ? undefined : types.map(checker.getTypeAtLocation(filledBy));
  if (element !== undefined && "type" in element) return arrayOf(element.type);
  return context.typeAt(at) && undefined;
}

// -------------------------------------------------------------------------------------------------------- library calls

/** `Array(n)`, `Array.from`, `Float64Array.of` …; `undefined` where there is no such rule. */
export function lowerArrayCall(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  if (name === "Array") return newArray(context, node, undefined, hint);
  if (name === "Array.isArray") return lowerIsArray(context, node);
  const [owner, method] = name.split(".");
  if (owner === "Array" && method === "of") return lowerElements(context, node, hint);
  if (owner === "Array" && method === "from") return arrayFrom(context, node, undefined, hint);
  if (owner !== undefined && isTypedArrayName(owner)) {
    const type = { kind: "typed", name: owner } as const;
    if (method === "of") return typedArrayOf(context, node, type, node.arguments, hint);
    if (method === "from") return arrayFrom(context, node, type, hint);
  }
  return undefined;
}

function lowerElements(context: FunctionContext, node: ts.CallExpression, hint: string | undefined): Value | undefined {
  const parts = partsOf(context, node.arguments);
  if (parts === undefined) return standInFor(context, node);
  return arrayOfParts(context, node, parts, context.typeAt(node), hint);
}

/** `Array.from(a)`, `Array.from({ length: n }, (_, i) => …)`, `Array.from(a, (x, i) => …)`. */
function arrayFrom(
  context: FunctionContext,
  node: ts.CallExpression,
  typed: Type | undefined,
  hint: string | undefined,
): Value {
  const [first, callback] = node.arguments;
  const name = typed === undefined ? "Array.from" : `${context.show(typed)}.from`;
  if (first === undefined || node.arguments.length > 2)
    return standInAfter(context, node, meaning.builtinArguments(spanOf(node), name, "too few or too many arguments"));
  const shape = bare(first);
  const lengthOnly =
    ts.isObjectLiteralExpression(shape) && shape.properties.length === 1 ? shape.properties[0] : undefined;
  let length: Value;
  let source: Value | undefined;
  if (lengthOnly !== undefined && ts.isPropertyAssignment(lengthOnly) && lengthOnly.name.getText() === "length") {
    length = context.number(context.expression(lengthOnly.initializer), "length", lengthOnly);
  } else if (
    lengthOnly !== undefined &&
    ts.isShorthandPropertyAssignment(lengthOnly) &&
    lengthOnly.name.text === "length"
  ) {
    length = context.number(context.expression(lengthOnly.name), "length", lengthOnly);
  } else {
    source = context.expression(first);
    const { data } = context.lowering;
    const isData = ["opaque", "str", "record"].includes(present(source.type).kind);
    const members = isData ? data.members(context, first, source) : undefined;
    source = data.snapshot(context, first, source) ?? members ?? source;
    if (source.type.kind !== "array" && source.type.kind !== "typed") {
      return context.isRefused(source)
        ? standInFor(context, node)
        : standInAfter(
            context,
            node,
            meaning.builtinArguments(spanOf(first), name, `a value of type \`${context.show(source.type)}\``),
          );
    }
    length = context.integer(context.at(node).length(source));
  }
  if (callback !== undefined)
    return context.lowering.from(context, node, callback, source ?? length, typed, name, hint);
  const type = typed ?? context.typeAt(node);
  if (type === undefined || (type.kind !== "array" && type.kind !== "typed")) return standInFor(context, node);
  if (source !== undefined)
    return copyOf(context, node, source, typed ?? context.file.types.given(type, source.type), hint);
  return typed === undefined
    ? standInAfter(context, node, language.sparseArray(spanOf(node)))
    : alloc(context, node, type, length, hint);
}
