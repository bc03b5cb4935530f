/** `Math` and `Number`: their functions as primitives, their constants as literals. */
import type { ts } from "ts-morph";
import { language, meaning } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { type PrimName, primitives } from "../../ir/primitives.js";
import { bool, num, str, present } from "../../ir/types.js";
import { preludeFunction } from "../prelude.js";
import { spanOf } from "../source.js";
import { arrayOfParts, type Part, partsOf } from "./array-literal.js";
import { callFunction } from "./follow.js";
import { withMember } from "./choice.js";
import type { FunctionContext } from "./context.js";
import { foreign, fromText } from "./foreign.js";
import { literalOf } from "./literals.js";
import { primitive } from "./primitive.js";

const mathConstants: ReadonlyMap<string, number> = new Map(
  (["E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2"] as const).map((name) => [
    `Math.${name}`,
    Math[name],
  ]),
);
const numberConstants: ReadonlyMap<string, number> = new Map(
  (
    [
      "EPSILON",
      "MAX_SAFE_INTEGER",
      "MAX_VALUE",
      "MIN_SAFE_INTEGER",
      "MIN_VALUE",
      "NaN",
      "NEGATIVE_INFINITY",
      "POSITIVE_INFINITY",
    ] as const
  ).map((name) => [`Number.${name}`, Number[name]]),
);

export function builtinConstant(name: string): number | undefined {
  if (name === "Infinity") return Number.POSITIVE_INFINITY;
  if (name === "NaN") return Number.NaN;
  return mathConstants.get(name) ?? numberConstants.get(name);
}

/** `Math.sin` → `sin`, for every primitive that is spelled as a call. */
const named: ReadonlyMap<string, PrimName> = new Map(
  Object.entries(primitives).flatMap(([name, row]) =>
    row.spelling.kind === "call" &&
    isPrimitive(name) &&
    !name.endsWith("Literal") &&
    name !== "sqrtSumSquares" &&
    name !== "isNullish"
      ? [["runtime" in row.spelling ? `Runtime.${row.spelling.text}` : row.spelling.text, name] as const]
      : [],
  ),
);

function isPrimitive(name: string): name is PrimName {
  return name in primitives;
}

/** A call of a function of the library; `undefined` where there is no such rule. */
export function lowerBuiltinCall(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  const prim = name === "Math.pow" ? "pow" : named.get(name);
  const parts = prim === undefined ? undefined : partsOf(context, node.arguments);
  if (prim !== undefined) {
    const { arity, result } = primitives[prim];
    if (parts === undefined) return context.standIn(result === "num" ? num : bool);
    const spread = parts.find((p) => p.kind === "many");
    if (name === "Math.max" || name === "Math.min")
      return spread === undefined
        ? lowerExtremum(context, node, name, parts, hint)
        : extremumOfAll(context, node, name, parts, hint);
    if (spread !== undefined) {
      return name === "Math.hypot"
        ? ofAll(context, node, "hypotOf", parts, [], hint)
        : context.refuse(language.spreadNotYet(spanOf(spread.node), `in a call of \`${name}\``));
    }
    const args = parts.flatMap((p) => (p.kind === "one" ? [p.value] : []));
    if (arity !== -1 && args.length !== arity) {
      const count = `${args.length} argument${args.length === 1 ? "" : "s"} instead of ${arity}`;
      return context.refuse(meaning.builtinArguments(spanOf(node), name, count), result === "num" ? num : bool);
    }
    return primitive(context, node, prim, prim === "is" ? args : args.map((a) => context.number(a, name, node)), hint);
  }
  return lowerConversion(context, node, name, hint);
}

function lowerConversion(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  hint: string | undefined,
): Value | undefined {
  const [first, ...rest] = node.arguments;
  switch (name) {
    case "Math.random":
    case "Date.now":
    case "performance.now":
      return foreign(context, node, [`${name}()`], [], num, { pure: false, hint });
    case "Number": {
      if (first === undefined) return context.constant(0, hint);
      const v = context.expression(first, hint);
      const asNumber = (own: Value): Value =>
        present(own.type).kind === "str"
          ? fromText(context, node, "Number", own, [], num, hint)
          : context.number(own, "Number", node);
      const any = context.file.types.choices.mixed(v.type);
      return any === undefined ? asNumber(v) : withMember(context, v, any, node, hint, asNumber);
    }
    case "Boolean":
      return first === undefined ? context.constant(false) : context.condition(first);
    case "isNaN":
    case "isFinite": {
      if (first === undefined) return undefined;
      const v = context.expression(first);
      if (v.type.kind === "str") return fromText(context, node, name, v, [], bool, hint);
      return primitive(context, node, name, [context.number(v, name, node)], hint);
    }
    case "parseFloat":
    case "parseInt":
    case "Number.parseFloat":
    case "Number.parseInt": {
      if (first === undefined) return undefined;
      const v = context.expression(first);
      const more = rest.map((a) => context.expression(a));
      if (v.type.kind === "num") return context.refuse(meaning.lostThroughText(spanOf(node), name));
      const isDecimal = rest.length === 1 && rest.every((r) => literalOf(context, r) === 10);
      const parsed = fromText(context, node, name, v, isDecimal ? [] : more, num, hint);
      return name.endsWith("parseInt") ? context.integer(parsed) : parsed;
    }
    case "String": {
      if (first === undefined) return context.constant("", hint);
      return foreign(context, node, ["String(", ")"], [context.expression(first)], str, { pure: true, hint });
    }
    default:
      return undefined;
  }
}

/** `Math.max(...xs, y, 0)`: of an array, and a literal. */
function extremumOfAll(
  context: FunctionContext,
  node: ts.CallExpression,
  name: "Math.max" | "Math.min",
  parts: readonly Part[],
  hint: string | undefined,
): Value {
  const isMax = name === "Math.max";
  const literals = parts.flatMap((p) => {
    const literal = p.kind === "one" ? literalOf(context, p.node) : undefined;
    return typeof literal === "number" ? [literal] : [];
  });
  const others = parts.filter((p) => p.kind === "many" || typeof literalOf(context, p.node) !== "number");
  if (literals.length === 0) return ofAll(context, node, isMax ? "maxOf" : "minOf", others, [], hint);
  const literal = context.constant(isMax ? Math.max(...literals) : Math.min(...literals));
  return ofAll(context, node, isMax ? "maxOfOr" : "minOfOr", others, [literal], hint);
}

/** A function of the prelude over all the parts as one array. */
function ofAll(
  context: FunctionContext,
  node: ts.CallExpression,
  name: string,
  parts: readonly Part[],
  more: readonly Value[],
  hint: string | undefined,
): Value {
  const [only] = parts;
  const isNumbers = (p: Part): boolean =>
    p.kind === "many" &&
    (p.array.type.kind === "typed" || (p.array.type.kind === "array" && p.array.type.elem.kind === "num"));
  const array =
    only !== undefined && only.kind === "many" && parts.length === 1 && isNumbers(only)
      ? only.array
      : arrayOfParts(context, node, parts, { kind: "array", elem: num }, undefined);
  return callFunction(context, node, preludeFunction(name), undefined, [array, ...more], hint);
}

/** Literals go last and are folded into one: a tie with a literal is decided in its favour. */
function lowerExtremum(
  context: FunctionContext,
  node: ts.CallExpression,
  name: "Math.max" | "Math.min",
  parts: readonly Part[],
  hint: string | undefined,
): Value {
  const fold = name === "Math.max" ? Math.max : Math.min;
  const literals: number[] = [];
  const args: Value[] = [];
  for (const part of parts) {
    if (part.kind === "many") continue;
    const literal = literalOf(context, part.node);
    if (typeof literal === "number") literals.push(literal);
    else args.push(context.number(part.value, name, part.node));
  }
  if (literals.length === 0) {
    const [only] = args;
    if (only === undefined) return context.constant(fold(), hint);
    if (args.length === 1) return only;
    return primitive(context, node, name === "Math.max" ? "max" : "min", args, hint);
  }
  const literal = context.constant(fold(...literals));
  if (args.length === 0) return literal;
  return primitive(context, node, name === "Math.max" ? "maxLiteral" : "minLiteral", [...args, literal], hint);
}
