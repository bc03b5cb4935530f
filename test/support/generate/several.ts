/** Values of several types: numbers, words, lists, objects and functions in one variable, told apart by what the program asks. */
import type { Context, Outcome, Plug, Whole } from "./context.js";
import { condition, number, shrink, store } from "./expressions.js";
import { num, numbers } from "./shapes.js";
import { statements } from "./statements.js";
import { build } from "./values.js";

type Member = "number" | "word" | "list" | "object" | "call" | "flag";

/** A declared type with these members. */
interface Declared {
  readonly name: string;
  readonly members: readonly Member[];
  readonly helper: string;
}

const typeOf: Record<Member, string> = {
  number: "number",
  word: '"off"',
  list: "number[]",
  object: "{ u: number; v: number }",
  call: "((z: number) => number)",
  flag: "false",
};

const declared = new WeakMap<Whole, Declared[]>();

export const several: Plug = {
  module: write,
  statements: [
    [1.2, alongList],
    [1, inLoop],
    [1, variable],
    [0.8, options],
  ],
};

function write(whole: Whole): readonly string[] {
  const { random } = whole;
  const id = ++whole.nextName;
  const others = random.shuffle<Member>(["word", "list", "object", "call", "flag"]).slice(0, random.integer(1, 3));
  const members = random.shuffle<Member>(["number", ...others]);
  const known: Declared = { name: `Several${id}`, members, helper: `sizeOf${id}` };
  declared.set(whole, [...(declared.get(whole) ?? []), known]);
  const tests = random.shuffle(members);
  const body = tests.map((member, k) => {
    const test = k === tests.length - 1 ? "" : `if (${asks(member, "s")}) `;
    return `  ${test}return ${valueOf(member, "s", "x")};`;
  });
  return [
    `type ${known.name} = ${members.map((m) => typeOf[m]).join(" | ")};`,
    `function ${known.helper}(s: ${known.name}, x: number): number {\n${body.join("\n")}\n}`,
  ];
}

/** What tells a member from the others. */
function asks(member: Member, name: string): string {
  switch (member) {
    case "number":
      return `typeof ${name} === "number"`;
    case "word":
      return `${name} === "off"`;
    case "list":
      return `Array.isArray(${name})`;
    case "object":
      return `typeof ${name} === "object" && "u" in ${name}`;
    case "call":
      return `typeof ${name} === "function"`;
    case "flag":
      return `${name} === false`;
  }
}

/** A small number made of a value that is this member. */
function valueOf(member: Member, name: string, x: string): string {
  switch (member) {
    case "number":
      return `Math.sin(${name} * ${x})`;
    case "word":
      return `0.5 * Math.cos(${x})`;
    case "list":
      return `Math.tanh(${name}.reduce((a, b) => a + b * ${x}, 0.1))`;
    case "object":
      return `Math.sin(${name}.u) * Math.cos(${name}.v + ${x})`;
    case "call":
      return `Math.tanh(${name}(${x}))`;
    case "flag":
      return "0.3";
  }
}

/** A value of this member. */
function make(context: Context, member: Member): string {
  switch (member) {
    case "number":
      return store(context, number(context, 1));
    case "word":
      return '"off"';
    case "list": {
      const known = context.ofKind("array").filter(({ shape }) => shape.elem.kind === "num");
      return known.length > 0 && context.random.chance(0.5)
        ? context.random.pick(known).name
        : build(context, numbers, 1);
    }
    case "object":
      return `{ u: ${store(context, number(context, 1))}, v: ${store(context, number(context, 0))} }`;
    case "call":
      return build(context, { kind: "func", arity: 1 }, 1);
    case "flag":
      return "false";
  }
}

/** One of the declared types; absent in a program without any. */
function pick(context: Context): Declared | undefined {
  const known = declared.get(context.whole) ?? [];
  return known.length === 0 ? undefined : context.random.pick(known);
}

/** Any value of the type. */
function any(context: Context, of: Declared): string {
  const { random } = context;
  const one = make(context, random.pick(of.members));
  return random.chance(0.3) ? `(${condition(context, 0)} ? ${one} : ${make(context, random.pick(of.members))})` : one;
}

/** A list of them, walked along. */
function alongList(context: Context): Outcome | "nothing" {
  if (context.trips > 30) return "nothing";
  const { random } = context;
  const of = pick(context);
  if (of === undefined) return "nothing";
  const [list, it, sum] = [context.fresh("any"), context.fresh("it"), context.fresh("sum")];
  const items = Array.from({ length: random.integer(1, 4) }, () => any(context, of));
  context.line(`const ${list}: ${of.name}[] = [${items.join(", ")}];`);
  if (random.chance(0.3)) context.line(`${list}[0] = ${any(context, of)};`);
  context.line(`let ${sum} = ${store(context, number(context, 1))};`);
  context.line(`for (const ${it} of ${list}) {`);
  context.block(() => {
    if (random.chance(0.5)) {
      context.line(`${sum} += ${of.helper}(${it}, ${shrink(context, number(context, 0)).text});`);
      return;
    }
    const [member = "number"] = random.shuffle(of.members);
    context.line(`if (${asks(member, it)}) {`);
    context.block(() => {
      context.line(`${sum} += ${valueOf(member, it, shrink(context, number(context, 0)).text)};`);
      statements(context, 1);
    });
    context.line("}");
  });
  context.line("}");
  context.declare(sum, num, { assignable: true });
  return undefined;
}

/** A variable that holds another member in each iteration. */
function inLoop(context: Context): Outcome | "nothing" {
  if (context.trips > 10) return "nothing";
  const { random } = context;
  const of = pick(context);
  if (of === undefined) return "nothing";
  const [name, sum, i] = [context.fresh("now"), context.fresh("sum"), context.fresh("k")];
  const first = make(context, random.pick(of.members));
  context.line(`let ${name} = (${first}) as ${of.name};`);
  context.line(`let ${sum} = ${store(context, number(context, 1))};`);
  context.line(`for (let ${i} = 0; ${i} < 3; ${i}++) {`);
  context.block(() => {
    context.line(`${sum} = 0.7 * ${sum} + ${of.helper}(${name}, ${sum});`);
    const [member = "number", other = "number"] = random.shuffle(of.members);
    context.line(`if (${asks(member, name)}) ${name} = ${make(context, other)};`);
    context.line(`else ${name} = ${random.chance(0.5) ? `Math.sin(${sum})` : make(context, member)};`);
  });
  context.line("}");
  context.declare(sum, num, { assignable: true });
  return undefined;
}

function variable(context: Context): Outcome | "nothing" {
  const { random } = context;
  const of = pick(context);
  if (of === undefined) return "nothing";
  const [name, value] = [context.fresh("one"), context.fresh("size")];
  context.line(`const ${name}: ${of.name} = ${any(context, of)};`);
  context.line(`const ${value} = ${of.helper}(${name}, ${shrink(context, number(context, 1)).text});`);
  if (random.chance(0.3)) context.line(`const ${value}b = (${name} as ${of.name}) ? ${value} : 0.4;`);
  context.declare(value, num);
  return undefined;
}

/** Members of an object, of which one may be left out. */
function options(context: Context): Outcome | "nothing" {
  const { random } = context;
  const of = pick(context);
  if (of === undefined) return "nothing";
  const [name, value] = [context.fresh("opts"), context.fresh("got")];
  const given = random.chance(0.7) ? `, b: ${any(context, of)}` : "";
  context.line(`const ${name}: { a: ${of.name}; b?: ${of.name} } = { a: ${any(context, of)}${given} };`);
  if (random.chance(0.4))
    context.line(`if (${condition(context, 0)}) ${name}.a = ${make(context, random.pick(of.members))};`);
  context.line(
    `const ${value} = ${of.helper}(${name}.a, 0.5) + (${name}.b === undefined ? 0.2 : ${of.helper}(${name}.b, ${shrink(context, number(context, 0)).text}));`,
  );
  context.declare(value, num);
  return undefined;
}
