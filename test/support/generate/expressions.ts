/**
 * Random expressions. Each number comes with a bound on its size, so that what is stored stays small and every value is
 * finite: derivatives then exist and differences settle, except near the ties of a branch.
 */
import type { Context, Helper, Variable } from "./context.js";
import { bool, isReference, num, sameShape, type Shape } from "./shapes.js";

/** A numeric expression, safe as an operand, and a bound on its absolute value. */
export interface Expression {
  readonly text: string;
  readonly bound: number;
}

/** What a number variable, element or field may be expected to stay below. */
export const storedBound = 3;

const literal = (context: Context): Expression => {
  const value = context.random.chance(0.3)
    ? context.random.pick([1, 2, 0.5, 3, 1.5])
    : Math.round(context.random.real(0.05, 2) * 100) / 100;
  return { text: String(value), bound: value };
};

/** A number somewhere in `shape`, whose value is `text`: the text of the place. */
export function descend(context: Context, text: string, shape: Shape): string | undefined {
  switch (shape.kind) {
    case "num":
      return text;
    case "floats":
      return `${text}[${indexText(context)}]!`;
    case "array":
      return descend(context, `${text}[${indexText(context)}]!`, shape.elem);
    case "tuple": {
      const position = context.random.integer(0, shape.elems.length - 1);
      const elem = shape.elems[position];
      return elem === undefined ? undefined : descend(context, `${text}[${position}]`, elem);
    }
    case "record": {
      const field = context.random.pick(shape.fields);
      return descend(context, `${text}.${field.name}`, field.shape);
    }
    default:
      return undefined;
  }
}

/** A place to read a number from, or a literal. */
export function numberLeaf(context: Context): Expression {
  const { random } = context;
  if (random.chance(0.12)) return literal(context);
  const counters = context.visible().filter(({ shape }) => shape.kind === "int");
  if (counters.length > 0 && random.chance(0.1))
    return { text: `(${random.pick(counters).name} + ${random.integer(1, 3)})`, bound: 20 };
  const holders = context
    .visible()
    .filter(({ shape }) => shape.kind !== "bool" && shape.kind !== "int" && shape.kind !== "ints");
  // What was declared last is what a program is likely to use next.
  for (let attempt = 0; attempt < 4 && holders.length > 0; attempt++) {
    const holder = random.chance(0.4) ? random.pick(holders.slice(-4)) : context.prefer(holders);
    const text = descend(context, holder.name, holder.shape);
    if (text !== undefined) return { text, bound: storedBound };
  }
  const integers = context.visible().filter(({ shape }) => shape.kind === "int");
  if (integers.length > 0 && random.chance(0.3)) return { text: random.pick(integers).name, bound: 20 };
  return literal(context);
}

/** An integer in [0, n). */
export function indexText(context: Context): string {
  const { random } = context;
  const variables = context.visible();
  const exact = variables.filter(({ shape }) => shape.kind === "int" && shape.range === "index");
  const any = variables.filter(({ shape }) => shape.kind === "int");
  const tables = variables.filter(({ shape }) => shape.kind === "ints");
  if (exact.length > 0 && random.chance(0.75)) return random.pick(exact).name;
  if (tables.length > 0 && random.chance(0.3)) return `${random.pick(tables).name}[${simpleIndex(context)}]!`;
  if (any.length > 0 && random.chance(0.6)) {
    const { name } = random.pick(any);
    const length = context.lengthText();
    return random.pick([
      `(${name} + ${random.integer(1, 3)}) % ${length}`,
      `(${name} * 2 + 1) % ${length}`,
      `${name} % ${length}`,
      `(${name} << 1) % ${length}`,
    ]);
  }
  if (exact.length > 0 && random.chance(0.3)) return `${context.lengthText()} - 1 - ${random.pick(exact).name}`;
  if (random.chance(0.07)) {
    const leaf = context.visible().find(({ shape }) => shape.kind === "num");
    if (leaf !== undefined) {
      return `${random.pick(["Math.floor", "Math.trunc", "Math.round"])}(Math.abs(${leaf.name}) * 3) % ${context.lengthText()}`;
    }
  }
  return String(random.integer(0, context.whole.length - 1));
}

function simpleIndex(context: Context): string {
  const exact = context.visible().filter(({ shape }) => shape.kind === "int" && shape.range === "index");
  return exact.length > 0
    ? context.random.pick(exact).name
    : String(context.random.integer(0, context.whole.length - 1));
}

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
  ])();
}

function binary(context: Context, a: Expression, b: Expression): Expression {
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

function smooth(context: Context, a: Expression): Expression {
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

/** A helper that may be called here: it must fit the time there is. */
export function callable(context: Context, wanted: (helper: Helper) => boolean): Helper | undefined {
  const candidates = [...context.whole.helpers];
  const fits = candidates.filter(
    (helper) => wanted(helper) && context.trips * helper.cost < 3000 && hasArguments(context, helper),
  );
  return fits.length === 0 ? undefined : context.random.pick(fits);
}

const hasArguments = (context: Context, helper: Helper): boolean =>
  helper.params.every(({ shape }) => !isReference(shape) || canBuild(shape) || references(context, shape).length > 0);

/** Shapes that `build` can write in place. */
const canBuild = (shape: Shape): boolean => shape.kind === "tuple" || shape.kind === "record" || shape.kind === "array";

export function references(context: Context, shape: Shape): Variable[] {
  const constants = new Set(context.whole.constants.map(({ name }) => name));
  return context.visible().filter((variable) => sameShape(variable.shape, shape) && !constants.has(variable.root));
}

export function callText(context: Context, helper: Helper, depth: number): string {
  context.cost += context.trips * helper.cost;
  const used = new Set<string>();
  const args = helper.params.map(({ shape }, position) => {
    if (helper.recursive && position === 0) return String(context.random.integer(1, 3));
    return argument(context, shape, depth, used);
  });
  if (helper.writes) context.writesParameters = true;
  return `${helper.name}(${args.join(", ")})`;
}

/** An argument for a parameter; no array is passed twice unless aliases are asked for. */
export function argument(context: Context, shape: Shape, depth: number, used: Set<string>): string {
  if (!isReference(shape)) return build(context, shape, depth);
  const candidates = [
    ...references(context, shape).map(({ name, root }) => ({ root, text: name })),
    ...context
      .visible()
      .filter((variable) => variable.shape.kind === "array" && sameShape(variable.shape.elem, shape))
      .map(({ name, root }) => ({ root, text: `${name}[${indexText(context)}]!` })),
  ].filter(({ root }) => context.whole.options.aliases || !used.has(root));
  if (candidates.length === 0 || (canBuild(shape) && context.random.chance(0.15))) return build(context, shape, depth);
  const chosen = context.random.pick(candidates);
  used.add(chosen.root);
  return chosen.text;
}

/** A fresh value of a shape, as an expression. */
export function build(context: Context, shape: Shape, depth: number): string {
  const { random } = context;
  switch (shape.kind) {
    case "num":
      return store(context, number(context, depth));
    case "int":
      return indexText(context);
    case "bool":
      return condition(context, 0);
    case "floats":
      return `new ${shape.name}(${random.chance(0.4) ? context.lengthText() : `[${list(context, num, depth)}]`})`;
    case "ints":
      return `new Int32Array([${Array.from({ length: context.whole.length }, () => random.integer(0, context.whole.length - 1)).join(", ")}])`;
    case "array":
      return `[${list(context, shape.elem, depth)}]`;
    case "tuple":
      return `[${shape.elems.map((elem) => build(context, elem, depth - 1)).join(", ")}]`;
    case "record":
      return `{ ${shape.fields.map((field) => `${field.name}: ${build(context, field.shape, depth - 1)}`).join(", ")} }`;
    case "void":
      return "undefined";
  }
}

const list = (context: Context, elem: Shape, depth: number): string =>
  Array.from({ length: context.whole.length }, () => build(context, elem, Math.min(depth - 1, 1))).join(", ");

/** A declared boolean's initial value. */
export const boolean = (context: Context): string => build(context, bool, 0);
