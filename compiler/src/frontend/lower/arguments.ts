/** What a call passes, and what each parameter of a function whose source is followed receives of it. */
import { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import { elem } from "../../ir/build.js";
import type { Type, Value } from "../../ir/ir.js";
import { arrayOf, maybe } from "../../ir/types.js";
import { nameOfFunction } from "../function-types.js";
import { usesArguments } from "../packages/arguments.js";
import { type FunctionNode, isPlainTuple, isThisParameter, spanOf, typeArguments } from "../source.js";
import { arrayOfParts, type Part, partsOf } from "./array-literal.js";
import { elementType } from "./array-make.js";
import type { FunctionContext } from "./context.js";
import { branchValue } from "./flow.js";
import { primitive } from "./primitive.js";

/** What a call passes: a value, nothing (`undefined`: the parameter takes its default), or all elements of an array. */
export type Argument = Value | undefined | { readonly all: Value };

/** The arguments of a call, in order; absent after a report. */
export function argumentsOf(
  context: FunctionContext,
  nodes: readonly ts.Expression[] | undefined,
): readonly Argument[] | undefined {
  return partsOf(context, nodes ?? [])?.flatMap((part): readonly Argument[] =>
    part.kind === "one" ? [part.value] : (membersOfTuple(context, part.array, part.node) ?? [{ all: part.array }]),
  );
}

/** `...(xs as [number, number])`: an array that TypeScript is told to take for a tuple. */
function membersOfTuple(context: FunctionContext, array: Value, node: ts.Node): readonly Value[] | undefined {
  if (!ts.isSpreadElement(node)) return undefined;
  const type = context.file.checker.getTypeAtLocation(node.expression);
  if (!context.file.checker.isTupleType(type) || !isPlainTuple(type)) return undefined;
  const element = elementType(array.type);
  return typeArguments(context.file.checker, type).map((_, i) =>
    context.readFrom(array, context.at(node).load(elem(array, context.constant(i)), element)),
  );
}

/** What each parameter receives; absent after a report. */
export function passedTo(
  context: FunctionContext,
  node: ts.Expression,
  target: FunctionNode,
  args: readonly Argument[],
): readonly (Value | undefined)[] | undefined {
  const passed: (Value | undefined)[] = [];
  if (args.length > target.parameters.length && usesArguments(target)) {
    context.report(language.notInLanguage(spanOf(node), "A call with more arguments than the function has parameters"));
    return undefined;
  }
  // A `this` that is declared is no argument.
  const first = isThisParameter(target.parameters[0]) ? 1 : 0;
  for (const [position, param] of target.parameters.entries()) {
    const i = position - first;
    if (i < 0) {
      passed.push(undefined);
      continue;
    }
    const argument = args[i];
    if (param.dotDotDotToken !== undefined) {
      passed.push(restOf(context, node, args.slice(i), param));
      break;
    }
    if (argument !== undefined && "all" in argument) {
      const spread = spreadOver(context, node, target, args.slice(i), position);
      if (spread === undefined) {
        context.report(language.spreadNotYet(spanOf(node), "in a call of a function with single parameters"));
        return undefined;
      }
      passed.push(...spread);
      break;
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
  const parts = partsFrom(node, args);
  const file = context.file.of(param);
  const mapped = file.types.map(file.checker.getTypeAtLocation(param.name));
  const wanted = "type" in mapped && !context.file.types.isOpen(mapped.type) ? mapped.type : undefined;
  const joined = joinedElement(context, parts);
  const declared = parts.length === 0 && "type" in mapped ? mapped.type : undefined;
  const type = wanted ?? (joined === undefined ? declared : arrayOf(joined));
  return arrayOfParts(context, node, parts, type, undefined);
}

/**
 * What the parameters from this position on receive of a list whose length is not known: an element each. One that is not
 * there is `undefined`, which only parameters that may be left out can be told from a number. Absent where they cannot be told apart.
 */
function spreadOver(
  context: FunctionContext,
  node: ts.Expression,
  target: FunctionNode,
  args: readonly Argument[],
  position: number,
): readonly Value[] | undefined {
  const params = target.parameters.slice(position);
  if (params.some((p) => p.dotDotDotToken !== undefined) || usesArguments(target)) return undefined;
  const [only, ...others] = args;
  const parts = partsFrom(node, args);
  const type = joinedElement(context, parts);
  if (type === undefined || only === undefined) return undefined;
  const list =
    others.length === 0 && "all" in only ? only.all : arrayOfParts(context, node, parts, arrayOf(type), undefined);
  const length = context.integer(context.at(node).length(list));
  return params.map((param, k) => {
    const at = context.constant(k);
    const load = (): Value => context.readFrom(list, context.at(node).load(elem(list, at), elementType(list.type)));
    if (!mayBeLeftOut(context, param)) return load();
    const own = type.kind === "maybe" ? type : maybe(type);
    return branchValue(
      context,
      primitive(context, node, "lt", [at, length]),
      () => context.coerce(load(), own, node),
      () => context.at(node).absent(own, undefined),
      { type: own },
    );
  });
}

const partsFrom = (node: ts.Expression, args: readonly Argument[]): readonly Part[] =>
  args
    .filter((a) => a !== undefined)
    .map((a) => ("all" in a ? { kind: "many", array: a.all, node } : { kind: "one", value: a, node }));

function joinedElement(context: FunctionContext, parts: readonly Part[]): Type | undefined {
  const types = parts.map((p) => (p.kind === "one" ? p.value.type : elementType(p.array.type)));
  return types.slice(1).reduce<Type | undefined>((a, t) => a && context.file.types.join(a, t), types[0]);
}
