/** Statements that bring names: variables of every type, parts of structures, other names for the same thing. */
import type { Context } from "./context.js";
import { pluggedShapes } from "./parameters.js";
import { condition, number, store } from "./expressions.js";
import { indexText } from "./places.js";
import { build } from "./values.js";
import { bool, float64, index, isReference, loose, num, numbers, sameShape, type Shape, typeText } from "./shapes.js";

export function declareNumber(context: Context): undefined {
  const { random } = context;
  const value = store(context, number(context, random.integer(1, 3)));
  const name = context.fresh(random.pick(["u", "v", "t", "acc", "x", "y", "tmp"]));
  if (random.chance(0.12)) {
    // Assigned later, in both arms.
    context.line(`let ${name}: number;`);
    const other = store(context, number(context, 1));
    context.line(`if (${condition(context, 1)}) ${name} = ${value}; else ${name} = ${other};`);
    context.declare(name, num, { assignable: true });
  } else if (random.chance(0.1)) {
    const second = context.fresh("w");
    context.line(`let ${name} = ${value}, ${second} = ${name} * 0.5;`);
    context.declare(name, num, { assignable: true });
    context.declare(second, num, { assignable: true });
  } else {
    const constant = random.chance(0.4);
    context.line(`${constant ? "const" : "let"} ${name}${random.chance(0.2) ? ": number" : ""} = ${value};`);
    context.declare(name, num, { assignable: !constant });
  }
  return undefined;
}

export function declareOther(context: Context): undefined {
  const { random, whole } = context;
  const shape = random.weighted<Shape>([
    [2, bool],
    [1, index],
    [1, loose],
    [2, float64],
    [0.3, { kind: "floats", name: "Float32Array" }],
    [2, numbers],
    [1, { kind: "array", elem: numbers }],
    [0.6, { kind: "array", elem: float64 }],
    [1, { kind: "tuple", elems: [num, num] }],
    [0.4, { kind: "ints" }],
    [whole.records.length > 0 ? 2 : 0, whole.records[random.integer(0, Math.max(0, whole.records.length - 1))] ?? num],
    [
      0.5,
      {
        kind: "record",
        name: "",
        inline: true,
        fields: [
          { name: "x", shape: num },
          { name: "y", shape: num },
        ],
      },
    ],
    ...pluggedShapes(whole),
  ]);
  return declareShape(context, shape);
}

export function declareShape(context: Context, shape: Shape): undefined {
  const { random } = context;
  const stem = {
    bool: "flag",
    int: "k",
    floats: "buf",
    ints: "idx",
    array: "list",
    tuple: "pair",
    record: "obj",
    grown: "items",
    class: "it",
    maybe: "maybe",
    node: "node",
    union: "either",
    dict: "table",
    func: "fn",
    text: "mode",
    num: "z",
    void: "z",
  }[shape.kind];
  const value = build(context, shape, 2);
  const name = context.fresh(stem);
  const annotation = typeAnnotation(shape);
  if (shape.kind === "bool") {
    context.line(`let ${name}: boolean = ${value};`);
    context.declare(name, shape, { assignable: true });
  } else {
    const scalar = shape.kind === "int";
    const keyword = random.chance(scalar ? 0.5 : 0.25) ? "let" : "const";
    const typed = keyword === "let" && shape.kind === "floats" ? `: ${shape.name}` : annotation;
    context.line(`${keyword} ${name}${scalar ? ": number" : typed} = ${value};`);
    context.declare(name, shape, { assignable: keyword === "let" });
  }
  return undefined;
}

/** Needed where the literal alone would get another type. */
function typeAnnotation(shape: Shape): string {
  switch (shape.kind) {
    case "tuple":
    case "array":
    case "grown":
    case "record":
    case "node":
    case "class":
    case "func":
    case "dict":
      return `: ${typeText(shape)}`;
    default:
      return "";
  }
}

export function destructure(context: Context): undefined {
  const { random } = context;
  const tuples = context
    .visible()
    .filter(({ shape }) => shape.kind === "tuple" && shape.elems.every((elem) => elem.kind === "num"));
  const records = context.visible().filter(({ shape }) => shape.kind === "record");
  if (records.length > 0 && random.chance(0.4)) {
    const record = random.pick(records);
    if (record.shape.kind !== "record") return undefined;
    const field = record.shape.fields.find(({ shape }) => shape.kind === "num");
    if (field === undefined) return declareNumber(context);
    const name = context.fresh("d");
    context.line(`const { ${field.name}: ${name} } = ${record.name};`);
    context.declare(name, num);
    return undefined;
  }
  if (tuples.length === 0) return declareShape(context, { kind: "tuple", elems: [num, num] });
  const tuple = random.pick(tuples);
  if (tuple.shape.kind !== "tuple") return undefined;
  const names = tuple.shape.elems.map(() => context.fresh("d"));
  context.line(`${random.chance(0.5) ? "let" : "const"} [${names.join(", ")}] = ${tuple.name};`);
  for (const name of names) context.declare(name, num);
  return undefined;
}

/** A row or an element of a structure, named: `const row = m[i]`. */
export function alias(context: Context): undefined {
  const { random } = context;
  const holders = context.visible().filter(({ shape }) => shape.kind === "array" && isReference(shape.elem));
  const records = context
    .visible()
    .filter(({ shape }) => shape.kind === "record" && shape.fields.some((field) => isReference(field.shape)));
  if (holders.length > 0 && (records.length === 0 || random.chance(0.6))) {
    const holder = random.pick(holders);
    if (holder.shape.kind !== "array") return undefined;
    const name = context.fresh("row");
    context.line(`const ${name} = ${holder.name}[${indexText(context)}]!;`);
    context.declare(name, holder.shape.elem, { root: holder.root, local: holder.local, writable: holder.writable });
    return undefined;
  }
  if (records.length === 0) return declareShape(context, { kind: "array", elem: numbers });
  const record = random.pick(records);
  if (record.shape.kind !== "record") return undefined;
  const field = random.pick(record.shape.fields.filter((candidate) => isReference(candidate.shape)));
  const name = context.fresh("part");
  context.line(`const ${name} = ${record.name}.${field.name};`);
  context.declare(name, field.shape, { root: record.root, local: record.local, writable: record.writable });
  return undefined;
}

/** References assigned and stored: outside the first release in general, never to be compiled wrongly. */
export function aliasing(context: Context): undefined {
  const { random } = context;
  const pairs = context.visible().flatMap((a) =>
    context
      .visible()
      .filter((b) => a !== b && isReference(a.shape) && sameShape(a.shape, b.shape))
      .map((b) => [a, b] as const),
  );
  if (pairs.length === 0) return alias(context);
  const [a, b] = random.pick(pairs);
  const name = context.fresh("same");
  if (random.chance(0.4)) {
    context.line(`const ${name} = ${condition(context, 1)} ? ${a.name} : ${b.name};`);
  } else if (random.chance(0.5)) {
    context.line(`let ${name}: ${typeText(a.shape)} = ${a.name};`);
    context.line(`if (${condition(context, 1)}) ${name} = ${b.name};`);
  } else {
    context.line(`const ${name} = ${a.name};`);
  }
  context.writesParameters = true;
  context.declare(name, a.shape, { root: a.root, local: false, writable: a.writable });
  return undefined;
}
