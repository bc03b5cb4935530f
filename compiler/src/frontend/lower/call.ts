/** Calls: functions whose source is followed, functions of the library, and effects that pass through as text. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import type { Type, Value } from "../../ir/ir.js";
import { str } from "../../ir/types.js";
import { bare, isFunctionLike, spanOf, symbolOf } from "../source.js";
import { fieldOf, load, standInFor } from "./access.js";
import { lowerArrayCall } from "./array.js";
import { alloc } from "./array-make.js";
import { lowerPlaces } from "./collection.js";
import { withMember } from "./choice.js";
import { lowerArrayMethod } from "./array-methods.js";
import type { FunctionContext } from "./context.js";
import { type Argument, argumentsOf } from "./arguments.js";
import { callFunction, callValue } from "./follow.js";
import { lowerForEach } from "./entries.js";
import { consoleCall, foreign, foreignCall } from "./foreign.js";
import { writesToConsole } from "../packages/console.js";
import { lowerBuiltinCall } from "./math.js";
import { unreached } from "./narrow.js";
import { presentValue } from "./missing.js";
import { listedType } from "./tables.js";
import { hasOwn, lowerObjectCall } from "./object-calls.js";
import { callWithRule } from "./package-rule.js";
import { lowerDerivative } from "./derivative.js";
import { lowerStop } from "./stop.js";
import { lowerTap } from "./tap.js";
import { isData, lowerOpaqueCall, lowerOpaqueMethod } from "./opaque.js";

export function lowerCall(
  context: FunctionContext,
  node: ts.CallExpression,
  used: boolean,
  hint: string | undefined,
): Value {
  const callee = context.file.callee(node.expression);
  switch (callee.kind) {
    case "stopGradient":
      return lowerStop(context, node, hint);
    case "generated": {
      const args = argumentsOf(context, node.arguments);
      return args === undefined
        ? standInFor(context, node)
        : lowerDerivative(context, node, callee.generated, args, hint);
    }
    case "tapGradient":
      return lowerTap(context, node, hint);
    case "ruled":
      return callWithRule(context, node, callee.ruled, hint);
    case "function": {
      if (!used && writesToConsole(callee.node)) {
        consoleCall(context, node, callee.node);
        return context.undefinedOf({ kind: "void" });
      }
      const args = argumentsOf(context, node.arguments);
      return args === undefined
        ? standInFor(context, node)
        : callFunction(context, node, callee.node, undefined, args, hint);
    }
    case "builtin": {
      if (callee.name === "alike" && context.file.user !== undefined) return lowerAlike(context, node, hint);
      if (callee.name === "held" && context.file.user !== undefined) return lowerStop(context, node, hint);
      const known =
        lowerPlaces(context, node, callee.name, hint) ??
        lowerBuiltinCall(context, node, callee.name, hint) ??
        lowerArrayCall(context, node, callee.name, hint) ??
        lowerObjectCall(context, node, callee.name, used, hint) ??
        lowerOpaqueCall(context, node, callee.name, hint);
      if (known !== undefined) return known;
      return outside(context, node, callee.name, used);
    }
    case "ambient":
    case "value":
      return methodOrOutside(context, node, callee, used, hint);
  }
}

function refuse(
  context: FunctionContext,
  node: ts.Expression,
  diagnostic: Parameters<FunctionContext["report"]>[0],
): Value {
  context.report(diagnostic);
  return standInFor(context, node);
}

/** `alike(xs, n)` of the prelude: a new array of `n` elements of the kind of `xs`. */
function lowerAlike(context: FunctionContext, node: ts.CallExpression, hint: string | undefined): Value {
  const [like, length] = node.arguments.map((a) => context.expression(a));
  return like === undefined || length === undefined
    ? standInFor(context, node)
    : alloc(context, node, like.type, length, hint);
}

// ------------------------------------------------------------------------------------------------------------- methods

function methodOrOutside(
  context: FunctionContext,
  node: ts.CallExpression,
  callee: { kind: string; name: string; library?: boolean },
  used: boolean,
  hint: string | undefined,
): Value {
  const inner = bare(node.expression);
  if (inner.kind === ts.SyntaxKind.SuperKeyword) return context.lowering.classes.superCall(context, node);
  if (
    !ts.isPropertyAccessExpression(inner) ||
    (callee.kind === "value" && context.file.isNamespace(inner.expression))
  ) {
    if (isRefusedVariable(context, inner)) return standInFor(context, node);
    if (callee.kind === "ambient") return outside(context, node, callee.name, used);
    if (isFunctionLike(inner)) {
      const args = argumentsOf(context, node.arguments);
      return args === undefined ? standInFor(context, node) : callFunction(context, node, inner, undefined, args, hint);
    }
    if (ts.isElementAccessExpression(inner) && context.file.isMath(inner.expression))
      return refuse(context, node, meaning.notAFunctionName(spanOf(inner), inner.getText()));
    const f = context.expression(inner);
    const args = argumentsOf(context, node.arguments);
    if (context.isRefused(f) || args === undefined) return standInFor(context, node);
    if (context.never.has(f.id)) return unreached(context, context.file.checker.getTypeAtLocation(node), node);
    return (
      callValue(context, node, f, undefined, args, hint) ??
      refuse(
        context,
        node,
        ts.isIdentifier(inner)
          ? language.functionValuesNotYet(spanOf(inner), callee.name)
          : meaning.notAFunctionName(spanOf(inner), callee.name),
      )
    );
  }
  const ofClass = context.lowering.classes.staticCall(context, node, inner, hint);
  if (ofClass !== undefined) return ofClass;
  const method = inner.name.text;
  if (
    ["call", "apply", "bind"].includes(method) &&
    context.file.checker.getTypeAtLocation(inner.expression).getCallSignatures().length > 0
  )
    return refuse(context, node, language.functionMethod(spanOf(inner.name), method));
  const [key] = node.arguments;
  if (method === "hasOwnProperty" && callee.kind === "ambient" && key !== undefined) {
    const has = hasOwn(context, node, inner.expression, key, hint);
    if (has !== undefined) return has;
  }
  const { checker } = context.file;
  const declared = checker.getNonNullableType(checker.getTypeAtLocation(inner.expression));
  // `Record<K, T[]>[K]` in a generic function is `T[]`.
  const isAccess = (declared.flags & ts.TypeFlags.IndexedAccess) !== 0;
  const ownerType = isAccess ? (checker.getBaseConstraintOfType(declared) ?? declared) : declared;
  const owner = context.file.types.map(ownerType);
  const isUnclear = (declared.flags & ts.TypeFlags.Any) !== 0 || "why" in owner;
  const held = isUnclear ? valueType(context, inner.expression) : undefined;
  const ownerIR = held ?? ("type" in owner ? owner.type : undefined);
  if (
    checker.isArrayType(ownerType) ||
    ownerIR?.kind === "array" ||
    ownerIR?.kind === "typed" ||
    ownerIR?.kind === "tuple"
  ) {
    const known = lowerArrayMethod(context, node, inner, hint, used);
    if (known !== undefined) return known;
    const grows = ["push", "pop", "shift", "unshift", "splice"].includes(method);
    return refuse(
      context,
      node,
      grows ? language.arrayGrows(spanOf(inner.name)) : language.arrayMethodNotYet(spanOf(inner.name), method),
    );
  }
  if (
    ownerIR?.kind === "num" &&
    ["toFixed", "toString", "toPrecision", "toExponential", "toLocaleString"].includes(method)
  ) {
    const receiver = context.expression(inner.expression);
    const args = node.arguments.map((a) => context.expression(a));
    const text = ["(", `).${method}(${args.length === 0 ? ")" : ""}`];
    args.forEach((_, i) => text.push(i === args.length - 1 ? ")" : ", "));
    return foreign(context, node, text, [receiver, ...args], str, { pure: true, hint });
  }
  if (ownerIR?.kind === "str" || (ownerIR?.kind === "opaque" && isData(context, ownerType)))
    return lowerForEach(context, node, inner) ?? lowerOpaqueMethod(context, node, inner, used, hint);
  if (ownerIR?.kind === "record" || isLocalName(context, inner.expression)) {
    const self = context.expression(inner.expression);
    if (context.isRefused(self)) return standInFor(context, node);
    const own = context.lowering.classes.methodCall(context, node, inner, self, hint);
    if (own !== undefined) return own;
    return callMember(context, node, inner, presentValue(context, self, inner), hint);
  }
  return outside(context, node, inner.getText(), used);
}

/**
 * What a variable, or a member of what it holds, is where TypeScript knows nothing of it, or too much: a gradient that is
 * not generated yet, one of several tuples.
 */
function valueType(context: FunctionContext, node: ts.Expression): Type | undefined {
  const inner = bare(node);
  if (inner.kind === ts.SyntaxKind.ThisKeyword) return context.thisValue?.type;
  if (ts.isPropertyAccessExpression(inner)) {
    const owner = valueType(context, inner.expression);
    const fields = owner?.kind === "record" ? context.file.types.records.get(owner.name)?.fields : undefined;
    return fields?.find((f) => f.name === inner.name.text)?.type;
  }
  if (ts.isElementAccessExpression(inner)) {
    const list = valueType(context, inner.expression);
    if (list?.kind === "array") return list.elem;
    const table = context.file.types.map(context.file.checker.getTypeAtLocation(inner.expression));
    return "type" in table ? listedType(context, inner.argumentExpression, table.type) : undefined;
  }
  if (!ts.isIdentifier(inner)) return undefined;
  const symbol = symbolOf(context.file.checker, inner);
  return symbol === undefined || context.env.slot(symbol) === undefined ? undefined : context.env.get(symbol)?.type;
}

/** `object.name(…)`, a function that the object holds. */
function callMember(
  context: FunctionContext,
  node: ts.CallExpression,
  inner: ts.PropertyAccessExpression,
  self: Value,
  hint: string | undefined,
): Value {
  const { functions } = context.file.types;
  const unknown = (): Value => refuse(context, node, language.functionValuesNotYet(spanOf(inner), inner.getText()));
  if (functions.of(self.type) !== undefined)
    return refuse(context, node, language.functionMethod(spanOf(inner), inner.name.text));
  if (self.type.kind === "opaque") return refuse(context, node, meaning.noSource(spanOf(node), inner.getText()));
  if (self.type.kind !== "record") return unknown();
  const call = (object: Value, args: readonly Argument[]): Value => {
    const at = fieldOf(context, object, inner.name.text, inner);
    if (at === undefined) return standInFor(context, node);
    return callValue(context, node, load(context, at, inner), object, args, hint) ?? unknown();
  };
  const plain = (object: Value): Value => {
    const args = argumentsOf(context, node.arguments);
    return args === undefined ? standInFor(context, node) : call(object, args);
  };
  const any = context.file.types.choices.of(self.type);
  if (any === undefined) return plain(self);
  const { classes } = context.lowering;
  return withMember(context, self, any, inner, hint, (object) => {
    return classes.methodCall(context, node, inner, object, hint) ?? plain(object);
  });
}

/** A variable whose value was refused; nothing more is said about it. */
function isRefusedVariable(context: FunctionContext, node: ts.Expression): boolean {
  const symbol = ts.isIdentifier(node) ? symbolOf(context.file.checker, node) : undefined;
  const v = symbol === undefined ? undefined : context.env.get(symbol);
  return v !== undefined && context.isRefused(v);
}

/** Does the expression start at a variable of the function? */
function isLocalName(context: FunctionContext, node: ts.Expression): boolean {
  const root = rootName(node);
  const symbol = root === undefined ? undefined : symbolOf(context.file.checker, root);
  return root === undefined || (symbol !== undefined && context.env.slot(symbol) !== undefined);
}

// ------------------------------------------------------------------------------------------------------------- outside

/** Something whose source is not at hand. Called for its effect alone, with scalars, it passes through as it is. */
function outside(context: FunctionContext, node: ts.CallExpression, name: string, used: boolean): Value {
  const closed = unreadablePackage(context, node.expression);
  if (closed !== undefined)
    return refuse(context, node, meaning.packageCode(spanOf(node), name, `\`${closed.name}\``, closed.why));
  const root = rootName(node.expression);
  const isGlobal = root !== undefined && context.file.globalName(root) !== undefined;
  if (used || !isGlobal) return refuse(context, node, meaning.noSource(spanOf(node), name));
  if (context.file.globalName(root) !== "console") {
    const { checker } = context.file;
    const scalar = ts.TypeFlags.NumberLike | ts.TypeFlags.StringLike | ts.TypeFlags.BooleanLike;
    const other = node.arguments.find((a) => (checker.getTypeAtLocation(a).flags & scalar) === 0);
    if (other !== undefined) return refuse(context, node, meaning.noSource(spanOf(node), name));
  }
  foreignCall(context, node);
  return context.undefinedOf({ kind: "void" });
}

/** The package that declares what is called, and why its code cannot be read. */
function unreadablePackage(context: FunctionContext, node: ts.Expression): { name: string; why: string } | undefined {
  const inner = bare(node);
  const symbol = symbolOf(context.file.checker, ts.isPropertyAccessExpression(inner) ? inner.name : inner);
  const { packages } = context.file;
  const name = symbol === undefined ? undefined : packages.packageOf(symbol);
  if (name === undefined) return undefined;
  const why = packages.why(name);
  return why === undefined ? undefined : { name, why: `${why}.` };
}

/** `process` of `process.stdout.write`. */
function rootName(node: ts.Expression): ts.Expression | undefined {
  const inner = bare(node);
  if (ts.isIdentifier(inner)) return inner;
  return ts.isPropertyAccessExpression(inner) ? rootName(inner.expression) : undefined;
}
