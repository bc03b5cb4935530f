/** Objects with arbitrary keys: as arguments and in structures, filled by loops, with keys deleted, walked along, copied. */
import { argument } from "./calls.js";
import type { Context, Outcome, Plug, Variable } from "./context.js";
import { condition, number, shrink, store } from "./expressions.js";
import { indexText, readFrom } from "./places.js";
import { build } from "./values.js";
import { dictionaryKeys, isReference, num, numbers, point, type Shape, typeText } from "./shapes.js";

type Dictionary = Variable & { readonly shape: Extract<Shape, { readonly kind: "dict" }> };

export const dictionaries: Plug = {
  shapes: () => [
    [2, { kind: "dict", elem: num }],
    [0.6, { kind: "dict", elem: numbers }],
    [0.5, { kind: "dict", elem: point }],
    [0.3, { kind: "dict", elem: { kind: "dict", elem: num } }],
  ],
  statements: [
    [2.5, set],
    [1.2, remove],
    [2, along],
    [1.2, grouped],
    [0.7, copied],
    [0.6, member],
  ],
  conditions: [
    (context) => {
      const found = dictionary(context);
      if (found === undefined) return undefined;
      const [key] = keys(context);
      return context.random.pick([
        `${key} in ${found.name}`,
        `${found.name}[${key}] !== undefined`,
        `Object.keys(${found.name}).length > ${context.random.integer(0, 3)}`,
        `Object.hasOwn(${found.name}, ${key})`,
      ]);
    },
  ],
};

function dictionary(context: Context, writable = false): Dictionary | undefined {
  const found = context.ofKind("dict").filter((variable) => !writable || variable.writable);
  if (found.length === 0) return undefined;
  const preferred = found.filter(({ shape }) => shape.elem.kind === "num");
  return context.random.pick(preferred.length > 0 && context.random.chance(0.6) ? preferred : found);
}

/** The text of a key, and whether it is a literal. */
function keys(context: Context): readonly [text: string, isLiteral: boolean] {
  const { random } = context;
  const [a, b] = [random.pick(dictionaryKeys), random.pick(dictionaryKeys)];
  const integers = context.ofKind("int");
  if (random.chance(0.5)) return [`"${a}"`, true];
  if (integers.length > 0 && random.chance(0.6)) return [`\`k\${${random.pick(integers).name} % 3}\``, false];
  return random.chance(0.5)
    ? [`(${condition(context, 0)} ? "${a}" : "${b}")`, false]
    : [`["${a}", "${b}", "k1"][${random.integer(0, 2)}]!`, false];
}

const fallback = (context: Context): string => String(context.random.integer(-9, 15) / 10);

function set(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = dictionary(context, true);
  if (found === undefined) return declare(context);
  if (!found.local) context.writesParameters = true;
  const { name, shape } = found;
  const [key, isLiteral] = keys(context);
  const place =
    isLiteral && /^"\w*[a-z]\w*"$/.test(key) && random.chance(0.4) ? `${name}.${key.slice(1, -1)}` : `${name}[${key}]`;
  const value = shape.elem.kind === "num" ? store(context, number(context, 2)) : given(context, shape.elem);
  if (shape.elem.kind !== "num") {
    context.line(random.chance(0.25) ? `${place} ??= ${value};` : `${place} = ${value};`);
    return undefined;
  }
  // A computed key is worked out once.
  const was = (how: (key: string) => string): string => {
    if (isLiteral) return how(key);
    const named = context.fresh("key");
    context.line(`const ${named} = ${key};`);
    return how(named);
  };
  context.line(
    random.weighted<() => string>([
      [3, () => `${place} = ${value};`],
      [
        2,
        () =>
          was(
            (k) =>
              `${name}[${k}] = 0.6 * (${name}[${k}] ?? ${fallback(context)}) + ${shrink(context, number(context, 2)).text};`,
          ),
      ],
      [0.7, () => `${place} ??= ${value};`],
      [
        1,
        () =>
          was(
            (k) =>
              `if (${name}[${k}] !== undefined) ${name}[${k}]! ${random.pick(["*=", "+=", "-="])} ${shrink(context, number(context, 1)).text};`,
          ),
      ],
      [
        0.7,
        () =>
          was(
            (k) =>
              `if (${k} in ${name}) ${name}[${k}] = Math.sin(${name}[${k}]! * ${shrink(context, number(context, 1)).text}); else ${name}[${k}] = ${value};`,
          ),
      ],
    ])(),
  );
  return undefined;
}

/** What is stored is nobody else's, unless sharing is asked for. */
const given = (context: Context, shape: Shape): string =>
  context.has("sharing") && isReference(shape) ? argument(context, shape, 1, new Set()) : build(context, shape, 1);

function declare(context: Context): Outcome {
  const shape: Shape = { kind: "dict", elem: context.random.pick([num, num, numbers, point]) };
  const name = context.fresh("table");
  const value = context.random.chance(0.4) ? "{}" : build(context, shape, 2);
  context.line(`const ${name}: ${typeText(shape)} = ${value};`);
  context.declare(name, shape);
  return undefined;
}

function remove(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = dictionary(context, true);
  if (found === undefined) return "nothing";
  if (!found.local) context.writesParameters = true;
  const [key] = keys(context);
  const { name, shape } = found;
  if (shape.elem.kind === "num" && random.chance(0.35)) {
    const [taken, named] = [context.fresh("taken"), context.fresh("key")];
    context.line(`const ${named} = ${key};`);
    context.line(`const ${taken} = ${name}[${named}] ?? ${fallback(context)};`);
    context.line(`delete ${name}[${named}];`);
    if (random.chance(0.4)) context.line(`${name}["again"] = ${taken} * ${shrink(context, number(context, 1)).text};`);
    context.declare(taken, num);
    return undefined;
  }
  context.line(`${random.chance(0.4) ? `if (${condition(context, 1)}) ` : ""}delete ${name}[${key}];`);
  return undefined;
}

/** A loop over keys, values or entries; what it walks along stays as it is meanwhile. */
function along(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = dictionary(context);
  if (found === undefined || context.trips > 30) return "nothing";
  const { name, shape } = found;
  const [sum, key, value] = [context.fresh("sum"), context.fresh("key"), context.fresh("v")];
  context.line(`let ${sum} = ${store(context, number(context, 1))};`);
  context.declare(sum, num, { assignable: true });
  const form = random.integer(0, 3);
  const head = [
    `for (const ${key} in ${name}) {`,
    `for (const ${key} of Object.keys(${name})) {`,
    `for (const ${value} of Object.values(${name})) {`,
    `for (const [${key}, ${value}] of Object.entries(${name})) {`,
  ][form];
  context.loop(head ?? "", 3, () => {
    if (form !== 2 && form !== 3) context.line(`const ${value} = ${name}[${key}]!;`);
    context.declare(
      value,
      shape.elem,
      isReference(shape.elem) ? { root: found.root, local: false, writable: found.writable } : {},
    );
    const read = readFrom(context, value, shape.elem) ?? "0.4";
    const skipped = form === 2 ? `Math.abs(${sum}) > 2` : `${key} === "${random.pick(dictionaryKeys)}"`;
    if (random.chance(0.3)) context.line(`if (${skipped}) ${random.pick(["continue", "break"])};`);
    const more = form === 2 ? "1" : `${key}.length`;
    context.line(
      random.pick([
        `${sum} = Math.sin(${sum}) + ${read} * ${more};`,
        `${sum} = 0.5 * ${sum} + Math.cos(${read}) * ${shrink(context, number(context, 1)).text};`,
        `${sum} += ${shrink(context, { text: read, bound: 3 }).text};`,
      ]),
    );
    // What is under a key may be changed in the middle of it.
    if (found.writable && shape.elem.kind === "num" && form !== 2 && random.chance(0.35)) {
      if (!found.local) context.writesParameters = true;
      context.line(
        `${name}[${key}] = ${random.pick([`0.5 * ${name}[${key}]!`, `Math.sin(${sum})`, `${value} * ${sum} * 0.1`])};`,
      );
    }
  });
  return undefined;
}

/** A table of sums made by a loop, the keys computed. */
function grouped(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (context.trips > 30) return "nothing";
  const [name, i, key] = [context.fresh("groups"), context.fresh("i"), context.fresh("key")];
  context.line(
    `const ${name}: Record<string, number> = ${random.chance(0.6) ? "{}" : `{ k0: ${store(context, number(context, 1))} }`};`,
  );
  context.loop(`for (let ${i} = 0; ${i} < ${random.integer(1, 5)}; ${i}++) {`, 4, () => {
    context.declare(i, { kind: "int", range: "loose" });
    const value = store(context, number(context, 2));
    context.line(
      `const ${key} = ${random.pick([`\`k\${${i} % 2}\``, `${value} > 0.2 ? "up" : "down"`, `["a", "k1", "b"][${i} % 3]!`, `String(${i} % 3)`])};`,
    );
    context.line(`${name}[${key}] = (${name}[${key}] ?? 0) ${random.pick(["+", "-", "* 0.5 +"])} ${value};`);
    if (random.chance(0.25)) context.line(`if (${condition(context, 1)}) delete ${name}[${key}];`);
  });
  context.declare(name, { kind: "dict", elem: num });
  return undefined;
}

function copied(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = dictionary(context);
  if (found === undefined || found.shape.elem.kind !== "num") return "nothing";
  const name = context.fresh("copy");
  const own = (): string => `${random.pick(["a", "b", "more"])}: ${store(context, number(context, 1))}`;
  context.line(
    `const ${name}: Record<string, number> = ${random.pick([
      `{ ...${found.name} }`,
      `{ ...${found.name}, ${own()} }`,
      `{ ${own()}, ...${found.name} }`,
      `Object.fromEntries(Object.entries(${found.name}).map(([k, v]) => [k, v * ${shrink(context, number(context, 1)).text}]))`,
      `Object.assign({ ${own()} }, ${found.name})`,
    ])};`,
  );
  context.declare(name, { kind: "dict", elem: num });
  return undefined;
}

/** One member under a name. */
function member(context: Context): Outcome | "nothing" {
  const found = dictionary(context);
  if (found === undefined) return "nothing";
  const [key] = keys(context);
  const name = context.fresh("one");
  const { elem } = found.shape;
  if (elem.kind === "num") {
    context.line(`const ${name} = ${found.name}[${key}] ?? ${store(context, number(context, 1))};`);
    context.declare(name, num);
    return undefined;
  }
  context.line(`const ${name} = ${found.name}[${key}];`);
  context.line(`if (${name} !== undefined) {`);
  context.block(() => {
    context.declare(name, elem, { root: found.root, local: false, writable: found.writable });
    if (elem.kind === "array" && found.writable) {
      if (!found.local) context.writesParameters = true;
      context.line(`${name}[${indexText(context)}] = ${store(context, number(context, 2))};`);
    } else if (elem.kind === "dict" && found.writable) set(context);
    else context.line(`void ${name};`);
  });
  context.line("}");
  return undefined;
}
