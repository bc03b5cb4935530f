/** Patterns: nested, with defaults and rests, in declarations, assignments, loops and parameters. */
import type { Context, Outcome, Plug } from "./context.js";
import { assignable, number, store } from "./expressions.js";
import { readFrom } from "./places.js";
import { build } from "./values.js";
import { num, numbers, point, type RecordField, type Shape } from "./shapes.js";

export const destructuring: Plug = {
  statements: [
    [1.5, objectPattern],
    [1.2, arrayPattern],
    [0.8, assignPattern],
    [0.8, loopPattern],
    [0.8, parameterPattern],
    [0.5, literalPattern],
  ],
};

type Named = readonly [name: string, shape: Shape];

/** A pattern for the fields of an object: some of them, some renamed, some taken apart. */
function fieldsPattern(context: Context, fields: readonly RecordField[], names: Named[]): string {
  const { random } = context;
  const chosen = random.shuffle(fields).slice(0, random.integer(1, fields.length));
  const parts = chosen.map(({ name, shape }) => {
    if (shape.kind === "record" && random.chance(0.6)) return `${name}: ${fieldsPattern(context, shape.fields, names)}`;
    if (shape.kind === "tuple" && random.chance(0.5)) return `${name}: ${elementsPattern(context, shape.elems, names)}`;
    const renamed = context.fresh(name.slice(0, 1));
    if (shape.kind === "maybe" && shape.absent === "undefined" && shape.of.kind === "num") {
      names.push([renamed, num]);
      return `${name}: ${renamed} = ${random.integer(1, 9) / 10}`;
    }
    names.push([renamed, shape]);
    return `${name}: ${renamed}`;
  });
  return `{ ${parts.join(", ")} }`;
}

function elementsPattern(context: Context, elems: readonly Shape[], names: Named[]): string {
  const parts = elems.map((shape) => {
    if (context.random.chance(0.2)) return "";
    const name = context.fresh("c");
    names.push([name, shape]);
    return name;
  });
  return `[${parts.join(", ").replace(/[, ]+$/, "")}]`;
}

function declareAll(context: Context, names: readonly Named[], root: string, keyword: string): void {
  for (const [name, shape] of names) {
    const scalar = shape.kind === "num";
    context.declare(name, shape, scalar ? { assignable: keyword === "let" } : { root, local: false });
  }
}

const fieldsOf = (shape: Shape): readonly RecordField[] =>
  shape.kind === "record" ? shape.fields : shape.kind === "class" ? shape.info.fields : [];

function objectPattern(context: Context): Outcome | "nothing" {
  const { random } = context;
  const objects = context.visible().filter(({ shape }) => fieldsOf(shape).length > 0);
  if (objects.length === 0) return "nothing";
  const object = random.pick(objects);
  const names: Named[] = [];
  const pattern = fieldsPattern(context, fieldsOf(object.shape), names);
  const keyword = random.pick(["const", "let"]);
  const rest = random.chance(0.15) ? context.fresh("others") : undefined;
  context.line(
    `${keyword} ${rest === undefined ? pattern : `${pattern.slice(0, -2)}, ...${rest} }`} = ${object.name};`,
  );
  declareAll(context, names, object.root, keyword);
  return undefined;
}

function arrayPattern(context: Context): Outcome | "nothing" {
  const { random } = context;
  const arrays = context
    .visible()
    .filter(
      ({ shape }) =>
        shape.kind === "floats" || ((shape.kind === "array" || shape.kind === "grown") && shape.elem.kind === "num"),
    );
  if (arrays.length === 0) return "nothing";
  const array = random.pick(arrays);
  const keyword = random.pick(["const", "let"]);
  const [a, b, rest] = [context.fresh("a"), context.fresh("b"), context.fresh("rest")];
  const pattern = random.pick([
    `[${a} = 0.4, ${b} = 0.2]`,
    `[, ${a} = 0.7]`,
    `[${a} = 0.1, ...${rest}]`,
    `[${a} = ${store(context, number(context, 1))}, , ${b} = 0.5]`,
  ]);
  context.line(`${keyword} ${pattern} = ${array.name};`);
  for (const name of [a, b])
    if (pattern.includes(`${name} =`)) context.declare(name, num, { assignable: keyword === "let" });
  if (pattern.includes(`...${rest}`)) context.declare(rest, { kind: "grown", elem: num, filled: false });
  return undefined;
}

function assignPattern(context: Context): Outcome | "nothing" {
  const { random } = context;
  const [one, two] = [assignable(context), assignable(context)];
  if (one === undefined || two === undefined || one === two) return "nothing";
  const value = (): string => store(context, number(context, 2));
  context.line(
    random.pick([
      `[${one}, ${two}] = [${value()}, ${value()}];`,
      `({ x: ${one}, y: ${two} } = { x: ${value()}, y: ${value()} });`,
      `[${one}, ${two} = 0.3] = [${value()}];`.replace(`, ${two} = 0.3`, ""),
      `[${one}, ${two}] = [${two}, ${one} * 0.5];`,
    ]),
  );
  return undefined;
}

function loopPattern(context: Context): Outcome | "nothing" {
  const { random } = context;
  const arrays = context
    .visible()
    .filter(
      ({ shape }) =>
        (shape.kind === "array" || shape.kind === "grown") &&
        (shape.elem.kind === "record" || shape.elem.kind === "tuple"),
    );
  if (arrays.length === 0) return "nothing";
  const array = random.pick(arrays);
  const elem = array.shape.kind === "array" || array.shape.kind === "grown" ? array.shape.elem : num;
  const names: Named[] = [];
  const pattern =
    elem.kind === "record"
      ? fieldsPattern(context, elem.fields, names)
      : elementsPattern(context, elem.kind === "tuple" ? elem.elems : [], names);
  const sum = context.fresh("sum");
  context.line(`let ${sum} = 0.1;`);
  context.line(`for (const ${pattern} of ${array.name}) {`);
  context.block(() => {
    declareAll(context, names, array.root, "const");
    const parts = names.map(([name, shape]) => readFrom(context, name, shape) ?? "0.2");
    context.line(`${sum} = Math.sin(${sum} + ${parts.length > 0 ? parts.join(" * ") : "1"});`);
  });
  context.line("}");
  context.declare(sum, num, { assignable: true });
  return undefined;
}

/** A local function with a pattern for its parameter. */
function parameterPattern(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (!context.has("closures")) return "nothing";
  const name = context.fresh("apart");
  const inside = context.inner(num, 0, true);
  const fields: readonly RecordField[] = [
    { name: "x", shape: num },
    { name: "y", shape: num },
  ];
  const [shape, pattern, typed, names]: readonly [Shape, string, string, readonly string[]] = random.pick([
    [point, "{ x: px, y: py }", "{ x: number; y: number }", ["px", "py"]],
    [{ kind: "tuple", elems: [num, num] }, "[px, py]", "[number, number]", ["px", "py"]],
    [numbers, "[px = 0.3, ...pr]", "number[]", ["px"]],
    [
      { kind: "record", name: "", inline: true, fields },
      "{ x: px, y: py = 0.4 }",
      "{ x: number; y?: number }",
      ["px", "py"],
    ],
  ]);
  for (const each of names) inside.declare(each, num);
  for (const each of names) inside.favourites.add(each);
  context.line(`const ${name} = (${pattern}: ${typed}): number => ${store(inside, number(inside, 2))};`);
  context.locals.push({ name, params: [{ name: "p", shape }], returns: num, recursive: false, cost: 2, writes: true });
  return undefined;
}

function literalPattern(context: Context): Outcome {
  const { random } = context;
  const [a, b] = [context.fresh("a"), context.fresh("b")];
  const first = build(context, num, 2);
  const second = build(context, num, 1);
  context.line(
    random.pick([
      `const { ${a}, ${b} } = { ${a}: ${first}, ${b}: ${second} };`,
      `const [${a}, [${b}]] = [${first}, [${second}, 1]] as const;`,
      `const [${a}, ${b}] = [${first}, ${second}];`,
    ]),
  );
  context.declare(a, num);
  context.declare(b, num);
  return undefined;
}
