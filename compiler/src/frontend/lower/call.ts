/** Calls: functions whose source is followed, functions of the library, and effects that pass through as text. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { isReference, num, str } from "../../ir/types.js";
import { signatureOf } from "../signature.js";
import { bare, isInlineFunction, spanOf } from "../source.js";
import { standInFor } from "./access.js";
import { lowerArrayCall } from "./array.js";
import { lowerArrayMethod } from "./array-methods.js";
import type { FunctionContext } from "./context.js";
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
  const signature = signatureOf(context.file, target, { call: node, caller: context.signature }, (d) =>
    context.report(d),
  );
  const args: Value[] = [];
  const spread = node.arguments.find(ts.isSpreadElement);
  if (spread !== undefined) return refuse(context, node, language.spreadNotYet(spanOf(spread), "in a call"));
  if (signature === undefined) {
    // What is wrong with the function was said once; the arguments are read for what is wrong with them.
    for (const argument of node.arguments) if (!isInlineFunction(argument)) context.expression(argument);
    return standInFor(context, node);
  }
  node.arguments.forEach((argument, i) => {
    const param = signature.params[i];
    if (param === undefined) {
      // JavaScript evaluates it all the same.
      context.expression(argument);
      return;
    }
    if (context.file.globalName(argument) === "undefined" && param.node.initializer !== undefined) {
      args.push(defaultValue(context, param.node.initializer, param.type));
      return;
    }
    args.push(context.coerce(context.expression(argument), param.type, argument));
  });
  for (const param of signature.params.slice(node.arguments.length)) {
    if (param.node.initializer === undefined)
      return refuse(context, node, meaning.calledParameter(spanOf(node), name, `\`${param.name}\` is missing`));
    args.push(defaultValue(context, param.node.initializer, param.type));
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
  return results[0] ?? context.undefinedOf({ kind: "void" });
}

/** A default is lowered where the call is: it is a literal or made of module constants. */
function defaultValue(context: FunctionContext, node: ts.Expression, type: Value["type"]): Value {
  return context.coerce(context.expression(node), type, node);
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
