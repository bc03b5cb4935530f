/** Methods of arrays that copy, join, turn round, fill and list them. */
import { sizeOf, source } from "./callbacks.js";
import type { Context, Outcome } from "./context.js";
import { number, store } from "./expressions.js";
import { float64, num, numbers, type Shape } from "./shapes.js";

export function copied(context: Context): Outcome | "nothing" {
  const { random } = context;
  const from = source(context, ({ elem }) => elem.kind === "num");
  if (from === undefined) return "nothing";
  const name = context.fresh("copy");
  const whole = sizeOf(context, from.name);
  const same: Shape = from.typed ? float64 : whole ? numbers : { kind: "grown", elem: num, filled: from.filled };
  const other = source(context, ({ elem, typed }) => elem.kind === "num" && !typed);
  const value = store(context, number(context, 1));
  const longer: Shape = { kind: "grown", elem: num, filled: true };
  const choices: (readonly [string, Shape])[] = [
    [`${from.name}.slice()`, same],
    [from.typed ? `Float64Array.from(${from.name})` : `[...${from.name}]`, same],
    [`[...${from.name}, ${value}]`, longer],
    [`[${value}, ...${from.name}]`, longer],
    [from.typed ? `${from.name}.slice().reverse()` : `[...${from.name}].reverse()`, same],
    [
      `Array.from(${from.name}, (v) => Math.sin(v) * ${value})`,
      whole ? numbers : { kind: "grown", elem: num, filled: from.filled },
    ],
  ];
  if (!from.typed && other !== undefined)
    choices.push([
      `${from.name}.concat(${other.name})`,
      { kind: "grown", elem: num, filled: from.filled || other.filled },
    ]);
  if (random.chance(0.12)) {
    const head = random.pick([
      `for (let i = 0; i < ${from.name}.length; i++)`,
      `for (let i = ${from.name}.length - 1; i >= 0; --i)`,
    ]);
    context.line(`const ${name} = new Array<number>(${from.name}.length);`);
    context.line(`${head} ${name}[i] = 0.5 * ${from.name}[i]! + ${value};`);
    context.declare(name, whole ? numbers : { kind: "grown", elem: num, filled: from.filled });
    return undefined;
  }
  const [text, shape] = random.pick(choices);
  context.line(`const ${name} = ${text};`);
  context.declare(name, shape);
  return undefined;
}

/** Methods that write into the array. */
export function changed(context: Context): Outcome | "nothing" {
  const { random } = context;
  const from = source(context, ({ elem, writable }) => elem.kind === "num" && writable);
  if (from === undefined) return "nothing";
  context.writesParameters = true;
  context.line(
    random.pick([
      `${from.name}.fill(${store(context, number(context, 2))});`,
      `${from.name}.fill(${store(context, number(context, 1))}, 1);`,
      `${from.name}.reverse();`,
      `${from.name}.sort((a, b) => a - b);`,
      `${from.name}.forEach((v, i) => { ${from.name}[i] = Math.sin(v) + 0.1 * i; });`,
    ]),
  );
  return undefined;
}

/** `entries()`, `keys()`, and chains. */
export function listed(context: Context): Outcome | "nothing" {
  const { random } = context;
  const from = source(context, ({ elem }) => elem.kind === "num");
  if (from === undefined) return "nothing";
  const name = context.fresh("sum");
  context.line(`let ${name} = ${store(context, number(context, 1))};`);
  const form = random.pick([
    `for (const [i, v] of ${from.name}.entries()) ${name} += Math.sin(v) / (i + 1);`,
    `for (const i of ${from.name}.keys()) ${name} = Math.tanh(${name} + ${from.name}[i]!);`,
    `for (const v of ${from.name}.filter((u) => u > 0.2)) ${name} += 0.3 * v;`,
    `${name} += ${from.name}.map((v, i) => v * (i + 1)).filter((v) => v < 2).reduce((s, v) => s + v * v, 0) * 0.1;`,
  ]);
  context.line(form);
  context.declare(name, num, { assignable: true });
  return undefined;
}
