/** Arrays that grow and shrink: built by `push` in loops, used as stacks and queues, cut and joined. */
import type { Context, Outcome, Plug } from "./context.js";
import { condition, number, shrink, store } from "./expressions.js";
import { numberLeaf } from "./places.js";
import { build } from "./values.js";
import { float64, num, numbers, point, type Shape, typeText } from "./shapes.js";
import { statements } from "./statements.js";

export const growing: Plug = {
  shapes: () => [
    [1, { kind: "grown", elem: num, filled: true }],
    [0.5, { kind: "grown", elem: num, filled: false }],
    [0.3, { kind: "grown", elem: { kind: "tuple", elems: [num, num] }, filled: true }],
    [0.3, { kind: "grown", elem: numbers, filled: false }],
    [0.3, { kind: "grown", elem: point, filled: false }],
  ],
  statements: [
    [2, collected],
    [2, push],
    [1.2, shrunk],
    [0.8, stack],
    [0.6, queue],
    [0.5, history],
  ],
};

const grown = (context: Context) => context.ofKind("grown").filter(({ writable }) => writable);

/** An empty array filled by a loop. */
function collected(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (context.trips > 40) return "nothing";
  const elem = random.weighted<Shape>([
    [5, num],
    [1, { kind: "tuple", elems: [num, num] }],
    [1, point],
    [0.7, numbers],
    [context.whole.records.length > 0 ? 1 : 0, context.whole.records[0] ?? num],
    [context.whole.classes.length > 0 ? 1 : 0, classOf(context)],
  ]);
  const name = context.fresh("list");
  context.line(`const ${name}: ${typeText({ kind: "grown", elem, filled: false })} = [];`);
  const i = context.fresh("i");
  const sometimes = random.chance(0.3);
  const end = random.chance(0.6) ? context.lengthText() : random.integer(1, 4);
  context.loop(`for (let ${i} = 0; ${i} < ${end}; ${i}++) {`, context.whole.length, () => {
    context.declare(i, { kind: "int", range: "loose" });
    if (random.chance(0.3)) statements(context, 1);
    const value = build(context, elem, 2);
    const how = random.pick([
      `${name}.push(${value});`,
      `${name}.push(${value});`,
      `${name}[${name}.length] = ${value};`,
    ]);
    context.line(sometimes ? `if (${condition(context, 1)}) ${how}` : how);
  });
  context.declare(name, { kind: "grown", elem, filled: false });
  return undefined;
}

function classOf(context: Context): Shape {
  const usable = context.whole.classes.filter(({ isAbstract, subclasses }) => !isAbstract || subclasses.length > 0);
  const [info] = context.random.shuffle(usable);
  return info === undefined ? num : { kind: "class", info };
}

function push(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = grown(context);
  if (found.length === 0) return "nothing";
  const { name, shape, local } = random.pick(found);
  if (!local) context.writesParameters = true;
  const value = build(context, shape.elem, 2);
  // Somebody may be walking along it: it must not grow for ever.
  const alone = context.targets.length === 0 && context.depth === 0 && context.main;
  const test = alone && random.chance(0.5) ? "" : `if (${name}.length < ${random.integer(4, 9)}) `;
  context.line(
    `${test}${random.pick([`${name}.push(${value});`, `${name}.push(${value});`, `${name}.unshift(${value});`, shape.elem.kind === "num" ? `${name}.push(${value}, ${store(context, numberLeaf(context))});` : `${name}.push(${value});`])}`,
  );
  return undefined;
}

function shrunk(context: Context): Outcome | "nothing" {
  const { random } = context;
  const found = grown(context);
  if (found.length === 0) return "nothing";
  const { name, shape, local, root } = random.pick(found);
  if (!local) context.writesParameters = true;
  const least = shape.filled ? 1 : 0;
  const method = random.pick(["pop", "pop", "shift"]);
  const taken = context.fresh("last");
  if (shape.elem.kind === "num" && random.chance(0.4)) {
    const test = shape.filled ? `${name}.length > 1 ? ${name}.${method}()! : 0.3` : `${name}.${method}() ?? 0.3`;
    context.line(`const ${taken} = ${test};`);
    context.declare(taken, num);
    return undefined;
  }
  if (random.chance(0.2)) {
    context.line(`if (${name}.length > ${least + 1}) ${name}.length = ${least + 1};`);
    return undefined;
  }
  context.line(`if (${name}.length > ${least}) {`);
  context.block(() => {
    context.line(`const ${taken} = ${name}.${method}()!;`);
    context.declare(taken, shape.elem, { root, local: false });
    statements(context, random.integer(1, 2));
  });
  context.line("}");
  return undefined;
}

/** A stack worked off: what is taken may put more on it, a few times. */
function stack(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (context.trips > 20) return "nothing";
  const name = context.fresh("stack");
  const turn = context.fresh("k");
  context.line(
    `const ${name}: number[] = [${store(context, number(context, 2))}, ${store(context, number(context, 1))}];`,
  );
  const head = `for (let ${turn} = 0; ${turn} < ${random.integer(2, 6)} && ${name}.length > 0; ${turn}++) {`;
  context.loop(head, 5, () => {
    const top = context.fresh("top");
    context.line(`const ${top} = ${name}.${random.pick(["pop", "pop", "shift"])}()!;`);
    context.declare(top, num);
    context.declare(turn, { kind: "int", range: "loose" });
    statements(context, random.integer(0, 2));
    context.line(
      `if (${top} > ${random.integer(-8, 8) / 10 + 0.0003}) ${name}.push(${shrink(context, { text: top, bound: 3 }).text} * 0.7${random.chance(0.4) ? `, ${store(context, number(context, 1))}` : ""});`,
    );
  });
  context.declare(name, { kind: "grown", elem: num, filled: false });
  return undefined;
}

/** A window that slides: pushed at one end, shifted at the other. */
function queue(context: Context): Outcome | "nothing" {
  const { random } = context;
  const vectors = context
    .visible()
    .filter(({ shape }) => shape.kind === "floats" || (shape.kind === "array" && shape.elem.kind === "num"));
  if (vectors.length === 0) return "nothing";
  const name = context.fresh("window");
  const sum = context.fresh("mean");
  context.line(`const ${name}: number[] = [];`);
  context.line(`let ${sum} = 0;`);
  context.line(`for (const v of ${random.pick(vectors).name}) {`);
  context.line(`  ${name}.push(v * ${store(context, number(context, 1))});`);
  context.line(
    random.pick([
      `  if (${name}.length > 2) ${sum} -= ${name}.shift()! * 0.5;`,
      `  while (${name}.length > 2) ${name}.shift();`,
      `  if (${name}.length > 1 && v > 0) ${name}.pop();`,
    ]),
  );
  context.line(`  for (const u of ${name}) ${sum} += Math.sin(u);`);
  context.line("}");
  context.declare(sum, num, { assignable: true });
  context.declare(name, { kind: "grown", elem: num, filled: false });
  return undefined;
}

/** Copies of a state kept along the way. */
function history(context: Context): Outcome | "nothing" {
  const { random } = context;
  const vectors = context
    .visible()
    .filter(
      ({ shape, writable }) =>
        writable && (shape.kind === "floats" || (shape.kind === "array" && shape.elem.kind === "num")),
    );
  const state = vectors.length === 0 ? undefined : random.pick(vectors);
  if (state === undefined || (state.shape.kind === "array" && state.shape.readonly === true)) return "nothing";
  const name = context.fresh("path");
  const typed = state.shape.kind === "floats" && state.shape.name === "Float64Array";
  if (state.shape.kind === "floats" && !typed) return "nothing";
  if (!state.local) context.writesParameters = true;
  context.line(`const ${name}: ${typed ? "Float64Array" : "number[]"}[] = [${state.name}.slice()];`);
  context.line(`for (let t = 0; t < ${random.integer(1, 3)}; t++) {`);
  context.line(
    `  for (let i = 0; i < ${state.name}.length; i++) ${state.name}[i] = Math.sin(${state.name}[i]!) + ${name}[t]![i]! * ${shrink(context, numberLeaf(context)).text};`,
  );
  context.line(
    `  ${name}.push(${random.pick([`${state.name}.slice()`, typed ? `Float64Array.from(${state.name})` : `[...${state.name}]`])});`,
  );
  context.line("}");
  context.declare(name, { kind: "grown", elem: typed ? float64 : numbers, filled: true });
  return undefined;
}
