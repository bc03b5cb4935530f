/** Functions passed, returned, chosen, kept in tables and made by other functions. */
import type { Context, Helper, Outcome, Plug, Whole } from "./context.js";
import { condition, number, shrink, store } from "./expressions.js";
import { indexText } from "./places.js";
import { build } from "./values.js";
import { num, type Parameter, type Shape } from "./shapes.js";

const unary: Shape = { kind: "func", arity: 1 };
const binary: Shape = { kind: "func", arity: 2 };

export const functionValues: Plug = {
  module: writers,
  shapes: () => [
    [1.5, unary],
    [0.7, binary],
  ],
  statements: [
    [1.5, declareFunction],
    [0.7, chosenFunction],
    [0.8, table],
    [0.6, madeFunction],
    [1, heldFunctions],
    [0.5, listed],
  ],
  numbers: [
    [
      0.6,
      (context, depth) => {
        const [known] = context.random.shuffle([...context.ofKind("func")]);
        if (known === undefined || context.quiet) return undefined;
        const args = Array.from({ length: known.shape.arity }, () => store(context, number(context, depth - 1)));
        return { text: `${known.name}(${args.join(", ")})`, bound: 3 };
      },
    ],
  ],
};

interface Template {
  readonly text: (name: string, k: string) => string;
  readonly params: readonly Shape[];
  readonly returns: Shape;
  readonly cost: number;
}

const templates: readonly Template[] = [
  {
    text: (name, k) =>
      `function ${name}(g: (x: number) => number, a: number, b: number): number {\n  const h = (b - a) / 4;\n  let s = 0.5 * (g(a) + g(b));\n  for (let i = 1; i < 4; i++) s += g(a + i * h) * ${k};\n  return Math.tanh(s * h);\n}`,
    params: [unary, num, num],
    returns: num,
    cost: 20,
  },
  {
    text: (name, k) =>
      `function ${name}(g: (x: number) => number, x: number): number {\n  let s = x;\n  for (let i = 0; i < 3; i++) s = ${k} * Math.sin(g(s)) + 0.1 * x;\n  return s;\n}`,
    params: [unary, num],
    returns: num,
    cost: 14,
  },
  {
    text: (name, k) =>
      `function ${name}(p: number): (x: number) => number {\n  const q = p * ${k};\n  return (x) => Math.sin(x * q) + 0.3 * p;\n}`,
    params: [num],
    returns: unary,
    cost: 3,
  },
  {
    text: (name, k) =>
      `const ${name} = (g: (x: number) => number, h: (x: number) => number) => (x: number): number => ${k} * g(h(x));`,
    params: [unary, unary],
    returns: unary,
    cost: 6,
  },
  {
    text: (name, k) =>
      `function ${name}(start: number): (x: number) => number {\n  let state = start;\n  return (x) => {\n    state = Math.cos(state) + ${k} * x;\n    return Math.sin(state);\n  };\n}`,
    params: [num],
    returns: unary,
    cost: 4,
  },
  {
    text: (name, k) =>
      `function ${name}(g: (x: number, y: number) => number, xs: readonly number[]): number {\n  let s = ${k};\n  for (const x of xs) s = Math.tanh(g(s, x));\n  return s;\n}`,
    params: [binary, { kind: "array", elem: num, readonly: true }],
    returns: num,
    cost: 20,
  },
  {
    text: (name, k) =>
      `function ${name}(g: (x: number) => number, xs: number[]): void {\n  for (let i = 0; i < xs.length; i++) xs[i] = ${k} * Math.sin(g(xs[i]!));\n}`,
    params: [unary, { kind: "array", elem: num }],
    returns: { kind: "void" },
    cost: 18,
  },
];

function writers(whole: Whole): readonly string[] {
  const { random } = whole;
  const stems = ["integrate", "iterate", "make", "compose", "stateful", "fold", "applyAll"];
  const chosen = random.shuffle(templates.map((template, i) => ({ template, stem: stems[i] ?? "use" })));
  return chosen.slice(0, random.integer(1, 3)).map(({ template, stem }) => {
    const name = `${stem}${++whole.nextName}`;
    const params = template.params.map((shape, i): Parameter => ({ name: `p${i}`, shape }));
    const { returns, cost } = template;
    const helper: Helper = { name, params, returns, recursive: false, cost, writes: returns.kind === "void" };
    whole.helpers.push(helper);
    return template.text(name, String(random.integer(2, 12) / 10));
  });
}

function declareFunction(context: Context): Outcome {
  const { random } = context;
  const shape = random.chance(0.75) ? unary : binary;
  const name = context.fresh(random.pick(["g", "h", "act"]));
  const typed = shape === unary ? "(a: number) => number" : "(a: number, b: number) => number";
  const mutable = random.chance(0.3);
  const annotation = mutable || random.chance(0.3) ? `: ${typed}` : "";
  context.line(`${mutable ? "let" : "const"} ${name}${annotation} = ${build(context, shape, 2)};`);
  if (mutable && random.chance(0.6)) {
    // Before the name is known, so that no function calls itself for ever.
    const other = build(context, shape, 2);
    context.line(random.chance(0.7) ? `if (${condition(context, 1)}) ${name} = ${other};` : `${name} = ${other};`);
  }
  context.declare(name, shape);
  return undefined;
}

function chosenFunction(context: Context): Outcome {
  const name = context.fresh("either");
  context.line(`const ${name} = ${condition(context, 1)} ? ${build(context, unary, 2)} : ${build(context, unary, 2)};`);
  context.declare(name, unary);
  return undefined;
}

/** An array of functions, called by an index or one after the other. */
function table(context: Context): Outcome {
  const { random } = context;
  const name = context.fresh("layers");
  const count = random.integer(2, 3);
  const list = Array.from({ length: count }, () => build(context, unary, 1)).join(", ");
  context.line(`const ${name}: ((a: number) => number)[] = [${list}];`);
  const value = context.fresh("t");
  context.line(`let ${value} = ${store(context, number(context, 1))};`);
  context.line(
    random.pick([
      `for (const layer of ${name}) ${value} = Math.tanh(layer(${value}));`,
      `for (let i = 0; i < ${name}.length; i++) ${value} = 0.5 * ${name}[i]!(${value});`,
      `${value} = ${name}[(${indexText(context)}) % ${count}]!(${value});`,
    ]),
  );
  context.declare(value, num, { assignable: true });
  return undefined;
}

/** A function made by a helper, named or called at once. */
function madeFunction(context: Context): Outcome | "nothing" {
  const { random } = context;
  const makers = context.whole.helpers.filter(({ returns }) => returns.kind === "func");
  if (makers.length === 0) return "nothing";
  const { name, params } = random.pick(makers);
  const call = `${name}(${params.map(({ shape }) => build(context, shape, 2)).join(", ")})`;
  const given = store(context, number(context, 1));
  const result = context.fresh("made");
  if (random.chance(0.4)) {
    context.line(`const ${result} = ${call}(${given});`);
    context.declare(result, num);
  } else {
    context.line(`const ${result} = ${call};`);
    context.declare(result, unary);
  }
  return undefined;
}

/** An object with functions for members, which may be replaced; called as it is, or by a function that takes such objects. */
function heldFunctions(context: Context): Outcome {
  const { random } = context;
  const [name, run, value] = [context.fresh("rule"), context.fresh("run"), context.fresh("v")];
  const type = "{ act: (a: number) => number; gain: number; both?: (a: number, b: number) => number }";
  const members = (): string =>
    [
      random.chance(0.3)
        ? `act(a) { return Math.sin(a) * ${random.integer(2, 9) / 10}; }`
        : `act: ${build(context, unary, 2)}`,
      `gain: ${store(context, number(context, 1))}`,
      ...(random.chance(0.5) ? [`both: ${build(context, binary, 2)}`] : []),
    ].join(", ");
  context.line(`const ${name}: ${type} = { ${members()} };`);
  const changes = [
    `${name}.act = ${build(context, unary, 2)};`,
    `${name}.both = ${build(context, binary, 2)};`,
    `${name}.gain *= ${shrink(context, number(context, 1)).text};`,
  ];
  if (random.chance(0.5))
    context.line(`${random.chance(0.6) ? `if (${condition(context, 1)}) ` : ""}${random.pick(changes)}`);
  const given = store(context, number(context, 1));
  const call = (o: string): string => `${o}.act(${given}) * ${o}.gain + (${o}.both?.(${given}, 0.5) ?? ${o}.act(0.3))`;
  if (random.chance(0.4)) {
    context.line(`const ${run} = (o: ${type}): number => ${call("o")};`);
    context.line(
      `const ${value} = Math.tanh(${run}(${name})${random.chance(0.5) ? ` - ${run}({ ...${name}, gain: 0.4 })` : ""});`,
    );
  } else {
    context.line(`const { act: ${run} } = ${name};`);
    context.line(`const ${value} = Math.tanh(${call(name)} + ${run}(${given}));`);
  }
  context.declare(value, num);
  return undefined;
}

/** Objects with functions of several kinds in an array, gone through. */
function listed(context: Context): Outcome {
  const { random } = context;
  const [name, value] = [context.fresh("steps"), context.fresh("t")];
  const elements = Array.from(
    { length: random.integer(2, 3) },
    (_, i) =>
      `{ name: "${["first", "second", "third"][i]}", run: ${build(context, unary, 1)}, k: ${store(context, number(context, 1))} }`,
  );
  context.line(`const ${name} = [${elements.join(", ")}];`);
  context.line(`let ${value} = ${store(context, number(context, 1))};`);
  context.line(
    random.pick([
      `for (const { run, k } of ${name}) ${value} = Math.tanh(run(${value}) + k);`,
      `for (const step of ${name}) if (step.name !== "second") ${value} = Math.cos(step.run(${value} * step.k));`,
      `${value} = ${name}.reduce((s, step) => Math.sin(step.run(s)) * step.k, ${value});`,
      `${name}.forEach((step, i) => { ${value} += 0.2 * step.run(i * step.k); });`,
    ]),
  );
  context.declare(value, num, { assignable: true });
  return undefined;
}
