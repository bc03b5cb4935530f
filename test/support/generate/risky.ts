/** Functions that throw for ordinary arguments, to be called where somebody catches: at once, in a loop, in the middle of changing something. */
import type { Context, Whole } from "./context.js";
import { number, store } from "./expressions.js";
import { build } from "./values.js";
import { num, numbers, sameShape, type Shape } from "./shapes.js";

interface Risky {
  readonly name: string;
  readonly params: readonly Shape[];
  readonly isNumber: boolean;
}

/** Of each program; nobody else calls them. */
const known = new WeakMap<Whole, Risky[]>();

export function risky(whole: Whole): readonly string[] {
  const { random } = whole;
  const k = (): string => String(random.integer(2, 14) / 10);
  const first = `risky${++whole.nextName}`;
  const made: Risky[] = [{ name: first, params: [num], isNumber: true }];
  const texts = [
    random.pick([
      `function ${first}(x: number): number {\n  if (x < ${k()}) throw new RangeError("low");\n  return Math.sqrt(x + ${k()});\n}`,
      `function ${first}(x: number): number {\n  let s = x;\n  for (let i = 0; i < 3; i++) {\n    s = Math.sin(s) + ${k()};\n    if (s > 0.9) throw new Error("high");\n  }\n  return s;\n}`,
      `const ${first} = (x: number): number => {\n  switch (Math.floor(Math.abs(x) * 3) % 3) {\n    case 0: throw new TypeError("zero");\n    case 1: return x * ${k()};\n    default: return Math.cos(x);\n  }\n};`,
    ]),
  ];
  const add = (params: readonly Shape[], isNumber: boolean, text: (name: string) => string): void => {
    const name = `risky${++whole.nextName}`;
    made.push({ name, params, isNumber });
    texts.push(text(name));
  };
  if (random.chance(0.5))
    add([numbers], true, (name) =>
      random.pick([
        `function ${name}(xs: readonly number[]): number {\n  let s = 0;\n  for (const x of xs) {\n    if (x > ${k()}) throw new RangeError(\`too large after \${s > 1 ? "much" : "little"}\`);\n    s += x * x;\n  }\n  return Math.tanh(s);\n}`,
        `function ${name}(xs: readonly number[]): number {\n  return xs.reduce((s, x) => s * 0.5 + ${first}(x), ${k()}) * 0.3;\n}`,
      ]),
    );
  if (random.chance(0.5))
    add([numbers, num], false, (name) =>
      random.pick([
        `function ${name}(xs: number[], by: number): void {\n  for (let i = 0; i < xs.length; i++) {\n    xs[i] = Math.sin(xs[i]! * by) + ${k()};\n    if (xs[i]! > ${k()}) throw new TypeError("high");\n  }\n}`,
        `function ${name}(xs: number[], by: number): void {\n  const was = xs[0]!;\n  try {\n    xs[0] = by * ${k()};\n    xs[0] = ${first}(xs[0]! * was);\n  } finally {\n    xs[0]! += was;\n  }\n}`,
      ]),
    );
  if (random.chance(0.4))
    add([num, num], true, (name) =>
      random.pick([
        `function ${name}(x: number, y: number): number {\n  try {\n    return ${first}(x) * y;\n  } catch (error) {\n    if (y > ${k()}) throw error;\n    return Math.sin(x - y);\n  }\n}`,
        `function ${name}(x: number, y: number): number {\n  if (y > 1) return ${name}(x * 0.5, y - 1) + ${k()};\n  return ${first}(x) - y;\n}`,
      ]),
    );
  known.set(whole, made);
  return texts;
}

/** A call of one of them; nothing where there is nothing to give it. */
export function riskyCall(context: Context): { readonly text: string; readonly isNumber: boolean } | undefined {
  const { random } = context;
  const found = known.get(context.whole) ?? [];
  if (found.length === 0 || context.trips > 60) return undefined;
  const { name, params, isNumber } = random.pick(found);
  const args = params.map((shape) => {
    if (shape.kind === "num") return store(context, number(context, 1));
    const own = context.visible().filter((variable) => sameShape(variable.shape, shape) && variable.writable);
    const constants = new Set(context.whole.constants.map((constant) => constant.name));
    const usable = own.filter(({ root }) => !constants.has(root));
    if (usable.length === 0) return build(context, shape, 1);
    const variable = random.pick(usable);
    if (!isNumber && !variable.local) context.writesParameters = true;
    return variable.name;
  });
  context.cost += context.trips * 15;
  return { text: `${name}(${args.join(", ")})`, isNumber };
}
