/** A whole random program: types, helpers, the differentiated function `f`, and values to call it with. */
import { Random } from "../random.js";
import { Context, type Helper, type Options, type Whole } from "./context.js";
import { returnValue } from "./exits.js";
import { build, descend, number, store } from "./expressions.js";
import {
  bool,
  declaration,
  float64,
  index,
  isDifferentiable,
  isReference,
  loose,
  num,
  numbers,
  sample,
  type RecordField,
  type Shape,
  typeText,
  voidShape,
} from "./shapes.js";
import { statements } from "./statements.js";

export interface GeneratedProgram {
  readonly seed: number;
  readonly source: string;
  /** Of every array, and the value of `n`. */
  readonly length: number;
  readonly cases: readonly (readonly unknown[])[];
}

export const defaultOptions: Options = { size: 20, aliases: false, plain: false };

/** The program of a seed. The same seed and options give the same text on every machine. */
export function generateProgram(seed: number, options: Options = defaultOptions): GeneratedProgram {
  const random = new Random(seed);
  const length = random.weighted([
    [1, 1],
    [3, 2],
    [4, 3],
    [2, 4],
    [1, 6],
  ]);
  const records = Array.from({ length: random.integer(0, 2) }, (_, i) => recordShape(random, i));
  const whole: Whole = { random, options, length, records, helpers: [], nextName: 0, constants: [] };
  const texts = records.map((shape) => declaration(shape, random.chance(0.6)));
  moduleConstants(whole, texts);
  for (let i = random.integer(0, options.size > 8 ? 3 : 1); i > 0; i--) texts.push(helperText(whole));

  const params = mainParameters(whole);
  const returns = random.weighted<Shape>([
    [7, num],
    [1, { kind: "tuple", elems: [num, num] }],
    [1, float64],
    [0.7, numbers],
    [0.7, records[0] ?? num],
    [0.3, { kind: "array", elem: numbers }],
  ]);
  const context = new Context(whole, returns, random.integer(Math.ceil(options.size / 4), options.size), true);
  declareParameters(context, params);
  body(context);
  const differentiated = params
    .filter(({ shape }) => isDifferentiable(shape) && !random.chance(0.08))
    .map(({ name }) => name);
  const first = params.find(({ shape }) => isDifferentiable(shape))?.name ?? "x";
  const wrt = differentiated.length > 0 ? differentiated : [first];
  texts.push(
    `/** @differentiable wrt=${wrt.join(",")} */`,
    functionText("export ", "f", params, returns, context.lines),
  );
  const cases = [0, 1].map(() =>
    params.map(({ shape, name }) => (name === "n" ? length : sample(shape, random, length))),
  );
  return { seed, source: `${texts.join("\n")}\n`, length, cases };
}

/** Constants of the module that every function reads. */
function moduleConstants(whole: Whole, texts: string[]): void {
  const { random, length } = whole;
  if (random.chance(0.25)) {
    texts.push(`${random.chance(0.5) ? "export " : ""}const rate = ${random.integer(1, 30) / 10};`);
    whole.constants.push({ name: "rate", shape: num });
  }
  if (random.chance(0.2)) {
    const values = Array.from({ length }, () => random.integer(-20, 20) / 10).join(", ");
    const typed = random.chance(0.5);
    texts.push(
      `${random.chance(0.5) ? "export " : ""}const weights = ${typed ? `new Float64Array([${values}])` : `[${values}]`};`,
    );
    whole.constants.push({ name: "weights", shape: typed ? float64 : numbers });
  }
}

interface Parameter {
  readonly name: string;
  readonly shape: Shape;
}

function functionText(
  prefix: string,
  name: string,
  params: readonly Parameter[],
  returns: Shape,
  lines: readonly string[],
  arrow = false,
): string {
  const list = params.map((parameter) => `${parameter.name}: ${typeText(parameter.shape)}`).join(", ");
  if (arrow) return `${prefix}const ${name} = (${list}): ${typeText(returns)} => {\n${lines.join("\n")}\n};`;
  return `${prefix}function ${name}(${list}): ${typeText(returns)} {\n${lines.join("\n")}\n}`;
}

function recordShape(random: Random, i: number): Shape {
  const names = random
    .shuffle(["x", "y", "z", "mass", "weight", "pos", "vel", "data", "length2"])
    .slice(0, random.integer(1, 3));
  const fields = names.map(
    (name, position): RecordField => ({
      name,
      shape:
        position === 0
          ? num
          : random.weighted<Shape>([
              [4, num],
              [0.5, bool],
              [1, float64],
              [1, numbers],
              [0.7, { kind: "tuple", elems: [num, num] }],
              [
                0.7,
                {
                  kind: "record",
                  name: "",
                  inline: true,
                  fields: [
                    { name: "u", shape: num },
                    { name: "v", shape: num },
                  ],
                },
              ],
            ]),
    }),
  );
  return { kind: "record", name: ["Body", "Model"][i] ?? "Other", inline: random.chance(0.15), fields };
}

function anyShape(whole: Whole): Shape {
  const { random, records } = whole;
  return random.weighted<Shape>([
    [6, num],
    [3, float64],
    [0.4, { kind: "floats", name: "Float32Array" }],
    [2.5, numbers],
    [0.4, { kind: "array", elem: num, readonly: true }],
    [1.2, { kind: "array", elem: numbers }],
    [0.6, { kind: "array", elem: float64 }],
    [0.8, { kind: "tuple", elems: [num, num] }],
    [0.3, { kind: "tuple", elems: [num, { kind: "tuple", elems: [num, num, num] }] }],
    [records.length > 0 ? 2 : 0, random.pick(records.length > 0 ? records : [num])],
    [records.length > 0 ? 0.8 : 0, { kind: "array", elem: random.pick(records.length > 0 ? records : [num]) }],
  ]);
}

function mainParameters(whole: Whole): Parameter[] {
  const { random } = whole;
  const names = random.shuffle(["x", "y", "w", "a", "b", "p", "theta", "i0", "dx", "data"]);
  const params = Array.from(
    { length: random.integer(1, 4) },
    (_, i): Parameter => ({ name: names[i] ?? "q", shape: anyShape(whole) }),
  );
  if (random.chance(0.4)) params.push({ name: "n", shape: loose });
  if (random.chance(0.2)) params.push({ name: "at", shape: index });
  if (random.chance(0.2)) params.push({ name: "table", shape: { kind: "ints" } });
  if (!params.some(({ shape }) => isDifferentiable(shape))) params.unshift({ name: "q", shape: num });
  return params;
}

function declareParameters(context: Context, params: readonly Parameter[]): void {
  for (const { name, shape } of context.whole.constants)
    context.declare(name, shape, { writable: false, local: false });
  for (const { name, shape } of params) {
    const frozen = shape.kind === "array" && shape.readonly === true;
    const assignable = shape.kind === "num";
    context.declare(name, shape, { assignable, writable: !frozen, local: false });
  }
}

/** Statements, then the return of everything there is. */
function body(context: Context): void {
  const { returns, random } = context;
  if (isReference(returns)) {
    context.line(`const out: ${typeText(returns)} = ${build(context, returns, 2)};`);
    context.declare("out", returns);
  }
  if (random.chance(context.main ? 0.85 : 0.5)) {
    context.line(`let total = ${random.chance(0.5) ? "0" : store(context, number(context, 2))};`);
    context.declare("total", num, { assignable: true });
  }
  if (context.main && random.chance(0.4)) {
    const shape = random.chance(0.7) ? float64 : numbers;
    context.line(`const work = ${build(context, shape, 2)};`);
    context.declare("work", shape);
    context.favourites.add("work");
  }
  while (context.budget > 0) statements(context, context.budget);
  const total = context.main && random.chance(0.85) ? sumUp(context) : undefined;
  if (returns.kind === "void") return;
  if (total === undefined) context.line(`return${returnValue(context)};`);
  else if (returns.kind === "num") context.line(`return${returnValue(context)} + ${total};`);
  else {
    const place = descend(context, "out", returns);
    if (place !== undefined) context.line(`${place} += ${total};`);
    context.line("return out;");
  }
}

/** Reads back what there is, so that what was computed and written counts; where the sum is. */
function sumUp(context: Context): string | undefined {
  const { random } = context;
  const total = context.visible().find(({ name, assignable }) => name === "total" && assignable);
  if (total === undefined) return undefined;
  for (const { name, shape } of random.shuffle(context.visible()).slice(0, 8)) {
    if (name === "total") continue;
    if (shape.kind === "floats" || (shape.kind === "array" && shape.elem.kind === "num")) {
      context.line(
        random.pick([
          `for (const v of ${name}) total += v * v;`,
          `for (let i = 0; i < ${name}.length; i++) total = 0.5 * total + Math.sin(${name}[i]! + i);`,
          `for (let i = ${name}.length - 1; i >= 0; i--) total += ${name}[i]! * (i + 1);`,
        ]),
      );
    } else {
      const place = descend(context, name, shape);
      if (place !== undefined)
        context.line(
          random.pick([
            `total += Math.sin(${place});`,
            `total -= ${place} * ${place};`,
            `total = total * 0.7 + ${place};`,
          ]),
        );
    }
  }
  return "total";
}

/** A helper function; one in four calls itself. */
function helperText(whole: Whole): string {
  const { random } = whole;
  const name =
    random.pick(["step", "mix", "scale", "energy", "update", "norm", "blend", "visit"]) + String(++whole.nextName);
  const recursive = random.chance(0.25);
  const rest = Array.from(
    { length: random.integer(1, 3) },
    (_, i): Parameter => ({ name: ["p", "q", "r"][i] ?? "s", shape: anyShape(whole) }),
  );
  const params: Parameter[] = recursive ? [{ name: "depth", shape: loose }, ...rest] : rest;
  const returns = random.weighted<Shape>([
    [5, num],
    [2, voidShape],
    [1, { kind: "tuple", elems: [num, num] }],
    [0.7, float64],
    [0.7, numbers],
    [whole.records.length > 0 ? 1 : 0, random.pick(whole.records.length > 0 ? whole.records : [num])],
  ]);
  const context = new Context(whole, returns, random.integer(1, Math.max(2, Math.ceil(whole.options.size / 4))), false);
  declareParameters(context, params);
  if (recursive) {
    context.line(`if (depth <= 0) return${returnValue(context)};`);
    const self = { name, params, returns, recursive: false, cost: 20, writes: true };
    context.line(selfCall(context, self));
  }
  body(context);
  const writes = context.writesParameters || recursive;
  whole.helpers.push({ name, params, returns, recursive, cost: (context.cost + 1) * (recursive ? 6 : 1), writes });
  return functionText(random.chance(0.3) ? "export " : "", name, params, returns, context.lines, random.chance(0.2));
}

/** `const deeper = visit(depth - 1, …);` with arguments of its own. */
function selfCall(context: Context, self: Helper): string {
  const used = new Set<string>();
  const args = self.params.map(({ name, shape }, position) => {
    if (position === 0) return "depth - 1";
    if (isReference(shape) && !used.has(name) && context.random.chance(0.7)) {
      used.add(name);
      return name;
    }
    return shape.kind === "floats" || shape.kind === "ints" ? name : build(context, shape, 2);
  });
  const call = `${self.name}(${args.join(", ")})`;
  if (self.returns.kind === "void") return `${call};`;
  context.declare("deeper", self.returns);
  return `const deeper = ${call};`;
}
