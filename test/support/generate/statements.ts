/** Random statements: one of every kind there is, and those with statements inside that are not loops. */
import { assign, assignInteger, increment, replaceRow, swap, write } from "./assignments.js";
import type { Context, Outcome } from "./context.js";
import { alias, aliasing, declareNumber, declareOther, destructure } from "./declarations.js";
import { exitText } from "./exits.js";
import { callText, callable } from "./calls.js";
import { condition } from "./expressions.js";
import { numberLeaf } from "./places.js";
import { turns } from "./kernels.js";
import { loop } from "./loops.js";
import { num, sameShape } from "./shapes.js";

/** Writes statements until the budget of this block is spent, or until one that nothing may follow. */
export function statements(context: Context, count: number): void {
  for (let i = 0; i < count && context.budget > 0; i++) {
    context.budget--;
    context.cost += context.trips;
    if (statement(context) === "ends") return;
  }
}

function statement(context: Context): Outcome {
  const { random, whole } = context;
  const inLoop = context.targets.length > 0;
  const deep = context.indent > 5;
  const kinds: (readonly [number, () => Outcome])[] = [
    [4, () => declareNumber(context)],
    [5, () => assign(context)],
    [6, () => write(context)],
    [deep ? 0 : 3, () => branch(context)],
    [deep ? 0 : 3, () => loop(context, statements)],
    [deep ? 0 : 0.8, () => choose(context)],
    [1.2, () => declareOther(context)],
    [1.5, () => callStatement(context)],
    [0.7, () => swap(context)],
    [0.6, () => destructure(context)],
    [0.8, () => alias(context)],
    [inLoop ? 1.6 : 0.12, () => exit(context)],
    [0.25, () => effectful(context)],
    [whole.options.plain ? 0 : 0.3, () => increment(context)],
    [0.7, () => assignInteger(context)],
    [0.5, () => replaceRow(context)],
    [deep || context.trips > 20 ? 0 : 0.5, () => turns(context)],
    [whole.options.aliases ? 1.5 : 0, () => aliasing(context)],
    ...plugged(context, deep),
  ];
  return random.weighted(kinds)();
}

/** What the features add; what finds nothing to work on becomes an assignment. */
function plugged(context: Context, deep: boolean): (readonly [number, () => Outcome])[] {
  return context.whole.plugs.flatMap(({ statements: made = [] }) =>
    made.map(([weight, make]) => {
      const write = (): Outcome => {
        const outcome = make(context);
        return outcome === "nothing" ? assign(context) : outcome;
      };
      return [deep ? weight * 0.2 : weight, write] as const;
    }),
  );
}

function branch(context: Context): Outcome {
  const { random } = context;
  const size = (): number => random.integer(1, 3);
  context.line(`if (${condition(context, 2)}) {`);
  context.block(() => statements(context, size()));
  while (random.chance(0.2)) {
    context.line(`} else if (${condition(context, 1)}) {`);
    context.block(() => statements(context, size()));
  }
  if (random.chance(0.5)) {
    context.line("} else {");
    context.block(() => statements(context, size()));
  }
  context.line("}");
  return undefined;
}

/** A `switch` over an integer, with fallthrough, empty cases and `default` anywhere. */
function choose(context: Context): Outcome {
  const { random } = context;
  const integers = context.visible().filter(({ shape }) => shape.kind === "int");
  const subject =
    integers.length > 0 && random.chance(0.7)
      ? random.pick(integers).name
      : `Math.floor(Math.abs(${numberLeaf(context).text}) * 2)`;
  context.line(`switch (${subject} % 4) {`);
  const cases = random
    .shuffle([0, 1, 2, 3])
    .slice(0, random.integer(1, 4))
    .map((value) => `case ${value}:`);
  if (random.chance(0.6)) cases.splice(random.integer(0, cases.length), 0, "default:");
  const target = { kind: "switch" as const, label: "", labelUsed: false };
  context.targets.push(target);
  context.indent++;
  for (const clause of cases) {
    context.line(`${clause} {`);
    let ended: Outcome;
    context.block(() => {
      const before = context.lines.length;
      statements(context, random.integer(0, 2));
      const last = context.lines[context.lines.length - 1] ?? "";
      ended = context.lines.length > before && /^\s*(return|break|continue|throw)\b/.test(last) ? "ends" : undefined;
      if (ended === undefined && random.chance(0.65)) context.line("break;");
    });
    context.line("}");
  }
  context.indent--;
  context.targets.pop();
  context.line("}");
  return undefined;
}

function callStatement(context: Context): Outcome {
  const { random } = context;
  const helper = callable(context, (candidate) => !sameShape(candidate.returns, num));
  if (helper === undefined) return assign(context);
  const call = callText(context, helper, 2);
  if (helper.returns.kind === "void") {
    context.line(`${call};`);
    return undefined;
  }
  if (
    helper.returns.kind === "tuple" &&
    helper.returns.elems.every((elem) => elem.kind === "num") &&
    random.chance(0.6)
  ) {
    const names = helper.returns.elems.map(() => context.fresh("p"));
    context.line(`const [${names.join(", ")}] = ${call};`);
    for (const name of names) context.declare(name, num);
    return undefined;
  }
  const name = context.fresh("r");
  const keyword = random.chance(0.3) ? "let" : "const";
  context.line(`${keyword} ${name} = ${call};`);
  context.declare(name, helper.returns, { assignable: keyword === "let" });
  return undefined;
}

/** `break`, `continue` or `return`, mostly under a condition. */
function exit(context: Context): Outcome {
  const { random } = context;
  const text = exitText(context);
  if (random.chance(context.targets.length > 0 && context.indent > 2 ? 0.15 : 0) && !text.startsWith("throw")) {
    context.line(text);
    return "ends";
  }
  if (random.chance(0.25)) {
    context.line(`if (${condition(context, 1)}) {`);
    context.block(() => {
      statements(context, 1);
      if (!/^\s*(return|break|continue|throw)\b/.test(context.lines[context.lines.length - 1] ?? ""))
        context.line(text);
    });
    context.line("}");
  } else {
    context.line(`if (${condition(context, 1)}) ${text}`);
  }
  return undefined;
}

/** What no derivative flows through. */
function effectful(context: Context): Outcome {
  const { text } = numberLeaf(context);
  context.line(
    context.random.pick([
      ";",
      "{ const unused = 1; void unused; }",
      `void ${text};`,
      `console.log("at", ${text});`,
      `if (!(Math.abs(${text}) < 1e9)) throw new RangeError("far away");`,
    ]),
  );
  return undefined;
}
