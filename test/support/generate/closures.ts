/** Functions inside functions: declared and called, called where they stand, in an object that calls itself. */
import type { Context, Expression, Outcome, Plug } from "./context.js";
import { number, shrink, store, storedBound } from "./expressions.js";
import { immediate, localFunction } from "./helpers.js";
import { num } from "./shapes.js";

export const closures: Plug = {
  statements: [
    [2.5, (context) => (context.depth > 2 ? "nothing" : localFunction(context))],
    [1, (context) => (context.depth > 2 ? "nothing" : immediate(context))],
    [0.8, functionsInObject],
    [0.8, counter],
  ],
  numbers: [[0.5, calledArrow]],
};

/** `((z: number) => z * w + 1)(x)` */
function calledArrow(context: Context, depth: number): Expression {
  const given = store(context, number(context, depth - 1));
  const inside = context.inner(num, 0, true);
  const name = inside.fresh("z");
  inside.declare(name, num);
  inside.favourites.add(name);
  return { text: `((${name}: number) => ${store(inside, number(inside, 2))})(${given})`, bound: storedBound };
}

/** `const ops = { a: (z: number) => …, b(z: number): number { return this.a(z) + …; } };` */
function functionsInObject(context: Context): Outcome {
  const { random } = context;
  const name = context.fresh("ops");
  const state = random.chance(0.5) ? context.fresh("k") : undefined;
  const members = state === undefined ? [] : [`${state}: ${store(context, number(context, 1))}`];
  const write = (keepsThis: boolean, more: string): string => {
    const inside = context.inner(num, 0, keepsThis);
    inside.declare("z", num);
    inside.favourites.add("z");
    return `${shrink(inside, number(inside, 1)).text}${more} + 0.5 * z`;
  };
  members.push(`first: (z: number) => ${write(true, "")}`);
  const reads = state === undefined ? "" : ` * this.${state}`;
  const calls = random.chance(0.5) ? " + this.first(z)" : "";
  const writes = state !== undefined && random.chance(0.5) ? `this.${state} += 0.1 * z; ` : "";
  members.push(`second(z: number): number { ${writes}return ${write(false, reads + calls)}; }`);
  context.line(`const ${name} = { ${members.join(", ")} };`);
  for (const member of ["first", "second"])
    context.locals.push({
      name: `${name}.${member}`,
      params: [{ name: "z", shape: num }],
      returns: num,
      recursive: false,
      cost: 3,
      writes: true,
    });
  return undefined;
}

/** A variable that only a local function changes. */
function counter(context: Context): Outcome {
  const { random } = context;
  const state = context.fresh("state");
  const name = context.fresh("next");
  context.line(`let ${state} = ${store(context, number(context, 1))};`);
  const inside = context.inner(num, 0, true);
  const change = shrink(inside, number(inside, 1)).text;
  const body = random.pick([
    `{ ${state} = Math.sin(${state}) + ${change}; return ${state}; }`,
    `{ ${state} += 0.3 * ${change}; return Math.cos(${state}); }`,
    `(${state} = 0.5 * ${state} + ${change})`,
  ]);
  context.line(`const ${name} = (): number => ${body};`);
  context.declare(state, num, { assignable: random.chance(0.5) });
  context.locals.push({ name, params: [], returns: num, recursive: false, cost: 3, writes: true });
  return undefined;
}
