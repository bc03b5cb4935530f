/** Objects as values: spread with overrides, nested, shorthand, returned, exchanged, kept in tables of the module. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { number, shrink, store } from "./expressions.js";
import { build } from "./values.js";
import { num, point, type RecordField, type Shape, typeText } from "./shapes.js";

const deep: Shape = {
  kind: "record",
  name: "",
  inline: true,
  fields: [
    { name: "pos", shape: point },
    { name: "scale", shape: num },
    { name: "parts", shape: { kind: "array", elem: point } },
  ],
};

export const objects: Plug = {
  module: (whole: Whole) => {
    const { random } = whole;
    const k = (): string => String(random.integer(2, 19) / 10);
    const id = ++whole.nextName;
    const texts = [
      `const settings${id} = { rate: ${k()}, inner: { low: ${k()}, high: ${k()} }${random.chance(0.5) ? "" : `, steps: 2`} };`,
    ];
    const low: RecordField[] = [
      { name: "low", shape: num, readonly: true },
      { name: "high", shape: num, readonly: true },
    ];
    const fields: RecordField[] = [
      { name: "rate", shape: num, readonly: true },
      { name: "inner", shape: { kind: "record", name: "", inline: true, fields: low }, readonly: true },
    ];
    whole.constants.push({ name: `settings${id}`, shape: { kind: "record", name: "", inline: true, fields } });
    const name = `moved${id}`;
    const forms = [
      `function ${name}(p: { x: number; y: number }, by: number): { x: number; y: number } {\n  return { ...p, x: p.x + by };\n}`,
      `function ${name}(p: { x: number; y: number }, by: number): { x: number; y: number } {\n  const { x, y } = p;\n  return { x: Math.sin(x * by), y };\n}`,
      `function ${name}(p: { x: number; y: number }, by: number): { x: number; y: number } {\n  p.x += by;\n  p.y *= ${k()};\n  return p;\n}`,
    ];
    const params = [
      { name: "p", shape: point },
      { name: "by", shape: num },
    ];
    whole.helpers.push({ name, params, returns: point, recursive: false, cost: 3, writes: true });
    return [...texts, random.pick(forms)];
  },
  shapes: () => [
    [1.5, point],
    [0.8, deep],
  ],
  statements: [
    [2, spread],
    [1, shorthand],
    [1, stepped],
    [0.6, merged],
  ],
};

const isObject = (shape: Shape): shape is Extract<Shape, { kind: "record" }> => shape.kind === "record";

/** `{ ...p, x: … }` */
function spread(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = context.visible().filter(({ shape, root }) => isObject(shape) && !root.startsWith("settings"));
  if (found.length === 0) return "nothing";
  const { name, shape, root, assignable } = random.pick(found);
  if (!isObject(shape)) return "nothing";
  const replaced = random.shuffle(shape.fields).slice(0, random.integer(0, 2));
  const overrides = replaced.map(
    ({ name: field, shape: of, optional }) =>
      `, ${field}: ${build(context, optional === true && of.kind === "maybe" ? of.of : of, 1)}`,
  );
  const value = `{ ...${name}${overrides.join("")} }`;
  if (assignable && random.chance(0.5)) {
    context.line(`${name} = ${value};`);
    return undefined;
  }
  const copy = context.fresh("with");
  const nested = shape.fields.some(({ shape: of }) => of.kind !== "num");
  context.line(`${random.chance(0.3) && !nested ? "let" : "const"} ${copy} = ${value};`);
  context.declare(copy, shape, nested ? { root, local: false } : {});
  return undefined;
}

function shorthand(context: Context): Outcome {
  const [a, b, name] = [context.fresh("a"), context.fresh("b"), context.fresh("obj")];
  context.line(`const ${a} = ${store(context, number(context, 2))}, ${b} = ${store(context, number(context, 1))};`);
  context.line(`const ${name} = { ${a}, ${b}: ${b}, inner: { sum: ${a} + ${b}, list: [${a}, ${b}] } };`);
  context.declare(a, num);
  context.declare(b, num);
  context.declare(name, {
    kind: "record",
    name: "",
    inline: true,
    fields: [
      { name: a, shape: num },
      { name: b, shape: num },
      {
        name: "inner",
        shape: {
          kind: "record",
          name: "",
          inline: true,
          fields: [
            { name: "sum", shape: num },
            { name: "list", shape: { kind: "grown", elem: num, filled: true } },
          ],
        },
      },
    ],
  });
  return undefined;
}

/** Objects in an array moved in place, step by step. */
function stepped(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (context.trips > 20) return "nothing";
  const name = context.fresh("particles");
  const list = Array.from(
    { length: random.integer(1, 3) },
    () => `{ p: ${build(context, point, 1)}, v: ${build(context, num, 1)} }`,
  ).join(", ");
  context.line(`const ${name}: { p: ${typeText(point)}; v: number }[] = [${list}];`);
  context.line(`for (let t = 0; t < ${random.integer(1, 3)}; t++) {`);
  context.line(`  for (const o of ${name}) {`);
  const place = random.pick(["o.p.x", "o.p.y", "o.v"]);
  context.line(`    ${place} += 0.3 * Math.sin(o.v * o.p.x) + ${shrink(context, number(context, 1)).text};`);
  context.line(`    o.v = ${random.pick(["Math.cos(o.p.y) * o.v", `${name}[0]!.p.x * 0.5`, "-0.3 * o.p.x"])};`);
  if (random.chance(0.3)) context.line(`    if (o.p.x > 0.8) o.p = { x: o.v, y: 0.1 };`);
  context.line("  }");
  context.line("}");
  const fields: RecordField[] = [
    { name: "p", shape: point },
    { name: "v", shape: num },
  ];
  context.declare(name, { kind: "grown", elem: { kind: "record", name: "", inline: true, fields }, filled: true });
  return undefined;
}

function merged(context: Context): Outcome {
  const { random } = context;
  const name = context.fresh("merged");
  const points = context.visible().filter(({ shape }) => isObject(shape) && typeText(shape) === typeText(point));
  const base = points.length > 0 ? random.pick(points).name : build(context, point, 2);
  const value = store(context, number(context, 2));
  context.line(`const ${name} = { z: 0.5, ...${base}, ...{ y: ${store(context, number(context, 1))} }, x: ${value} };`);
  const fields = ["x", "y", "z"].map((field): RecordField => ({ name: field, shape: num }));
  context.declare(name, { kind: "record", name: "", inline: true, fields });
  return undefined;
}
