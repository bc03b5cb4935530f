/**
 * Loops as numerical programs have them: an array updated in place and read again at other indices, sums over products of
 * its elements, buffers that take turns, a working array made anew in every iteration. Free statements seldom build these,
 * and they are where stored values, recomputation and aliasing are decided.
 */
import type { Context, Variable } from "./context.js";
import { assignable, number, shrink, store } from "./expressions.js";
import { indexText, numberLeaf } from "./places.js";
import { build } from "./values.js";
import { float64, num, numbers, type Shape, typeText } from "./shapes.js";

const isVector = ({ shape }: Variable): boolean =>
  shape.kind === "floats" || (shape.kind === "array" && shape.elem.kind === "num");

/** A few statements on one array, for the body of a loop; false when there is no array to work on. */
export function kernel(context: Context, counter: string | undefined): boolean {
  const { random } = context;
  const arrays = context.visible().filter((variable) => isVector(variable) && variable.writable);
  if (arrays.length === 0) return false;
  const array = context.prefer(arrays);
  if (!array.local) context.writesParameters = true;
  const other = context.prefer(arrays);
  for (let i = random.integer(2, 4); i > 0; i--) {
    context.line(random.pick([update, update, sum, named, guarded])(context, array.name, other.name, counter));
    context.budget--;
    context.cost += context.trips;
  }
  return true;
}

type Form = (context: Context, array: string, other: string, counter: string | undefined) => string;

const at = (context: Context, array: string): string => `${array}[${indexText(context)}]!`;

const update: Form = (context, array, other, counter) => {
  const place = at(context, array);
  return context.random.pick([
    `${place} = Math.sin(${place} + 0.5 * ${at(context, other)});`,
    `${place} += 0.3 * Math.cos(${at(context, array)} * ${at(context, other)});`,
    `${place} *= Math.tanh(${at(context, other)} + ${numberLeaf(context).text});`,
    `${place} -= 0.1 * ${at(context, array)} * ${at(context, array)};`,
    `${place} = Math.tanh(${at(context, other)} * ${counter === undefined ? "0.7" : `(${counter} - 1)`});`,
    `${place} = ${store(context, number(context, 2))};`,
    `${place} /= 1 + ${at(context, other)} ** 2;`,
  ]);
};

const sum: Form = (context, array, other, counter) => {
  const target = assignable(context);
  if (target === undefined) return update(context, array, other, counter);
  return context.random.pick([
    `${target} += 0.1 * ${at(context, array)} * ${at(context, other)};`,
    `${target} = Math.sin(${target} * ${at(context, array)}) + 0.2 * ${at(context, array)};`,
    `${target} -= Math.cos(${at(context, array)}) * ${counter ?? numberLeaf(context).text} * 0.1;`,
    `${target} = 0.5 * ${target} + Math.tanh(${at(context, array)} * ${target});`,
  ]);
};

/** A value read into a constant before the place is overwritten, and used after. */
const named: Form = (context, array, other) => {
  const name = context.fresh("was");
  context.line(`const ${name}: number = ${at(context, array)};`);
  context.declare(name, num);
  const place = at(context, array);
  return context.random.pick([
    `${place} = 0.5 * ${name} + Math.sin(${at(context, other)});`,
    `${place} += Math.sin(${name} * ${name});`,
    `${at(context, other)} *= Math.cos(${name});`,
  ]);
};

const guarded: Form = (context, array, other, counter) => {
  const test = context.random.pick([
    `${at(context, array)} > ${at(context, other)}`,
    `${at(context, array)} < 0.2`,
    `${numberLeaf(context).text} > 0.1`,
  ]);
  const arm = update(context, array, other, counter);
  return context.random.chance(0.3) ? `if (${test}) { ${arm} continue; }` : `if (${test}) ${arm}`;
};

/** Two buffers in turns: the next state is computed from the last one, then takes its place. */
export function turns(context: Context): undefined {
  const { random, whole } = context;
  const shape: Shape = random.chance(0.7) ? float64 : numbers;
  const fresh =
    shape.kind === "floats"
      ? `new Float64Array(${context.lengthText()})`
      : `new Array<number>(${context.lengthText()}).fill(0)`;
  const [last, next, i, step] = [
    context.fresh("last"),
    context.fresh("next"),
    context.fresh("i"),
    context.fresh("step"),
  ];
  context.line(`let ${last}: ${typeText(shape)} = ${build(context, shape, 2)};`);
  context.line(`for (let ${step} = 0; ${step} < ${random.integer(1, 3)}; ${step}++) {`);
  context.line(`  const ${next} = ${fresh};`);
  context.line(`  for (let ${i} = 0; ${i} < ${last}.length; ${i}++) {`);
  const read = `${last}[${random.pick([i, `(${i} + 1) % ${whole.length}`])}]!`;
  context.line(
    `    ${next}[${i}] = ${random.pick([`Math.sin(${read}) + ${numberLeaf(context).text} * 0.3`, `${read} * ${shrink(context, numberLeaf(context)).text}`, `0.5 * ${read} * ${last}[${i}]!`])};`,
  );
  context.line("  }");
  if (random.chance(0.3)) context.line(`  if (${next}[0]! > 0.9) break;`);
  context.line(`  ${last} = ${next};`);
  context.line("}");
  context.declare(last, shape);
  return undefined;
}
