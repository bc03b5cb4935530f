/** Assignment in all its forms, `++` and `--`, and destructuring. Places are evaluated before values, as in JavaScript. */
import { ts } from "ts-morph";
import { language } from "../../diagnostics.js";
import { elem } from "../../ir/build.js";
import type { Value } from "../../ir/ir.js";
import { num, str } from "../../ir/types.js";
import { bare, isConst, spanOf, symbolOf } from "../source.js";
import {
  checkGrowth,
  checkWritable,
  elementType,
  fieldOf,
  type Located,
  load,
  locate,
  standInFor,
  store,
} from "./access.js";
import type { FunctionContext } from "./context.js";
import { branch, branchValue } from "./flow.js";
import { foreign } from "./foreign.js";
import { truthiness } from "./logic.js";
import { applyArithmetic, primitive } from "./operators.js";

const { SyntaxKind } = ts;

export const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment;

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
interface Target {
  readonly hint: string | undefined;
  readonly type: Value["type"];
  readonly place?: Located;
  get(): Value;
  set(v: Value): void;
}

function targetOf(context: FunctionContext, node: ts.Expression): Target | undefined {
  const inner = bare(node);
  if (ts.isIdentifier(inner)) return variable(context, inner);
  if (ts.isElementAccessExpression(inner) || ts.isPropertyAccessExpression(inner)) {
    if (ts.isPropertyAccessExpression(inner) && inner.name.text === "length" && isArray(context, inner.expression)) {
      context.report(language.arrayGrows(spanOf(inner)));
      return undefined;
    }
    if (ts.isElementAccessExpression(inner)) checkGrowth(context, inner);
    const place = locate(context, inner);
    if (place === undefined) return undefined;
    if (place.place.kind === "elem" && context.empty.has(place.place.base.id))
      context.report(language.arrayGrows(spanOf(inner)));
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
  return {
    hint: slot.hint,
    type: slot.type,
    get: () => context.current(symbol),
    set: (v) => context.env.set(symbol, context.coerce(v, slot.type, node)),
  };
}

// ---------------------------------------------------------------------------------------------------------- assignment

export function lowerAssignment(context: FunctionContext, node: ts.BinaryExpression, used: boolean): Value {
  const operator = node.operatorToken.kind;
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
    checkWritable(context, target.place.place.base, node.left);
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
  if (at.type.kind !== "num" || at.member !== undefined || !context.file.effects.isReadOnly(node.right)) return false;
  const { type } = at.place.base;
  return type.kind !== "typed" || type.name === "Float64Array" || type.name === "Float32Array";
}

function logicalAssignment(context: FunctionContext, node: ts.BinaryExpression, target: Target, used: boolean): Value {
  const operator = node.operatorToken.kind;
  const before = target.get();
  const replace = (): Value => {
    const right = context.coerce(context.expression(node.right, target.hint), target.type, node.right);
    target.set(right);
    return right;
  };
  const nullish = operator === SyntaxKind.QuestionQuestionEqualsToken;
  const test = nullish ? primitive(context, node, "isNullish", [before]) : truthiness(context, before, node);
  const onTrue = operator !== SyntaxKind.BarBarEqualsToken;
  // The value that was tested may be missing; what is handed on is read again.
  const keep = (): Value => (nullish && target.place !== undefined ? target.get() : before);
  if (used) {
    const slot = { type: target.type, hint: target.hint };
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
  const v = context.coerce(right, target.type, node.right);
  target.set(v);
  return v;
}

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

// ------------------------------------------------------------------------------------------------------- destructuring

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
    !members.some(ts.isSpreadElement) &&
    !members.some(ts.isOmittedExpression)
  ) {
    const values = members.map((m) => context.expression(m));
    left.elements.forEach((element, i) => {
      const v = values[i];
      if (v !== undefined && !ts.isOmittedExpression(element)) assign(context, element, v);
    });
    return context.undefinedOf({ kind: "void" });
  }
  const source = context.expression(node.right);
  assign(context, left, source);
  return source;
}

function isStatement(node: ts.Expression): boolean {
  let at: ts.Node = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return ts.isExpressionStatement(at.parent);
}

/** Puts a value where a place or a pattern says. */
export function assign(context: FunctionContext, node: ts.Expression, v: Value): void {
  const inner = bare(node);
  if (ts.isArrayLiteralExpression(inner)) {
    inner.elements.forEach((element, i) => {
      if (ts.isOmittedExpression(element)) return;
      if (ts.isSpreadElement(element) || isDefaulted(element)) {
        context.report(
          language.destructuringForm(spanOf(element), ts.isSpreadElement(element) ? "A rest member" : "A default"),
        );
        return;
      }
      // JavaScript finds the place before it reads the member.
      const place = isPattern(element) ? undefined : targetOf(context, element);
      const member = memberAt(context, v, i, element);
      if (isPattern(element)) assign(context, element, member);
      else place?.set(place.place === undefined ? member : context.coerce(member, place.type, element));
    });
    return;
  }
  if (ts.isObjectLiteralExpression(inner)) {
    for (const property of inner.properties) {
      if (ts.isShorthandPropertyAssignment(property) && property.objectAssignmentInitializer === undefined) {
        targetOf(context, property.name)?.set(memberNamed(context, v, property.name.text, property));
      } else if (
        ts.isPropertyAssignment(property) &&
        !ts.isComputedPropertyName(property.name) &&
        !isDefaulted(property.initializer)
      ) {
        const name = property.name.getText().replaceAll(/["']/g, "");
        const target = isPattern(property.initializer) ? undefined : targetOf(context, property.initializer);
        const member = memberNamed(context, v, name, property);
        if (isPattern(property.initializer)) assign(context, property.initializer, member);
        else target?.set(member);
      } else {
        context.report(language.destructuringForm(spanOf(property), "This form"));
      }
    }
    return;
  }
  targetOf(context, inner)?.set(v);
}

const isPattern = (node: ts.Expression): boolean =>
  ts.isArrayLiteralExpression(bare(node)) || ts.isObjectLiteralExpression(bare(node));
const isDefaulted = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.EqualsToken;

function memberAt(context: FunctionContext, v: Value, index: number, node: ts.Node, hint?: string): Value {
  if (v.type.kind === "array" || v.type.kind === "typed") {
    return load(context, { place: elem(v, context.constant(index)), type: elementType(v.type) }, node, hint);
  }
  const at = fieldOf(context, v, String(index), node);
  return at === undefined ? standInFor(context, node) : load(context, at, node, hint);
}

function memberNamed(context: FunctionContext, v: Value, name: string, node: ts.Node, hint?: string): Value {
  if (name === "length" && (v.type.kind === "array" || v.type.kind === "typed"))
    return context.integer(context.at(node).length(v, hint));
  const at = fieldOf(context, v, name, node);
  return at === undefined ? standInFor(context, node) : load(context, at, node, hint);
}

/** Declares the names of a pattern. */
export function bind(context: FunctionContext, name: ts.BindingName, v: Value): void {
  if (ts.isIdentifier(name)) {
    const symbol = context.file.checker.getSymbolAtLocation(name);
    if (symbol === undefined) return;
    context.env.declare(symbol, { type: v.type, hint: name.text, level: context.level }, v);
    return;
  }
  if (ts.isObjectBindingPattern(name)) {
    for (const element of name.elements) {
      const key = element.propertyName ?? element.name;
      if (
        element.dotDotDotToken !== undefined ||
        element.initializer !== undefined ||
        !(ts.isIdentifier(key) || ts.isStringLiteral(key))
      ) {
        refusePattern(context, element);
        continue;
      }
      bind(
        context,
        element.name,
        memberNamed(context, v, key.text, element, ts.isIdentifier(element.name) ? element.name.text : undefined),
      );
    }
    return;
  }
  name.elements.forEach((element, i) => {
    if (ts.isOmittedExpression(element)) return;
    if (element.dotDotDotToken !== undefined || element.initializer !== undefined) refusePattern(context, element);
    else
      bind(
        context,
        element.name,
        memberAt(context, v, i, element, ts.isIdentifier(element.name) ? element.name.text : undefined),
      );
  });
}

function refusePattern(context: FunctionContext, element: ts.BindingElement): void {
  const what =
    element.dotDotDotToken !== undefined
      ? "A rest member"
      : element.initializer !== undefined
        ? "A default"
        : "A computed name";
  context.report(language.destructuringForm(spanOf(element), what));
  bindStandIns(context, element.name);
}

/** Declares the names of a pattern that was refused, so that their uses are not reported as well. */
export function bindStandIns(context: FunctionContext, name: ts.BindingName): void {
  if (ts.isIdentifier(name)) {
    bind(context, name, standInFor(context, name));
    return;
  }
  for (const element of name.elements) if (ts.isBindingElement(element)) bindStandIns(context, element.name);
}
