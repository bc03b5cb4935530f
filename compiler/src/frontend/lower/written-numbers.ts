/**
 * Numbers as the source writes them, so that two of them can be told to be the same: lengths, and what counts up to them.
 * That two are the same holds while nothing changes what they are made of; that is for the caller to see to.
 */
import { ts } from "ts-morph";
import { isTypedArrayName } from "../../ir/types.js";
import type { Effects } from "../effects.js";
import { bare, isConst, isFunctionNode, symbolOf } from "../source.js";
import type { FunctionContext } from "./context.js";
import { isInvariant, keepsLength } from "./counted.js";
import { literalOf } from "./literals.js";

/** Something, by its name, and a whole number added to it. */
export interface Affine {
  /** Empty where it is the number alone. */
  readonly base: string;
  readonly plus: number;
  /** Can it be nothing but a whole number? */
  readonly isWhole: boolean;
}

export const whole = (plus: number): Affine => ({ base: "", plus, isWhole: true });
export const isNumber = ({ base }: Affine): boolean => base === "";
export const moved = (number: Affine, by: number): Affine => ({ ...number, plus: number.plus + by });
export const isAtMost = (a: Affine, b: Affine): boolean => a.base === b.base && a.plus <= b.plus;

/** What an expression is called: a variable by where it is declared, anything that is not understood by where it stands. */
export function nameOf(checker: ts.TypeChecker, node: ts.Expression): string {
  const inner = bare(node);
  const name = (e: ts.Expression): string => nameOf(checker, e);
  if (ts.isNumericLiteral(inner)) return inner.text;
  if (ts.isPropertyAccessExpression(inner)) return `${name(inner.expression)}.${inner.name.text}`;
  if (ts.isElementAccessExpression(inner)) return `${name(inner.expression)}[${name(inner.argumentExpression)}]`;
  if (ts.isBinaryExpression(inner)) return `(${name(inner.left)}${inner.operatorToken.getText()}${name(inner.right)})`;
  const declaration = ts.isIdentifier(inner)
    ? symbolOf(checker, inner)?.valueDeclaration
    : inner.kind === ts.SyntaxKind.ThisKeyword
      ? ts.findAncestor(inner, (n) => (ts.isFunctionLike(n) && !ts.isArrowFunction(n)) || ts.isClassLike(n))
      : undefined;
  const place = declaration ?? inner;
  return `${inner.getText()}@${place.getSourceFile().fileName}:${place.getStart()}`;
}

/** @param known what is known of some expressions, by their names */
export function affine(context: FunctionContext, node: ts.Expression, known: ReadonlyMap<string, Affine>): Affine {
  const inner = bare(node);
  const name = nameOf(context.file.checker, inner);
  const found = known.get(name);
  if (found !== undefined) return found;
  const literal = literalOf(context, inner);
  if (typeof literal === "number" && Number.isSafeInteger(literal)) return whole(literal);
  const meant = meaning(context, inner);
  if (meant !== undefined) return affine(context, meant, known);
  if (ts.isBinaryExpression(inner)) {
    const { left, right, operatorToken } = inner;
    const [a, b] = [affine(context, left, known), affine(context, right, known)];
    if (operatorToken.kind === ts.SyntaxKind.PlusToken && isNumber(b)) return moved(a, b.plus);
    if (operatorToken.kind === ts.SyntaxKind.PlusToken && isNumber(a)) return moved(b, a.plus);
    if (operatorToken.kind === ts.SyntaxKind.MinusToken && isNumber(b)) return moved(a, -b.plus);
    const times = operatorToken.kind === ts.SyntaxKind.AsteriskToken ? product(a, b) : undefined;
    if (times !== undefined) return times;
  }
  return { base: name, plus: 0, isWhole: isWhole(context, inner) };
}

/** The length of a list. */
export function lengthOf(context: FunctionContext, list: ts.Expression, known: ReadonlyMap<string, Affine>): Affine {
  const name = `${nameOf(context.file.checker, list)}.length`;
  const made = lengthMade(context, list);
  return (
    known.get(name) ?? (made === undefined ? { base: name, plus: 0, isWhole: true } : affine(context, made, known))
  );
}

export function product(a: Affine, b: Affine): Affine | undefined {
  if (isNumber(a) && isNumber(b)) return whole(a.plus * b.plus);
  const [one, two] = [a, b].map((f) => (isNumber(f) ? String(f.plus) : f.plus === 0 ? f.base : undefined));
  if (one === undefined || two === undefined) return undefined;
  return { base: one < two ? `${one}*${two}` : `${two}*${one}`, plus: 0, isWhole: a.isWhole && b.isWhole };
}

/** What a constant stands for, and the length of an array that is made with one: `n` of `const n = xs.length`. */
function meaning(context: FunctionContext, node: ts.Expression): ts.Expression | undefined {
  const list = listMeasured(context, node);
  if (list !== undefined) return lengthMade(context, list);
  const declaration = constantNamed(context, node);
  const initial = declaration?.initializer;
  if (declaration === undefined || initial === undefined || !isMadeOfLength(context, initial)) return undefined;
  const effects = effectsAround(context, node, declaration);
  return effects !== undefined && isInvariant(context, initial, [effects]) ? initial : undefined;
}

/** `n`, of `const xs = new Float64Array(n)`. */
function lengthMade(context: FunctionContext, list: ts.Expression): ts.Expression | undefined {
  const declaration = constantNamed(context, list);
  const initial = declaration?.initializer === undefined ? undefined : bare(declaration.initializer);
  if (declaration === undefined || initial === undefined || !ts.isNewExpression(initial)) return undefined;
  const [length, ...others] = initial.arguments ?? [];
  const effects = effectsAround(context, list, declaration);
  if (length === undefined || others.length > 0 || effects === undefined) return undefined;
  if (!/^(Float(32|64))?Array$/.test(context.file.constructorName(initial.expression) ?? "")) return undefined;
  const isKept = keepsLength(context, list, [effects]) && isInvariant(context, length, [effects]);
  return isKept && isMadeOfLength(context, length) ? length : undefined;
}

function constantNamed(context: FunctionContext, node: ts.Expression): ts.VariableDeclaration | undefined {
  const inner = bare(node);
  const declaration = ts.isIdentifier(inner) ? symbolOf(context.file.checker, inner)?.valueDeclaration : undefined;
  return declaration !== undefined && ts.isVariableDeclaration(declaration) && isConst(declaration)
    ? declaration
    : undefined;
}

/** What happens between a declaration and a place in the same function, and more. */
function effectsAround(context: FunctionContext, place: ts.Node, declaration: ts.Node): Effects | undefined {
  const around = ts.findAncestor(place, isFunctionNode);
  return around?.body !== undefined && ts.findAncestor(declaration, isFunctionNode) === around
    ? context.file.effects.of(around.body)
    : undefined;
}

/** `xs`, of `xs.length`. */
function listMeasured(context: FunctionContext, node: ts.Expression): ts.Expression | undefined {
  return ts.isPropertyAccessExpression(node) &&
    node.name.text === "length" &&
    isList(context.file.checker, node.expression)
    ? node.expression
    : undefined;
}

/** An array, which is not one of several kinds of things. */
export function isList(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  return checker.isArrayLikeType(type) || isTypedArrayName(type.getSymbol()?.name ?? "");
}

/** A length, a number, or a number more or less than one of them. */
function isMadeOfLength(context: FunctionContext, node: ts.Expression): boolean {
  const inner = bare(node);
  if (ts.isBinaryExpression(inner))
    return isMadeOfLength(context, inner.left) && typeof literalOf(context, inner.right) === "number";
  return typeof literalOf(context, inner) === "number" || listMeasured(context, inner) !== undefined;
}

const wholeOperators = new Set([
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.BarToken,
]);

/** Lengths, and what is made of them by rounding: no fraction, and not NaN. */
function isWhole(context: FunctionContext, node: ts.Expression): boolean {
  const inner = bare(node);
  const literal = literalOf(context, inner);
  if (typeof literal === "number") return Number.isSafeInteger(literal);
  if (listMeasured(context, inner) !== undefined) return true;
  const initial = constantNamed(context, inner)?.initializer;
  if (initial !== undefined) return isWhole(context, initial);
  if (ts.isBinaryExpression(inner)) {
    const { left, right, operatorToken } = inner;
    if (wholeOperators.has(operatorToken.kind)) return true;
    return isSum(operatorToken.kind) && isWhole(context, left) && isWhole(context, right);
  }
  const [argument] = ts.isCallExpression(inner) ? inner.arguments : [];
  if (argument === undefined || !ts.isCallExpression(inner)) return false;
  const callee = context.file.callee(inner.expression);
  return callee.kind === "builtin" && /^Math\.(floor|ceil|round|trunc)$/.test(callee.name) && isPart(context, argument);
}

/** A whole number, or a part of one. */
function isPart(context: FunctionContext, node: ts.Expression): boolean {
  const inner = bare(node);
  if (!ts.isBinaryExpression(inner)) return isWhole(context, inner);
  const { left, right, operatorToken } = inner;
  if (!isPart(context, left)) return false;
  if (operatorToken.kind !== ts.SyntaxKind.SlashToken) return isSum(operatorToken.kind) && isPart(context, right);
  const by = literalOf(context, right);
  return typeof by === "number" && by !== 0;
}

const isSum = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.PlusToken || kind === ts.SyntaxKind.MinusToken || kind === ts.SyntaxKind.AsteriskToken;
