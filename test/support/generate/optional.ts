/** Values that may be missing: optional fields, nullable fields and variables, narrowed by tests. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { condition, number, store } from "./expressions.js";
import { numberLeaf } from "./places.js";
import { build } from "./values.js";
import { float64, isReference, num, numbers, point, type RecordField, type Shape, typeText } from "./shapes.js";
import { statements } from "./statements.js";

const maybe = (of: Shape, absent: "undefined" | "null"): Shape => ({ kind: "maybe", of, absent });

export const optional: Plug = {
  module: (whole) => {
    const record = optionsRecord(whole);
    whole.structures.push(record);
    return record.kind === "record"
      ? [`interface ${record.name} { ${record.fields.map(optionalField).join("; ")} }`]
      : [];
  },
  shapes: ({ structures }) => [
    [1, maybe(num, "undefined")],
    [0.7, maybe(num, "null")],
    [0.4, maybe(float64, "undefined")],
    [0.4, maybe(numbers, "null")],
    [0.4, maybe(point, "undefined")],
    ...structures
      .filter((shape) => shape.kind === "record")
      .flatMap((shape) => [[2, shape] as const, [0.5, maybe(shape, "undefined")] as const]),
  ],
  statements: [
    [2.5, narrowed],
    [1, maybeVariable],
    [0.8, withDefault],
    [0.6, setField],
    [0.6, guard],
  ],
  conditions: [
    (context) => {
      // Of an object the test would narrow what is read below.
      const [known] = context.random.shuffle(context.ofKind("maybe").filter(({ shape }) => shape.of.kind === "num"));
      return known === undefined
        ? undefined
        : `${known.name} ${context.random.pick(["===", "!=="])} ${known.shape.absent}`;
    },
  ],
};

const optionalField = ({ name, shape, optional: may }: RecordField): string =>
  may === true && shape.kind === "maybe" ? `${name}?: ${typeText(shape.of)}` : `${name}: ${typeText(shape)}`;

function optionsRecord(whole: Whole): Shape {
  const { random } = whole;
  const choices: readonly RecordField[] = [
    { name: "gain", shape: maybe(num, "undefined"), optional: true },
    { name: "shift", shape: maybe(num, "null") },
    { name: "bias", shape: maybe(num, "undefined") },
    { name: "weights", shape: maybe(numbers, "undefined"), optional: true },
    { name: "inner", shape: maybe(point, "undefined"), optional: true },
    { name: "target", shape: maybe(point, "null") },
  ];
  const fields = random.shuffle(choices).slice(0, random.integer(1, 3));
  return {
    kind: "record",
    name: `Options${++whole.nextName}`,
    fields: [{ name: "base", shape: num }, ...fields],
    inline: false,
  };
}

interface Place {
  readonly text: string;
  readonly shape: Extract<Shape, { kind: "maybe" }>;
  readonly root: string;
  readonly writable: boolean;
}

/** Variables and fields that may be missing. */
function places(context: Context): Place[] {
  return context.visible().flatMap(({ name, shape, root, writable }): Place[] => {
    if (shape.kind === "maybe") return [{ text: name, shape, root, writable }];
    const fields = shape.kind === "record" ? shape.fields : [];
    return fields.flatMap(({ name: field, shape: of }) =>
      of.kind === "maybe" ? [{ text: `${name}.${field}`, shape: of, root, writable }] : [],
    );
  });
}

/** A test, and inside it the value that is there. */
function narrowed(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = places(context);
  if (found.length === 0) return "nothing";
  const { text, shape, root, writable } = random.pick(found);
  const name = context.fresh("got");
  context.line(`const ${name} = ${text};`);
  const test = isReference(shape.of)
    ? [`${name} !== ${shape.absent}`, name, `${name} != null`]
    : [`${name} !== ${shape.absent}`, `${name} != null`];
  context.line(`if (${random.pick(test)}) {`);
  context.block(() => {
    context.declare(
      name,
      shape.of,
      isReference(shape.of) ? { root, local: false, writable, narrowed: true } : { narrowed: true },
    );
    context.favourites.add(name);
    statements(context, random.integer(1, 3));
  });
  if (random.chance(0.4)) {
    context.line("} else {");
    context.block(() => statements(context, random.integer(1, 2)));
  }
  context.line("}");
  return undefined;
}

function maybeVariable(context: Context): Outcome {
  const { random } = context;
  const of = random.weighted<Shape>([
    [4, num],
    [1, numbers],
    [1, point],
  ]);
  const shape = maybe(of, random.pick(["undefined", "null"]));
  const name = context.fresh("opt");
  const mutable = random.chance(0.3);
  context.line(`${mutable ? "let" : "const"} ${name}: ${typeText(shape)} = ${build(context, shape, 2)};`);
  if (mutable) context.line(`if (${condition(context, 1)}) ${name} = ${build(context, shape, 2)};`);
  context.declare(name, shape);
  return undefined;
}

/** `const v = o.gain ?? …`, and `??=`. */
function withDefault(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = places(context);
  if (found.length === 0) return "nothing";
  const { text, shape, root, writable } = random.pick(found);
  const name = context.fresh("known");
  const other = build(context, shape.of, 1);
  // Named first: inside `other`, what was tested would be known to be missing.
  const may = context.fresh("may");
  const typed = `${name}: ${typeText(shape.of)}`;
  context.line(`const ${may} = ${text};`);
  context.line(
    random.chance(0.7)
      ? `const ${typed} = ${may} ?? ${other};`
      : `const ${typed} = ${may} === ${shape.absent} ? ${other} : ${may};`,
  );
  context.declare(name, shape.of, isReference(shape.of) ? { root, local: false, writable } : {});
  return undefined;
}

function setField(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = places(context).filter(({ text, writable }) => text.includes(".") && writable);
  if (found.length === 0) return "nothing";
  const { text, shape } = random.pick(found);
  context.writesParameters = true;
  // Present, whatever it was: the types of optional fields do not take `undefined`.
  context.line(
    random.chance(0.3) && shape.of.kind === "num"
      ? `${text} ??= ${store(context, number(context, 1))};`
      : `${text} = ${build(context, shape.of, 1)};`,
  );
  return undefined;
}

/** Leaves early when it is missing; below, it is there. */
function guard(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = places(context).filter(({ shape }) => shape.of.kind === "num");
  if (found.length === 0) return "nothing";
  const { text, shape } = random.pick(found);
  const name = context.fresh("sure");
  context.line(`let ${name}: number;`);
  const value = context.fresh("may");
  context.line(`const ${value} = ${text};`);
  context.line(
    `if (${value} ${random.pick(["===", "=="])} ${shape.absent}) ${name} = ${numberLeaf(context).text}; else ${name} = ${value} * 0.8;`,
  );
  context.declare(name, num, { assignable: true });
  return undefined;
}
