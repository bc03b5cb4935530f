/** What the members of enums are: TypeScript folds arithmetic, and what it leaves to the program, functions of `Math`, is folded here. */
import { ts } from "ts-morph";
import { bare, symbolOf } from "./source.js";

/** The value of a member; absent where it is more than arithmetic and functions of `Math` over other members. */
export function enumValue(checker: ts.TypeChecker, member: ts.EnumMember): number | string | undefined {
  const known = checker.getConstantValue(member);
  if (known !== undefined || member.initializer === undefined) return known;
  return numberOf(checker, member.initializer);
}

function numberOf(checker: ts.TypeChecker, node: ts.Expression): number | undefined {
  const inner = bare(node);
  if (ts.isNumericLiteral(inner)) return Number(inner.text);
  if (ts.isPrefixUnaryExpression(inner)) {
    const v = numberOf(checker, inner.operand);
    if (v === undefined || inner.operator === ts.SyntaxKind.PlusToken) return v;
    return inner.operator === ts.SyntaxKind.MinusToken ? -v : undefined;
  }
  if (ts.isBinaryExpression(inner)) {
    const [left, right] = [numberOf(checker, inner.left), numberOf(checker, inner.right)];
    const compute = arithmetic.get(inner.operatorToken.kind);
    return left === undefined || right === undefined ? undefined : compute?.(left, right);
  }
  if (ts.isCallExpression(inner)) {
    const compute = functionOfMath(checker, inner.expression);
    const args = inner.arguments.flatMap((a) => numberOf(checker, a) ?? []);
    return args.length < inner.arguments.length ? undefined : compute?.(args);
  }
  const name = ts.isPropertyAccessExpression(inner) ? inner.name : inner;
  const declared = ts.isIdentifier(name) ? symbolOf(checker, name)?.valueDeclaration : undefined;
  // A member may only be made of those before it.
  const isBefore = declared !== undefined && declared.end <= node.pos;
  const value = isBefore && ts.isEnumMember(declared) ? enumValue(checker, declared) : undefined;
  return typeof value === "number" ? value : undefined;
}

const arithmetic = new Map<ts.SyntaxKind, (a: number, b: number) => number>([
  [ts.SyntaxKind.PlusToken, (a, b) => a + b],
  [ts.SyntaxKind.MinusToken, (a, b) => a - b],
  [ts.SyntaxKind.AsteriskToken, (a, b) => a * b],
  [ts.SyntaxKind.SlashToken, (a, b) => a / b],
  [ts.SyntaxKind.PercentToken, (a, b) => a % b],
  [ts.SyntaxKind.AsteriskAsteriskToken, (a, b) => a ** b],
]);

/** Those whose results are the same everywhere: of the others the last digit may differ between engines. */
const exact = new Map<string, (args: readonly number[]) => number>([
  ["abs", ([a = Number.NaN]) => Math.abs(a)],
  ["ceil", ([a = Number.NaN]) => Math.ceil(a)],
  ["floor", ([a = Number.NaN]) => Math.floor(a)],
  ["fround", ([a = Number.NaN]) => Math.fround(a)],
  ["max", (args) => Math.max(...args)],
  ["min", (args) => Math.min(...args)],
  ["round", ([a = Number.NaN]) => Math.round(a)],
  ["sign", ([a = Number.NaN]) => Math.sign(a)],
  ["sqrt", ([a = Number.NaN]) => Math.sqrt(a)],
  ["trunc", ([a = Number.NaN]) => Math.trunc(a)],
]);

function functionOfMath(
  checker: ts.TypeChecker,
  node: ts.Expression,
): ((args: readonly number[]) => number) | undefined {
  const inner = bare(node);
  if (!ts.isPropertyAccessExpression(inner) || inner.expression.getText() !== "Math") return undefined;
  const declared = symbolOf(checker, inner.name)?.declarations ?? [];
  const isOfLibrary = declared.length > 0 && declared.every((d) => d.getSourceFile().isDeclarationFile);
  return isOfLibrary ? exact.get(inner.name.text) : undefined;
}
