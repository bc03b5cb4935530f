/** Discriminated unions: alone and in arrays, told apart by `switch`, `if` and type guards. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { number, shrink, store } from "./expressions.js";
import { readFrom } from "./places.js";
import { float64, num, numbers, type RecordField, type Shape, type Variant } from "./shapes.js";
import { statements } from "./statements.js";

export const unions: Plug = {
  module: write,
  shapes: ({ structures }) => structures.flatMap((shape) => (shape.kind === "union" ? [[2.5, shape] as const] : [])),
  statements: [
    [2, byKind],
    [1.5, along],
    [0.8, byGuard],
  ],
};

function write(whole: Whole): readonly string[] {
  const { random } = whole;
  const name = `Shape${++whole.nextName}`;
  const id = whole.nextName;
  const shared: RecordField[] = random.chance(0.5) ? [{ name: "weight", shape: num }] : [];
  const bodies: readonly (readonly [string, readonly RecordField[]])[] = [
    ["circle", [{ name: "r", shape: num }]],
    [
      "box",
      [
        { name: "w", shape: num },
        { name: "h", shape: num },
      ],
    ],
    [
      "line",
      [
        { name: "length", shape: num },
        { name: "slope", shape: num },
      ],
    ],
    [
      "poly",
      [
        { name: "k", shape: num },
        { name: "points", shape: random.chance(0.5) ? numbers : float64 },
      ],
    ],
    ["dot", []],
  ];
  const variants = random
    .shuffle(bodies)
    .slice(0, random.integer(2, 3))
    .map(
      ([tag, fields]): Variant => ({
        tag,
        name: `${tag.slice(0, 1).toUpperCase()}${tag.slice(1)}${id}`,
        fields: [...fields, ...shared],
      }),
    );
  const shape: Shape = { kind: "union", name, variants };
  whole.structures.push(shape);
  const inline = random.chance(0.5);
  const body = ({ tag, fields }: Variant): string =>
    `{ kind: "${tag}"; ${fields.map(({ name: field, shape: of }) => `${field}: ${of.kind === "num" ? "number" : of.kind === "floats" ? of.name : "number[]"}; `).join("")}}`;
  const declared = inline
    ? [`type ${name} = ${variants.map(body).join(" | ")};`]
    : [
        ...variants.map((variant) => `interface ${variant.name} ${body(variant)}`),
        `type ${name} = ${variants.map((variant) => variant.name).join(" | ")};`,
      ];
  const value = (text: string, { fields }: Variant): string =>
    fields
      .map(({ name: field, shape: of }) => (of.kind === "num" ? `Math.sin(${text}.${field})` : `${text}.${field}[0]!`))
      .join(" * ") || "0.3";
  const forms = [
    `function area${id}(s: ${name}): number {\n  switch (s.kind) {\n${variants.map((variant) => `    case "${variant.tag}":\n      return ${value("s", variant)};`).join("\n")}\n  }\n}`,
    `function area${id}(s: ${name}): number {\n${variants
      .slice(1)
      .map((variant) => `  if (s.kind === "${variant.tag}") return ${value("s", variant)};\n`)
      .join("")}  return ${variants[0] === undefined ? "0" : value("s", variants[0])};\n}`,
  ];
  whole.helpers.push({
    name: `area${id}`,
    params: [{ name: "s", shape }],
    returns: num,
    recursive: false,
    cost: 4,
    writes: false,
  });
  const texts = [...declared, random.pick(forms)];
  const [guarded] = variants;
  if (!inline && guarded !== undefined)
    texts.push(
      `function is${guarded.name}(s: ${name}): s is ${guarded.name} {\n  return s.kind === "${guarded.tag}";\n}`,
    );
  return texts;
}

/** The variables of a union, named afresh so that tests narrow them. */
function subject(
  context: Context,
): { readonly name: string; readonly shape: Extract<Shape, { kind: "union" }>; readonly root: string } | undefined {
  const { random } = context;
  const known = context.ofKind("union");
  if (known.length > 0) {
    const { name, shape, root } = random.pick(known);
    const again = context.fresh("it");
    context.line(`const ${again} = ${name} as ${shape.name};`);
    return { name: again, shape, root };
  }
  return undefined;
}

/** The fields of the variant, as what the block may use. */
function inVariant(context: Context, text: string, root: string, variant: Variant): void {
  context.declare(
    text,
    { kind: "record", name: variant.name, fields: variant.fields, inline: false },
    { root, local: false, narrowed: true },
  );
  context.favourites.add(text);
}

function byKind(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = subject(context);
  if (found === undefined) return "nothing";
  const { name, shape, root } = found;
  const cases = random.shuffle(shape.variants).slice(0, random.integer(1, shape.variants.length));
  if (random.chance(0.6)) {
    context.line(`switch (${name}.kind) {`);
    context.targets.push({ kind: "switch", label: "", labelUsed: false });
    context.indent++;
    for (const variant of cases) {
      context.line(`case "${variant.tag}": {`);
      context.block(() => {
        inVariant(context, name, root, variant);
        statements(context, random.integer(1, 2));
        if (!/^\s*(return|break|continue|throw)\b/.test(context.lines.at(-1) ?? "")) context.line("break;");
      });
      context.line("}");
    }
    context.indent--;
    context.targets.pop();
    context.line("}");
    return undefined;
  }
  const [variant] = cases;
  if (variant === undefined) return "nothing";
  context.line(`if (${name}.kind === "${variant.tag}") {`);
  context.block(() => {
    inVariant(context, name, root, variant);
    statements(context, random.integer(1, 2));
  });
  context.line("}");
  return undefined;
}

/** An array of them, walked along. */
function along(context: Context): Outcome | "nothing" {
  const { random } = context;
  const arrays = context
    .visible()
    .filter(({ shape }) => (shape.kind === "array" || shape.kind === "grown") && shape.elem.kind === "union");
  if (arrays.length === 0 || context.trips > 30) return "nothing";
  const array = random.pick(arrays);
  const elem = array.shape.kind === "array" || array.shape.kind === "grown" ? array.shape.elem : num;
  if (elem.kind !== "union") return "nothing";
  const [name, sum] = [context.fresh("s"), context.fresh("sum")];
  context.line(`let ${sum} = ${store(context, number(context, 1))};`);
  context.line(`for (const ${name} of ${array.name}) {`);
  context.block(() => {
    for (const variant of random.shuffle(elem.variants).slice(0, 2)) {
      const field = variant.fields.find(({ shape }) => shape.kind === "num");
      if (field === undefined) context.line(`if (${name}.kind === "${variant.tag}") continue;`);
      else if (random.chance(0.4)) {
        context.writesParameters = true;
        context.line(
          `if (${name}.kind === "${variant.tag}") ${name}.${field.name} = Math.sin(${name}.${field.name} + ${sum});`,
        );
      } else
        context.line(
          `if (${name}.kind === "${variant.tag}") ${sum} += ${name}.${field.name} * ${shrink(context, number(context, 0)).text};`,
        );
      if (field === undefined) break;
    }
  });
  context.line("}");
  context.declare(sum, num, { assignable: true });
  return undefined;
}

function byGuard(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = subject(context);
  if (found === undefined) return "nothing";
  const [variant] = found.shape.variants;
  if (variant === undefined) return "nothing";
  const name = context.fresh("part");
  const [field] = variant.fields.filter(({ shape }) => shape.kind === "num");
  const inside = field === undefined ? "0.4" : readFrom(context, `${found.name}.${field.name}`, num);
  context.line(
    `const ${name} = ${found.name}.kind ${random.chance(0.8) ? `=== "${variant.tag}" ? ${inside} : 0.2` : `!== "${variant.tag}" ? 0.1 : ${inside}`};`,
  );
  context.declare(name, num);
  return undefined;
}
