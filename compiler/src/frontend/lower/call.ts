/** Calls: functions whose source is followed, functions of the library, and effects that pass through as text. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, num, str } from "../../ir/types.js";
import { nameOfFunction } from "../function-types.js";
import { bindingsOf } from "../instance.js";
import { resultOf, signatureOf } from "../signature.js";
import { bare, type FunctionNode, isFunctionLike, spanOf, symbolOf } from "../source.js";
import { elementType, fieldOf, load, standInFor } from "./access.js";
import { alloc, lowerArrayCall } from "./array.js";
import { arrayOfParts, type Part, partsOf } from "./array-literal.js";
import { type Bound, boundOf, captured, dispatch, withObject } from "./closure.js";
import { lowerArrayMethod } from "./array-methods.js";
import type { FunctionContext } from "./context.js";
import { consoleCall, foreign, foreignCall } from "./foreign.js";
import { writesToConsole } from "../packages/console.js";
import { lowerBuiltinCall } from "./math.js";
import { presentValue } from "./missing.js";
import { lowerObjectCall } from "./object-calls.js";
import { isData, lowerOpaqueCall, lowerOpaqueMethod } from "./opaque.js";

export function lowerCall(
  context: FunctionContext,
  node: ts.CallExpression,
  used: boolean,
  hint: string | undefined,
): Value {
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
    case "function": {
      if (!used && writesToConsole(callee.node)) {
        consoleCall(context, node, callee.node);
        return context.undefinedOf({ kind: "void" });
      }
      const args = argumentsOf(context, node.arguments);
      return args === undefined ? standInFor(context, node) : callFunction(context, node, callee.node, undefined, args, hint);
    }
    case "builtin": {
      if (callee.name === "alike" && context.file.user !== undefined) return lowerAlike(context, node, hint);
      if (callee.name === "held" && context.file.user !== undefined)
        return context.at(node).prim("stopGradient", node.arguments.map((a) => context.expression(a)), hint);
      const known =
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

// ------------------------------------------------------------------------------------------------------------ followed

/** `alike(xs, n)` of the prelude: a new array of `n` elements of the kind of `xs`. */
function lowerAlike(context: FunctionContext, node: ts.CallExpression, hint: string | undefined): Value {
  const [like, length] = node.arguments.map((a) => context.expression(a));
  return like === undefined || length === undefined
    ? standInFor(context, node)
    : alloc(context, node, like.type, length, hint);
}

/** What a call passes: a value, nothing (`undefined`: the parameter takes its default), or all elements of an array. */
export type Argument = Value | undefined | { readonly all: Value };

/** The arguments of a call, in order; absent after a report. */
export function argumentsOf(
  context: FunctionContext,
  nodes: readonly ts.Expression[] | undefined,
): readonly Argument[] | undefined {
  return partsOf(context, nodes ?? [])?.map((part) => (part.kind === "one" ? part.value : { all: part.array }));
}

/**
 * Calls a function whose source is followed, a method on `thisValue`. What it captures is taken from the variables of
 * this place, unless `bound` says it.
 */
export function callFunction(
  context: FunctionContext,
  node: ts.Expression,
  target: FunctionNode,
  thisValue: Value | undefined,
  args: readonly Argument[],
  hint?: string,
  bound: Bound | undefined = captured(context, target, node),
): Value {
  if (bound === undefined) return standInFor(context, node);
  const file = context.file.of(target);
  const captures = file.captures.of(target);
  // A constructor makes its object itself.
  const takesThis = !ts.isConstructorDeclaration(target) && (captures.usesThis || captures.self.length > 0);
  const self = takesThis ? thisValue : undefined;
  if (self === undefined && takesThis)
    return refuse(context, node, language.lostThis(spanOf(node), nameOfFunction(target)));
  if (captures.self.length > 0 && !isCalledByName(context, node, captures.self))
    return refuse(context, node, language.lostThis(spanOf(node), nameOfFunction(target)));
  const passed = passedTo(context, node, target, args)?.map((v, i) => orDeclared(context, target, v, i));
  if (passed === undefined || passed.includes("refused")) return standInFor(context, node);
  const values = passed.filter((v) => v !== "refused");
  const given = values.map((v) => v?.type);
  const bindings = bindingsOf(
    file,
    target,
    bound.bindings,
    given,
    ts.isCallExpression(node) || ts.isNewExpression(node) ? node : undefined,
    (type, types) => resultTypeOf(context, node, type, types),
  );
  const instance = { bindings, self: self?.type, captures: bound.captures, given };
  const signature = signatureOf(
    file,
    target,
    { call: node, caller: context.signature },
    (d) => context.report(d),
    instance,
  );
  if (signature === undefined) return standInFor(context, node);
  const result = resultOf(signature);
  if (result === undefined) {
    if (signature.state !== "done" || signature.diagnostics.length === 0)
      context.report(meaning.unknownResult(spanOf(node), signature.source));
    context.calls.add(signature);
    return standInFor(context, node);
  }
  const all = [...(self === undefined ? [] : [self]), ...bound.values, ...values.filter((v) => v !== undefined)];
  // A marked function takes the text it is passed for an input.
  if (signature.from === undefined && all.some((a) => context.numericText.has(a.id)))
    context.report(meaning.lostThroughText(spanOf(node), signature.source));
  const results = result.kind === "void" ? [] : [value(result, hint)];
  context.at(node).push({ kind: "call", callee: signature.name, args: all, results });
  context.calls.add(signature);
  const [made] = results;
  if (made?.type.kind === "str") context.numericText.add(made.id);
  if (made !== undefined) return made;
  const nothing = context.undefinedOf({ kind: "void" });
  if (context.file.checker.getTypeAtLocation(node).flags & ts.TypeFlags.Never) context.never.add(nothing.id);
  return nothing;
}

/** `model.f(…)` where `model` is one of these constants. */
function isCalledByName(context: FunctionContext, node: ts.Expression, constants: readonly ts.Symbol[]): boolean {
  const callee = ts.isCallExpression(node) ? bare(node.expression) : undefined;
  const owner = callee !== undefined && ts.isPropertyAccessExpression(callee) ? bare(callee.expression) : undefined;
  const symbol = owner === undefined ? undefined : symbolOf(context.file.checker, owner);
  return symbol !== undefined && constants.includes(symbol);
}

/** In the place of something that was refused, a value of the type that is declared. */
function orDeclared(
  context: FunctionContext,
  target: FunctionNode,
  v: Value | undefined,
  position: number,
): Value | "refused" | undefined {
  const parameter = target.parameters[position];
  if (v === undefined || parameter === undefined || !context.isRefused(v)) return v;
  const file = context.file.of(target);
  const mapped = file.types.map(file.checker.getTypeAtLocation(parameter.name));
  return "type" in mapped && !file.types.hasFunction(mapped.type) ? context.standIn(mapped.type) : "refused";
}

/** What each parameter receives; absent after a report. */
function passedTo(
  context: FunctionContext,
  node: ts.Expression,
  target: FunctionNode,
  args: readonly Argument[],
): readonly (Value | undefined)[] | undefined {
  const passed: (Value | undefined)[] = [];
  for (const [i, param] of target.parameters.entries()) {
    const argument = args[i];
    if (param.dotDotDotToken !== undefined) {
      passed.push(restOf(context, node, args.slice(i), param));
      break;
    }
    if (argument !== undefined && "all" in argument) {
      context.report(language.spreadNotYet(spanOf(node), "in a call of a function with single parameters"));
      return undefined;
    }
    if (argument === undefined && !mayBeLeftOut(context, param)) {
      const name = param.name.getText();
      context.report(meaning.calledParameter(spanOf(node), nameOfFunction(target), `\`${name}\` is missing`));
      return undefined;
    }
    // `undefined` is as good as nothing.
    const isMissing = argument === undefined || (argument.type.kind === "void" && !context.isNull(argument));
    passed.push(isMissing ? undefined : argument);
  }
  return passed;
}

function mayBeLeftOut(context: FunctionContext, param: ts.ParameterDeclaration): boolean {
  if (param.initializer !== undefined || param.questionToken !== undefined) return true;
  const type = context.file.of(param).checker.getTypeAtLocation(param.name);
  const { Any, Unknown, Undefined, Void } = ts.TypeFlags;
  const may = (t: ts.Type): boolean => (t.flags & (Any | Unknown | Undefined | Void)) !== 0;
  return type.isUnion() ? type.types.some(may) : may(type);
}

/** The array a rest parameter receives. */
function restOf(
  context: FunctionContext,
  node: ts.Expression,
  args: readonly Argument[],
  param: ts.ParameterDeclaration,
): Value {
  const parts = args
    .filter((a) => a !== undefined)
    .map((a): Part => ("all" in a ? { kind: "many", array: a.all, node } : { kind: "one", value: a, node }));
  const file = context.file.of(param);
  const mapped = file.types.map(file.checker.getTypeAtLocation(param.name));
  const wanted = "type" in mapped && !context.file.types.hasFunction(mapped.type) ? mapped.type : undefined;
  const types = parts.map((p) => (p.kind === "one" ? p.value.type : elementType(p.array.type)));
  const joined = types.slice(1).reduce<Type | undefined>((a, t) => a && context.file.types.join(a, t), types[0]);
  return arrayOfParts(context, node, parts, wanted ?? (joined === undefined ? undefined : arrayOf(joined)), undefined);
}

/** Calls a function value; absent where the value is none that is known. */
export function callValue(
  context: FunctionContext,
  node: ts.Expression,
  f: Value,
  thisValue: Value | undefined,
  args: readonly Argument[],
  hint: string | undefined,
): Value | undefined {
  const present = presentValue(context, f, node);
  const known = context.file.types.functions.of(present.type);
  if (known === undefined) return undefined;
  if (known.kind === "one")
    return callFunction(context, node, known.node, thisValue, args, hint, boundOf(context, present, known, node));
  return dispatch(context, present, known, node, hint, (one, bound) =>
    callFunction(context, node, one.node, thisValue, args, hint, bound),
  );
}

/** What a function value returns for arguments of these types. */
function resultTypeOf(
  context: FunctionContext,
  node: ts.Node,
  type: Type,
  given: readonly Type[],
): Type | undefined {
  const known = context.file.types.functions.of(type);
  if (known === undefined) return undefined;
  const results = (known.kind === "one" ? [known] : known.members).map((one) => {
    const passed = one.node.parameters.map((p, i) => (p.dotDotDotToken === undefined ? given[i] : undefined));
    const captures = one.file.captures.of(one.node);
    if (captures.usesThis || captures.self.length > 0 || one.node.parameters.some((p) => p.dotDotDotToken !== undefined))
      return undefined;
    const bindings = bindingsOf(one.file, one.node, one.bindings, passed, undefined, (t, types) =>
      resultTypeOf(context, node, t, types),
    );
    const signature = signatureOf(one.file, one.node, { call: node, caller: context.signature }, () => {}, {
      bindings,
      self: undefined,
      captures: one.captures,
      given: passed,
    });
    return signature === undefined ? undefined : resultOf(signature);
  });
  return results.slice(1).reduce<Type | undefined>(
    (a, t) => (a === undefined || t === undefined ? undefined : context.file.types.join(a, t)),
    results[0],
  );
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
  if (!ts.isPropertyAccessExpression(inner) || (callee.kind === "value" && context.file.isNamespace(inner.expression))) {
    if (isRefusedVariable(context, inner)) return standInFor(context, node);
    if (callee.kind === "ambient") return outside(context, node, callee.name, used);
    if (isFunctionLike(inner)) {
      const args = argumentsOf(context, node.arguments);
      return args === undefined ? standInFor(context, node) : callFunction(context, node, inner, undefined, args, hint);
    }
    const f = context.expression(inner);
    const args = argumentsOf(context, node.arguments);
    if (context.isRefused(f) || args === undefined) return standInFor(context, node);
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
  if (["call", "apply", "bind"].includes(method) && context.file.checker.getTypeAtLocation(inner.expression).getCallSignatures().length > 0)
    return refuse(context, node, language.functionMethod(spanOf(inner.name), method));
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
    const known = lowerArrayMethod(context, node, inner, hint, used);
    if (known !== undefined) return known;
    const grows = ["push", "pop", "shift", "unshift", "splice"].includes(method);
    return refuse(
      context,
      node,
      grows ? language.arrayGrows(spanOf(inner.name)) : language.arrayMethodNotYet(spanOf(inner.name), method),
    );
  }
  if (ownerIR?.kind === "num" && ["toFixed", "toString", "toPrecision", "toExponential", "toLocaleString"].includes(method)) {
    const receiver = context.expression(inner.expression);
    const args = node.arguments.map((a) => context.expression(a));
    const text = ["(", `).${method}(${args.length === 0 ? ")" : ""}`];
    args.forEach((_, i) => text.push(i === args.length - 1 ? ")" : ", "));
    return foreign(context, node, text, [receiver, ...args], str, { pure: true, hint });
  }
  if (ownerIR?.kind === "str" || (ownerIR?.kind === "opaque" && isData(context, ownerType)))
    return lowerOpaqueMethod(context, node, inner, used, hint);
  if (ownerIR?.kind === "record" || isLocalName(context, inner.expression)) {
    const self = context.expression(inner.expression);
    if (context.isRefused(self)) return standInFor(context, node);
    const own = context.lowering.classes.methodCall(context, node, inner, self, hint);
    if (own !== undefined) return own;
    return callMember(context, node, inner, presentValue(context, self, inner), hint);
  }
  return outside(context, node, inner.getText(), used);
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
  const unknown = (): Value =>
    refuse(context, node, language.functionValuesNotYet(spanOf(inner), inner.getText()));
  if (functions.of(self.type) !== undefined) return refuse(context, node, language.functionMethod(spanOf(inner), inner.name.text));
  if (self.type.kind === "opaque") return refuse(context, node, meaning.noSource(spanOf(node), inner.getText()));
  if (self.type.kind !== "record") return unknown();
  const call = (object: Value, args: readonly Argument[]): Value => {
    const at = fieldOf(context, object, inner.name.text, inner);
    if (at === undefined) return standInFor(context, node);
    return callValue(context, node, load(context, at, inner), object, args, hint) ?? unknown();
  };
  const args = argumentsOf(context, node.arguments);
  if (args === undefined) return standInFor(context, node);
  const any = functions.choiceOf(self.type);
  return any === undefined
    ? call(self, args)
    : withObject(context, self, any, inner, hint, (object) => call(object, args));
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
