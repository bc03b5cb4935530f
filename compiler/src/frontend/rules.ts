/**
 * **Purpose** The derivative rules as data for the adjoint transformation.
 * **Needs** The formulas of `rules/`, ordinary functions whose text is what a programmer wrote (from source or built).
 * **Guarantees** A tree per operand that computes what the function computes; a formula outside the small language below
 * is our bug, reported at once.
 * **How** `Function.prototype.toString`, parsed by TypeScript. Parameters are told by position, so nothing depends on their
 * names. A formula is an expression, or constants followed by `return`; a constant is substituted where it is named, as
 * one shared object. Operators and functions of `Math` are found by their spelling in `ir/primitives.ts`.
 */
import { ts } from "ts-morph";
import { primitives, type PrimName } from "../ir/primitives.js";
import { powAbove, powFraction, powLiterals, powNegative } from "../rules/arithmetic.js";
import type { Rule, RuleExpr, RuleSet } from "../rules/rule.js";
import { ruleEntry, type Formula } from "../rules/table.js";
import { assertNever, invariant } from "../support/invariant.js";

/** The rule of a primitive; read on first use and kept. */
export const ruleSet: RuleSet = (name, arity) => {
  const key = `${name}/${arity}`;
  let rule = rules.get(key);
  if (rule === undefined) {
    rule = makeRule(name, arity);
    rules.set(key, rule);
  }
  return rule;
};
const rules = new Map<string, Rule>();

function makeRule(name: PrimName, arity: number): Rule {
  const declared = primitives[name].arity;
  invariant(declared === -1 || declared === arity, `${name} takes ${declared} operands, asked for ${arity}`);
  const entry = ruleEntry(name);
  switch (entry.kind) {
    case "flat":
      return { slots: Array.from({ length: arity }, () => null), singular: false };
    case "family":
      return { slots: entry.slots(arity), singular: entry.singular };
    case "formula": {
      const slots = readFormula(entry.formula, arity);
      invariant(slots.length === arity, `the rule of ${name} has ${slots.length} slopes for ${arity} operands`);
      return { slots, singular: entry.singular };
    }
    default:
      return assertNever(entry, "rule");
  }
}

/** The rule of `x ** exponent` for an exponent the source spells out: the cheapest accurate form; nothing for the exponent. */
export function powConstant(exponent: number): Rule {
  const key = Object.is(exponent, -0) ? 0 : exponent;
  let rule = powRules.get(key);
  if (rule === undefined) {
    // The slope of a natural power is finite; of others it is infinite at 0 or NaN below it.
    const singular = !(Number.isInteger(key) && key >= 0);
    rule = { slots: [key === 0 ? null : powSlope(key), null], singular };
    powRules.set(key, rule);
  }
  return rule;
}
const powRules = new Map<number, Rule>();

function powSlope(exponent: number): RuleExpr {
  const [slope] = readFormula(
    powLiterals.get(exponent) ?? (exponent < 0 ? powNegative : exponent < 1 ? powFraction : powAbove),
    2,
  );
  invariant(slope !== undefined, `no slope for the exponent ${exponent}`);
  return withExponent(slope, exponent);
}

/** The expression with operand 1 replaced by a number, and `y - 1` computed. */
function withExponent(expr: RuleExpr, exponent: number): RuleExpr {
  if (expr.kind === "operand" && expr.index === 1) return { kind: "const", value: exponent };
  if (expr.kind === "cond") {
    const inside = (part: RuleExpr) => withExponent(part, exponent);
    return { kind: "cond", test: inside(expr.test), then: inside(expr.then), else: inside(expr.else) };
  }
  if (expr.kind !== "prim") return expr;
  const args = expr.args.map((arg) => withExponent(arg, exponent));
  const [left, right] = args;
  if (expr.name === "sub" && left?.kind === "const" && right?.kind === "const")
    return { kind: "const", value: left.value - right.value };
  return args.every((arg, i) => arg === expr.args[i]) ? expr : { ...expr, args };
}

// ----------------------------------------------------------------------------------------------------------- reading

type Names = ReadonlyMap<string, RuleExpr>;

/** The expressions a formula returns, as trees. */
function readFormula(formula: Formula, arity: number): readonly RuleExpr[] {
  const source = ts.createSourceFile("rule.ts", `(${formula.toString()})`, ts.ScriptTarget.ES2022, false);
  const statement = source.statements[0];
  invariant(statement !== undefined && ts.isExpressionStatement(statement), "a rule is one function");
  const lambda = stripParentheses(statement.expression);
  invariant(ts.isArrowFunction(lambda), "a rule is an arrow function");
  const [names, result] = ts.isBlock(lambda.body)
    ? readBlock(lambda.body, parameters(lambda, arity))
    : [parameters(lambda, arity), lambda.body];
  const value = stripParentheses(result);
  const slopes = ts.isArrayLiteralExpression(value) ? [...value.elements] : [value];
  return slopes.map((slope) => readExpression(slope, names));
}

function parameters(lambda: ts.ArrowFunction, arity: number): Names {
  invariant(lambda.parameters.length <= arity + 2, "a rule's parameters are the adjoint, the result and the operands");
  return new Map(
    lambda.parameters.map((parameter, position) => {
      invariant(ts.isIdentifier(parameter.name), "a rule's parameters are plain names");
      const meaning: RuleExpr =
        position === 0
          ? { kind: "adjoint" }
          : position === 1
            ? { kind: "result" }
            : { kind: "operand", index: position - 2 };
      return [parameter.name.text, meaning];
    }),
  );
}

function readBlock(block: ts.Block, outer: Names): readonly [Names, ts.Expression] {
  const names = new Map(outer);
  const last = block.statements.at(-1);
  invariant(
    last !== undefined && ts.isReturnStatement(last) && last.expression !== undefined,
    "a rule's block ends in a return",
  );
  for (const statement of block.statements.slice(0, -1)) {
    invariant(ts.isVariableStatement(statement), "a rule's block holds constants and a return");
    for (const { name, initializer } of statement.declarationList.declarations) {
      invariant(ts.isIdentifier(name) && initializer !== undefined, "a rule's constant has a plain name and a value");
      names.set(name.text, readExpression(initializer, names));
    }
  }
  return [names, last.expression];
}

function readExpression(node: ts.Expression, names: Names): RuleExpr {
  const read = (inner: ts.Expression) => readExpression(inner, names);
  if (ts.isParenthesizedExpression(node)) return read(node.expression);
  if (ts.isNumericLiteral(node)) return { kind: "const", value: Number(node.text) };
  if (ts.isIdentifier(node)) {
    const meaning = names.get(node.text) ?? namedConstants.get(node.text);
    invariant(meaning !== undefined, `a rule uses the unknown name ${node.text}`);
    return meaning;
  }
  if (ts.isPropertyAccessExpression(node)) return { kind: "const", value: mathConstant(node) };
  if (ts.isConditionalExpression(node)) {
    return { kind: "cond", test: read(node.condition), then: read(node.whenTrue), else: read(node.whenFalse) };
  }
  if (ts.isBinaryExpression(node))
    return spelled("infix", tokenText(node.operatorToken.kind), [read(node.left), read(node.right)]);
  if (ts.isPrefixUnaryExpression(node)) {
    const operand = read(node.operand);
    const isMinus = node.operator === ts.SyntaxKind.MinusToken;
    if (isMinus && operand.kind === "const") return { kind: "const", value: -operand.value };
    return spelled("prefix", tokenText(node.operator), [operand]);
  }
  invariant(ts.isCallExpression(node), `a rule uses ${ts.SyntaxKind[node.kind]}`);
  return spelled("call", dottedName(node.expression), node.arguments.map(read));
}

function stripParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? stripParentheses(node.expression) : node;
}

const namedConstants: Names = new Map([
  ["NaN", { kind: "const", value: NaN }],
  ["Infinity", { kind: "const", value: Infinity }],
]);

function mathConstant(node: ts.PropertyAccessExpression): number {
  const value: unknown = Object.getOwnPropertyDescriptor(Math, node.name.text)?.value;
  invariant(
    dottedName(node) === `Math.${node.name.text}` && typeof value === "number",
    `a rule uses ${node.name.text}`,
  );
  return value;
}

function dottedName(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  invariant(ts.isPropertyAccessExpression(node), "a rule calls functions of Math by name");
  return `${dottedName(node.expression)}.${node.name.text}`;
}

function tokenText(kind: ts.SyntaxKind): string {
  const text = ts.tokenToString(kind);
  invariant(text !== undefined, `no text for ${ts.SyntaxKind[kind]}`);
  return text;
}

function spelled(kind: "infix" | "prefix" | "call", text: string, args: readonly RuleExpr[]): RuleExpr {
  const name = spellings.get(`${kind} ${text}`);
  invariant(name !== undefined, `no primitive is spelled ${text}`);
  const { arity } = primitives[name];
  invariant(arity === -1 || arity === args.length, `${text} takes ${arity} operands in a rule`);
  return { kind: "prim", name, args };
}

/** From spelling to primitive; where several share one (`max` and `maxLiteral`) the first row is the general one. */
const spellings: ReadonlyMap<string, PrimName> = new Map(
  primNames()
    .toReversed()
    .map((name) => [`${primitives[name].spelling.kind} ${primitives[name].spelling.text}`, name]),
);

function primNames(): PrimName[] {
  return Object.keys(primitives).filter((name): name is PrimName => name in primitives);
}
