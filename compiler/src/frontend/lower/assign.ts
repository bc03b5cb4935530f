/** Assignment in all its forms, `++` and `--`. Places are evaluated before values, as in JavaScript. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import type { Value } from "../../ir/ir.js";
import { num, present, sameType, str } from "../../ir/types.js";
import { bare, isConst, spanOf, symbolOf } from "../source.js";
import { type Located, load, locate, standInFor, store } from "./access.js";
import { setLength } from "./array-growth.js";
import type { FunctionContext } from "./context.js";
import { branch, branchValue } from "./flow.js";
import { foreign } from "./foreign.js";
import { truthiness } from "./logic.js";
import { noteUndefined } from "./held-undefined.js";
import { isNullish, mayBeUndefined, presentValue } from "./missing.js";
import { opaqueMemberType, readOpaque, storeOpaque } from "./opaque.js";
import { applyArithmetic } from "./operators.js";
import { primitive } from "./primitive.js";
import { assignVariable, boxPlace, widenBox } from "./variables.js";

const { SyntaxKind } = ts;

/** `+=` as `+`, and so on. */
const compound = new Map<ts.SyntaxKind, ts.SyntaxKind>([
  [SyntaxKind.PlusEqualsToken, SyntaxKind.PlusToken],
  [SyntaxKind.MinusEqualsToken, SyntaxKind.MinusToken],
  [SyntaxKind.AsteriskEqualsToken, SyntaxKind.AsteriskToken],
  [SyntaxKind.SlashEqualsToken, SyntaxKind.SlashToken],
  [SyntaxKind.PercentEqualsToken, SyntaxKind.PercentToken],
  [SyntaxKind.AsteriskAsteriskEqualsToken, SyntaxKind.AsteriskAsteriskToken],
  [SyntaxKind.AmpersandEqualsToken, SyntaxKind.AmpersandToken],
  [SyntaxKind.BarEqualsToken, SyntaxKind.BarToken],
  [SyntaxKind.CaretEqualsToken, SyntaxKind.CaretToken],
  [SyntaxKind.LessThanLessThanEqualsToken, SyntaxKind.LessThanLessThanToken],
  [SyntaxKind.GreaterThanGreaterThanEqualsToken, SyntaxKind.GreaterThanGreaterThanToken],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken, SyntaxKind.GreaterThanGreaterThanGreaterThanToken],
]);

// ------------------------------------------------------------------------------------------------------------- targets

/** Something with a current value that can be replaced. */
export interface Target {
  readonly hint: string | undefined;
  readonly type: Value["type"];
  readonly place?: Located;
  get(): Value;
  set(v: Value): void;
}

export function targetOf(context: FunctionContext, node: ts.Expression): Target | undefined {
  const inner = bare(node);
  if (ts.isIdentifier(inner)) return variable(context, inner);
  if (ts.isElementAccessExpression(inner) || ts.isPropertyAccessExpression(inner)) {
    if (ts.isPropertyAccessExpression(inner) && inner.name.text === "length" && isArray(context, inner.expression)) {
      const array = presentValue(context, context.expression(inner.expression), inner);
      return {
        hint: undefined,
        type: num,
        get: () => context.integer(context.at(inner).length(array)),
        set: (v) => setLength(context, inner, array, v),
      };
    }
    if (
      ts.isPropertyAccessExpression(inner) &&
      context.lowering.classes.reference(context, inner.expression) !== undefined
    ) {
      context.report(language.moduleVariable(spanOf(inner), inner.getText()));
      return undefined;
    }
    if (ts.isPropertyAccessExpression(inner)) {
      const ofBase = context.lowering.classes.superTarget(context, inner);
      if (ofBase !== undefined) return ofBase;
      const object = presentValue(context, context.expression(inner.expression), inner);
      const setter = context.lowering.classes.setter(context, object, inner);
      if (setter !== undefined) return setter;
      context.known.set(inner.expression, object);
    }
    const base = presentValue(context, context.expression(inner.expression), inner);
    if (base.type.kind === "opaque") {
      if (ts.isPropertyAccessExpression(inner)) context.known.delete(inner.expression);
      return opaqueTarget(context, inner, base);
    }
    const place = locate(context, inner, base);
    if (ts.isPropertyAccessExpression(inner)) context.known.delete(inner.expression);
    if (place === undefined) return undefined;
    return {
      hint: undefined,
      type: place.type,
      place,
      get: () => load(context, place, inner),
      set: (v) => store(context, place, v, inner),
    };
  }
  context.report(language.notInLanguage(spanOf(inner), "An assignment to this"));
  return undefined;
}

/** `table[key] = v` of an object with arbitrary keys. */
function opaqueTarget(
  context: FunctionContext,
  node: ts.ElementAccessExpression | ts.PropertyAccessExpression,
  base: Value,
): Target {
  const key = ts.isPropertyAccessExpression(node) ? undefined : context.expression(node.argumentExpression);
  return {
    hint: undefined,
    type: opaqueMemberType(context, node),
    get: () => readOpaque(context, node, base, key),
    set: (v) => storeOpaque(context, node, base, key ?? (ts.isPropertyAccessExpression(node) ? node.name.text : ""), v),
  };
}

function isArray(context: FunctionContext, node: ts.Expression): boolean {
  return context.file.checker.isArrayLikeType(context.file.checker.getTypeAtLocation(node));
}

function variable(context: FunctionContext, node: ts.Identifier): Target | undefined {
  const symbol = symbolOf(context.file.checker, node);
  const slot = symbol === undefined ? undefined : context.env.slot(symbol);
  if (symbol === undefined || slot === undefined) {
    const declaration = symbol?.valueDeclaration;
    const constant = declaration !== undefined && ts.isVariableDeclaration(declaration) && isConst(declaration);
    context.report(
      constant
        ? language.moduleConstantWritten(spanOf(node), node.text)
        : language.moduleVariable(spanOf(node), node.text),
    );
    return undefined;
  }
  const box = boxPlace(context, symbol);
  if (box !== undefined) {
    return {
      hint: slot.hint,
      type: box.type,
      place: box,
      get: () => context.current(symbol),
      set: (v) => {
        widenBox(context, symbol, box.type, v, node);
        store(context, box, v, node);
      },
    };
  }
  return {
    hint: slot.hint,
    type: slot.type,
    get: () => context.current(symbol),
    set: (v) => assignVariable(context, symbol, v, node),
  };
}

// ---------------------------------------------------------------------------------------------------------- assignment

export function lowerAssignment(context: FunctionContext, node: ts.BinaryExpression, used: boolean): Value {
  const operator = node.operatorToken.kind;
  const early = context.lowering.classes.assignEarly(context, node);
  if (early !== undefined) return early;
  if (operator === SyntaxKind.EqualsToken) return plainAssignment(context, node);
  const target = targetOf(context, node.left);
  if (target === undefined) {
    context.expression(node.right);
    return standInFor(context, node);
  }
  if (
    operator === SyntaxKind.AmpersandAmpersandEqualsToken ||
    operator === SyntaxKind.BarBarEqualsToken ||
    operator === SyntaxKind.QuestionQuestionEqualsToken
  ) {
    return logicalAssignment(context, node, target, used);
  }
  const arithmetic = compound.get(operator) ?? operator;
  if (!used && target.place !== undefined && accumulates(context, node, target.place, arithmetic)) {
    const right = context.number(context.expression(node.right), ts.tokenToString(operator) ?? "", node);
    const amount = arithmetic === SyntaxKind.MinusToken ? primitive(context, node, "neg", [right]) : right;
    context.at(node).accum(target.place.place, amount);
    return amount;
  }
  const before = target.get();
  const result =
    target.type.kind === "str" && arithmetic === SyntaxKind.PlusToken
      ? foreign(context, node, ["`${", "}${", "}`"], [before, context.expression(node.right)], str, {
          pure: true,
          hint: target.hint,
        })
      : applyArithmetic(context, node, arithmetic, before, context.expression(node.right), target.hint);
  target.set(result);
  return result;
}

/** `a[i] += v` where nothing in `v` can change `a[i]`: an accumulation. */
function accumulates(
  context: FunctionContext,
  node: ts.BinaryExpression,
  at: Located,
  operator: ts.SyntaxKind,
): boolean {
  if (operator !== SyntaxKind.PlusToken && operator !== SyntaxKind.MinusToken) return false;
  if (
    at.type.kind !== "num" ||
    at.member !== undefined ||
    at.among !== undefined ||
    !context.file.effects.isReadOnly(node.right)
  )
    return false;
  // What is written or called there may assign the variable that is added to, which a function shares.
  const { assigned, outer } = context.file.effects.of(node.right);
  if (at.place.kind === "field" && (assigned.size > 0 || outer.size > 0)) return false;
  const { type } = at.place.base;
  return type.kind !== "typed" || type.name === "Float64Array" || type.name === "Float32Array";
}

function logicalAssignment(context: FunctionContext, node: ts.BinaryExpression, target: Target, used: boolean): Value {
  const operator = node.operatorToken.kind;
  const before = target.get();
  const replace = (): Value => {
    const right = context.expression(node.right, target.hint);
    const stored = context.coerce(right, target.type, node.right);
    target.set(stored);
    return sameType(right.type, present(target.type)) ? right : presentValue(context, stored, node);
  };
  const nullish = operator === SyntaxKind.QuestionQuestionEqualsToken;
  const test = nullish ? isNullish(context, before, node) : truthiness(context, before, node);
  const onTrue = operator !== SyntaxKind.BarBarEqualsToken;
  // The value that was tested may be missing; what is handed on is read again.
  const keep = (): Value => {
    const kept = nullish && target.place !== undefined ? target.get() : before;
    return operator === SyntaxKind.AmpersandAmpersandEqualsToken ? kept : presentValue(context, kept, node);
  };
  if (used) {
    const slot = { hint: target.hint };
    return onTrue ? branchValue(context, test, replace, keep, slot) : branchValue(context, test, keep, replace, slot);
  }
  const run = (): void => {
    replace();
  };
  const nothing = (): void => {};
  if (onTrue) branch(context, test, run, nothing, false);
  else branch(context, test, nothing, run, false);
  return before;
}

function plainAssignment(context: FunctionContext, node: ts.BinaryExpression): Value {
  const left = bare(node.left);
  if (ts.isArrayLiteralExpression(left) || ts.isObjectLiteralExpression(left))
    return destructuringAssignment(context, node, left);
  const target = targetOf(context, left);
  const right = context.expression(node.right, target?.hint);
  if (target === undefined) return right;
  const at = target.place?.place;
  if (at?.kind === "field" && mayBeUndefined(right.type) && !context.isNull(right))
    noteUndefined(context, at.base.type, at.name);
  target.set(right);
  return right;
}

/** `[a[i], a[j]] = [a[j], a[i]]`: the members are read first, then stored from left to right; no array is made. */
function destructuringAssignment(
  context: FunctionContext,
  node: ts.BinaryExpression,
  left: ts.ArrayLiteralExpression | ts.ObjectLiteralExpression,
): Value {
  const right = bare(node.right);
  const members =
    ts.isArrayLiteralExpression(left) && ts.isArrayLiteralExpression(right) && isStatement(node)
      ? right.elements
      : undefined;
  if (
    members !== undefined &&
    ts.isArrayLiteralExpression(left) &&
    members.length >= left.elements.length &&
    !left.elements.some((e) => ts.isSpreadElement(e) || isAssigned(e)) &&
    !members.some(ts.isSpreadElement) &&
    !members.some(ts.isOmittedExpression)
  ) {
    const values = members.map((m) => context.expression(m));
    left.elements.forEach((element, i) => {
      const v = values[i];
      if (v !== undefined && !ts.isOmittedExpression(element)) context.lowering.assign(context, element, v);
    });
    return context.undefinedOf({ kind: "void" });
  }
  const source = context.expression(node.right);
  context.lowering.assign(context, left, source);
  return source;
}

function isStatement(node: ts.Expression): boolean {
  let at: ts.Node = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return ts.isExpressionStatement(at.parent);
}

/** A member with a default. */
const isAssigned = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.EqualsToken;

export function lowerStep(
  context: FunctionContext,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  used: boolean,
): Value {
  const target = targetOf(context, node.operand);
  if (target === undefined) return context.standIn(num);
  const plus = node.operator === SyntaxKind.PlusPlusToken;
  const before = context.number(target.get(), plus ? "++" : "--", node);
  const after = primitive(context, node, plus ? "add" : "sub", [before, context.constant(1)], target.hint);
  target.set(after);
  return used && ts.isPostfixUnaryExpression(node) ? before : after;
}
