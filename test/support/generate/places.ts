/** Places of numbers inside the data of a program, and numbers read from them. */
import { readInstance } from "./class-values.js";
import type { Context, Expression } from "./context.js";
import { store, storedBound } from "./expressions.js";
import { dictionaryKeys, type RecordField, type Shape } from "./shapes.js";

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
    case "record":
      return descendField(context, text, shape.fields);
    case "class":
      return descendField(context, text, shape.info.fields);
    case "node":
      return `${text}.value`;
    case "union": {
      // A field that every variant has.
      const [first, ...rest] = shape.variants;
      const common = first?.fields.filter(
        ({ name, shape: of }) =>
          of.kind === "num" && rest.every(({ fields }) => fields.some((field) => field.name === name)),
      );
      return common === undefined || common.length === 0 ? undefined : `${text}.${context.random.pick(common).name}`;
    }
    case "grown": {
      if (!shape.filled) return undefined;
      const integers = context.ofKind("int");
      const at = [
        "0",
        `${text}.length - 1`,
        ...(integers.length > 0 ? [`${context.random.pick(integers).name} % ${text}.length`] : []),
      ];
      return descend(context, `${text}[${context.random.pick(at)}]!`, shape.elem);
    }
    default:
      return undefined;
  }
}

function descendField(context: Context, text: string, fields: readonly RecordField[]): string | undefined {
  const changeable = fields.filter(({ readonly }) => readonly !== true);
  if (changeable.length === 0) return undefined;
  const field = context.random.pick(changeable);
  return descend(context, `${text}.${field.name}`, field.shape);
}

/** A number got out of a value: from a place in it, by a call, or something else where it is missing. */
export function readFrom(context: Context, text: string, shape: Shape): string | undefined {
  const { random } = context;
  const fallback = (): string => String(random.integer(1, 15) / 10);
  switch (shape.kind) {
    case "record": {
      if (shape.fields.length === 0) return undefined;
      const { name, shape: of } = random.pick(shape.fields);
      return readFrom(context, `${text}.${name}`, of);
    }
    case "array":
      if (shape.elem.kind === "num") return descend(context, text, shape);
      return readFrom(context, `${text}[${indexText(context)}]!`, shape.elem);
    case "class":
      return readInstance(context, text, shape.info) ?? descend(context, text, shape);
    case "maybe": {
      const missing = text.endsWith("!") ? text.slice(0, -1) : text;
      if (shape.of.kind === "num") return `(${missing} ?? ${fallback()})`;
      const inside = descend(context, "", shape.of);
      if (inside === undefined || !/^[.[]/.test(inside)) return undefined;
      return `(${missing}?.${inside.replace(/^\./, "").replace(/!$/, "")} ?? ${fallback()})`;
    }
    case "dict":
      return readFrom(context, `${text}["${random.pick(dictionaryKeys)}"]!`, {
        kind: "maybe",
        of: shape.elem,
        absent: "undefined",
      });
    case "node": {
      const link = random.pick(shape.links);
      return random.chance(0.6) ? `${text}.value` : `(${text}.${link}?.value ?? ${fallback()})`;
    }
    case "union": {
      const simple = /^[\w$.]+$/.test(text);
      const [variant, ...others] = random.shuffle(shape.variants);
      const inside = simple && variant !== undefined ? numericField(context, variant.fields) : undefined;
      if (variant === undefined || inside === undefined) return descend(context, text, shape);
      const other = others.length === 1 ? numericField(context, others[0]?.fields ?? []) : undefined;
      const rest = other === undefined ? fallback() : `${text}.${other}`;
      return `(${text}.kind === "${variant.tag}" ? ${text}.${inside} : ${rest})`;
    }
    case "func": {
      // Arguments may themselves be calls: that must come to an end.
      if (context.nesting > 1 || context.quiet) return undefined;
      context.nesting++;
      const args = Array.from({ length: shape.arity }, () => store(context, numberLeaf(context)));
      context.nesting--;
      return `${text}(${args.join(", ")})`;
    }
    case "grown":
      if (shape.filled) return descend(context, text, shape);
      return shape.elem.kind === "num" ? `(${text}[${random.integer(0, 2)}] ?? ${fallback()})` : undefined;
    default:
      return descend(context, text, shape);
  }
}

const numericField = (context: Context, fields: readonly RecordField[]): string | undefined => {
  const numeric = fields.filter(({ shape }) => shape.kind === "num");
  return numeric.length === 0 ? undefined : context.random.pick(numeric).name;
};

/** A place to read a number from, or a literal. */
export function numberLeaf(context: Context): Expression {
  const { random } = context;
  if (random.chance(0.12)) return literal(context);
  const counters = context.visible().filter(({ shape }) => shape.kind === "int");
  if (counters.length > 0 && random.chance(0.1))
    return { text: `(${random.pick(counters).name} + ${random.integer(1, 3)})`, bound: 20 };
  const holders = context
    .visible()
    .filter(
      ({ shape }) => shape.kind !== "bool" && shape.kind !== "int" && shape.kind !== "ints" && shape.kind !== "text",
    );
  // What was declared last is what a program is likely to use next.
  for (let attempt = 0; attempt < 4 && holders.length > 0; attempt++) {
    const holder = random.chance(0.4) ? random.pick(holders.slice(-4)) : context.prefer(holders);
    const text = readFrom(context, holder.name, holder.shape);
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
