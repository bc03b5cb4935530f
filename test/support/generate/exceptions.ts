/** `try`, `catch`, `finally` and `throw`: as validation, caught where it is thrown, thrown for good. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { condition, number, store } from "./expressions.js";
import { numberLeaf } from "./places.js";
import { num } from "./shapes.js";
import { statements } from "./statements.js";

export const exceptions: Plug = {
  module: validators,
  statements: [
    [1.2, withFinally],
    [1, withCatch],
    [0.8, caughtHere],
    [0.7, validation],
  ],
};

function validators(whole: Whole): readonly string[] {
  const { random } = whole;
  const name = `checked${++whole.nextName}`;
  const error = random.pick(["RangeError", "Error", "TypeError"]);
  whole.helpers.push({
    name,
    params: [{ name: "x", shape: num }],
    returns: num,
    recursive: false,
    cost: 2,
    writes: false,
  });
  const bound = random.pick(["-1.5", "-40", "-1e6"]);
  return [
    `function ${name}(x: number): number {\n  if (!(x >= ${bound})) throw new ${error}("too small");\n  return x;\n}`,
  ];
}

/** Something that changes a number, for the block that is always run. */
const settle = (context: Context): string => {
  const found = context.visible().filter(({ assignable, shape }) => assignable && shape.kind === "num");
  return found.length === 0 ? ";" : `${context.random.pick(found).name} *= ${context.random.integer(5, 12) / 10};`;
};

function withFinally(context: Context): Outcome {
  const { random } = context;
  context.line("try {");
  context.block(() => statements(context, random.integer(1, 3)));
  context.line("} finally {");
  context.block(() => {
    context.line(settle(context));
    // Without exits of its own.
    if (random.chance(0.3)) context.line(`console.log("left");`);
  });
  context.line("}");
  return undefined;
}

/** A handler for what is not thrown. Calls are left out of the body: what they throw is not caught here. */
function withCatch(context: Context): Outcome {
  const { random } = context;
  context.line("try {");
  const { quiet } = context;
  context.quiet = true;
  context.block(() => {
    const name = context.fresh("tried");
    context.line(`const ${name} = ${store(context, number(context, 2))};`);
    context.declare(name, num);
    calm(context, random.integer(1, 2));
  });
  context.quiet = quiet;
  context.line(random.chance(0.5) ? "} catch {" : "} catch (error) {");
  context.block(() => context.line(random.pick([settle(context), `throw new Error("never");`])));
  if (random.chance(0.3)) {
    context.line("} finally {");
    context.block(() => context.line(settle(context)));
  }
  context.line("}");
  return undefined;
}

/** Assignments only. */
function calm(context: Context, count: number): void {
  for (let i = 0; i < count; i++) {
    const found = context.visible().filter(({ assignable, shape }) => assignable && shape.kind === "num");
    if (found.length > 0) context.line(`${context.random.pick(found).name} = ${store(context, number(context, 2))};`);
  }
}

/** A `throw` and its handler in one function. */
function caughtHere(context: Context): Outcome {
  const { random } = context;
  context.line("try {");
  const { quiet } = context;
  context.quiet = true;
  context.block(() => {
    calm(context, 1);
    context.line(`if (${condition(context, 1)}) throw new Error("caught");`);
    calm(context, random.integer(1, 2));
  });
  context.quiet = quiet;
  context.line("} catch {");
  context.block(() => {
    context.line(settle(context));
    calm(context, random.integer(0, 1));
  });
  context.line("}");
  return undefined;
}

function validation(context: Context): Outcome {
  const { random } = context;
  const { text } = numberLeaf(context);
  context.line(
    random.pick([
      `if (!Number.isFinite(${text})) throw new RangeError("not finite");`,
      `if (${text} > ${random.pick(["1.7", "60", "1e6"])}) throw new Error("too large");`,
      `if (Number.isNaN(${text})) throw new TypeError(\`bad value at \${${random.integer(0, 9)}}\`);`,
    ]),
  );
  return undefined;
}
