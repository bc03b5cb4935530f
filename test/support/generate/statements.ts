/** Random statements that are not loops. */
import type { Context } from "./context.js";
import {
  assignable,
  boolean,
  build,
  callable,
  callText,
  condition,
  descend,
  indexText,
  number,
  numberLeaf,
  shrink,
  store,
} from "./expressions.js";
import { turns } from "./kernels.js";
import { loop } from "./loops.js";
import { bool, float64, index, isReference, loose, num, numbers, sameShape, type Shape, typeText } from "./shapes.js";

/** Writes statements until the budget of this block is spent, or until one that nothing may follow. */
export function statements(context: Context, count: number): void {
  for (let i = 0; i < count && context.budget > 0; i++) {
    context.budget--;
    context.cost += context.trips;
    if (statement(context) === "ends") return;
  }
}

type Outcome = "ends" | undefined;

function statement(context: Context): Outcome {
  const { random, whole } = context;
  const inLoop = context.targets.length > 0;
  const deep = context.indent > 5;
  const kinds: (readonly [number, () => Outcome])[] = [
    [4, () => declareNumber(context)],
    [5, () => assign(context)],
    [6, () => write(context)],
    [deep ? 0 : 3, () => branch(context)],
    [deep ? 0 : 3, () => loop(context)],
    [deep ? 0 : 0.8, () => choose(context)],
    [1.2, () => declareOther(context)],
    [1.5, () => callStatement(context)],
    [0.7, () => swap(context)],
    [0.6, () => destructure(context)],
    [0.8, () => alias(context)],
    [inLoop ? 1.6 : 0.12, () => exit(context)],
    [0.25, () => effectful(context)],
    [whole.options.plain ? 0 : 0.3, () => increment(context)],
    [0.7, () => assignInteger(context)],
    [0.5, () => replaceRow(context)],
    [deep || context.trips > 20 ? 0 : 0.5, () => void turns(context)],
    [whole.options.aliases ? 1.5 : 0, () => aliasing(context)],
  ];
  return random.weighted(kinds)();
}

function declareNumber(context: Context): Outcome {
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

function declareOther(context: Context): Outcome {
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
  ]);
  return declareShape(context, shape);
}

function declareShape(context: Context, shape: Shape): Outcome {
  const { random } = context;
  const stem = {
    bool: "flag",
    int: "k",
    floats: "buf",
    ints: "idx",
    array: "list",
    tuple: "pair",
    record: "obj",
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
    context.line(`${keyword} ${name}${scalar ? ": number" : annotation} = ${value};`);
    context.declare(name, shape, { assignable: keyword === "let" });
  }
  return undefined;
}

/** Needed where the literal alone would get another type. */
function typeAnnotation(shape: Shape): string {
  switch (shape.kind) {
    case "tuple":
    case "array":
    case "record":
      return `: ${typeText(shape)}`;
    default:
      return "";
  }
}
function assign(context: Context): Outcome {
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
function assignInteger(context: Context): Outcome {
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
function replaceRow(context: Context): Outcome {
  const { random } = context;
  const matrices = context
    .visible()
    .filter(({ shape, writable }) => writable && shape.kind === "array" && isReference(shape.elem));
  const records = context
    .visible()
    .filter(({ shape }) => shape.kind === "record" && shape.fields.some((field) => isReference(field.shape)));
  if (matrices.length > 0 && random.chance(0.6)) {
    const matrix = random.pick(matrices);
    if (matrix.shape.kind !== "array") return undefined;
    if (!matrix.local) context.writesParameters = true;
    context.line(`${matrix.name}[${indexText(context)}] = ${build(context, matrix.shape.elem, 2)};`);
  } else if (records.length > 0) {
    const record = random.pick(records);
    if (record.shape.kind !== "record") return undefined;
    const field = random.pick(record.shape.fields.filter((candidate) => isReference(candidate.shape)));
    if (!record.local) context.writesParameters = true;
    context.line(`${record.name}.${field.name} = ${build(context, field.shape, 2)};`);
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
function write(context: Context): Outcome {
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

function branch(context: Context): Outcome {
  const { random } = context;
  const size = (): number => random.integer(1, 3);
  context.line(`if (${condition(context, 2)}) {`);
  context.block(() => statements(context, size()));
  while (random.chance(0.2)) {
    context.line(`} else if (${condition(context, 1)}) {`);
    context.block(() => statements(context, size()));
  }
  if (random.chance(0.5)) {
    context.line("} else {");
    context.block(() => statements(context, size()));
  }
  context.line("}");
  return undefined;
}

/** A `switch` over an integer, with fallthrough, empty cases and `default` anywhere. */
function choose(context: Context): Outcome {
  const { random } = context;
  const integers = context.visible().filter(({ shape }) => shape.kind === "int");
  const subject =
    integers.length > 0 && random.chance(0.7)
      ? random.pick(integers).name
      : `Math.floor(Math.abs(${numberLeaf(context).text}) * 2)`;
  context.line(`switch (${subject} % 4) {`);
  const cases = random
    .shuffle([0, 1, 2, 3])
    .slice(0, random.integer(1, 4))
    .map((value) => `case ${value}:`);
  if (random.chance(0.6)) cases.splice(random.integer(0, cases.length), 0, "default:");
  const target = { kind: "switch" as const, label: "", labelUsed: false };
  context.targets.push(target);
  context.indent++;
  for (const clause of cases) {
    context.line(`${clause} {`);
    let ended: Outcome;
    context.block(() => {
      const before = context.lines.length;
      statements(context, random.integer(0, 2));
      const last = context.lines[context.lines.length - 1] ?? "";
      ended = context.lines.length > before && /^\s*(return|break|continue|throw)\b/.test(last) ? "ends" : undefined;
      if (ended === undefined && random.chance(0.65)) context.line("break;");
    });
    context.line("}");
  }
  context.indent--;
  context.targets.pop();
  context.line("}");
  return undefined;
}

function callStatement(context: Context): Outcome {
  const { random } = context;
  const helper = callable(context, (candidate) => !sameShape(candidate.returns, num));
  if (helper === undefined) return assign(context);
  const call = callText(context, helper, 2);
  if (helper.returns.kind === "void") {
    context.line(`${call};`);
    return undefined;
  }
  if (
    helper.returns.kind === "tuple" &&
    helper.returns.elems.every((elem) => elem.kind === "num") &&
    random.chance(0.6)
  ) {
    const names = helper.returns.elems.map(() => context.fresh("p"));
    context.line(`const [${names.join(", ")}] = ${call};`);
    for (const name of names) context.declare(name, num);
    return undefined;
  }
  const name = context.fresh("r");
  const keyword = random.chance(0.3) ? "let" : "const";
  context.line(`${keyword} ${name} = ${call};`);
  context.declare(name, helper.returns, { assignable: keyword === "let" });
  return undefined;
}

function swap(context: Context): Outcome {
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

function destructure(context: Context): Outcome {
  const { random } = context;
  const tuples = context
    .visible()
    .filter(({ shape }) => shape.kind === "tuple" && shape.elems.every((elem) => elem.kind === "num"));
  const records = context.visible().filter(({ shape }) => shape.kind === "record");
  if (records.length > 0 && random.chance(0.4)) {
    const record = random.pick(records);
    if (record.shape.kind !== "record") return undefined;
    const field = record.shape.fields.find(({ shape }) => shape.kind === "num");
    if (field === undefined) return assign(context);
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
function alias(context: Context): Outcome {
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
  if (records.length === 0) return write(context);
  const record = random.pick(records);
  if (record.shape.kind !== "record") return undefined;
  const field = random.pick(record.shape.fields.filter((candidate) => isReference(candidate.shape)));
  const name = context.fresh("part");
  context.line(`const ${name} = ${record.name}.${field.name};`);
  context.declare(name, field.shape, { root: record.root, local: record.local, writable: record.writable });
  return undefined;
}

/** References assigned and stored: outside the first release in general, never to be compiled wrongly. */
function aliasing(context: Context): Outcome {
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
    context.line(`let ${name} = ${a.name};`);
    context.line(`if (${condition(context, 1)}) ${name} = ${b.name};`);
  } else {
    context.line(`const ${name} = ${a.name};`);
  }
  context.writesParameters = true;
  context.declare(name, a.shape, { root: a.root, local: false, writable: a.writable });
  return undefined;
}

/** `break`, `continue` or `return`, mostly under a condition. */
function exit(context: Context): Outcome {
  const { random } = context;
  const text = exitText(context);
  if (random.chance(context.targets.length > 0 && context.indent > 2 ? 0.15 : 0) && !text.startsWith("throw")) {
    context.line(text);
    return "ends";
  }
  if (random.chance(0.25)) {
    context.line(`if (${condition(context, 1)}) {`);
    context.block(() => {
      statements(context, 1);
      if (!/^\s*(return|break|continue|throw)\b/.test(context.lines[context.lines.length - 1] ?? ""))
        context.line(text);
    });
    context.line("}");
  } else {
    context.line(`if (${condition(context, 1)}) ${text}`);
  }
  return undefined;
}

function exitText(context: Context): string {
  const { random } = context;
  const loops = context.targets.filter(({ kind }) => kind === "loop");
  const innermost = context.targets[context.targets.length - 1];
  const choices: (readonly [number, () => string])[] = [
    [0.8, () => `return${returnValue(context)};`],
    [0.06, () => `throw new Error("left at ${context.lines.length}");`],
  ];
  if (innermost !== undefined) choices.push([2, () => "break;"]);
  if (loops.length > 0) choices.push([2, () => "continue;"]);
  if (loops.length > 1) {
    choices.push([
      1.5,
      () => {
        const target = random.pick(loops);
        target.labelUsed = true;
        return `${random.pick(["break", "continue"])} ${target.label};`;
      },
    ]);
  }
  return random.weighted(choices)();
}

/** ` value` for a `return` of this function. */
export function returnValue(context: Context): string {
  const { returns, random } = context;
  if (returns.kind === "void") return "";
  if (isReference(returns)) {
    const own = context
      .visible()
      .filter((variable) => variable.local && variable.root === variable.name && sameShape(variable.shape, returns));
    if (own.length > 0 && random.chance(0.75)) return ` ${random.pick(own).name}`;
  }
  if (returns.kind === "num") return ` ${gather(context)}`;
  return ` ${build(context, returns, 3)}`;
}

/** A result that depends on much of what is there. */
function gather(context: Context): string {
  const { random } = context;
  const terms = Array.from({ length: random.integer(1, 5) }, () => number(context, random.integer(0, 2)));
  const text = terms
    .map((term) => (term.bound > 1e3 ? shrink(context, term).text : term.text))
    .join(random.chance(0.8) ? " + " : " - ");
  return !context.main ? store(context, { text: `(${text})`, bound: 1e3 }) : text;
}

/** What no derivative flows through. */
function effectful(context: Context): Outcome {
  const { text } = numberLeaf(context);
  context.line(
    context.random.pick([
      ";",
      "{ const unused = 1; void unused; }",
      `void ${text};`,
      `console.log("at", ${text});`,
      `if (!(Math.abs(${text}) < 1e9)) throw new RangeError("far away");`,
    ]),
  );
  return undefined;
}

function increment(context: Context): Outcome {
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
