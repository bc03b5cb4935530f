/** `try`, `catch`, `finally` and `throw`: as validation, caught where it is thrown and further out, thrown for good. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { condition, number, store } from "./expressions.js";
import { numberLeaf } from "./places.js";
import { num } from "./shapes.js";
import { risky, riskyCall } from "./risky.js";
import { statements } from "./statements.js";

export const exceptions: Plug = {
  module: (whole) => [...validators(whole), ...risky(whole)],
  statements: [
    [1.2, withFinally],
    [1, withCatch],
    [0.8, caughtHere],
    [1.4, caughtFromCall],
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

/** What a called function throws, perhaps in the middle of changing something, is caught here or passed on. */
function caughtFromCall(context: Context): Outcome | "nothing" {
  const { random } = context;
  const call = riskyCall(context);
  if (call === undefined) return "nothing";
  context.line("try {");
  const { quiet } = context;
  context.quiet = true;
  context.block(() => {
    calm(context, random.integer(0, 1));
    const found = context.visible().filter(({ assignable, shape }) => assignable && shape.kind === "num");
    if (!call.isNumber) context.line(`${call.text};`);
    else if (found.length === 0) context.line(`void ${call.text};`);
    else context.line(`${random.pick(found).name} ${random.pick(["=", "+=", "*="])} ${call.text};`);
    calm(context, random.integer(0, 2));
  });
  context.quiet = quiet;
  const inLoop = context.targets.at(-1)?.kind === "loop";
  const named = random.chance(0.5);
  context.line(named ? "} catch (error) {" : "} catch {");
  context.block(() => {
    if (named)
      context.line(
        random.pick([
          `if (error instanceof RangeError) { ${settle(context)} }`,
          `if (!(error instanceof Error)) throw error;`,
          `if (error instanceof TypeError) { ${settle(context)} } else { ${settle(context)} }`,
          `if (error instanceof Error && error.message === "low") { ${settle(context)} }`,
        ]),
      );
    calm(context, random.integer(0, 1));
    context.line(settle(context));
    if (inLoop && random.chance(0.25))
      context.line(`if (${condition(context, 1)}) ${random.pick(["break;", "continue;"])}`);
  });
  if (random.chance(0.3)) {
    context.line("} finally {");
    context.block(() => context.line(settle(context)));
  }
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
