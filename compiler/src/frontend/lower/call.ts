/** Calls: functions whose source is followed, functions of the library, and effects that pass through as text. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { isReference, num, str } from "../../ir/types.js";
import type { Signature } from "../file-context.js";
import { bindingsOf } from "../instance.js";
import { signatureOf } from "../signature.js";
import { bare, isInlineFunction, spanOf, symbolOf } from "../source.js";
import { standInFor } from "./access.js";
import { lowerArrayCall } from "./array.js";
import { lowerArrayMethod } from "./array-methods.js";
import type { FunctionContext } from "./context.js";
import type { Slot } from "./env.js";
import { foreign, foreignCall } from "./foreign.js";
import { lowerBuiltinCall } from "./math.js";

export function lowerCall(
  context: FunctionContext,
  node: ts.CallExpression,
  used: boolean,
  hint: string | undefined,
): Value {
  if (node.questionDotToken !== undefined)
    return refuse(context, node, language.optionalChain(spanOf(node.questionDotToken)));
  const callee = context.file.callee(node.expression);
  switch (callee.kind) {
    case "stopGradient": {
      const [argument] = node.arguments;
      if (argument === undefined) return context.standIn(num);
      const v = context.expression(argument);
      if (v.type.kind !== "num")
        return refuse(
          context,
          node,
          meaning.builtinArguments(spanOf(argument), "stopGradient", `a value of type \`${context.show(v.type)}\``),
        );
      const result = context.at(node).prim("stopGradient", [v], hint);
      return context.isInteger(v) ? context.integer(result) : result;
    }
    case "function":
      return followCall(context, node, callee.node, hint);
    case "builtin": {
      const known =
        lowerBuiltinCall(context, node, callee.name, hint) ?? lowerArrayCall(context, node, callee.name, hint);
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

// ------------------------------------------------------------------------------------------------------------ followed

function followCall(
  context: FunctionContext,
  node: ts.CallExpression,
  target: Parameters<typeof signatureOf>[1],
  hint: string | undefined,
): Value {
  const name = bare(node.expression).getText();
  const spread = node.arguments.find(ts.isSpreadElement);
  if (spread !== undefined) return refuse(context, node, language.spreadNotYet(spanOf(spread), "in a call"));
  // What is wrong with the function was said once; the arguments are read for what is wrong with them.
  const given = node.arguments.map((argument, i) => {
    const isMissing = context.file.globalName(argument) === "undefined";
    if (isInlineFunction(argument) || (isMissing && target.parameters[i]?.initializer !== undefined)) return undefined;
    return context.expression(argument);
  });
  const bindings = bindingsOf(context.file, node, target);
  if (bindings === undefined) return refuse(context, node, meaning.genericCall(spanOf(node.expression), name));
  const instance = {
    bindings,
    given: given.map((v, i) =>
      v === undefined || context.isRefused(v) || target.parameters[i]?.dotDotDotToken !== undefined
        ? undefined
        : v.type,
    ),
  };
  const signature = signatureOf(
    context.file,
    target,
    { call: node, caller: context.signature },
    (d) => context.report(d),
    instance,
  );
  if (signature === undefined) return standInFor(context, node);
  const args: Value[] = [];
  for (const [i, param] of signature.params.entries()) {
    const argument = node.arguments[i];
    const v = given[i];
    if (param.node.dotDotDotToken !== undefined) {
      args.push(restOf(context, node, param.type, i, given));
      break;
    }
    if (argument !== undefined && v !== undefined) args.push(context.coerce(v, param.type, argument));
    else if (param.node.initializer !== undefined) args.push(defaultValue(context, signature, args, param));
    else if (argument !== undefined) args.push(context.coerce(context.expression(argument), param.type, argument));
    else return refuse(context, node, meaning.calledParameter(spanOf(node), name, `\`${param.name}\` is missing`));
  }
  checkConstants(context, node, args, target);
  // A marked function takes the text it is passed for an input.
  if (signature.from === undefined && args.some((a) => context.numericText.has(a.id)))
    context.report(meaning.lostThroughText(spanOf(node), name));
  const results = signature.result.kind === "void" ? [] : [value(signature.result, hint)];
  context.at(node).push({ kind: "call", callee: signature.name, args, results });
  const [made] = results;
  if (made?.type.kind === "str") context.numericText.add(made.id);
  if (made !== undefined && isReference(made.type)) {
    // It may return what it was given, or a constant it knows of.
    const name =
      context.file.constantsIn(target) ?? args.map((a) => context.constantIn(a)).find((n) => n !== undefined);
    if (name !== undefined) context.constants.set(made.id, name);
  }
  if (made !== undefined) return made;
  const nothing = context.undefinedOf({ kind: "void" });
  if (context.file.checker.getTypeAtLocation(node).flags & ts.TypeFlags.Never) context.never.add(nothing.id);
  return nothing;
}

/** The array a rest parameter receives. */
function restOf(
  context: FunctionContext,
  node: ts.CallExpression,
  type: Type,
  from: number,
  given: readonly (Value | undefined)[],
): Value {
  if (type.kind !== "array") return context.standIn(type);
  const { elem } = type;
  const members = node.arguments
    .slice(from)
    .map((argument, i) => context.coerce(given[from + i] ?? context.expression(argument), elem, argument));
  const made = context.at(node).aggregate(type, members);
  for (const member of members) context.putInto(made, member);
  return made;
}

/** A default is lowered where the call is; it may mention the parameters before it. */
function defaultValue(
  context: FunctionContext,
  signature: Signature,
  before: readonly Value[],
  param: Signature["params"][number],
): Value {
  const { initializer } = param.node;
  if (initializer === undefined) return context.standIn(param.type);
  const { checker } = context.file;
  const { env } = context;
  const hidden: [ts.Symbol, Slot | undefined][] = [];
  env.enter();
  for (const [i, v] of before.entries()) {
    const name = signature.params[i]?.node.name;
    const symbol = name !== undefined && ts.isIdentifier(name) ? checker.getSymbolAtLocation(name) : undefined;
    if (symbol === undefined) continue;
    // In a call of the function by itself they are also variables of the caller.
    hidden.push([symbol, env.slot(symbol)]);
    env.declare(symbol, { type: v.type, hint: symbol.name, level: context.level }, v);
  }
  const made = context.file.types.withBindings(signature.bindings, () =>
    context.coerce(context.expression(initializer), param.type, initializer),
  );
  env.leave();
  for (const [symbol, slot] of hidden) env.restore(symbol, slot);
  return made;
}

/** A constant of the module must not reach a function that stores into arrays or objects. */
function checkConstants(
  context: FunctionContext,
  node: ts.CallExpression,
  args: readonly Value[],
  target: ts.Node,
): void {
  for (const arg of args) {
    const name = context.constantIn(arg);
    if (name !== undefined && !context.file.effects.isReadOnly(target)) {
      context.report(language.moduleConstantWritten(spanOf(node), name));
      return;
    }
  }
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
  if (inner.kind === ts.SyntaxKind.SuperKeyword)
    return refuse(context, node, language.classesNotYet(spanOf(node), "`super`"));
  if (!ts.isPropertyAccessExpression(inner)) {
    if (isRefusedVariable(context, inner)) return standInFor(context, node);
    if (callee.kind === "ambient") return outside(context, node, callee.name, used);
    if (isInlineFunction(inner)) return refuse(context, node, language.closuresNotYet(spanOf(inner)));
    return refuse(
      context,
      node,
      ts.isIdentifier(inner)
        ? language.functionValuesNotYet(spanOf(inner), callee.name)
        : meaning.notAFunctionName(spanOf(inner), callee.name),
    );
  }
  if (inner.questionDotToken !== undefined)
    return refuse(context, node, language.optionalChain(spanOf(inner.questionDotToken)));
  const method = inner.name.text;
  const { checker } = context.file;
  const ownerType = checker.getNonNullableType(checker.getTypeAtLocation(inner.expression));
  const owner = context.file.types.map(ownerType);
  const ownerIR = "type" in owner ? owner.type : undefined;
  if (
    checker.isArrayType(ownerType) ||
    ownerIR?.kind === "array" ||
    ownerIR?.kind === "typed" ||
    ownerIR?.kind === "tuple"
  ) {
    const known = lowerArrayMethod(context, node, inner, hint);
    if (known !== undefined) return known;
    const grows = ["push", "pop", "shift", "unshift", "splice"].includes(method);
    return refuse(
      context,
      node,
      grows ? language.arrayGrows(spanOf(inner.name)) : language.arrayMethodNotYet(spanOf(inner.name), method),
    );
  }
  if (ownerIR?.kind === "num" && ["toFixed", "toString", "toPrecision", "toExponential"].includes(method)) {
    const receiver = context.expression(inner.expression);
    const args = node.arguments.map((a) => context.expression(a));
    const text = ["(", `).${method}(${args.length === 0 ? ")" : ""}`];
    args.forEach((_, i) => text.push(i === args.length - 1 ? ")" : ", "));
    return foreign(context, node, text, [receiver, ...args], str, { pure: true, hint });
  }
  const symbol = ownerType.getSymbol();
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Class && !isAmbientSymbol(context, symbol)) {
    return refuse(context, node, language.classesNotYet(spanOf(inner), "A method of a class"));
  }
  if (ownerIR?.kind === "str") return refuse(context, node, language.stringMethod(spanOf(inner.name), method));
  if (ownerIR?.kind === "record")
    return refuse(context, node, language.functionValuesNotYet(spanOf(inner), inner.getText()));
  return outside(context, node, inner.getText(), used);
}

/** A variable whose value was refused; nothing more is said about it. */
function isRefusedVariable(context: FunctionContext, node: ts.Expression): boolean {
  const symbol = ts.isIdentifier(node) ? symbolOf(context.file.checker, node) : undefined;
  const v = symbol === undefined ? undefined : context.env.get(symbol);
  return v !== undefined && context.isRefused(v);
}

function isAmbientSymbol(context: FunctionContext, symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).every((d) => context.file.isAmbient(d));
}

// ------------------------------------------------------------------------------------------------------------- outside

/** Something whose source is not at hand. Called for its effect alone, with scalars, it passes through as it is. */
function outside(context: FunctionContext, node: ts.CallExpression, name: string, used: boolean): Value {
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

/** `process` of `process.stdout.write`. */
function rootName(node: ts.Expression): ts.Expression | undefined {
  const inner = bare(node);
  if (ts.isIdentifier(inner)) return inner;
  return ts.isPropertyAccessExpression(inner) ? rootName(inner.expression) : undefined;
}
