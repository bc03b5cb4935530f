/** Calls of functions whose source is followed: their own, and those that function values are. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { value } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { bool, isReference } from "../../ir/types.js";
import type { FileContext, Signature } from "../file-context.js";
import { nameOfFunction, type OneFunction } from "../function-types.js";
import { bindingsOf } from "../instance.js";
import { isPrelude, libraryFunctionFor, preludeFunction } from "../prelude.js";
import { externalFunctions } from "../prelude/runtime.js";
import { deepest, resultOf, signatureOf } from "../signature.js";
import { bare, type FunctionNode, spanOf, symbolOf } from "../source.js";
import { standInFor } from "./access.js";
import { type Argument, passedTo } from "./arguments.js";
import { type Bound, boundOf, captured, dispatch } from "./closure.js";
import type { FunctionContext } from "./context.js";
import { convert } from "./convert.js";
import { derivativeResult, lowerDerivative } from "./derivative.js";
import { type Catcher, catcherAt, caughtType, openGuard } from "./guards.js";
import { presentValue } from "./missing.js";

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
  making?: Type,
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
  file.bindRule(target);
  const catcher = catcherOfCall(context, node, target);
  const isCaught = catcher === undefined ? {} : { isCaught: true as const };
  const wider = making === undefined ? {} : { making };
  const instance = { bindings, self: self?.type, captures: bound.captures, given, ...isCaught, ...wider };
  const signature = signatureOf(
    file,
    target,
    { call: node, caller: context.signature },
    (d) => context.report(d),
    instance,
  );
  if (signature === undefined) return standInFor(context, node);
  const all = [...(self === undefined ? [] : [self]), ...bound.values, ...values.filter((v) => v !== undefined)];
  lend(context, signature, all);
  const result = resultOf(signature);
  // Of a function in which something was refused it is not known what it returns.
  const isLost = result?.kind === "void" && signature.diagnostics.some((d) => d.category === "error");
  if (result === undefined || isLost) {
    if (result === undefined && (signature.state !== "done" || signature.diagnostics.length === 0))
      context.report(meaning.unknownResult(spanOf(node), signature.source));
    context.calls.add(signature);
    return standInFor(context, node);
  }
  // A marked function takes the text it is passed for an input.
  if (
    signature.from === undefined &&
    signature.instance.given.includes("declared") &&
    all.some((a) => context.numericText.has(a.id))
  )
    context.report(meaning.lostThroughText(spanOf(node), signature.source));
  const results = result.kind === "void" ? [] : [value(result, hint)];
  const thrown = value(bool, "thrown");
  const error = value(caughtType, "error");
  const exceptions = catcher === undefined ? [] : [thrown, error];
  context.at(node).push({ kind: "call", callee: signature.name, args: all, results: [...results, ...exceptions] });
  context.calls.add(signature);
  if (catcher !== undefined) openGuard(context, catcher, thrown, error);
  const [made] = results;
  if (made?.type.kind === "str") context.numericText.add(made.id);
  if (made !== undefined) return made;
  const nothing = context.undefinedOf({ kind: "void" });
  if (context.file.checker.getTypeAtLocation(node).flags & ts.TypeFlags.Never) context.never.add(nothing.id);
  return nothing;
}

/** Who catches what a call throws; absent where it throws nothing, or nobody does. */
function catcherOfCall(context: FunctionContext, node: ts.Expression, target: FunctionNode): Catcher | undefined {
  if (context.exits.thrown(node) === undefined || target.body === undefined) return undefined;
  const file = context.file.of(target);
  if (!file.effects.mayThrow(target.body)) return undefined;
  const isExternal = isPrelude(target) && externalFunctions.has(nameOfFunction(target));
  const isWhole = isExternal || file.rules.of(target) !== undefined;
  const catcher = isWhole ? undefined : catcherAt(context, node);
  if (catcher === undefined && throwsItself(file, target.body))
    context.report(meaning.uncaught(spanOf(node), nameOfFunction(target)));
  return catcher;
}

/** Is a `throw` written in it, or in what it calls? */
function throwsItself(file: FileContext, node: ts.Node, seen: Set<ts.Node> = new Set()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  const visit = (at: ts.Node): boolean => {
    if (ts.isThrowStatement(at)) return true;
    const body = ts.isCallExpression(at) ? file.calleeBody(at) : undefined;
    if (body !== undefined && body !== "pure" && throwsItself(file, body, seen)) return true;
    return ts.forEachChild(at, (child) => visit(child) || undefined) ?? false;
  };
  return visit(node);
}

/** What an array that has no elements yet holds, the function it is passed to may be the first to say. */
function lend(context: FunctionContext, signature: Signature, all: readonly Value[]): void {
  all.forEach((v, position) => {
    const open = context.openArrays.get(v.id);
    if (open !== undefined && !signature.opens.has(position)) signature.opens.set(position, open);
  });
  const { file } = signature;
  // So may it be with the variables it shares with the function that declares them.
  const isTold = signature.opens.size > 0 || signature.instance.captures.some((c) => c.boxed !== undefined);
  if (isTold && signature.state === "new" && file.running.length <= deepest) file.lower(signature);
}

/** `model.f(…)` where `model` is one of these constants. */
function isCalledByName(context: FunctionContext, node: ts.Expression, constants: readonly ts.Symbol[]): boolean {
  const callee = ts.isCallExpression(node) ? bare(node.expression) : undefined;
  const owner = callee !== undefined && ts.isPropertyAccessExpression(callee) ? bare(callee.expression) : undefined;
  const symbol = owner === undefined ? undefined : symbolOf(context.file.checker, owner);
  return symbol !== undefined && constants.includes(symbol);
}

/** In the place of something that was refused, and of `null`, which has no type of its own, a value of the type that is declared. */
function orDeclared(
  context: FunctionContext,
  target: FunctionNode,
  v: Value | undefined,
  position: number,
): Value | "refused" | undefined {
  const parameter = target.parameters[position];
  if (v === undefined || parameter === undefined) return v;
  const isNull = context.isNull(v);
  if (!isNull && !context.isRefused(v)) return v;
  const file = context.file.of(target);
  const mapped = file.types.map(file.checker.getTypeAtLocation(parameter.name));
  if (isNull)
    return "type" in mapped && !file.types.isOpen(mapped.type) ? (convert(context, v, mapped.type, undefined) ?? v) : v;
  return "type" in mapped && !file.types.isOpen(mapped.type) ? context.standIn(mapped.type) : "refused";
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
  const isPlain = (target: FunctionNode): boolean =>
    args.length === target.parameters.length && args.every((a) => a !== undefined && !("all" in a));
  const call = (one: OneFunction, bound: Bound): Value => {
    if (one.generated !== undefined) return lowerDerivative(context, node, one.generated, args, hint, bound);
    const target = libraryFunctionFor(one.node, isPlain(one.node));
    // `xs.reduce(g)` passes the list as well.
    if (target !== one.node && args.some((a) => a !== undefined && !("all" in a) && isReference(a.type))) {
      const name = nameOfFunction(one.node).replace("_", ".");
      return refuse(context, node, meaning.builtinArguments(spanOf(node), name, "a list among its numbers"));
    }
    return callFunction(context, node, target, thisValue, args, hint, bound);
  };
  if (known.kind === "one") return call(known, boundOf(context, present, known, node));
  if (known.members.length === 0) return callOfNone(context, node);
  return dispatch(context, present, known, node, hint, call);
}

/** A call of what is read from a place that no function is put into: a loop over it never gets here, all else throws. */
function callOfNone(context: FunctionContext, node: ts.Expression): Value {
  const name = context.constant(ts.isCallExpression(node) ? bare(node.expression).getText() : "it");
  callFunction(context, node, preludeFunction("noFunction"), undefined, [name]);
  const type = context.typeAt(node);
  if (type === undefined) return standInFor(context, node);
  return type.kind === "void" ? context.undefinedOf(type) : context.placeholder(type);
}

/** What a function value returns for arguments of these types. */
function resultTypeOf(context: FunctionContext, node: ts.Node, type: Type, given: readonly Type[]): Type | undefined {
  const known = context.file.types.functions.of(type);
  if (known === undefined) return undefined;
  const results = (known.kind === "one" ? [known] : known.members).map((one) => {
    const passed = one.node.parameters.map((p, i) => (p.dotDotDotToken === undefined ? given[i] : undefined));
    if (one.generated !== undefined) return derivativeResult(context, node, one.generated, given);
    const captures = one.file.captures.of(one.node);
    if (
      captures.usesThis ||
      captures.self.length > 0 ||
      one.node.parameters.some((p) => p.dotDotDotToken !== undefined)
    )
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
  return results
    .slice(1)
    .reduce<Type | undefined>(
      (a, t) => (a === undefined || t === undefined ? undefined : context.file.types.join(a, t)),
      results[0],
    );
}

function refuse(
  context: FunctionContext,
  node: ts.Expression,
  diagnostic: Parameters<FunctionContext["report"]>[0],
): Value {
  context.report(diagnostic);
  return standInFor(context, node);
}
