/** Strings, maps, sets and enums that decide what is computed and are not differentiated themselves. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { number, shrink, store } from "./expressions.js";
import { indexText } from "./places.js";
import { build } from "./values.js";
import { num, type Shape } from "./shapes.js";
import { statements } from "./statements.js";

export const steering: Plug = {
  module: write,
  shapes: ({ structures }) => structures.flatMap((shape) => (shape.kind === "text" ? [[1, shape] as const] : [])),
  statements: [
    [1.5, byText],
    [0.8, withMap],
    [0.8, withSet],
    [0.6, alongText],
  ],
  conditions: [
    (context) => {
      const [known] = context.random.shuffle([...context.ofKind("text")]);
      if (known === undefined) return undefined;
      const { type, values } = known.shape;
      const value = context.random.pick(values);
      // Said anew, for a test around this one may have narrowed it.
      return `(${known.name} as ${type}) === ${type.startsWith("Enum") ? `${type}.${value}` : `"${value}"`}`;
    },
  ],
};

function write(whole: Whole): readonly string[] {
  const { random } = whole;
  const values = random.shuffle(["fast", "slow", "mean", "none"]).slice(0, random.integer(2, 3));
  const id = ++whole.nextName;
  const form = random.pick(["enum", "type", "inline"]);
  if (form === "inline") {
    whole.structures.push({ kind: "text", type: values.map((value) => `"${value}"`).join(" | "), values });
    return [];
  }
  const type = form === "enum" ? `Enum${id}` : `Mode${id}`;
  whole.structures.push({ kind: "text", type, values });
  return form === "enum"
    ? [`export enum ${type} { ${values.map((value) => `${value} = "${value}"`).join(", ")} }`]
    : [`type ${type} = ${values.map((value) => `"${value}"`).join(" | ")};`];
}

const literal = ({ type }: Extract<Shape, { kind: "text" }>, value: string): string =>
  type.startsWith("Enum") ? `${type}.${value}` : `"${value}"`;

function byText(context: Context): Outcome | "nothing" {
  const { random } = context;
  const known = context.ofKind("text");
  const shapes = context.whole.structures.filter(
    (shape): shape is Extract<Shape, { kind: "text" }> => shape.kind === "text",
  );
  const [shape] = known.length > 0 ? known.map((variable) => variable.shape) : shapes;
  if (shape === undefined) return "nothing";
  const name = context.fresh("mode");
  context.line(
    `const ${name} = ${known.length > 0 ? random.pick(known).name : build(context, shape, 1)} as ${shape.type};`,
  );
  context.declare(name, shape);
  context.line(`switch (${name}) {`);
  context.targets.push({ kind: "switch", label: "", labelUsed: false });
  context.indent++;
  const labels = random
    .shuffle(shape.values)
    .map((value) => `case ${literal(shape, value)}:`)
    .slice(0, random.integer(1, shape.values.length));
  if (random.chance(0.5)) labels.push("default:");
  for (const label of labels) {
    context.line(`${label} {`);
    context.block(() => {
      statements(context, random.integer(0, 2));
      if (random.chance(0.7) && !/^\s*(return|break|continue|throw)\b/.test(context.lines.at(-1) ?? ""))
        context.line("break;");
    });
    context.line("}");
  }
  context.indent--;
  context.targets.pop();
  context.line("}");
  return undefined;
}

function withMap(context: Context): Outcome {
  const { random } = context;
  const [map, name] = [context.fresh("scales"), context.fresh("scale")];
  const byNumber = random.chance(0.5);
  const keys = byNumber ? ["0", "1", "2"] : [`"a"`, `"b"`, `"c"`];
  const entries = keys.slice(0, random.integer(1, 3)).map((key) => `[${key}, ${random.integer(1, 20) / 10}]`);
  context.line(`const ${map} = new Map<${byNumber ? "number" : "string"}, number>([${entries.join(", ")}]);`);
  if (random.chance(0.4)) context.line(`${map}.set(${keys[0]}, ${random.integer(1, 30) / 10});`);
  const key = byNumber ? indexText(context) : random.pick(keys);
  context.line(`const ${name} = (${map}.get(${key}) ?? 0.5) * ${shrink(context, number(context, 1)).text};`);
  context.declare(name, num);
  return undefined;
}

/** Indices seen already are passed over. */
function withSet(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (context.trips > 30) return "nothing";
  const [seen, i, sum] = [context.fresh("seen"), context.fresh("i"), context.fresh("sum")];
  context.line(`const ${seen} = new Set<number>();`);
  context.line(`let ${sum} = ${store(context, number(context, 1))};`);
  context.line(`for (let ${i} = 0; ${i} < 4; ${i}++) {`);
  context.line(`  if (${seen}.has(${i} % ${random.integer(2, 3)})) continue;`);
  context.line(`  ${seen}.add(${i}${random.chance(0.5) ? " % 2" : ""});`);
  context.block(() => {
    context.declare(i, { kind: "int", range: "loose" });
    context.line(`${sum} = Math.sin(${sum}) + ${shrink(context, number(context, 1)).text};`);
  });
  context.line("}");
  context.line(`${sum} *= ${seen}.size * 0.3;`);
  context.declare(sum, num, { assignable: true });
  return undefined;
}

/** A program in a string: one step for each character or word. */
function alongText(context: Context): Outcome {
  const { random } = context;
  const value = context.fresh("value");
  const text = random.pick(["+-*", "ab", "x x+"]);
  context.line(`let ${value} = ${store(context, number(context, 1))};`);
  const steps = `if (c === "+") ${value} += ${shrink(context, number(context, 1)).text}; else if (c === "x") ${value} *= 0.6; else ${value} = Math.cos(${value});`;
  context.line(
    random.pick([
      `for (const c of "${text}") { ${steps} }`,
      `for (let i = 0; i < "${text}".length; i++) { const c = "${text}".charAt(i); ${steps} }`,
      `for (const c of "${Array.from(text).join(",")}".split(",")) { ${steps} }`,
      `for (const c of ["+", "x", "-"]) { ${steps} }`,
    ]),
  );
  context.declare(value, num, { assignable: true });
  return undefined;
}
