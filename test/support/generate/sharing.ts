/** The same memory under several names: rows and objects in two places, buffers that change places, shallow copies. */
import type { Context, Outcome, Plug, Variable } from "./context.js";
import { aliasing } from "./declarations.js";
import { condition, shrink } from "./expressions.js";
import { indexText, numberLeaf } from "./places.js";
import { isReference, sameShape, type Shape } from "./shapes.js";

export const sharing: Plug = {
  statements: [
    [1.5, aliasing],
    [1.5, storedTwice],
    [1, swapped],
    [1, turns],
    [1, shallowCopy],
    [0.7, reassigned],
  ],
};

const matrices = (context: Context): (Variable & { readonly elem: Shape })[] =>
  context.visible().flatMap((variable) => {
    const { shape, writable } = variable;
    return writable && shape.kind === "array" && isReference(shape.elem) ? [{ ...variable, elem: shape.elem }] : [];
  });

/** A row or an object put in a second place: `m[i] = m[j]`, `m[i] = v`, `o.data = v`. */
function storedTwice(context: Context): Outcome | "nothing" {
  const { random } = context;
  context.writesParameters = true;
  const rows = matrices(context);
  if (rows.length > 0 && random.chance(0.6)) {
    const { name, elem } = random.pick(rows);
    const alike = context.visible().filter(({ shape, name: other }) => sameShape(shape, elem) && other !== name);
    const value = alike.length > 0 && random.chance(0.6) ? random.pick(alike).name : `${name}[${indexText(context)}]!`;
    context.line(`${name}[${indexText(context)}] = ${value};`);
    return undefined;
  }
  const places = context.visible().flatMap(({ name, shape, writable }) => {
    const fields = shape.kind === "record" ? shape.fields : shape.kind === "class" ? shape.info.fields : [];
    return writable
      ? fields
          .filter((field) => isReference(field.shape) && field.readonly !== true)
          .map((field) => ({ text: `${name}.${field.name}`, shape: field.shape }))
      : [];
  });
  const pairs = places.flatMap((place) =>
    context
      .visible()
      .filter(({ shape }) => sameShape(shape, place.shape))
      .map((other) => ({ place: place.text, value: other.name })),
  );
  if (pairs.length === 0) return "nothing";
  const { place, value } = random.pick(pairs);
  context.line(`${place} = ${value};`);
  return undefined;
}

function swapped(context: Context): Outcome | "nothing" {
  const { random } = context;
  const rows = matrices(context);
  if (rows.length === 0) return "nothing";
  const { name } = random.pick(rows);
  context.writesParameters = true;
  const [i, j] = [indexText(context), indexText(context)];
  if (random.chance(0.5)) context.line(`[${name}[${i}], ${name}[${j}]] = [${name}[${j}]!, ${name}[${i}]!];`);
  else {
    const held = context.fresh("held");
    context.line(`const ${held} = ${name}[${i}]!;`);
    context.line(`${name}[${i}] = ${name}[${j}]!;`);
    context.line(`${name}[${j}] = ${held};`);
  }
  return undefined;
}

/** Two buffers that change places in a loop over time. */
function turns(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (context.trips > 20) return "nothing";
  const [a, b, t, i] = [context.fresh("now"), context.fresh("then"), context.fresh("t"), context.fresh("i")];
  const typed = random.chance(0.6);
  const vectors = context
    .visible()
    .filter(({ shape }) =>
      typed
        ? shape.kind === "floats" && shape.name === "Float64Array"
        : shape.kind === "array" && shape.elem.kind === "num" && shape.readonly !== true,
    );
  const length = context.lengthText();
  const zeros = typed ? `new Float64Array(${length})` : `new Array<number>(${length}).fill(0)`;
  const found = vectors.length > 0 ? random.pick(vectors) : undefined;
  const first = found?.name ?? zeros;
  // What may not be written to (a constant of the module) is copied first.
  const start =
    found === undefined ? zeros : found.writable ? random.pick([first, `${first}.slice()`]) : `${first}.slice()`;
  if (start === first) context.writesParameters = true;
  const type = typed ? "Float64Array" : "number[]";
  context.line(`let ${a}: ${type} = ${start};`);
  context.line(`let ${b}: ${type} = ${zeros};`);
  context.line(`for (let ${t} = 0; ${t} < ${random.integer(1, 4)}; ${t}++) {`);
  context.line(
    `  for (let ${i} = 0; ${i} < ${a}.length; ${i}++) ${b}[${i}] = Math.sin(${a}[${i}]! + 0.3 * ${a}[(${i} + 1) % ${a}.length]!) + ${shrink(context, numberLeaf(context)).text};`,
  );
  if (random.chance(0.25)) context.line(`  if (${condition(context, 0)}) continue;`);
  context.line(
    random.chance(0.7) ? `  [${a}, ${b}] = [${b}, ${a}];` : `  const held = ${a}; ${a} = ${b}; ${b} = held;`,
  );
  context.line("}");
  const shape: Shape = typed ? { kind: "floats", name: "Float64Array" } : { kind: "array", elem: { kind: "num" } };
  context.declare(a, shape, { local: false });
  context.declare(b, shape, { local: false });
  return undefined;
}

/** A copy whose members are shared: `[...m]`, `{ ...o }`; then either is written. */
function shallowCopy(context: Context): Outcome | "nothing" {
  const { random } = context;
  const deep = context
    .visible()
    .filter(
      ({ shape }) =>
        (shape.kind === "array" && isReference(shape.elem)) ||
        (shape.kind === "record" && shape.fields.some((field) => isReference(field.shape))),
    );
  if (deep.length === 0) return "nothing";
  const { name, shape, root, writable } = random.pick(deep);
  const copy = context.fresh("copy");
  context.line(
    `const ${copy} = ${shape.kind === "record" ? `{ ...${name} }` : random.pick([`[...${name}]`, `${name}.slice()`])};`,
  );
  context.declare(copy, shape, { root, local: false, writable });
  return undefined;
}

/** A variable that is now this array and now that one. */
function reassigned(context: Context): Outcome | "nothing" {
  const { random } = context;
  const names = context.visible().filter(({ shape, assignable }) => assignable && isReference(shape));
  const pairs = names.flatMap((a) =>
    context
      .visible()
      .filter((b) => b.name !== a.name && sameShape(a.shape, b.shape))
      .map((b) => [a, b] as const),
  );
  if (pairs.length === 0) return "nothing";
  const [a, b] = random.pick(pairs);
  context.writesParameters = true;
  context.line(random.chance(0.5) ? `${a.name} = ${b.name};` : `if (${condition(context, 1)}) ${a.name} = ${b.name};`);
  return undefined;
}
