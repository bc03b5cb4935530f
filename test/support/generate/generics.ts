/** Generic functions and a generic class, used at several types. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { argument } from "./calls.js";
import { condition, number, shrink, store } from "./expressions.js";
import { indexText } from "./places.js";
import { build } from "./values.js";
import { float64, isReference, num, numbers, point, type Shape, typeText } from "./shapes.js";

export const generics: Plug = {
  module: (whole: Whole) => [
    `function choose<T>(first: boolean, a: T, b: T): T {\n  return first ? a : b;\n}`,
    `function lastOf<T>(xs: readonly T[]): T {\n  return xs[xs.length - 1]!;\n}`,
    `function pairOf<A, B>(a: A, b: B): { one: A; two: B } {\n  return { one: a, two: b };\n}`,
    ...(whole.features.has("classes")
      ? [
          `class Box<T> {\n  constructor(public item: T) {}\n  get(): T {\n    return this.item;\n  }\n  put(item: T): void {\n    this.item = item;\n  }\n}`,
        ]
      : []),
    ...(whole.features.has("functionValues")
      ? [`function through<T>(x: T, g: (x: T) => number): number {\n  return g(x);\n}`]
      : []),
    `function sumOfX<T extends { x: number }>(xs: readonly T[]): number {\n  let s = 0;\n  for (const p of xs) s += p.x;\n  return Math.tanh(s);\n}`,
  ],
  statements: [
    [1, chosen],
    [0.7, last],
    [1, pair],
    [0.8, boxed],
    [0.5, bounded],
    [0.5, passed],
  ],
};

const some = (context: Context): Shape =>
  context.random.weighted<Shape>([
    [3, num],
    [1, float64],
    [1, numbers],
    [1, point],
    [1, { kind: "tuple", elems: [num, num] }],
    [context.whole.records.length > 0 ? 1 : 0, context.whole.records[0] ?? num],
  ]);

const given = (context: Context, shape: Shape): string => argument(context, shape, 1, new Set());

function chosen(context: Context): Outcome {
  const shape = some(context);
  const name = context.fresh("chosen");
  const typed = isReference(shape) ? `<${typeText(shape)}>` : "";
  context.line(
    `const ${name} = choose${typed}(${condition(context, 1)}, ${given(context, shape)}, ${given(context, shape)});`,
  );
  if (isReference(shape)) context.writesParameters = true;
  context.declare(name, shape, { local: false });
  return undefined;
}

function last(context: Context): Outcome | "nothing" {
  const arrays = context
    .visible()
    .filter(({ shape }) => shape.kind === "array" || (shape.kind === "grown" && shape.filled));
  if (arrays.length === 0) return "nothing";
  const { name: array, shape, root, writable } = context.random.pick(arrays);
  if (shape.kind !== "array" && shape.kind !== "grown") return "nothing";
  const name = context.fresh("last");
  context.line(`const ${name} = lastOf(${array});`);
  context.declare(name, shape.elem, isReference(shape.elem) ? { root, local: false, writable } : {});
  return undefined;
}

function pair(context: Context): Outcome {
  const [a, b] = [some(context), some(context)];
  const name = context.fresh("both");
  context.line(`const ${name} = pairOf<${typeText(a)}, ${typeText(b)}>(${given(context, a)}, ${given(context, b)});`);
  context.writesParameters = true;
  const fields = [
    { name: "one", shape: a },
    { name: "two", shape: b },
  ];
  context.declare(name, { kind: "record", name: "", inline: true, fields }, { local: false });
  return undefined;
}

function boxed(context: Context): Outcome | "nothing" {
  const { random } = context;
  if (!context.has("classes")) return "nothing";
  const shape = some(context);
  const [box, name] = [context.fresh("box"), context.fresh("item")];
  context.line(`const ${box} = new Box<${typeText(shape)}>(${given(context, shape)});`);
  if (random.chance(0.5))
    context.line(`${random.chance(0.5) ? `if (${condition(context, 1)}) ` : ""}${box}.put(${given(context, shape)});`);
  context.writesParameters = true;
  context.line(`const ${name} = ${box}.${random.pick(["get()", "item"])};`);
  context.declare(name, shape, { local: false });
  return undefined;
}

function bounded(context: Context): Outcome {
  const name = context.fresh("sum");
  context.line(
    `const ${name} = sumOfX([${build(context, point, 2)}, { x: ${store(context, number(context, 1))}, k: ${indexText(context)} }]);`,
  );
  context.declare(name, num);
  return undefined;
}

function passed(context: Context): Outcome | "nothing" {
  if (!context.has("functionValues")) return "nothing";
  const name = context.fresh("sum");
  const inside = context.inner(num, 0, true);
  inside.declare("at", point);
  inside.favourites.add("at");
  context.line(
    `const ${name} = through(${build(context, point, 2)}, (at) => ${shrink(inside, number(inside, 2)).text});`,
  );
  context.declare(name, num);
  return undefined;
}
