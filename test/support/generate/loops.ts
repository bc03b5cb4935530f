/** Random loops of every kind. Each is bounded, whatever its body does to the numbers. */
import type { Context } from "./context.js";
import { condition, number, shrink } from "./expressions.js";
import { indexText, numberLeaf } from "./places.js";
import { kernel } from "./kernels.js";
import { index, isReference, loose, num, type Shape } from "./shapes.js";

interface Header {
  /** Lines before the loop. */
  readonly before: readonly string[];
  /** `for (…) {`, `while (…) {` or `do {`. */
  readonly open: string;
  /** `}`, or `} while (…);`. */
  readonly close: string;
  /** What the body starts with. */
  readonly first: readonly string[];
  /** Declares the loop's own variables. */
  readonly declare: () => void;
  /** Rough number of iterations. */
  readonly trips: number;
}

/** Writes a loop; `statements` writes what is inside. */
export function loop(context: Context, statements: (context: Context, count: number) => void): undefined {
  const { random } = context;
  if (context.trips > 60 || context.targets.length > 3) return undefined;
  const header = random.weighted<() => Header>([
    [5, () => counted(context)],
    [1.2, () => twoCounters(context)],
    [2, () => elements(context)],
    [1.5, () => bounded(context)],
    [1.2, () => untilReached(context)],
    [1, () => countdown(context)],
    [1.2, () => doWhile(context)],
    [0.6, () => endless(context)],
    [0.5, () => strided(context)],
  ])();
  header.before.forEach((line) => context.line(line));
  // A second counter, which moves by a constant in every iteration.
  const extra = random.chance(0.3) ? context.fresh("c") : undefined;
  if (extra !== undefined) {
    context.line(`let ${extra} = ${random.integer(0, 3)};`);
    context.declare(extra, loose);
  }
  const inside = (): void => {
    header.declare();
    header.first.forEach((line) => context.line(line));
    if (extra !== undefined) context.line(random.pick([`${extra}++;`, `${extra} += 2;`, `${extra} += 3;`]));
    if (!random.chance(0.4) || !kernel(context, extra)) statements(context, random.integer(1, 4));
    else if (random.chance(0.3)) statements(context, 1);
  };
  context.loop(header.open, header.trips, inside, header.close);
  return undefined;
}

const nothing = (): void => undefined;

function counted(context: Context): Header {
  const { random, whole } = context;
  const name = random.chance(0.5) ? context.fresh("i") : "i";
  const length = context.lengthText();
  const declare = (): void => context.declare(name, index);
  const outer = context
    .visible()
    .filter(({ shape, name: other }) => shape.kind === "int" && shape.range === "index" && other !== name);
  const header = random.pick([
    `for (let ${name} = 0; ${name} < ${length}; ${name}++) {`,
    `for (let ${name} = 0; ${name} < ${length}; ++${name}) {`,
    `for (let ${name} = 1; ${name} < ${length}; ${name}++) {`,
    `for (let ${name} = 0; ${name} <= ${length} - 1; ${name} += 1) {`,
    `for (let ${name} = ${length} - 1; ${name} >= 0; ${name}--) {`,
    `for (let ${name} = 0; ${name} < ${length}; ${name} += 2) {`,
    `for (let ${name} = 0; ${name} < ${random.integer(0, whole.length)}; ${name}++) {`,
    `for (let ${name} = 0; ${name} < Math.min(${length}, ${random.integer(1, 5)}); ${name}++) {`,
    ...outer.map((other) => `for (let ${name} = 0; ${name} <= ${other.name}; ${name}++) {`),
    ...outer.map((other) => `for (let ${name} = ${other.name} + 1; ${name} < ${length}; ${name}++) {`),
    ...outer.map((other) => `for (let ${name} = ${other.name}; ${name} > 0; ${name}--) {`),
  ]);
  return { before: [], open: header, close: "}", first: [], declare, trips: whole.length };
}

function twoCounters(context: Context): Header {
  const [i, j] = [context.fresh("i"), context.fresh("j")];
  const declare = (): void => {
    context.declare(i, index);
    context.declare(j, index);
  };
  const open = `for (let ${i} = 0, ${j} = ${context.lengthText()} - 1; ${i} < ${j}; ${i}++, ${j}--) {`;
  return { before: [], open, close: "}", first: [], declare, trips: 2 };
}

/** `for … of` over an array; the elements of an array of arrays are references. */
function elements(context: Context): Header {
  const { random } = context;
  const arrays = context.visible().filter(({ shape }) => shape.kind === "floats" || shape.kind === "array");
  if (arrays.length === 0) return counted(context);
  const array = random.pick(arrays);
  const elem: Shape = array.shape.kind === "array" ? array.shape.elem : num;
  const name = context.fresh("e");
  const constant = isReference(elem) || random.chance(0.8);
  const declare = (): void =>
    isReference(elem)
      ? context.declare(name, elem, { root: array.root, local: array.local, writable: array.writable })
      : context.declare(name, elem, { assignable: !constant });
  return {
    before: [],
    open: `for (${constant ? "const" : "let"} ${name} of ${array.name}) {`,
    close: "}",
    first: [],
    declare,
    trips: context.whole.length,
  };
}

/** A counter that is safe, and a condition on active values. */
function bounded(context: Context): Header {
  const { random } = context;
  const name = context.fresh("k");
  const limit = random.integer(1, 7);
  const test = random.chance(0.6) ? ` && ${condition(context, 1)}` : "";
  context.line(`let ${name} = 0;`);
  context.declare(name, loose);
  const first = random.chance(0.3) ? [`${name} += 2;`] : [`${name}++;`];
  return { before: [], open: `while (${name} < ${limit}${test}) {`, close: "}", first, declare: nothing, trips: limit };
}

/** A trip count that depends on the numbers: something grows by at least 0.4 each time. */
function untilReached(context: Context): Header {
  const name = context.fresh("s");
  const start = shrink(context, number(context, 1)).text;
  context.line(`let ${name} = ${start};`);
  context.declare(name, num);
  const step = `${name} += 0.4 + ${numberLeaf(context).text} ** 2;`;
  return {
    before: [],
    open: `while (${name} < ${context.random.integer(1, 3)}.05) {`,
    close: "}",
    first: [step],
    declare: nothing,
    trips: 8,
  };
}

function countdown(context: Context): Header {
  const name = context.fresh("k");
  const start = context.random.chance(0.5) ? String(context.random.integer(0, 5)) : `${indexText(context)} + 1`;
  context.line(`let ${name} = ${start};`);
  const inside = (): void => context.declare(name, loose);
  const form = context.random.pick([`while (${name}-- > 0) {`, `while (--${name} >= 0) {`, `for (; ${name} > 0; ) {`]);
  return {
    before: [],
    open: form,
    close: "}",
    first: form.startsWith("for") ? [`${name}--;`] : [],
    declare: inside,
    trips: 3,
  };
}

function doWhile(context: Context): Header {
  const { random } = context;
  const name = context.fresh("k");
  context.line(`let ${name} = 0;`);
  context.declare(name, loose);
  const limit = random.integer(0, 4);
  const test = random.chance(0.5) ? ` && ${condition(context, 1)}` : "";
  const close = random.chance(0.3) ? `} while (++${name} < ${limit}${test});` : `} while (${name} < ${limit}${test});`;
  const first = close.includes("++") && !random.chance(0.5) ? [] : [`${name}++;`];
  return { before: [], open: "do {", close, first, declare: nothing, trips: limit + 1 };
}

/** `for (;;)` left by a `break` at its start. */
function endless(context: Context): Header {
  const { random } = context;
  const name = context.fresh("k");
  context.line(`let ${name} = 0;`);
  context.declare(name, loose);
  const test = random.chance(0.5) ? ` || ${condition(context, 1)}` : "";
  const first = [`if (${name}++ >= ${random.integer(0, 5)}${test}) break;`];
  return {
    before: [],
    open: random.pick(["for (;;) {", "while (true) {"]),
    close: "}",
    first,
    declare: nothing,
    trips: 5,
  };
}

/** A counter that the body may move further, so that it is no index any more. */
function strided(context: Context): Header {
  const name = context.fresh("q");
  const { random } = context;
  const declare = (): void => context.declare(name, loose);
  const open = random.pick([
    `for (let ${name} = 0; ${name} < ${context.lengthText()}; ${name}++) {`,
    `for (let ${name} = 1; ${name} < 9; ${name} *= 2) {`,
    `for (let ${name} = 0; ${name} * ${name} < 12; ${name} += 1) {`,
  ]);
  const first = random.chance(0.6) ? [`if (${condition(context, 0)}) ${name}++;`] : [];
  return { before: [], open, close: "}", first, declare, trips: 4 };
}
