/** A whole random program: types, helpers, the differentiated function `f`, and values to call it with. */
import { Random } from "../random.js";
import { Context, type Options, type Plug, type Whole } from "./context.js";
import { chooseFeatures, type Feature } from "./features.js";
import { body, functionText, helperText } from "./helpers.js";
import { anyShape, declareParameters, isData, optionalParameters } from "./parameters.js";
import { allPlugs } from "./plugs.js";
import { sample } from "./sample.js";
import {
  bool,
  declaration,
  float64,
  index,
  isDifferentiable,
  loose,
  num,
  numbers,
  type Parameter,
  point,
  type RecordField,
  type Shape,
} from "./shapes.js";

export interface GeneratedProgram {
  readonly seed: number;
  readonly source: string;
  /** Of every array, and the value of `n`. */
  readonly length: number;
  readonly cases: readonly (readonly unknown[])[];
  readonly features: readonly Feature[];
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
  const features = chooseFeatures(random, options.features ?? []);
  const plugs = [...features].map((feature): Plug => allPlugs[feature]);
  const records = Array.from({ length: random.integer(0, 2) }, (_, i) => recordShape(random, i));
  const whole: Whole = {
    random,
    options,
    features,
    plugs,
    length,
    records,
    classes: [],
    structures: [],
    helpers: [],
    nextName: 0,
    constants: [],
  };
  const texts = records.map((shape) => declaration(shape, random.chance(0.6)));
  moduleConstants(whole, texts);
  for (const { module } of plugs) texts.push(...(module?.(whole) ?? []));
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
  const cases = [0, 1].map(() => {
    const args = params.map(({ shape, name }) => (name === "n" ? length : sample(shape, random, length)));
    // What has a default may be left out, from the end.
    const needed = params.filter(({ given }) => given === undefined).length;
    return args.slice(0, random.chance(0.6) ? args.length : random.integer(needed, args.length));
  });
  return { seed, source: `${texts.join("\n")}\n`, length, cases, features: [...features] };
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

function recordShape(random: Random, i: number): Shape {
  const names = random
    .shuffle(["x", "y", "z", "mass", "weight", "pos", "vel", "data", "length2"])
    .slice(0, random.integer(1, 3));
  const inner: Shape = {
    kind: "record",
    name: "",
    inline: true,
    fields: [
      { name: "u", shape: num },
      { name: "v", shape: num },
    ],
  };
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
              [0.7, inner],
              [0.3, { kind: "array", elem: point }],
            ]),
    }),
  );
  return { kind: "record", name: ["Body", "Model"][i] ?? "Other", inline: random.chance(0.15), fields };
}

function mainParameters(whole: Whole): Parameter[] {
  const { random } = whole;
  const names = random.shuffle(["x", "y", "w", "a", "b", "p", "theta", "i0", "dx", "data"]);
  const params: Parameter[] = Array.from({ length: random.integer(1, 4) }, (_, i) => {
    const shape = anyShape(whole);
    return { name: names[i] ?? "q", shape: isData(shape) ? shape : num };
  });
  if (random.chance(0.4)) params.push({ name: "n", shape: loose });
  if (random.chance(0.2)) params.push({ name: "at", shape: index });
  if (random.chance(0.2)) params.push({ name: "table", shape: { kind: "ints" } });
  if (!params.some(({ shape }) => isDifferentiable(shape))) params.unshift({ name: "q", shape: num });
  return [...params, ...optionalParameters(whole, false)];
}
