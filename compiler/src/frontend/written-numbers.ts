/** Numbers as the source writes them, so that two of them can be told to be the same: lengths, and what counts up to them. */
import { ts } from "ts-morph";
import { bare, isConst, numericLiteral, symbolOf } from "./source.js";

/** A number as the source writes it: something, by its text, and a constant added to it. */
export interface Affine {
  readonly base: string;
  readonly plus: number;
}

/** The text of an expression, however it is spaced. */
export const textOf = (node: ts.Expression): string => bare(node).getText().replaceAll(/[\s!]/g, "");

export const isNumber = ({ base }: Affine): boolean => base === "";
export const moved = ({ base, plus }: Affine, by: number): Affine => ({ base, plus: plus + by });

/** @param known what is known of some expressions, by their texts */
export function affine(
  checker: ts.TypeChecker,
  node: ts.Expression,
  known: ReadonlyMap<string, Affine> = new Map(),
  depth = 3,
): Affine {
  const inner = bare(node);
  const found = known.get(textOf(inner));
  if (found !== undefined) return found;
  const meant = depth > 0 ? meaning(checker, inner) : undefined;
  if (meant !== undefined) return affine(checker, meant, known, depth - 1);
  const literal = numericLiteral(inner);
  if (literal !== undefined) return { base: "", plus: literal };
  if (ts.isBinaryExpression(inner)) {
    const { left, right, operatorToken } = inner;
    const [a, b] = [affine(checker, left, known, depth), affine(checker, right, known, depth)];
    if (operatorToken.kind === ts.SyntaxKind.PlusToken && isNumber(b)) return moved(a, b.plus);
    if (operatorToken.kind === ts.SyntaxKind.PlusToken && isNumber(a)) return moved(b, a.plus);
    if (operatorToken.kind === ts.SyntaxKind.MinusToken && isNumber(b)) return moved(a, -b.plus);
    if (operatorToken.kind === ts.SyntaxKind.AsteriskToken) return product(a, b) ?? { base: textOf(inner), plus: 0 };
  }
  return { base: textOf(inner), plus: 0 };
}

/** What a constant stands for, and the length of an array that is made with one: `n` of `const n = xs.length`. */
function meaning(checker: ts.TypeChecker, node: ts.Expression): ts.Expression | undefined {
  if (ts.isPropertyAccessExpression(node) && node.name.text === "length")
    return lengthMade(checker, bare(node.expression));
  const initial = initialOf(checker, node);
  return initial !== undefined && isLength(initial) ? initial : undefined;
}

/** What a constant begins with. */
export function initialOf(checker: ts.TypeChecker, node: ts.Expression): ts.Expression | undefined {
  const declaration = ts.isIdentifier(node) ? symbolOf(checker, node)?.valueDeclaration : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || !isConst(declaration)) return undefined;
  return declaration.initializer === undefined ? undefined : bare(declaration.initializer);
}

/** `n`, of `const xs = new Float64Array(n)`. */
function lengthMade(checker: ts.TypeChecker, list: ts.Expression): ts.Expression | undefined {
  const initial = initialOf(checker, list);
  if (initial === undefined || !ts.isNewExpression(initial)) return undefined;
  const [length, ...others] = initial.arguments ?? [];
  const isArray = /^(Float(32|64))?Array$/.test(textOf(initial.expression));
  return isArray && length !== undefined && others.length === 0 && isLength(length) ? length : undefined;
}

export function lengthOf(checker: ts.TypeChecker, list: ts.Expression): Affine {
  const made = lengthMade(checker, bare(list));
  return made === undefined ? { base: `${textOf(list)}.length`, plus: 0 } : affine(checker, made);
}

/** A length, a number, or a constant more or less than one of them. */
export function isLength(node: ts.Expression): boolean {
  const inner = bare(node);
  if (ts.isBinaryExpression(inner)) return isLength(inner.left) && numericLiteral(inner.right) !== undefined;
  return numericLiteral(inner) !== undefined || (ts.isPropertyAccessExpression(inner) && inner.name.text === "length");
}

export function product(a: Affine, b: Affine): Affine | undefined {
  if (isNumber(a) && isNumber(b)) return { base: "", plus: a.plus * b.plus };
  const [one, two] = [a, b].map((f) => (isNumber(f) ? String(f.plus) : f.plus === 0 ? f.base : undefined));
  if (one === undefined || two === undefined) return undefined;
  return { base: one < two ? `${one}*${two}` : `${two}*${one}`, plus: 0 };
}

export const isAtMost = (a: Affine, b: Affine): boolean => a.base === b.base && a.plus <= b.plus;
