/** The methods of arrays, with callbacks and without, on arrays of numbers, objects and rows. */
import { changed, copied, listed } from "./array-methods.js";
import type { Context, Expression, Outcome, Plug } from "./context.js";
import { condition, number, shrink, store } from "./expressions.js";
import { descend, readFrom } from "./places.js";
import { float64, loose, num, numbers, type Shape, typeText, voidShape } from "./shapes.js";
import { statements } from "./statements.js";

export const callbacks: Plug = {
  statements: [
    [2, mapped],
    [2, visited],
    [1, kept],
    [1, sorted],
    [0.8, copied],
    [0.8, generated],
    [0.6, changed],
    [0.6, listed],
    [0.6, found],
  ],
  numbers: [
    [1, reduced],
    [0.5, searched],
  ],
  conditions: [tested],
};

export interface Source {
  readonly name: string;
  readonly elem: Shape;
  readonly typed: boolean;
  readonly filled: boolean;
  readonly writable: boolean;
  readonly root: string;
}

/** Arrays to call methods of. */
function sources(context: Context): Source[] {
  return context.visible().flatMap(({ name, shape, writable, root }): Source[] => {
    if (shape.kind === "floats")
      return shape.name === "Float64Array" ? [{ name, elem: num, typed: true, filled: true, writable, root }] : [];
    if (shape.kind === "array") return [{ name, elem: shape.elem, typed: false, filled: true, writable, root }];
    if (shape.kind === "grown") return [{ name, elem: shape.elem, typed: false, filled: shape.filled, writable, root }];
    return [];
  });
}

export function source(context: Context, wanted: (source: Source) => boolean = () => true): Source | undefined {
  const found = sources(context).filter(wanted);
  return found.length === 0 || context.trips > 60 ? undefined : context.random.pick(found.slice(-5));
}

/** The callback's function context with its element and, at times, its index. */
function callback(
  context: Context,
  { elem, root, writable }: Pick<Source, "elem" | "root" | "writable">,
  returns: Shape,
  budget: number,
): { readonly inside: Context; readonly params: string; readonly value: string } {
  const inside = context.inner(returns, budget, true);
  inside.trips = context.trips * context.whole.length;
  const value = inside.fresh(elem.kind === "num" ? "v" : "e");
  inside.declare(value, elem, { root, writable, local: false });
  inside.favourites.add(value);
  if (!context.random.chance(0.4)) return { inside, params: value, value };
  const position = inside.fresh("i");
  inside.declare(position, loose);
  return { inside, params: `${value}, ${position}`, value };
}

/** A value that depends on the element. */
function aboutElement(inside: Context, value: string, elem: Shape): Expression {
  const part = elem.kind === "num" ? value : readFrom(inside, value, elem);
  const other = number(inside, 1);
  if (part === undefined) return other;
  return inside.random.pick([
    { text: `(${part} * ${shrink(inside, other).text})`, bound: 4 },
    { text: `(Math.sin(${part}) + ${shrink(inside, other).text})`, bound: 3 },
    { text: `(${part} * ${part})`, bound: 9 },
    { text: part, bound: 3 },
  ]);
}

/** `v => expression`, or with a body of statements. */
function written(context: Context, params: string, inside: Context, value: string): string {
  const list = /[, ]/.test(params) ? `(${params})` : context.random.chance(0.5) ? `(${params})` : params;
  if (inside.lines.length === 0) return `${list} => ${value}`;
  const pad = "  ".repeat(context.indent);
  return `${list} => {\n${inside.lines.join("\n")}\n${pad}  return ${value};\n${pad}}`;
}

/** Statements in a callback now and then: they may return early. */
function maybeStatements(inside: Context, deep: boolean): void {
  if (deep && inside.depth < 3 && inside.random.chance(0.3)) {
    inside.budget = inside.random.integer(1, 2);
    while (inside.budget > 0) statements(inside, inside.budget);
  }
}

function mapped(context: Context): Outcome | "nothing" {
  const { random } = context;
  const from = source(context);
  if (from === undefined) return "nothing";
  const name = context.fresh("mapped");
  const result = random.weighted<Shape>([
    [6, num],
    [from.typed ? 0 : 0.6, { kind: "tuple", elems: [num, num] }],
    [from.typed ? 0 : 0.6, numbers],
    [from.typed || context.whole.records.length === 0 ? 0 : 0.6, context.whole.records[0] ?? num],
  ]);
  const { inside, params, value } = callback(context, from, result, 0);
  maybeStatements(inside, true);
  const expression =
    result.kind === "num"
      ? store(inside, aboutElement(inside, value, from.elem))
      : result.kind === "tuple"
        ? `[${store(inside, aboutElement(inside, value, from.elem))}, ${store(inside, number(inside, 1))}]`
        : result.kind === "array"
          ? `[${Array.from({ length: context.whole.length }, () => store(inside, aboutElement(inside, value, from.elem))).join(", ")}]`
          : undefined;
  const typed =
    result.kind === "num" || result.kind === "array" ? "" : `: ${typeText({ kind: "array", elem: result })}`;
  if (expression === undefined) return "nothing";
  context.line(`const ${name}${typed} = ${from.name}.map(${written(context, params, inside, expression)});`);
  const whole = sizeOf(context, from.name);
  context.declare(
    name,
    from.typed
      ? float64
      : whole
        ? { kind: "array", elem: result }
        : { kind: "grown", elem: result, filled: from.filled },
  );
  return undefined;
}

/** Has the array of this name the length every array has? */
export const sizeOf = (context: Context, name: string): boolean =>
  context.visible().some((variable) => variable.name === name && variable.shape.kind !== "grown");

function visited(context: Context): Outcome | "nothing" {
  const from = source(context);
  if (from === undefined || context.depth > 2) return "nothing";
  const { inside, params } = callback(context, from, voidShape, context.random.integer(1, 3));
  while (inside.budget > 0) statements(inside, inside.budget);
  if (inside.lines.length === 0) return "nothing";
  context.cost += inside.cost;
  if (inside.writesParameters) context.writesParameters = true;
  context.line(`${from.name}.forEach((${params}) => {\n${inside.lines.join("\n")}\n${"  ".repeat(context.indent)}});`);
  return undefined;
}

/** `filter`, `slice`, `flatMap`: what they give may be empty. */
function kept(context: Context): Outcome | "nothing" {
  const { random } = context;
  const from = source(context, ({ typed }) => !typed);
  if (from === undefined) return "nothing";
  const name = context.fresh("kept");
  const isSlice = random.chance(0.25);
  const isMapped = !isSlice && random.chance(0.25) && from.elem.kind === "num";
  if (isSlice) {
    context.line(`const ${name} = ${from.name}.slice(${random.pick(["1", "0, 1", "-1", "0, -1"])});`);
  } else if (isMapped) {
    const { inside, params, value } = callback(context, from, num, 0);
    context.line(
      `const ${name} = ${from.name}.flatMap((${params}) => [${value}, ${store(inside, number(inside, 1))}]);`,
    );
  } else {
    const { inside, params, value } = callback(context, from, num, 0);
    const part = readFrom(inside, value, from.elem) ?? "0.1";
    const test = random.chance(0.6)
      ? `${part} ${random.pick(["<", ">"])} ${random.integer(-8, 12) / 10 + 0.0003}`
      : condition(inside, 0);
    context.line(`const ${name} = ${from.name}.filter(${written(context, params, inside, test)});`);
  }
  // The elements are those of the array it came from.
  context.declare(name, { kind: "grown", elem: from.elem, filled: false }, { root: from.root, local: false });
  if (random.chance(0.5) && from.elem.kind === "num") {
    const total = context.fresh("sum");
    context.line(`const ${total} = ${name}.reduce((s, v) => s + Math.sin(v), 0.1);`);
    context.declare(total, num);
  }
  return undefined;
}

function sorted(context: Context): Outcome | "nothing" {
  const { random } = context;
  const from = source(context, ({ typed, elem }) => elem.kind === "num" || (!typed && elem.kind === "record"));
  if (from === undefined) return "nothing";
  const name = context.fresh("sorted");
  const key = (of: string): string => readKey(of, from.elem);
  const comparator = random.chance(0.5) ? `(a, b) => ${key("a")} - ${key("b")}` : `(a, b) => ${key("b")} - ${key("a")}`;
  const copy = from.typed ? `${from.name}.slice()` : random.pick([`[...${from.name}]`, `${from.name}.slice()`]);
  context.line(`const ${name} = ${copy}.sort(${comparator});`);
  const shape: Shape = from.typed
    ? float64
    : sizeOf(context, from.name)
      ? { kind: "array", elem: from.elem }
      : { kind: "grown", elem: from.elem, filled: from.filled };
  context.declare(name, shape, from.elem.kind === "num" ? {} : { root: from.root, local: false });
  return undefined;
}

/** The first number of a record, or the element itself. */
function readKey(of: string, elem: Shape): string {
  if (elem.kind !== "record") return of;
  const field = elem.fields.find(({ shape }) => shape.kind === "num");
  return field === undefined ? "1" : `${of}.${field.name}`;
}

function generated(context: Context): Outcome {
  const { random } = context;
  const name = context.fresh("made");
  const length = context.lengthText();
  const inside = context.inner(num, 0, true);
  inside.trips = context.trips * context.whole.length;
  const i = inside.fresh("i");
  inside.declare(i, { kind: "int", range: "index" });
  const value = store(inside, number(inside, 2));
  const [text, shape] = random.pick<readonly [string, Shape]>([
    [`Array.from({ length: ${length} }, (_, ${i}) => ${value})`, numbers],
    [`new Array<number>(${length}).fill(${store(context, number(context, 1))})`, numbers],
    [`Float64Array.from({ length: ${length} }, (_, ${i}) => ${value})`, float64],
    [`new Float64Array(${length}).fill(${store(context, number(context, 1))})`, float64],
    [`new Float64Array(${length}).map((_, ${i}) => ${value})`, float64],
  ]);
  context.line(`const ${name} = ${text};`);
  context.declare(name, shape);
  return undefined;
}

/** An element found, or not. */
function found(context: Context): Outcome | "nothing" {
  const from = source(context, ({ elem, typed }) => !typed && (elem.kind === "record" || elem.kind === "class"));
  if (from === undefined) return "nothing";
  const { inside, params, value } = callback(context, from, num, 0);
  const part = readFrom(inside, value, from.elem);
  if (part === undefined) return "nothing";
  const name = context.fresh("found");
  context.line(`const ${name} = ${from.name}.find(${written(context, params, inside, `${part} > 0.3`)});`);
  const place = descend(context, name, from.elem);
  if (place === undefined) return undefined;
  context.line(`if (${name} !== undefined) {`);
  context.block(() => {
    context.declare(name, from.elem, { root: from.root, local: false, writable: from.writable, narrowed: true });
    statements(context, 1);
    if (from.writable && context.random.chance(0.4)) {
      context.writesParameters = true;
      context.line(`${place} += 0.2;`);
    }
  });
  context.line("}");
  return undefined;
}

function reduced(context: Context, depth: number): Expression | undefined {
  const { random } = context;
  const from = source(context);
  if (from === undefined || depth < 1) return undefined;
  const { inside, params, value } = callback(context, from, num, 0);
  const sum = inside.fresh("s");
  const first = store(context, number(context, 0));
  const term = aboutElement(inside, value, from.elem);
  inside.declare(sum, num);
  const [name, ...rest] = params.split(", ");
  const list = [sum, name, ...rest].join(", ");
  const next = random.pick([
    `${sum} + ${term.text}`,
    `Math.sin(${sum}) + ${shrink(inside, term).text}`,
    `${sum} * ${shrink(inside, term).text} + 0.2`,
    `Math.max(${sum}, ${term.text})`,
    `(${term.text} > ${sum} ? 0.5 * ${term.text} : ${sum})`,
  ]);
  const method = !from.typed && random.chance(0.1) ? "reduceRight" : "reduce";
  const typed = from.elem.kind === "num" ? "" : "<number>";
  return { text: `${from.name}.${method}${typed}((${list}) => ${next}, ${first})`, bound: 60 };
}

function searched(context: Context): Expression | undefined {
  const { random } = context;
  const from = source(context, ({ elem }) => elem.kind === "num");
  if (from === undefined) return undefined;
  const bound = random.integer(-9, 9) / 10 + 0.0007;
  const fallback = random.integer(1, 9) / 10;
  const text = random.pick([
    `(${from.name}.find((v) => v > ${bound}) ?? ${fallback})`,
    `${from.name}.findIndex((v) => v > ${bound})`,
    `${from.name}.filter((v) => v > ${bound}).length`,
    `Math.max(${fallback}, ...${from.name})`,
    `Math.hypot(${fallback}, ...${from.name})`,
    `(${from.name}.at(-1) ?? ${fallback})`,
  ]);
  return { text, bound: 8 };
}

function tested(context: Context): string | undefined {
  const from = source(context);
  if (from === undefined) return undefined;
  const { inside, params, value } = callback(context, from, num, 0);
  const part = readFrom(inside, value, from.elem) ?? "0.2";
  const test = `${part} ${context.random.pick(["<", ">"])} ${context.random.integer(-8, 12) / 10 + 0.0003}`;
  return `${from.name}.${context.random.pick(["some", "every"])}(${written(context, params, inside, test)})`;
}
