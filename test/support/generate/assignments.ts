/** Statements that change what is there: variables, elements, fields, whole rows. */
import type { Context } from "./context.js";
import { declareNumber, declareShape } from "./declarations.js";
import { assignable, number, shrink, store } from "./expressions.js";
import { descend, indexText, numberLeaf } from "./places.js";
import { boolean, build } from "./values.js";
import { index, isReference, loose, type RecordField } from "./shapes.js";

export function assign(context: Context): undefined {
  const { random } = context;
  const flags = context.visible().filter((variable) => variable.assignable && variable.shape.kind === "bool");
  if (flags.length > 0 && random.chance(0.1)) {
    context.line(`${random.pick(flags).name} = ${boolean(context)};`);
    return undefined;
  }
  const records = context.visible().filter((variable) => variable.assignable && isReference(variable.shape));
  if (records.length > 0 && random.chance(0.15)) {
    const { name, shape } = random.pick(records);
    context.line(`${name} = ${build(context, shape, 2)};`);
    return undefined;
  }
  const name = assignable(context);
  if (name === undefined) return declareNumber(context);
  if (random.chance(0.08)) {
    const second = assignable(context);
    if (second !== undefined) {
      context.line(`${name} = ${second} = ${store(context, number(context, 2))};`);
      return undefined;
    }
  }
  context.line(`${update(context, name)};`);
  return undefined;
}

/** Moves an index, or changes a table of indices. */
export function assignInteger(context: Context): undefined {
  const { random } = context;
  const tables = context.visible().filter(({ shape }) => shape.kind === "ints");
  if (tables.length > 0 && random.chance(0.5)) {
    const { name } = random.pick(tables);
    context.line(`${name}[${indexText(context)}] = (${indexText(context)} + 1) % ${context.whole.length};`);
    return undefined;
  }
  const indices = context
    .visible()
    .filter((variable) => variable.assignable && variable.shape.kind === "int" && variable.shape.range === "index");
  if (indices.length === 0) return declareShape(context, index);
  const { name } = random.pick(indices);
  context.line(
    random.chance(0.5) ? `${name} = ${indexText(context)};` : `${name} = (${name} + 1) % ${context.lengthText()};`,
  );
  return undefined;
}

/** A fresh row in the place of an old one: `m[i] = [1, 2]`, `o.data = new Float64Array(n)`. */
export function replaceRow(context: Context): undefined {
  const { random } = context;
  const matrices = context
    .visible()
    .filter(({ shape, writable }) => writable && shape.kind === "array" && isReference(shape.elem));
  const replaceable = (field: RecordField): boolean => field.readonly !== true && isReference(field.shape);
  const records = context
    .visible()
    .filter(({ shape, writable }) => writable && shape.kind === "record" && shape.fields.some(replaceable));
  if (matrices.length > 0 && random.chance(0.6)) {
    const matrix = random.pick(matrices);
    if (matrix.shape.kind !== "array") return undefined;
    if (!matrix.local) context.writesParameters = true;
    context.line(`${matrix.name}[${indexText(context)}] = ${build(context, matrix.shape.elem, 2)};`);
  } else if (records.length > 0) {
    const record = random.pick(records);
    if (record.shape.kind !== "record") return undefined;
    const field = random.pick(record.shape.fields.filter(replaceable));
    const shape = field.optional === true && field.shape.kind === "maybe" ? field.shape.of : field.shape;
    if (!record.local) context.writesParameters = true;
    context.line(`${record.name}.${field.name} = ${build(context, shape, 2)};`);
  } else return write(context);
  return undefined;
}

/** `place op= value`, in a form that keeps what is stored small. */
export function update(context: Context, place: string): string {
  const { random } = context;
  const value = number(context, random.integer(1, 3));
  const small = shrink(context, value).text;
  return random.weighted<() => string>([
    [4, () => `${place} = ${store(context, value)}`],
    [3, () => `${place} += ${value.bound <= 1.5 ? value.text : small}`],
    [2, () => `${place} -= ${small}`],
    [2, () => `${place} *= ${small}`],
    [1, () => `${place} /= 1 + ${numberLeaf(context).text} ** 2`],
    [0.3, () => `${place} = Math.sin(${place} * ${small})`],
    [1.2, () => `${place} = Math.sin(${place}) + ${small}`],
    [0.7, () => `${place} = Math.cos(${place} * ${place})`],
    [0.15, () => `${place} %= 2.3`],
    [0.1, () => `${place} = 0`],
    [0.1, () => `${place} = ${place}`],
  ])();
}

/** Writes an element or a field. */
export function write(context: Context): undefined {
  const holders = context
    .visible()
    .filter((variable) => variable.writable && isReference(variable.shape) && variable.shape.kind !== "ints");
  if (holders.length === 0) return assign(context);
  const holder = context.prefer(holders);
  const place = descend(context, holder.name, holder.shape);
  if (place === undefined) return assign(context);
  if (!holder.local) context.writesParameters = true;
  context.line(`${update(context, place).replace(`${place} = ${place}`, () => `${place} = 0.5 * ${place}`)};`);
  return undefined;
}

export function swap(context: Context): undefined {
  const { random } = context;
  const arrays = context
    .visible()
    .filter(
      ({ shape, writable }) =>
        writable && (shape.kind === "floats" || (shape.kind === "array" && shape.elem.kind === "num")),
    );
  if (arrays.length > 0 && random.chance(0.7)) {
    const array = random.pick(arrays);
    if (!array.local) context.writesParameters = true;
    const i = indexText(context);
    const j = indexText(context);
    context.line(`[${array.name}[${i}], ${array.name}[${j}]] = [${array.name}[${j}]!, ${array.name}[${i}]!];`);
    return undefined;
  }
  const first = assignable(context);
  const second = assignable(context);
  if (first === undefined || second === undefined || first === second) return assign(context);
  context.line(
    `[${first}, ${second}] = [${second}, ${random.chance(0.5) ? first : store(context, number(context, 2))}];`,
  );
  return undefined;
}

export function increment(context: Context): undefined {
  const { random } = context;
  const counters = context
    .visible()
    .filter((variable) => variable.assignable && variable.shape.kind === "int" && variable.shape.range === "loose");
  const arrays = context
    .visible()
    .filter(({ shape }) => shape.kind === "floats" || (shape.kind === "array" && shape.elem.kind === "num"));
  if (counters.length === 0) {
    const name = context.fresh("k");
    context.line(`let ${name} = ${random.integer(0, 1)};`);
    context.declare(name, loose, { assignable: true });
    return undefined;
  }
  const { name } = random.pick(counters);
  const step = random.pick([`${name}++`, `++${name}`, `(${name} += 2)`]);
  const array = arrays.length > 0 && random.chance(0.8) ? random.pick(arrays) : undefined;
  if (array === undefined || !array.writable) {
    context.line(`${step};`);
    return undefined;
  }
  if (!array.local) context.writesParameters = true;
  context.line(`${array.name}[${step} % ${array.name}.length]! += ${shrink(context, number(context, 2)).text};`);
  return undefined;
}
