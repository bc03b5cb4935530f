/**
 * Random expressions. Each number comes with a bound on its size, so that what is stored stays small and every value is
 * finite: derivatives then exist and differences settle, except near the ties of a branch.
 */
import { callable, callText } from "./calls.js";
import type { Context, Expression } from "./context.js";
import { numberLeaf } from "./places.js";
import { num, sameShape } from "./shapes.js";

/** What a number variable, element or field may be expected to stay below. */
export const storedBound = 3;

/** An expression of at most `depth` operations. */
export function number(context: Context, depth: number): Expression {
  const { random } = context;
  if (depth <= 0) return numberLeaf(context);
  const sub = (): Expression => number(context, depth - 1 - random.integer(0, 1));
  return random.weighted<() => Expression>([
    [3, () => numberLeaf(context)],
    [5, () => binary(context, sub(), sub())],
    [3, () => smooth(context, sub())],
    [0.7, () => kinked(context, sub(), sub())],
    [0.8, () => conditional(context, depth)],
    [0.8, () => callNumber(context, depth) ?? numberLeaf(context)],
    [context.whole.options.plain ? 0 : 0.25, () => effect(context) ?? numberLeaf(context)],
    ...plugged(context, depth),
  ])();
}

/** What the features add. */
const plugged = (context: Context, depth: number): (readonly [number, () => Expression])[] =>
  context.whole.plugs.flatMap(({ numbers: made = [] }) =>
    made.map(([weight, make]) => [weight, () => make(context, depth) ?? numberLeaf(context)] as const),
  );

export function binary(context: Context, a: Expression, b: Expression): Expression {
  switch (context.random.pick(["+", "-", "*", "*", "/", "neg"])) {
    case "+":
      return { text: `(${a.text} + ${b.text})`, bound: a.bound + b.bound };
    case "-":
      return { text: `(${a.text} - ${b.text})`, bound: a.bound + b.bound };
    case "/":
      return { text: `(${a.text} / (2 + ${squared(context, b)}))`, bound: a.bound / 2 };
    case "neg":
      return { text: `(-${a.text})`, bound: a.bound };
    default:
      return a.bound * b.bound > 1e3
        ? { text: `(${shrink(context, a).text} * ${shrink(context, b).text})`, bound: 1 }
        : { text: `(${a.text} * ${b.text})`, bound: a.bound * b.bound };
  }
}

const squared = (context: Context, a: Expression): string =>
  context.random.chance(0.5)
    ? `${a.text} ** 2`
    : context.random.chance(0.5)
      ? `Math.pow(${a.text}, 2)`
      : `Math.cosh(0.3 * ${shrink(context, a).text})`;

/** Something smooth of at most 1 (or so) in size, whatever `a` is. */
export function shrink(context: Context, a: Expression): Expression {
  const form = context.random.pick([
    "Math.sin(@)",
    "Math.cos(@)",
    "Math.tanh(@)",
    "(0.6 * Math.atan(@))",
    "(1 / (1 + Math.exp(-Math.tanh(@))))",
  ]);
  return { text: form.replace("@", () => a.text), bound: 1.5 };
}

export function smooth(context: Context, a: Expression): Expression {
  const form = context.random.pick([
    "Math.sin(@)",
    "Math.cos(@)",
    "Math.tanh(@)",
    "Math.atan(@)",
    "Math.asinh(@)",
    "Math.exp(#)",
    "Math.expm1(#)",
    "Math.sqrt(1 + @ ** 2)",
    "Math.log(2 + @ ** 2)",
    "Math.log1p(@ ** 2)",
    "Math.hypot(1, @)",
    "Math.pow(1.5 + #, 0.7)",
    "((2 + #) ** #)",
    "Math.atan2(@, 2 + #)",
    "Math.cbrt(3 + #)",
    "Math.sinh(#)",
    "Math.asin(0.5 * #)",
    "Math.tan(0.5 * #)",
    "Math.log2(2 + #)",
  ]);
  const small = shrink(context, a).text;
  const text = form.replaceAll("@", () => a.text).replaceAll("#", () => small);
  return { text, bound: form.includes("sqrt") || form.includes("hypot") || form.includes("asinh") ? a.bound + 1 : 6 };
}

/** Ties have probability zero here, and the judges agree on them when they happen. */
function kinked(context: Context, a: Expression, b: Expression): Expression {
  if (context.random.chance(0.02)) return { text: `Math.fround(${a.text})`, bound: a.bound };
  const form = context.random.pick([
    "Math.abs(@)",
    "Math.max(@, #)",
    "Math.min(@, #)",
    "Math.max(@, 0.1)",
    "Math.max(@, #, -0.3)",
    "(@ % 1.3)",
    "Math.sign(@)",
    "(@ * Math.floor(#))",
  ]);
  const text = form.replaceAll("@", () => a.text).replaceAll("#", () => b.text);
  return { text, bound: form.includes("floor") ? a.bound * (b.bound + 1) : Math.max(a.bound, b.bound, 1.3) };
}

function conditional(context: Context, depth: number): Expression {
  const then = number(context, depth - 1);
  const other = number(context, depth - 1);
  const text = `(${condition(context, 1)} ? ${then.text} : ${other.text})`;
  return { text, bound: Math.max(then.bound, other.bound) };
}

/** An assignment, an increment or a comma inside an expression. */
function effect(context: Context): Expression | undefined {
  const target = assignable(context);
  if (target === undefined) return undefined;
  const value = store(context, number(context, 1));
  return context.random.pick([
    { text: `(${target} = ${value})`, bound: storedBound },
    { text: `(${target} = ${value}, ${numberLeaf(context).text})`, bound: storedBound },
    { text: `Math.sin(${target} += ${value})`, bound: 1 },
    { text: `Math.cos(${target}++)`, bound: 1 },
  ]);
}

/** The name of a number variable that may be assigned. */
export function assignable(context: Context): string | undefined {
  const found = context.visible().filter((variable) => variable.assignable && variable.shape.kind === "num");
  return found.length === 0 ? undefined : context.random.pick(found).name;
}

/** Text of a value fit to be stored: not larger than `storedBound`. */
export function store(context: Context, value: Expression): string {
  if (value.bound <= storedBound) return value.text;
  return context.random.chance(0.3) && value.bound < 1e6
    ? `(${value.text} / ${Math.ceil(value.bound / 2)})`
    : shrink(context, value).text;
}

/** A boolean expression. */
export function condition(context: Context, depth: number): string {
  const { random } = context;
  const flags = context.visible().filter(({ shape }) => shape.kind === "bool");
  if (flags.length > 0 && random.chance(0.2))
    return random.chance(0.3) ? `!${random.pick(flags).name}` : random.pick(flags).name;
  if (depth > 0 && random.chance(0.25)) {
    return `(${condition(context, depth - 1)} ${random.pick(["&&", "||"])} ${condition(context, depth - 1)})`;
  }
  const more = context.whole.plugs.flatMap(({ conditions = [] }) => conditions);
  if (more.length > 0 && random.chance(0.25)) {
    const text = random.pick(more)(context);
    if (text !== undefined) return text;
  }
  const integers = context.visible().filter(({ shape }) => shape.kind === "int");
  if (integers.length > 0 && random.chance(0.4)) {
    const { name } = random.pick(integers);
    return random.pick([
      `${name} % 2 === ${random.integer(0, 1)}`,
      `${name} > ${random.integer(0, 2)}`,
      `${name} % 3 !== ${random.integer(0, 2)}`,
      `(${name} & 1) < 1`,
    ]);
  }
  const left = number(context, 1).text;
  const right = random.chance(0.6)
    ? String(Math.round(random.real(-0.8, 0.8) * 1000) / 1000 + 0.0007)
    : numberLeaf(context).text;
  return `${left} ${random.pick(["<", ">", "<=", ">="])} ${right}`;
}

/** A call of a helper that returns a number. */
function callNumber(context: Context, depth: number): Expression | undefined {
  const helper = callable(
    context,
    (candidate) => sameShape(candidate.returns, num) && (!candidate.writes || !context.whole.options.plain),
  );
  if (helper === undefined) return undefined;
  return { text: callText(context, helper, depth - 1), bound: storedBound };
}
