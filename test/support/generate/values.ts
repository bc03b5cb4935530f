/** Values of every shape, written in place. */
import { instance } from "./class-values.js";
import type { Context } from "./context.js";
import { binary, condition, number, smooth, store, storedBound } from "./expressions.js";
import { indexText } from "./places.js";
import { bool, dictionaryKeys, num, type RecordField, sameShape, type Shape } from "./shapes.js";

/** A fresh value of a shape, as an expression. */
export function build(context: Context, shape: Shape, depth: number): string {
  const { random } = context;
  const fields = (of: readonly RecordField[]): string[] =>
    of.flatMap(({ name, shape: field, optional }) => {
      if (optional !== true || field.kind !== "maybe") return [`${name}: ${build(context, field, depth - 1)}`];
      return random.chance(0.4) ? [] : [`${name}: ${build(context, field.of, depth - 1)}`];
    });
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
    case "grown": {
      const count = random.integer(shape.filled ? 1 : 0, 3);
      return `[${Array.from({ length: count }, () => build(context, shape.elem, Math.min(depth - 1, 1))).join(", ")}]`;
    }
    case "tuple":
      return `[${shape.elems.map((elem) => build(context, elem, depth - 1)).join(", ")}]`;
    case "record":
      return `{ ${fields(shape.fields).join(", ")} }`;
    case "class":
      return instance(context, shape.info, depth);
    case "maybe":
      return `(${condition(context, 0)} ? ${build(context, shape.of, depth - 1)} : ${shape.absent})`;
    case "node": {
      const links = shape.links.flatMap((link) => {
        if (depth > 0 && random.chance(0.5)) return [`${link}: ${build(context, shape, depth - 1)}`];
        return shape.absent === "null" ? [`${link}: null`] : [];
      });
      return `{ ${[`value: ${build(context, num, Math.min(depth - 1, 1))}`, ...links].join(", ")} }`;
    }
    case "union": {
      const { tag, fields: own } = random.pick(shape.variants);
      return `({ kind: "${tag}", ${fields(own).join(", ")} } as ${shape.name})`;
    }
    case "dict":
      return `{ ${dictionaryKeys.flatMap((key) => (random.chance(0.35) ? [`${/^\w+$/.test(key) ? key : `"${key}"`}: ${build(context, shape.elem, depth - 1)}`] : [])).join(", ")} }`;
    case "func":
      return functionValue(context, shape.arity);
    case "text":
      return textValue(context, shape);
    case "void":
      return "undefined";
  }
}

/** A function as a value: an arrow that reads what is around, one of `Math`'s, or one of the program's. */
function functionValue(context: Context, arity: number): string {
  const { random } = context;
  const known = [...context.whole.helpers, ...context.locals].filter(
    ({ params, returns, cost, writes }) =>
      params.length === arity &&
      params.every(({ shape, given }) => shape.kind === "num" && given === undefined) &&
      returns.kind === "num" &&
      cost < 40 &&
      !writes,
  );
  if (known.length > 0 && random.chance(0.4)) return random.pick(known).name;
  if (arity === 1 && random.chance(0.25)) return random.pick(["Math.sin", "Math.cos", "Math.tanh", "Math.atan"]);
  const inside = context.inner(num, 0, true);
  const names = Array.from({ length: arity }, () => inside.fresh(random.pick(["z", "s", "v"])));
  for (const name of names) inside.declare(name, num);
  for (const name of names) inside.favourites.add(name);
  const used = names.map((name) => ({ text: name, bound: storedBound }));
  const first = used.reduce((a, b) => binary(inside, a, b));
  const value = store(inside, random.chance(0.5) ? binary(inside, first, number(inside, 1)) : smooth(inside, first));
  const typed = names.map((name) => `${name}: number`).join(", ");
  return random.chance(0.2) ? `(${typed}): number => { return ${value}; }` : `(${typed}) => ${value}`;
}

/** One of the strings a type allows; typed, so that the checker does not know which. */
function textValue(context: Context, shape: Extract<Shape, { kind: "text" }>): string {
  const known = context.visible().filter((variable) => sameShape(variable.shape, shape));
  if (known.length > 0 && context.random.chance(0.3)) return context.random.pick(known).name;
  const [a, b] = [context.random.pick(shape.values), context.random.pick(shape.values)];
  const quoted = (value: string): string => (shape.type.startsWith("Enum") ? `${shape.type}.${value}` : `"${value}"`);
  const value = a === b ? quoted(a) : `(${condition(context, 0)} ? ${quoted(a)} : ${quoted(b)})`;
  return `(${value} as ${shape.type})`;
}

const list = (context: Context, elem: Shape, depth: number): string =>
  Array.from({ length: context.whole.length }, () => build(context, elem, Math.min(depth - 1, 1))).join(", ");

/** A declared boolean's initial value. */
export const boolean = (context: Context): string => build(context, bool, 0);
