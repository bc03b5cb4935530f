/** Control that ordinary programs seldom need: labelled blocks, fallthrough without blocks, `switch (true)`, `for` with odd heads. */
import type { Context, Outcome, Plug, Target } from "./context.js";
import { assignable, condition, number, shrink, store } from "./expressions.js";
import { indexText } from "./places.js";
import { statements } from "./statements.js";

export const control: Plug = {
  statements: [
    [1.5, labelledBlock],
    [1, fallthrough],
    [0.8, byConditions],
    [0.6, oddHead],
  ],
};

function labelledBlock(context: Context): Outcome {
  const { random } = context;
  const target: Target = { kind: "block", label: `part${++context.whole.nextName}`, labelUsed: false };
  context.line(`${target.label}: {`);
  context.targets.push(target);
  context.block(() => {
    statements(context, random.integer(1, 2));
    context.line(`if (${condition(context, 1)}) break ${target.label};`);
    statements(context, random.integer(1, 3));
  });
  context.targets.pop();
  context.line("}");
  return undefined;
}

function fallthrough(context: Context): Outcome | "nothing" {
  const { random } = context;
  const target = assignable(context);
  if (target === undefined) return "nothing";
  context.line(`switch ((${indexText(context)}) % 3) {`);
  const labels = random.shuffle(["case 0:", "case 1:", "case 2:", "default:"]).slice(0, random.integer(2, 4));
  for (const label of labels) {
    context.line(`  ${label}`);
    if (random.chance(0.85))
      context.line(
        `    ${random.pick([`${target} = ${store(context, number(context, 2))};`, `${target} += ${shrink(context, number(context, 1)).text};`, `${target} *= 0.7;`])}`,
      );
    if (random.chance(0.35)) context.line("    break;");
  }
  context.line("}");
  return undefined;
}

function byConditions(context: Context): Outcome {
  const { random } = context;
  context.line("switch (true) {");
  context.targets.push({ kind: "switch", label: "", labelUsed: false });
  context.indent++;
  for (let i = random.integer(1, 3); i > 0; i--) {
    context.line(`case ${condition(context, 1)}: {`);
    context.block(() => {
      statements(context, random.integer(1, 2));
      if (random.chance(0.7) && !/^\s*(return|break|continue|throw)\b/.test(context.lines.at(-1) ?? ""))
        context.line("break;");
    });
    context.line("}");
  }
  context.indent--;
  context.targets.pop();
  context.line("}");
  return undefined;
}

function oddHead(context: Context): Outcome | "nothing" {
  const { random } = context;
  const target = assignable(context);
  if (target === undefined || context.trips > 40) return "nothing";
  const k = context.fresh("k");
  const step = `${target} = ${shrink(context, number(context, 1)).text} + 0.3 * ${target}`;
  context.line(
    random.pick([
      `for (let ${k} = 0; ${k} < 3; ${k}++, ${step});`,
      `for (let ${k} = 0, end = 3; ${k} < end; ${step}) ${k} += 1;`,
      `for (let ${k} = 2; ${k}--; ) ${step};`,
      `{ let ${k} = 0; do ${step}; while (++${k} < 3 && ${target} < 1.2); }`,
    ]),
  );
  return undefined;
}
